"""Sitemaps: the pages of a site, and the further sitemaps that an index of them names."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import UnreadableArticle
from assistant.text.readers import trees
from assistant.text.readers.feeds import Entry, root_name
from assistant.text.readers.metadata import field_value

ROOTS = ("urlset", "sitemapindex")
MAX_PAGES = 50_000
"""The protocol allows no more in one file."""


@dataclass(frozen=True)
class Sitemap:
    """What a sitemap names: pages, the newest first, or further sitemaps, the newest first."""

    pages: tuple[Entry, ...] = ()
    sitemaps: tuple[str, ...] = ()


def is_sitemap(data: bytes) -> bool:
    """Say whether a document begins like a sitemap."""
    return root_name(data) in ROOTS


def read(data: bytes) -> Sitemap:
    """Return what a sitemap names.

    Raises:
        UnreadableArticle: it is no sitemap, or its XML declares entities.
    """
    root = trees.parse(data)
    if not str(root.tag).endswith(ROOTS):
        raise UnreadableArticle("is no sitemap", "give the address of a sitemap")
    pages = [_entry(element) for element in list(root.iter("{*}url"))[:MAX_PAGES]]
    maps = [_entry(element) for element in list(root.iter("{*}sitemap"))[:MAX_PAGES]]
    return Sitemap(_newest(pages), tuple(entry.url for entry in _newest(maps)))


def _newest(entries: list[Entry]) -> tuple[Entry, ...]:
    """Bring the newest to the front; those without a date keep their order behind."""
    dated = [entry for entry in entries if entry.url]
    return tuple(sorted(dated, key=lambda entry: entry.fields.get("published") or entry.fields.get("updated", ""), reverse=True))


def _entry(element: trees.Element) -> Entry:
    said = {
        "title": field_value("title", element.findtext(".//{*}news/{*}title")),
        "published": field_value("published", element.findtext(".//{*}news/{*}publication_date")),
        "updated": field_value("updated", element.findtext("{*}lastmod")),
        "outlet": field_value("outlet", element.findtext(".//{*}news/{*}publication/{*}name")),
        "language": field_value("language", element.findtext(".//{*}news/{*}publication/{*}language")),
    }
    return Entry((element.findtext("{*}loc") or "").strip(), {name: value for name, value in said.items() if value})
