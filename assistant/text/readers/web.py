"""HTML pages: the story by trafilatura, the metadata from what the page says about itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.errors import UnreadableArticle
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import field_value, fields_of
from assistant.text.readers.raw import Raw

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
# Our field <- the names and properties of <meta>, best first.
META: dict[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "outlet": ("og:site_name", "application-name", "dc.publisher", "publisher"),
    "author": ("author", "article:author", "dc.creator", "parsely-author", "content_author", "byl"),
    "editor": ("editor", "content_editor"),
    "published": (
        "article:published_time", "datepublished", "publishdate", "pubdate", "parsely-pub-date",
        "content_publisheddate", "dc.date.issued", "dc.date", "date",
        "og:published_time", "sailthru.date", "dtk:publishdate",
    ),
    "updated": ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified"),
    "url": ("og:url", "twitter:url"),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip
STORY_TYPES = (
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
)
TITLE_TAIL = re.compile(r"\s+[-–—|·•»]\s+")
MIN_STORY = 30
SAVE_HINT = "save the article's text as .txt"


def read(data: bytes, origin: str) -> Raw:
    """Read one HTML page.

    Raises:
        UnreadableArticle: it is empty, not text, or has no story.
    """
    declared = CHARSET.search(data[:4096])
    page = decode(data, declared[1].decode("ascii") if declared else "")
    tree = _tree(page)
    records = list(_json_ld(tree)) if tree is not None else []
    fields = _fields(tree, records) if tree is not None else {}
    story, extracted = _story(page)
    if len(story) < MIN_STORY:
        bodies = [body for record in records if isinstance(body := record.get("articleBody"), str)]
        story = max([story, *bodies], key=len)
    if not story.strip():
        raise UnreadableArticle("has no story that could be found in the page", SAVE_HINT)
    for name, value in extracted.items():
        if value and not fields.get(name):
            fields[name] = value
    if fields.get("title"):
        fields["title"] = _without_site(fields["title"], fields.get("outlet", ""))
    return Raw(origin, data, story, {name: value for name, value in fields.items() if value})


def _story(page: str) -> tuple[str, dict[str, str]]:
    """Return the main text and what trafilatura found out, comments excluded."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            page,
            include_comments=False,
            include_tables=False,
            with_metadata=True,
            # the extensive search takes any date on the page, also that of a teaser
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except Exception as error:  # a broken page must not end the reading of a thousand others
        raise UnreadableArticle(f"cannot be read as a page ({type(error).__name__})", SAVE_HINT) from error
    if not isinstance(found, trafilatura.settings.Document):
        return "", {}
    extracted = {
        "title": field_value("title", found.title),
        "author": field_value("author", (found.author or "").replace("; ", ", ")),
        "outlet": field_value("outlet", found.sitename),
        "published": field_value("published", found.date),
        "url": field_value("url", found.url),
    }
    return found.text or "", extracted


def _tree(page: str) -> HtmlElement | None:
    from trafilatura import load_html

    try:
        return load_html(page)
    except Exception:  # lxml has errors of many kinds; the story may still be found without the tree
        return None


def _fields(tree: HtmlElement, records: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return metadata from JSON-LD, then <meta>, then the page's head."""
    found: dict[str, str] = {}
    for record in records:
        kept = {key: value for key, value in record.items() if key not in ("name", "image", "video")}
        for name, value in fields_of(kept).items():
            found.setdefault(name, value)
    meta = _meta(tree)
    for name, keys in META.items():
        value = next((text for key in keys if (text := field_value(name, meta.get(key)))), "")
        if value and not (name == "author" and value.startswith("http")):
            found.setdefault(name, value)
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    if canonical and str(canonical[0]).startswith("http"):
        found["url"] = str(canonical[0])
    declared = tree.xpath("/html/@lang") or tree.xpath("//@*[name()='xml:lang']")
    if declared:
        found["language"] = str(declared[0])
    times = tree.xpath("//article//time/@datetime | //time[@pubdate]/@datetime | //time/@datetime")
    if times and "published" not in found:
        found["published"] = field_value("published", str(times[0]))
    return found


def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.xpath("//meta[@content]"):
        keys = (element.get(name) for name in ("property", "name", "itemprop", "http-equiv"))
        key = next((key for key in keys if key), "")
        found.setdefault(str(key).strip().lower(), str(element.get("content")))
    return found


def _json_ld(tree: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """Yield the records of the page that describe a story."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            value = json.loads(str(script), strict=False)
        except (ValueError, RecursionError):
            continue
        graph = value.get("@graph", value) if isinstance(value, dict) else value
        for record in graph if isinstance(graph, list) else [graph]:
            kinds = record.get("@type") if isinstance(record, dict) else None
            if any(kind in STORY_TYPES for kind in (kinds if isinstance(kinds, list) else [kinds])):
                yield record


def _without_site(title: str, outlet: str) -> str:
    """Drop ` - Outlet` from the end of a page's title."""
    parts = TITLE_TAIL.split(title)
    if len(parts) > 1 and outlet and parts[-1].casefold() == outlet.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" -–—|·•»")
    return title
