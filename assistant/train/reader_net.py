"""The reader's network: token by token comparison of a passage with a question, then convolutions and attention.

Small enough for a laptop: the token vectors are given and stay as they are, so the network learns how questions are answered and
not what words mean, in one language for all that share the table. Convolutions and attention in turn as in QANet (Yu and others, 2018), the
aligned question as in DrQA (Chen and others, 2017).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

N_MARKS = 3
FAR = -1e4
N_COVER = 7
SHARP = 12.0  # how sharply a passage's token looks at the question's nearest tokens


class Mixing(nn.Module):
    """A depthwise convolution over neighbours, then a small dense layer; what is asked shifts and scales it."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.near = nn.Conv1d(size, size, width, padding=width // 2, groups=size)
        self.inner, self.outer = nn.Linear(size, 2 * size), nn.Linear(2 * size, size)
        self.film = nn.Linear(size, 2 * size)

    def forward(self, x: Tensor, mask: Tensor, asked: Tensor) -> Tensor:
        """Return x of shape (b, n, size), changed; mask has (b, n, 1), asked (b, size)."""
        y = self.norm(x) * mask
        y = self.near(y.transpose(1, 2)).transpose(1, 2)
        shift, scale = self.film(asked).unsqueeze(1).chunk(2, dim=-1)
        y = y * (1 + scale) + shift
        return torch.as_tensor(x + self.outer(functional.gelu(self.inner(y))))


class Attending(nn.Module):
    """Self-attention over the passage's tokens."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.three, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.heads = heads

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return x of shape (b, n, size), changed; mask has (b, n, 1)."""
        b, n, size = x.shape
        three = self.three(self.norm(x)).reshape(b, n, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        weights = three[0] @ three[1].transpose(-1, -2) / (size // self.heads) ** 0.5
        weights = weights + (1 - mask.transpose(1, 2).unsqueeze(1)) * FAR
        y = (weights.softmax(dim=-1) @ three[2]).permute(0, 2, 1, 3).reshape(b, n, size)
        return torch.as_tensor(x + self.out(y))


class ReaderNet(nn.Module):
    """Scores a passage's sentences, and the first and last tokens of the short answer."""

    def __init__(self, size: int, layers: int, kinds: int, heads: int = 4, dropout: float = 0.1) -> None:
        super().__init__()
        self.kind = nn.Embedding(kinds, size)
        self.ask_in, self.ask_mix = nn.Linear(size + 1, size), nn.ModuleList([Mixing(size, 3) for _ in range(2)])
        self.ask_pool = nn.Linear(size, 1)
        self.read_in = nn.Linear(3 * size + 1 + N_MARKS + 3 + N_COVER, size)
        self.mix = nn.ModuleList([Mixing(size, 7) for _ in range(layers)])
        self.attend = nn.ModuleList([Attending(size, heads) for _ in range(layers // 2)])
        self.last_norm = nn.LayerNorm(size)
        self.pool = nn.Linear(size, 2)
        self.ends = nn.Linear(size, 2)
        self.judge = nn.Sequential(nn.Linear(4 * size + N_COVER, size), nn.GELU(), nn.Dropout(dropout), nn.Linear(size, 1))
        self.drop = nn.Dropout(dropout)

    def forward(
        self, read: Tensor, weights: Tensor, marks: Tensor, member: Tensor, asked: Tensor, asked_weights: Tensor, kinds: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the scores of sentences, shape (b, s), and of first and last tokens, shape (b, n, 2).

        A sentence's score is its log-odds against "the passage does not tell", which scores 0.

        Args:
            read: unit vectors of the passage's tokens, (b, n, size); zeros where there is none.
            weights: what they weigh, (b, n); 0 where there is none.
            marks: capital, digit, neither letter nor digit; (b, n, 3).
            member: 1 where token n is of sentence s, (b, s, n).
            asked: unit vectors of the question's tokens, (b, m, size).
            asked_weights: what they weigh, (b, m); 0 where there is none.
            kinds: number of the kind of question, (b,).
        """
        mask = member.amax(dim=1).unsqueeze(-1)
        asked_mask = (asked_weights > 0).float()
        near = read @ asked.transpose(1, 2)
        near = near + (asked_mask.unsqueeze(1) - 1) * 2
        cover = covered(near, member, asked_weights)
        x, u = self._asked(asked, asked_weights, asked_mask, kinds)
        align = (SHARP * near + (asked_mask.unsqueeze(1) - 1) * -FAR).softmax(dim=-1) @ x
        best = near.amax(dim=-1, keepdim=True)
        there = near + (mask - 1) * 4  # padding meets no token of the question
        peak = (there >= there.amax(dim=1, keepdim=True) - 1e-4).float() @ _share(asked_weights) * mask
        parts = [read, align, read * align, weights.unsqueeze(-1), marks, best, (best > 0.98).float(), peak, member.transpose(1, 2) @ cover]
        y = self.drop(self.read_in(torch.cat(parts, dim=-1))) * mask
        for number, mix in enumerate(self.mix):
            y = mix(y, mask, u)
            if number % 2:
                y = self.attend[number // 2](y, mask)
        y = self.last_norm(y)
        return self._sentences(y, member, cover, u), self.ends(y) + (mask - 1) * -FAR

    def _asked(self, asked: Tensor, weights: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        kind = self.kind(kinds)
        x = self.drop(self.ask_in(torch.cat([asked, weights.unsqueeze(-1)], dim=-1)))
        for mix in self.ask_mix:
            x = mix(x, mask.unsqueeze(-1), kind)
        pool = (self.ask_pool(x).squeeze(-1) + (mask - 1) * -FAR).softmax(dim=-1)
        return x, (pool.unsqueeze(1) @ x).squeeze(1) + kind

    def _sentences(self, y: Tensor, member: Tensor, cover: Tensor, u: Tensor) -> Tensor:
        pools = []
        for scores in self.pool(y).unbind(dim=-1):
            inside = (scores.unsqueeze(1) + (member - 1) * -FAR).softmax(dim=-1) * member
            pools.append(inside @ y)
        wide = u.unsqueeze(1).expand(-1, member.shape[1], -1)
        scores = self.judge(torch.cat([*pools, pools[0] * wide, wide, cover], dim=-1)).squeeze(-1)
        return torch.as_tensor(scores + (member.amax(dim=-1) - 1) * -FAR)


def covered(near: Tensor, member: Tensor, weights: Tensor) -> Tensor:
    """Return how well each sentence meets the question's tokens, shape (b, s, N_COVER).

    Args:
        near: cosine of each passage token and each question token, (b, n, m).
        member: 1 where token n is of sentence s, (b, s, n).
        weights: what the question's tokens weigh, (b, m).
    """
    best = (near.unsqueeze(1) + (member.unsqueeze(-1) - 1) * 4).amax(dim=2).clamp(min=-1)
    there = member.amax(dim=-1, keepdim=True)
    whole = best.amax(dim=1, keepdim=True)
    share, heavy = _share(weights), _share(weights**2)
    plain, by_heavy = best @ share, best @ heavy
    of_whole = (whole @ share).expand_as(plain)
    pad = functional.pad(best, (0, 0, 1, 1), value=-1.0)
    around = torch.maximum(torch.maximum(pad[:, :-2], pad[:, 1:-1]), pad[:, 2:]) @ share
    # Between languages no token is met as well as within one, so what counts is how near a sentence comes to the passage's best.
    relative = best.clamp(min=0) / whole.clamp(min=0.1)
    columns = [plain, by_heavy, around, of_whole, plain - of_whole, relative @ share, relative @ heavy]
    return torch.cat(columns, dim=-1) * there


def _share(weights: Tensor) -> Tensor:
    """Return weights that sum to one, as columns: (b, m) to (b, m, 1)."""
    return (weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-6)).unsqueeze(-1)
