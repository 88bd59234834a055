"""What names a time in a question: dates, months, years, weekdays, and days, weeks and months counted from today."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple, cast

from assistant.answer.calendar import (
    Days,
    Unit,
    made,
    month_of,
    one_day,
    recent,
    recent_month,
    shifted,
    weekday_before,
    whole,
    year_of,
)  # fmt: skip
from assistant.text import rules

Level = Literal["day", "weekday", "month", "year", "stretch"]
UNITS: tuple[Unit, ...] = ("weekend", "day", "week", "month", "year")
_YEAR = r"(?P<y>(?:19|20)\d{2})"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|°|\.)?"
_OF = r"(?:(?:de|del|of|di|do|d['’])\s*)?"
_MACRO = re.compile(r"UNIT|WEEKDAY|(?<![A-Za-z<])N(?![A-Za-z])")
_TWO = re.compile(r"ين$")
SHORT = 3
"""A name of so few letters may be an abbreviation, which names no time by itself (`mar`, but `May`)."""


class Moment(NamedTuple):
    """A time that is named: its characters and days.

    `yearless`: the year was left to be guessed. `dated`: a month that is named with its year. `counted`: from today.
    """

    start: int
    end: int
    days: Days
    level: Level
    yearless: bool = False
    dated: bool = False
    counted: bool = False


@lru_cache(maxsize=1)
def times_table() -> Mapping[str, Mapping[str, Any]]:
    """Read the words for times of all languages."""
    return tomllib.loads(resources.files("assistant.answer").joinpath("times.toml").read_text("utf-8"))


def any_word(listed: str) -> str:
    """Return the expression for words listed with | between them and _ for a space inside; nothing for an empty list."""
    words = sorted((word.replace("_", " ") for word in listed.split("|") if word), key=lambda word: (-len(word), word))
    if listed == "(?!)" or not words:
        return "(?!)"
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+").replace("'", "['’]") for word in words) + ")"


@dataclass(frozen=True)
class _Language:
    """The compiled expressions of a language; relative ones need to know today."""

    relative: tuple[tuple[str, re.Pattern[str]], ...]
    absolute: tuple[re.Pattern[str], ...]
    numbers: Mapping[str, int]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    units: Mapping[Unit, re.Pattern[str]]


def find_moments(text: str, language: str, today: date | None) -> list[Moment]:
    """Return the times that a text names, in order; of overlapping ones the longest. Without `today` only full dates are told."""
    known = _language(language)
    found = [moment for pattern in known.absolute for m in pattern.finditer(text) if (moment := _absolute(m, known, today))]
    if today is not None:
        found += [
            moment for kind, pattern in known.relative for m in pattern.finditer(text) if (moment := _relative(kind, m, known, today))
        ]
    found.sort(key=lambda m: (m.start - m.end, m.start))
    kept: list[Moment] = []
    for moment in found:
        if all(moment.end <= other.start or moment.start >= other.end for other in kept):
            kept.append(moment)
    return _joined(text, sorted(kept))


def _joined(text: str, moments: Sequence[Moment]) -> list[Moment]:
    """Join `Senin (28/12)` to the day, and `March last year` to the month of that year."""
    found: list[Moment] = []
    for moment in moments:
        last = found[-1] if found else None
        between = text[last.end : moment.start] if last else ""
        if (
            last
            and last.level == "weekday"
            and moment.level == "day"
            and re.fullmatch(r"[\s,(]*(?:(?:tanggal|the|den|el|le|dia)\s+)?", between)
        ):
            found[-1] = moment._replace(start=last.start)
        elif last and last.yearless and last.level == "month" and moment.level == "year" and len(between) <= 7:
            found[-1] = Moment(last.start, moment.end, month_of(moment.days.first.year, last.days.first.month), "month", dated=True)
        elif last and last.level == "year" and moment.yearless and moment.level in ("month", "day") and len(between) <= 1:
            days = Days(moment.days.first.replace(year=last.days.first.year), moment.days.last.replace(year=last.days.first.year))
            found[-1] = Moment(last.start, moment.end, days, moment.level, dated=True)
        else:
            found.append(moment)
    return found


def _absolute(m: re.Match[str], known: _Language, today: date | None) -> Moment | None:
    parts = {name: value for name, value in m.groupdict().items() if value}
    year = int(parts["y"]) if "y" in parts else 0
    month = known.months.get(_key(parts["month"]), 0) if "month" in parts else int(parts.get("m", 0))
    day, first = int(parts.get("d", 0)), int(parts.get("first", 0))
    if day:
        return _day(m, year, month, (first, day), today)
    if month:
        if not 1 <= month <= 12 or not (year or today):
            return None
        days = month_of(year, month) if year else recent_month(cast(date, today), month)
        return Moment(m.start(), m.end(), days, "month", yearless=not year, dated=bool(year))
    return Moment(m.start(), m.end(), year_of(year), "year")


def _day(m: re.Match[str], year: int, month: int, days: tuple[int, int], today: date | None) -> Moment | None:
    first, last = days
    if month > 12 and last <= 12:
        month, last = last, month
    end = made(year, month, last) if year else recent(today, month, last) if today else None
    begin = made(end.year, month, first) if end and first else end
    if end is None or begin is None or begin > end:
        return None
    return Moment(m.start(), m.end(), Days(begin, end), "stretch" if first else "day", yearless=not year)


def _relative(kind: str, m: re.Match[str], known: _Language, today: date) -> Moment | None:
    parts = {name: value for name, value in m.groupdict().items() if value}
    start, end = m.span()
    if kind in ("back", "ahead"):
        sign = -1 if kind == "back" else 1
        return Moment(start, end, one_day(shifted(today, sign * int(next(iter(parts))[1:]), "day")), "day")
    if name := parts.get("weekday"):
        return _weekday(kind, m, known.weekdays.get(_key(name), -1), today)
    if name := parts.get("month_name"):
        return Moment(start, end, recent_month(today, known.months[_key(name)]), "month", yearless=True, dated=True, counted=True)
    n, unit = _count(parts, known)
    if not unit:
        return None
    level: Level = unit if unit in ("month", "year") else "day"
    if kind == "past":
        return Moment(start, end, Days(shifted(today, -n, unit), today), "stretch")
    steps = {"last": -1, "this": 0, "next": 1, "twice": -2}.get(kind, -n)
    return Moment(start, end, whole(shifted(today, steps, unit), unit), level if level == "year" else "stretch", counted=True)


def _weekday(kind: str, m: re.Match[str], weekday: int, today: date) -> Moment | None:
    if weekday < 0:
        return None
    if kind in ("lastweek", "thisweek"):
        monday = whole(shifted(today, -1 if kind == "lastweek" else 0, "week"), "week").first
        return Moment(*m.span(), one_day(shifted(monday, weekday, "day")), "day")
    day = weekday_before(today, weekday, strictly=kind == "lastday")
    return Moment(*m.span("weekday" if kind == "weekday" else 0), one_day(day), "day" if kind == "lastday" else "weekday")


def _count(parts: Mapping[str, str], known: _Language) -> tuple[int, Unit | None]:
    """Return how many of which unit: 1 where no number is named."""
    if word := parts.get("one") or parts.get("two"):
        bare = _TWO.sub("", word)
        fits = (unit for unit, pattern in known.units.items() if pattern.match(bare) or pattern.match(bare[:-1] + "ة"))
        return (2 if "two" in parts else 1), next(fits, None)
    unit = next((unit for unit in UNITS if unit in parts), None)
    written = parts.get("n", "1")
    return (int(written) if written.isdigit() else known.numbers.get(_key(written), 1)), unit


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("’", "'").split())


@lru_cache(maxsize=32)
def _language(language: str) -> _Language:
    table = times_table()[language]
    unspaced = bool(table.get("unspaced"))
    months, weekdays = _names(language, "months"), _names(language, "weekdays")
    numbers = {_key(w.replace("_", " ")): n for n, words in enumerate(table.get("numbers", "").split(), 1) for w in words.split("|")}
    units = {unit: table["units"][unit] for unit in UNITS if unit in table.get("units", {})}
    return _Language(
        tuple(_relatives(table, numbers, weekdays, months, unspaced)),
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in (_unspaced() if unspaced else _spaced(table, months))),
        numbers,
        {_key(name): position for name, position in months.items()},
        {_key(name): position - 1 for name, position in weekdays.items()} if not unspaced else _Positions(weekdays),
        {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in units.items()},
    )


class _Positions(dict[str, int]):
    """Positions by expression: a name is looked up by the first that it matches."""

    def get(self, name: str, default: int = -1) -> int:  # type: ignore[override]
        """Return the position, from 0, of a name."""
        return next((position - 1 for pattern, position in self.items() if re.fullmatch(pattern, name)), default)


def _names(language: str, key: str) -> dict[str, int]:
    """Return name -> position, from 1, of months or weekdays: those of articles and those of questions only."""
    listed = [*rules.tables().get(language, {}).get("dates", {}).get(key, ())], [*times_table()[language].get(key, ())]
    found: dict[str, int] = {}
    if times_table()[language].get("unspaced"):
        return {name: position for position, name in enumerate(listed[1], 1)}
    for names in listed:
        for position, written in enumerate(names, 1):
            for place, name in enumerate(written.split("|")):
                if key == "months" or place == 0 or len(name) > SHORT + 1:
                    found.setdefault(name, position)
    return found


def _relatives(
    table: Mapping[str, Any], numbers: Mapping[str, int], weekdays: Mapping[str, int], months: Mapping[str, int], unspaced: bool
) -> Iterator[tuple[str, re.Pattern[str]]]:
    edge = ("", "") if unspaced else (r"(?<![\w/])(?:", r")(?![\w/])")
    unit = table.get("units", {})
    macros = {
        "N": rf"(?P<n>\d{{1,3}}|{rules.alternatives(sorted(numbers, key=lambda w: (-len(w), w)))})",
        "UNIT": "(?:" + "|".join(f"(?P<{name}>{unit[name]})" for name in UNITS if name in unit) + ")",
        "SPAN": "(?:" + "|".join(f"(?P<{name}>{unit[name]})" for name in UNITS if name in unit and name != "day") + ")",
        "WEEKDAY": f"(?P<weekday>{'|'.join(weekdays) if unspaced else rules.alternatives(sorted(weekdays, key=lambda w: (-len(w), w)))})",
    }
    named_month = f"(?P<month_name>{rules.alternatives(sorted(months, key=lambda w: (-len(w), w)))})" if months else "(?!)"

    def compiled(pattern: str, **more: str) -> re.Pattern[str]:
        written = _MACRO.sub(lambda found: {**macros, **more}[found[0]], pattern)
        return re.compile(f"{edge[0]}{written}{edge[1]}", re.IGNORECASE)

    for kind in ("back", "ahead"):
        for days, words in enumerate(table.get(kind, ())):
            if words:
                yield kind, compiled(f"(?P<_{days}>{words})")
    for kind in ("ago", "past"):
        for pattern in table.get(kind, ()):
            yield kind, compiled(pattern)
    for kind in ("last", "this", "next", "twice"):
        for pattern in table.get(kind, ()):
            yield kind, compiled(pattern, UNIT=macros["SPAN"])
    for kind in ("lastday", "lastweek", "thisweek", "weekday"):
        for pattern in table.get(kind, ("WEEKDAY",) if kind == "weekday" and weekdays else ()):
            yield kind, compiled(pattern)
            if kind == "lastday" and months:
                yield kind, compiled(pattern, WEEKDAY=named_month)


def _spaced(table: Mapping[str, Any], months: Mapping[str, int]) -> Iterator[str]:
    """Yield the expressions for dates where words have spaces between them."""
    named = rules.alternatives(sorted(months, key=lambda name: (-len(name), name)))
    alone = rules.alternatives(sorted(_unshortened(months), key=lambda name: (-len(name), name)))
    year = rf"{_YEAR}(?![\d/])(?:\s*{table['year_behind']}(?!\w))?" if "year_behind" in table else rf"{_YEAR}(?![\d/])"
    month = rf"(?P<month>{named})(?!\w)\.?"
    day = rf"(?<![\d/.:])(?P<d>\d{{1,2}}){_ORDINAL}"
    to = any_word(table.get("to", "-"))
    yield rf"(?<!\d){_YEAR}-(?P<m>\d{{2}})(?:-(?P<d>\d{{2}}))?(?!\d)"
    yield rf"(?<![\d/.])(?P<d>\d{{1,2}})[/.](?P<m>\d{{1,2}})[/.]{_YEAR}(?!\d)"
    span = rf"(?P<first>\d{{1,2}}){_ORDINAL}\s*{to}\s*(?:el|le|den|dem)?\s*(?P<d>\d{{1,2}}){_ORDINAL}"
    yield rf"(?<![\d/.]){span}\s+{_OF}{month}(?:,?\s+{_OF}{year})?"
    yield rf"{day}\s+{_OF}{month}(?:,?\s+{_OF}{year})?"
    yield rf"(?<!\w){month}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+{year})?"
    yield rf"(?<!\w){month},?\s+{_OF}{year}"
    yield rf"(?<!\w)(?P<month>{alone})(?!\w)"
    yield r"(?<=\()(?P<d>\d{1,2})[/.](?P<m>\d{1,2})(?=\))"
    yield r"(?:(?<=tanggal )|(?<=tgl )|(?<=on )|(?<=el )|(?<=le )|(?<=am )|(?<=dia )|(?<=, ))(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/])"
    yield rf"(?<![\d.,/$€£-]){year}(?!\w|[-–]\w|[.,]\d)"


def _unshortened(months: Mapping[str, int]) -> list[str]:
    """Return the names of months that are no abbreviations."""
    return [
        name
        for name, position in months.items()
        if len(name) > SHORT or not any(other != name and other.startswith(name) for other, at in months.items() if at == position)
    ]


def _unspaced() -> Iterator[str]:
    """Yield the expressions for dates of Chinese and Japanese."""
    to = "(?:から|到|至|～|〜|-|–)"
    yield rf"(?<!\d)(?:{_YEAR}\s*年)?(?P<m>\d{{1,2}})月(?P<first>\d{{1,2}})[日号]?{to}(?P<d>\d{{1,2}})[日号]"
    yield rf"(?<!\d){_YEAR}\s*年\s*(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*[日号號]"
    yield rf"(?<!\d){_YEAR}\s*年\s*(?P<m>\d{{1,2}})\s*月份?(?!\s*\d)"
    yield r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]"
    yield r"(?<!\d)(?P<m>\d{1,2})\s*月份?(?!\s*\d)"
    yield rf"(?<!\d){_YEAR}\s*年(?!\s*\d)(?!間|间|代)"
    yield rf"(?<!\d){_YEAR}-(?P<m>\d{{2}})(?:-(?P<d>\d{{2}}))?(?!\d)"
    yield r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/])"
