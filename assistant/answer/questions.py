"""What is asked: the kind of answer that is wanted, and for "what did X say about Y" whose words, about what and when.

The patterns are data: `questions.toml` and, for words, `wordings.toml`, by language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Literal

from assistant.answer.times import Time, take_time
from assistant.answer.wordings import Wording, read_wordings, split_speakers, take_direct

KINDS = ("reason", "number", "date", "place", "person", "definition", "list", "yes_no")
"""Kinds in the order in which they are tried; a question that fits none is of the kind "what"."""


Asks = Literal["", "words", "whether", "spoke", "who"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `kind` is one of `KINDS`, "said", "metadata" or "what": how the sentences are searched, too, when no words answer. `asks` is for a
    question about words: "words" of speakers, "whether" speakers said something, or "who" said something; else "". `speaker` is whoever is
    named, as written, `speakers` are these one by one, and `topic` is what the words are about, "" when there is none; with `circumstance`
    it says when they were said instead (`after the match`). `act` is what was
    done with words (`deny`; a key of `[acts]` in `wordings.toml`), `words` are those in quotation marks in the question. `direct_only`:
    only words in quotation marks are wanted. `since` and `until` are ISO dates or the beginnings of such, "" when open. `names` are the
    persons, bodies and places named, as written; `outlet` and `author` whom alone the question wants to hear; `sides` what a comparison
    sets against each other; `newest`: the latest state of things is wanted.
    """

    question: str
    language: str
    kind: str = "what"
    asks: Asks = ""
    speaker: str = ""
    speakers: tuple[str, ...] = ()
    topic: str = ""
    circumstance: bool = False
    act: str = ""
    words: str = ""
    direct_only: bool = False
    since: str = ""
    until: str = ""
    names: tuple[str, ...] = ()
    outlet: str = ""
    author: str = ""
    sides: tuple[str, ...] = ()
    newest: bool = False


@dataclass(frozen=True)
class _Patterns:
    metadata: tuple[re.Pattern[str], ...]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, _Patterns]:
    """Compile the patterns of every language once."""
    source = resources.files("assistant.answer").joinpath("questions.toml").read_text("utf-8")
    return {
        language: _Patterns(
            metadata=tuple(re.compile(pattern, re.IGNORECASE) for pattern in rules.get("metadata", ())),
            kinds=tuple(
                (kind, re.compile("|".join(f"(?:{pattern})" for pattern in rules[kind]), re.IGNORECASE)) for kind in KINDS if kind in rules
            ),
        )
        for language, rules in tomllib.loads(source).items()
    }


def understand(question: str, language: str, now: str = "") -> Asked:
    """Say what a question asks for.

    Args:
        question: as the person wrote it.
        language: its ISO 639-1 code; the patterns of that language are tried first, then those of Indonesian and English,
            because short questions are often taken for a neighbour's language.
        now: the ISO date of today, for words such as `yesterday`.
    """
    plain = " ".join(question.split()).strip(" \t?？!.。؟¿¡")
    known = _patterns()
    order = [code for code in dict.fromkeys((language, "id", "en", "ms")) if code in known]
    for code in order:
        if found := _first(known[code].metadata, plain):
            return Asked(question, language, "metadata", topic=_group(found, "topic"))
    kind = next((kind for code in order for kind, pattern in known[code].kinds if pattern.match(plain)), "what")
    undirected, direct = take_direct(plain, order)
    rest, time = take_time(undirected, now)
    for text, when in ((rest, time), (undirected, Time())):
        if wording := next(read_wordings(text, order), None):
            return _about_words(Asked(question, language, kind, direct_only=direct), wording, when, order)
    return Asked(question, language, kind)


def _about_words(asked: Asked, wording: Wording, time: Time, order: Sequence[str]) -> Asked:
    form = wording.form
    asks: Asks = "words" if form == "said" or form == "quote" else form
    return replace(
        asked,
        kind="said" if asks == "words" else asked.kind,
        asks=asks,
        speaker=wording.named,
        speakers=split_speakers(wording.named, order),
        topic=wording.topic,
        circumstance=wording.circumstance,
        act=wording.act,
        words=wording.words,
        direct_only=asked.direct_only or form == "quote",
        since=time.since,
        until=time.until,
    )


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)


def _group(found: re.Match[str], name: str) -> str:
    return (found.groupdict().get(name) or "").strip()
