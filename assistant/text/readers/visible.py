"""What readers see of who wrote a story and when: the headline, the byline below it, the outlet in the title of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.text.credits import is_date, is_desk, plain_names, read_credits
from assistant.text.dates import parse_date
from assistant.text.readers.declared import TITLE_TAIL, Found
from assistant.text.readers.elements import ENDS, squeezed, text_of
from assistant.text.readers.metadata import field_value
from assistant.text.readers.pages import byline_paths

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_BYLINE = 160
N_BYLINES = 14
"""So many short lines below the headline may be its byline, date and the like."""
WITHIN = ("div", "p", "li", "ul", "time", "section", "figure")


def add_visible(tree: HtmlElement, heading: HtmlElement | None, found: Found) -> None:
    """Add what a reader sees: the headline, the byline and the dates below it, the outlet in the page's title."""
    if heading is not None:
        _add_headline(text_of(heading), found)
        _add_head(heading, found)
    _add_bylines(tree, found)
    if heading is not None and not found.fields.get("author"):
        found.add("author", _linked_name(heading), "byline")
    _add_page_title(tree, found)
    times = tree.xpath("//article//time/@datetime | //time[@pubdate]/@datetime | //time/@datetime")
    if times:
        found.add("published", field_value("published", str(times[0])), "time element")


def _add_headline(headline: str, found: Found) -> None:
    """Take the visible headline where none is declared, or only a shortened one: JSON-LD's may have 110 characters."""
    declared = squeezed(found.fields.get("title", ""))
    cut = found.fields.get("title", "").rstrip().endswith(("…", "...")) or len(found.fields.get("title", "")) >= 80
    if declared and cut and len(squeezed(headline)) > len(declared) and squeezed(headline).startswith(declared):
        found.fields["title"], found.origins["title"] = headline, "headline"
    found.add("title", headline, "headline")


def _add_head(heading: HtmlElement, found: Found) -> None:
    """Read the short lines below the headline: `By Jane Smith | 3 May 2021, 10:15 BST`."""
    named = False
    for line in _lines_below(heading):
        credit = read_credits(line, found.fields.get("outlet", ""))
        for name, value in (credit or {}).items():
            if name == "author" and named:
                continue
            found.add(name, plain_names(value) if name == "author" else value, "byline")
        if credit is None and is_timed(line):
            found.add("published", parse_date(line), "byline")
        named = named or bool(credit and "author" in credit)


def _linked_name(heading: HtmlElement) -> str:
    """Return the text of a link right above a date below the headline, when no other link of the page has it: a name, not a section."""
    links = [text_of(link) for link in heading.getroottree().iter("a")]
    lines = list(_lines_below(heading))
    for line, following in pairwise(lines):
        if links.count(line) == 1 and 2 <= len(line.split()) <= 5 and not re.search(r"\d|[.!?:]$", line) and parse_date(following):
            return line
    return ""


def is_timed(line: str) -> bool:
    """Say whether a line is a date with its time and perhaps a few words: `Selasa, 4 Nov 2025 07:00 WIB · 4 menit`."""
    return any(is_date(part.strip()) and "T" in parse_date(part) for part in re.split(r"[·|•]", line))


def _lines_below(heading: HtmlElement) -> Iterator[str]:
    """Yield the short texts that follow the headline, up to the first paragraph of the story."""
    given = 0
    for element in heading.xpath("following::*[not(self::script or self::style or self::option)]"):
        if next(element.iterdescendants(*WITHIN), None) is not None:
            continue  # its parts come by themselves
        line = text_of(element)
        if len(line) > MAX_BYLINE and ENDS.search(line):
            return
        if 1 < len(line) <= MAX_BYLINE:
            yield line
            given += 1
        if given >= N_BYLINES:
            return


def _add_bylines(tree: HtmlElement, found: Found) -> None:
    if (known := found.fields.get("author")) and not is_desk(known):
        return
    for path in byline_paths():
        for element in tree.xpath(path):
            names = plain_names(text_of(element))
            if 1 < len(names) <= 60 and not re.search(r"\d|[.!?:]$", names) and len(names.split()) <= 6:
                found.add("author", names, "byline")
                return


def _add_page_title(tree: HtmlElement, found: Found) -> None:
    """Add title and outlet from `Headline - Outlet`, or `Outlet: Headline`, when the page shows which is which."""
    page = " ".join(str(tree.findtext(".//title") or "").split())
    title = found.fields.get("title", "")
    if not page:
        return
    if title and not found.fields.get("outlet"):
        for mark in TITLE_TAIL.finditer(page):
            before, after = page[: mark.start()], page[mark.end() :]
            for ours, theirs in ((before, after), (after, before)):
                if squeezed(ours) == squeezed(title) and len(theirs) <= 60:
                    found.add("outlet", theirs, "page title")
    if not found.fields.get("outlet"):
        found.add("outlet", _brand(tree, page, found.fields.get("url", "")), "page")
    found.add("title", page, "page title")


def _brand(tree: HtmlElement, page: str, url: str) -> str:
    """Return what the link to the front page says, when the page's title, its address or its copyright line names it too."""
    foot = squeezed(" ".join(str(text) for text in tree.xpath("//text()[contains(.,'©') or contains(.,'Copyright')]")))
    links = tree.xpath("//a[@rel='home'] | //a[@href='/'] | //*[contains(@class,'logo') or contains(@class,'brand') or @id='site-title']")
    for link in links[:12]:
        name = text_of(link) or " ".join(str(text) for text in link.xpath(".//img/@alt"))
        if 2 <= len(name) <= 40 and any(squeezed(name) in place for place in (squeezed(page), squeezed(url), foot)):
            return name
    return ""
