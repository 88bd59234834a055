"""Read numbers that are spelled out: `trois cent cinquante`, `dua puluh tiga`, `三十五`; the words are data in `figures.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_PREFIXES = ("و", "ب", "ل", "وال", "ال", "بال")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at `[start, end)` of its text. `unit` is a key of `[units]` or ""; `source`: something came from this value;
    `vague`: a magnitude alone, `thousands`.
    """

    value: float
    start: int
    end: int
    unit: str = ""
    ordinal: bool = False
    source: bool = False
    half: bool = False
    digits: bool = False
    vague: bool = False


@dataclass(frozen=True)
class NumberWords:
    """The number words of one language."""

    values: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    ordinals: Mapping[str, float] = field(default_factory=dict)
    repeats: Mapping[str, float] = field(default_factory=dict)
    halves: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    teens: frozenset[str] = frozenset()


@dataclass
class Token:
    """A number, sign, word or mark at `[start, end)`; `text` is case-folded."""

    start: int
    end: int
    text: str
    kind: str
    capital: bool = False


def spelled(tokens: Sequence[Token], at: int, words: NumberWords) -> tuple[Figure, int] | None:
    """Read number words: small ones add up, hundreds and magnitudes multiply."""
    start = at
    total = current = 0.0
    last = 0.0
    used = at
    while at < len(tokens):
        word, text = _known(tokens[at].text, words), tokens[at].text
        if text in words.teens and used > start and current % 10:
            current += 10
        elif word is None and used > start and (text in words.joins or (text == "-" and tokens[at].kind == "mark")):
            at += 1
            continue
        elif word is None:
            break
        else:
            value, times = word
            if times and (current or value >= 100):
                if value < 1000:
                    current = current - current % 10 + (current % 10) * value if value == 10 and current > 100 else max(current, 1) * value
                else:
                    total, current = total + max(current, 1) * value, 0.0
            elif times:
                break
            elif current == 4 and value == 20 and "vingt" in text:
                current = 80
            elif used > start and not _adds(last, value, current, text, tokens, at):
                break
            elif value >= 1000:  # `seribu`: what follows multiplies itself alone
                total, current = total + current + value, 0.0
            else:
                current += value
            last = 20.0 if times and value == 10 else value
        at += 1
        used = at
    if used > start:
        vague = used == start + 1 and (_known(tokens[start].text, words) or (0, False))[1]
        return Figure(total + current, tokens[start].start, tokens[used - 1].end, vague=vague), used
    return _single(tokens, start, words)


def _adds(last: float, value: float, current: float, text: str, tokens: Sequence[Token], at: int) -> bool:
    """Say whether a small number goes on the one before: `twenty three`, `ثلاثة وعشرون`, but not `three two`."""
    if last < 10 and 20 <= value < 100:
        return text.startswith("و") or tokens[at - 1].text in ("und", "en")
    return (
        value < 1000
        and last > value
        and (
            last >= 100
            or (last >= 20 and value < 10)
            or (last == 10 and current in (70, 90))
            or (last in (60.0, 20.0) and 10 <= value < 20)
        )
    )


def _single(tokens: Sequence[Token], at: int, words: NumberWords) -> tuple[Figure, int] | None:
    text = tokens[at].text
    stem = text.removesuffix("nya")
    place = (tokens[at].start, tokens[at].end)
    if stem in words.ordinals and not (text == "segundo" and _opens_phrase(tokens, at + 1)):
        return Figure(words.ordinals[stem], *place, ordinal=True, vague=stem == "kedua"), at + 1
    if text in words.repeats:
        return Figure(words.repeats[text], *place), at + 1
    if stem in words.halves:
        before = next((token.text for token in reversed(tokens[:at]) if token.kind == "word"), "")
        ordinal = before in words.ordinals or before in ("first", "pertama", "primera", "première", "primeira", "ersten", "erste")
        return (Figure(50, *place, half=True), at + 1) if not ordinal else None
    compound = _compound(text, words)
    return (Figure(compound, *place), at + 1) if compound is not None else None


def _opens_phrase(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a name or an article follows: `segundo o ministro` is `according to`, `segundo trimestre` a number."""
    return (
        at >= len(tokens)
        or tokens[at].capital
        or tokens[at].text in ("o", "a", "os", "as", "el", "la", "los", "las", "um", "uma", "un", "una")
    )


def _known(word: str, words: NumberWords) -> tuple[float, bool] | None:
    """Return the value of a number word and whether it multiplies."""
    for form in (word, *(word[len(p) :] for p in _PREFIXES if word.startswith(p))):
        if form in words.values:
            return words.values[form], False
        if form in words.times:
            return words.times[form], True
    return None


@lru_cache(maxsize=1 << 12)
def _split_compound(word: str, known: tuple[str, ...]) -> tuple[str, ...] | None:
    if not word:
        return ()
    for piece in known:
        if word.startswith(piece):
            rest = _split_compound(word[len(piece) :], known)
            if rest is not None:
                return (piece, *rest)
    return None


def _compound(word: str, words: NumberWords) -> float | None:
    """Read `einundzwanzig`, `dreihundertfünfzig`, in languages that write a number as one word."""
    if not words.joins & {"und", "en"} or len(word) < 7:
        return None
    ones = {"ein": 1.0, "een": 1.0}
    known = tuple(sorted({*words.values, *words.times, *words.joins, *ones}, key=lambda w: (-len(w), w)))
    pieces = _split_compound(word, known)
    if pieces is None or len(pieces) < 2:
        return None
    total = current = 0.0
    for piece in pieces:
        if piece in words.times:
            factor = words.times[piece]
            if factor < 1000:
                current = max(current, 1) * factor
            else:
                total, current = total + max(current, 1) * factor, 0.0
        elif piece not in words.joins:
            current += words.values.get(piece, ones.get(piece, 0.0))
    return total + current


def han(tokens: Sequence[Token], at: int, text: str, words: NumberWords) -> tuple[Figure, int] | None:
    """Read a number in Chinese signs where something is counted; return it with the place behind it."""
    token = tokens[at]
    after = text[token.end : token.end + 1]
    counted = after and after in tables()["han"]["counters"]
    nth = text[token.start - 1 : token.start] == tables()["han"]["ordinal"] and token.start > 0
    if not counted and not nth and after not in "つ%":
        return None
    value = _han_value(token.text)
    if value is None or (value == 1 and not nth):
        return None
    return Figure(value, token.start, token.end, ordinal=nth), at + 1


def _han_value(run: str) -> float | None:
    digits = {sign: value for value, sign in enumerate(tables()["han"]["digits"][1:])} | {"两": 2, "兩": 2, "〇": 0}
    if all(sign in digits for sign in run):
        return float("".join(str(digits[sign]) for sign in run))
    total = section = current = 0.0
    for sign in run:
        if sign in digits:
            current = digits[sign]
        elif (factor := _han_places().get(sign)) is not None:
            section, current = section + max(current, 1) * factor, 0.0
        elif (factor := han_times().get(sign)) is not None:
            total, section, current = total + max(section + current, 1) * factor, 0.0, 0.0
        else:
            return None
    return total + section + current


@cache
def tables() -> Mapping[str, Any]:
    """Return the tables of `figures.toml`."""
    return tomllib.loads((resources.files("assistant.answer") / "figures.toml").read_text("utf-8"))


def _pairs(listed: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in listed.split("|"):
        value, *words = row.split()
        for word in words:
            found.setdefault(word.replace("_", " "), float(value))
    return found


@cache
def number_words(language: str) -> NumberWords:
    """Return the number words of a language."""
    table = tables().get(language, {})
    if language in ("han", "units", "convert", "roles"):
        table = {}
    return NumberWords(
        _pairs(table["words"]) if "words" in table else {},
        _pairs(table["times"]) if "times" in table else {},
        _pairs(table["ordinals"]) if "ordinals" in table else {},
        _pairs(table["repeats"]) if "repeats" in table else {},
        frozenset(table.get("halves", "").split()),
        frozenset(table.get("and", "").split()),
        frozenset(table.get("teens", "").split()),
    )


@cache
def _han_places() -> Mapping[str, float]:
    """Return the tables of `figures.toml`."""
    return _pairs(tables()["han"]["places"])


@cache
def han_times() -> Mapping[str, float]:
    """Read a number in Chinese signs where something is counted, and the place behind it."""
    return {sign: value for signs, value in _pairs(tables()["han"]["times"]).items() for sign in signs}
