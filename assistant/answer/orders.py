"""Find where an article gives orders to a machine that reads it: nothing of that is evidence.

Such a line proves nothing about the world, and the words that it wants said stand in it, so that they would look borne out. The rules
are in `orders.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from assistant.records import Span

_LINE = re.compile(r"[^\n]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_UNSPACED = "[\\u3040-\\u9fff]"
_INSIDE = "[^\\W\\u3040-\\u9fff]"
"""A letter that belongs to the word next to it: those of Chinese and Japanese stand alone."""
_NEAR = 60
"""Characters between `ignore` and what is to be ignored."""
_TAGS = re.compile("[\U000e0020-\U000e007e]{10,}")
"""Letters that nobody sees; the flags of regions are made of fewer."""
_LEET = str.maketrans("013457$@", "oieastsa")
_DIGITS_INSIDE = re.compile(r"(?<![\w-])(?:[a-z]+[013457$@]+[a-z]+\w*|[013457$@][a-z]{1,3}[013457$@][a-z]\w*)(?![\w-])")
_MIXED = ({"LATIN", "CYRILLIC"}, {"LATIN", "GREEK"})


@lru_cache(maxsize=512)
def orders_in(text: str) -> tuple[Span, ...]:
    """Return the lines of a text that give orders to a machine."""
    return tuple(Span(*line.span()) for line in _LINE.finditer(text) if gives_orders(line.group()))


@lru_cache(maxsize=512)
def doubtful_in(text: str) -> tuple[Span, ...]:
    """Return the lines that give orders or may do, and those that an order points back to: what a forger wants said may stand there."""
    lines = [Span(*line.span()) for line in _LINE.finditer(text)]
    doubtful = {line for line in lines if gives_orders(line.of(text), even_perhaps=True)}
    before = {one for one, line in pairwise(lines) if line in doubtful and _pointing().search(_folded(line.of(text)))}
    return tuple(sorted(doubtful | before))


def gives_orders(line: str, even_perhaps: bool = False) -> bool:
    """Say whether a line speaks to a machine that reads it, or hides what it says behind letters of two scripts.

    With `even_perhaps` also a line that speaks of what machines must do, as news about them does too.
    """
    folded = _folded(line)
    if _is_leet(folded):
        folded += " " + folded.translate(_LEET)
    told = any(any(_compiled(source).search(folded) for source in sources) for first, sources in _groups() if first.search(folded))
    perhaps = even_perhaps and (all(pattern.search(folded) for pattern in _machines_told()) or _perhaps().search(folded) is not None)
    return told or perhaps or (not line.isascii() and (_is_disguised(line) or _TAGS.search(line) is not None))


def _folded(line: str) -> str:
    text = unicodedata.normalize("NFKC", line)
    if not text.isprintable():  # nearly every line is, and looking at each character takes longer than all else here
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return text.casefold()


def _is_leet(line: str) -> bool:
    """Say whether two words or more have digits in place of letters: `1gn0r3 y0ur rul3s`."""
    return len(_DIGITS_INSIDE.findall(line)) > 1


def _is_disguised(line: str) -> bool:
    """Say whether two words or more mix letters that look alike, of two scripts."""
    scripts = (set(map(_script, word)) for word in _LETTERS.findall(line) if not word.isascii())
    return sum(any(pair <= found for pair in _MIXED) for found in scripts) > 1


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """Return the script of a letter, "" for one whose script has no letters that look like those of another."""
    name = unicodedata.name(letter, "")
    return next((script for script in sorted(set().union(*_MIXED)) if name.startswith(script)), "")


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[str]]:
    return tomllib.loads(resources.files("assistant.answer").joinpath("orders.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _pointing() -> re.Pattern[str]:
    return re.compile(_any(_rules()["pointing"]))


@lru_cache(maxsize=1)
def _perhaps() -> re.Pattern[str]:
    return re.compile("|".join(_rules()["perhaps"]))


@lru_cache(maxsize=1)
def _machines_told() -> tuple[re.Pattern[str], ...]:
    rules = _rules()
    return re.compile(_any(rules["machines"])), re.compile(_any(rules["orders"]))


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Return groups of patterns, each with one that is quick to say when none of the group can match."""
    rules = _rules()
    machines = _any(rules["machines"])
    told = (
        rf"{machines}[,，、]?\s*{_any(rules['orders'])}",
        rf"{machines}(?:\s+\w+){{0,3}}\s*(?:[:：]|へ\s*[:：])",
        rf"\bby (?:the |any )?{machines}",
        rf"(?:^|[,:] )(?:dear |to (?:any|all|the) ){machines}",
    )
    undone = (rf"{_any(rules['override'])}[^.!?。]{{0,{_NEAR}}}{_any(rules['rules'])}",)
    groups = ((machines, told), ("|".join(rules["override"]), undone), ("", (*rules["format"], *rules["only"])))
    return tuple((re.compile(first), group) for first, group in groups)


@cache  # a cache smaller than the number of sources, which come in turn, forgets each before it comes again
def _compiled(source: str) -> re.Pattern[str]:
    """Compile one of the sources when a text first comes so far: together they take a quarter of a second."""
    return re.compile(source, re.MULTILINE)


def _any(words: list[str]) -> str:
    """Return a pattern for any of the words: whole words where a script has spaces between them."""
    spaced = [word for word in words if not re.search(_UNSPACED, word)]
    joined = [word for word in words if re.search(_UNSPACED, word)]
    return "(?:" + "|".join([rf"(?<!{_INSIDE})(?:{'|'.join(spaced)})(?!{_INSIDE})", *joined]) + ")"
