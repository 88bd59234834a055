"""The vector part: inner-product search with faiss, over the half-precision rows that the store holds.

The scalar quantiser with half floats holds exactly what the store holds, takes half the memory of full
floats, and was faster (100,000 x 384, one thread: 7.5 ms against 10.9 ms). Ids are given, never counted, and
removal works, which it does
not over every kind of faiss index: a removal over IVF gives wrong ids without a word.

The search is exact up to a number of passages that whoever saves the snapshot sets; above it goes by a sketch (`sketch.py`), which
is kept in the same file.
"""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.index import sketch
from assistant.index.files import PARTIAL, checksum, replace_file, writing
from assistant.index.following import VectorChange
from assistant.index.locks import SharedLock
from assistant.index.manifest import VectorPart
from assistant.protocols import Vectors

if TYPE_CHECKING:
    from assistant.index.rows import Halves, Ids

logger = logging.getLogger(__name__)

NAME = "vectors.faiss"


class VectorIndex:
    """The vectors of one generation, in memory; threads may search while one applies a change."""

    def __init__(self, dimensions: int, index: Any = None, generation: int = 0, sketched: Any = None) -> None:
        faiss = _faiss()

        self._faiss = faiss
        if index is None:
            flat = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
            index = faiss.IndexIDMap2(flat)
        self.dimensions = dimensions
        self.generation = generation
        self._index = index
        self._sketch = sketched
        self._lock = SharedLock()
        ids = self._ids()
        self._greatest = int(ids.max()) if len(ids) else 0

    @classmethod
    def load(cls, folder: Path, part: VectorPart, dimensions: int) -> VectorIndex | None:
        """Read the snapshot, or return None when it is not the one that the manifest describes."""
        faiss = _faiss()
        path = folder / NAME
        try:
            # The checksum comes before faiss: its reader trusts what it reads.
            if checksum(path) != (part.crc32, part.size_bytes):
                logger.warning("%s is not the file that the manifest describes; its vectors come from the store", path)
                return None
            index = faiss.read_index(str(path))
        except (OSError, RuntimeError) as error:
            logger.warning("%s cannot be read (%s); its vectors come from the store", path, error)
            return None
        if index.d != dimensions:
            return None
        if isinstance(index, faiss.IndexIDMap2):
            return cls(dimensions, index, part.generation)
        if not isinstance(index, faiss.IndexRefine):
            return None
        rows, sketched = (faiss.downcast_index(one) for one in (index.refine_index, index.base_index))
        if not isinstance(rows, faiss.IndexIDMap2) or not isinstance(sketched, faiss.IndexIDMap2):
            return None
        index.own_fields = index.own_refine_index = False  # each is Python's own from here on
        rows.this.own()
        sketched.this.own()
        return cls(dimensions, rows, part.generation, sketched)

    def save(self, folder: Path, n_changes: int) -> VectorPart:
        """Write the snapshot aside, put it in its place, and return what the manifest must say about it."""
        path = folder / NAME
        partial = path.with_name(NAME + PARTIAL)
        try:
            with writing(folder), self._lock.reading():
                both = self._index if self._sketch is None else self._faiss.IndexRefine(self._sketch, self._index)
                self._faiss.write_index(both, str(partial))
                crc, size = checksum(partial)
                replace_file(partial, path)
                return VectorPart(self.generation, crc, size, n_changes)
        finally:
            partial.unlink(missing_ok=True)

    def apply(self, change: VectorChange) -> None:
        """Follow the store; a change that is already applied changes nothing."""
        with self._lock.writing():
            if len(change.removed) and self._index.ntotal:
                for index in self._indexes():
                    index.remove_ids(change.removed)
            new = change.added > self._greatest  # ids only grow, so what is not greater is already here
            if new.any():
                ids = np.ascontiguousarray(change.added[new])
                rows = np.ascontiguousarray(change.rows[new], dtype=np.float32)
                for index in self._indexes():
                    index.add_with_ids(rows, ids)
                self._greatest = int(ids[-1])
            self.generation = change.generation

    @property
    def exact(self) -> bool:
        """Whether every vector is compared."""
        return self._sketch is None

    def sketched(self, wanted: bool) -> VectorIndex:
        """Return the same rows, which are shared, with a sketch or without one; only what is returned is to be changed from then on."""
        with self._lock.reading():
            made = sketch.made_from(self._index, np.sort(self._ids())) if wanted else None
            other = VectorIndex(self.dimensions, self._index, self.generation, made)
        other._lock = self._lock  # whoever still searches this one is waited for
        return other

    def _indexes(self) -> list[Any]:
        return [self._index] if self._sketch is None else [self._index, self._sketch]

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """Return (passage id, inner product) of the `k` nearest, best first, equal ones by id; a sketch may miss a few.

        Args:
            vector: shape (dimensions,).
            k: how many; fewer are returned when there are fewer.
            allowed: the sorted ids to choose from; None for all.
        """
        if vector.shape != (self.dimensions,):
            raise ValueError(f"a vector of shape {vector.shape}, the index has {self.dimensions} dimensions")
        query = np.ascontiguousarray(vector, dtype=np.float32)[None, :]
        with self._lock.reading():
            k = min(k, self._index.ntotal if allowed is None else len(allowed))
            if k <= 0:
                return []
            # One query is never divided among threads; a team of them only waits (2 threads took four times
            # as long).
            self._faiss.omp_set_num_threads(1)
            if allowed is not None:
                bitmap = _bitmap(allowed)
                selector = self._faiss.IDSelectorBitmap(bitmap)
                scores, ids = self._index.search(query, k, params=self._faiss.SearchParameters(sel=selector))
            elif self._sketch is not None:
                scores, ids = sketch.search(self._sketch, self._index, query, k)
            else:
                scores, ids = self._index.search(query, k)
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return sorted(((i, s) for i, s in found if i >= 0), key=lambda hit: (-hit[1], hit[0]))

    @property
    def n_passages(self) -> int:
        """How many passages are searched."""
        return int(self._index.ntotal)

    def holds(self, ids: Ids, rows: Halves) -> bool:
        """Say whether these passages are searched with exactly these vectors."""
        with self._lock.reading():
            try:
                own = self._index.reconstruct_batch(ids) if len(ids) else np.empty(rows.shape)
            except RuntimeError:  # one of the ids is not there
                return False
        return np.array_equal(own.astype(np.float16), rows)

    def _ids(self) -> Ids:
        ids: Ids = self._faiss.vector_to_array(self._index.id_map).astype(np.int64)
        return ids


def _faiss() -> Any:
    # Late, because whoever only adds or reads articles can do without. Its types leave out what SWIG adds.
    return importlib.import_module("faiss")


def _bitmap(ids: Ids) -> NDArray[np.uint8]:
    bits = np.zeros((int(ids[-1]) + 8) // 8 * 8, dtype=bool)
    bits[ids] = True
    return np.packbits(bits, bitorder="little")
