"""How often one reader may do something."""

from __future__ import annotations

import threading
import time
from collections import deque


class Pace:
    """Lets each reader do something `most` times in `seconds`. Safe to use from several threads."""

    def __init__(self, most: int, seconds: float = 60.0) -> None:
        self.most = most
        self._seconds = seconds
        self._times: dict[object, deque[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, who: object) -> float:
        """Count one more and return 0, or return how many seconds to wait: then it is not counted."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            times = self._times.setdefault(who, deque())
            if len(times) >= self.most:
                return self._seconds - (now - times[0])
            times.append(now)
            return 0.0

    def is_spent(self, who: object) -> bool:
        """Say whether a reader has to wait; nothing is counted."""
        with self._lock:
            self._forget(time.monotonic())
            return len(self._times.get(who, ())) >= self.most

    def _forget(self, now: float) -> None:
        for who, times in list(self._times.items()):
            while times and now - times[0] >= self._seconds:
                times.popleft()
            if not times:
                del self._times[who]
