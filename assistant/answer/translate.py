"""Translate cited sentences with a language model, for the reader's eyes: a translation is marked as one and never cited.

What is not plainly a translation of the sentence is left out.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.answer.evidence import fence_for, neutral
from assistant.answer.prompts import prompt
from assistant.answer.written import addresses
from assistant.protocols import Generator
from assistant.text.terms import folded

_RATIO, _EXTRA_CHARS = 3.0, 20
"""A translation may be this many times as long or as short as the sentence, and so much more: Chinese into English takes about three."""
_MARKUP = re.compile(r"[<>\[\]{}`]|\*\*|^#|^\s*[-*] ")
_NUMBER = re.compile(r"\d+(?:[.,'\u066b\u066c]\d+|[ \u00a0\u202f]\d{3}(?!\d))*")


def translate(generator: Generator, sentence: str, language: str) -> str:
    """Return the sentence in another language, or "" when what the model gives may not be one.

    Args:
        generator: the language model.
        sentence: from an article.
        language: ISO 639-1 code of the language wanted.

    Raises:
        LanguageModelUnavailable: the model gives nothing at all.
    """
    shown = neutral(sentence)
    given = ""
    longest = int(_RATIO * len(sentence)) + _EXTRA_CHARS
    stream = generator.stream(prompt("translate").fill(sentence=shown, language=language, fence=fence_for(shown)))
    try:
        for piece in stream:
            given += piece
            if len(given) > 2 * longest:
                return ""
    finally:
        stream.close()
    translation = "".join(c for c in given if c.isspace() or c in "\u200c\u200d" or unicodedata.category(c)[0] != "C").strip()
    return translation if _may_be(translation, sentence, longest) else ""


def _may_be(translation: str, sentence: str, longest: int) -> bool:
    """Say whether a text may be a translation of a sentence: one line, as long, with the same numbers, and nothing else in it."""
    if not translation or len(translation) > longest or len(sentence) > _RATIO * len(translation) + _EXTRA_CHARS:
        return False
    if "\n" in translation or _MARKUP.search(translation) or addresses(translation) != addresses(sentence):
        return False
    return folded(translation) != folded(sentence) and numbers_in(translation) == numbers_in(sentence)


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text, in order of size, in one notation: ASCII digits without separators."""
    return sorted("".join(str(unicodedata.digit(c)) for c in number if c.isdigit()) for number in _NUMBER.findall(text))
