"""Read the numbers of a text with their units: `1,2 triliun rupiah`, `two-day`, `trois cent cinquante`, `15亿欧元`, `ثلاثة وعشرون`.

Number words, magnitudes and units are data in `figures.toml`, by language.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from assistant.text.cues import primary

POINT_GROUPS = frozenset("id es de pt fr it tr ru nl".split())
"""Languages that write `2.000` for two thousand."""
TOLERANCE = 0.001
CALENDAR = 0.02
"""Months and years are not all of one length."""
_TOKEN = re.compile(
    r"(?P<digits>\d{1,3}(?:[.,’'\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d{1,3}(?: \d{3})+(?![\d.,])|\d+(?:[.,:]\d+)*|(?<![\w.])\.\d+)"
    r"|(?P<han>[〇零一二三四五六七八九十百千万萬亿億兆两兩]+)|(?P<sign>(?:us|r|a|c|s|hk|nt|nz)?\$|[%％€£¥])"
    r"|(?P<word>[^\W\d_〇零一二三四五六七八九十百千万萬亿億兆两兩]+)|(?P<mark>[^\w\s])",
    re.IGNORECASE,
)
_AFTERNOON = re.compile(r"\s?p\.?m\b", re.IGNORECASE)
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th|er|re|e|ème|º|ª|°)\b|-?(?:й|я|е|го|м|ю)\b", re.IGNORECASE)
_GROUPS = re.compile(r"\d{1,3}(?:[.,’'\u00a0\u202f ]\d{3})+")
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
class _Words:
    """The number words of one language."""

    values: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    ordinals: Mapping[str, float] = field(default_factory=dict)
    repeats: Mapping[str, float] = field(default_factory=dict)
    halves: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    teens: frozenset[str] = frozenset()


@dataclass
class _Token:
    start: int
    end: int
    text: str
    kind: str
    capital: bool = False


def same_figure(claim: Figure, evidence: Figure) -> bool:
    """Say whether two figures are one: the same value, in units that do not differ once converted."""
    if claim.half or evidence.half:
        return claim.half == evidence.half or (_near(claim.value, evidence.value) and "percent" in (claim.unit, evidence.unit))
    if not claim.unit or not evidence.unit or claim.unit == evidence.unit:
        return _near(claim.value, evidence.value)
    one, other = _converted(claim), _converted(evidence)
    if one[1] != other[1]:
        return False
    return _near(one[0], other[0], CALENDAR if one[1] == "time" else TOLERANCE)


def _near(one: float, other: float, tolerance: float = TOLERANCE) -> bool:
    return abs(one - other) <= tolerance * max(abs(one), abs(other))


def _converted(figure: Figure) -> tuple[float, str]:
    factor, kind = _table()["convert"][figure.unit]
    return figure.value * factor, kind


@lru_cache(maxsize=1 << 12)
def figures(text: str, language: str) -> tuple[Figure, ...]:
    """Return the numbers of a text in order.

    Args:
        text: a claim or a sentence.
        language: ISO 639-1 code; it says which words are numbers and whether a point groups thousands.
    """
    plain = _plain_digits(text)
    words = _words(primary(language))
    tokens = [_Token(m.start(), m.end(), m.group().casefold(), str(m.lastgroup), m.group()[0].isupper()) for m in _TOKEN.finditer(plain)]
    return tuple(_with_unit(figure, tokens, plain) for figure in _read(tokens, plain, language, words))


def is_measure(word: str) -> bool:
    """Say whether a word is `percent` or a currency: what a figure is told in says nothing beside it."""
    unit = _units().get(word, "")
    return unit != "" and _table()["convert"][unit][1] not in ("time", "weight", "length", "volume", "area", "degree", "power")


def is_unit(word: str) -> bool:
    """Say whether a word names a unit."""
    return word in _units()


def per_units(text: str) -> frozenset[str]:
    """Return the units behind `per`, `pro`, `por`: what a price or a rate is told for."""
    found = re.finditer(r"(?:\b(?:per|pro|por|par|за|setiap|a|an|each|لكل|cada)\s+|/)([^\W\d_]+)", text.casefold())
    known = ((_units()).get(match[1], "") for match in found)
    return frozenset(unit for unit in known if unit and _table()["convert"][unit][1] in ("weight", "volume", "length", "area"))


def _read(tokens: Sequence[_Token], text: str, language: str, words: _Words) -> Iterator[Figure]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "digits":
            found = _digits(tokens, at, text, language, words)
        elif token.kind == "han":
            found = _han(tokens, at, text, words)
        elif token.kind == "word":
            found = _spelled(tokens, at, words)
        else:
            found = None
        if found is None:
            at += 1
            continue
        figure, at = found
        if figure is not None:
            yield figure


def _digits(tokens: Sequence[_Token], at: int, text: str, language: str, words: _Words) -> tuple[Figure | None, int]:
    token = tokens[at]
    nth = text[: token.start].lower().endswith(" ke-")
    named = None if nth else re.search(r"[^\W\d_]-?$", text[: token.start])
    if named and (not _unspaced(named.group()[0])) and text[token.start - 1 : token.start] != " ":
        return None, at + 1  # "Garuda-7", "A7": a part of a name
    value = _value(token.text, language)
    if value is None:
        return None, at + 1
    ordinal = nth or _ORDINAL_END.match(text, token.end) is not None
    following = at + 1
    end = token.end
    if re.search(r"\d/$", text[: token.start]) or re.match(r"/\d", text[end:]):
        return None, at + 1  # a season, "2019/20"
    if value < 12 and _AFTERNOON.match(text, end):
        value += 12
    if ordinal and not nth and following < len(tokens):
        following += 1
        following += tokens[following - 1].kind == "mark" and following < len(tokens)
    while following < len(tokens) and tokens[following].start - end <= 1:
        factor = _factor(tokens[following].text, words)
        if factor is None:
            break
        value, end, following = value * factor, tokens[following].end, following + 1
    return Figure(value, token.start, end, ordinal=ordinal, digits=True), following


def _factor(word: str, words: _Words) -> float | None:
    if word in words.times:
        return words.times[word]
    value = 1.0
    for sign in word:
        factor = _han_times().get(sign)
        if factor is None:
            return None
        value *= factor
    return value if word else None


def _value(written: str, language: str) -> float | None:
    """Read `1.234,5` and `1,234.5`; a time of day `10:30` is hours and minutes as 10.3."""
    if ":" in written:
        written = written.replace(":", ".")
    if "." in written and "," in written:
        decimal = max(written.rfind("."), written.rfind(","))
        whole, rest = re.sub(r"\D", "", written[:decimal]), written[decimal + 1 :]
        return float(f"{whole}.{rest}")
    points = primary(language) in POINT_GROUPS
    mark = "," if "," in written else "."
    if _GROUPS.fullmatch(written) and (written.count(mark) != 1 or (mark == ".") == points):
        return float(re.sub(r"\D", "", written))
    parts = re.split(r"[.,]", written)
    if len(parts) > 2:
        return None
    return float(".".join(re.sub(r"\D", "", part) or "0" for part in parts))


def _spelled(tokens: Sequence[_Token], at: int, words: _Words) -> tuple[Figure, int] | None:
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
            else:
                current += value
            last = 20.0 if times and value == 10 else value
        at += 1
        used = at
    if used > start:
        vague = used == start + 1 and (_known(tokens[start].text, words) or (0, False))[1]
        return Figure(total + current, tokens[start].start, tokens[used - 1].end, vague=vague), used
    return _single(tokens, start, words)


def _adds(last: float, value: float, current: float, text: str, tokens: Sequence[_Token], at: int) -> bool:
    """Say whether a small number goes on the one before: `twenty three`, `ثلاثة وعشرون`, but not `three two`."""
    if last < 10 and 20 <= value < 100:
        return text.startswith("و") or tokens[at - 1].text in ("und", "en")
    return value < 1000 and last > value and (last >= 100 or (last >= 20 and value < 10) or (last == 10 and current in (70, 90)) or (last in (60.0, 20.0) and 10 <= value < 20))


def _single(tokens: Sequence[_Token], at: int, words: _Words) -> tuple[Figure, int] | None:
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


def _opens_phrase(tokens: Sequence[_Token], at: int) -> bool:
    """Say whether a name or an article follows: `segundo o ministro` is `according to`, `segundo trimestre` a number."""
    return at >= len(tokens) or tokens[at].capital or tokens[at].text in ("o", "a", "os", "as", "el", "la", "los", "las", "um", "uma", "un", "una")


def _known(word: str, words: _Words) -> tuple[float, bool] | None:
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


def _compound(word: str, words: _Words) -> float | None:
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


def _han(tokens: Sequence[_Token], at: int, text: str, words: _Words) -> tuple[Figure, int] | None:
    token = tokens[at]
    after = text[token.end : token.end + 1]
    counted = after and after in _table()["han"]["counters"]
    nth = text[token.start - 1 : token.start] == _table()["han"]["ordinal"] and token.start > 0
    if not counted and not nth and after not in "つ%":
        return None
    value = _han_value(token.text)
    if value is None or (value == 1 and not nth):
        return None
    return Figure(value, token.start, token.end, ordinal=nth), at + 1


def _han_value(run: str) -> float | None:
    digits = {sign: value for value, sign in enumerate(_table()["han"]["digits"][1:])} | {"两": 2, "兩": 2, "〇": 0}
    if all(sign in digits for sign in run):
        return float("".join(str(digits[sign]) for sign in run))
    total = section = current = 0.0
    for sign in run:
        if sign in digits:
            current = digits[sign]
        elif (factor := _han_places().get(sign)) is not None:
            section, current = section + max(current, 1) * factor, 0.0
        elif (factor := _han_times().get(sign)) is not None:
            total, section, current = total + max(section + current, 1) * factor, 0.0, 0.0
        else:
            return None
    return total + section + current


def _with_unit(figure: Figure, tokens: Sequence[_Token], text: str) -> Figure:
    """Give a figure the unit beside it, and say whether something came from it."""
    before = [token for token in tokens if token.end <= figure.start][-3:]
    after = [token for token in tokens if token.start >= figure.end][:4]
    unit = "" if figure.half else _unit_behind(after, text[figure.end :]) or _unit_before(before, figure)
    signs = [token for token in before if token.kind != "sign" and token.text not in _units()]
    source = bool(signs) and signs[-1].text in _sources()
    behind = text[figure.end : figure.end + 5]
    source = source or re.match(r"['’](?:d[ea]n|t[ea]n)\b|から", behind) is not None
    return replace(figure, unit=unit, source=source)


def _unit_behind(after: Sequence[_Token], rest: str) -> str:
    units = _units()
    skipped = [token for token in after if token.text not in ("-", "de", "d", "’", "'", "of", "من")]
    for n in (2, 1):
        phrase = " ".join(token.text for token in skipped[:n])
        if len(skipped) >= n and phrase in units:
            return units[phrase]
    if rest and _unspaced(rest[0]):
        for n in (4, 3, 2, 1):
            if rest[:n] in units:
                return units[rest[:n]]
    return ""


def _unit_before(before: Sequence[_Token], figure: Figure) -> str:
    if not before or figure.ordinal:
        return ""
    last = before[-1]
    known = _units().get(last.text, "")
    money = last.kind == "sign" or last.text in ("rp", "rm", "usd", "eur", "idr", "yüzde", "us$", "gbp")
    return known if money and figure.start - last.end <= 1 else ""


def _unspaced(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff"


@lru_cache(maxsize=1 << 12)
def _plain_digits(text: str) -> str:
    """Write the digits of every script as 0 to 9, place by place."""
    text = text.replace("٫", ".").replace("٬", ",")
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(sign)) if sign.isdecimal() and not sign.isascii() else sign for sign in text)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("assistant.answer") / "figures.toml").read_text("utf-8"))


def _pairs(listed: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in listed.split("|"):
        value, *words = row.split()
        for word in words:
            found.setdefault(word.replace("_", " "), float(value))
    return found


@cache
def _words(language: str) -> _Words:
    table = _table().get(language, {})
    if language in ("han", "units", "convert", "roles"):
        table = {}
    return _Words(
        _pairs(table["words"]) if "words" in table else {},
        _pairs(table["times"]) if "times" in table else {},
        _pairs(table["ordinals"]) if "ordinals" in table else {},
        _pairs(table["repeats"]) if "repeats" in table else {},
        frozenset(table.get("halves", "").split()),
        frozenset(table.get("and", "").split()),
        frozenset(table.get("teens", "").split()),
    )


@cache
def _units() -> Mapping[str, str]:
    return {word.replace("_", " "): unit for unit, words in _table()["units"].items() for word in words.split()}


@cache
def _sources() -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in _table()["roles"]["from"].split())


@cache
def _han_places() -> Mapping[str, float]:
    return _pairs(_table()["han"]["places"])


@cache
def _han_times() -> Mapping[str, float]:
    return {sign: value for signs, value in _pairs(_table()["han"]["times"]).items() for sign in signs}
