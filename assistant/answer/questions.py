"""What is asked: the kind of answer that is wanted, of which time and from whom, and for "what did X say about Y" whose words, about what.

The patterns are data: `questions.toml`, `times.toml`, `sources.toml` and, for words, `wordings.toml`, by language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.answer.kinds import FORMS, KINDS, NEIGHBOURS, kind_of, patterns_of, tongues, wants_newest, without_lead
from assistant.answer.matter import matter_of
from assistant.answer.mentioned import names_in, sides_of
from assistant.answer.parts import split_questions
from assistant.answer.sources import NOBODY, Known, Source, find_source, is_writing
from assistant.answer.times import NO_TIME, Time, take_time
from assistant.answer.wordings import Wording, read_wordings, split_speakers, take_direct

__all__ = ["KINDS", "Asked", "Asks", "Known", "understand"]

Asks = Literal["", "words", "whether", "spoke", "who"]
_SIGNS = re.compile(r"[\u064b-\u0652\u0640]")
_FINAL = " \t?？!！.。؟¿¡"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `kind` is one of `KINDS`, "said", "metadata" or "what": how the sentences are searched, too, when no words answer. `asks` is for a
    question about words: "words" of speakers, "whether" speakers said something, or "who" said something; else "". `speaker` is whoever is
    named, as written, `speakers` are these one by one, and `topic` is what the words are about, "" when there is none; with `circumstance`
    it says when they were said instead (`after the match`). `act` is what was
    done with words (`deny`; a key of `[acts]` in `wordings.toml`), `words` are those in quotation marks in the question. `direct_only`:
    only words in quotation marks are wanted. `since` and `until` are the time that is asked about: ISO dates of whole days, both
    included, "" when open; with `exact_time` it is said outright, not guessed from a weekday or a month without its year. `names` are the
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
    exact_time: bool = True
    names: tuple[str, ...] = ()
    outlet: str = ""
    author: str = ""
    sides: tuple[str, ...] = ()
    newest: bool = False


def understand(question: str, language: str, now: str = "", known: Known = NOBODY) -> Asked:
    """Say what a question asks for.

    Args:
        question: as the person wrote it; of several questions in one the first is meant.
        language: its ISO 639-1 code. Wordings of Indonesian and English are tried as well, because short questions are often taken for a
            neighbour's language.
        now: the ISO date of today, for words such as `yesterday`.
        known: the outlets and authors that the articles have; others are told by their form.
    """
    plain = _without_marks(split_questions(question, language)[0].strip(_FINAL))
    own = tongues(language)
    for code in dict.fromkeys((*own, "id", "en")):
        if found := next((m for pattern in patterns_of(code).metadata if (m := pattern.fullmatch(plain))), None):
            return Asked(question, language, "metadata", topic=(found.groupdict().get("topic") or "").strip())
    near = (*own, *(code for code in NEIGHBOURS.get(language, ()) if code not in own))
    order = tuple(dict.fromkeys((language, "id", "en", "ms", *near)))
    source = find_source(plain, near, known)
    undirected, direct = take_direct(without_lead(source.rest if source else plain, own), order)
    rest, time = take_time(undirected, now, near)
    kind = kind_of(rest, own, asked=any(mark in question for mark in "?？؟"))
    asked = Asked(question, language, kind, direct_only=direct, newest=wants_newest(rest, own))
    asked = _with_time(_from_source(asked, source, rest, order), time)
    if not asked.asks:
        for text, when in ((rest, time), (undirected, NO_TIME)):
            if wording := next((wording for wording in read_wordings(text, order) if _fits(wording, kind)), None):
                asked = _about_words(_with_time(asked, when), wording, order)
                break
    if asked.kind in ("summary", "timeline") and not asked.topic:
        asked = replace(asked, topic=matter_of(rest, (*own, "en")))
    named = names_in(take_time(plain, now, near)[0], language, (*asked.speakers, *filter(None, (asked.outlet, asked.author))))
    return replace(asked, names=named, sides=sides_of(rest, named, own) if kind == "comparison" else ())


def _without_marks(question: str) -> str:
    """Return a question without the vowel signs of Arabic, which few write."""
    return _SIGNS.sub("", question)


def _with_time(asked: Asked, time: Time) -> Asked:
    return replace(asked, since=time.since, until=time.until, exact_time=time.exact)


def _from_source(asked: Asked, source: Source | None, rest: str, order: Sequence[str]) -> Asked:
    """Add whom alone the question wants to hear; what a speaker says of something are their words about it."""
    if source is None:
        return asked
    if source.kind == "outlet":
        return replace(asked, outlet=source.name)
    if source.kind == "author":
        return replace(asked, author=source.name)
    kind = "said" if asked.kind == "what" else asked.kind
    return replace(asked, kind=kind, asks="words", speaker=source.name, speakers=split_speakers(source.name, order), topic=rest)


def _fits(wording: Wording, kind: str) -> bool:
    """Say whether a question of a kind may be one about words: only what wants yes or no asks whether somebody denied something."""
    if wording.form == "whether":
        return kind in ("yes_no", "what")
    return kind not in (*FORMS, "definition") or (wording.form in ("said", "quote") and not is_writing(wording.named))


def _about_words(asked: Asked, wording: Wording, order: Sequence[str]) -> Asked:
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
    )
