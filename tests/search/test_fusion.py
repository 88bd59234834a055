import itertools

from hypothesis import given
from hypothesis import strategies as st

from assistant.search.fusion import fuse

scores = st.dictionaries(st.integers(1, 50), st.floats(-5, 50, allow_nan=False), max_size=20).map(
    lambda found: sorted(found.items(), key=lambda item: -item[1])
)


@given(scores, scores)
def test_fusion_keeps_every_passage_once_best_first(dense, lexical):
    passages = {p for p, _ in (*dense, *lexical)}
    fused = fuse(dense, lexical)
    assert {p for p, _ in fused} == passages
    assert len(fused) == len(passages)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(scores)
def test_one_list_alone_keeps_its_order(found):
    for fused in (fuse(found, []), fuse([], found)):
        order = [p for p, _ in fused]
        values = dict(found)
        assert all(round(values[a], 9) >= round(values[b], 9) for a, b in itertools.pairwise(order))


def test_matching_terms_lift_a_passage_by_what_they_are_worth():
    dense = [(1, 0.9), (2, 0.1)]
    assert fuse(dense, [(2, 0.1)])[0][0] == 1
    assert fuse(dense, [(2, 1.0)])[0][0] == 2


def test_a_passage_without_a_vector_score_is_no_better_than_the_last_that_has_one():
    assert [p for p, _ in fuse([(1, 0.9), (2, 0.5)], [(3, 0.0)])] == [1, 2, 3]
