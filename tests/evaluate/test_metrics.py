from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluate.gate import below_floors
from assistant.evaluate.metrics import area_under_roc, percentile, precision_recall_f1, reciprocal_rank, success_at, token_f1


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


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans())))
def test_area_under_roc_is_the_share_of_pairs_in_the_right_order(rows):
    pairs = [(p, n) for p, is_positive in rows if is_positive for n, other in rows if not other]
    right = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs) / len(pairs) if pairs else 0.5
    assert abs(area_under_roc([float(s) for s, _ in rows], [a for _, a in rows]) - right) < 1e-12


@given(st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_token_f1_is_the_harmonic_mean_of_precision_and_recall(ours, theirs):
    left, shared = list(theirs), 0
    for word in ours:
        if word in left:
            left.remove(word)
            shared += 1
    precision, recall = (shared / len(side) if side else 0.0 for side in (ours, theirs))
    expected = float(ours == theirs) if not ours or not theirs else 2 * precision * recall / ((precision + recall) or 1)
    assert abs(token_f1(" ".join(ours), " ".join(theirs)) - expected) < 1e-12


def test_token_f1_ignores_case_and_punctuation_and_compares_unspaced_scripts_by_character():
    assert token_f1("Joe Biden,", "\u201cjoe BIDEN\u201d") == 1
    assert token_f1("the mayor of Palembang", "Palembang") == 2 * (1 / 4) * 1 / (1 / 4 + 1)
    assert token_f1("习近平", "习近平主席") == 2 * 3 / (3 + 5)
    assert token_f1("नई दिल्ली", "दिल्ली") == 2 * 1 / 3
