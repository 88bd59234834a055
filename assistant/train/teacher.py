"""Encode English sentences once with the teacher, a transformer, and keep its vectors on disk."""

from __future__ import annotations

import importlib
import logging
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.train.data import Recipe

log = logging.getLogger(__name__)
Halves = NDArray[np.float16]
Floats = NDArray[np.float32]


def teach(texts: Sequence[str], folder: Path, numbers: Recipe) -> Halves:
    """Return the teacher's unit vectors of `texts`, shape (n, 384), float16.

    Shards in `folder` are kept: only texts that no shard holds are encoded, so an interrupted run goes on and
    a changed selection costs what is new.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = set(texts) - {text for path in folder.glob("*.txt") for text in _lines(path)}
    if missing:
        _encode(sorted(missing, key=lambda text: (-len(text), text)), folder, numbers)
    rows = {text: (path, row) for path in sorted(folder.glob("*.txt")) for row, text in enumerate(_lines(path))}
    shards = {path: np.load(path.with_suffix(".npy")) for path in sorted(folder.glob("*.txt"))}
    return np.stack([shards[path][row] for path, row in (rows[text] for text in texts)])


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def _encode(texts: list[str], folder: Path, numbers: Recipe) -> None:
    encode = _transformer(numbers) if numbers["package"] else _word_sums
    first = len(list(folder.glob("*.txt")))
    started = time.monotonic()
    for number, start in enumerate(range(0, len(texts), numbers["shard"])):
        shard = texts[start : start + numbers["shard"]]
        vectors = encode(shard)
        path = folder / f"{first + number:04d}.npy"
        np.save(path, vectors.astype(np.float16))
        # The list comes last: a shard without one does not count.
        path.with_suffix(".txt").write_text("\n".join(shard), encoding="utf-8")
        done = start + len(shard)
        log.info("teacher: %d of %d texts, %.0f s", done, len(texts), time.monotonic() - started)


def _transformer(numbers: Recipe) -> Callable[[list[str]], Floats]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(importlib.import_module(numbers["package"]).get_model_path()), device="cpu")
    model.max_seq_length = numbers["max_tokens"]

    def encode(texts: list[str]) -> Floats:
        batch = numbers["batch"]
        return np.asarray(model.encode(texts, batch_size=batch, normalize_embeddings=True, show_progress_bar=False))

    return encode


def _word_sums(texts: list[str]) -> Floats:
    """Stand in for the teacher in a small run: a text is the sum of a random vector per word."""
    rows = [
        np.sum(
            [np.random.default_rng(zlib.crc32(word.encode())).normal(size=384) for word in text.split()],
            axis=0,
        )
        for text in texts
    ]
    return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)
