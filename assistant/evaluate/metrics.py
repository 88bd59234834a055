"""Measures of ranked lists, citations and abstentions, each defined in its docstring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median


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
