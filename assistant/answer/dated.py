"""Days, for the reader and for order: how a date is written in an answer, and which day a sentence names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from assistant.answer.compose import label
from assistant.text.dates import month_pattern, parse_date

_YEAR = r"(?:19|20)\d{2}"
_ISO = re.compile(rf"(?<!\d){_YEAR}-\d{{2}}-\d{{2}}(?!\d)")
_ASIAN = re.compile(rf"(?:(?P<year>{_YEAR})\s*年\s*)?(?P<month>\d{{1,2}})\s*月\s*(?P<day>\d{{1,2}})\s*[日号]")
_BRACKETS = re.compile(rf"\((?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>{_YEAR}))?\)")


def written_day(published: str, language: str) -> str:
    """Write an ISO date as a day in the language of the answer: `5 Feb 2024`; "" for no date."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published[:10]
    months = label("months", language).split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def day_named(sentence: str, published: str, language: str) -> str:
    """Return the first day that a sentence names, as an ISO date; "" when it names none.

    Args:
        sentence: its words.
        published: the ISO date of its article: a day without a year is the one nearest to it.
        language: of the sentence.
    """
    return next((found for found in _named(sentence, published, language) if found), "")


def _named(sentence: str, published: str, language: str) -> Iterator[str]:
    places: list[tuple[int, str]] = [(found.start(), parse_date(found[0])[:10]) for found in _ISO.finditer(sentence)]
    for pattern in (_ASIAN, _BRACKETS, *_with_month()):
        for found in pattern.finditer(sentence):
            month = found["month"]
            if language == "en" and month[:1].islower():
                continue  # `may 5 people`
            places.append((found.start(), _resolved(int(found["day"]), month, found["year"] or "", published)))
    yield from (day for _, day in sorted(places))


def _resolved(day: int, month: str, year: str, published: str) -> str:
    """Return the ISO date of a day and month; without a year the one nearest to the article's date."""

    def dated(candidate: int) -> str:
        return parse_date(f"{candidate}-{month}-{day}" if month.isdigit() else f"{day} {month} {candidate}")[:10]

    if year:
        return dated(int(year))
    try:
        near = date.fromisoformat(published[:10])
    except ValueError:
        return ""
    found = [text for step in (-1, 0, 1) if (text := dated(near.year + step))]
    return min(found, key=lambda text: abs((date.fromisoformat(text) - near).days), default="")


@lru_cache(maxsize=1)
def _with_month() -> tuple[re.Pattern[str], ...]:
    month, day = rf"(?P<month>{month_pattern()})(?!\w)\.?", r"(?P<day>\d{1,2})"
    year = rf"(?:,?\s+(?:de\s+|del\s+)?(?P<year>{_YEAR}))?"
    return (
        re.compile(rf"(?<![\d.,]){day}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?{month}{year}", re.IGNORECASE),
        re.compile(rf"(?<!\w){month}\s+{day}(?:st|nd|rd|th)?(?!\d){year}", re.IGNORECASE),
    )
