"""What the student learns from: each task draws batches from one kind of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from assistant.train.data import Pair, Recipe
from assistant.train.student import Batch, Floats
from assistant.train.teacher import Halves
from assistant.train.vocabulary import Bags, Ints


@dataclass(frozen=True)
class Task:
    """Pairs of texts as rows into `bags`; a batch draws pairs by `chances` (cumulative, ending at 1).

    `taught` gives for each pair the row of the teacher's `vectors`, where there is a teacher.
    """

    name: str
    bags: Bags
    left: Ints
    right: Ints
    groups: Ints
    chances: Floats
    vectors: Halves | None = None
    taught: Ints | None = None

    def draw(self, size: int, keep: float, rng: np.random.Generator) -> Batch:
        """Draw at most `size` different pairs; each of their tokens is kept with probability `keep`."""
        rows = np.unique(np.searchsorted(self.chances, rng.random(size), side="right").clip(max=len(self.left) - 1))
        left, right = self.bags.take(self.left[rows]), self.bags.take(self.right[rows])
        if keep < 1:
            left, right = left.thin(keep, rng), right.thin(keep, rng)
        target = None
        if self.vectors is not None and self.taught is not None:
            target = torch.from_numpy(self.vectors[self.taught[rows]].astype(np.float32))
        return Batch(left, right, self.groups[rows], target)


class Texts:
    """Numbers texts in the order they come, each once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def add(self, texts: Sequence[str]) -> Ints:
        """Return the numbers of `texts`."""
        return np.array([self.numbers.setdefault(text, len(self.numbers)) for text in texts], dtype=np.int64)

    def all(self) -> list[str]:
        """Return every text, by number."""
        return list(self.numbers)


def chances(keys: Sequence[str], numbers: Recipe) -> Floats:
    """Return cumulative chances of rows: keys share by size to the power `flatten`, times their `weights`."""
    names, inverse, counts = np.unique(np.array(keys), return_inverse=True, return_counts=True)
    shares = counts ** numbers["flatten"] * np.array([numbers["weights"].get(str(name), 1.0) for name in names])
    return np.asarray(np.cumsum((shares / counts / shares.sum())[inverse]), dtype=np.float64)


def windows(pairs: Sequence[Pair], numbers: Recipe) -> list[list[Pair]]:
    """Cut runs of neighbouring pairs of one document-like source into windows of `sentences` pairs."""
    runs: list[list[Pair]] = []
    for pair in pairs:
        if pair.source not in numbers["sources"]:
            continue
        last = runs[-1][-1] if runs else None
        joins = (
            last is not None
            and (pair.language, pair.source) == (last.language, last.source)
            and pair.position <= last.position + 2
            and len(runs[-1]) < numbers["sentences"]
        )
        if joins:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return [run for run in runs if len(run) > 1]
