"""What was read from the store is kept while nothing changes: an answer asks for the same articles a hundred times."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 4_096
"""Articles, and as many of everything else that are kept: with articles of 5 kB some 50 MB."""


@dataclass
class Shelf:
    """What was read of one generation, by what it is and by its key. Shared by threads; each entry is made once or twice, never changed."""

    generation: int
    known: dict[str, dict[Hashable, Any]] = field(default_factory=dict)

    def put(self, kind: str, key: Hashable, value: Any) -> None:
        """Keep a value; when there are too many of a kind, all of them are read anew."""
        of_kind = self.known.setdefault(kind, {})
        if len(of_kind) >= MOST:
            of_kind = self.known[kind] = {}
        of_kind[key] = value


class Keeping:
    """Keeps what is read within `held`, in the thread that holds."""

    def __init__(self) -> None:
        self._shelf = Shelf(-1)
        self._here = threading.local()

    @property
    def held(self) -> Shelf | None:
        """What this thread holds on to."""
        shelf: Shelf | None = getattr(self._here, "shelf", None)
        return shelf

    @contextmanager
    def hold(self, generation: int) -> Iterator[None]:
        """Take what is read in this thread from what was kept of a generation."""
        if self._shelf.generation != generation:
            self._shelf = Shelf(generation)
        before, self._here.shelf = self.held, self._shelf
        try:
            yield
        finally:
            self._here.shelf = before

    def one(self, kind: str, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was kept, else read it; outside of `hold` it is always read."""
        shelf = self.held
        if shelf is None:
            return read()
        found = shelf.known.get(kind, {}).get(key)
        if found is None:
            found = read()
            shelf.put(kind, key, found)
        value: T = found
        return value

    def many(self, kind: str, keys: Sequence[int], read: Callable[[Sequence[int]], list[T]], key_of: Callable[[T], int]) -> list[T]:
        """Return what was kept of each key and read the others at once, in the order of the keys; what is not there is left out."""
        shelf = self.held
        if shelf is None:
            return read(keys)
        of_kind = shelf.known.get(kind, {})
        found = {key: of_kind[key] for key in keys if key in of_kind}
        if missing := [key for key in keys if key not in found]:
            for value in read(missing):
                found[key_of(value)] = value
                shelf.put(kind, key_of(value), value)
        return [found[key] for key in keys if key in found]
