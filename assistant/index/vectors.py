"""The vector part: inner-product search with faiss, over the half-precision rows that the store holds.

The scalar quantiser with half floats holds exactly what the store holds, takes half the memory of full
floats, and was faster (100,000 x 384, one thread: 7.5 ms against 10.9 ms). Ids are given, never counted, and
removal works, which it does
not over every kind of faiss index: a removal over IVF gives wrong ids without a word.

The search is exact up to a number of passages that whoever saves the snapshot sets; above it goes through lists (`lists.py`).
"""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.index import lists
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

    def __init__(self, dimensions: int, index: Any = None, generation: int = 0) -> None:
        faiss = _faiss()

        self._faiss = faiss
        if index is None:
            flat = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
            index = faiss.IndexIDMap2(flat)
        self.dimensions = dimensions
        self.generation = generation
        self._index = index
        self.exact = isinstance(index, faiss.IndexIDMap2)
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
        if index.d != dimensions or not isinstance(index, faiss.IndexIDMap2 | faiss.IndexIVFScalarQuantizer):
            return None
        return cls(dimensions, index, part.generation)

    def save(self, folder: Path, n_changes: int) -> VectorPart:
        """Write the snapshot aside, put it in its place, and return what the manifest must say about it."""
        path = folder / NAME
        partial = path.with_name(NAME + PARTIAL)
        try:
            with writing(folder), self._lock.reading():
                self._faiss.write_index(self._index, str(partial))
                crc, size = checksum(partial)
                replace_file(partial, path)
                return VectorPart(self.generation, crc, size, n_changes)
        finally:
            partial.unlink(missing_ok=True)

    def apply(self, change: VectorChange) -> None:
        """Follow the store; a change that is already applied changes nothing."""
        with self._lock.writing():
            if len(change.removed) and self._index.ntotal:
                self._index.remove_ids(change.removed)
            new = change.added > self._greatest  # ids only grow, so what is not greater is already here
            if new.any():
                ids = np.ascontiguousarray(change.added[new])
                self._index.add_with_ids(np.ascontiguousarray(change.rows[new], dtype=np.float32), ids)
                self._greatest = int(ids[-1])
            self.generation = change.generation

    def in_lists(self) -> VectorIndex:
        """Return the rows of an exact index in lists around centres that are learnt from them; this one stays as it is."""
        with self._lock.reading():
            ids = np.sort(self._ids())
            wanted = lists.PER_CENTRE * lists.n_lists(len(ids))
            chosen = np.sort(np.random.default_rng(7).permutation(ids)[:wanted])
            index = lists.learn(self._rows(chosen), len(ids))
            for at in range(0, len(ids), lists.AT_ONCE):
                part = ids[at : at + lists.AT_ONCE]
                index.add_with_ids(self._rows(part).astype(np.float32), part)
            return VectorIndex(self.dimensions, index, self.generation)

    @property
    def is_outgrown(self) -> bool:
        """Say whether its lists are too long by now."""
        return not self.exact and lists.is_outgrown(self._index)

    def _rows(self, ids: Ids) -> Halves:
        if not self.exact:
            return lists.rows_of(self._index, ids)
        found: Halves = self._index.reconstruct_batch(ids).astype(np.float16)
        return found

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """Return (passage id, inner product) of the `k` nearest, best first, equal ones by id; in lists a few may be missed.

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
            selector = None if allowed is None else self._faiss.IDSelectorBitmap(_bitmap(allowed))
            if not self.exact:
                scores, ids = self._index.search(query, k, params=lists.parameters(self._index, selector))
            elif selector is None:
                scores, ids = self._index.search(query, k)
            else:
                scores, ids = self._index.search(query, k, params=self._faiss.SearchParameters(sel=selector))
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return sorted(((i, s) for i, s in found if i >= 0), key=lambda hit: (-hit[1], hit[0]))

    @property
    def n_passages(self) -> int:
        """How many passages are searched."""
        return int(self._index.ntotal)

    def holds(self, ids: Ids, rows: Halves) -> bool:
        """Say whether these passages are searched with exactly these vectors."""
        with self._lock.writing():
            try:
                own = self._rows(ids) if len(ids) else np.empty(rows.shape, np.float16)
            except RuntimeError:  # one of the ids is not there
                return False
        return np.array_equal(own, rows)

    def _ids(self) -> Ids:
        if not self.exact:
            return lists.ids_of(self._index)
        ids: Ids = self._faiss.vector_to_array(self._index.id_map).astype(np.int64)
        return ids


def _faiss() -> Any:
    # Late, because whoever only adds or reads articles can do without. Its types leave out what SWIG adds.
    return importlib.import_module("faiss")


def _bitmap(ids: Ids) -> NDArray[np.uint8]:
    bits = np.zeros((int(ids[-1]) + 8) // 8 * 8, dtype=bool)
    bits[ids] = True
    return np.packbits(bits, bitorder="little")
