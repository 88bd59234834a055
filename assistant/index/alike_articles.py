"""Near copies: articles that share most of their words, as wire reports in several outlets do.

A fingerprint (`text.fingerprints`) is a MinHash: the number of word triples of a text and, for each of its positions, the least hash of
them. Two texts agree in a position with the probability that their triples overlap (Jaccard). Rows of the fingerprint make a band; texts
that share a band are compared. A pair is kept when so large a share of the shorter text's triples stands in the longer one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.index.store import Connection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROWS = 3
"""Positions in a band: with 42 bands, texts that share a third of their triples meet with a probability of .79, a half .996."""
SHARE = 0.5
"""The least share of the shorter text that counts as a copy. In the half of `tests/golden/stories.toml` that may be looked at, copies
that were cut and got another beginning and end share .70 and more, different reports of one event .21 and less."""
LEAST_TRIPLES = 20
"""Shorter texts are copies only of texts with the same triples: a notice of two lines is much like the next one."""
MOST_IN_BAND = 200
"""A band that more articles share is a formula of the trade (`Liveticker`), not a copy."""


def put_fingerprint(connection: Connection, article_id: int, fingerprint: bytes) -> None:
    """Store the fingerprint of an article and note of which articles it is a near copy."""
    connection.execute("INSERT OR REPLACE INTO fingerprints VALUES (?, ?)", (article_id, fingerprint))
    bands = list(_bands(fingerprint))
    others: dict[int, None] = {}
    # Most bands are new: one question tells which are not, instead of one for each.
    slots = ", ".join("?" * len(bands))
    for (band,) in connection.execute(f"SELECT DISTINCT band FROM bands WHERE band IN ({slots})", bands).fetchall():
        found = connection.execute("SELECT article_id FROM bands WHERE band = ? LIMIT ?", (band, MOST_IN_BAND + 1)).fetchall()
        if len(found) <= MOST_IN_BAND:
            others.update(dict.fromkeys(row[0] for row in found))
    connection.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((band, article_id) for band in bands))
    for other_id in others:
        row = connection.execute("SELECT fingerprint FROM fingerprints WHERE article_id = ?", (other_id,)).fetchone()
        share = shared(fingerprint, row[0]) if row and other_id != article_id else 0.0
        if share >= SHARE:
            pairs = [(article_id, other_id, share), (other_id, article_id, share)]
            connection.executemany("INSERT OR REPLACE INTO copies VALUES (?, ?, ?)", pairs)


def shared(one: bytes, other: bytes) -> float:
    """Return the share of the shorter text's triples that stand in the longer text, as two fingerprints estimate it."""
    import numpy as np

    (n_one, a), (n_other, b) = _read(one), _read(other)
    if len(a) != len(b) or not len(a):
        return 0.0
    alike = float(np.mean(a == b))
    if min(n_one, n_other) < LEAST_TRIPLES:
        return float(alike == 1.0 and n_one == n_other)
    return min(1.0, alike / (1.0 + alike) * (n_one + n_other) / min(n_one, n_other))


def copies_of(connection: Connection, article_id: int) -> list[int]:
    """Return the near copies of an article, and their near copies, without itself."""
    rows = connection.execute(
        """WITH RECURSIVE alike (id) AS (SELECT ?1 UNION SELECT c.other_id FROM copies AS c JOIN alike ON c.article_id = alike.id)
           SELECT id FROM alike WHERE id <> ?1 ORDER BY id""",
        (article_id,),
    )
    return [int(row[0]) for row in rows]


def groups(connection: Connection) -> list[list[int]]:
    """Return all groups of near copies, each with its articles in order, the oldest group first."""
    joined: dict[int, list[int]] = {}
    for one, other in connection.execute("SELECT article_id, other_id FROM copies WHERE article_id < other_id ORDER BY 1, 2"):
        left, right = joined.setdefault(one, [one]), joined.setdefault(other, [other])
        if left is not right:
            left += right
            joined.update(dict.fromkeys(right, left))
    return sorted(sorted(group) for group in {id(group): group for group in joined.values()}.values())


def with_fingerprint(connection: Connection) -> set[int]:
    """Return the articles that have a fingerprint."""
    return {int(row[0]) for row in connection.execute("SELECT article_id FROM fingerprints")}


def stray_bands(connection: Connection) -> list[int]:
    """Return the articles whose bands are not those of their fingerprint, or whose pairs stand in one direction only."""
    stray = set()
    for article_id, fingerprint in connection.execute("SELECT article_id, fingerprint FROM fingerprints").fetchall():
        found = {row[0] for row in connection.execute("SELECT band FROM bands WHERE article_id = ?", (article_id,))}
        if found != set(_bands(fingerprint)):
            stray.add(int(article_id))
    lonely = connection.execute(
        """SELECT article_id FROM copies AS c WHERE NOT EXISTS
           (SELECT 1 FROM copies AS d WHERE d.article_id = c.other_id AND d.other_id = c.article_id AND d.share = c.share)"""
    )
    return sorted(stray | {int(row[0]) for row in lonely})


def rebuild_copies(connection: Connection) -> None:
    """Find all near copies again from the fingerprints."""
    kept = connection.execute("SELECT article_id, fingerprint FROM fingerprints ORDER BY article_id").fetchall()
    connection.execute("DELETE FROM bands")
    connection.execute("DELETE FROM copies")
    for article_id, fingerprint in kept:
        put_fingerprint(connection, article_id, fingerprint)


def _read(fingerprint: bytes) -> tuple[int, NDArray[np.uint32]]:
    import numpy as np

    values = np.frombuffer(fingerprint, dtype="<u4")
    return (int(values[0]), values[1:]) if len(values) else (0, values)


def _bands(fingerprint: bytes) -> Iterator[int]:
    values: Sequence[int] = range(4, len(fingerprint) - 4 * ROWS + 1, 4 * ROWS)
    for number, at in enumerate(values):
        band = hashlib.blake2b(fingerprint[at : at + 4 * ROWS], digest_size=8, salt=number.to_bytes(2, "big")).digest()
        yield int.from_bytes(band, "big", signed=True)
