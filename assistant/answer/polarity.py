"""Tell how often a text turns round what it says, and which of two opposite things it says, across languages.

Negators, opposites and kinds are data in `polarity.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from assistant.answer.listed import Listed, pattern_of
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
        if not doubled and not (kept and plain[start:end] in _SECOND):
            kept.append(Negator(start, end))
    return tuple(kept)


_SECOND = frozenset(("nor", "nem"))
"""They go on denying: `neither the union nor the operator`."""
_FRENCH_SECOND = frozenset(("pas", "aucun", "aucune", "jamais"))


@lru_cache(maxsize=1 << 12)
def may_deny(text: str, language: str) -> bool:
    """Say whether a text has words that deny in one language and not in another: `unlikely`, `sulit`, `prevent`."""
    rules = _rules(primary(language))
    if rules is None:
        return True
    plain = text.casefold()
    return rules.optional.search(plain) is not None or (rules.loose is not None and rules.loose.search(plain) is not None)


@lru_cache(maxsize=1 << 12)
def sides(text: str, language: str) -> frozenset[str]:
    """Return the names of the sides of `[opposites]` that a text mentions."""
    return frozenset(name for _, _, names in _rows("opposites", primary(language)).find(text) for name in names)


@lru_cache(maxsize=1 << 12)
def side_places(text: str, language: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """Return the places of words that stand on a side of `[opposites]`, with the names of their sides."""
    return tuple(_rows("opposites", primary(language)).find(text))


@lru_cache(maxsize=1 << 12)
def members(text: str, language: str) -> Mapping[str, frozenset[int]]:
    """Return which members of each of the `[kinds]` a text mentions: their positions in the table."""
    found: dict[str, set[int]] = {}
    for _, _, names in _rows("kinds", primary(language)).find(text):
        for name in names:
            kind, _, position = name.partition("/")
            found.setdefault(kind, set()).add(int(position))
    return {kind: frozenset(positions) for kind, positions in found.items()}


def only_lacks(text: str, negator: Negator) -> bool:
    """Say whether a negator only tells what something lacks, `sin depurar`, and turns no sentence round."""
    return text[negator.start : negator.end].casefold() in _table()["without"]["words"].split()


@cache
def contrary_pairs() -> tuple[tuple[str, str], ...]:
    """Return the sides of which both may be untrue: what does not rise need not fall."""
    return (
        ("rise", "fall"), ("buy", "sell"), ("more", "less"),
        ("support", "oppose"), ("remain", "leave"), ("profit", "deficit"),
        ("import", "export"), ("extend", "shorten"), ("vote for", "vote against"),
    )  # fmt: skip


@cache
def opposite_pairs() -> tuple[tuple[str, str], ...]:
    """Return the sides of which one is true: what is not open is closed."""
    return (
        ("open", "close"), ("start", "stop"), ("continue", "stop"), ("free", "arrest"), ("guilty", "innocent"), ("alive", "dead"),
        ("allow", "forbid"), ("lasting", "passing"),
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
    optional: re.Pattern[str]
    loose: re.Pattern[str] | None


@cache
def _rules(language: str) -> _Rules | None:
    table = _table().get(language)
    if table is None or language in ("opposites", "kinds", "voice", "without"):
        return None
    patterns, loose = (re.compile(table[key]) if key in table else None for key in ("patterns", "optional_patterns"))
    words, spread, blocked, optional = (
        pattern_of(table.get(key, "").split()) for key in ("negators", "spread", "not_negators", "optional")
    )
    return _Rules(words, spread, blocked, patterns, optional, loose)


@cache
def _rows(section: str, language: str) -> Listed:
    rows: Mapping[str, Any] = _table()[section]
    named = {name: words for name, words in rows.items() if isinstance(words, str)}
    named |= {f"{name}/{i}": words for name, listed in rows.items() if not isinstance(listed, str) for i, words in enumerate(listed)}
    return Listed.of(named, language)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("assistant.answer") / "polarity.toml").read_text("utf-8"))
