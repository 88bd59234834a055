"""Days, weeks, months and years as stretches of days: the whole week is Monday to Sunday."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal, NamedTuple

Unit = Literal["day", "week", "month", "year", "weekend"]
FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_DAYS = 36_500
"""A count of days, weeks or months beyond a century is no time that anybody asks for."""


class Days(NamedTuple):
    """A stretch of days, both ends included."""

    first: date
    last: date


def one_day(day: date) -> Days:
    """Return a day as a stretch."""
    return Days(day, day)


def month_of(year: int, month: int) -> Days:
    """Return a whole month."""
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def year_of(year: int) -> Days:
    """Return a whole year."""
    return Days(date(year, 1, 1), date(year, 12, 31))


def made(year: int, month: int, day: int) -> date | None:
    """Return a date, None when there is no such day."""
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def shifted(day: date, n: int, unit: Unit) -> date:
    """Return the day `n` units later, or earlier when `n` is negative; a month without that day gives its last one."""
    n = max(-MOST_DAYS, min(MOST_DAYS, n))
    if unit in ("day", "week", "weekend"):
        return _within(day.toordinal() + n * (1 if unit == "day" else 7))
    months = day.year * 12 + day.month - 1 + n * (12 if unit == "year" else 1)
    months = max(FIRST_YEAR * 12, min(LAST_YEAR * 12 + 11, months))
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _within(ordinal: int) -> date:
    return date.fromordinal(max(date(FIRST_YEAR, 1, 1).toordinal(), min(date(LAST_YEAR, 12, 31).toordinal(), ordinal)))


def whole(day: date, unit: Unit) -> Days:
    """Return the day, week, month, year or weekend that a day lies in; of a weekend, that of its week."""
    if unit == "day":
        return one_day(day)
    if unit == "month":
        return month_of(day.year, day.month)
    if unit == "year":
        return year_of(day.year)
    monday = day - timedelta(days=day.weekday())
    return Days(monday + timedelta(days=5 if unit == "weekend" else 0), monday + timedelta(days=6))


def weekday_before(now: date, weekday: int, *, strictly: bool) -> date:
    """Return the most recent day of that name, 0 for Monday; today counts unless `strictly`."""
    back = (now.weekday() - weekday) % 7
    return now - timedelta(days=7 if strictly and not back else back)


def recent(now: date, month: int, day: int) -> date | None:
    """Return the most recent such day of the year that does not lie after today."""
    return next((found for year in range(now.year, now.year - 9, -1) if (found := made(year, month, day)) and found <= now), None)


def recent_month(now: date, month: int) -> Days:
    """Return the most recent month of that name that has begun."""
    return month_of(now.year if month <= now.month else now.year - 1, month)
