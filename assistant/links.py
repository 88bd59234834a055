"""The address of a question in the web chat: what is asked, of which index, with which filters, on which day."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from assistant.records import Filters

NAMES = ("since", "until", "outlet", "author", "speaker", "language")


def parameters(filters: Filters) -> dict[str, str]:
    """Return the filters by the names that an address gives them, empty ones left out; `articles` are ids with commas."""
    articles = {"articles": ",".join(filters.article_ids)} if filters.article_ids else {}
    return {**{name: value for name in NAMES if (value := getattr(filters, name))}, **articles}


def question_link(query: str, index: str = "", given: Mapping[str, str] = {}, now: str = "") -> str:
    """Return the part of an address from its `?` on that asks a question.

    Args:
        query: the question, one that stands alone.
        index: the name of the index, "" for the one that the chat begins with.
        given: the filters, as `parameters` returns them.
        now: the ISO day from which words such as "yesterday" are understood, "" for today.
    """
    asked = {"q": query, **({"index": index} if index else {}), **given, **({"now": now} if now else {})}
    return "?" + urlencode(asked, quote_via=quote)
