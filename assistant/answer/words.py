"""Take claims and sentences apart into words with vectors, and say how near the words of one are to those of the other, in any language.

The vectors are those of a static encoder, which has one space for all languages: a word's is the sum of its tokens'.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.listed import Listed
from assistant.encoders import StaticEncoder
from assistant.text.cues import primary
from assistant.text.language import SIGNS
from assistant.text.terms import analyse, folded, is_stopword

Matrix = NDArray[np.float32]
PAIR_GAIN = 0.02
"""Else a name beside a word would lend it its nearness."""
LISTED = 0.62
"""How near words of one row of `alike.toml` are."""
TEXTS = 2048
CAPACITY = 1 << 15
"""Words remembered with their vectors: 50 MB."""
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W_]|[{SIGNS}])+(?:['’](?![{_UNSPACED}])[^\W_]+)*")
_ELISION = re.compile(r"(?:[dljmtsnc]|qu|all|dell|nell|sull|un)['’](?=\w)", re.IGNORECASE)
_ARTICLE = re.compile(r"[وف]?(?:ال|لل|بال|كال)")
_KATAKANA = re.compile(r"[\u30a0-\u30ff・]{2,}")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `[start, end)` of its text; `low` is its folded form, `stem` that of the language's stemmer."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    capital: bool
    stop: bool
    weight: float
    pieces: int


@dataclass(frozen=True)
class Words:
    """The words of a text, with unit vectors, shape (n, dimensions), and those of every two neighbours, shape (n - 1, dimensions).

    `rows` are the rows of `alike.toml` in which each word stands.
    """

    text: str
    language: str
    words: tuple[Word, ...]
    units: Matrix
    pairs: Matrix
    rows: tuple[frozenset[str], ...] = ()

    def __len__(self) -> int:
        return len(self.words)


class Vocabulary:
    """Takes texts apart and remembers the vectors of words."""

    def __init__(self, encoder: StaticEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, tuple[NDArray[Any], int]] = {}
        self._texts: dict[tuple[str, str], Words] = {}

    def words(self, text: str, language: str) -> Words:
        """Take a text apart; the same sentences are cited again and again, so that texts are remembered too."""
        known = self._texts.get((text, language))
        if known is None:
            known = self._take_apart(text, language)
            texts = self._texts if len(self._texts) < TEXTS else {}
            texts[text, language] = known
            self._texts = texts
        return known

    def _take_apart(self, text: str, language: str) -> Words:
        found: list[Word] = []
        rows: list[NDArray[Any]] = []
        for start, written in _split(text, self._encoder):
            vector, pieces = self._vector(written)
            low = folded(written)
            stem = (analyse(written.lower(), language) or [low])[0]
            stop = is_stopword(low, language) or is_stopword(written.lower(), language)
            weight = float(np.linalg.norm(vector))
            found.append(Word(written, low, stem, start, start + len(written), written[0].isupper(), stop, weight, pieces))
            rows.append(vector)
        vectors = np.asarray(rows, np.float32).reshape(len(rows), self._encoder.dimensions)
        pairs = units_of(vectors[:-1] + vectors[1:]) if len(rows) > 1 else vectors[:0]
        return Words(text, language, tuple(found), units_of(vectors), pairs, _rows_of(text, found, language))

    def _vector(self, word: str) -> tuple[NDArray[Any], int]:
        known = self._known
        if word not in known:
            rows = self._encoder.token_vectors(word)
            if bare := _without_article(word):
                other = self._encoder.token_vectors(bare)
                rows = other if len(other) <= len(rows) else rows
            if len(known) >= CAPACITY:
                # Forget the older half, in a new dict: other threads may be reading this one.
                known = dict(islice(list(known.items()), CAPACITY // 2, None))
                self._known = known
            known[word] = (rows.sum(axis=0) if len(rows) else np.zeros(self._encoder.dimensions, np.float32), len(rows))
        return known[word]


def _rows_of(text: str, words: Sequence[Word], language: str) -> tuple[frozenset[str], ...]:
    listed = list(_alike(primary(language)).find(text))
    return tuple(frozenset(name for a, b, names in listed if a < word.end and word.start < b for name in names) for word in words)


def listed_words(text: str, language: str) -> int:
    """Count the words of a text that `alike.toml` lists in a language."""
    return sum(1 for _ in _alike(primary(language)).find(text)) if language else 0


def rows_in(text: str, language: str) -> tuple[str, ...]:
    """Return the rows of `alike.toml` in which words of a text stand."""
    return tuple(dict.fromkeys(name for _, _, names in _alike(primary(language)).find(text) for name in names))


@cache
def alike_rows() -> Mapping[str, str]:
    """Return the rows of `alike.toml` by name."""
    rows = tomllib.loads((resources.files("assistant.answer") / "alike.toml").read_text("utf-8"))["rows"]
    return {str(i): row for i, row in enumerate(rows)}


@cache
def _alike(language: str) -> Listed:
    return Listed.of(alike_rows(), language)


def units_of(vectors: Matrix) -> Matrix:
    """Scale rows to unit length; a row of zeros stays one."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def nearness(claim: Words, evidence: Words) -> Matrix:
    """Return how near each word of the claim is to each of the evidence, 0 to 1, shape (len(claim), len(evidence)).

    Two words that are one count where they are nearer than one alone: `Verteidigungsminister` and `defence minister`.
    """
    single = claim.units @ evidence.units.T
    near = single.copy()
    if len(evidence.pairs):
        _join(near, claim.units @ evidence.pairs.T, single)
    if len(claim.pairs):
        _join(near.T, evidence.units @ claim.pairs.T, single.T)
    for i, rows in enumerate(claim.rows):
        if rows:
            near[i] = np.where([bool(rows & others) for others in evidence.rows], np.maximum(near[i], LISTED), near[i])
    for i, word in enumerate(claim.words):
        for j, other in enumerate(evidence.words):
            if word.low == other.low:
                near[i, j] = 1.0
            elif akin(word, other):
                near[i, j] = max(near[i, j], 0.9)
    return np.asarray(np.clip(near, 0.0, 1.0), np.float32)


def _join(near: Matrix, wide: Matrix, single: Matrix) -> None:
    """Let two neighbours count as one where they are nearer together than either alone; `near` is changed."""
    either = np.maximum(single[:, :-1], single[:, 1:])
    gained = np.where(wide > either + PAIR_GAIN, wide, -1.0)
    near[:, :-1] = np.maximum(near[:, :-1], gained)
    near[:, 1:] = np.maximum(near[:, 1:], gained)


def akin(word: Word, other: Word) -> bool:
    """Say whether two words are forms of one: the same stem, or nearly the same letters from the first on."""
    if word.stem == other.stem and len(word.stem) > 2:
        return True
    one, two = word.low, other.low
    if min(len(one), len(two)) < 5 or one[0] != two[0] or one[0].isdigit():
        return one == two
    shared = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return shared >= 5 and shared >= 0.65 * max(len(one), len(two))


def _without_article(word: str) -> str:
    """Return an Arabic word without what is written in one with it, the article and `and`; "" for any other."""
    match = _ARTICLE.match(word)
    return word[match.end() :] if match and len(word) - match.end() >= 3 else ""


def _split(text: str, encoder: StaticEncoder) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for match in _WORD.finditer(text):
        run = match.group()
        if not "\u3040" <= run[0] <= "\u9fff":
            start = match.start()
            while (elided := _ELISION.match(run)) is not None:
                start, run = start + elided.end(), run[elided.end() :]
            found.append((start, re.sub(r"['’](?:s|\w{1,4})?$", "", run) if "'" in run or "’" in run else run))
            continue
        for start, end in _pieces(run, encoder):
            found.append((match.start() + start, run[start:end]))
    return [(start, word) for start, word in found if word]


def _pieces(run: str, encoder: StaticEncoder) -> list[tuple[int, int]]:
    """Cut a run of signs into the encoder's tokens; a run of katakana, a foreign word, stays whole."""
    foreign = [match.span() for match in _KATAKANA.finditer(run)]
    places = [(start, end) for start, end in encoder.tokenizer.encode(run, add_special_tokens=False).offsets if end > start]
    kept = [(s, e) for s, e in places if not any(s < last and first < e for first, last in foreign)]
    return sorted([*kept, *foreign])
