"""What an abstention says: what was looked for, and what of it no article has."""

from __future__ import annotations

import re

from assistant.answer.compose import label
from assistant.answer.missing import Lack
from assistant.answer.questions import Asked
from assistant.text.mentions import names
from assistant.text.terms import is_stopword

MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def abstention(asked: Asked, lack: Lack) -> str:
    """Return the words of an abstention in the language of the question."""
    return " ".join(filter(None, [label("abstain", asked.language), looked_for(asked), missing(asked, lack)]))


def looked_for(asked: Asked) -> str:
    """Say what was looked for: the kind of answer, and the words of the question that carry it."""
    what = label(f"wanted_{asked.kind}", asked.language) if asked.kind != "metadata" else ""
    words = ", ".join(_carrying(asked))
    name = "looked_for_about" if words and what else "looked_for"
    return label(name, asked.language, what=what or words, words=words) if what or words else ""


def missing(asked: Asked, lack: Lack) -> str:
    """Say what no article has, and what some have; "" when nothing is missing for certain."""
    if not lack.missing:
        return ""
    lacking = _listed(lack.missing, label("joined_or", asked.language))
    if not lack.found:
        return label("missing", asked.language, missing=lacking)
    found = _listed(lack.found, label("joined_and", asked.language))
    return label("missing_but", asked.language, missing=lacking, found=found)


def _carrying(asked: Asked) -> list[str]:
    """Return the names and the content words of a question as written, each once, in their order."""
    question = asked.question
    named = [(question.index(name), name) for name in names(question)]
    inside = [range(at, at + len(name)) for at, name in named]
    words = [(found.start(), found[0]) for found in _WORD.finditer(question) if not any(found.start() in span for span in inside)]
    asking = label("asking", asked.language).split()
    plain = [(at, word) for at, word in words if word.casefold() not in asking and not is_stopword(word.casefold(), asked.language)]
    return list(dict.fromkeys(word for _, word in sorted([*named, *plain])))[:MOST_WORDS]


def _listed(words: tuple[str, ...], last: str) -> str:
    return last.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
