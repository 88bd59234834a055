"""The student: one vector per token, a text is the mean of its tokens, and the losses that train it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from assistant.train.vocabulary import Bags, Ints

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """Texts that belong together row by row; rows with equal `groups` mean the same and are no negatives.

    `sides` are the left texts, the right texts, and perhaps a hard negative for each left one; `groups` has a
    number for each row, and then for each hard negative. `target` holds the teacher's unit vectors of the
    rows where there is a teacher, shape (n, dimensions).
    """

    sides: list[Bags]
    groups: Ints
    target: Tensor | None = None


class Student:
    """Token vectors with Adam's moments, updated only in the rows that a batch touches.

    `mix` is one matrix over all languages. What question-passage pairs teach through it in Indonesian holds
    for the other languages too; it is folded into the token vectors at the end.
    """

    def __init__(self, vectors: Floats) -> None:
        self.vectors = torch.from_numpy(vectors.copy())
        self.mix = torch.eye(vectors.shape[1])
        self._moments = [torch.zeros_like(self.vectors), torch.zeros_like(self.vectors)]
        self._mix_moments = [torch.zeros_like(self.mix), torch.zeros_like(self.mix)]
        self.steps = 0

    def save(self, path: Path, note: dict[str, Any]) -> None:
        """Write all that training goes on from, and a note that JSON can hold; the file appears at once."""
        aside = path.with_name("aside." + path.name)
        arrays: dict[str, Any] = {name: moments.numpy() for name, moments in self._named().items()}
        np.savez(aside, vectors=self.vectors, mix=self.mix, steps=self.steps, note=json.dumps(note), **arrays)
        aside.replace(path)

    def load(self, path: Path) -> dict[str, Any]:
        """Take over what `save` wrote and return the note."""
        with np.load(path) as kept:
            self.vectors, self.mix, self.steps = torch.from_numpy(kept["vectors"]), torch.from_numpy(kept["mix"]), int(kept["steps"])
            for name, moments in self._named().items():
                moments.copy_(torch.from_numpy(kept[name]))
            return dict(json.loads(str(kept["note"])))

    def _named(self) -> dict[str, Tensor]:
        names = ("first", "second", "mix_first", "mix_second")
        return dict(zip(names, [*self._moments, *self._mix_moments], strict=True))

    def folded(self) -> Floats:
        """Return the token vectors with the matrix applied, shape (vocabulary, dimensions)."""
        return (self.vectors @ self.mix).numpy()

    def forward(self, bags: Sequence[Bags]) -> tuple[list[Tensor], Ints, Tensor, Tensor]:
        """Return unit vectors per collection of bags, the touched rows, and the two leaves with gradients."""
        tokens = np.concatenate([part.tokens for part in bags])
        # A vocabulary-wide mask finds the distinct tokens many times faster than sorting them.
        used = np.zeros(len(self.vectors), dtype=bool)
        used[tokens] = True
        rows, inverse = np.flatnonzero(used), (np.cumsum(used) - 1)[tokens]
        sizes = np.concatenate([np.diff(part.starts) for part in bags])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        leaf = self.vectors[torch.from_numpy(rows)].requires_grad_()
        mix = self.mix.clone().requires_grad_()
        means = functional.embedding_bag(torch.from_numpy(inverse), leaf, torch.from_numpy(starts), mode="mean")
        units = functional.normalize(means @ mix, dim=1, eps=1e-6)
        return list(torch.split(units, [len(part) for part in bags])), rows, leaf, mix

    def update(self, rows: Ints, leaf: Tensor, mix: Tensor, rate: float, mix_rate: float) -> None:
        """Take one step of Adam; a row's moments move only when the row is used, as in torch's SparseAdam."""
        self.steps += 1
        assert leaf.grad is not None
        assert mix.grad is not None
        # In blocks that stay in the processor's cache: a whole batch's rows took twice as long.
        blocks = (torch.split(full, 1024) for full in (torch.from_numpy(rows), leaf.detach(), leaf.grad))
        for part, old, slope in zip(*blocks, strict=True):
            first, second = (moment[part] for moment in self._moments)
            self.vectors[part] = old - rate * self._direction(first, second, slope)
            self._moments[0][part], self._moments[1][part] = first, second
        if mix_rate:
            self.mix = mix.detach() - mix_rate * self._direction(self._mix_moments[0], self._mix_moments[1], mix.grad)

    def _direction(self, first: Tensor, second: Tensor, gradient: Tensor) -> Tensor:
        first.mul_(0.9).add_(gradient, alpha=0.1)
        second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        corrected = second / (1 - 0.999**self.steps)
        return first / (1 - 0.9**self.steps) / (corrected.sqrt() + 1e-8)


def contrast(left: Tensor, right: Tensor, groups: Tensor, scale: float) -> Tensor:
    """Return the two-way in-batch contrastive loss (InfoNCE; van den Oord and others, 2018)."""
    logits = scale * left @ right.T
    same = (groups[:, None] == groups[None, :]) & ~torch.eye(len(groups), dtype=torch.bool)
    logits = logits.masked_fill(same, -torch.inf)
    wanted = torch.arange(len(groups))
    return (functional.cross_entropy(logits, wanted) + functional.cross_entropy(logits.T, wanted)) / 2


def pooled_contrast(sides: Sequence[Tensor], groups: Tensor, scale: float) -> Tensor:
    """Return the contrastive loss in which every other text of the batch is a candidate, of either side.

    A translation must then be nearer than any other sentence of the same language: a part of the vector that
    only says which language a text is in costs, where left against right does not see it. The third of
    `sides`, where there is one, holds negatives only.
    """
    n = len(sides[0])
    texts = torch.cat(list(sides))
    meanings = torch.cat([groups[:n], groups])
    asked = torch.arange(2 * n)
    wanted = asked.roll(n)
    same = meanings[: 2 * n, None] == meanings[None, :]
    same[asked, wanted] = False
    logits = (scale * texts[: 2 * n] @ texts.T).masked_fill(same, -torch.inf)
    return functional.cross_entropy(logits, wanted)


def loss_of(batch: Batch, sides: Sequence[Tensor], scale: float, pull: float, pooled: bool) -> Tensor:
    """Return the loss of one batch: left to right, and both to the teacher where there is one.

    `pull` weighs the cosine to the teacher beside the contrastive part.
    """
    groups = torch.from_numpy(batch.groups)
    loss = pooled_contrast(sides, groups, scale) if pooled else contrast(sides[0], sides[1], groups[: len(sides[0])], scale)
    if batch.target is not None:
        for side in sides:
            cosine = (side * batch.target).sum(dim=1).mean()
            loss = loss + contrast(side, batch.target, groups, scale) + pull * (1 - cosine)
    return loss


def encode(vectors: Floats, bags: Bags) -> Floats:
    """Return unit vectors of bags, shape (n, dimensions); token vectors have (vocabulary, dimensions)."""
    parts = []
    for start in range(0, len(bags), 4096):
        part = bags.take(np.arange(start, min(start + 4096, len(bags))))
        tokens, starts = torch.from_numpy(part.tokens), torch.from_numpy(part.starts[:-1])
        means = functional.embedding_bag(tokens, torch.from_numpy(vectors), starts, mode="mean")
        parts.append(functional.normalize(means, dim=1, eps=1e-6).numpy())
    return np.concatenate(parts)
