"""Vectors in lists around centres, of which a search looks at the nearest: approximate, for more than an exact search can go through.

Figures and what else was tried are in `docs/speed.md`. The rows are the half floats of the store, so a score is what the exact search
gives; only what stands in lists that are not looked at is missed. Ids are faiss's own here: over these lists `IndexIDMap2` gives wrong
ones after a removal.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from assistant.index.rows import Halves, Ids

PER_CENTRE = 50
"""Rows that each centre is learnt from; faiss itself warns below 39."""
PROBED = 0.25
"""The share of the lists that a search looks at: recall@10 is .97 of the exact search and more."""
OUTGROWN = 4.0
"""The centres are learnt anew when there are so many times more rows than they were learnt for."""
AT_ONCE = 65_536


def n_lists(n: int) -> int:
    """Return how many lists are made of `n` rows: as many as each then has rows."""
    return max(1, round(n**0.5))


def learn(sample: Halves, n: int) -> Any:
    """Return an empty index of lists for `n` rows like those of the sample, which has `PER_CENTRE` for each list or is all of them."""
    faiss: Any = importlib.import_module("faiss")
    dimensions = sample.shape[1]
    centres = faiss.IndexFlatIP(dimensions)
    half, product = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFScalarQuantizer(centres, dimensions, min(n_lists(n), len(sample)), half, product, False)
    index.cp.seed, index.cp.min_points_per_centroid = 7, 1
    index.train(np.ascontiguousarray(sample, np.float32))
    own(index, centres)
    return index


def own(index: Any, centres: Any) -> None:
    """Let the index delete its centres, which faiss does not do for those that it was given."""
    index.own_fields = True
    centres.this.disown()


def ids_of(index: Any) -> Ids:
    """Return the ids of all rows, by list."""
    faiss: Any = importlib.import_module("faiss")
    lists, found = index.invlists, [np.empty(0, np.int64)]
    for number in range(index.nlist):
        if size := lists.list_size(number):
            found.append(faiss.rev_swig_ptr(lists.get_ids(number), size).copy())
    return np.concatenate(found)


def rows_of(index: Any, ids: Ids) -> Halves:
    """Return the rows of some ids.

    Raises:
        RuntimeError: one of the ids is not there.
    """
    faiss: Any = importlib.import_module("faiss")
    index.set_direct_map_type(faiss.DirectMap.Hashtable)
    try:
        rows: Halves = index.reconstruct_batch(ids).astype(np.float16)
    finally:
        index.set_direct_map_type(faiss.DirectMap.NoMap)  # with it, removing would be slow
    return rows


def is_outgrown(index: Any) -> bool:
    """Say whether there are so many more rows now that the lists are too long."""
    return bool(index.ntotal > OUTGROWN * index.nlist**2)


def parameters(index: Any, selector: Any = None) -> Any:
    """Return how to search: among chosen rows in all lists, as few are compared, so that such a search is exact."""
    faiss: Any = importlib.import_module("faiss")
    if selector is not None:
        return faiss.SearchParametersIVF(sel=selector, nprobe=index.nlist)
    return faiss.SearchParametersIVF(nprobe=max(1, round(index.nlist * PROBED)))
