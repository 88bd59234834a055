"""When the words were said that are asked for: a date or a year at the end or the beginning of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from assistant.text.dates import month_pattern, parse_date
from assistant.text.rules import alternatives

YEAR = r"(?:19|20)\d{2}"


class Time(NamedTuple):
    """A stretch of days, as ISO dates or beginnings of such; "" is open. An `until` includes all of it: "2023" all of that year."""

    since: str = ""
    until: str = ""


@lru_cache(maxsize=1)
def _words() -> tuple[Mapping[str, str], Mapping[str, str]]:
    from assistant.answer.wordings import tables

    return tables()["times"], tables()["days"]


def take_time(question: str, now: str = "") -> tuple[str, Time]:
    """Return a question without the date that it begins or ends with, and the time meant; the question itself where there is none.

    Args:
        question: without its final punctuation.
        now: the ISO date of today, for `yesterday`; without it such words are left alone.
    """
    for pattern in _patterns():
        found = pattern.search(question)
        time = _time(found) if found else None
        if found and time:
            return _without(question, found), time
    for back, words in _words()[1].items():
        found = re.search(rf"(?:^|(?<=\W))(?:{_any(words)})(?=\W|$)", question, re.IGNORECASE)
        if found and now:
            day = (date.fromisoformat(now[:10]) - timedelta(days=int(back))).isoformat()
            return _without(question, found), Time(day, day)
    return question, Time()


def _without(question: str, found: re.Match[str]) -> str:
    return " ".join(f"{question[: found.start()]} {question[found.end() :]}".split()).strip(" ,，、")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    words = _words()[0]
    month = month_pattern()
    day = r"\d{1,2}(?:st|nd|rd|th|\.)?"
    one = (
        rf"(?:{YEAR}-\d{{2}}(?:-\d{{2}})?|{day}\s+(?:de\s+|of\s+)?(?:{month})\.?,?\s+(?:de\s+|del\s+)?{YEAR}"
        rf"|(?:{month})\.?\s+(?:{day},?\s+)?(?:de\s+|del\s+)?{YEAR}|\d{{1,2}}[/.]\d{{1,2}}[/.]{YEAR}|{YEAR})"
    )
    fill = rf"(?:(?:{_any(words['fillers'])})[,]?\s+){{0,3}}\(?"
    kinds = "|".join(f"(?P<{kind}>{_any(words[kind])})" for kind in ("during", "since", "until", "before"))
    both = rf"(?:{_any(words['between'])})\s+(?P<first>{one})\s+(?:{_any(words['to'])})\s+(?P<last>{one})"
    single = rf"(?:{kinds})\s+{fill}(?P<day>{one})\)?"
    asian = rf"(?:在|于)?(?P<y>{YEAR})年(?:(?P<m>\d{{1,2}})月)?(?:(?P<d>\d{{1,2}})[日号])?(?:に|の)?"
    tail = rf"(?:(?<=\s)|^)(?:{both}|{single})(?:\s+(?:года?|году|року|रोक|में|से))?$"
    head = rf"^(?:{both}|{single})(?:\s+(?:года?|году|року))?,?\s+"
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (tail, head, asian))


def _time(found: re.Match[str]) -> Time | None:
    parts = found.groupdict()
    if parts.get("y"):
        given = "-".join([parts["y"], *(part.zfill(2) for name in "md" if (part := parts[name]))])
        return Time(given, given)
    if parts.get("first"):
        return Time(_iso(parts["first"]), _iso(parts["last"]))
    day = _iso(parts.get("day") or "")
    if not day:
        return None
    if parts["before"]:
        return Time("", _day_before(day))
    if parts["until"]:
        return Time("", day)
    return Time(day, "" if parts["since"] else day)


def _iso(written: str) -> str:
    """Return a date, a month or a year as ISO 8601, "" when it is none."""
    if re.fullmatch(rf"{YEAR}(?:-\d\d){{0,2}}", written):
        return written
    if whole := parse_date(written):
        return whole[:10]
    year = re.search(YEAR, written)
    first = parse_date(f"1 {re.sub(YEAR, '', written).strip(' .,')} {year[0]}") if year else ""
    return first[:7]


def _day_before(day: str) -> str:
    if len(day) == 4:
        return str(int(day) - 1)
    first = date.fromisoformat(day if len(day) == 10 else f"{day}-01")
    return (first - timedelta(days=1)).isoformat()


def _any(listed: str) -> str:
    return alternatives(sorted((word.replace("_", " ") for word in listed.split()), key=lambda word: (-len(word), word)))
