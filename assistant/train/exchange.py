"""Turn a question into another language token by token, by the nearest vectors after stage 1.

Question-passage pairs exist in few languages. An Indonesian question whose tokens are exchanged for their
nearest English ones (`siapa presiden pertama` -> `who president first`) is no sentence, but for a bag of
tokens it is an English question about an Indonesian passage.
"""

from __future__ import annotations

import logging

import numpy as np

from assistant.train.data import Recipe
from assistant.train.student import Floats
from assistant.train.tasks import Task
from assistant.train.vocabulary import Bags, Ints

log = logging.getLogger(__name__)


def exchange_table(vectors: Floats, parallel: Task, languages: list[str], numbers: Recipe) -> Ints:
    """Return for each token the English token to put in its place, or itself, shape (vocabulary,).

    A token belongs to the side on which it is more than twice as frequent; names and numbers belong to
    neither and stay.

    Args:
        vectors: token vectors that stage 1 aligned, shape (vocabulary, dimensions).
        parallel: the task of parallel sentences, foreign on the left, English on the right.
        languages: the foreign language of each of its rows.
        numbers: `language` to exchange, `count` and `cosine` that a token and its exchange need at least.
    """
    size = len(vectors)
    chosen = parallel.left[np.array(languages) == numbers["language"]]
    foreign = np.bincount(parallel.bags.take(chosen).tokens, minlength=size)
    english = np.bincount(parallel.bags.take(parallel.right).tokens, minlength=size)
    shares = foreign / max(1, foreign.sum()), english / max(1, english.sum())
    ours = np.flatnonzero((foreign >= numbers["count"]) & (shares[0] > 2 * shares[1]))
    theirs = np.flatnonzero((english >= numbers["count"]) & (shares[1] > 2 * shares[0]))
    table = np.arange(size)
    if not len(theirs):
        return table
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    for start in range(0, len(ours), 2048):
        part = ours[start : start + 2048]
        cosines = units[part] @ units[theirs].T
        near = cosines.max(axis=1) > numbers["cosine"]
        table[part[near]] = theirs[cosines.argmax(axis=1)[near]]
    log.info("%d of %d tokens have an exchange", (table != np.arange(size)).sum(), len(ours))
    return table


def exchanged(bags: Bags, table: Ints, chance: float, rng: np.random.Generator) -> Bags:
    """Return the bags, each with probability `chance` with all its tokens exchanged."""
    chosen = np.repeat(rng.random(len(bags)) < chance, np.diff(bags.starts))
    return Bags(np.where(chosen, table[bags.tokens], bags.tokens), bags.starts)
