"""Take away what a page wraps around its story, while the markup still tells it from the story.

What the markup calls things is in `pages.toml`, what readers see (`Advertisement`, `Baca juga`, `Kommentare`) in `languages/*.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.text.credits import is_date
from assistant.text.furniture import is_furniture
from assistant.text.marked import read_marked
from assistant.text.readers.elements import (
    BLOCKS,
    ENDS,
    LINKED,
    MIN_STORY,
    Kept,
    amount,
    drop,
    drop_around_short,
    has_story,
    own_texts,
    squeezed,
    text_of,
)
from assistant.text.readers.labelled import drop_labelled

if TYPE_CHECKING:
    from lxml.html import HtmlElement

RULES = Path(__file__).with_name("pages.toml")
NAMED_BY = ("class", "id", "data-component", "data-testid")
MAX_LINKED = 400
MAX_ASKING = 250
"""An invitation with its field (`your e-mail address`) is shorter than this."""
PARTS = re.compile(r"\s*[·|•]\s*")
WORD = re.compile(r"[A-Z]+(?![a-zà-ÿ])|[A-Z]?[a-zà-ÿ]+|[^\W\d_A-Za-zà-ÿ]+")
MARKS = ("b", "strong", "span", "em", "i", "small")
PLACE_WORDS = frozenset(
    [
        "city", "dateline", "kota", "lieu", "location", "lokasi", "lugar", "ort", "ortsmarke", "place", "standort",
        "tempat", "ville",
    ]
)  # fmt: skip
HEADINGS = ("h1", "h2", "h3")
CUSTOM_PARAGRAPH = re.compile(r"paragraph|-p$|-text$")


def prepare(tree: HtmlElement, heading: HtmlElement | None, host: str = "") -> None:
    """Drop from a page, in place, what is no story: advertising, other articles, comments, buttons, notes, paths.

    Args:
        tree: the page.
        heading: the element of the headline, which goes with all that stands above it.
        host: the host of the outlet, for its own rules.
    """
    _drop_by_outlet(tree, host)
    kept = Kept(tree, heading)
    _drop_asking(tree, kept)
    _drop_by_tag(tree)
    _drop_notes(tree)
    _drop_by_name(tree, kept)
    drop_labelled(tree, kept)
    _drop_furniture(tree, kept)
    _drop_links(tree, kept)
    _lists_to_blocks(tree)
    _tables_to_blocks(tree)
    if heading is not None:
        _drop_around(heading)


def plain_tags(tree: HtmlElement) -> None:
    """Give custom elements and roles, in place, the names that HTML has for them."""
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        role = element.get("role") or ""
        if role == "heading":
            element.tag = f"h{level}" if (level := element.get("aria-level", "2")) in "123456" else "h2"
        elif role == "paragraph" or ("-" in element.tag and CUSTOM_PARAGRAPH.search(element.tag)):
            element.tag = "p"
        elif "-" in element.tag and not element.tag.startswith("amp-"):
            element.set("class", f"{element.get('class', '')} {element.tag}".strip())  # its name says what it is
            element.tag = "div"


def find_heading(tree: HtmlElement, titles: list[str]) -> HtmlElement | None:
    """Return the element of the headline: a heading with one of the titles, else the only `h1`."""
    wanted = [squeezed(title) for title in titles if title]
    headings = [(element, squeezed(text_of(element))) for name in HEADINGS for element in tree.iter(name)]
    for element, text in headings:
        if len(text) > 3 and text in wanted:
            return element
    parts = [(element, text) for element, text in headings if len(text) > 15 and any(text in title for title in wanted)]
    if parts:
        return max(parts, key=lambda part: len(part[1]))[0]
    alone = [element for element in tree.iter("h1") if text_of(element)]
    return alone[0] if len(alone) == 1 else None


def take_dateline(tree: HtmlElement, outlet: str) -> str:
    """Cut the dateline that the markup sets apart from the first paragraph (`<b>LIMERICK</b> — ...`) and return its place."""
    for block in tree.iter("p", "div"):
        if len(block) and block[0].tag in MARKS and not (block.text or "").strip():
            mark = block[0]
            named = not PLACE_WORDS.isdisjoint(word.lower() for word in WORD.findall(mark.get("class") or ""))
            found = read_marked(text_of(mark), mark.tail or "", outlet, named)
            if found is not None:
                place, mark.tail = found
                drop(mark)
                return place
        line = text_of(block)
        if len(line) >= MIN_STORY and ENDS.search(line) and next(block.iterdescendants("p", "div"), None) is None:
            return ""
    return ""


def _drop_by_outlet(tree: HtmlElement, host: str) -> None:
    for row in _rules()["outlets"]:
        if host == row["host"] or host.endswith("." + row["host"]):
            for element in tree.xpath(row["drop"]):
                drop(element)


def _drop_by_tag(tree: HtmlElement) -> None:
    tags, roles, properties = (frozenset(_rules()[name]) for name in ("tags", "roles", "properties"))
    for element in list(tree.iter(*tags)):
        if not (element.tag in ("form", "dialog") and len(list(own_texts(element))) > 3):  # some pages are one big form
            drop(element)
    for element in tree.xpath("//*[@role or @itemprop or @property or @hidden or @aria-hidden='true' or @data-infinite]"):
        names = {element.get("itemprop"), element.get("property")}
        hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true" or element.get("data-infinite") is not None
        if element.tag not in ("html", "body", "meta", "main") and (hidden or element.get("role") in roles or names & properties):
            drop(element)


def _drop_asking(tree: HtmlElement, kept: Kept) -> None:
    """Drop the short block around a field in which readers should write: their address, a search, a comment."""
    for element in list(tree.iter("input", "textarea")):
        if element.get("type") in ("hidden", "checkbox", "radio"):
            continue
        drop_around_short(element, kept, MAX_ASKING)


def _drop_furniture(tree: HtmlElement, kept: Kept) -> None:
    """Drop blocks that are furniture as a whole, before they are run together with a paragraph of the story."""
    for element in list(tree.iter("p", "div", "span", "li", "h2", "h3", "h4", "h5", "small", "strong", "em")):
        if element in kept.held or next(element.iterdescendants(*BLOCKS), None) is not None:
            continue
        line = text_of(element)
        if line and len(line) <= MAX_LINKED and all(is_furniture(part) or is_date(part) for part in PARTS.split(line)):
            drop(element)


def _lists_to_blocks(tree: HtmlElement) -> None:
    """Make the posts of a live page, which are items of a list with paragraphs in them, plain blocks."""
    for item in list(tree.iter("li")):
        if next(item.iterdescendants("p", "h2", "h3", "h4", "div"), None) is not None:
            item.tag = "div"
            if (parent := item.getparent()) is not None and parent.tag in ("ol", "ul"):
                parent.tag = "div"


def _tables_to_blocks(tree: HtmlElement) -> None:
    """Make a table that only lays out the page, a cell of which holds the story, plain blocks."""
    for cell in list(tree.iter("td")):
        if has_story(cell):
            for element in (cell, *cell.iterancestors("tr", "tbody", "table")):
                element.tag = "div"


def _drop_notes(tree: HtmlElement) -> None:
    """Drop the raised numbers that point to notes."""
    for element in tree.xpath("//sup"):
        if re.fullmatch(r"\W*\d{0,3}\W*", text_of(element)) and (element.xpath(".//a") or element.get("class") or element.get("id")):
            drop(element)


def _drop_by_name(tree: HtmlElement, kept: Kept) -> None:
    for element in tree.xpath("//*[@class or @id or @data-component or @data-testid]"):
        if is_named_away(element) and kept.may_go(element):
            drop(element)


def is_named_away(element: HtmlElement) -> bool:
    """Say whether a name of the element is among those of what is no story."""
    value = " ".join(value for name in NAMED_BY if (value := element.get(name)))
    return any(_is_away(name) for name in value.split())


@cache
def _is_away(name: str) -> bool:
    words = [word.lower() for word in WORD.findall(name)]
    known, pairs = frozenset(_rules()["words"]), frozenset(_rules()["pairs"])
    if any(f"{one} {two}" in pairs for one, two in pairwise(words)):
        return True
    if words[:1] in (["has"], ["is"], ["with"], ["no"]):
        return False  # `has-comments` says something of the article
    return any(word in known for word in words)


def _drop_links(tree: HtmlElement, kept: Kept) -> None:
    """Drop blocks that are nothing but links; a paragraph that is one linked sentence stays."""
    for element in list(tree.iter(*LINKED)):
        found = amount(element)
        if not found.linked or found.total > MAX_LINKED or found.linked < 0.9 * found.total or element in kept.held:
            continue
        if element.tag in ("p", "li") and ENDS.search(text_of(element).rstrip("?")):
            continue
        drop(element)


def _drop_around(heading: HtmlElement) -> None:
    """Drop the headline, what stands above it, and what belongs to the headline of another article."""
    for other in [other for other in heading.getroottree().iter("h1") if other is not heading]:
        block = other
        while (parent := block.getparent()) is not None and heading not in parent.iter(heading.tag):
            block = parent
        if parent is not None and block is not other:
            drop(block)
    for element in (heading, *heading.iterancestors()):
        for before in list(element.itersiblings(preceding=True)):
            if isinstance(before.tag, str) and before.tag not in ("head", "h1") and not has_story(before):
                drop(before)
        if element.tag == "body":
            break
    drop(heading)


def byline_paths() -> list[str]:
    """Return the XPaths of bylines, best first."""
    return list(_rules()["bylines"])


@cache
def _rules() -> dict[str, list]:  # type: ignore[type-arg]
    return tomllib.loads(RULES.read_text("utf-8"))
