"""What a reader hands over: the story as it was found, before any cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_BYTES = 10_000_000
"""A single article larger than this is no article: the longest news stories have a few hundred kB."""

FIELDS = ("title", "url", "outlet", "source", "author", "editor", "place", "published", "updated", "language")
"""The names that `Raw.fields` may hold: those of `Article`."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One article as read.

    `origin` is an absolute path (with `#n` for the n-th record of a file, from 1) or a URL, `original` the
    bytes it was read from, `text` the story with its lines, `fields` the metadata that the format itself
    names. `pages` are the places in `text` where its pages begin; `provenance` says where each field was found (`JSON-LD`, `byline`), as
    far as the format has several places.
    """

    origin: str
    original: bytes
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[int, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict, compare=False)
