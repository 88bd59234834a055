"""Filters as a person gives them: on the command line, in a form, in an address; and back into an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from assistant.errors import SettingsError
from assistant.records import Filters
from assistant.text.dates import parse_date
from assistant.text.language import normal_code

DATE_HINT = "write it as 2020-12-28, 2020-12 or 2020"
NAMES = ("since", "until", "outlet", "author", "speaker", "language")
MOST_CHARS = 200
MOST_ARTICLES = 1000


def day(value: str, name: str) -> str:
    """Return a date as ISO date or the beginning of one, "" for nothing.

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
        raise SettingsError(f"{name} is {value!r}, which is no date", DATE_HINT)
    return parsed


def in_order(since: str, until: str, names: tuple[str, str] = ("since", "until")) -> None:
    """Refuse two dates in the wrong order.

    Raises:
        SettingsError: they are.
    """
    if since and until and since[: len(until)] > until:
        raise SettingsError(f"{names[0]} {since} lies after {names[1]} {until}", "exchange the two dates")


def filters_of(given: Mapping[str, str]) -> Filters:
    """Return the filters that a form or an address gives by the names in `NAMES`, and `articles` as ids with commas.

    Raises:
        SettingsError: a date is none, the two are in the wrong order, or the language is unknown.
    """
    values = {name: str(given.get(name, "")).strip()[:MOST_CHARS] for name in NAMES}
    since, until = day(values["since"], "since"), day(values["until"], "until")
    in_order(since, until)
    language = normal_code(values["language"]) if values["language"] else ""
    if values["language"] and not language:
        raise SettingsError(f"language is {values['language']!r}, which is no language", "write its code, such as id or en")
    ids = re.findall(r"[0-9]{1,12}", str(given.get("articles", ""))[: 13 * MOST_ARTICLES])[:MOST_ARTICLES]
    return Filters(tuple(dict.fromkeys(ids)), values["outlet"], values["author"], values["speaker"], language, since, until)


def parameters(filters: Filters) -> dict[str, str]:
    """Return the filters by the names that `filters_of` reads, empty ones left out."""
    articles = {"articles": ",".join(filters.article_ids)} if filters.article_ids else {}
    return {**{name: value for name in NAMES if (value := getattr(filters, name))}, **articles}
