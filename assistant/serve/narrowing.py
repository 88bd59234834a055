"""Filters as a form or an address gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from assistant.links import NAMES
from assistant.records import Filters
from assistant.serve import wanted

MOST_CHARS = 200
MOST_ARTICLES = 1000


def filters_of(given: Mapping[str, str]) -> Filters:
    """Return the filters that are given by the names in `NAMES`, and `articles` as ids with commas.

    Raises:
        SettingsError: a date is none, the two are in the wrong order, or the language is unknown.
    """
    value = {name: str(given.get(name, "")).strip()[:MOST_CHARS] for name in NAMES}
    period = (value["since"], value["until"])
    found = wanted.filters_of(value["outlet"], value["author"], value["speaker"], value["language"], period)
    ids = re.findall(r"[0-9]{1,12}", str(given.get("articles", ""))[: 13 * MOST_ARTICLES])[:MOST_ARTICLES]
    return replace(found, article_ids=tuple(dict.fromkeys(ids)))
