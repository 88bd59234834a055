"""The store: one SQLite file that holds everything, from which the other parts can be made again."""

from __future__ import annotations

import logging
import queue
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from assistant.errors import IndexBusy, IndexDamaged, IndexNotWritable, IndexProblem
from assistant.index.alike import holds_name, is_outlet
from assistant.index.files import no_permission, no_space
from assistant.index.migrations import is_current, migrate, refuse_newer, version

logger = logging.getLogger(__name__)

Connection = sqlite3.Connection

NAME = "store.sqlite"

BUSY_TIMEOUT_S = 30.0
"""How long SQLite itself waits. Writers are kept apart by the write lock, so only checkpoints ever meet."""


class Store:
    """A pool of connections to the store: any thread may read at any time, one may write.

    Connections are taken from a pool, not kept per thread: servers start and end threads as they like.
    """

    def __init__(self, folder: Path, *, writable: bool) -> None:
        self.path = folder / NAME
        self.writable = writable
        self._folder = folder
        self._pool: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._closed = False
        self._seen = self._signature()

    @classmethod
    def open(cls, folder: Path, *, writable: bool) -> Store:
        """Open the store of a folder, make its tables if it has none, and bring it up to date.

        A caller that may create or migrate the store holds the write lock.

        Raises:
            IndexDamaged: the file cannot be read as a store.
            IndexMismatch: a newer version made it.
            IndexNotWritable: it must be brought up to date and may only be read.
        """
        store = cls(folder, writable=writable)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    def _prepare(self) -> None:
        with self._connection() as connection:
            found = version(connection)
            if self.writable:
                # Durable before anyone hears of it: the ids of a lost commit could otherwise be given away
                # twice.
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection)
            else:
                refuse_newer(found)
                if not is_current(found):
                    raise no_permission(self._folder)

    def close(self) -> None:
        """Close all connections; the last one to close folds the log into the store."""
        self._closed = True
        with suppress(queue.Empty):
            while True:
                self._pool.get_nowait().close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read from one unchanging state of the store."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Change the store: all of it is committed at the end, or nothing."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def generation(self) -> int:
        """Return the generation that is committed now; cheap enough for every search."""
        if not self.writable:
            self._notice_replacement()
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        if row is None:
            raise IndexDamaged(f"the store {self.path} has no generation", _DAMAGED_HINT)
        return int(row[0])

    def vacuum(self) -> None:
        """Write the store anew: SQLite leaves copies of rows that moved in the gaps of its pages."""
        with self._connection() as connection:
            connection.execute("VACUUM")

    def copy_into(self, path: Path) -> None:
        """Write the present state into a new file, without what was removed; others may write meanwhile."""
        with self._connection() as connection:
            connection.execute("VACUUM INTO ?", (str(path),))

    def checkpoint(self) -> bool:
        """Fold the log into the store and empty it; return whether no reader was in the way."""
        with self._connection() as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def problems(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file."""
        with self._connection() as connection:
            rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            foreign = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
        return rows + [f"row {row[1]} of {row[0]} belongs to nothing" for row in foreign]

    def reindex(self) -> None:
        """Make SQLite's own indexes again from the rows."""
        with self._connection() as connection:
            connection.execute("REINDEX")

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            try:
                connection = self._pool.get_nowait()
            except queue.Empty:
                connection = self._connect()
            try:
                yield connection
            except BaseException:
                # A traceback may hold what was half read; such a connection can no longer compact the store.
                connection.close()
                raise
            if self._closed:
                connection.close()
            else:
                self._pool.put(connection)
        except sqlite3.Error as error:
            problem = self._problem(error)
            if problem is None:
                raise
            raise problem from error
        except UnicodeDecodeError as error:  # Python fails to read a message of SQLite's that quotes damaged bytes
            raise IndexDamaged(f"the store {self.path} cannot be read: {error}", _DAMAGED_HINT) from error

    def _connect(self) -> Connection:
        if self._closed:
            raise IndexProblem(f"the index {self._folder} is closed", "open it again")
        # A store that may only be read has no log to write to. With a log there, another user has it open.
        mode = "rw" if self.writable else "ro" if self._has_log() else "ro&immutable=1"
        if self.writable and not self.path.exists():
            mode = "rwc"
        connection = sqlite3.connect(
            f"file:{quote(str(self.path.absolute()))}?mode={mode}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.create_function("is_outlet", 2, is_outlet, deterministic=True)
            connection.create_function("holds_name", 2, holds_name, deterministic=True)
            connection.create_function("crc32", 1, zlib.crc32, deterministic=True)
            # A damaged byte must not end the reading: what it makes of a text does not fit the seal of the article.
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA user_version").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _has_log(self) -> bool:
        log = self.path.with_name(NAME + "-wal")
        return log.exists() and log.stat().st_size > 0

    def _signature(self) -> tuple[int, int, bool] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, self._has_log()

    def _notice_replacement(self) -> None:
        # An immutable connection never looks again whether somebody else has changed the file: open it anew
        # then.
        signature = self._signature()
        if signature != self._seen:
            self._seen = signature
            with suppress(queue.Empty):
                while True:
                    self._pool.get_nowait().close()

    def _problem(self, error: sqlite3.Error) -> IndexProblem | None:
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and code in _WRITE_FAILURES):
            return no_space(self._folder)
        if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN) and self.path.exists():
            if self.writable or not self._has_log():
                return no_permission(self._folder)
            return IndexNotWritable(
                f"the index {self._folder} was left in the middle of a write and may only be read here",
                "open it once where it may be written, or copy the folder",
            )
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return IndexBusy(f"another process keeps the store {self.path} locked", "wait until it has finished")
        if primary in _DAMAGE or "no such table" in str(error) or "no such column" in str(error):
            return IndexDamaged(f"the store {self.path} cannot be read: {error}", _DAMAGED_HINT)
        return None


_DAMAGED_HINT = "restore the index folder from a backup, or delete it and add the articles again"
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
_WRITE_FAILURES = (
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
)
