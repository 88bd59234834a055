"""Dates: of metadata in anybody's notation, and of a story that only says `Senin (28/12)`.

The names of months and weekdays are in `languages/*.toml`. No date library: dateparser costs more at start-up
than the rest of the text part together, and guesses where we want "".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from assistant.text import rules

MAX_VALUE = 120
"""A longer value is no date but a text that holds one."""
EARLIEST = 1900
EPOCH = re.compile(r"-?\d{9,10}(?:\.\d+)?|\d{13}")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)\s*[日일]?")
BASIC = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?=[Tt]\d|$)")
DAY_FIRST = re.compile(r"(?<![\d.])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d|\.\d)")
ORDINAL = r"(?:st|nd|rd|th|er|re|º|ª|°|\.)?"
FILLER = r"(?:de|del|of|năm|г\.?)"
TIME = re.compile(
    r"(?<![\d/.:])(\d{1,2})\s?(?:[:.h時点시]|uhr)\s?(?:(\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?分?\s*([ap]\.?m\b\.?)?"
    r"\s*(z\b|[+-]\d{2}:?\d{2}\b|(?:gmt|utc)\s?(?:[+-]\d{1,2}(?::?\d{2})?)?|[a-zа-я]{2,5}\b)?",
    re.IGNORECASE,
)
TWELVE = re.compile(r"(?<![\d/.:])(\d{1,2})()()\s?([ap]\.?m\b\.?)()", re.IGNORECASE)
OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
YEAR = re.compile(r"(?<![\d/.,-])(?:19|20)\d{2}(?![\d/-]|[.,]\d)")


def parse_date(value: str, languages: Sequence[str] = ()) -> str:
    """Return a date or time as ISO 8601, "" when `value` is none or cannot be told.

    `2020-12-28`, or `2020-12-28T20:15:00+07:00` when a time of day is given. A date all in numbers is read
    day first, as nearly everywhere; in English, where both orders are used, an ambiguous one gives "".
    """
    value = " ".join(str(value).split()).strip("()[].,;| ")
    if not value or len(value) > MAX_VALUE:
        return ""
    if EPOCH.fullmatch(value):
        return _from_epoch(float(value))
    found = _find_date(value.casefold(), tuple(languages))
    if found is None:
        return ""
    day, rest = found
    return day.isoformat() + _find_time(rest)


@dataclass(frozen=True)
class _Mention:
    """A weekday with a day of the year, as a story names it; `days` are the possible (month, day)."""

    weekday: int
    days: tuple[tuple[int, int], ...]
    year: int | None


def infer_date(text: str, latest: int | None = None) -> str:
    """Return the date of a story that names weekday and day (`Senin (28/12)`), "" when nothing is certain.

    The year is the one, next to those that the text mentions, in which the day falls on that weekday: with
    `20 Januari 2021 mendatang` Monday 28/12 must be in 2020. `latest` is the last possible year, the current
    one by default.
    """
    latest = latest or datetime.now(UTC).year
    years = Counter(year for match in YEAR.finditer(text) if (year := int(match[0])) <= latest + 1)
    near = sorted({year + step for year in years for step in (-1, 0, 1) if year + step <= latest})
    for mention in _mentions(text):
        possible = [mention.year] if mention.year else near
        days = (_date(year, month, day) for year in possible for month, day in mention.days)
        fits = [day for day in days if day is not None and day.weekday() == mention.weekday]
        if (day := _nearest(fits, years)) is not None:
            return day.isoformat()
    return ""


def _nearest(fits: list[date], years: Counter[int]) -> date | None:
    """Of several days that fit, take the one nearest to the years of the text, if it is clearly nearest."""
    if len(fits) <= 1:
        return fits[0] if fits else None
    costs = sorted((sum(abs(day.year - year) * n for year, n in years.items()), day) for day in fits)
    return costs[0][1] if costs[1][0] >= 2 * costs[0][0] + 1 else None


def _mentions(text: str) -> Iterator[_Mention]:
    for match in _mention_pattern().finditer(text):
        groups = match.groupdict()
        year = groups["year_a"] or groups["year_b"] or groups["year_c"]
        if groups["first"]:
            first, second = int(groups["first"]), int(groups["second"])
            days = tuple(dict.fromkeys([(second, first), (first, second)]))  # the weekday tells which is the month
        else:
            month = _names("months")[_key(groups["month_b"] or groups["month_c"])] + 1
            days = ((month, int(groups["day_b"] or groups["day_c"])),)
        yield _Mention(_names("weekdays")[_key(groups["weekday"])], days, int(year) if year else None)


@cache
def _mention_pattern() -> re.Pattern[str]:
    weekday, month = _any_of("weekdays"), _any_of("months")
    year = r"(?:,?\s*(?:de\s+|del\s+)?(?P<%s>(?:19|20)\d{2}))?(?!\d)"
    return re.compile(
        rf"(?<!\w)(?P<weekday>{weekday})(?!\w)\.?,?\s*(?:\(|(?:tanggal|the|den|le|el|dia|il|ngày)\s+)?\s*(?:"
        r"(?P<first>\d{1,2})[/.](?P<second>\d{1,2})(?:[/.](?P<year_a>\d{4}))?(?![\d/])"
        rf"|(?P<day_b>\d{{1,2}}){ORDINAL}\s+(?:(?:de|of)\s+)?(?P<month_b>{month})(?!\w)\.?{year % 'year_b'}"
        rf"|(?P<month_c>{month})(?!\w)\.?\s+(?P<day_c>\d{{1,2}})(?:st|nd|rd|th)?{year % 'year_c'})",
        re.IGNORECASE,
    )


def month_pattern() -> str:
    """Return the expression that matches the name of a month in any known language."""
    return _any_of("months")


def weekday_pattern() -> str:
    """Return the expression that matches the name of a weekday in any known language."""
    return _any_of("weekdays")


def month_number(name: str) -> int:
    """Return the number of a month, from 1, by its name in any known language; 0 for no month (`Kasim` is not `Kasım`)."""
    return _names("months").get(_key(name), -1) + 1


def weekday_number(name: str) -> int:
    """Return the number of a weekday, Monday is 0, by its name in any known language; -1 for no weekday."""
    return _names("weekdays").get(_key(name), -1)


def _any_of(key: str) -> str:
    return rules.alternatives(sorted(_names(key), key=lambda name: (-len(name), name)))


@cache
def _names(key: str) -> dict[str, int]:
    """Return name -> position, from 0, for `months` or `weekdays` of all languages; the first file wins."""
    found: dict[str, int] = {}
    for _, table in rules.sections("dates"):
        for position, names in enumerate(table.get(key, ())):
            for name in names.split("|"):
                found.setdefault(_key(name), position)
    return found


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _from_epoch(seconds: float) -> str:
    if abs(seconds) > 99_999_999_999:
        seconds /= 1000
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment.year >= 1970 else ""


def _find_date(value: str, languages: tuple[str, ...]) -> tuple[date, str] | None:
    """Return the first date in a case-folded value, and the value without it."""
    for pattern, order in ((YEAR_FIRST, (1, 2, 3)), (BASIC, (1, 2, 3)), (DAY_FIRST, (4, 3, 1))):
        if match := pattern.search(value):
            year, month, day = (int(match[group]) for group in order)
            if pattern is DAY_FIRST and month != day and max(month, day) <= 12 and languages[:1] == ("en",):
                return None
            found = _date(year, month, day) or (_date(year, day, month) if pattern is DAY_FIRST else None)
            return (found, _without(value, match)) if found else None
    for match in _named_patterns().finditer(value):
        groups = match.groupdict()
        month = _names("months")[_key(groups["month_a"] or groups["month_b"])] + 1
        found = _date(int(groups["year_a"] or groups["year_b"]), month, int(groups["day_a"] or groups["day_b"]))
        if found:
            return found, _without(value, match)
    return None


@cache
def _named_patterns() -> re.Pattern[str]:
    month = _any_of("months")
    gap = rf"[\s\-/.,]*(?:{FILLER}\s+)?"
    return re.compile(
        rf"(?<!\d)(?P<day_a>\d{{1,2}}){ORDINAL}{gap}(?P<month_a>{month})(?!\w)\.?{gap}(?P<year_a>\d{{4}})(?!\d)"
        rf"|(?<!\w)(?P<month_b>{month})(?!\w)\.?\s*(?P<day_b>\d{{1,2}})(?:st|nd|rd|th)?,?\s*(?P<year_b>\d{{4}})(?!\d)"
    )


def _without(value: str, match: re.Match[str]) -> str:
    return f"{value[: match.start()]} {value[match.end() :]}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= EARLIEST else None
    except ValueError:
        return None


def _find_time(rest: str) -> str:
    """Return `THH:MM:SS` with its offset from what is left of a value, "" for no time or a bare midnight."""
    match = TIME.search(rest) or TWELVE.search(rest)
    if match is None:
        return ""
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[4] or "").replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return ""
    offset = _offset(match[5] or "")
    if not (hour or minute or second or offset):
        return ""  # databases write dates as midnight
    return f"T{hour:02}:{minute:02}:{second:02}{offset}"


def _offset(zone: str) -> str:
    zone = zone.strip()
    if match := OFFSET.search(zone):
        return f"{match[1]}{int(match[2]):02}:{match[3] or '00'}"
    for _, table in rules.sections("dates"):
        if found := table.get("zones", {}).get(zone):
            return str(found)
    return ""
