import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.search.fusion import FIRST, KNOWN, MATCHED, STRANGE, Pool, fusion_weights, pooled, ranked, strangeness, with_matches

scores = st.dictionaries(st.integers(1, 50), st.floats(0, 50, allow_nan=False), max_size=20).map(
    lambda found: sorted(found.items(), key=lambda item: -item[1])
)


def pool_of(dense, lexical, same=None, weight=10.0) -> Pool:
    ids = pooled(dense, lexical)
    return Pool.of(dense, lexical, np.array([same is None or i in same for i in ids], bool), weight)


@given(scores, scores)
def test_the_pool_holds_every_passage_once_by_id(dense, lexical):
    pool = pool_of(dense, lexical)
    assert pool.passages.tolist() == sorted({p for p, _ in (*dense, *lexical)})
    assert pool.columns().shape == (len(pool.passages), len(FIRST))


@given(scores, scores)
def test_a_passage_without_a_vector_score_is_as_near_as_the_last_that_has_one(dense, lexical):
    pool = pool_of(dense, lexical)
    expected = [dict(dense).get(i, dense[-1][1] if dense else 0.0) for i in pool.passages.tolist()]
    assert pool.columns()[:, FIRST.index("cosine")].tolist() == expected


@given(scores, scores, st.sets(st.integers(1, 50)))
def test_terms_count_only_in_the_language_of_the_question(dense, lexical, same):
    pool = pool_of(dense, lexical, same)
    features = dict(zip(FIRST, pool.columns().T, strict=True))
    for n, passage in enumerate(pool.passages.tolist()):
        if passage not in same:
            assert features["terms"][n] == features["covered"][n] == features["terms_covered"][n] == 0
        else:
            assert features["other"][n] == features["other_cosine"][n] == 0


@given(scores, st.floats(0.1, 100))
def test_covering_twice_the_weight_of_a_question_covers_no_more_than_all_of_it(lexical, weight):
    covered = pool_of([], lexical, weight=weight).columns()[:, FIRST.index("covered")]
    assert ((covered >= 0) & (covered <= 1.5)).all()


@given(st.dictionaries(st.integers(1, 50), st.floats(-5, 5), max_size=30))
def test_ranking_is_best_first_and_by_id_among_equals(found):
    order = ranked(np.array(list(found), np.int64), np.array(list(found.values()), np.float64))
    assert sorted(passage for passage, _ in order) == sorted(found)
    for (p, a), (q, b) in itertools.pairwise(order):
        assert a > b or (a == b and p < q)


def test_matches_stand_beside_the_first_features_in_the_order_of_their_names():
    columns = pool_of([(1, 0.5), (2, 0.4)], [], same={1}).columns()
    whole = with_matches(columns, np.array([[0.7, 0.2, 4.0], [0.6, 0.1, 5.0]]))
    features = dict(zip(MATCHED, whole.T, strict=True))
    assert (whole[:, : len(FIRST)] == columns).all()
    assert features["match"].tolist() == [0.7, 0.6]
    assert features["other_match"].tolist() == [0, 0.6]
    assert features["near"].tolist() == [0.2, 0.1]
    assert features["other_near"].tolist() == [0, 0.1]
    assert features["length"].tolist() == [4, 5]


def test_the_learned_weights_are_in_cosine():
    weights = fusion_weights()
    assert len(weights.first) == len(FIRST)
    assert len(weights.matched) == len(MATCHED)
    assert weights.first[0] == weights.matched[0] == 1


def test_by_the_learned_weights_whoever_covers_the_question_is_before_one_as_near_that_does_not():
    pool = pool_of([(1, 0.5), (2, 0.5)], [(2, 10.0)])
    assert ranked(pool.passages, pool.columns() @ fusion_weights().first)[0][0] == 2
    whole = with_matches(pool.columns(), np.array([[0.5, 0.1, 5.0], [0.5, 0.1, 5.0]]))
    assert ranked(pool.passages, whole @ fusion_weights().matched)[0][0] == 2


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_scraps_never_make_a_question_less_strange(one, other):
    assert 0 <= strangeness(min(one, other)) <= strangeness(max(one, other)) <= 1
    assert (strangeness(one) == 0) == (one <= KNOWN)
    assert strangeness(STRANGE) == 1


@given(st.floats(0, 1))
def test_weights_lie_between_those_of_known_and_of_strange_questions(strange):
    known, other, mixed = fusion_weights(), fusion_weights(1.0), fusion_weights(strange)
    for name in ("first", "matched"):
        a, b, between = (getattr(weights, name) for weights in (known, other, mixed))
        assert (between >= np.minimum(a, b) - 1e-9).all()
        assert (between <= np.maximum(a, b) + 1e-9).all()


def test_of_a_strange_question_the_terms_decide():
    """One passage covers the question, the other is nearer by vectors and tokens: which wins depends on what those are worth."""
    columns = pool_of([(1, 0.8), (2, 0.5)], [(2, 5.0)]).columns()
    whole = with_matches(columns, np.array([[0.9, 0.4, 5.0], [0.5, 0.1, 5.0]]))
    passages = np.array([1, 2])
    assert ranked(passages, whole @ fusion_weights().matched)[0][0] == 1
    assert ranked(passages, whole @ fusion_weights(1.0).matched)[0][0] == 2
