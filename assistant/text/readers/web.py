"""HTML pages: what is no story goes, the story is found by trafilatura, the metadata is what the page says about itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import UnreadableArticle
from assistant.text.readers import pages, shells
from assistant.text.readers.declared import Found, read_declared, story_records, without_site
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import field_value
from assistant.text.readers.raw import Raw
from assistant.text.readers.visible import add_visible

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
LIST_MARK = re.compile(r"^- (?=\S)", re.MULTILINE)  # trafilatura's, for the items of a list
MIN_STORY = 30
SURE_STORY = 500
"""A shorter text may be a part of the story only: what the slower extractors find is compared. Twice as fast on the golden pages."""
SAVE_HINT = "save the article's text as .txt"


def read(data: bytes, origin: str) -> Raw:
    """Read one HTML page.

    Raises:
        UnreadableArticle: it is empty, not text, a page without a story, or a shell: a paywall, a consent or error page and the like.
    """
    declared = CHARSET.search(data[:4096])
    page = decode(data, declared[1].decode("ascii") if declared else "")
    tree = _tree(page)
    if tree is None:
        return _raw(origin, data, _story(page), Found())
    records = story_records(tree)
    pages.plain_tags(tree)
    found = read_declared(tree, records)
    titles = [found.fields.get("title", ""), " ".join(str(tree.findtext(".//title") or "").split())]
    heading = pages.find_heading(tree, titles)
    add_visible(tree, heading, found)
    seen = shells.look_at(tree)
    _add_extracted(tree, found)
    pages.prepare(tree, heading, _host(found.fields.get("url", ""), origin))
    if not found.fields.get("place") and (place := pages.take_dateline(tree, found.fields.get("outlet", ""))):
        found.add("place", place, "dateline")
    story = _story(tree, fast=True)
    if len(story) < SURE_STORY and not shells.find_reason(seen, story or " ", records):
        story = max([_story(tree), *(_bodies(records) if len(story) < MIN_STORY else [])], key=len)
    if reason := shells.find_reason(seen, story, records):
        raise UnreadableArticle(reason, shells.HINT)
    return _raw(origin, data, story, found)


def _raw(origin: str, data: bytes, story: str, found: Found) -> Raw:
    if not story.strip():
        raise UnreadableArticle("has no story that could be found in the page", SAVE_HINT)
    fields = {name: value for name, value in found.fields.items() if value}
    if fields.get("title"):
        fields["title"] = without_site(fields["title"], fields.get("outlet", ""))
    return Raw(origin, data, story, fields, provenance={name: found.origins[name] for name in fields})


def _bodies(records: list[Mapping[str, Any]]) -> list[str]:
    return [body for record in records if isinstance(body := record.get("articleBody"), str)]


def _host(url: str, origin: str) -> str:
    try:
        return urlsplit(url or origin).hostname or ""
    except ValueError:
        return ""


def _story(page: str | HtmlElement, fast: bool = False) -> str:
    """Return the main text, comments and tables excluded; `fast` asks no second and third extractor."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(page, include_comments=False, include_tables=False, with_metadata=False, fast=fast)
    except Exception as error:  # a broken page must not end the reading of a thousand others
        raise UnreadableArticle(f"cannot be read as a page ({type(error).__name__})", SAVE_HINT) from error
    return LIST_MARK.sub("", found.text or "") if isinstance(found, trafilatura.settings.Document) else ""


def _add_extracted(tree: HtmlElement, found: Found) -> None:
    """Fill what the page does not declare from what trafilatura finds out; it is asked only then, for it takes long."""
    if all(found.fields.get(name) for name in ("title", "author", "outlet", "published")):
        return
    from trafilatura.metadata import extract_metadata

    try:
        # the extensive search takes any date on the page, also that of a teaser
        extracted = extract_metadata(deepcopy(tree), date_config={"original_date": True, "extensive_search": False})
    except Exception:  # its search reads any markup and may stumble; the story is worth more than these fields
        return
    values = {
        "title": extracted.title,
        "author": (extracted.author or "").replace("; ", ", "),
        "outlet": extracted.sitename,
        "published": extracted.date,
        "url": extracted.url,
    }
    for name, value in values.items():
        found.add(name, field_value(name, value), "page")


def _tree(page: str) -> HtmlElement | None:
    from trafilatura import load_html

    try:
        return load_html(page)
    except Exception:  # lxml has errors of many kinds; the story may still be found without the tree
        return None
