import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Hit, Passage, Span
from assistant.search.rerank import MOST, WORTH_OF_READING, rerank


def hits(scores: list[float]) -> list[Hit]:
    found = [(Passage(n, "a", Span(0, 1), (Span(0, 1),)), score) for n, score in enumerate(sorted(scores, reverse=True))]
    return [Hit(passage, score, rank, "hybrid") for rank, (passage, score) in enumerate(found, 1)]


SCORES = st.lists(st.floats(-1, 2), max_size=12)


@given(SCORES, st.dictionaries(st.integers(0, 11), st.floats(-30, 30), max_size=12))
def test_the_same_passages_stay_in_a_falling_order(scores, readings):
    before = hits(scores)
    after = rerank(before, readings)
    assert sorted(h.passage.id for h in after) == [h.passage.id for h in before]
    assert [h.rank for h in after] == list(range(1, len(after) + 1))
    assert all(round(a.score, 9) >= round(b.score, 9) for a, b in itertools.pairwise(after))


@given(SCORES, st.floats(-30, 30))
def test_one_reading_for_all_changes_no_order(scores, reading):
    before = hits([round(score, 3) for score in scores])
    after = rerank(before, {hit.passage.id: reading for hit in before})
    assert [h.passage.id for h in after] == [h.passage.id for h in before]


def test_a_passage_that_answers_overtakes_one_that_does_not():
    assert rerank(hits([0.6, 0.5]), {0: -4.0, 1: 4.0})[0].passage.id == 1


def test_a_reading_counts_no_more_than_its_limit():
    assert rerank(hits([0.5]), {0: 1e9})[0].score == 0.5 + WORTH_OF_READING * MOST


def test_an_unread_passage_counts_like_the_worst_that_was_read():
    after = rerank(hits([0.5, 0.4, 0.3]), {0: 2.0, 1: -1.0})
    assert after[-1].score == 0.3 - WORTH_OF_READING


@given(SCORES, st.dictionaries(st.integers(0, 11), st.floats(-30, 30), max_size=12))
def test_nothing_read_counts_of_a_question_that_is_wholly_strange(scores, readings):
    before = hits([round(score, 3) for score in scores])
    assert [h.passage.id for h in rerank(before, readings, strange=1.0)] == [h.passage.id for h in before]
    gains = [a.score - b.score for a, b in zip(rerank(hits([0.5]), {0: 4.0}, 0.5), hits([0.5]), strict=True)]
    assert gains[0] == pytest.approx(4 * WORTH_OF_READING / 2)
