"""What a question for a summary or a timeline is about: what is left of it without the words that say what is wanted."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

_WORD = re.compile(r"\S+")
_MARKS = ".,;:!?¿¡\"'“”«»()"
UNSPACED = ("zh", "ja")


@lru_cache(maxsize=1)
def _wanted() -> dict[str, tuple[str, ...]]:
    source = resources.files("assistant.answer").joinpath("matter.toml").read_text("utf-8")
    return {language: tuple(str(words).split()) for language, words in tomllib.loads(source).items()}


def matter_of(question: str, languages: Sequence[str]) -> str:
    """Return the topic of a question for a summary or a timeline; "" when it names none ("summarise this article").

    Args:
        question: without its time and its source.
        languages: those that it may be in.
    """
    for language in languages:
        if language in UNSPACED:
            for word in sorted(_wanted()[language], key=len, reverse=True):
                question = question.replace(word, " ")
    spoken = {word for language in languages for word in _wanted().get(language, ())}
    words = _WORD.findall(question)
    asking = [word.strip(_MARKS).casefold() in spoken or not word.strip(_MARKS) for word in words]
    kept = [at for at, is_asking in enumerate(asking) if not is_asking]
    # Between two words of the topic a common one belongs to it: "the fire in the market".
    return " ".join(words[kept[0] : kept[-1] + 1]).strip(_MARKS + " ") if kept else ""
