"""What a word on a page announces: advertising, a link, a list of links, the replies of readers. The words are in `languages/*.toml`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from assistant.text import rules
from assistant.text.readers.elements import BLOCKS, ENDS, LINKED, Kept, amount, drop, drop_around_short, has_story, squeezed, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_AD = 160
"""An advertisement with its label is shorter than this; the paragraphs of a story that follow a stray label are not."""

MAX_LABEL = 160
"""The longest label has a third of these characters; longer texts are not looked at, whatever they consist of."""


def drop_labelled(tree: HtmlElement, kept: Kept) -> None:
    """Drop what a word on the page announces: advertising, a link, a list of links, the readers' replies."""
    labels = _labels()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "title"):
            continue
        kind = labels.get(_label(element.text)) if element.text else None
        if kind and not (len(element) and kind in ("sections", "replies")):
            DROPPED_BY[kind](element, kept)


def _label(text: str) -> str:
    """Return the words of a label without its count and marks, "" for what is too long to be one."""
    if len(text.strip()) > MAX_LABEL:
        return ""
    return re.sub(r"\s*\(?\d*\)?\s*[:：]?\s*$", "", " ".join(text.split()).strip(" [【】]»>▶►●•|-–—")).casefold()


def _drop_ad(element: HtmlElement, kept: Kept) -> None:
    drop_around_short(element, kept, MAX_AD)


def _drop_link(element: HtmlElement, kept: Kept) -> None:
    """Drop the label with its links, when nothing else stands in the block that holds both."""
    label = len(squeezed(element.text or ""))
    last = None
    for block in (element, *element.iterancestors()):
        found = amount(block)
        if block in kept.held or (found.total - found.linked - label > 4 and not _is_link_text(block, label)):
            break
        last = block if found.linked or block.tag in BLOCKS else last
    if last is None or last in kept.held:
        return
    following = last.getnext()
    if not amount(last).linked and following is not None and following.tag in LINKED:
        found = amount(following)
        if found.linked >= 0.9 * found.total > 0:
            drop(following)
    drop(last)


def _is_link_text(block: HtmlElement, label: int) -> bool:
    """Say whether the rest of a short block hangs on a link: its date, its outlet."""
    found = amount(block)
    return found.linked >= 0.6 * (found.total - label) and found.total < MAX_AD and not ENDS.search(text_of(block))


def _drop_section(element: HtmlElement, kept: Kept) -> None:
    """Drop a list of links under its heading, or the block that holds both."""
    _drop_under(element, kept, to_end=False)


def _drop_replies(element: HtmlElement, kept: Kept) -> None:
    """Drop all that follows a heading after which no story comes."""
    _drop_under(element, kept, to_end=True)


def _drop_under(element: HtmlElement, kept: Kept, to_end: bool) -> None:
    head = element
    while (parent := head.getparent()) is not None and parent not in kept.held and text_of(parent) == text_of(head):
        head = parent
    if head in kept.held or (to_end and _is_subheading(head)):
        return
    if parent is not None and _opens(head, parent) and kept.may_go(parent) and (to_end or not any(has_story(child) for child in parent)):
        drop(parent)
        return
    for following in list(head.itersiblings()):
        if following in kept.held or (not to_end and _is_told(following)) or not kept.may_go(following):
            break
        drop(following)
    drop(head)


def _is_subheading(head: HtmlElement) -> bool:
    """Say whether paragraphs of the story stand right above and right below: `Reaktionen` may head a part of it."""
    above, below = head.getprevious(), head.getnext()
    return all(near is not None and near.tag == "p" and has_story(near) for near in (above, below))


def _opens(head: HtmlElement, parent: HtmlElement) -> bool:
    return not (parent.text or "").strip() and not any(text_of(child) for child in head.itersiblings(preceding=True))


def _is_told(element: HtmlElement) -> bool:
    """Say whether the story goes on here: with a paragraph of any length that ends as a sentence and is no link."""
    if has_story(element):
        return True
    return element.tag == "p" and bool(ENDS.search(text_of(element))) and not amount(element).linked


DROPPED_BY = {"ads": _drop_ad, "links": _drop_link, "sections": _drop_section, "replies": _drop_replies}


@cache
def _labels() -> dict[str, str]:
    """Return what a label announces, by the label in lower case."""
    return {word: kind for kind in ("replies", "sections", "ads", "links") for word in rules.words("furniture", kind)}
