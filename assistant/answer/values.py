"""Numbers as values: `11`, `eleven`, `sebelas`, `Rp 8,4 miliar`, so that what two articles say can be compared."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.text.terms import analyse, folded

_PIECE = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_JOINTS = ("and", "y", "und", "et", "e", "и")
_ARABIC = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class _Words:
    """The number words of a language: those that stand for a number, and those that multiply what precedes them."""

    values: dict[str, float]
    times: dict[str, float]


@lru_cache(maxsize=1)
def _tables() -> dict[str, _Words]:
    source = resources.files("assistant.answer").joinpath("values.toml").read_text("utf-8")
    return {
        language: _Words(_by_word(table, ""), _by_word(table, "times ")) for language, table in tomllib.loads(source).items()
    }  # fmt: skip


def _by_word(table: dict[str, str], kind: str) -> dict[str, float]:
    found = {key.removeprefix(kind): words for key, words in table.items() if key.startswith("times ") == bool(kind)}
    return {word: float(key) for key, words in found.items() for word in words.split()}


def number_values(text: str, language: str) -> frozenset[float]:
    """Return the numbers that a text says, in digits or in words (`three thousand`, `dua belas`, `8,4 miliar`)."""
    words = _tables().get({"ms": "id"}.get(language, language), _Words({}, {}))
    return frozenset(_read(text, words))


def _read(text: str, words: _Words) -> Iterator[float]:
    """Yield the numbers in order: `whole` holds the thousands read so far, `part` what stands behind them, `last` its last word."""
    whole, part, last = 0.0, None, 0.0
    for piece in _PIECE.findall(text):
        word = folded(piece)
        value = words.values.get(word)
        if word in words.times and part is not None:
            factor = words.times[word]
            part += 10 if factor == 1 else last * (factor - 1) if factor < 1000 else 0
            if factor >= 1000:
                whole, part = whole + part * factor, 0.0
        elif value is not None and part is not None and _goes_on(part, value):
            part, last = part + value, value
        elif part is None or word not in _JOINTS:
            if part is not None:
                yield whole + part
            whole, part = 0.0, _in_digits(piece) if piece[0].isdigit() else value
            last = part or 0.0
    if part is not None:
        yield whole + part


def _goes_on(part: float, value: float) -> bool:
    """Say whether a number word goes on with a number: `twenty three`, `two hundred and twelve`, `tiga ribu dua`."""
    return part == 0 or (part >= 20 and part % 10 == 0 and value < 10) or (part >= 100 and part % 100 == 0 and value < 100)


def _in_digits(piece: str) -> float | None:
    term = analyse(piece, "")[0]
    return float(term) if _ARABIC.fullmatch(term) else None
