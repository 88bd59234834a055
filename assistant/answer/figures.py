"""Read the numbers of a text with their units: `1,2 triliun rupiah`, `two-day`, `trois cent cinquante`, `15亿欧元`, `ثلاثة وعشرون`.

Number words, magnitudes and units are data in `figures.toml`, by language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from assistant.answer.numerals import Figure, NumberWords, Token, han, han_times, number_words, spelled, tables
from assistant.text.cues import primary

POINT_GROUPS = frozenset(["id", "es", "de", "pt", "fr", "it", "tr", "ru", "nl"])
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
_MONEY_BEFORE = re.compile(r"(?<![^\W\d_])(?:rp|rm|usd|eur|idr|gbp|chf|jpy)$", re.IGNORECASE)
"""What may be written in one with a sum: `Rp85`."""
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th|er|re|e|ème|º|ª|°)\b|-?(?:й|я|е|го|м|ю)\b", re.IGNORECASE)
_GROUPS = re.compile(r"\d{1,3}(?:[.,’'\u00a0\u202f ]\d{3})+")


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
    factor, kind = tables()["convert"][figure.unit]
    return figure.value * factor, kind


@lru_cache(maxsize=1 << 12)
def figures(text: str, language: str) -> tuple[Figure, ...]:
    """Return the numbers of a text in order.

    Args:
        text: a claim or a sentence.
        language: ISO 639-1 code; it says which words are numbers and whether a point groups thousands.
    """
    plain = _plain_digits(text)
    words = number_words(primary(language))
    tokens = [Token(m.start(), m.end(), m.group().casefold(), str(m.lastgroup), m.group()[0].isupper()) for m in _TOKEN.finditer(plain)]
    return tuple(_with_unit(figure, tokens, plain) for figure in _read(tokens, plain, language, words))


def is_measure(word: str) -> bool:
    """Say whether a word is `percent` or a currency: what a figure is told in says nothing beside it."""
    unit = _units().get(word, "")
    return unit != "" and tables()["convert"][unit][1] not in ("time", "weight", "length", "volume", "area", "degree", "power")


def is_unit(word: str) -> bool:
    """Say whether a word names a unit."""
    return word in _units()


def per_units(text: str) -> frozenset[str]:
    """Return the units behind `per`, `pro`, `por`: what a price or a rate is told for."""
    found = re.finditer(r"(?:\b(?:per|pro|por|par|за|setiap|a|an|each|لكل|cada)\s+|/)([^\W\d_]+)", text.casefold())
    known = ((_units()).get(match[1], "") for match in found)
    return frozenset(unit for unit in known if unit and tables()["convert"][unit][1] in ("weight", "volume", "length", "area"))


def _read(tokens: Sequence[Token], text: str, language: str, words: NumberWords) -> Iterator[Figure]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        found: tuple[Figure | None, int] | None = None
        if token.kind == "digits":
            found = _digits(tokens, at, text, language, words)
        elif token.kind == "han":
            found = han(tokens, at, text, words)
        elif token.kind == "word":
            found = spelled(tokens, at, words)
        if found is None:
            at += 1
            continue
        figure, at = found
        if figure is not None:
            yield figure


def _digits(tokens: Sequence[Token], at: int, text: str, language: str, words: NumberWords) -> tuple[Figure | None, int]:
    token = tokens[at]
    nth = text[: token.start].lower().endswith(" ke-")
    named = None if nth else re.search(r"[^\W\d_]-?$", text[: token.start])
    if named and not _unspaced(named.group()[0]) and not _MONEY_BEFORE.search(text, 0, token.start):
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


def _factor(word: str, words: NumberWords) -> float | None:
    if word in words.times:
        return words.times[word]
    value = 1.0
    for sign in word:
        factor = han_times().get(sign)
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


def _with_unit(figure: Figure, tokens: Sequence[Token], text: str) -> Figure:
    """Give a figure the unit beside it, and say whether something came from it."""
    before = [token for token in tokens if token.end <= figure.start][-3:]
    after = [token for token in tokens if token.start >= figure.end][:4]
    unit = "" if figure.half else _unit_behind(after, text[figure.end :]) or _unit_before(before, figure)
    signs = [token for token in before if token.kind != "sign" and token.text not in _units()]
    source = bool(signs) and signs[-1].text in _sources()
    behind = text[figure.end : figure.end + 5]
    source = source or re.match(r"['’](?:d[ea]n|t[ea]n)\b|から", behind) is not None
    return replace(figure, unit=unit, source=source)


def _unit_behind(after: Sequence[Token], rest: str) -> str:
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


def _unit_before(before: Sequence[Token], figure: Figure) -> str:
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
def _units() -> Mapping[str, str]:
    return {word.replace("_", " "): unit for unit, words in tables()["units"].items() for word in words.split()}


@cache
def _sources() -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in tables()["roles"]["from"].split())
