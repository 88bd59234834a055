"""Whom and what a question names, and what a comparison sets against each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.answer.kinds import patterns_of
from assistant.answer.naming import parse_name
from assistant.answer.wordings import split_speakers
from assistant.text.cues import load_table
from assistant.text.dates import month_pattern, weekday_pattern
from assistant.text.terms import folded

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_UPPER = "A-ZÀ-ÖØ-ÞĞİŞČŠŽĆŁА-ЯЁІЇЄ"
_LINK = r"(?:de|del|da|do|dos|das|la|of|the|von|van|du|bin|al|di|e)"
_RUN = re.compile(rf"(?<![\w'’])(?:[dlDL]['’])?[{_UPPER}][\w'’.&-]*(?:\s+(?:{_LINK}\s+){{0,2}}[{_UPPER}0-9][\w'’.&-]*)*")
_QUOTED = re.compile(r"[«„“\"「『《]\s*(?P<name>[^»”“\"」』》]{2,40}?)\s*[»”“\"」』》]")
_PLACE = re.compile(r"[\u3400-\u9fff]{1,4}?(?:市|县|省|自治区|镇|空港|駅|港|大学|银行|銀行|集团|公司|医院|府|州)")
_ELISION = re.compile(r"^(?:[dlDL]|qu|Qu)['’](?=\w)")
_NOUN_ENDS = re.compile(r"(?:ung|heit|keit|schaft|ion|tät|ismus|nis|tum|chen|lein|ling|er|en|e|el)$")
_FUNCTION_WORDS = frozenset({
    "the", "a", "an", "el", "la", "los", "las", "le", "les", "l", "der", "die", "das", "den", "dem", "o", "os", "as", "il", "lo",
    "in", "on", "at", "di", "en", "de", "do", "according", "selon", "laut", "segundo",
})  # fmt: skip
"""They may stand with a capital at the beginning of a question and name nobody."""


def names_in(question: str, language: str, others: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the persons, bodies and places that a question names, as written and in order, each once.

    Args:
        question: without its time; a capital that only opens it makes no name.
        language: its ISO 639-1 code. Where letters have no case only `others`, quoted names and names of places that end as such are told.
        others: names known already (of speakers and sources), with titles.
    """
    found: dict[str, int] = {}
    for other in others:
        shown = parse_name(other, typed=True).shown or other
        found.setdefault(shown, max(question.find(shown), 0))
    if _WIDE.search(question):
        for match in _PLACE.finditer(question):
            found.setdefault(match[0], match.start())
    else:
        for match in _RUN.finditer(question):
            _add_run(match, question, language, found)
    for match in _QUOTED.finditer(question):
        if len(match["name"].split()) <= 4 and (match["name"][:1].isupper() or match[0][0] == "《"):
            found.setdefault(match["name"], match.start("name"))
    kept = [name for name in found if not any(name != other and name in other for other in found)]
    return tuple(sorted(kept, key=lambda name: (found[name], name)))


def _add_run(match: re.Match[str], question: str, language: str, found: dict[str, int]) -> None:
    run = _ELISION.sub("", match[0]).rstrip(".'’-")
    start = match.start() + len(match[0]) - len(_ELISION.sub("", match[0]))
    opens = not question[:start].strip(' ¿¡"«„“')
    words = run.split()
    while words and (folded(words[0]) in _FUNCTION_WORDS or (opens and len(words) > 1 and _asks(words[0], language))):
        start += len(words[0]) + 1
        words = words[1:]
        opens = False
    if not words or (opens and len(words) == 1 and not _proper(words[0])) or _time_word().fullmatch(" ".join(words)):
        return
    name = " ".join(words)
    shown = parse_name(name).shown or name
    if load_table(language).get("nouns_capital"):
        before = question[:start].rstrip().rsplit(" ", 1)[-1].casefold()
        if len(shown.split()) == 1 and not _is_german_name(shown, before):
            return
    found.setdefault(shown, question.find(shown, start) if shown in question else start)


def _is_german_name(word: str, before: str) -> bool:
    """Say whether a single capitalised word is a name where all nouns have capitals: behind a preposition of place, or in capitals."""
    if word.isupper() and len(word) > 1:
        return True
    return before in ("in", "aus", "nach", "bei", "von", "und", "oder", "um") and not _NOUN_ENDS.search(word[3:])


def _proper(word: str) -> bool:
    return word.isupper() and len(word) > 1


def _asks(word: str, language: str) -> bool:
    asking = patterns_of(language).asking
    return bool(asking and asking.fullmatch(word)) or len(word) < 3


@lru_cache(maxsize=1)
def _time_word() -> re.Pattern[str]:
    return re.compile(rf"(?:{month_pattern()}|{weekday_pattern()})", re.IGNORECASE)


def sides_of(question: str, names: Sequence[str], languages: Sequence[str]) -> tuple[str, ...]:
    """Return what a comparison sets against each other: the names that it joins, else the words around `and` or `or`."""
    joined = [name for name in names if name]
    if len(joined) >= 2:
        spans = [(question.find(name), name) for name in joined if name in question]
        for (at, one), (behind, other) in pairwise(spans):
            if behind - at - len(one) <= 30:
                return one, other
    tail = re.split(r"[,:;，、]\s*", question)[-1]
    for code in (*languages, "en"):
        parts = split_speakers(re.sub(r"\s+(?:or|ou|o|oder|atau|или|أم|أو|vs\.?|versus)\s+", ", ", tail), (code,))
        if len(parts) > 1:
            return tuple(" ".join(part.split()[-3:]) if i == 0 else part for i, part in enumerate(parts))[:4]
    return ()
