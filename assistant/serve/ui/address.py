"""The page's address: what was asked, where, and with which filters, so that a link gives the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from assistant.links import parameters, question_link
from assistant.records import Answer, Filters
from assistant.serve.narrowing import filters_of

MOST_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as an address gives it. `now` is the day that it was asked: words such as "yesterday" are understood from there."""

    question: str = ""
    index: str = ""
    filters: Filters = Filters()
    now: str = ""


def link_of(answer: Answer, given: Filters, index: str) -> str:
    """Return the address that asks again what an answer was given to: a follow-up as it was made to stand alone.

    `given` are the filters that the reader had set; those that the question itself names are found in it again.
    """
    return question_link(answer.query, index, parameters(given), answer.now)


def asked_of(search: str) -> Asked:
    """Return what an address asks for, from its part after the `?`.

    Raises:
        SettingsError: a filter in it is none.
    """
    given: Mapping[str, str] = {name: values[-1] for name, values in parse_qs(search[:MOST_CHARS].lstrip("?")).items()}
    return Asked(given.get("q", ""), given.get("index", ""), filters_of(given), given.get("now", "")[:10])
