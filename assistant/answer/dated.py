"""Days, for the reader and for order: how a date is written in an answer, and which day a sentence names."""

from __future__ import annotations

from datetime import date

from assistant.answer.compose import label
from assistant.answer.days import dates_in


def written_day(published: str, language: str) -> str:
    """Write an ISO date as a day in the language of the answer: `5 Feb 2024`; "" for no date."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published[:10]
    months = label("months", language).split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def day_named(sentence: str, published: str) -> str:
    """Return the first day that a sentence names, as an ISO date; "" when it names none.

    Args:
        sentence: its words.
        published: the ISO date of its article: a day without a year is the one nearest to it.
    """
    when = next((one for one in dates_in(sentence, published) if one.grain == "day"), None)
    days = [first for first, _ in when.readings] if when else []
    try:
        near = date.fromisoformat(published[:10])
    except ValueError:
        return days[0].isoformat() if len(set(days)) == 1 else ""
    return min(days, key=lambda day: abs((day - near).days)).isoformat() if days else ""
