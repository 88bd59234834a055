"""A sketch of the vectors, an eighth of their size, by which a search over very many picks those that it compares in full.

Each pair of dimensions is a code of four bits (product quantisation, scanned by table look-ups in registers). What the sketch picks is
scored by the half floats of the store, so a score is what the exact search gives; only what the sketch ranks far too low is missed.
Unlike lists and graphs it asks nothing of how the vectors are spread. Figures and what else was tried are in `docs/speed.md`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from assistant.index.rows import Ids

SAMPLE = 20_000
"""Rows from which the codes are learnt; their 16 values for each pair of dimensions need no more."""
AT_ONCE = 65_536
PICKED = 200
PICKED_FOR_EACH = 4
"""How many rows are compared in full: so many, or so many for each that is wanted."""


def made_from(rows: Any, ids: Ids) -> Any:
    """Return the sketch of the rows of an exact index that have these ids."""
    faiss: Any = importlib.import_module("faiss")
    dimensions = rows.d
    codes = faiss.IndexPQFastScan(dimensions, (dimensions + 1) // 2, 4, faiss.METRIC_INNER_PRODUCT)
    codes.pq.cp.seed = 7
    chosen = np.sort(np.random.default_rng(7).permutation(ids)[:SAMPLE])
    codes.train(rows.reconstruct_batch(chosen))
    sketch = faiss.IndexIDMap2(codes)
    for at in range(0, len(ids), AT_ONCE):
        part = np.ascontiguousarray(ids[at : at + AT_ONCE])
        sketch.add_with_ids(rows.reconstruct_batch(part), part)
    return sketch


def search(sketch: Any, rows: Any, query: Any, k: int) -> tuple[Any, Any]:
    """Return scores and ids of about the `k` nearest, both of shape (1, k or fewer), as an exact index does."""
    _, picked = sketch.search(query, min(max(PICKED, PICKED_FOR_EACH * k), sketch.ntotal))
    ids = picked[0][picked[0] >= 0]
    scores = rows.reconstruct_batch(ids) @ query[0]
    best = np.lexsort((ids, -scores))[:k]
    return scores[None, best], ids[None, best]
