"""Measures of ranked lists, citations and abstentions, each defined in its docstring."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean, median

_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")  # Thai, kana, Han


def reciprocal_rank(relevant: Sequence[bool]) -> float:
    """Return 1 / rank of the first relevant item, 0 if there is none (RR; its mean is called MRR)."""
    return next((1.0 / rank for rank, is_relevant in enumerate(relevant, 1) if is_relevant), 0.0)


def success_at(k: int, relevant: Sequence[bool]) -> float:
    """Return 1 if any of the first `k` items is relevant, else 0 (Success@k; also called hit rate or accuracy@k)."""
    return float(any(relevant[:k]))


def recall_at(k: int, relevant: Sequence[bool], n_relevant: int) -> float:
    """Return the share of all `n_relevant` items that stand among the first `k` (Recall@k), 0 when there are none."""
    return sum(relevant[:k]) / n_relevant if n_relevant else 0.0


def ndcg_at(k: int, gains: Sequence[float], ideal: Iterable[float]) -> float:
    """Return the discounted gain of the first `k` items as a share of the best possible (nDCG@k; Jarvelin and Kekalainen 2002).

    The gain itself is discounted by log2 of rank + 1, as `trec_eval` does; some libraries take 2 ** gain - 1.

    Args:
        k: how deep.
        gains: the relevance of each item in the order of the ranking, 0 when it is not relevant.
        ideal: the relevance of everything that is relevant.
    """
    best = _discounted(sorted(ideal, reverse=True)[:k])
    return _discounted(gains[:k]) / best if best else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def precision_recall_f1(predicted: Sequence[bool], actual: Sequence[bool]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of a yes/no prediction; each is 0 where it has nothing to count."""
    both = sum(p and a for p, a in zip(predicted, actual, strict=True))
    precision = both / sum(predicted) if any(predicted) else 0.0
    recall = both / sum(actual) if any(actual) else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def mean(values: Iterable[float]) -> float:
    """Return the arithmetic mean, 0 of nothing."""
    listed = list(values)
    return fmean(listed) if listed else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below or at which `share` (0 to 1) of the values lie (nearest rank), 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def middle(values: Sequence[float]) -> float:
    """Return the median, 0 of nothing."""
    return median(values) if values else 0.0


def area_under_roc(scores: Sequence[float], actual: Sequence[bool]) -> float:
    """Return the chance that a random positive scores above a random negative, ties counting half (AUC of the ROC curve).

    One half when there are no positives or no negatives. Hanley and McNeil 1982.
    """
    positives = [score for score, is_positive in zip(scores, actual, strict=True) if is_positive]
    negatives = sorted(score for score, is_positive in zip(scores, actual, strict=True) if not is_positive)
    if not positives or not negatives:
        return 0.5
    wins = sum(bisect_left(negatives, score) + bisect_right(negatives, score) for score in positives) / 2
    return wins / (len(positives) * len(negatives))


ARTICLES = {
    "en": "a an the", "de": "der die das den dem des ein eine einen einem einer eines", "nl": "de het een",
    "fr": "le la les l un une des du", "es": "el la los las un una unos unas", "pt": "o a os as um uma uns umas",
    "it": "il lo la i gli le l un uno una",
}  # fmt: skip
"""Articles by language: they are no part of a short answer. Other languages here have none that stand alone."""


def exact_match(predicted: str, gold: str, language: str = "") -> float:
    """Return 1 if two short answers have the same words in the same order, else 0 (EM; Rajpurkar and others 2016); see `answer_words`."""
    return float(answer_words(predicted, language) == answer_words(gold, language))


def token_f1(predicted: str, gold: str, language: str = "") -> float:
    """Return the F1 of two short answers as bags of words (SQuAD; Rajpurkar and others 2016); see `answer_words`.

    Two texts without a word are equal.
    """
    ours, theirs = Counter(answer_words(predicted, language)), Counter(answer_words(gold, language))
    if not ours or not theirs:
        return float(ours == theirs)
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total())


def answer_words(text: str, language: str = "") -> list[str]:
    """Return the words of a short answer without case, punctuation and, where the language is given, its articles.

    As in MLQA (Lewis and others 2020), scripts without spaces are compared character by character. Letters of compatibility forms (full
    width, ligatures) are the plain ones.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    apart = plain.replace("'", " ").replace("\u2019", " ") if language in ("fr", "it") else plain
    kept = "".join(c for c in apart if unicodedata.category(c)[0] not in "PS")
    dropped = ARTICLES.get(language, "").split()
    return [word for word in _UNSPACED.sub(r" \g<0> ", kept).split() if word not in dropped]


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[float], bins: int = 10) -> float:
    """Return the mean distance between how sure and how right, over equally wide bins weighted by size (Naeini and others, 2015).

    Args:
        probabilities: the estimates, 0 to 1.
        right: what came true, 1 or 0.
        bins: how many.
    """
    return sum(size * abs(sure - true) for sure, true, size in reliability(probabilities, right, bins)) / max(len(right), 1)


def reliability(probabilities: Sequence[float], right: Sequence[float], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return for each bin that is not empty the mean estimate, the share that came true, and the size."""
    held: dict[int, list[tuple[float, float]]] = {}
    for probability, true in zip(probabilities, right, strict=True):
        held.setdefault(min(int(probability * bins), bins - 1), []).append((probability, true))
    return [(mean(p for p, _ in pairs), mean(t for _, t in pairs), len(pairs)) for _, pairs in sorted(held.items())]


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> list[tuple[float, float]]:
    """Return (share answered, share of these that are wrong) from the surest answer on; equally sure ones are added together.

    El-Yaniv and Wiener 2010.
    """
    ordered = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    points, n_wrong = [], 0
    for number, (confidence, is_wrong) in enumerate(ordered, 1):
        n_wrong += is_wrong
        if number == len(ordered) or ordered[number][0] < confidence:
            points.append((number / len(ordered), n_wrong / number))
    return points


def area_under_risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> float:
    """Return the mean risk over all shares answered, 0 is best (AURC; Geifman and El-Yaniv 2017).

    Equally sure answers stand in no order, so each counts the risk that is expected of it: the others of its group come before it half the
    time.
    """
    groups: dict[float, list[bool]] = {}
    for confidence, is_wrong in zip(confidences, wrong, strict=True):
        groups.setdefault(confidence, []).append(is_wrong)
    total, before, n_wrong = 0.0, 0, 0
    for confidence in sorted(groups, reverse=True):
        group = groups[confidence]
        share = sum(group) / len(group)
        total += sum((n_wrong + share * size) / (before + size) for size in range(1, len(group) + 1))
        before, n_wrong = before + len(group), n_wrong + sum(group)
    return total / before if before else 0.0
