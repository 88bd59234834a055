"""The derived parts of an open index, and how they follow the store.

A write commits to the store and then calls `catch_up`, which is also all that recovery is: whatever a crash
left undone, the next writer, or the next reader that may write, does in the same way. A reader never waits
for a commit of
somebody else: it serves the lexical part as it was, without what has been removed since, until the new one is
complete.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from assistant.errors import IndexDamaged, IndexNotWritable
from assistant.index import changes, following, lexical, rows
from assistant.index.files import sweep, writing
from assistant.index.lexical import LexicalIndex
from assistant.index.locks import WriteLock
from assistant.index.manifest import (
    EncoderInfo,
    LexicalPart,
    Manifest,
    agree,
    read_manifest,
    recorded_manifest,
    write_manifest,
)
from assistant.index.segments import read_opstamp
from assistant.index.snapshots import Snapshots
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex

logger = logging.getLogger(__name__)

OPEN_WAIT_S = 10.0
"""How long an opening reader waits for the writer that holds the lock to complete the parts."""

RETRY_S = 30.0
"""How long a reader that could not complete the parts (the disk is full) goes on before it tries again."""


class Parts:
    """Manifest, lexical part and vectors of one index folder, following one store."""

    def __init__(self, folder: Path, store: Store, lock: WriteLock) -> None:
        self.folder = folder
        self.store = store
        self.lock = lock
        with store.read() as connection:
            self.manifest = recorded_manifest(rows.meta(connection))
        self.uid = self.manifest.uid
        self.snapshots = Snapshots(folder, store, self.uid)
        self._state = threading.RLock()
        self._lexical: LexicalIndex | None = None
        self._sound: set[str] = set()
        self._complete_at = -1
        self._others_write = False
        self.retry_at = 0.0

    @property
    def encoder(self) -> EncoderInfo:
        """The encoder that made the vectors."""
        return self.manifest.encoder

    def open(self) -> None:
        """Make all parts usable: complete them, wait for who does, or make do with the store."""
        deadline, wanted = time.monotonic() + OPEN_WAIT_S, self.refresh()
        while self._others_write and time.monotonic() < deadline:
            # Not the newest generation, which one who writes without a pause keeps out of reach.
            if self._complete_at >= 0 or (self._lexical is not None and self._lexical.generation >= wanted):
                return
            time.sleep(0.05)
            self.refresh()

    def refresh(self) -> int:
        """Notice what has been committed by anyone, and return the generation that is served now."""
        generation = self.store.generation()
        # Whoever finds another thread at it goes on with what there is: no search waits for a commit.
        if generation != self._complete_at and self._state.acquire(blocking=False):
            try:
                self._advance()
            finally:
                self._state.release()
        return generation

    def lexical(self) -> LexicalIndex:
        """The lexical part as it is served now; perhaps a generation behind while another process commits."""
        served = self._lexical
        if served is None:
            with self._state:
                served = self._lexical = self._lexical or self._lexical_from_store()
        return served

    def vectors(self) -> VectorIndex:
        """The vectors of the newest generation, loaded with the first call."""
        served = self.snapshots.current()
        if self.snapshots.damaged and self.store.writable:
            self.snapshots.damaged = False
            self._replace_snapshot()
        return served

    def close(self) -> None:
        """Let go of the parts."""
        self._lexical = None
        self.snapshots.forget()

    # For the writer, which holds the write lock.

    def catch_up(self) -> None:
        """Bring every part to the generation of the store.

        Raises:
            IndexNotWritable: the parts could not be written; the store is as it was, and the next writer
                tries again.
        """
        with self._state:
            sweep(self.folder)
            with self.store.read() as connection:
                facts = rows.meta(connection)
            recorded = recorded_manifest(facts)
            found = read_manifest(self.folder)
            if found is not None and (found.uid != self.uid or found.generation > recorded.generation):
                found = None
            part = self._caught_up_lexical(facts, found)
            snapshot = None if found is None else self.snapshots.trusted(found.vectors, facts)
            if snapshot is None:
                self.snapshots.drop()
            self._lexical = part
            self._put_manifest(replace(recorded, lexical=part.part, vectors=snapshot))
            self._complete_at = recorded.generation
            if self.snapshots.due(snapshot, facts):
                self._put_manifest(replace(self.manifest, vectors=self.snapshots.save(facts)))

    def rebuild(self, *, of_lexical: bool, of_vectors: bool) -> None:
        """Make derived parts again from the store."""
        with self._state:
            if of_lexical:
                self._lexical = self._rebuilt_lexical()
                self._put_manifest(replace(self.manifest, lexical=self._lexical.part))
            if of_vectors:
                self.snapshots.forget()
                self.snapshots.drop()
                with self.store.read() as connection:
                    facts = rows.meta(connection)
                part = self.snapshots.save(facts) if self.snapshots.due(None, facts) else None
                self._put_manifest(replace(self.manifest, vectors=part))

    # What follows is called with the state lock held.

    def _advance(self) -> None:
        opened = self._reopened_lexical()
        manifest = read_manifest(self.folder)
        with self.store.read() as connection:
            facts = rows.meta(connection)
        recorded = recorded_manifest(facts)
        trusted = self._trusts(opened, facts, manifest)
        if trusted or (opened is not None and opened.generation < recorded.generation and opened.fits(_stated(manifest))):
            self._lexical = opened
        if trusted and manifest is not None and agree(manifest, recorded):
            self.manifest = manifest
            self._complete_at = recorded.generation
            return
        self.manifest = recorded
        if self.store.writable:
            self._try_catch_up()
        elif not trusted:
            self._lexical = self._lexical_from_store()
            self._complete_at = self._lexical.generation
        else:
            self._complete_at = recorded.generation

    def _replace_snapshot(self) -> None:
        with suppress(IndexNotWritable), self.lock.held_if_free() as held, writing(self.folder):
            if held:
                self.snapshots.drop()
                self.catch_up()

    def _try_catch_up(self) -> None:
        if time.monotonic() < self.retry_at:
            return
        try:
            with self.lock.held_if_free() as held, writing(self.folder):
                self._others_write = not held
                if held:
                    self.catch_up()
        except IndexNotWritable as error:  # reading goes on without
            self.retry_at = time.monotonic() + RETRY_S
            logger.warning("%s; what is complete is served", error)

    def _reopened_lexical(self) -> LexicalIndex | None:
        served = self._lexical
        if served is not None and served.on_disk and read_opstamp(self.folder) == served.opstamp:
            return served
        opened = LexicalIndex.open(self.folder, self._sound)
        return opened if opened is not None and opened.uid == self.uid else None

    def _trusts(self, part: LexicalIndex | None, facts: Mapping[str, str], manifest: Manifest | None) -> bool:
        if part is None or part.uid != self.uid or part.generation != int(facts["generation"]):
            return False
        if part.n_passages != int(facts["n_passages"]):
            return False
        return part.fits(_stated(manifest))

    def _caught_up_lexical(self, facts: Mapping[str, str], found: Manifest | None) -> LexicalIndex:
        part, generation = LexicalIndex.open(self.folder, self._sound), int(facts["generation"])
        if part is None or part.uid != self.uid or not part.fits(_stated(found)):
            part = None
        elif part.generation < generation:
            part = self._updated_lexical(part.generation, generation)
            found = None  # what it says of the lexical part is of the past
        if self._trusts(part, facts, found):
            assert part is not None
            return part
        logger.info("the lexical part of %s is built from the store", self.folder)
        return self._rebuilt_lexical()

    def _updated_lexical(self, since: int, generation: int) -> LexicalIndex | None:
        with self.store.read() as connection:
            added = list(following.documents(connection, since))
            gone = following.removed_since(connection, since).tolist()
        try:
            lexical.update(self.folder, self.uid, generation, gone + [d.passage_id for d in added], added)
        except (ValueError, OSError) as error:
            logger.warning("the lexical part of %s cannot be changed (%s)", self.folder, error)
            return None
        return LexicalIndex.open(self.folder, self._sound)

    def _rebuilt_lexical(self) -> LexicalIndex:
        with self.store.read() as connection, closing(following.documents(connection, 0)) as documents:
            generation = int(changes.get(connection, "generation"))
            lexical.rebuild(self.folder, self.uid, generation, documents)
        built = LexicalIndex.open(self.folder, self._sound)
        if built is None:
            raise IndexDamaged(f"the lexical part of {self.folder} was built and cannot be read", "check the disk")
        return built

    def _lexical_from_store(self) -> LexicalIndex:
        logger.info("the lexical part of %s is made in memory", self.folder)
        with self.store.read() as connection, closing(following.documents(connection, 0)) as documents:
            generation = int(changes.get(connection, "generation"))
            return LexicalIndex.in_memory(self.uid, generation, documents)

    def _put_manifest(self, manifest: Manifest) -> None:
        if manifest != read_manifest(self.folder):
            with writing(self.folder):
                write_manifest(self.folder, manifest)
        self.manifest = manifest


def _stated(manifest: Manifest | None) -> LexicalPart | None:
    return None if manifest is None else manifest.lexical
