"""Read the dates of a claim or a sentence, told in any form, as stretches of days: `12 May 2023`, `Friday`, `kemarin`, `8日`, `last year`.

A date that leaves something open has several readings: `Friday` in an article of a Wednesday is the Friday before or the one after.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from assistant.text.dates import month_number, month_pattern, parse_date, weekday_number, weekday_pattern
from assistant.text.rules import alternatives

Days = tuple[date, date]
"""From the first day to the last, both inclusive."""
SHORTEST = 4
"""Letters of a name of a day or a month that stands alone: `des`, `so`, `mi` are other words far more often."""
WHOLE = ("mai", "mei", "jun")
_YEAR = r"(?:19|20)\d{2}"


@dataclass(frozen=True, slots=True)
class When:
    """A date at `[start, end)` of its text, in each way it can be read; `grain` is day, week, month or year."""

    start: int
    end: int
    readings: tuple[Days, ...]
    grain: str


@lru_cache(maxsize=1 << 12)
def dates_in(text: str, published: str = "") -> tuple[When, ...]:
    """Return the dates of a text in order.

    Args:
        text: a claim or a sentence.
        published: ISO date of the article; without it what is told from it (`Friday`, `last year`) has no reading and is left out.
    """
    parsed = parse_date(published)[:10] if published else ""
    now = date.fromisoformat(parsed) if len(parsed) == 10 else None
    found: list[When] = []
    for one in _candidates(text, now):
        if one.readings and not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.start))


def fits(claim: When, evidence: When) -> bool:
    """Say whether a claim's date holds for the evidence's: in one reading of both it is as wide as that or wider."""
    return any(a[0] <= b[0] and b[1] <= a[1] for a in claim.readings for b in evidence.readings)


def touches(claim: When, evidence: When) -> bool:
    """Say whether two dates have a day in common in one reading of both."""
    return any(a[0] <= b[1] and b[0] <= a[1] for a in claim.readings for b in evidence.readings)


def covers(claim: When, day: str) -> bool:
    """Say whether a reading of the date holds an ISO day."""
    parsed = parse_date(day)[:10] if day else ""
    if len(parsed) != 10:
        return False
    one = date.fromisoformat(parsed)
    return any(first <= one <= last for first, last in claim.readings)


def _candidates(written: str, now: date | None) -> Iterator[When]:
    """Yield dates, the surest first; where two overlap the first counts."""
    text = low if len(low := written.casefold()) == len(written) else written
    for match in _full().finditer(text):
        name = match["month"] or match["month2"]
        if (
            name
            and len(name) < SHORTEST
            and name.isascii()
            and name not in WHOLE
            and not written[match.start("month" if match["month"] else "month2")].isupper()
        ):
            continue  # "3 des pays"
        yield _when(match, _full_days(match, now), "day" if match["day"] or match["day2"] or match["first"] or match["iso"] else "month")
    for match in _han().finditer(text):
        yield _han_when(match, now)
    if now is not None:
        for grain, pattern, shifts in _relative():
            for match in pattern.finditer(text):
                shift = int(shifts[" ".join(match.group().split())])
                yield _when(match, [_shifted(now, grain, shift)], grain)
        for match in _weekday().finditer(text):
            weekday = weekday_number(match[1])
            if weekday >= 0 and not _doubtful(match, written):
                yield _when(match, _weekdays(weekday, now), "day")
        for match in _month().finditer(text):
            if not month_number(match[1]) or _doubtful(match, written):
                continue
            months = [_month_days(now.year + step, month_number(match[1])) for step in (-1, 0, 1)]
            yield _when(match, _nearest(months, now), "month")
        yield from _inflected(text, now)
    for match in re.finditer(rf"(?<![\d/.,$€£-])({_YEAR})(?:(?![\d/]|[.,]\d|-\d)|(?=[-–]\d{{4}}))", text):
        yield _when(match, [(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31))], "year")


def _inflected(text: str, now: date) -> Iterator[When]:
    """Yield months and weekdays in the forms that the languages' own tables do not list: `в июне`, `ağustosta`, `周三`."""
    months, weekdays = _forms()
    for number, pattern in enumerate(months):
        for match in pattern.finditer(text):
            yield _when(match, _nearest([_month_days(now.year + step, number + 1) for step in (-1, 0, 1)], now), "month")
    for number, pattern in enumerate(weekdays):
        for match in pattern.finditer(text):
            yield _when(match, _weekdays(number, now), "day")


def _doubtful(match: re.Match[str], written: str) -> bool:
    """Say whether a name of a day or month is another word: `may`, `sat`, and `minggu`, a week, without its capital."""
    word = match[1]
    if word not in _words()["doubtful"].split() and (len(word) >= SHORTEST or not word.isascii()):
        return False
    behind = re.search(rf"(?<!\w)(?:{'|'.join(_words()['behind'].split())})\s+$", written[: match.start(1)].lower()) is not None
    capital = written[match.start(1)].isupper()
    if word in _words()["capitals"].split() and not capital:
        return True
    return not behind and (not capital or len(word) < SHORTEST or word in _words()["names"].split())


def _when(match: re.Match[str], readings: Sequence[Days], grain: str) -> When:
    return When(match.start(), match.end(), tuple(readings), grain)


def _full_days(match: re.Match[str], now: date | None) -> list[Days]:
    if match["iso"]:
        return _one(int(match["iso"][:4]), int(match["iso"][5:7]), int(match["iso"][8:10]))
    if match["first"]:
        first, second = int(match["first"]), int(match["second"])
        years = _years(match["year3"], now)
        return [day for year in years for day in (*_one(year, second, first), *(_one(year, first, second) if match["year3"] else ()))]
    name = match["month"] or match["month2"]
    day = match["day"] or match["day2"]
    year = match["year"] or match["year2"] or match["year4"]
    if not month_number(name):
        return []
    if not day:
        return [_month_days(int(year), month_number(name))]
    days = [found for one in _years(year, now) for found in _one(one, month_number(name), int(day))]
    return days if year or now is None else _nearest(days, now)


def _years(written: str | None, now: date | None) -> list[int]:
    if written:
        return [int(written)]
    return [now.year + step for step in (-1, 0, 1)] if now else []


def _one(year: int, month: int, day: int) -> list[Days]:
    try:
        found = date(year, month, day)
    except ValueError:
        return []
    return [(found, found)]


def _month_days(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _nearest(days: Sequence[Days], now: date) -> list[Days]:
    """Return the last of the days that has begun and the next that has not."""
    past = [one for one in days if one[0] <= now]
    return [*past[-1:], *[one for one in days if one[0] > now][:1]]


def _weekdays(weekday: int, now: date) -> list[Days]:
    back = (now.weekday() - weekday) % 7
    first = now - timedelta(days=back)
    return [(day, day) for day in (first, first + timedelta(days=7), *([first - timedelta(days=7)] if back == 0 else []))]


def _shifted(now: date, grain: str, shift: int) -> Days:
    if grain == "day":
        return now + timedelta(days=shift), now + timedelta(days=shift)
    if grain == "week":
        monday = now - timedelta(days=now.weekday()) + timedelta(weeks=shift)
        return monday - timedelta(days=1), monday + timedelta(days=6)
    if grain == "year":
        return date(now.year + shift, 1, 1), date(now.year + shift, 12, 31)
    month = now.year * 12 + now.month - 1 + shift
    return _month_days(month // 12, month % 12 + 1)


@cache
def _full() -> re.Pattern[str]:
    month = month_pattern()
    year = rf"(?:,?\s*(?:de\s+|del\s+|of\s+)?(?P<%s>{_YEAR})(?!\d))"
    return re.compile(
        rf"(?P<iso>(?<!\d){_YEAR}-\d{{2}}-\d{{2}}(?!\d))"
        rf"|(?<![\d/.,])(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})(?:/(?P<year3>{_YEAR}))?(?![\d/])"
        rf"|(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de\s+|of\s+)?(?P<month>{month})(?!\w)\.?{year % 'year'}?"
        rf"|(?<!\w)(?P<month2>{month})(?!\w)\.?(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.,]\d|\d)(?!\s*(?:%|percent))"
        rf"{year % 'year2'}?"
        rf"|\s+(?:de\s+|del\s+|of\s+|tahun\s+)?(?P<year4>{_YEAR})(?!\d))",
        re.IGNORECASE,
    )


@cache
def _han() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<y>{_YEAR}) ?年 ?)?(?:(?P<m>\d{{1,2}}) ?月 ?)?(?P<d>\d{{1,2}}) ?[日号](?!間)"
        rf"|(?P<y2>{_YEAR}) ?年(?: ?(?P<m2>\d{{1,2}}) ?月)?"
        rf"|(?<!\d)(?P<m3>\d{{1,2}}) ?月(?!\d)"
    )


def _han_when(match: re.Match[str], now: date | None) -> When:
    year, month, day = match["y"] or match["y2"], match["m"] or match["m2"] or match["m3"], match["d"]
    if day and month:
        days = [found for one in _years(year, now) for found in _one(one, int(month), int(day))]
        return _when(match, days if year or now is None else _nearest(days, now), "day")
    if day:
        near = [_shifted(now, "month", step)[0] for step in (-1, 0, 1)] if now else []
        days = [found for one in near for found in _one(one.year, one.month, int(day))]
        return _when(match, _nearest(days, now) if now else [], "day")
    if month and 1 <= int(month) <= 12:
        months = [_month_days(one, int(month)) for one in _years(year, now)]
        return _when(match, months if year or now is None else _nearest(months, now), "month")
    return _when(match, [(date(int(year), 1, 1), date(int(year), 12, 31))] if year else [], "year")


@cache
def _forms() -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    """Return the expressions of the months and of the weekdays, in order."""
    table = _words()["forms"]
    months, weekdays = (
        [re.compile(rf"(?<![^\W\u3040-\u9fff])(?:{one})(?![^\W\u3040-\u9fff])") for one in table[key]] for key in ("months", "weekdays")
    )
    return months, weekdays


@cache
def _weekday() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:ال)?({weekday_pattern()})(?:nya|s)?(?!\w)", re.IGNORECASE)


@cache
def _month() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({month_pattern()})(?!\w)", re.IGNORECASE)


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("assistant.answer") / "days.toml").read_text("utf-8"))


@cache
def _relative() -> tuple[tuple[str, re.Pattern[str], Mapping[str, str]], ...]:
    table = _words()
    found = []
    for grain in ("days", "weeks", "months", "years"):
        shifts = {word.replace("_", " "): shift for shift, words in table[grain].items() for word in words.split()}
        words = sorted(shifts, key=lambda word: (-len(word), word))
        spaced = [word for word in words if not "\u3040" <= word[0] <= "\u9fff"]
        unspaced = [word for word in words if "\u3040" <= word[0] <= "\u9fff"]
        pattern = re.compile(rf"(?<![\w]){alternatives(spaced)}(?!\w)|{alternatives(unspaced)}")
        found.append((grain.removesuffix("s"), pattern, shifts))
    return tuple(found)
