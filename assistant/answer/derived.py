"""Say whether a figure of a claim follows from those of a sentence: a share, a difference, a sum, a multiple, a bound or a time of day.

The words of shares, bounds and times of day are data in `figures.toml`, under `derived`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

from assistant.answer.listed import Listed
from assistant.answer.numerals import Figure, tables
from assistant.text.cues import primary

ROUNDED = 0.02
"""A share that a claim tells in words is this near the exact one: `two thirds` of 480 are 312."""
ABOUT = 0.05
"""What is `about` a figure lies so near it, as a share of it."""
FAR = 0.25
"""What is `more than` or `less than` a figure lies no further from it, as a share of it: else nobody would say so."""
HINT = 24
"""Characters before a figure among which a word bounds it: `more than`, `hampir`."""
LEAST = 5
"""Counts below are not told by a bound."""


def shares_in(text: str, language: str) -> list[tuple[int, int, float]]:
    """Return the places of shares told in words, `two thirds`, `sepertiga`, with their value, 0 to 1."""
    return [(start, end, _value(names[0])) for start, end, names in _shares(primary(language)).find(text)]


def share_follows(place: tuple[int, int, float], claim: str, language: str, others: Sequence[Figure], told: Sequence[float]) -> bool:
    """Say whether a share that a claim tells in words is one of the sentence: told, in percent or as one count of another.

    `told` are the shares that the sentence tells in words.
    """
    start, _, value = place
    bound = _bound(claim, start, language)
    found = [*told, *(figure.value / 100 for figure in others if figure.unit == "percent"), *(0.5 for figure in others if figure.half)]
    if any(abs(one - value) < 0.001 for one in told):
        return True
    return any(_bounded(one, value, bound, ROUNDED) for one in [*found, *_ratios(others)])


def follows(figure: Figure, claim: str, language: str, others: Sequence[Figure]) -> bool:
    """Say whether a figure of a claim follows from those of one sentence.

    Args:
        figure: the figure, which stands in none of the sentences as it is.
        claim: the text of the claim.
        language: its language.
        others: the figures of the sentence.
    """
    if figure.half:
        return share_follows((figure.start, figure.end, 0.5), claim, language, others, ())
    if figure.ordinal:
        return False
    bound = _bound(claim, figure.start, language)
    like = [other for other in others if not other.ordinal and not other.half and _comparable(figure, other)]
    if bound and any(_bounded(other.value, figure.value, bound, ABOUT * figure.value) for other in like if other.value >= LEAST):
        return True
    if figure.value <= 12 and _later(claim, figure, language) and any(other.value == figure.value + 12 for other in others):
        return True
    if any(_is_exact(figure.value, abs(one.value - other.value)) for one, other in _alike(like)):
        return _tells(claim, language, "difference")
    if _tells(claim, language, "sum") and any(_is_exact(figure.value, one.value + other.value) for one, other in _alike(like)):
        return True
    return _is_multiple(figure, claim, language, others, bound)


def _is_multiple(figure: Figure, claim: str, language: str, others: Sequence[Figure], bound: str) -> bool:
    """Say whether a thing grew so many times: `doubled`, from 40,000 to 82,000."""
    if figure.unit or figure.digits or figure.value > LEAST or not _tells(claim, language, "multiple"):
        return False
    ratios = [max(a, b) / min(a, b) for a, b in ((x.value, y.value) for x, y in _alike(others)) if min(a, b) > 0]
    return any(_bounded(ratio, figure.value, bound or "about", ABOUT * figure.value) for ratio in ratios)


def _comparable(figure: Figure, other: Figure) -> bool:
    return figure.unit == other.unit or not figure.unit or not other.unit


def _alike(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Yield the pairs of figures of one unit."""
    counted = [figure for figure in figures if not figure.ordinal and not figure.half]
    return ((one, other) for one, other in combinations(counted, 2) if one.unit == other.unit or not one.unit or not other.unit)


def _ratios(figures: Sequence[Figure]) -> Iterator[float]:
    """Yield the share that one count is of another, and what is left of it."""
    for one, other in _alike(figures):
        low, high = sorted((one.value, other.value))
        if 0 < low < high and low >= LEAST:
            yield low / high
            yield 1 - low / high


def _is_exact(value: float, other: float) -> bool:
    return other > 0 and abs(value - other) <= 1e-6 * max(1.0, other)


def _bounded(found: float, value: float, bound: str, tolerance: float) -> bool:
    """Say whether what was found is as a claim bounds it: above, below, nearly or about a value."""
    if bound == "above":
        return value < found <= value * (1 + FAR)
    if bound == "below":
        return value * (1 - FAR) <= found < value
    return abs(found - value) <= tolerance


def _bound(claim: str, start: int, language: str) -> str:
    """Return how the words right before a figure bound it: above, below, about or ""."""
    before = claim[max(0, start - HINT) : start]
    found = [(end, names[0]) for _, end, names in _bounds(primary(language)).find(before)]
    close = [name for end, name in found if len(re.findall(r"\w+", before[end:])) <= 1]
    return close[-1] if close else ""


def _later(claim: str, figure: Figure, language: str) -> bool:
    """Say whether a time of day is after noon: `jam sembilan malam`, `nine in the evening`."""
    return any(names[0] == "later" for _, _, names in _cues(primary(language)).find(claim[figure.end : figure.end + HINT]))


def _tells(claim: str, language: str, kind: str) -> bool:
    return any(kind in names for _, _, names in _cues(primary(language)).find(claim))


@cache
def _shares(language: str) -> Listed:
    return Listed.of(_table()["shares"], language)


@cache
def _bounds(language: str) -> Listed:
    return Listed.of(_table()["bounds"], language)


@cache
def _cues(language: str) -> Listed:
    return Listed.of(_table()["cues"], language)


def _table() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = tables()["derived"]
    return found


def _value(name: str) -> float:
    part, _, whole = name.partition("/")
    return int(part) / int(whole)
