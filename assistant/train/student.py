"""The student: one vector per token, a text is the mean of its tokens, and the losses that train it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

    `target` holds the teacher's unit vectors of the rows where there is a teacher, shape (n, dimensions).
    """

    left: Bags
    right: Bags
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
        self._steps = 0

    def folded(self) -> Floats:
        """Return the token vectors with the matrix applied, shape (vocabulary, dimensions)."""
        return (self.vectors @ self.mix).numpy()

    def forward(self, bags: Sequence[Bags]) -> tuple[list[Tensor], Ints, Tensor, Tensor]:
        """Return unit vectors per collection of bags, the touched rows, and the two leaves with gradients."""
        tokens = np.concatenate([part.tokens for part in bags])
        rows, inverse = np.unique(tokens, return_inverse=True)
        sizes = np.concatenate([np.diff(part.starts) for part in bags])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        leaf = self.vectors[torch.from_numpy(rows)].requires_grad_()
        mix = self.mix.clone().requires_grad_()
        means = functional.embedding_bag(torch.from_numpy(inverse), leaf, torch.from_numpy(starts), mode="mean")
        units = functional.normalize(means @ mix, dim=1, eps=1e-6)
        return list(torch.split(units, [len(part) for part in bags])), rows, leaf, mix

    def update(self, rows: Ints, leaf: Tensor, mix: Tensor, rate: float, mix_rate: float) -> None:
        """Take one step of Adam; a row's moments move only when the row is used, as in torch's SparseAdam."""
        self._steps += 1
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
        corrected = second / (1 - 0.999**self._steps)
        return first / (1 - 0.9**self._steps) / (corrected.sqrt() + 1e-8)


def contrast(left: Tensor, right: Tensor, groups: Tensor, scale: float) -> Tensor:
    """Return the two-way in-batch contrastive loss (InfoNCE; van den Oord and others, 2018)."""
    logits = scale * left @ right.T
    same = (groups[:, None] == groups[None, :]) & ~torch.eye(len(groups), dtype=torch.bool)
    logits = logits.masked_fill(same, -torch.inf)
    wanted = torch.arange(len(groups))
    return (functional.cross_entropy(logits, wanted) + functional.cross_entropy(logits.T, wanted)) / 2


def loss_of(batch: Batch, left: Tensor, right: Tensor, scale: float, pull: float) -> Tensor:
    """Return the loss of one batch: left to right, and both to the teacher where there is one.

    `pull` weighs the cosine to the teacher beside the contrastive part.
    """
    groups = torch.from_numpy(batch.groups)
    loss = contrast(left, right, groups, scale)
    if batch.target is not None:
        for side in (left, right):
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
