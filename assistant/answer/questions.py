"""What is asked: the kind of answer that is wanted, and for "what did X say about Y" the speaker and the topic.

The patterns are data in `questions.toml`, by language.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

KINDS = ("reason", "number", "date", "place", "person", "definition", "list", "yes_no")
"""Kinds in the order in which they are tried; a question that fits none is of the kind "what"."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `kind` is one of `KINDS`, "said", "metadata" or "what". `speaker` and `topic` are as written, "" when there is none.
    """

    question: str
    language: str
    kind: str = "what"
    speaker: str = ""
    topic: str = ""


@dataclass(frozen=True)
class _Patterns:
    said: tuple[re.Pattern[str], ...]
    metadata: tuple[re.Pattern[str], ...]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, _Patterns]:
    """Compile the patterns of every language once."""
    source = resources.files("assistant.answer").joinpath("questions.toml").read_text("utf-8")
    return {
        language: _Patterns(
            said=tuple(re.compile(pattern, re.IGNORECASE) for pattern in rules.get("said", ())),
            metadata=tuple(re.compile(pattern, re.IGNORECASE) for pattern in rules.get("metadata", ())),
            kinds=tuple(
                (kind, re.compile("|".join(f"(?:{pattern})" for pattern in rules[kind]), re.IGNORECASE)) for kind in KINDS if kind in rules
            ),
        )
        for language, rules in tomllib.loads(source).items()
    }


def understand(question: str, language: str) -> Asked:
    """Say what a question asks for.

    Args:
        question: as the person wrote it.
        language: its ISO 639-1 code; the patterns of that language are tried first, then those of Indonesian and English,
            because short questions are often taken for a neighbour's language.
    """
    plain = " ".join(question.split()).strip(" \t?？!.。؟¿¡")
    known = _patterns()
    order = [code for code in dict.fromkeys((language, "id", "en", "ms")) if code in known]
    for code in order:
        if found := _first(known[code].metadata, plain):
            return Asked(question, language, "metadata", topic=_group(found, "topic"))
    for code in order:
        if found := _first(known[code].said, plain):
            speaker = _group(found, "speaker")
            if speaker and len(speaker.split()) <= MAX_SPEAKER_WORDS:
                return Asked(question, language, "said", speaker, _group(found, "topic"))
    for code in order:
        for kind, pattern in known[code].kinds:
            if pattern.match(plain):
                return Asked(question, language, kind)
    return Asked(question, language)


MAX_SPEAKER_WORDS = 9
"""A longer "speaker" is a clause: the question only looks like one about words."""


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)


def _group(found: re.Match[str], name: str) -> str:
    return (found.groupdict().get(name) or "").strip()
