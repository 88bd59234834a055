from hypothesis import given
from hypothesis import strategies as st

from assistant.search.fusion import fuse

scores = st.dictionaries(st.integers(1, 50), st.floats(-5, 50, allow_nan=False), max_size=20).map(
    lambda found: sorted(found.items(), key=lambda item: -item[1])
)


@given(scores, scores, st.floats(0, 1))
def test_fusion_keeps_every_passage_once_best_first(dense, lexical, weight):
    passages = {p for p, _ in (*dense, *lexical)}
    fused = fuse(dense, lexical, dict.fromkeys(passages, weight))
    assert {p for p, _ in fused} == passages
    assert len(fused) == len(passages)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(scores, st.floats(0, 1))
def test_one_list_alone_keeps_its_order(found, weight):
    for fused in (fuse(found, [], {}), fuse([], found, {p: 1.0 for p, _ in found})):
        order = [p for p, _ in fused]
        values = dict(found)
        assert all(round(values[a], 9) >= round(values[b], 9) for a, b in zip(order, order[1:], strict=False))


def test_the_lexical_weight_decides_between_the_lists():
    dense, lexical = [(1, 0.9), (2, 0.1)], [(2, 9.0), (1, 1.0)]
    assert fuse(dense, lexical, {1: 0.01, 2: 0.01})[0][0] == 1
    assert fuse(dense, lexical, {1: 0.2, 2: 0.2})[0][0] == 2


def test_a_passage_without_a_vector_score_is_no_better_than_the_last_that_has_one():
    assert [p for p, _ in fuse([(1, 0.9), (2, 0.5)], [(3, 0.0)], {3: 1.0})] == [1, 2, 3]
