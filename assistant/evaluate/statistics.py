"""How sure a figure is: bootstrap intervals of a mean, and a paired test of two means. Seeds are fixed: equal rows give equal numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

SEED = 20_240_601
RESAMPLES = 2_000
"""Of this many resamples the ends of a 95 % interval vary by about .002 at 240 questions."""
FLIPS = 20_000
EXACT = 14
"""Up to so many differences all 2 ** n ways to sign them are counted."""
LEVEL = 0.95
BLOCK = 4_000_000
"""Numbers drawn at once: 32 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the ends of its interval; both are the mean where there are too few values to tell."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How two means over the same questions differ: the second less the first, its interval, and p of there being no difference.

    `better` and `worse` count the questions on which the second is above and below the first.
    """

    before: float
    after: float
    low: float
    high: float
    p: float
    better: int
    worse: int

    @property
    def change(self) -> float:
        """The second mean less the first."""
        return self.after - self.before


def bootstrap(values: Sequence[float]) -> Interval:
    """Return the mean with its 95 % percentile interval (Efron 1979)."""
    rows = np.asarray(values, np.float64)
    if not len(rows):
        return Interval(0.0, 0.0, 0.0)
    mean = float(rows.mean())
    if len(rows) < 2 or np.ptp(rows) == 0:
        return Interval(mean, mean, mean)
    low, high = np.quantile(_resampled_means(rows), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean, float(low), float(high))


def compare(before: Sequence[float], after: Sequence[float]) -> Difference:
    """Compare two measurements of the same questions in the same order.

    The test flips the sign of each question's difference at random (Fisher's randomisation test, two-sided): it assumes nothing about how
    the differences are distributed.
    """
    one, other = np.asarray(before, np.float64), np.asarray(after, np.float64)
    differences = np.round(other - one, 12)
    interval = bootstrap(differences.tolist())
    moved = differences[differences != 0]
    counts = int((differences > 0).sum()), int((differences < 0).sum())
    means = (float(one.mean()), float(other.mean())) if len(one) else (0.0, 0.0)
    return Difference(*means, interval.low, interval.high, _sign_flip(moved), *counts)


def _sign_flip(moved: Numbers) -> float:
    """Return how often random signs give a sum at least as far from 0, over the differences that are not 0."""
    if not len(moved):
        return 1.0
    observed = abs(float(moved.sum())) - 1e-9
    if len(moved) <= EXACT:
        signs = 1 - 2 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
        return float((np.abs(signs @ moved) >= observed).mean())
    random = np.random.default_rng(SEED)
    extreme, left = 0, FLIPS
    while left:
        rows = min(left, max(1, BLOCK // len(moved)))
        signs = random.integers(0, 2, (rows, len(moved)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ moved) >= observed).sum())
        left -= rows
    return (extreme + 1) / (FLIPS + 1)


def _resampled_means(rows: Numbers) -> Numbers:
    if len(rows) * RESAMPLES <= BLOCK:
        return np.asarray(rows[_draws(len(rows))].mean(axis=1))
    random = np.random.default_rng(SEED)
    return np.array([rows[random.integers(0, len(rows), len(rows))].mean() for _ in range(RESAMPLES)])


@lru_cache(maxsize=4)
def _draws(n: int) -> NDArray[Any]:
    """Return which values each resample takes: the same for all measures of the same questions."""
    return np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))
