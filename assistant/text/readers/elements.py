"""Elements of a page: what they say, whether that is story, and how they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MIN_STORY = 80
"""A paragraph of this many characters that ends as a sentence and is no link is story."""
MOST = 0.5
"""An element with more than this share of the page's own text is not dropped for its name."""
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


@dataclass(frozen=True)
class Amount:
    """Letters and digits in an element, and how many of them are in links."""

    total: int
    linked: int


class Kept:
    """Knows what must not be dropped: the headline, the story's own element, most of the text."""

    def __init__(self, tree: HtmlElement, heading: HtmlElement | None) -> None:
        self.held = {tree, *(tree.iter("body", "html", "head", "main"))}
        for element in [heading, *tree.xpath("//*[@itemprop='articleBody' or @property='articleBody']")]:
            if element is not None:
                self.held.update([element, *element.iterancestors()])
        self.most = MOST * sum(len(text) for text in own_texts(tree))

    def may_go(self, element: HtmlElement) -> bool:
        """Say whether an element may be dropped for its name or its label."""
        return element not in self.held and sum(len(text) for text in own_texts(element)) <= self.most


def text_of(element: HtmlElement) -> str:
    """Return the text of an element on one line."""
    return " ".join(str(element.text_content()).split())


def squeezed(text: str) -> str:
    """Return letters and digits only, case folded."""
    return re.sub(r"[\W_]+", "", text.casefold())


def drop(element: HtmlElement) -> None:
    """Take an element out of its page; the text behind it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def own_texts(tree: HtmlElement) -> Iterator[str]:
    """Yield the texts of paragraphs that are no links."""
    for element in tree.iter("p", "div", "td", "span", "li"):
        if element.text and len(element.text) >= MIN_STORY:
            yield element.text
        for child in element:
            if child.tail and len(child.tail) >= MIN_STORY:
                yield child.tail


def has_story(element: HtmlElement) -> bool:
    """Say whether an element holds a paragraph that ends as a sentence and is no link."""
    if not isinstance(element.tag, str) or element.tag in ("ul", "ol"):
        return False
    return any(ENDS.search(text.strip()) for text in own_texts(element))


def amount(element: HtmlElement) -> Amount:
    """Count the letters and digits of an element, and those of them in links."""
    total = len(squeezed(str(element.text_content())))
    linked = sum(len(squeezed(str(link.text_content()))) for link in element.iter("a"))
    return Amount(total, total if any(parent.tag == "a" for parent in element.iterancestors("a")) else linked)


def drop_around_short(element: HtmlElement, kept: Kept, longest: int) -> None:
    """Drop the largest element around this one whose text is not longer than that."""
    last = element
    for parent in element.iterancestors():
        if parent in kept.held or parent.tag == "article" or len(text_of(parent)) > longest:
            break
        last = parent
    drop(last)
