"""Pages without the story they stand for: paywalls, consent and log-in walls, error pages, robot checks, empty shells, front pages.

What they say, by language, is in `shells.toml`; a new wording is a new row.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.text.readers.elements import ENDS, MIN_STORY, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

RULES = Path(__file__).with_name("shells.toml")
HINT = "open the page in a browser and save the article's text as .txt"
KINDS = ("captcha", "error", "consent", "login", "paywall", "front", "empty")
LEAST = 200
"""A page that says itself that it is an article, and has more of it than this, is no wall."""
SHORT = 700
"""A wall shows at most so many characters besides its own words; a story that merely offers a subscription has more."""
QUOTED = re.compile(r"[\"“„«][^\"“”„«»]{1,100}[\"”“»]")
"""What a story quotes is not what the page itself says."""
MAX_LEAD = 1500
"""Characters of the opening that a paywall may leave before it cuts off."""
MAX_OWN = 500
"""What a wall says for itself, in characters, among the story's lines."""
DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Characters that say as much as two or three letters."""
LISTED = 8
"""A page with so many headlines in links, and more of them than paragraphs, is a list of articles."""


@dataclass(frozen=True)
class Seen:
    """What a page shows before it is taken apart: `head` its title and headlines, `text` its words, both in lower case.

    `declared`: it says itself that it is an article; `n_headlines` counts headlines that are links.
    """

    head: str
    text: str
    password: bool
    declared: bool
    n_headlines: int


def look_at(tree: HtmlElement) -> Seen:
    """Note what tells a shell from a story, before the page is prepared."""
    head = [str(tree.findtext(".//title") or ""), *(text_of(element) for element in tree.iter("h1", "h2"))]
    texts = tree.xpath(
        "//body//text()[not(ancestor::script or ancestor::style or ancestor::template or ancestor::nav or ancestor::footer)]"
    )
    headlines = tree.xpath("//a[ancestor::h2 or ancestor::h3 or ancestor::h4 or descendant::h2 or descendant::h3 or descendant::h4]")
    return Seen(
        " | ".join(" ".join(line.split()) for line in head[:6]).casefold(),
        " ".join(" ".join(str(part) for part in texts).split()).casefold(),
        bool(tree.xpath("//input[@type='password']")),
        bool(tree.xpath("//meta[@property='og:type' and @content='article'] | //meta[starts-with(@property,'article:published')]")),
        len(headlines),
    )


def find_reason(seen: Seen, story: str, records: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return why a page is no article, "" for an article.

    Args:
        seen: what `look_at` noted.
        story: the text that was found in the page.
        records: its JSON-LD records of stories, which may say that it is not free.
    """
    kind = find_kind(seen, story, records)
    return str(_rules()["says"][kind]) if kind else ""


def find_kind(seen: Seen, story: str, records: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return which of `KINDS` a page is, "" for an article."""
    closed = any(str(record.get("isAccessibleForFree", "")).casefold() == "false" for record in records)
    text = QUOTED.sub(" ", seen.text)
    fired = {kind for kind in KINDS if _patterns()[kind].search(seen.head) or _patterns()[f"{kind}_text"].search(text)}
    own = _own_words(story, bool(fired))
    declared = seen.declared or bool(records)
    if own <= (LEAST if declared else SHORT):
        for kind in ("captcha", "error", "consent", "login"):
            if kind in fired or (kind == "login" and seen.password):
                return kind
    if own <= MAX_LEAD and ("paywall" in fired or (closed and own <= SHORT)):
        return "paywall"
    listed = seen.n_headlines > 2 * _paragraphs(story) or (own <= MAX_LEAD and "front" in fired)
    if listed and not declared and seen.n_headlines >= LISTED:
        return "front"
    if not story.strip() or (own <= LEAST and "empty" in fired):
        return "empty"
    return ""


def shell_reason(page: str) -> str:
    """Return why an HTML page as fetched is no article (`is behind a paywall ...`), "" for an article."""
    from assistant.errors import UnreadableArticle
    from assistant.text.readers import web

    try:
        web.read(page.encode("utf-8"), "")
    except UnreadableArticle as error:
        return str(error)
    return ""


def _own_words(story: str, suspected: bool) -> int:
    """Return the length, in letters, of the lines of a story that read like a paragraph and are not the shell's own words."""
    lines = [line for line in story.split("\n") if ENDS.search(line.strip()) or len(line) >= MIN_STORY]
    if sum(map(len, lines)) > MAX_LEAD + MAX_OWN:
        return sum(map(len, lines))  # more than any shell says
    kept = "".join(line for line in lines if not suspected or not _patterns()["own"].search(line.casefold()))
    return len(kept) + int(1.5 * len(DENSE.findall(kept)))


def _paragraphs(story: str) -> int:
    return sum(len(line) >= MIN_STORY and bool(ENDS.search(line)) for line in story.split("\n"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {name: [] for kind in KINDS for name in (kind, f"{kind}_text")}
    for row in _rules()["rows"]:
        for name in found:
            found[name] += row.get(name, [])
    found["own"] = [pattern for patterns in found.values() for pattern in patterns]
    return {name: re.compile("|".join(f"(?:{one})" for one in patterns) or r"(?!)") for name, patterns in found.items()}


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(RULES.read_text("utf-8"))
