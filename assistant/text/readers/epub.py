"""EPUB: each part of the book's order that has a story is an article."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers import trees, zips
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import field_value
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import Budget, Reading
from assistant.text.readers.records import story_text

CONTAINER = "META-INF/container.xml"
MIN_STORY = 200
"""Shorter parts of a book are its cover, its contents and its imprint."""
MAX_PARTS = 5_000
DC = "{http://purl.org/dc/elements/1.1/}"
BODY = re.compile(r"<body\b[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)
HEADING = re.compile(r"<h[1-3]\b[^>]*>(.{1,2000}?)</h[1-3]\s*>", re.IGNORECASE | re.DOTALL)
TITLE = re.compile(r"<title\b[^>]*>([^<]{1,500})</title\s*>", re.IGNORECASE)
DAMAGED_HINT = "get the book again, or save its articles as .html or .txt"


def read_packed(packed: zipfile.ZipFile, origin: str, reading: Reading) -> Iterator[Raw | Failure]:
    """Read one .epub: an article for each part, `origin#n` for the n-th part of the order.

    Raises:
        UnreadableArticle: it is damaged, protected, or has no part with a story.
    """
    budget = reading.budget or Budget.of(reading.max_bytes)
    book, parts = _order(packed, budget)
    n_found = 0
    for number, name in enumerate(parts[:MAX_PARTS], start=1):
        try:
            data = zips.member(packed, packed.getinfo(name), reading.max_bytes, budget)
            raw = _part(data, f"{origin}#{number}", book)
        except (KeyError, UnreadableArticle) as error:
            if budget.bytes_left < 0:
                raise
            hint = error.hint if isinstance(error, UnreadableArticle) else DAMAGED_HINT
            said = str(error) if isinstance(error, UnreadableArticle) else "is named in the book and not there"
            yield Failure(f"{origin}#{number}", said, hint)
            continue
        if raw is not None:
            n_found += 1
            yield raw
    if not n_found:
        raise UnreadableArticle("holds no part with a story (it may be protected, or a book of pictures)", DAMAGED_HINT)


def read_part(data: bytes, origin: str) -> Raw | None:
    """Read one part of a book, None when it has no story."""
    return _part(data, origin, {})


def _part(data: bytes, origin: str, book: dict[str, str]) -> Raw | None:
    page = decode(data)
    body = BODY.search(page)
    markup = body[1] if body else page
    fields, provenance = dict(book), dict.fromkeys(book, "metadata of the book")
    heading = HEADING.search(markup)
    title = heading[1] if heading else (found[1] if (found := TITLE.search(page)) else "")
    if title := " ".join(story_text(title).split()):
        fields["title"], provenance["title"] = title, "heading of the part" if heading else "title of the part"
    if heading:
        markup = markup[: heading.start()] + markup[heading.end() :]
    text = story_text(markup)
    if len(text.strip()) < MIN_STORY:
        return None
    return Raw(origin, data, text, fields, provenance=provenance)


def _order(packed: zipfile.ZipFile, budget: Budget) -> tuple[dict[str, str], list[str]]:
    """Return what the book says about itself, and the names of its parts in order."""
    try:
        container = trees.parse(zips.member(packed, packed.getinfo(CONTAINER), 1_000_000, budget))
        rootfile = next((str(e.get("full-path") or "") for e in container.iter("{*}rootfile")), "")
        package = trees.parse(zips.member(packed, packed.getinfo(rootfile), 5_000_000, budget))
    except KeyError:
        raise UnreadableArticle("is no EPUB: its list of parts is missing", DAMAGED_HINT) from None
    folder = posixpath.dirname(rootfile)
    items = {e.get("id"): e for e in package.iter("{*}item")}
    parts = []
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        kind = "" if item is None else str(item.get("media-type") or "")
        if item is not None and "html" in kind and "nav" not in str(item.get("properties") or "").split():
            parts.append(posixpath.normpath(posixpath.join(folder, unquote(str(item.get("href") or "")))))
    return _about(package), parts


def _about(package: trees.Element) -> dict[str, str]:
    said = {
        "outlet": package.findtext(f".//{DC}publisher") or package.findtext(f".//{DC}title"),
        "author": package.findtext(f".//{DC}creator"),
        "published": package.findtext(f".//{DC}date"),
        "language": package.findtext(f".//{DC}language"),
    }
    return {name: text for name, value in said.items() if value and (text := field_value(name, value))}
