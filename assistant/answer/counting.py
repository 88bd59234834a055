"""Amounts that questions ask for and sentences tell: how many dead, how much damage, how long.

An hour, a date, a year or a place in an order is no amount. What is counted and measured is data in `counting.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from assistant.answer.days import dates_in
from assistant.answer.figures import figures, same_figure
from assistant.answer.listed import Listed
from assistant.answer.numerals import Figure, tables

ANOTHER = 0.3
"""What a sentence is worth that tells an amount, but of something else than what is asked for."""
UNSURE = 0.7
"""What a figure without a unit is worth where one is wanted: its unit may be one that no table knows."""
LATER = 0.85
"""What it is worth when it tells of those that a word such as `victims` means after the dead."""
BEFELL = frozenset(("dead", "hurt", "displaced"))
"""Rows whose words hardly stand for money: a sum may be saved or lost, too."""
HOURS = 24
SOME_DAY = "2024-01-01"
"""Days told from an article's own are to be found, not to be reckoned."""
_CLOCK = re.compile(r"(?<!\w)(?:pukul|jam|at|um|gegen|à|vers|a las|às|в|الساعة|saat)\.?\s+$", re.IGNORECASE)
_OF_DAY = re.compile(r"\s?(?:[ap]\.?m\b|uhr\b|h\s?\d|[時点])", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The amount a question asks for: rows of [people], what is meant first coming first; kinds of unit; and figures of its own.

    Without rows and kinds any amount may be meant.
    """

    people: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    own: tuple[Figure, ...] = ()


@cache
def _rules() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files("assistant.answer").joinpath("counting.toml").read_text("utf-8"))


@cache
def _listed(table: str, language: str, asked: bool) -> Listed:
    rows = {name: _for(row, asked) for name, row in _rules()[table].items()}
    return Listed.of(rows, language)


def _for(row: str, asked: bool) -> str:
    """Return a row without the words that only questions use, or with them like any other."""
    return row.replace(" +", " ") if asked else re.sub(r" \+\S+", "", row)


def _rows(table: str, text: str, language: str, asked: bool = False) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, _, names in _listed(table, language, asked).find(text) for name in names))


@lru_cache(maxsize=1 << 13)
def people_in(sentence: str, language: str) -> frozenset[str]:
    """Return the rows of [people] of which a sentence tells."""
    return frozenset(_rows("people", sentence, language))


def wanted_amount(question: str, language: str) -> Wanted:
    """Say which amount a question asks for, by its words.

    Args:
        question: one that asks for a number.
        language: its ISO 639-1 code.
    """
    people = _rows("people", question, language, asked=True)
    if not people and _rows("groups", question, language, asked=True):
        people = ("dead", "hurt", "missing", "displaced")
    kinds = frozenset(_rows("measures", question, language, asked=True))
    if people and ("money" not in kinds or BEFELL & {*people}):
        kinds = frozenset()
    elif people:
        people = ()
    return Wanted(people, kinds, figures(question, language))


def told(wanted: Wanted, sentence: str, language: str) -> float:
    """Return how far a sentence tells the amount that is wanted, 0 (none at all) to 1.

    Args:
        wanted: what `wanted_amount` gives.
        sentence: with its language's ISO 639-1 code.
    """
    amounts = [one for one in amounts_in(sentence, language) if not any(same_figure(one, own) for own in wanted.own)]
    if wanted.people:
        return _told_of_people(wanted, sentence, language, amounts)
    if not amounts:
        return 0.0
    if not wanted.kinds:
        return 1.0
    if any(_kind(one) & wanted.kinds for one in amounts):
        return 1.0
    return UNSURE if any(not one.unit for one in amounts) else ANOTHER


def _told_of_people(wanted: Wanted, sentence: str, language: str, amounts: list[Figure]) -> float:
    rows = _rows("people", sentence, language)
    counted = any(not one.unit for one in amounts) or bool(_rows("none", sentence, language))
    if counted and (met := [name for name in wanted.people if name in rows]):
        return 1.0 if met[0] == wanted.people[0] or len(wanted.people) < 3 else LATER
    return ANOTHER if any(not one.unit for one in amounts) else ANOTHER / 2 if amounts else 0.0


def people_counted(text: str, language: str, parts: Sequence[tuple[int, int]]) -> list[tuple[Figure, frozenset[str]]]:
    """Return the figures of a text that count people, each with the rows of [people] beside it, in parts that have one figure alone.

    Args:
        text: with its language's ISO 639-1 code.
        parts: the places at which one thing is told.
    """
    found = []
    for start, end in parts:
        amounts = [one for one in amounts_in(text, language) if start <= one.start < end and not one.unit]
        rows = frozenset(_rows("people", text[start:end], language))
        if len(amounts) == 1 and rows:
            found.append((amounts[0], rows))
    return found


@lru_cache(maxsize=1 << 13)
def amounts_in(sentence: str, language: str) -> tuple[Figure, ...]:
    """Return the figures of a sentence that are amounts: no dates, years, hours, or places in an order."""
    found = figures(sentence, language)
    if not found:
        return ()
    dates = dates_in(sentence, SOME_DAY)
    kept = []
    for one in found:
        dated = any(day.start < one.end and one.start < day.end for day in dates)
        bare_year = not one.unit and one.digits and _YEAR.fullmatch(sentence[one.start : one.end])
        if not (dated or bare_year or one.ordinal or one.vague or _is_hour(one, sentence)):
            kept.append(one)
    return tuple(kept)


def _is_hour(figure: Figure, sentence: str) -> bool:
    """Say whether a figure is a time of day: behind a word that says so, with a colon, or before `p.m.`"""
    written = sentence[figure.start : figure.end]
    if not figure.digits or figure.value > HOURS or not re.fullmatch(r"\d{1,2}(?:[.:h]\d\d)?", written):
        return False
    behind_clock = _CLOCK.search(sentence, max(0, figure.start - 12), figure.start) and figure.unit in ("", "hour")
    return ":" in written or bool(behind_clock) or _OF_DAY.match(sentence, figure.end) is not None


def _kind(figure: Figure) -> frozenset[str]:
    if not figure.unit:
        return frozenset()
    kind = tables()["convert"][figure.unit][1]
    if kind == figure.unit and kind not in ("percent", "degree"):
        return frozenset(("money",))
    return frozenset((kind, "age")) if figure.unit in ("year", "month") else frozenset((kind,))
