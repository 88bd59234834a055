"""Find where an article gives orders to a machine that reads it: nothing of that is evidence.

Such a line proves nothing about the world, and the words that it wants said stand in it, so that they would look borne out. The rules
are in `orders.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from assistant.records import Span

_LINE = re.compile(r"[^\n]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_NEAR = 60
"""Characters between `ignore` and what is to be ignored."""
_MIXED = (("LATIN", "CYRILLIC"), ("LATIN", "GREEK"))


@lru_cache(maxsize=512)
def orders_in(text: str) -> tuple[Span, ...]:
    """Return the lines of a text that give orders to a machine."""
    return tuple(Span(*line.span()) for line in _LINE.finditer(text) if gives_orders(line.group()))


def doubtful_in(text: str) -> tuple[Span, ...]:
    """Return the lines that give orders, and those that an order points back to: what a forger wants said may stand there."""
    orders = orders_in(text)
    lines = [Span(*line.span()) for line in _LINE.finditer(text)]
    before = [one for one, line in pairwise(lines) if line in orders and _pointing().search(line.of(text).casefold())]
    return tuple(sorted({*orders, *before}))


def gives_orders(line: str) -> bool:
    """Say whether a line speaks to a machine that reads it, or hides what it says behind letters of two scripts."""
    folded = "".join(c for c in unicodedata.normalize("NFKC", line) if c.isspace() or unicodedata.category(c)[0] != "C").casefold()
    told = any(any(pattern.search(folded) for pattern in patterns) for first, patterns in _patterns() if first.search(folded))
    return told or (not line.isascii() and _is_disguised(line))


def _is_disguised(line: str) -> bool:
    """Say whether two words or more mix letters that look alike, of two scripts."""
    return sum(any(_mixes(word, *pair) for pair in _MIXED) for word in _LETTERS.findall(line)) > 1


def _mixes(word: str, one: str, other: str) -> bool:
    names = [unicodedata.name(c, "") for c in word]
    return any(name.startswith(one) for name in names) and any(name.startswith(other) for name in names)


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[str]]:
    return tomllib.loads(resources.files("assistant.answer").joinpath("orders.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _pointing() -> re.Pattern[str]:
    return re.compile(_any(_rules()["pointing"]))


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[re.Pattern[str], ...]], ...]:
    """Return groups of patterns, each with one that is quick to say when none of the group can match."""
    rules = _rules()
    machines = _any(rules["machines"])
    told = (
        rf"{machines}[,，、]?\s*(?:(?:\w+\s+){{0,2}})?{_any(rules['orders'])}",
        rf"{machines}(?:\s+\w+){{0,3}}\s*(?:[:：]|へ\s*[:：])",
        rf"\bby (?:the |any )?{machines}",
        rf"(?:^|[,:] )(?:dear |to (?:any|all|the) ){machines}",
    )
    undone = (rf"{_any(rules['override'])}[^.!?。]{{0,{_NEAR}}}{_any(rules['rules'])}",)
    groups = (("|".join(rules["machines"]), told), ("|".join(rules["override"]), undone), ("", (*rules["format"], *rules["only"])))
    return tuple((re.compile(first), tuple(re.compile(source, re.MULTILINE) for source in group)) for first, group in groups)


def _any(words: list[str]) -> str:
    """Return a pattern for any of the words: whole words where a script has spaces between them."""
    spaced = [word for word in words if not re.search(r"[\u3040-\u9fff]", word)]
    joined = [word for word in words if re.search(r"[\u3040-\u9fff]", word)]
    return "(?:" + "|".join([rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", *joined]) + ")"
