"""How many sentences an answer cites."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.candidates import Candidate
from assistant.answer.choose import choose
from assistant.answer.forms import newest_first
from assistant.answer.select import CHANCE_FEATURES, Selected, chance_rows, selector, spread
from assistant.answer.strictness import strictness
from assistant.errors import SettingsError
from assistant.records import Article, Hit, Passage, Span
from assistant.settings import STRICTNESSES, Settings

SCORES = st.lists(st.floats(-10, 10), min_size=1, max_size=30).map(lambda scores: sorted(scores, reverse=True))


def selected(scores: list[float], chances: list[float], published: list[str] | None = None) -> list[Selected]:
    made = []
    for number, (score, chance) in enumerate(zip(scores, chances, strict=True)):
        text = f"Sentence {number} tells a story of its own."
        article = Article(str(number), "T", text, published=published[number] if published else "", language="en")
        span = Span(0, len(text))
        hit = Hit(Passage(number, article.id, span, (span,)), 1.0, 1, "hybrid")
        made.append(Selected(Candidate(article, (span,), 0, hit), score, {}, None, chance))
    return made


@given(SCORES, st.floats(-5, 5), st.booleans())
def test_a_better_sentence_is_at_least_as_likely_to_answer(scores: list[float], confidence: float, with_reader: bool):
    items = selected(scores, [0.0] * len(scores))
    log_odds = selector(with_reader).chance(chance_rows(items, confidence))
    assert np.all(np.diff(log_odds) <= 1e-9)
    surer = selector(with_reader).chance(chance_rows(items, confidence + 1))
    assert np.all(surer > log_odds)
    assert chance_rows(items, confidence).shape == (len(items), len(CHANCE_FEATURES))
    assert -1e-9 <= spread(items) <= np.log(len(items)) + 1e-9


@given(SCORES, st.floats(0, 1), st.integers(1, 8))
def test_the_best_is_always_chosen_and_the_others_while_they_are_likely(scores: list[float], cite_from: float, most: int):
    chances = list(np.linspace(0.9, 0.0, len(scores)))
    items = selected(scores, chances)
    chosen = choose(items, cite_from, most)
    assert chosen == items[: len(chosen)]
    assert len(chosen) == max(1, min(most, sum(chance >= cite_from for chance in chances)))


def test_the_latest_article_comes_first_and_undated_ones_last():
    items = selected([3.0, 2.0, 1.0, 0.0], [0.9, 0.8, 0.7, 0.01], ["", "2024-01-02", "2024-03-01T10:00", "2025-01-01"])
    assert [item.candidate.article.published[:10] for item in newest_first(items, 0.1)] == ["2024-03-01", "2024-01-02", ""]


def test_the_strict_ask_for_more_than_the_eager():
    strict, balanced, eager = map(strictness, STRICTNESSES)
    assert 1 > strict.abstain_below > balanced.abstain_below > eager.abstain_below > 0
    assert 1 > strict.cite_from > balanced.cite_from > eager.cite_from > 0


def test_another_word_for_strictness_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError) as refused:
        Settings(strictness="severe")
    assert "strict, balanced, eager" in refused.value.hint
