"""RSS and Atom: which articles a feed names, and what it says about each."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assistant.errors import UnreadableArticle
from assistant.text.readers import trees
from assistant.text.readers.metadata import field_value
from assistant.text.readers.records import story_text

ROOTS = ("rss", "feed", "RDF")
MAX_FEED = 5_000_000
"""Feeds of whole articles have some hundred kB; the parser of broken ones is slow."""
HINT = "give the address of an RSS or Atom feed"


@dataclass(frozen=True)
class Entry:
    """An article that a feed or sitemap names: its address, what is said about it, and its text when the feed carries it."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def version(self) -> str:
        """What changes when the article does, as far as the feed tells."""
        return "\n".join(self.fields.get(name, "") for name in ("title", "published", "updated"))


def is_feed(data: bytes) -> bool:
    """Say whether a document begins like a feed."""
    return root_name(data) in ROOTS


def root_name(data: bytes) -> str:
    """Return the name of an XML document's outermost element, without its prefix."""
    found = re.search(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]", data[:20_000].replace(b"\0", b""))
    return found[2].decode() if found else ""


def read(data: bytes) -> list[Entry]:
    """Return the articles that a feed names, in its order.

    Raises:
        UnreadableArticle: it is no feed, or its XML declares entities.
    """
    import feedparser

    if len(data) > MAX_FEED:
        raise UnreadableArticle(f"is larger than {MAX_FEED / 1_000_000:g} MB", HINT)
    data = trees.refuse_declarations(data)
    try:
        # A stream: a text would be taken for an address or a path, and opened.
        found = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False, sanitize_html=False)
    except Exception as error:  # a broken feed may break its parser anywhere
        raise UnreadableArticle(f"is a feed that cannot be read ({type(error).__name__})", HINT) from error
    if not found.get("version"):
        raise UnreadableArticle("is no feed", HINT)
    outlet = field_value("outlet", story_text(str(found.feed.get("title") or "")))
    language = field_value("language", found.feed.get("language"))
    entries = (_entry(entry, outlet, language) for entry in found.entries)
    return [entry for entry in entries if entry.url or entry.text]


def _entry(entry: Mapping[str, Any], outlet: str, language: str) -> Entry:
    said = {
        "title": field_value("title", story_text(str(entry.get("title") or ""))),
        "author": field_value("author", entry.get("author")),
        "outlet": outlet,
        "published": _date(entry.get("published_parsed")),
        "updated": _date(entry.get("updated_parsed")) if "updated" in entry else "",
        "language": language,
    }
    if said["updated"] == said["published"]:
        said["updated"] = ""
    content = max((str(part.get("value") or "") for part in entry.get("content") or ()), key=len, default="")
    return Entry(str(entry.get("link") or ""), {name: value for name, value in said.items() if value}, story_text(content).strip())


def _date(parsed: Any) -> str:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat() if parsed else ""
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
