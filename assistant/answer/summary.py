"""Sum an article up: its first sentence, and those that the other sentences are most like, in the order of the text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.answer.copies import same_words
from assistant.answer.remember import RememberingEncoder
from assistant.records import Article, Span

ONE_IN = 4
"""Of how many sentences one is taken."""
FEWEST, MOST = 3, 6
LEAST_CHARACTERS = 30
"""Shorter sentences carry no article."""
TOO_ALIKE = 0.9
"""A sentence this near (cosine) to one that is taken says nothing more."""


def summary(article: Article, sentences: Sequence[Span], encoder: RememberingEncoder) -> list[Span]:
    """Return the sentences that carry an article, in text order.

    The first one always: news begins with what matters. Of the others those with the greatest mean cosine to all sentences (degree
    centrality; Erkan and Radev 2004, LexRank), none of them nearly the same as another.
    """
    long = [span for span in sentences if span.end - span.start >= LEAST_CHARACTERS] or list(sentences)
    if not long:
        return []
    texts = [span.of(article.text) for span in long]
    vectors = encoder.encode_passages(texts).astype(np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    cosines = vectors @ vectors.T
    n = min(len(long), max(FEWEST, min(MOST, len(long) // ONE_IN)))
    chosen = [0]
    for at in sorted(range(len(long)), key=lambda at: (-round(float(cosines[at].mean()), 6), at)):
        if len(chosen) == n:
            break
        alike = any(cosines[at, other] > TOO_ALIKE or same_words(texts[at], texts[other], article.language) for other in chosen)
        if not alike:
            chosen.append(at)
    return [long[at] for at in sorted(chosen)]
