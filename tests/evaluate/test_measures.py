"""Every measure against a second source: pytrec_eval, scikit-learn, scipy, or the definition written out another way."""

import random
import re
import string

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_score

from assistant.answer.support import Verdict
from assistant.evaluate.claims import citation_measures, statements
from assistant.evaluate.metrics import (
    answer_words,
    area_under_risk_coverage,
    exact_match,
    expected_calibration_error,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    risk_coverage,
    success_at,
    token_f1,
)
from assistant.evaluate.statistics import FLIPS, bootstrap, compare
from assistant.records import Answer, Citation, Marker, Span

GRADES = st.dictionaries(st.sampled_from([f"p{n}" for n in range(30)]), st.integers(0, 3), min_size=1)


@settings(max_examples=100)
@given(judged=GRADES, order=st.permutations([f"p{n}" for n in range(30)]), depth=st.integers(1, 30))
def test_ranking_measures_are_those_of_pytrec_eval(judged, order, depth):
    ranked = order[:depth]
    found = {name: float(len(ranked) - at) for at, name in enumerate(ranked)}
    names = {"recip_rank", "ndcg_cut.10", "recall.10", "success.1,5"}
    theirs = pytrec_eval.RelevanceEvaluator({"q": judged}, names).evaluate({"q": found})["q"]
    gains = [judged.get(name, 0) for name in ranked]
    relevant = [gain > 0 for gain in gains]
    n_relevant = sum(grade > 0 for grade in judged.values())
    assert theirs["recip_rank"] == pytest.approx(reciprocal_rank(relevant), abs=1e-6)
    assert theirs["ndcg_cut_10"] == pytest.approx(ndcg_at(10, gains, judged.values()), abs=1e-6)
    assert theirs["recall_10"] == pytest.approx(recall_at(10, relevant, n_relevant), abs=1e-6)
    assert theirs["success_1"] == success_at(1, relevant)
    assert theirs["success_5"] == success_at(5, relevant)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_calibration_error_is_that_of_the_bins_of_scikit_learn(rows):
    sure, right = [round(p, 3) for p, _ in rows], [float(r) for _, r in rows]
    if any((10 * p) % 1 == 0 for p in sure):  # the libraries put the edge of a bin into different bins
        return
    true, mean = calibration_curve(right, sure, n_bins=10)
    sizes = np.histogram(sure, np.linspace(0, 1, 11))[0]
    expected = float((np.abs(true - mean) * sizes[sizes > 0]).sum() / len(rows))
    assert expected_calibration_error(sure, right) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=10), st.randoms())
def test_the_risk_of_equally_sure_answers_is_what_any_order_of_them_gives_in_the_mean(rows, dice):
    sure, wrong = [float(s) for s, _ in rows], [w for _, w in rows]
    areas = []
    for _ in range(60):
        shuffled = random.Random(dice.random()).sample(rows, len(rows))
        ordered = [w for _, w in sorted(shuffled, key=lambda row: -row[0])]
        areas.append(sum(sum(ordered[:n]) / n for n in range(1, len(ordered) + 1)) / len(ordered))
    assert area_under_risk_coverage(sure, wrong) == pytest.approx(float(np.mean(areas)), abs=0.16)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=20))
def test_the_risk_at_each_share_is_one_less_the_precision_of_scikit_learn(rows):
    sure, wrong = [s for s, _ in rows], [w for _, w in rows]
    points = risk_coverage(list(map(float, sure)), wrong)
    for share, risk in points:
        least = sorted(sure, reverse=True)[round(share * len(rows)) - 1]
        given_answer = [s >= least for s in sure]
        assert risk == pytest.approx(1 - precision_score([not w for w in wrong], given_answer, zero_division=0.0))


def squad_words(text: str) -> list[str]:
    """The normalisation of SQuAD 1.1, written after its paper: lower case, no punctuation, no articles, single spaces."""
    plain = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", plain).split()


@given(st.lists(st.sampled_from(["the", "a", "Mayor", "of", "Kupang,", "12", "An", "hangers.", "said"]), max_size=8).map(" ".join))
def test_english_short_answers_are_compared_as_squad_does(text):
    assert answer_words(text, "en") == squad_words(text)


def test_short_answers_are_compared_by_the_rules_of_their_language():
    assert exact_match("The mayor", "mayor", "en") == 1
    assert exact_match("a mayor", "mayor", "id") == 0
    assert exact_match("L’incendie", "incendie", "fr") == 1
    assert exact_match("der Bürgermeister", "Bürgermeister", "de") == 1
    assert exact_match("２０２１年", "2021年", "ja") == 1
    assert token_f1("the mayor of Kupang", "mayor of Kupang", "en") == 1


def test_the_bootstrap_interval_is_that_of_scipy():
    values = np.random.default_rng(3).random(240)
    ours = bootstrap(values.tolist())
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", random_state=5).confidence_interval
    assert ours.mean == pytest.approx(values.mean())
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=0.004), pytest.approx(theirs.high, abs=0.004))


@pytest.mark.parametrize("n", [8, 60])
def test_the_paired_test_is_that_of_scipy(n):
    random_numbers = np.random.default_rng(n)
    before = random_numbers.random(n)
    after = before + random_numbers.normal(0.05, 0.15, n)
    theirs = stats.permutation_test(
        (after, before), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=FLIPS, random_state=1
    )
    found = compare(before.tolist(), after.tolist())
    assert found.p == pytest.approx(theirs.pvalue, abs=0.012)
    assert (found.better, found.worse) == ((after > before).sum(), (after < before).sum())


def test_seven_losses_and_no_gain_are_no_chance_and_as_many_gains_as_losses_are():
    zeros = [0.0] * 226
    assert compare([1.0] * 7 + zeros, [0.0] * 7 + zeros).p == pytest.approx(2 / 2**7)
    assert compare([1.0, 0.0] * 7 + zeros, [0.0, 1.0] * 7 + zeros).p == 1
    assert compare(zeros, zeros).p == 1


def cited(number: int, quote: str) -> Citation:
    return Citation(number, "1", "", "", "", "", Span(0, len(quote)), quote)


class Holds:
    """A judge that knows which sets of numbers bear out which statement."""

    def __init__(self, **known: list[set[int]]) -> None:
        self.known = known

    def check(self, claim, cited):
        return Verdict({c.number for c in cited} in self.known.get(claim.split()[0], []))


def test_citation_precision_and_recall_are_those_of_alces_definition_by_hand():
    text = "One holds by both. Two holds by one. Three holds by none. Four cites nothing."
    ends = [text.index(word) - 1 for word in ("Two", "Three", "Four")]
    markers = (Marker(ends[0], 1), Marker(ends[0], 2), Marker(ends[1], 1), Marker(ends[1], 3), Marker(ends[2], 2))
    answer = Answer("q", "q", text, markers=markers, citations=(cited(1, "a"), cited(2, "b"), cited(3, "c")), composer="llm")
    judge = Holds(One=[{1, 2}], Two=[{1}, {1, 3}])
    assert [s.numbers for s in statements(answer)] == [(1, 2), (1, 3), (2,), ()]
    measured = citation_measures(answer, judge)
    # Two of four statements are borne out; of five citations 3 is not needed and 2 stands behind what is not borne out.
    assert measured["citation_recall"] == 2 / 4
    assert measured["citation_precision"] == 3 / 5


def test_headings_and_what_stands_before_a_quote_are_no_statements_of_an_extractive_answer():
    text = "Articles differ:\nKabar Nusa: Eleven died.\nKontan: Seven died."
    markers = (Marker(text.index("\nKontan"), 1), Marker(len(text), 2))
    answer = Answer("q", "q", text, markers=markers, citations=(cited(1, "Eleven died."), cited(2, "Seven died.")))
    assert [s.text for s in statements(answer)] == ["Eleven died.", "Seven died."]
