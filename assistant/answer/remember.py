"""Remember the vectors of sentences that were asked about before: the same few articles answer most questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.protocols import Encoder, Vectors

CAPACITY = 16_384
"""Texts remembered: 25 MB at 384 dimensions."""
LEAST_LENGTH = 1e-6


def unit(vectors: Vectors) -> Vectors:
    """Return vectors at length 1; those without length stay near 0."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), LEAST_LENGTH))


class RememberingEncoder:
    """An encoder that keeps the vectors of the texts it has seen last. A vector depends on its text alone, so none grows stale."""

    def __init__(self, encoder: Encoder, capacity: int = CAPACITY) -> None:
        self._encoder = encoder
        self._capacity = capacity
        self._known: dict[str, NDArray[Any]] = {}

    @property
    def encoder(self) -> Encoder:
        """The encoder behind it."""
        return self._encoder

    @property
    def name(self) -> str:
        """The name of the encoder behind it."""
        return self._encoder.name

    @property
    def digest(self) -> str:
        """The digest of the encoder behind it."""
        return self._encoder.digest

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._encoder.dimensions

    def token_vectors(self, text: str) -> Vectors:
        """Return the vectors of a text's tokens; of an encoder that has none, the vector of the whole text as its only one."""
        own = getattr(self._encoder, "token_vectors", None)
        return own(text) if own is not None else self._encoder.encode_queries([text])

    def best_cosines(self, directions: Vectors, texts: Sequence[str]) -> Vectors:
        """Return how near the nearest token of each text is to each unit vector, shape (len(texts), len(directions)); 0 without tokens."""
        own = getattr(self._encoder, "best_cosines", None)
        if own is not None:
            return np.asarray(own(directions, texts))
        best = np.zeros((len(texts), len(directions)), np.float32)
        for row, text in zip(best, texts, strict=True):
            vectors = self.token_vectors(text)
            if len(vectors):
                row[:] = (directions @ unit(vectors).T).max(axis=1)
        return best

    def scrap_share(self, text: str) -> float:
        """Return the share of a text's letters that stand in scraps; 0 of an encoder that does not tell."""
        own = getattr(self._encoder, "scrap_share", None)
        return own(text) if own is not None else 0.0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions; they are not remembered."""
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode sentences, each only when it is not remembered; shape (len(texts), dimensions)."""
        known = self._known
        found = {text: known[text] for text in dict.fromkeys(texts) if text in known}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            fresh = dict(zip(missing, self._encoder.encode_passages(missing), strict=True))
            found.update(fresh)
            if len(known) + len(fresh) > self._capacity:
                # Forget the older half, in a new dict: other threads may be reading this one.
                known = dict(islice(list(known.items()), len(known) // 2, None))
                self._known = known
            known.update(islice(fresh.items(), self._capacity // 2))
        return np.asarray([found[text] for text in texts], np.float32).reshape(len(texts), self.dimensions)
