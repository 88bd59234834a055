"""A claim or a cited sentence, read once: its words, numbers, dates, names, negators, and which of its words say something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.bodies import same_bodies
from assistant.answer.days import When, dates_in
from assistant.answer.figures import figures, is_measure, is_unit
from assistant.answer.named import is_title, name_runs, speech, stands
from assistant.answer.numerals import Figure
from assistant.answer.polarity import Negator, negators
from assistant.answer.words import Matrix, Words, nearness
from assistant.text.cues import cues_for, primary

ABSENT = 0.2
AND = re.compile(r"(?<!\w)(?:and|dan|serta|y|e|et|und|и|ve)(?!\w)|、|と|和|及| و(?=\w)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“„«「『»]\s*([^\"“”„«»「」『』]{2,}?)\s*[\"”“»«」』]")


@dataclass(frozen=True)
class Read:
    """A text taken apart. `names` are runs of word places, `content` the places of words that say something and are no names."""

    words: Words
    figures: tuple[Figure, ...]
    dates: tuple[When, ...]
    names: tuple[tuple[int, ...], ...]
    content: tuple[int, ...]
    negators: tuple[Negator, ...]

    @property
    def text(self) -> str:
        """The text as written."""
        return self.words.text

    @property
    def language(self) -> str:
        """Its language."""
        return self.words.language


def read(words: Words, published: str, known: frozenset[str] = frozenset()) -> Read:
    """Take a text apart; `known` are words that are names in the texts beside it, folded."""
    text, language = words.text, words.language
    dates = dates_in(text, published)
    numbers = tuple(f for f in figures(text, language) if not any(d.start < f.end and f.start < d.end for d in dates))
    taken = [(d.start, d.end) for d in dates]
    names = tuple(name_runs(words, taken, known))
    named = {i for run in names for i in run if not is_title(words.words[i])}
    taken += [(f.start, f.end) for f in numbers]
    taken += [(w.start, w.end) for f in numbers for w in words.words if 0 <= w.start - f.end <= 1 and is_unit(w.text.lower())]
    content = [
        i
        for i, word in enumerate(words.words)
        if i not in named and not word.stop and not any(a < word.end and word.start < b for a, b in taken) and not word.low.isdigit()
        and word.low not in reporting(language) and word.low not in speech("light") and not (numbers and is_measure(word.text.lower()))
    ]  # fmt: skip
    return Read(words, numbers, dates, names, tuple(content), negators(text, language))


def own_words(run: Sequence[int], text: Read) -> list[int]:
    """Return the places of a name's own words, without its titles; of a name all of titles (`City`) all."""
    return [i for i in run if not is_title(text.words.words[i])] or list(run)


def clauses(text: str) -> list[tuple[int, int]]:
    """Cut a text into clauses: at commas and the like, and before words that begin another clause."""
    cuts = sorted({0, *(m.end() if m.group()[0] in ",;:—–、，；。" else m.start() for m in _clause_marks().finditer(text)), len(text)})
    return list(pairwise(cuts))


def told_parts(text: str) -> list[tuple[int, int]]:
    """Cut a text at its clauses and at every `and`: each part tells one thing."""
    cuts = sorted({0, len(text), *(start for start, _ in clauses(text)), *(match.start() for match in AND.finditer(text))})
    return list(pairwise(cuts))


@cache
def _clause_marks() -> re.Pattern[str]:
    words = [word.replace("_", " ") for word in speech("clauses")]
    spaced = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if not "\u3040" <= word[0] <= "\u9fff")
    return re.compile(rf"[,;:—–](?=\s)|[、，；。]|(?<!\w)(?:{spaced})(?!\w)", re.IGNORECASE)


@cache
def reporting(language: str) -> frozenset[str]:
    """Return the verbs by which a language reports what somebody says: they carry nothing of a claim's own."""
    cues = cues_for(primary(language))
    tables = (cues.verbs, cues.inverted)
    return frozenset(word for table in tables for phrases in table.values() for phrase in phrases for word in phrase)


def quoted(text: str) -> list[str]:
    """Return what stands in quotation marks."""
    return [match[1] for match in _QUOTED.finditer(text)]


@dataclass(frozen=True)
class Matched:
    """How a claim's words are met by one sentence.

    `near` has shape (words of the claim, words of the sentence), `met` is the greatest of each word, with names that stand there as 1.
    """

    sentence: Read
    near: Matrix
    met: NDArray[Any]


def match(claim: Read, sentence: Read, beside: Sequence[Words] = ()) -> Matched:
    """Match a claim with a sentence; `beside` are its speaker and outlet, in which names may stand."""
    near = nearness(claim.words, sentence.words)
    met = near.max(axis=1) if near.shape[1] else np.zeros(len(claim.words), np.float32)
    met = met.copy()
    named = [i for run in claim.names for i in run]
    for i, word in enumerate(claim.words.words):
        rare = word.pieces > 1 and met[i] < 0.5 and not word.stop
        if not (i in named or rare):
            continue
        if stands(word, claim.words, sentence.words, near[i].tolist()):
            met[i] = max(met[i], 1.0 if i in named else 0.6)
        elif i in named and not is_title(word):
            met[i] = min(met[i], ABSENT)  # a name of the same beginning is another's
    for other in beside:
        if len(other):
            extra = nearness(claim.words, other)
            for i in named:
                if stands(claim.words.words[i], claim.words, other, extra[i].tolist()):
                    met[i] = 1.0
    for start, end in same_bodies(claim.text, sentence.text):
        for i, word in enumerate(claim.words.words):
            if start <= word.start and word.end <= end:
                met[i] = max(met[i], 1.0)
    return Matched(sentence, near, met)
