"""Who may write, and who may read meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import IndexBusy
from assistant.index.files import no_permission, not_writable

if TYPE_CHECKING:
    from filelock import BaseFileLock

WRITE_TIMEOUT_S = 60.0
"""How long a write waits for another: a large batch and a compaction take seconds, not minutes."""


class WriteLock:
    """One writer at a time, over all threads and processes; the same thread may take it again.

    The system releases it when a process dies, so a crash leaves no stale lock behind.
    """

    def __init__(self, folder: Path, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._folder = folder
        self._thread = threading.RLock()
        self._file: BaseFileLock | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            IndexBusy: another writer did not finish in time.
            IndexNotWritable: the folder may only be read.
        """
        if not self._acquire(self.timeout_s):
            raise IndexBusy(
                f"another process is writing to the index {self._folder}",
                "wait until it has finished, or stop it, and run the command again",
            )
        try:
            yield
        finally:
            self._release()

    @contextmanager
    def held_if_free(self) -> Iterator[bool]:
        """Hold the lock if nobody else does; yield whether it is held."""
        held = self._acquire(0.0)
        try:
            yield held
        finally:
            if held:
                self._release()

    def _acquire(self, timeout_s: float) -> bool:
        if not self._thread.acquire(timeout=timeout_s):
            return False
        from filelock import FileLock, Timeout  # late: it brings asyncio, and most commands write nothing

        try:
            self._file = self._file or FileLock(self._folder / "write.lock", thread_local=False)
            self._file.acquire(timeout=timeout_s, poll_interval=0.02)
        except BaseException as error:
            self._thread.release()
            if isinstance(error, Timeout):
                return False
            problem = not_writable(error, self._folder) if isinstance(error, OSError) else None
            if problem is not None:
                raise (no_permission(self._folder) if isinstance(error, PermissionError) else problem) from error
            raise
        return True

    def _release(self) -> None:
        assert self._file is not None, "it was acquired"
        self._file.release()
        self._thread.release()


class SharedLock:
    """Many readers or one writer, within a process. A waiting writer goes before new readers.

    A reader must not take it twice in one thread.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._n_readers = 0
        self._n_waiting = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock together with other readers."""
        with self._condition:
            self._condition.wait_for(lambda: not self._writing and not self._n_waiting)
            self._n_readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._n_readers -= 1
                if not self._n_readers:
                    self._condition.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock alone."""
        with self._condition:
            self._n_waiting += 1
            try:
                self._condition.wait_for(lambda: not self._writing and not self._n_readers)
            finally:
                self._n_waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._condition.notify_all()
