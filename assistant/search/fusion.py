"""Join what vectors, terms and token matches say of passages into one score.

The score is a weighted sum, with weights that differ with the language pair: between languages terms count nothing and token matches
more. `fusion.json` holds the weights, `assistant/train/fusion.py` learned them. They are scaled so that the cosine counts once: what a
feature is worth is worth so much in cosine.

Of a language that the encoder was not trained on, vectors and tokens say little. How little, the question itself tells, by the share of its
letters that stand in scraps (`assistant.encoders.scraps`): the more, the more count weights that were learned where the encoder had been
made to forget the language, and which rest on terms.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Scores = Sequence[tuple[int, float]]
Matrix = NDArray[np.float64]

FIRST = ("cosine", "other_cosine", "other", "terms", "covered", "terms_covered")
"""What is known of every passage of the pool. `terms` is its BM25 score, `covered` that score as a share of the rarity of all the
question's terms: a question of rare words has much to match, and a passage that covers all of them need not look further. Both are 0 for
a passage in another language than the question's, whose letters tell nothing; `other` marks such a passage."""
MATCHED = (*FIRST, "match", "other_match", "near", "other_near", "length")
"""What is known of the best of these, after their tokens were matched; see `assistant.search.matching`."""
TERMS = ("terms", "covered", "terms_covered")
"""The features that rest on terms."""
NAMES = {"first": FIRST, "matched": MATCHED}
MOST_COVERED = 1.5
"""BM25 counts repeated terms, so its ratio to the question's weight may exceed 1."""
KNOWN, STRANGE = 0.1, 0.5
"""Shares of scraps: nine of ten English and Indonesian questions lie below the first, most in forgotten languages above the second."""
BM25_UNIT = 20
"""BM25 scores are divided by this, so that weights are of one order."""


@dataclass(frozen=True)
class Pool:
    """The passages found for a question, each once, by id.

    `cosine` and `bm25` have one number for each passage, `same` says whether it is in the question's language, and `weight` is the rarity
    of all terms of the question together.
    """

    passages: NDArray[np.int64]
    cosine: Matrix
    bm25: Matrix
    same: NDArray[np.bool_]
    weight: float

    @classmethod
    def of(cls, dense: Scores, lexical: Scores, same: NDArray[np.bool_], weight: float) -> Pool:
        """Join two lists of (passage id, score); `same` follows the sorted ids of both.

        A passage that is not in the dense list counts as near as the last that is; one that is not in the lexical list counts 0 there.
        """
        by_vector, by_terms = dict(dense), dict(lexical)
        least = min(by_vector.values(), default=0.0)
        ids = pooled(dense, lexical)
        cosine = np.array([by_vector.get(i, least) for i in ids], np.float64)
        bm25 = np.array([by_terms.get(i, 0.0) for i in ids], np.float64)
        return cls(np.array(ids, np.int64), cosine, bm25, same, weight)

    def columns(self) -> Matrix:
        """Return the features `FIRST`, shape (passages, len(FIRST))."""
        other = 1.0 - self.same
        bm25 = self.bm25 * self.same
        covered = np.minimum(MOST_COVERED, bm25 / self.weight) if self.weight > 0 else np.zeros_like(bm25)
        terms = bm25 / BM25_UNIT
        return np.stack([self.cosine, self.cosine * other, other, terms, covered, terms * covered], axis=1)


def pooled(*lists: Scores) -> list[int]:
    """Return the sorted passage ids of all lists."""
    return sorted({passage for scores in lists for passage, _ in scores})


def with_matches(columns: Matrix, matches: Matrix) -> Matrix:
    """Return the features `MATCHED` from the features `FIRST` and what `PassageMatcher.match` gave for the same passages."""
    other = columns[:, FIRST.index("other")]
    match, near, length = matches.T
    return np.column_stack([columns, match, match * other, near, near * other, length])


@dataclass(frozen=True)
class FusionWeights:
    """The learned weights of the features `FIRST` alone, and of all when tokens are matched."""

    first: Matrix
    matched: Matrix

    def mixed(self, other: FusionWeights, share: float) -> FusionWeights:
        """Return the weights that lie this share (0 to 1) of the way to others."""
        return FusionWeights((1 - share) * self.first + share * other.first, (1 - share) * self.matched + share * other.matched)

    def with_terms(self, worth: float) -> FusionWeights:
        """Return the weights with those of terms multiplied; 1 leaves them as they are."""
        if worth == 1:
            return self
        factors = {name: np.array([worth if feature in TERMS else 1.0 for feature in names]) for name, names in NAMES.items()}
        return FusionWeights(self.first * factors["first"], self.matched * factors["matched"])


def strangeness(scrap_share: float) -> float:
    """Return how strange a question is to the encoder, 0 to 1, from the share of its letters in scraps."""
    return min(1.0, max(0.0, (scrap_share - KNOWN) / (STRANGE - KNOWN)))


def fusion_weights(strange: float = 0.0) -> FusionWeights:
    """Return the learned weights for a question that is so strange to the encoder, 0 to 1."""
    known, other = _learned()
    return known.mixed(other, strange)


@lru_cache(maxsize=1)
def _learned() -> tuple[FusionWeights, FusionWeights]:
    """Load the weights for a known and for a strange question once."""
    data = json.loads(resources.files("assistant.search").joinpath("fusion.json").read_text("utf-8"))
    for part in (data["known"], data["strange"]):
        for name, expected in NAMES.items():
            if tuple(part[name]) != expected:
                raise RuntimeError(f"fusion.json was made for other features of {name!r}: run assistant.train.fusion again")
    known, strange = (FusionWeights(*(np.array(list(data[part][name].values())) for name in NAMES)) for part in ("known", "strange"))
    return known, strange


def ranked(passages: NDArray[np.int64], scores: Matrix) -> list[tuple[int, float]]:
    """Return (passage id, score), best first; equal scores are ordered by passage id."""
    found = [(passage, round(score, 9)) for passage, score in zip(passages.tolist(), scores.tolist(), strict=True)]
    return sorted(found, key=lambda item: (-item[1], item[0]))
