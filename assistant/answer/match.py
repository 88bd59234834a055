"""Match a question's tokens one by one: for each, how near the nearest token of a sentence is.

The mean of its tokens' vectors says what a sentence is about; whether it says the one thing that is asked shows in single words. The
sum of the best matches is the late interaction of ColBERT (Khattab and Zaharia 2020), here over static token vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.remember import RememberingEncoder, unit
from assistant.text.mentions import names

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Matches:
    """For each sentence of one article, in order, how well the tokens of a question are met (0 to 1, weighted by token weight).

    `heavy` weighs heavy tokens more, `other` leaves out the question's names, `window` counts the neighbours' tokens too, `article`
    those of all sentences; `gain` and `other_gain` are what the sentence has beyond the article's mean.
    """

    sentence: Numbers
    heavy: Numbers
    other: Numbers
    window: Numbers
    article: float
    gain: Numbers
    other_gain: Numbers


@dataclass(frozen=True)
class QuestionTokens:
    """The tokens of a question: unit vectors, weights, and weights without the question's names."""

    units: NDArray[Any]
    weights: Numbers
    other_weights: Numbers

    @classmethod
    def of(cls, question: str, encoder: RememberingEncoder) -> QuestionTokens:
        """Take a question apart."""
        token_vectors = encoder.token_vectors
        vectors = token_vectors(question.strip(" ?？!.¿¡"))
        weights = np.linalg.norm(vectors, axis=1).astype(np.float64)
        named = {row.tobytes() for name in names(f"x {question}") for row in token_vectors(name)}
        other = np.array([weight * (row.tobytes() not in named) for row, weight in zip(vectors, weights, strict=True)])
        return cls(unit(vectors), weights, other.astype(np.float64))

    def best(self, sentences: Sequence[str], encoder: RememberingEncoder) -> Numbers:
        """Return how near the nearest token of each sentence is to each token of the question, shape (sentences, tokens)."""
        return encoder.best_cosines(self.units, sentences).astype(np.float64)

    def met(self, sentences: Sequence[str], encoder: RememberingEncoder) -> Numbers:
        """Return the share of the tokens that each sentence meets, heavy ones weighing more, shape (len(sentences),)."""
        return _weighed(self.best(sentences, encoder), self.weights**2)

    def matches(self, best: Numbers) -> Matches:
        """Sum up the best matches of all sentences of one article, in order."""
        padded = np.full((len(best) + 2, len(self.weights)), -1.0)
        padded[1:-1] = best
        window = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
        beyond = best - best.mean(axis=0, keepdims=True)
        return Matches(
            sentence=_weighed(best, self.weights),
            heavy=_weighed(best, self.weights**2),
            other=_weighed(best, self.other_weights),
            window=_weighed(window, self.weights),
            article=float(_weighed(best.max(axis=0, keepdims=True), self.weights)[0]),
            gain=_weighed(beyond, self.weights),
            other_gain=_weighed(beyond, self.other_weights),
        )


def _weighed(best: Numbers, weights: Numbers) -> Numbers:
    total = float(weights.sum())
    return best @ weights / total if total > 0 else np.zeros(len(best))
