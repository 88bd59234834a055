"""Filters from what a person or a program wrote: names, a language, dates in any usual form."""

from __future__ import annotations

import re
from datetime import date

from assistant.errors import SettingsError
from assistant.records import Filters
from assistant.text.dates import parse_date
from assistant.text.language import normal_code

DATE_HINT = "write it as 2020-12-28, 2020-12 or 2020"


def filters_of(
    outlet: str = "", author: str = "", speaker: str = "", language: str = "", period: tuple[str, str] = ("", ""), called: str = "{}"
) -> Filters:
    """Return the filters that were written.

    Args:
        outlet: who published or is credited.
        author: who wrote.
        speaker: who is quoted.
        language: the code of one, or "".
        period: the earliest and the latest date, each "" for none.
        called: how these are called where they were written: "--{}" on the command line.

    Raises:
        SettingsError: a date is none, the two are in the wrong order, or the language is unknown.
    """
    since, until = days_of(*period, called)
    code = normal_code(language) if language else ""
    if language and not code:
        raise SettingsError(f"{called.format('language')} is {language!r}, which is no language", "write its code, such as id or en")
    return Filters(outlet=outlet.strip(), author=author.strip(), speaker=speaker.strip(), language=code, since=since, until=until)


def days_of(since: str, until: str, called: str = "{}") -> tuple[str, str]:
    """Return two dates as ISO dates or beginnings of such.

    Raises:
        SettingsError: one is no date, or they are in the wrong order.
    """
    first, last = day_of(since, called.format("since")), day_of(until, called.format("until"))
    if first and last and first[: len(last)] > last:
        raise SettingsError(f"{called.format('since')} {first} lies after {called.format('until')} {last}", "exchange the two dates")
    return first, last


def day_of(value: str, called: str) -> str:
    """Return a date as ISO, or the beginning of one, "" for none.

    Raises:
        SettingsError: it is no date.
    """
    text = value.strip()
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        try:
            date.fromisoformat(text + "0000-01-01"[len(text) :])
            return text
        except ValueError:
            parsed = ""
    else:
        parsed = parse_date(text)[:10]
    if text and not parsed:
        raise SettingsError(f"{called} is {value!r}, which is no date", DATE_HINT)
    return parsed
