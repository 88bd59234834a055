"""What a watch remembers, beside the index: what is watched, what was seen of it, and when to look again.

Each step is committed at once, so that a watch that is killed goes on where it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingsError
from assistant.fetch.limits import NOTHING_KNOWN, Validators

SUFFIX = ".watch.sqlite"
TABLES = (
    """CREATE TABLE IF NOT EXISTS watched (
        place TEXT PRIMARY KEY, every_s REAL NOT NULL, due REAL NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,
        n_failures INTEGER NOT NULL, said TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS seen (
        place TEXT NOT NULL, item TEXT NOT NULL, version TEXT NOT NULL, n_failures INTEGER NOT NULL, due REAL NOT NULL,
        PRIMARY KEY (place, item)) WITHOUT ROWID""",
)
BUSY_S = 30.0
FAILED = ""
"""The version of an item that could not be read yet."""


@dataclass(frozen=True)
class Watched:
    """A place that is watched: how often, when next (seconds since 1970), and how often it failed in a row, with the last reason."""

    place: str
    every_s: float
    due: float = 0.0
    validators: Validators = NOTHING_KNOWN
    n_failures: int = 0
    said: str = ""


@dataclass(frozen=True)
class Seen:
    """A file or an article of a place: the version that is in the index, or when to try again what could not be read."""

    version: str
    n_failures: int = 0
    due: float = 0.0


class State:
    """The memory of the watches of one index."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._transaction() as connection:
                for statement in TABLES:
                    connection.execute(statement)
        except sqlite3.Error as error:
            raise SettingsError(f"the memory of the watch, {path}, cannot be used: {error}", "move it away; it is made again") from error

    @classmethod
    def beside(cls, index: Path) -> State:
        """Return the memory that lies beside an index."""
        return cls(index.with_name(index.name + SUFFIX))

    def watched(self) -> list[Watched]:
        """Return what is watched, in the order of its names."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT place, every_s, due, etag, last_modified, n_failures, said FROM watched ORDER BY place")
            return [Watched(row[0], row[1], row[2], Validators(row[3], row[4]), row[5], row[6]) for row in rows]

    def put(self, watched: Watched) -> None:
        """Remember a place, or what has become of it."""
        values = (watched.place, watched.every_s, watched.due, watched.validators.etag, watched.validators.last_modified)
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO watched VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, watched.n_failures, watched.said))

    def forget(self, place: str) -> bool:
        """Forget a place and what was seen of it; say whether it was watched."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM seen WHERE place = ?", (place,))
            return connection.execute("DELETE FROM watched WHERE place = ?", (place,)).rowcount > 0

    def seen(self, place: str) -> dict[str, Seen]:
        """Return what was seen of a place: item -> what is known of it."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT item, version, n_failures, due FROM seen WHERE place = ?", (place,))
            return {item: Seen(*rest) for item, *rest in rows}

    def put_seen(self, place: str, items: dict[str, Seen]) -> None:
        """Remember what was seen of a place."""
        rows = [(place, item, one.version, one.n_failures, one.due) for item, one in items.items()]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", rows)

    def drop_seen(self, place: str, items: list[str]) -> None:
        """Forget items of a place."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM seen WHERE place = ? AND item = ?", [(place, item) for item in items])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.close()
