"""A claim with the sentences it cites, matched word by word: what the checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import Matched, Read
from assistant.answer.figures import same_figure
from assistant.answer.numerals import Figure
from assistant.answer.words import Vocabulary
from assistant.records import Citation

MET = 0.6
"""A word as near as this is met in full."""
OWN = 0.4
MARGIN = 0.25
"""A sentence is needed for a word that it meets so well and so much better than the others."""


@dataclass(frozen=True)
class Case:
    """A claim with the sentences it cites, matched word by word."""

    claim: Read
    matched: tuple[Matched, ...]
    cited: tuple[Citation, ...]
    vocabulary: Vocabulary

    @cached_property
    def met(self) -> NDArray[Any]:
        """How well each word of the claim is met by any of the sentences."""
        return np.asarray(np.max([one.met for one in self.matched], axis=0))

    @property
    def sentences(self) -> list[Read]:
        """The cited sentences."""
        return [one.sentence for one in self.matched]

    @cached_property
    def covered(self) -> float:
        """The share of the claim's content that is met, weighted by how much its words say."""
        return share(self.claim, self.met)

    def has_figure(self, figure: Figure, j: int) -> bool:
        """Say whether a sentence has a figure of the claim."""
        return any(same_figure(figure, other) for other in self.sentences[j].figures)

    @cached_property
    def used(self) -> tuple[int, ...]:
        """The places of the sentences that the claim needs, the one it needs most first."""
        return needed(self)


def share(claim: Read, met: NDArray[Any]) -> float:
    """Return the share of a claim's content that is met."""
    weights = np.array([claim.words.words[i].weight for i in claim.content])
    if not len(weights):
        return 1.0
    return float((weights * np.minimum(met[list(claim.content)], MET)).sum() / MET / weights.sum())


def needed(case: Case) -> tuple[int, ...]:
    """Return the sentences without which words, figures or names of the claim are not met."""
    claim = case.claim
    items = [*claim.content, *(i for run in claim.names for i in run if i not in claim.content)]
    weights = np.array([claim.words.words[i].weight for i in items])
    rows = np.stack([one.met[items] for one in case.matched]) if items else np.zeros((len(case.matched), 0))
    figure_rows = np.array([[any(same_figure(f, g) for g in s.figures) for f in claim.figures] for s in case.sentences], dtype=float)
    totals = (rows * weights).sum(axis=1) + 2 * figure_rows.reshape(len(rows), -1).sum(axis=1)
    first = int(totals.argmax())
    used = [first]
    for j in np.argsort(-totals):
        if j == first:
            continue
        have = rows[used].max(axis=0)
        gain = np.where((rows[j] >= OWN) & (rows[j] - have >= MARGIN), weights, 0).sum()
        figure_gain = (figure_rows[j] > figure_rows[used].max(axis=0)).sum() if claim.figures else 0
        if gain > 0 or figure_gain:
            used.append(int(j))
    return tuple(used)
