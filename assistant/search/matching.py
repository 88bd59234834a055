"""Match a question's tokens one by one with those of passages: for each, how near its nearest token in the passage is.

The sum of the best matches is the late interaction of ColBERT (Khattab and Zaharia 2020), here over static token vectors. Since these
lie in one space for all languages, it is a translation table for free: `election` finds `pemilu` in an Indonesian passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UnknownArticle
from assistant.index.protocol import Index
from assistant.protocols import Vectors
from assistant.records import Passage

Matrix = NDArray[np.float64]
Tokens = NDArray[np.int32]
NEAR = 0.6
"""From this cosine on a token is as good as a translation; what lies above counts by a weight of its own."""
LEAST_LENGTH = 1e-6
CAPACITY = 20_000
"""Passages whose tokens are remembered: about 10 MB."""


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder that is a table of token vectors."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the numbers of each text's tokens in order."""

    def best_of_tokens(self, directions: Vectors, texts: Sequence[Tokens]) -> Vectors:
        """Return how near the nearest token of each text is to unit vectors of shape (n, dimensions): shape (len(texts), n)."""

    def token_vectors(self, text: str) -> Vectors:
        """Return the vector of each token in order, shape (tokens, dimensions); its length is the token's weight."""

    def scrap_share(self, text: str) -> float:
        """Return the share of the letters of a text's words that stand in scraps, 0 to 1."""


@dataclass(frozen=True)
class _Known:
    """The different tokens of a passage, and how many it has with repeats."""

    tokens: Tokens
    n_tokens: int


@dataclass
class PassageMatcher:
    """Matches questions with passages, and remembers the tokens of passages it has seen: they never change under one id."""

    index: Index
    encoder: TokenEncoder
    _known: dict[int, _Known] = field(default_factory=dict)

    def match(self, query: str, passages: Sequence[Passage]) -> Matrix:
        """Return three numbers for each passage, shape (len(passages), 3).

        They are the mean of the best matches (0 to 1), the mean of how far they lie above `NEAR` (0 to 1), both weighted by the weights of
        the question's tokens, and the logarithm of the passage's number of tokens: in a long one everything finds something.
        """
        known = self._tokens_of(passages)
        lengths = np.log([max(1, one.n_tokens) for one in known])
        vectors = self.encoder.token_vectors(query.strip(" ?？!.¿¡"))
        weights = np.linalg.norm(vectors, axis=1)
        if not known or not weights.sum() > 0:
            return np.stack([np.zeros(len(known)), np.zeros(len(known)), lengths], axis=1)
        best = self._best(vectors / np.maximum(weights, LEAST_LENGTH)[:, None], known)
        shares = (weights / weights.sum()).astype(np.float64)
        return np.stack([shares @ best, shares @ np.maximum(best - NEAR, 0) / (1 - NEAR), lengths], axis=1)

    def _best(self, directions: Vectors, known: Sequence[_Known]) -> Matrix:
        """Return the best match of each direction in each passage, shape (directions, passages); an empty passage has none."""
        best = self.encoder.best_of_tokens(directions, [one.tokens for one in known])
        return np.maximum(best.T.astype(np.float64), 0)

    def _tokens_of(self, passages: Sequence[Passage]) -> list[_Known]:
        known = self._known
        missing = [passage for passage in passages if passage.id not in known]
        if missing:
            texts = [self._text(passage) for passage in missing]
            fresh = {p.id: _Known(np.unique(t), len(t)) for p, t in zip(missing, self.encoder.tokens(texts), strict=True)}
            found = {p.id: fresh.get(p.id) or known[p.id] for p in passages}
            if len(known) + len(fresh) > CAPACITY:
                # Forget the older half, in a new dict: other threads may be reading this one.
                known = self._known = dict(islice(list(known.items()), len(known) // 2, None))
            known.update(fresh)
            return [found[passage.id] for passage in passages]
        return [known[passage.id] for passage in passages]

    def _text(self, passage: Passage) -> str:
        """Return the words that stand for the passage in the index, none if its article has just been removed."""
        try:
            article = self.index.article(passage.article_id)
        except UnknownArticle:
            return ""
        title = "" if "title" in article.inferred else article.title
        return f"{title}\n{passage.span.of(article.text)}"
