"""What a page says about its own story: JSON-LD, `<meta>`, microdata and RDFa, bylines, the page's title. Each value knows where from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.text.credits import is_desk, plain_names
from assistant.text.readers.elements import text_of
from assistant.text.readers.metadata import field_value, fields_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Our field <- the names and properties of <meta>, best first.
META: dict[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline"),
    "outlet": ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name", "apple-mobile-web-app-title"),
    "author": (
        "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "content_author", "byl",
        "dtk:author", "cxenseparse:author", "twitter:creator",
    ),
    "editor": ("editor", "content_editor", "dtk:editor"),
    "place": ("dateline", "article:location", "geo.placename", "content_location"),
    "published": (
        "article:published_time", "article:published", "datepublished", "publishdate", "publish-date", "pubdate", "parsely-pub-date",
        "content_publisheddate", "content_publishdate", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date",
        "og:published_time", "sailthru.date", "dtk:publishdate", "cxenseparse:recs:publishtime", "publication_date", "date",
    ),
    "updated": (
        "article:modified_time", "article:modified", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
        "lastmod", "last-modified", "revised",
    ),
    "url": ("og:url", "twitter:url"),
    "language": ("og:locale", "content-language", "dc.language"),
}  # fmt: skip
STORY_TYPES = frozenset(
    [
        "NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "LiveBlogPosting", "AnalysisNewsArticle",
        "OpinionNewsArticle", "BackgroundNewsArticle", "ReviewNewsArticle", "AskPublicNewsArticle", "SocialMediaPosting",
    ]
)  # fmt: skip
# Our field <- the properties of microdata and RDFa, best first.
PROPERTIES: dict[str, tuple[str, ...]] = {
    "title": ("headline",),
    "author": ("author", "creator"),
    "editor": ("editor",),
    "published": ("datePublished", "dateCreated"),
    "updated": ("dateModified",),
    "outlet": ("publisher",),
    "place": ("contentLocation", "locationCreated", "dateline"),
}
TITLE_TAIL = re.compile(r"\s+(?:[-–—|·•»/]|::)\s+|\s*(?:[|｜–—]|::)\s*|[:：]\s+")
MAX_DEPTH = 4
DATES = ("published", "updated")


class Found:
    """Fields with where each was found; the first value stays, but for a date that a later one only makes more exact, and a desk."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.origins: dict[str, str] = {}

    def add(self, name: str, value: str, where: str) -> None:
        """Take a value, unless there is one already."""
        known = self.fields.get(name, "")
        finer = (name in DATES and _is_finer(value, known)) or (name == "author" and is_desk(known) and not is_desk(value))
        if value and (not known or finer):
            self.fields[name], self.origins[name] = value, where

    def drop(self, name: str) -> None:
        """Forget a field."""
        self.fields.pop(name, None)
        self.origins.pop(name, None)


def _is_finer(value: str, known: str) -> bool:
    """Say whether a time tells more of the same day: a clock where only the day was known, a zone where only the clock was."""
    return value[:10] == known[:10] and _exactness(value) > _exactness(known)


def _exactness(value: str) -> int:
    return ("T" in value) + bool(re.search(r"T.*[+-]\d\d:\d\d$", value))


def read_declared(tree: HtmlElement, records: list[Mapping[str, Any]]) -> Found:
    """Return what machine-readable parts of a page say: JSON-LD, then <meta>, microdata and RDFa, then the page's head."""
    found = Found()
    for record in records:
        kept = {key: value for key, value in record.items() if key not in ("name", "image", "video")}
        for name, value in fields_of(kept).items():
            found.add(name, _author(value) if name == "author" else value, "JSON-LD")
    meta = _meta(tree)
    for name, keys in META.items():
        key, value = next(((key, text) for key in keys if (text := field_value(name, meta.get(key)))), ("", ""))
        found.add(name, _author(value) if name == "author" else value, f"meta {key}")
    _add_properties(tree, found)
    if found.fields.get("author", "").casefold() == found.fields.get("outlet", " ").casefold():
        found.drop("author")  # the outlet signs for somebody, whom the byline may name
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    if canonical and str(canonical[0]).startswith("http"):
        found.fields["url"], found.origins["url"] = str(canonical[0]), "canonical link"
    declared = tree.xpath("/html/@lang") or tree.xpath("//@*[name()='xml:lang']")
    if declared:
        found.fields["language"], found.origins["language"] = str(declared[0]), "html lang"
    return found


def story_records(tree: HtmlElement) -> list[Mapping[str, Any]]:
    """Return the JSON-LD records of the page that describe a story, with what they refer to by `@id` put in."""
    records = [record for script in tree.xpath("//script[contains(@type,'ld+json')]/text()") for record in _records(_parsed(str(script)))]
    known = {record["@id"]: record for record in records if isinstance(record.get("@id"), str) and len(record) > 2}
    return [_resolved(record, known) for record in records if not STORY_TYPES.isdisjoint(_types(record))]


def _parsed(script: str) -> object:
    text = re.sub(r"^\s*(?:<!--|/[/*]<!\[CDATA\[(?:\*/)?|<!\[CDATA\[)|(?:-->|(?:/[/*])?\]\]>(?:\*/)?)\s*$", "", script).strip()
    try:
        return json.loads(text.rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _records(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the records of a list, a graph, or what a page says that it is mainly about."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _records(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "author", "publisher"):
            if isinstance(value.get(name), dict | list):
                yield from _records(value[name], depth + 1)


def _types(record: Mapping[str, Any]) -> list[str]:
    kinds = record.get("@type")
    return [re.split(r"[/#:]", kind)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _resolved(record: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    def whole(value: object) -> object:
        if isinstance(value, list):
            return [whole(item) for item in value]
        reference = value.get("@id") if isinstance(value, dict) and "name" not in value else None
        return known.get(reference, value) if isinstance(reference, str) else value

    return {name: whole(value) if name in ("author", "creator", "publisher", "editor") else value for name, value in record.items()}


def without_site(title: str, outlet: str) -> str:
    """Drop ` - Outlet` from the end of a page's title."""
    parts = TITLE_TAIL.split(title)
    if len(parts) > 1 and outlet and parts[-1].casefold() == outlet.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" -–—|·•»:")
    return title


def _author(value: str) -> str:
    """Return the names of a declared author, without `By`; addresses and handles are none."""
    names = [name.strip() for name in re.split(r"\s*[;|]\s*|,\s+", value)]
    named = ", ".join(name for name in names if name and not re.match(r"https?:|@|www\.|[\w.]+@", name))
    bare = plain_names(named)
    return named if named.casefold().startswith("von ") or (" " in named and " " not in bare) else bare


def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.xpath("//meta[@content]"):
        keys = (element.get(name) for name in ("property", "name", "itemprop", "http-equiv"))
        key = next((key for key in keys if key), "")
        if not (element.get("itemprop") and element.xpath("ancestor::*[@itemscope]")):  # that is microdata, of whatever it is in
            found.setdefault(str(key).strip().lower(), str(element.get("content")))
    return found


def _add_properties(tree: HtmlElement, found: Found) -> None:
    """Add the properties of the first story that microdata or RDFa describe, those of its comments and neighbours left out."""
    for kind, name_of, where in (("@itemtype", "itemprop", "microdata"), ("@typeof", "property", "RDFa")):
        for scope in tree.xpath(f"//*[{kind}]"):
            kinds = re.split(r"[\s/#]+", scope.get(kind[1:]))
            if not STORY_TYPES.isdisjoint(kinds):
                _add_scope(scope, kind, name_of, where, found)
                break


def _add_scope(scope: HtmlElement, kind: str, name_of: str, where: str, found: Found) -> None:
    values: dict[str, list[str]] = {}
    for element in scope.xpath(f".//*[@{name_of}]"):
        owner = next((parent for parent in element.iterancestors() if parent.get(kind[1:]) is not None), None)
        if owner is scope:  # of the story itself, not of its picture or a comment
            for name in str(element.get(name_of)).split():
                if value := _property(element, name_of):
                    values.setdefault(name, []).append(value)
    for ours, theirs in PROPERTIES.items():
        listed = next((values[name] for name in theirs if name in values), [])
        value = ", ".join(dict.fromkeys(listed)) if ours == "author" else (listed or [""])[0]
        found.add(ours, field_value(ours, plain_names(value) if ours == "author" else value), where)


def _property(element: HtmlElement, name_of: str) -> str:
    """Return the value of a property: an attribute, the name of what it describes, or its text."""
    for attribute in ("content", "datetime"):
        if element.get(attribute):
            return str(element.get(attribute))
    named = element.xpath(f".//*[@{name_of}='name']")
    if named:
        return str(named[0].get("content") or text_of(named[0]))
    if element.tag == "abbr" and element.get("title"):
        return str(element.get("title"))
    return text_of(element)
