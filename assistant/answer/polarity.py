"""Tell how often a text turns round what it says, and which of two opposite things it says, across languages.

Negators, opposites and kinds are data in `polarity.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from assistant.text.cues import primary

_CONTRACTED = re.compile(r"(\w+)n['’]t\b")
_ELIDED = re.compile(r"\bn['’](?=\w)")


@dataclass(frozen=True, slots=True)
class Negator:
    """A word at `[start, end)` that turns round what is said."""

    start: int
    end: int


@lru_cache(maxsize=1 << 12)
def negators(text: str, language: str) -> tuple[Negator, ...]:
    """Return the negators of a text in order; what only repeats one in a clause is left out."""
    rules = _rules(primary(language))
    if rules is None:
        return ()
    plain = _ELIDED.sub("n ", text.casefold())
    blocked = [match.span() for match in rules.blocked.finditer(plain)]
    found = [m.span() for m in rules.words.finditer(plain) if not any(a <= m.start() < b for a, b in blocked)]
    if rules.patterns is not None:
        found += [m.span() for m in rules.patterns.finditer(plain) if not any(a <= m.start() < b for a, b in found)]
    if not found:
        found = [m.span() for m in rules.spread.finditer(plain) if not any(a <= m.start() < b for a, b in blocked)][:1]
    kept: list[Negator] = []
    for start, end in sorted(found):
        doubled = kept and language == "fr" and plain[start:end] in _FRENCH_SECOND and start - kept[-1].end < 30
        if not doubled:
            kept.append(Negator(start, end))
    return tuple(kept)


_FRENCH_SECOND = frozenset(("pas", "aucun", "aucune", "jamais"))


@lru_cache(maxsize=1 << 12)
def sides(text: str, language: str) -> frozenset[str]:
    """Return the names of the sides of `[opposites]` that a text mentions."""
    return frozenset(_found(text, *_compiled("opposites", primary(language))))


@lru_cache(maxsize=1 << 12)
def members(text: str, language: str) -> Mapping[str, frozenset[int]]:
    """Return which members of each of the `[kinds]` a text mentions: their positions in the table."""
    found: dict[str, set[int]] = {}
    for name in _found(text, *_compiled("kinds", primary(language))):
        kind, _, position = name.partition("/")
        found.setdefault(kind, set()).add(int(position))
    return {kind: frozenset(positions) for kind, positions in found.items()}


@cache
def opposite_pairs() -> tuple[tuple[str, str], ...]:
    """Return the sides that stand against each other."""
    return (
        ("rise", "fall"), ("win", "lose"), ("open", "close"), ("start", "stop"), ("more", "less"), ("free", "arrest"), ("before", "after"),
        ("guilty", "innocent"), ("support", "oppose"), ("buy", "sell"), ("alive", "dead"),
        ("join", "leave"), ("allow", "forbid"),
    )  # fmt: skip


@lru_cache(maxsize=1 << 12)
def passive(text: str, language: str) -> bool:
    """Say whether a clause names the one to whom something is done before the doer."""
    pattern = _table()["voice"].get(primary(language))
    return pattern is not None and re.search(pattern, text.casefold()) is not None


@dataclass(frozen=True)
class _Rules:
    words: re.Pattern[str]
    spread: re.Pattern[str]
    blocked: re.Pattern[str]
    patterns: re.Pattern[str] | None


@cache
def _rules(language: str) -> _Rules | None:
    table = _table().get(language)
    if table is None or language in ("opposites", "kinds", "voice"):
        return None
    patterns = re.compile(table["patterns"]) if "patterns" in table else None
    return _Rules(_listed(table.get("negators", "")), _listed(table.get("spread", "")), _listed(table.get("not_negators", "")), patterns)


def _listed(words: str) -> re.Pattern[str]:
    return _pattern(words.split())


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Compile words into one expression: `_` is a space, `*` any ending; Chinese and Japanese words stand anywhere."""
    spaced, unspaced = [], []
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        escaped = re.escape(word).replace("_", r"\s+").replace(r"\*", r"\w*")
        (unspaced if "\u3040" <= word[0] <= "\u9fff" else spaced).append(escaped)
    parts = ([rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)"] if spaced else []) + unspaced
    return re.compile("|".join(parts) or r"(?!)")


def _found(text: str, exact: Mapping[str, tuple[str, ...]], pattern: re.Pattern[str]) -> Iterable[str]:
    for match in pattern.finditer(text.casefold()):
        word = " ".join(match.group().split())
        if word in exact:
            yield from exact[word]
        else:
            yield from (name for stem, names in exact.items() if stem.endswith("*") and word.startswith(stem[:-1]) for name in names)


@cache
def _compiled(section: str, language: str) -> tuple[Mapping[str, tuple[str, ...]], re.Pattern[str]]:
    """Return word -> names of its rows for one language, and what finds the words."""
    rows: Mapping[str, Any] = _table()[section]
    named = {name: words for name, words in rows.items() if isinstance(words, str)}
    named |= {f"{name}/{i}": words for name, listed in rows.items() if not isinstance(listed, str) for i, words in enumerate(listed)}
    exact: dict[str, tuple[str, ...]] = {}
    for name, row in named.items():
        for part in row.split(" | "):
            code, _, words = part.partition(":")
            if code.strip() == language or (language, code.strip()) == ("ms", "id"):
                for word in words.split():
                    key = word.replace("_", " ")
                    exact[key] = (*exact.get(key, ()), name)
    return exact, _pattern(word.replace(" ", "_") for word in exact)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("assistant.answer") / "polarity.toml").read_text("utf-8"))
