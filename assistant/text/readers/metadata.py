"""From the many names that publishers give their metadata to ours."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

from assistant.text.dates import parse_date

# Ours <- theirs, best first; keys are compared in lower case without `_`, `-`, `.`, `:` and spaces.
KEYS: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "judul", "heading", "webtitle", "name", "titulo", "titre", "titel"),
    "url": (
        "url", "link", "webpage", "weburl", "canonicalurl", "permalink", "articleurl", "href", "uri",
    ),
    "outlet": (
        "outlet", "publisher", "sitename", "site", "publication", "newspaper", "media", "sourcename",
    ),
    "source": ("source", "sumber", "agency", "credit"),
    "author": (
        "author", "authors", "penulis", "byline", "reporter", "creator", "writer", "wartawan", "autor",
    ),
    "editor": ("editor", "editors", "penyunting"),
    "place": ("place", "location", "dateline", "contentlocation", "locationcreated", "lokasi", "tempat", "city"),
    "published": (
        "published", "publishedat", "datepublished", "publisheddate", "publishdate", "publicationdate",
        "pubdate", "publishedon", "publishtime", "firstpublished", "webpublicationdate",
        "tanggal", "date", "datetime",
        "timestamp", "created", "createdat", "datecreated", "fecha", "datum",
    ),
    "updated": (
        "updated", "updatedat", "datemodified", "modified", "modifiedat", "lastmodified", "dateupdated",
        "lastupdated",
    ),
    "language": ("language", "lang", "inlanguage", "languagecode", "bahasa", "locale"),
}  # fmt: skip
NAME_KEYS = ("name", "title", "headline", "@value", "text", "id", "@id", "url")
ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,6});", re.IGNORECASE)
MAX_FIELD = 1_000  # a longer "title" or "author" is a story under the wrong key
MAX_DEPTH = 4


def normal_key(key: object) -> str:
    """Return a key as the tables hold it."""
    return re.sub(r"[\s_.:-]", "", str(key)).lower()


def fields_of(record: Mapping[str, object]) -> dict[str, str]:
    """Return our metadata from a record with anybody's keys; dates are ISO, odd values give nothing."""
    known = {normal_key(key): value for key, value in record.items()}
    fields: dict[str, str] = {}
    for ours, theirs in KEYS.items():
        for key in theirs:
            value = field_value(ours, known.get(key))
            if value:
                fields[ours] = value
                break
    if "source" in fields and "outlet" not in fields:
        # NewsAPI and most feeds call the publisher `source`; with an explicit outlet it is whom that outlet
        # credits.
        fields["outlet"] = fields.pop("source")
    if fields.get("source") == fields.get("outlet"):
        fields.pop("source", None)
    return fields


def field_value(name: str, value: object) -> str:
    """Return one metadata value as text: dates to ISO, lists joined, nested names taken, all else to ""."""
    if name in ("published", "updated"):
        return parse_date(flat(value)) if not isinstance(value, bool) else ""
    text = " ".join(flat(value).split())
    if ENTITY.search(text):
        text = html.unescape(text)
    return text if len(text) <= MAX_FIELD else ""


def flat(value: object, depth: int = 0) -> str:
    """Return a JSON value as one line: `["A", {"name": "B"}]` is `A, B`; None and booleans are ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None or depth > MAX_DEPTH:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return next((text for key in NAME_KEYS if (text := flat(value.get(key), depth + 1))), "")
    if isinstance(value, Iterable):
        parts = (flat(item, depth + 1) for item in value)
        return ", ".join(dict.fromkeys(part for part in parts if part))
    return ""
