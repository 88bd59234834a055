"""Sum an article up: its first sentence, and those that the other sentences are most like, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from assistant.answer.copies import same_words
from assistant.answer.remember import RememberingEncoder
from assistant.records import Article, Span

SURE = 0.65
"""From this `Topic.of_article` on an article is the one meant. With the questions of the samples' tuning half as topics 96 % of the right
articles lie above it; of the wrong ones that come first where the right one is not, a third lies below."""
ONE_IN = 4
"""Of how many sentences one is taken."""
FEWEST, MOST = 3, 6
LEAST_CHARACTERS = 30
"""Shorter sentences carry no article."""
_MARKS = re.compile(r'["“”„«»「」]')
TOO_ALIKE = 0.9
"""A sentence this near (cosine) to one that is taken says nothing more."""


def summary(article: Article, sentences: Sequence[Span], encoder: RememberingEncoder) -> list[Span]:
    """Return the sentences that carry an article, in text order.

    The first one always: news begins with what matters. Of the others those with the greatest mean cosine to all sentences (degree
    centrality; Erkan and Radev 2004, LexRank), none of them nearly the same as another.
    """
    long = [span for span in sentences if _stands_alone(span.of(article.text))] or list(sentences)
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


def _stands_alone(sentence: str) -> bool:
    """Say whether a sentence is long enough and holds no half of a quotation."""
    return len(sentence) >= LEAST_CHARACTERS and len(_MARKS.findall(sentence)) % 2 == 0
