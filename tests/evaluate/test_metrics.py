from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluate.gate import below_floors
from assistant.evaluate.metrics import percentile, precision_recall_f1, reciprocal_rank, success_at


def test_reciprocal_rank_is_that_of_the_first_relevant():
    assert reciprocal_rank([False, False, True, True]) == 1 / 3
    assert reciprocal_rank([False]) == reciprocal_rank([]) == 0


def test_success_looks_only_at_the_first_k():
    assert success_at(1, [False, True]) == 0
    assert success_at(3, [False, True]) == 1


def test_precision_recall_and_f1_by_hand():
    assert precision_recall_f1([True, True, False, False], [True, False, True, True]) == (0.5, 1 / 3, 0.4)
    assert precision_recall_f1([False], [True]) == (0, 0, 0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_f1_lies_between_precision_and_recall(pairs):
    precision, recall, f1 = precision_recall_f1([p for p, _ in pairs], [a for _, a in pairs])
    assert min(precision, recall) - 1e-9 <= f1 <= max(precision, recall) + 1e-9


def test_percentile_is_one_of_the_values():
    assert percentile([5, 1, 9], 0.95) == 9
    assert percentile([], 0.5) == 0


def test_a_missing_figure_is_below_its_floor():
    assert below_floors({"a": 0.5}, {"a": 0.5}) == []
    assert len(below_floors({"a": 0.49}, {"a": 0.5, "b": 0.1})) == 2
