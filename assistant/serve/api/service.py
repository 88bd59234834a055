"""What the endpoints share: the indexes, the accounts, the limits and the counts."""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import cached_property, partial
from pathlib import Path

import anyio
from filelock import FileLock

from assistant.accounts.jobs import Jobs
from assistant.accounts.keys import Keys
from assistant.accounts.replies import Replies
from assistant.accounts.store import Accounts
from assistant.assistant import Assistant
from assistant.index.manifest import read_manifest
from assistant.serve.api.counting import Counts
from assistant.serve.api.limits import Gate, Rates
from assistant.serve.api.problems import Problem
from assistant.serve.ui.indexes import OpenIndexes
from assistant.settings import Settings, accounts_path, index_path

WAITING = 128
"""Requests that wait at most: at fifty answers a second the last of them waits less than three seconds."""
WAITING_FOR_MODEL = 32
"""Threads when a language model phrases the answers: most of them only wait for it."""

WARMING = "what happened?"


class Service:
    """Everything that outlasts a request. Safe to use from several threads."""

    def __init__(self, settings: Settings, indexes: OpenIndexes, asked_for: str = "", accounts: Path | None = None) -> None:
        self.settings = settings
        self.asked_for = asked_for
        self.indexes = indexes
        self.counts = Counts()
        threads = WAITING_FOR_MODEL if settings.llm_url else max(2, min(4, os.cpu_count() or 2))
        self.gate = Gate(threads, WAITING)
        self.writing = Gate(1, WAITING)
        self.rates = Rates(settings.rate_per_minute / max(1, settings.workers))
        self._accounts_path = accounts or accounts_path()
        self._accounts: Accounts | None = None
        self._opened: dict[str, Assistant] = {}
        self._lock = threading.Lock()
        self.closing: list[Callable[[], None]] = []

    # The indexes

    def assistant(self, name: str = "", *, writing: bool = False) -> Assistant:
        """Return the assistant of an index, by the name that is told outside; "" is the one that the server was started with.

        Raises:
            Problem: there is none with this name.
            AssistantError: it cannot be opened.
        """
        wanted = name or self._default(writing)
        if (known := self._opened.get(wanted)) is not None:
            return known
        found = self._known_as(wanted, writing)
        assistant = self._create(found) if writing and read_manifest(index_path(found)) is None else self.indexes.open(found)
        with self._lock:
            self._opened[wanted] = assistant
        return assistant

    async def opened(self, name: str = "", *, writing: bool = False) -> Assistant:
        """Return the assistant of an index as `assistant` does; one that is not open yet is opened in a thread."""
        known = self._opened.get(name or self._default(writing))
        return known if known is not None else await anyio.to_thread.run_sync(partial(self.assistant, name, writing=writing))

    def names(self) -> list[str]:
        """Return the names of the indexes that can be asked, the default first."""
        there = [choice.name for choice in self.indexes.choices() if read_manifest(index_path(choice.name)) is not None]
        default = public_name(self._default(False))
        return sorted({public_name(name) for name in there}, key=lambda name: (name != default, name))

    def _default(self, writing: bool) -> str:
        """Return the index that is meant when none is named; what is added never goes to samples that nobody asked for."""
        name = self.asked_for or self.settings.index
        if writing or self.asked_for or name in self._opened or read_manifest(index_path(name)) is not None:
            return public_name(name)
        return public_name(self.indexes.first().name)

    def _known_as(self, name: str, writing: bool) -> str:
        """Return the name or path that a public name stands for; what comes from outside is never taken for a path."""
        for choice in self.indexes.choices():
            if public_name(choice.name) == name:
                if writing or read_manifest(index_path(choice.name)) is not None:
                    return choice.name
                break
        raise Problem(404, "unknown-index", "There is no such index", "see the names at /v1/models; add articles to make the default one")

    def _create(self, name: str) -> Assistant:
        Assistant.open(index_path(name), settings=self.settings).close()
        return self.indexes.open(name)

    # The accounts

    @property
    def accounts(self) -> Accounts:
        """The accounts; the file is made when something is first kept in it."""
        with self._lock:
            if self._accounts is None:
                self._accounts = Accounts.open(self._accounts_path)
            return self._accounts

    @property
    def keys(self) -> Keys | None:
        """The keys, None when there is no file of accounts."""
        if self._accounts is None and not self._accounts_path.exists():
            return None
        return Keys(self.accounts)

    @property
    def needs_key(self) -> bool:
        """Say whether requests need a key: on any address but this machine's own, and as soon as there is a key or a user."""
        keys = self.keys
        return not self.is_local or (keys is not None and (keys.any() or bool(self.accounts.rows("SELECT 1 FROM users LIMIT 1"))))

    @cached_property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.settings.host)

    @property
    def jobs(self) -> Jobs:
        """The jobs."""
        return Jobs(self.accounts)

    @property
    def replies(self) -> Replies:
        """The replies to requests with an idempotency key."""
        return Replies(self.accounts)

    def alone(self, kind: str) -> AbstractContextManager[object]:
        """Return what is held while a job of a kind runs: no other process runs one of that kind meanwhile."""
        return FileLock(self._accounts_path.with_name(f"{kind}.lock"))

    def warm(self) -> None:
        """Open the index that is meant when none is named, and load what the first question needs."""
        if self.names():
            with closing(self.assistant().stream(WARMING)) as answers:
                next(answers)

    def stop(self) -> None:
        """Take no more work, and end what runs beside the requests."""
        self.gate.closed = self.writing.closed = True
        for close in self.closing:
            close()

    def close(self) -> None:
        """Close the accounts; the indexes belong to who opened them."""
        self.stop()
        with self._lock:
            if self._accounts is not None:
                self._accounts.close()
                self._accounts = None


def public_name(name: str) -> str:
    """Return what an index is called outside: of a path only its last part."""
    return Path(name).name or name


def is_loopback(host: str) -> bool:
    """Say whether an address is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
