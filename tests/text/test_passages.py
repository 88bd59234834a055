from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.passages import split_passages


def test_sentences_fill_the_budget_and_overlap():
    assert split_passages([10, 10, 10, 10, 10], max_tokens=30, overlap=1) == [(0, 3), (2, 5)]


def test_without_overlap_passages_adjoin():
    assert split_passages([10, 10, 10, 10], max_tokens=20, overlap=0) == [(0, 2), (2, 4)]


def test_a_sentence_beyond_the_budget_stands_alone():
    assert split_passages([5, 100, 5], max_tokens=20, overlap=1) == [(0, 1), (1, 2), (2, 3)]


def test_overlap_gives_way_to_progress():
    assert split_passages([15, 15, 15], max_tokens=20, overlap=2) == [(0, 1), (1, 2), (2, 3)]


def test_no_sentences_give_no_passages():
    assert split_passages([], max_tokens=20, overlap=1) == []


@pytest.mark.parametrize(("max_tokens", "overlap"), [(0, 0), (-1, 0), (10, -1)])
def test_senseless_budgets_are_refused(max_tokens: int, overlap: int):
    with pytest.raises(ValueError):
        split_passages([1], max_tokens, overlap)


@given(st.lists(st.integers(0, 60), max_size=60), st.integers(1, 100), st.integers(0, 5))
def test_passages_cover_all_sentences_in_order(counts: list[int], max_tokens: int, overlap: int):
    ranges = split_passages(counts, max_tokens, overlap)
    assert {i for start, end in ranges for i in range(start, end)} == set(range(len(counts)))
    for start, end in ranges:
        assert end - start == 1 or sum(counts[start:end]) <= max_tokens
    for (start, end), (next_start, next_end) in pairwise(ranges):
        assert start < next_start <= end < next_end
        assert end - next_start <= overlap
