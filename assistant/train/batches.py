"""Draw batches from the packed folder; numpy only, so that it runs beside any accelerator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.train.arrays import Array, load_arrays

Ints = NDArray[np.int64]
Numbers = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """Rows of one task: texts by number, with what they mean, their languages, and look-alikes of the right side, -1 for none.

    `taught` are the texts that the teacher sees, None in a task without a teacher; `hard` has shape (rows, h).
    """

    left: Ints
    right: Ints
    groups: Ints
    languages: Ints
    taught: Ints | None
    hard: Ints


@dataclass(frozen=True)
class Padded:
    """Texts of like length: token ids and where there is one, both of shape (len(rows), longest); `rows` says which texts."""

    ids: Ints
    mask: NDArray[np.bool_]
    rows: Ints


class Texts:
    """Tokenised sentences and the texts that are runs of them."""

    def __init__(self, tokens: Array, sizes: Array, runs: Array, run_sizes: Array, ends: Sequence[int]) -> None:
        """Hold sentences (`tokens` end to end, `sizes` of each), texts (`runs` of sentences), and the ids around every text."""
        self._tokens, self._sizes = tokens, sizes.astype(np.int64)
        self._runs, self._run_sizes = runs.astype(np.int64), run_sizes.astype(np.int64)
        self._first, self._run_first = _firsts(self._sizes), _firsts(self._run_sizes)
        self._ends = ends

    def __len__(self) -> int:
        return len(self._run_sizes)

    def padded(self, texts: Ints, limit: int, chunk: int, drop: float, rng: np.random.Generator) -> Iterator[Padded]:
        """Yield the texts in chunks of like length.

        Args:
            texts: their numbers.
            limit: the most tokens of a text, those around it included.
            chunk: the most padded tokens together; a longer text comes alone.
            drop: the chance of a token to be left out.
            rng: where chance comes from.
        """
        tokens, owners = self._gather(texts)
        if drop:
            kept = rng.random(len(tokens)) >= drop
            tokens, owners = tokens[kept], owners[kept]
        sizes = np.bincount(owners, minlength=len(texts))
        places = np.arange(len(tokens)) - np.repeat(_firsts(sizes), sizes)
        inside = places < limit - 2
        tokens, owners, places = tokens[inside], owners[inside], places[inside]
        sizes = np.minimum(sizes, limit - 2)
        firsts = _firsts(sizes)
        order = np.argsort(-sizes, kind="stable")
        start = 0
        while start < len(order):
            longest = int(sizes[order[start]]) + 2
            rows = order[start : start + max(1, chunk // longest)]
            start += len(rows)
            at = _ranges(firsts[rows], sizes[rows])
            line = np.repeat(np.arange(len(rows)), sizes[rows])
            ids = np.zeros((len(rows), longest), dtype=np.int64)
            ids[:, 0] = self._ends[0]
            ids[line, places[at] + 1] = tokens[at]
            ids[np.arange(len(rows)), sizes[rows] + 1] = self._ends[1]
            yield Padded(ids, np.arange(longest) < sizes[rows][:, None] + 2, rows)

    def _gather(self, texts: Ints) -> tuple[Ints, Ints]:
        """Return the tokens of texts end to end, and the position in `texts` of each token's text."""
        sizes = self._run_sizes[texts]
        sentences = self._runs[_ranges(self._run_first[texts], sizes)]
        tokens = self._tokens[_ranges(self._first[sentences], self._sizes[sentences])]
        owners = np.repeat(np.repeat(np.arange(len(texts)), sizes), self._sizes[sentences])
        return tokens.astype(np.int64), owners


class Pack:
    """The packed folder, opened."""

    def __init__(self, card: Numbers, arrays: dict[str, Array], shares: Numbers) -> None:
        """Hold the content; `shares` (`flatten`, `weights`) says how often languages are drawn."""
        self.card, self.arrays = card, arrays
        runs = arrays["runs"], arrays["run_sizes"]
        self.texts = Texts(arrays["tokens"], arrays["sizes"], *runs, card["ends"])
        self.english = Texts(arrays["teacher_tokens"], arrays["teacher_sizes"], *runs, card["teacher_ends"])
        self._shares = shares

    @classmethod
    def open(cls, folder: Path, shares: Numbers) -> Pack:
        """Read a folder that `pack.prepare` wrote."""
        return cls(json.loads((folder / "pack.json").read_text(encoding="utf-8")), load_arrays(folder / "arrays"), shares)

    def draw(self, task: str, size: int, rng: np.random.Generator, hard: int = 0) -> Drawn:
        """Draw at most `size` different rows of a task, languages by their shares, rows of a language evenly."""
        counts = self.arrays[f"{task}.counts"].astype(np.int64)
        weights = np.array([self._shares["weights"].get(language, 1.0) for language in self.card["languages"]])
        shares = counts ** self._shares["flatten"] * weights
        languages = rng.choice(len(counts), size=size, p=shares / shares.sum())
        rows = np.unique(_firsts(counts)[languages] + (rng.random(size) * counts[languages]).astype(np.int64))
        return self.rows(task, rows, rng, hard)

    def rows(self, task: str, rows: Ints, rng: np.random.Generator, hard: int = 0) -> Drawn:
        """Return these rows of a task, each with `hard` of its look-alikes."""
        column = {name: self.arrays[f"{task}.{name}"][rows].astype(np.int64) for name in ("left", "right", "groups", "taught")}
        languages = np.searchsorted(np.cumsum(self.arrays[f"{task}.counts"]), rows, side="right")
        known = self.arrays.get(f"{task}.hard")
        likes = np.full((len(rows), 0), -1, dtype=np.int64)
        if known is not None and hard:
            columns = np.argsort(rng.random((len(rows), known.shape[1])), axis=1)[:, :hard]
            likes = np.take_along_axis(known[rows].astype(np.int64), columns, axis=1)
        taught = column["taught"] if (column["taught"] >= 0).all() and len(rows) else None
        return Drawn(column["left"], column["right"], column["groups"], languages, taught, likes)


def _firsts(sizes: Ints) -> Ints:
    return np.cumsum(sizes) - sizes


def _ranges(firsts: Ints, sizes: Ints) -> Ints:
    """Return the positions `first, first + 1, ...` of every range, end to end."""
    return np.arange(int(sizes.sum())) + np.repeat(firsts - _firsts(sizes), sizes)
