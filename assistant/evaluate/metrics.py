"""Measures of ranked lists, citations and abstentions, each defined in its docstring."""

from __future__ import annotations

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


def token_f1(predicted: str, gold: str) -> float:
    """Return the F1 of two texts as bags of words, without case and punctuation (SQuAD; Rajpurkar and others 2016).

    As in MLQA, scripts without spaces are compared character by character. Articles are kept: other languages have none, or others.
    Two texts without a word are equal.
    """
    ours, theirs = Counter(_f1_tokens(predicted)), Counter(_f1_tokens(gold))
    if not ours or not theirs:
        return float(ours == theirs)
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total())


def _f1_tokens(text: str) -> list[str]:
    words = "".join(c for c in text.casefold() if unicodedata.category(c)[0] not in "PS")
    return _UNSPACED.sub(r" \g<0> ", words).split()


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
