"""Take away what a page wraps around its story, while the markup still tells it from the story.

What the markup calls things is in `pages.toml`, what readers see (`Advertisement`, `Baca juga`, `Kommentare`) in `languages/*.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.text import rules
from assistant.text.datelines import read_marked
from assistant.text.furniture import is_furniture

if TYPE_CHECKING:
    from lxml.html import HtmlElement

RULES = Path(__file__).with_name("pages.toml")
NAMED_BY = ("class", "id", "data-component", "data-testid")
MAX_AD = 160
"""An advertisement with its label is shorter than this; the paragraphs of a story that follow a stray label are not."""
MAX_LINKED = 400
MAX_ASKING = 250
"""An invitation with its field (`your e-mail address`) is shorter than this."""
MIN_STORY = 80
"""A paragraph of this many characters that ends as a sentence and is no link is story."""
MOST = 0.5
"""An element with more than this share of the page's own text is not dropped for its name."""
WORD = re.compile(r"[A-Z]+(?![a-zà-ÿ])|[A-Z]?[a-zà-ÿ]+|[^\W\d_A-Za-zà-ÿ]+")
ENDS = re.compile(r"[.!?。！？؟।…][\"'”’»”」』)\]]*$")
BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer", "h1", "h2",
        "h3", "h4", "h5", "h6", "header", "li", "main", "ol", "p", "section", "table", "tbody", "td", "tr", "ul",
    ]
)  # fmt: skip
LINKED = frozenset(
    [
        "aside", "blockquote", "center", "div", "dl", "dt", "h4", "h5", "h6", "li", "ol", "p", "section", "table",
        "td", "tr", "ul",
    ]
)  # fmt: skip
MARKS = ("b", "strong", "span", "em", "i", "small")
PLACE_WORDS = frozenset(
    [
        "city", "dateline", "kota", "lieu", "location", "lokasi", "lugar", "ort", "ortsmarke", "place", "standort",
        "tempat", "ville",
    ]
)  # fmt: skip
HEADINGS = ("h1", "h2", "h3")
CUSTOM_PARAGRAPH = re.compile(r"paragraph|-p$|-text$")


@dataclass(frozen=True)
class Amount:
    """Letters and digits in an element, and how many of them are in links."""

    total: int
    linked: int


def prepare(tree: HtmlElement, heading: HtmlElement | None, host: str = "") -> None:
    """Drop from a page, in place, what is no story: advertising, other articles, comments, buttons, notes, paths.

    Args:
        tree: the page.
        heading: the element of the headline, which goes with all that stands above it.
        host: the host of the outlet, for its own rules.
    """
    _drop_by_outlet(tree, host)
    kept = _Kept(tree, heading)
    _drop_asking(tree, kept)
    _drop_by_tag(tree)
    _drop_notes(tree)
    _drop_by_name(tree, kept)
    _drop_labelled(tree, kept)
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
                _drop(mark)
                return place
        line = text_of(block)
        if len(line) >= MIN_STORY and ENDS.search(line) and next(block.iterdescendants("p", "div"), None) is None:
            return ""
    return ""


def text_of(element: HtmlElement) -> str:
    """Return the text of an element on one line."""
    return " ".join(str(element.text_content()).split())


def squeezed(text: str) -> str:
    """Return letters and digits only, case folded."""
    return re.sub(r"[\W_]+", "", text.casefold())


class _Kept:
    """Knows what must not be dropped: the headline, the story's own element, most of the text."""

    def __init__(self, tree: HtmlElement, heading: HtmlElement | None) -> None:
        self.held = {tree, *(tree.iter("body", "html", "head", "main"))}
        for element in [heading, *tree.xpath("//*[@itemprop='articleBody' or @property='articleBody']")]:
            if element is not None:
                self.held.update([element, *element.iterancestors()])
        self.most = MOST * sum(len(text) for text in _own_texts(tree))

    def may_go(self, element: HtmlElement) -> bool:
        return element not in self.held and sum(len(text) for text in _own_texts(element)) <= self.most


def _own_texts(tree: HtmlElement) -> Iterator[str]:
    """Yield the texts of paragraphs that are no links."""
    for element in tree.iter("p", "div", "td", "span", "li"):
        if element.text and len(element.text) >= MIN_STORY:
            yield element.text
        for child in element:
            if child.tail and len(child.tail) >= MIN_STORY:
                yield child.tail


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _drop_by_outlet(tree: HtmlElement, host: str) -> None:
    for row in _rules()["outlets"]:
        if host == row["host"] or host.endswith("." + row["host"]):
            for element in tree.xpath(row["drop"]):
                _drop(element)


def _drop_by_tag(tree: HtmlElement) -> None:
    tags, roles, properties = (frozenset(_rules()[name]) for name in ("tags", "roles", "properties"))
    for element in list(tree.iter(*tags)):
        if not (element.tag in ("form", "dialog") and len(list(_own_texts(element))) > 3):  # some pages are one big form
            _drop(element)
    for element in tree.xpath("//*[@role or @itemprop or @property or @hidden or @aria-hidden='true' or @data-infinite]"):
        names = {element.get("itemprop"), element.get("property")}
        hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true" or element.get("data-infinite") is not None
        if element.tag not in ("html", "body", "meta", "main") and (hidden or element.get("role") in roles or names & properties):
            _drop(element)


def _drop_asking(tree: HtmlElement, kept: _Kept) -> None:
    """Drop the short block around a field in which readers should write: their address, a search, a comment."""
    for element in list(tree.iter("input", "textarea")):
        if element.get("type") in ("hidden", "checkbox", "radio"):
            continue
        _drop_around_short(element, kept, MAX_ASKING)


def _drop_around_short(element: HtmlElement, kept: _Kept, longest: int) -> None:
    """Drop the largest element around this one whose text is not longer than that."""
    last = element
    for parent in element.iterancestors():
        if parent in kept.held or parent.tag == "article" or len(text_of(parent)) > longest:
            break
        last = parent
    _drop(last)


def _drop_furniture(tree: HtmlElement, kept: _Kept) -> None:
    """Drop blocks that are furniture as a whole, before they are run together with a paragraph of the story."""
    for element in list(tree.iter("p", "div", "span", "li", "h2", "h3", "h4", "h5", "small", "strong", "em")):
        if element in kept.held or next(element.iterdescendants(*BLOCKS), None) is not None:
            continue
        line = text_of(element)
        if line and len(line) <= MAX_LINKED and is_furniture(line):
            _drop(element)


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
        if _has_story(cell):
            for element in (cell, *cell.iterancestors("tr", "tbody", "table")):
                element.tag = "div"


def _drop_notes(tree: HtmlElement) -> None:
    """Drop the raised numbers that point to notes."""
    for element in tree.xpath("//sup"):
        if re.fullmatch(r"\W*\d{0,3}\W*", text_of(element)) and (element.xpath(".//a") or element.get("class") or element.get("id")):
            _drop(element)


def _drop_by_name(tree: HtmlElement, kept: _Kept) -> None:
    for element in tree.xpath("//*[@class or @id or @data-component or @data-testid]"):
        if is_named_away(element) and kept.may_go(element):
            _drop(element)


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


def _drop_labelled(tree: HtmlElement, kept: _Kept) -> None:
    """Drop what a word on the page announces: advertising, a link, a list of links, the readers' replies."""
    labels = _labels()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "title"):
            continue
        kind = labels.get(_label(element.text)) if element.text else None
        if kind and not (len(element) and kind in ("sections", "replies")):
            DROPPED_BY[kind](element, kept)


def _label(text: str) -> str:
    return re.sub(r"\s*\(?\d*\)?\s*[:：]?\s*$", "", " ".join(text.split()).strip(" [【】]»>▶►●•|-–—")).casefold()


def _drop_ad(element: HtmlElement, kept: _Kept) -> None:
    _drop_around_short(element, kept, MAX_AD)


def _drop_link(element: HtmlElement, kept: _Kept) -> None:
    """Drop the label with its links, when nothing else stands in the block that holds both."""
    label = len(squeezed(element.text or ""))
    last = None
    for block in (element, *element.iterancestors()):
        amount = _amount(block)
        if block in kept.held or (amount.total - amount.linked - label > 4 and not _is_link_text(block, label)):
            break
        last = block if amount.linked or block.tag in BLOCKS else last
    if last is None or last in kept.held:
        return
    following = last.getnext()
    if not _amount(last).linked and following is not None and following.tag in LINKED:
        amount = _amount(following)
        if amount.linked >= 0.9 * amount.total > 0:
            _drop(following)
    _drop(last)


def _is_link_text(block: HtmlElement, label: int) -> bool:
    """Say whether the rest of a short block hangs on a link: its date, its outlet."""
    amount = _amount(block)
    return amount.linked >= 0.6 * (amount.total - label) and amount.total < MAX_AD and not ENDS.search(text_of(block))


def _drop_section(element: HtmlElement, kept: _Kept) -> None:
    """Drop a list of links under its heading, or the block that holds both."""
    _drop_under(element, kept, to_end=False)


def _drop_replies(element: HtmlElement, kept: _Kept) -> None:
    """Drop all that follows a heading after which no story comes."""
    _drop_under(element, kept, to_end=True)


def _drop_under(element: HtmlElement, kept: _Kept, to_end: bool) -> None:
    head = element
    while (parent := head.getparent()) is not None and parent not in kept.held and text_of(parent) == text_of(head):
        head = parent
    if head in kept.held or (to_end and _is_subheading(head)):
        return
    if parent is not None and _opens(head, parent) and kept.may_go(parent) and (to_end or not any(_has_story(child) for child in parent)):
        _drop(parent)
        return
    for following in list(head.itersiblings()):
        if following in kept.held or (not to_end and _is_told(following)) or not kept.may_go(following):
            break
        _drop(following)
    _drop(head)


def _is_subheading(head: HtmlElement) -> bool:
    """Say whether paragraphs of the story stand right above and right below: `Reaktionen` may head a part of it."""
    above, below = head.getprevious(), head.getnext()
    return all(near is not None and near.tag == "p" and _has_story(near) for near in (above, below))


def _opens(head: HtmlElement, parent: HtmlElement) -> bool:
    return not (parent.text or "").strip() and not any(text_of(child) for child in head.itersiblings(preceding=True))


def _has_story(element: HtmlElement) -> bool:
    """Say whether an element holds a paragraph that ends as a sentence and is no link."""
    if not isinstance(element.tag, str) or element.tag in ("ul", "ol"):
        return False
    return any(ENDS.search(text.strip()) for text in _own_texts(element))


def _is_told(element: HtmlElement) -> bool:
    """Say whether the story goes on here: with a paragraph of any length that ends as a sentence and is no link."""
    if _has_story(element):
        return True
    return element.tag == "p" and bool(ENDS.search(text_of(element))) and not _amount(element).linked


def _drop_links(tree: HtmlElement, kept: _Kept) -> None:
    """Drop blocks that are nothing but links; a paragraph that is one linked sentence stays."""
    for element in list(tree.iter(*LINKED)):
        amount = _amount(element)
        if not amount.linked or amount.total > MAX_LINKED or amount.linked < 0.9 * amount.total or element in kept.held:
            continue
        if element.tag in ("p", "li") and ENDS.search(text_of(element).rstrip("?")):
            continue
        _drop(element)


def _amount(element: HtmlElement) -> Amount:
    total = len(squeezed(str(element.text_content())))
    linked = sum(len(squeezed(str(link.text_content()))) for link in element.iter("a"))
    return Amount(total, total if any(parent.tag == "a" for parent in element.iterancestors("a")) else linked)


def _drop_around(heading: HtmlElement) -> None:
    """Drop the headline, what stands above it, and what belongs to the headline of another article."""
    for other in [other for other in heading.getroottree().iter("h1") if other is not heading]:
        block = other
        while (parent := block.getparent()) is not None and heading not in parent.iter(heading.tag):
            block = parent
        if parent is not None and block is not other:
            _drop(block)
    for element in (heading, *heading.iterancestors()):
        for before in list(element.itersiblings(preceding=True)):
            if isinstance(before.tag, str) and before.tag not in ("head", "h1") and not _has_story(before):
                _drop(before)
        if element.tag == "body":
            break
    _drop(heading)


DROPPED_BY = {"ads": _drop_ad, "links": _drop_link, "sections": _drop_section, "replies": _drop_replies}


def byline_paths() -> list[str]:
    """Return the XPaths of bylines, best first."""
    return list(_rules()["bylines"])


@cache
def _labels() -> dict[str, str]:
    """Return what a label announces, by the label in lower case."""
    return {word: kind for kind in ("replies", "sections", "ads", "links") for word in rules.words("furniture", kind)}


@cache
def _rules() -> dict[str, list]:  # type: ignore[type-arg]
    return tomllib.loads(RULES.read_text("utf-8"))
