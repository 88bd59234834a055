from hypothesis import given
from hypothesis import strategies as st

from assistant.search.fusion import fuse, normalise

scores = st.dictionaries(st.integers(1, 50), st.floats(-5, 50, allow_nan=False), max_size=20).map(
    lambda found: sorted(found.items(), key=lambda item: -item[1])
)


@given(scores, scores, st.floats(0, 1))
def test_fusion_keeps_every_passage_once_best_first_between_0_and_1(dense, lexical, weight):
    passages = {p for p, _ in (*dense, *lexical)}
    fused = fuse(dense, lexical, dict.fromkeys(passages, weight))
    assert {p for p, _ in fused} == passages
    assert len(fused) == len(passages)
    assert all(0 <= score <= 1 + 1e-9 for _, score in fused)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(scores)
def test_normalised_scores_keep_their_order(found):
    scaled = normalise(found)
    assert all(scaled[a] >= scaled[b] for (a, x), (b, y) in zip(found, found[1:], strict=False) if x >= y)


def test_the_lexical_weight_decides_between_the_lists():
    dense, lexical = [(1, 0.9), (2, 0.1)], [(2, 9.0), (1, 1.0)]
    assert fuse(dense, lexical, {1: 0.1, 2: 0.1})[0][0] == 1
    assert fuse(dense, lexical, {1: 0.9, 2: 0.9})[0][0] == 2


def test_one_list_alone_counts_fully():
    assert fuse([(1, 0.9), (2, 0.1)], [], {1: 0.9, 2: 0.9})[0] == (1, 1.0)
    assert fuse([], [(1, 3.0), (2, 1.0)], {1: 0.1, 2: 0.1})[0] == (1, 1.0)
