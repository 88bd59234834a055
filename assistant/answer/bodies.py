"""Know bodies and countries by all their names: `PBB` and `UN`, `Kazakh` and `Казахстана`; the bodies are data in `named.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from assistant.text.cues import primary

LANGUAGES = ("en", "id", "ms", "es", "fr", "de", "pt", "ru", "ar", "zh", "ja", "tr", "it", "nl")
"""Languages in which the names of countries are known."""
SHORT = 3
MOST_WORDS = 6
LEAST_STEM = 4
LONG_STEM = 6
_TOKEN = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*\.?(?<=[\w.])")
_COUNTRY_END = re.compile(r"(?:stan|land|ia|ie|ien|ya|ia|ía|ía|istan|стан|ия|ия|а|o|a|e)$")
_ACRONYM = re.compile(r"[A-ZА-Я]{2,6}")


def same_bodies(claim: str, evidence: str) -> list[tuple[int, int]]:
    """Return the places in a claim of names that the evidence has in another form: `PBB` and `UN`, `IMF` and its words."""
    there = frozenset[int]().union(*(rows for _, _, rows in body_rows(evidence)))
    found = [(start, end) for start, end, rows in body_rows(claim) if rows & there]
    return [*found, *_initials(claim, evidence), *_written_out(claim, evidence)]


@lru_cache(maxsize=1 << 12)
def body_rows(text: str) -> tuple[tuple[int, int, frozenset[int]], ...]:
    """Return the places of known bodies and places in a text, with the rows of the table that they stand in.

    A short one counts in capitals only: `US` is a country, `us` is none.
    """
    low = _lowered(text)
    words = [match.span() for match in _TOKEN.finditer(low)]
    found: list[tuple[int, int, frozenset[int]]] = []
    at = 0
    while at < len(words):
        start = words[at][0]
        for n in range(min(MOST_WORDS, len(words) - at), 0, -1):
            end = words[at + n - 1][1]
            key = _spaced(low[start:end])
            if key.endswith(".") and key not in _rows():
                key, end = key[:-1], end - 1
            rows = _rows().get(key, ()) if n > 1 or end - start > SHORT or not key.isascii() or text[start:end].isupper() else ()
            if not rows and n == 1 and key.isalpha():
                rows = _country_of(key, text[start].isupper() or not key.isascii())
            if rows:
                found.append((start, end, frozenset(rows)))
                at += n - 1
                break
        at += 1
    return (*found, *_unspaced_rows(text))


def _unspaced_rows(text: str) -> Iterable[tuple[int, int, frozenset[int]]]:
    """Yield names in Chinese and Japanese, which stand anywhere in a run of signs, the longest first."""
    for run in re.finditer(r"[\u3040-\u30ff\u3400-\u9fff]{2,}", text):
        at = run.start()
        while at < run.end():
            size = next((n for n in range(min(8, run.end() - at), 1, -1) if text[at : at + n] in _rows()), 0)
            if size:
                yield at, at + size, frozenset(_rows()[text[at : at + size]])
            at += size or 1


def _initials(claim: str, evidence: str) -> Iterable[tuple[int, int]]:
    """Yield acronyms of the claim whose words stand in the evidence."""
    for match in _ACRONYM.finditer(claim):
        letters = r"\w*[\s-]+(?:\w{2,3}\s+)?".join(match.group())
        if len(match.group()) > 2 and re.search(rf"(?<!\w){letters}\w*", evidence):
            yield match.span()


def _written_out(claim: str, evidence: str) -> Iterable[tuple[int, int]]:
    """Yield words of the claim whose acronym stands in the evidence."""
    for match in _ACRONYM.finditer(evidence):
        letters = r"\w*[\s-]+(?:\w{2,3}\s+)?".join(match.group())
        if len(match.group()) > 2:
            yield from (found.span() for found in re.finditer(rf"(?<!\w){letters}\w*", claim))


def _lowered(text: str) -> str:
    low = text.lower()
    return low if len(low) == len(text) else text


def _spaced(text: str) -> str:
    return " ".join(text.split())


@cache
def name_tables() -> Mapping[str, Any]:
    """Return the tables of `named.toml`."""
    return tomllib.loads((resources.files("assistant.answer") / "named.toml").read_text("utf-8"))


def home(language: str) -> str:
    """Return the country that a language's outlets mean where they name none, in English, or ""."""
    return str(name_tables()["home"].get(primary(language), ""))


@cache
def _rows() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for row, names in enumerate(name_tables()["same"]):
        for name in names.split():
            key = name.replace("_", " ").rstrip("*")
            found[key] = (*found.get(key, ()), row)
    for row, territory in enumerate(_territories(), start=len(name_tables()["same"])):
        known = {number for name in territory for number in found.get(name, ())}
        for name in territory:
            if name not in found:
                found[name] = tuple(sorted(known)) or (row,)
    return found


def _territories() -> list[list[str]]:
    """Return the names of each country in all languages that have rules, and what its people and things are called from their beginning."""
    from babel import Locale

    names: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and len(name) >= (2 if "\u3040" <= name[0] <= "\u9fff" else LEAST_STEM):
                names.setdefault(code, []).append(name.lower())
    return [list(dict.fromkeys(found)) for _, found in sorted(names.items())]


def _country_of(word: str, capital: bool) -> tuple[int, ...]:
    """Return the rows of the country whose name begins a word: `Kazakh`, `Peruvian`; without a capital more must agree."""
    fitting = [
        (len(stem), rows) for stem, rows in _stems().get(word[:LEAST_STEM], ()) if word.startswith(stem) and len(word) - len(stem) <= 5
    ]
    length, rows = max(fitting, default=(0, ()))
    return rows if length >= (LEAST_STEM if capital else LONG_STEM) else ()


@cache
def _stems() -> Mapping[str, list[tuple[str, tuple[int, ...]]]]:
    """Return the names of countries, whole and without an ending, by their first letters."""
    found: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for name in {name for territory in _territories() for name in territory if name.isalpha() and not "\u3040" <= name[0] <= "\u9fff"}:
        stem = _COUNTRY_END.sub("", name)
        for one in {name, stem if len(stem) > LEAST_STEM else name}:
            found.setdefault(one[:LEAST_STEM], []).append((one, _rows()[name]))
    return found
