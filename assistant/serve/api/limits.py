"""Limits: how much is worked on at once, how much waits, and how often one may come."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
from anyio import CapacityLimiter

from assistant.serve.api.problems import Problem

T = TypeVar("T")
Given = TypeVarTuple("Given")

REMEMBERED = 10_000
"""Callers whose rate is known at once; who has not come for longest is forgotten first, with a full allowance again."""


class Gate:
    """Lets so many pieces of work run at once, in threads, and so many wait; what comes then is refused at once, not late."""

    def __init__(self, running: int, waiting: int) -> None:
        self._limiter = CapacityLimiter(running)
        self._waiting = waiting
        self._inside = 0
        self.closed = False

    @property
    def waiting(self) -> int:
        """How much waits."""
        return max(0, self._inside - int(self._limiter.total_tokens))

    @property
    def inside(self) -> int:
        """How much runs or waits."""
        return self._inside

    async def run(self, call: Callable[[*Given], T], *given: *Given) -> T:
        """Run a call in a thread when its turn comes. One who is cancelled while it waits is not run at all.

        Raises:
            Problem: 503, too much waits already, or the server is about to stop.
        """
        if self.closed:
            raise Problem(503, "stopping", "The server is about to stop", "try again in a moment")
        if self._inside >= self._limiter.total_tokens + self._waiting:
            raise Problem(503, "busy", "The server has too much to do", "try again in a moment, or with fewer requests at once")
        return await self.go_on(call, *given)

    async def go_on(self, call: Callable[[*Given], T], *given: *Given) -> T:
        """Run a further part of what was let in already."""
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(call, *given, limiter=self._limiter)
        finally:
            self._inside -= 1


class Rates:
    """How often each caller may come: `per_minute` on average, a quarter of it at once; 0 is no limit."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._most = max(1.0, per_minute / 4)
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> float:
        """Count a request and return 0, or return the seconds until the next one may come."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._clock()
            left, seen = self._known.pop(caller, (self._most, now))
            left = min(self._most, left + (now - seen) * self._rate)
            wait = 0.0 if left >= 1 else (1 - left) / self._rate
            self._known[caller] = (left if wait else left - 1, now)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return wait
