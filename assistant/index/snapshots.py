"""The vectors that are served: a snapshot on disk, and what the store has had since."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from assistant.errors import IndexNotWritable
from assistant.index import following, rows, vectors
from assistant.index.manifest import VectorPart, read_manifest
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex

logger = logging.getLogger(__name__)

SNAPSHOT_MIN = 1000
SNAPSHOT_SHARE = 0.1
"""The snapshot is written anew when so many passages have come or gone since, or this share of all. The store
gives 1,000 rows in milliseconds, and growing by a tenth keeps the rewriting of a long add linear."""
EXACT_UP_TO = 100_000
"""Passages up to which every vector is compared; above, a sketch says which. See `docs/speed.md`."""
EXACT_AGAIN = 0.8
"""The share of that number below which it is exact again, so that a few removals and additions do not go to and fro."""


class Snapshots:
    """The vectors of one index: loaded with the first search, then following the store."""

    def __init__(self, folder: Path, store: Store, uid: str) -> None:
        self.folder = folder
        self.store = store
        self.uid = uid
        self.exact_up_to = EXACT_UP_TO
        self._following = threading.RLock()
        self._served: VectorIndex | None = None
        self.damaged = False

    def current(self) -> VectorIndex:
        """Return the vectors of the newest generation."""
        served = self._served
        if served is None or served.generation != self.store.generation():
            with self._following:
                served = self._served = self._follow(self._served)
        return served

    def forget(self) -> None:
        """Let go of what is in memory; the next search loads it again."""
        self._served = None

    def trusted(self, part: VectorPart | None, facts: Mapping[str, str]) -> VectorPart | None:
        """Return the part when the snapshot can be what the manifest says; loading compares the checksum."""
        if part is None or not int(facts["vectors_since"]) <= part.generation <= int(facts["generation"]):
            return None
        try:
            size = (self.folder / vectors.NAME).stat().st_size
        except OSError:
            return None
        return part if size == part.size_bytes else None

    def due(self, part: VectorPart | None, facts: Mapping[str, str]) -> bool:
        """Say whether so much has changed since the snapshot that it is worth writing it anew."""
        n_passages = int(facts["n_passages"])
        pending = n_passages if part is None else int(facts["n_changes"]) - part.n_changes
        return pending > max(SNAPSHOT_MIN, SNAPSHOT_SHARE * n_passages)

    def save(self, facts: Mapping[str, str]) -> VectorPart | None:
        """Write the snapshot and return what the manifest must say; None when there is no space for it."""
        try:
            return self._arranged().save(self.folder, int(facts["n_changes"]))
        except IndexNotWritable as error:  # it only makes opening faster
            self.drop()
            logger.warning("%s; the vectors are read from the store instead", error)
            return None

    def _arranged(self) -> VectorIndex:
        """Return the vectors as their number asks for: only who saves them takes the time; those who read load what was saved."""
        served = self.current()
        n = served.n_passages
        wanted = n > self.exact_up_to * (1.0 if served.exact else EXACT_AGAIN)
        if wanted == served.exact:
            served = self._served = served.sketched(wanted)  # under the write lock: nothing is followed meanwhile
        return served

    def drop(self) -> None:
        """Delete the snapshot."""
        with suppress(OSError):
            (self.folder / vectors.NAME).unlink(missing_ok=True)

    def _follow(self, served: VectorIndex | None) -> VectorIndex:
        with self.store.read() as connection:
            facts = rows.meta(connection)
            generation, since = int(facts["generation"]), int(facts["vectors_since"])
            dimensions = int(facts["encoder_dimensions"])
            if served is None:
                served = self._load(facts)
            if served is None or not since <= served.generation <= generation:
                served = VectorIndex(dimensions)
            with closing(following.vector_changes(connection, served.generation, dimensions)) as steps:
                for change in steps:
                    served.apply(change)
        return served

    def _load(self, facts: Mapping[str, str]) -> VectorIndex | None:
        for _ in range(2):  # another process may replace the snapshot between its manifest and its bytes
            manifest = read_manifest(self.folder)
            if manifest is None or manifest.uid != self.uid or manifest.vectors is None:
                return None
            part = self.trusted(manifest.vectors, facts)
            if part is not None:
                loaded = VectorIndex.load(self.folder, part, int(facts["encoder_dimensions"]))
                if loaded is not None:
                    return loaded
        self.damaged = True
        return None
