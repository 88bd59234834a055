"""Pages that are no article: paywalls, consent pages, error pages, checks for robots, empty shells. The rules are in `refusals.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

from assistant.errors import UnreadableArticle
from assistant.text.readers.raw import Raw

LONGEST_PAGE = 400_000
"""So much of a page is looked at; the notices in question stand near its story."""
WORD = re.compile(r"[^\W_]+")
WIDE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
BLANKS = re.compile(r"\s+")
HEAD_TITLE = re.compile(r"<title\b[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)


class Rule(NamedTuple):
    """One kind of page that is refused."""

    reason: str
    hint: str
    where: str
    max_words: int
    pattern: re.Pattern[str]


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in the order of their file."""
    table = tomllib.loads(resources.files("assistant.text.readers").joinpath("refusals.toml").read_text("utf-8"))
    flags = re.IGNORECASE | re.DOTALL
    return tuple(
        Rule(row["reason"], row["hint"], row["where"], row["max_words"], re.compile("|".join(f"(?:{p})" for p in row["patterns"]), flags))
        for row in table["rule"]
    )


def checked(raw: Raw, page: bytes) -> Raw:
    """Return what a reader found in a page.

    Raises:
        UnreadableArticle: the page is no article; the message says what it is.
    """
    n_words = count_words(raw.text)
    if n_words < max(rule.max_words for rule in rules()):
        refuse(page, n_words, raw.fields.get("title", ""))
    return raw


def refuse(page: bytes, n_words: int = 0, title: str = "") -> None:
    """Raise `UnreadableArticle` when a page with a story of so many words is recognised as no article."""
    markup = page[:LONGEST_PAGE].decode("utf-8", "replace")
    head = HEAD_TITLE.search(markup)
    places = {"markup": BLANKS.sub(" ", markup), "text": _visible(markup)}
    titles = (title.strip(), BLANKS.sub(" ", head[1]).strip() if head else "")
    for rule in rules():
        if n_words >= rule.max_words:
            continue
        if rule.where == "title":
            found = any(rule.pattern.match(text) for text in titles)
        else:
            found = rule.pattern.search(places[rule.where]) is not None
        if found:
            raise UnreadableArticle(rule.reason, rule.hint)


def count_words(text: str) -> int:
    """Count the words of a text; where words are not divided, two characters are one."""
    n_wide = len(WIDE.findall(text))
    return len(WORD.findall(WIDE.sub(" ", text) if n_wide else text)) + n_wide // 2


def _visible(markup: str) -> str:
    """Return what a reader sees of a page, on one line."""
    from lxml import etree, html

    try:
        tree = html.fromstring(markup)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    etree.strip_elements(tree, "script", "style", "template", etree.Comment, etree.ProcessingInstruction, with_tail=False)
    return BLANKS.sub(" ", " ".join(tree.itertext()))
