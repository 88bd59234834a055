"""What the derived parts read of the store to follow it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.index import changes
from assistant.index.store import Connection

if TYPE_CHECKING:
    from assistant.index.rows import Halves, Ids

_BATCH = 4096


class Document(NamedTuple):
    """A passage as the lexical part takes it: its terms joined by spaces."""

    passage_id: int
    terms: str


class VectorChange(NamedTuple):
    """A step for the vectors: ids to drop, rows to add in the order of their ids, the generation reached."""

    generation: int
    removed: Ids
    added: Ids
    rows: Halves


def _first_after(connection: Connection, since: int) -> int:
    # Ids grow with the generations, so what came later starts here. Asked for both at once, SQLite would read
    # every passage.
    row = connection.execute("SELECT id FROM passages WHERE generation > ? ORDER BY generation, id LIMIT 1", (since,)).fetchone()
    return 2**63 - 1 if row is None else int(row[0])


def documents(connection: Connection, since: int) -> Generator[Document, None, None]:
    """Yield the passages that came after a generation; close it to let go of the store."""
    rows = connection.execute(
        """SELECT p.id, t.terms FROM passages AS p JOIN terms AS t ON t.passage_id = p.id
           WHERE p.id >= ? ORDER BY p.id""",
        (_first_after(connection, since),),
    )
    for passage_id, terms in rows:
        yield Document(passage_id, terms)


def removed_since(connection: Connection, since: int) -> Ids:
    """Return the ids of the passages that went after a generation."""
    rows = connection.execute("SELECT passage_id FROM removed WHERE generation > ?", (since,))
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def vector_changes(connection: Connection, since: int, dimensions: int) -> Generator[VectorChange, None, None]:
    """Yield, a batch at a time, what brings vectors from a generation to the present one."""
    generation = int(changes.get(connection, "generation", "0"))
    gone = removed_since(connection, since)
    nothing = np.empty(0, dtype=np.int64)
    cursor = connection.execute(
        """SELECT p.id, v.vector FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id
           WHERE p.id >= ? ORDER BY p.id""",
        (_first_after(connection, since),),
    )
    while rows := cursor.fetchmany(_BATCH):
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        halves = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), dimensions)
        yield VectorChange(since, gone, ids, halves)  # only the last one completes the generation
        gone = nothing
    yield VectorChange(generation, gone, nothing, np.empty((0, dimensions), dtype=np.float16))
