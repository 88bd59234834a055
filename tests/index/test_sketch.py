"""Many vectors are searched by a sketch: nearly what the exact search finds, added to and removed from, on the disk and off it."""

from pathlib import Path

import numpy as np
import pytest

from assistant.index.following import VectorChange
from assistant.index.index import LocalIndex
from assistant.index.snapshots import SNAPSHOT_MIN
from assistant.index.vectors import VectorIndex
from assistant.records import Filters
from tests.index.made import article, open_index

N, D = 6000, 32


def rows(n: int, seed: int) -> np.ndarray:
    """Rows that stand in bunches, as the vectors of articles do."""
    made = np.random.default_rng(seed)
    bunches = made.normal(size=(60, D))
    found = bunches[made.integers(60, size=n)] + 0.4 * made.normal(size=(n, D))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def full() -> VectorIndex:
    index = VectorIndex(D)
    index.apply(VectorChange(1, np.empty(0, np.int64), np.arange(1, N + 1) * 3, rows(N, 1)))
    return index


@pytest.fixture
def exact() -> VectorIndex:
    return full()


@pytest.fixture
def sketched() -> VectorIndex:
    return full().sketched(True)


def found(index: VectorIndex, query: np.ndarray, k: int = 10, allowed=None) -> list[int]:
    return [i for i, _ in index.search(query.astype(np.float32), k, allowed)]


def test_a_sketch_finds_what_the_exact_search_finds_and_scores_it_alike(exact: VectorIndex, sketched: VectorIndex):
    assert (sketched.exact, sketched.generation, sketched.n_passages) == (False, 1, N)
    queries = rows(100, 2)
    shares = [len(set(found(exact, q)) & set(found(sketched, q))) / 10 for q in queries]
    assert np.mean(shares) >= 0.97
    scores = dict(exact.search(queries[0].astype(np.float32), N))
    for number, score in sketched.search(queries[0].astype(np.float32), 10):
        assert score == pytest.approx(scores[number], abs=1e-5)


def test_a_search_among_chosen_passages_is_exact(exact: VectorIndex, sketched: VectorIndex):
    allowed = np.arange(3, 3 * N, 30)
    for query in rows(20, 3):
        assert found(sketched, query, 10, allowed) == found(exact, query, 10, allowed)


def test_what_is_added_is_found_and_what_is_removed_is_not_and_every_other_finds_itself(exact: VectorIndex, sketched: VectorIndex):
    added, gone = rows(200, 4), np.arange(1, N + 1, 7) * 3
    change = VectorChange(2, gone, np.arange(N + 1, N + 201) * 3, added)
    exact.apply(change)
    sketched.apply(change)
    sketched.apply(change)  # again changes nothing
    assert (sketched.n_passages, sketched.generation) == (exact.n_passages, 2)
    left = np.setdiff1d(np.arange(1, N + 201) * 3, gone)
    own = np.concatenate([rows(N, 1), added])[left // 3 - 1]
    assert sketched.holds(left, own)
    assert not sketched.holds(gone, np.zeros((len(gone), D), np.float16))
    everything = {number for number, _ in sketched.search(own[0].astype(np.float32), N + 200, left)}
    assert everything == set(left.tolist())
    for number, row in list(zip(left, own, strict=True))[::97]:
        assert found(sketched, row, 1) == [number]


def filled(path: Path, n: int) -> LocalIndex:
    index = open_index(path)
    index.exact_up_to = n // 2
    index.add([article(f"word{i}", n_passages=20) for i in range(n // 20)])
    return index


def test_an_index_that_grows_gets_a_sketch_and_is_read_so_and_made_exact_again(tmp_path: Path):
    n = SNAPSHOT_MIN + 40
    with filled(tmp_path / "i", n) as index:
        vectors = index._parts.vectors()
        assert not vectors.exact
        assert vectors.n_passages == n
        assert index.check() == []
        later = index.add([article("later")])
        query = index.passage_vectors(later[0])[0]
        assert index.search_vectors(query, 1)[0][1] == pytest.approx(1, abs=1e-3)
        index.remove(later)
        assert all(abs(score - 1) > 1e-3 for _, score in index.search_vectors(query, n, Filters()))
        assert not index._parts.vectors().exact
    with open_index(tmp_path / "i") as again:  # its own number is greater, yet it takes what was saved
        assert not again._parts.vectors().exact
        assert again.check() == []
        again.compact()
        assert again._parts.vectors().exact
        assert again.check() == []
