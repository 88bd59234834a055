"""The student's vocabulary and its first table: what of the static model's tokens stays, and which teacher's vectors each starts from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.train.data import Recipe

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
WORD = "▁"


def use_by_language(tokenizer: Tokenizer, texts: Iterable[tuple[str, str]]) -> dict[str, Ints]:
    """Return how often each language of (language, text) uses each token, by language."""
    counts: dict[str, Ints] = {}
    held: dict[str, list[str]] = {}

    def count(language: str) -> None:
        encodings = tokenizer.encode_batch_fast(held.pop(language), add_special_tokens=False)
        tokens = np.array([token for encoding in encodings for token in encoding.ids], dtype=np.int64)
        counts[language] = counts.get(language, 0) + np.bincount(tokens, minlength=tokenizer.get_vocab_size())

    for language, text in texts:
        held.setdefault(language, []).append(text)
        if len(held[language]) == 10_000:
            count(language)
    for language in list(held):
        count(language)
    return counts


def prune(tokenizer: Tokenizer, use: Mapping[str, Ints], numbers: Recipe) -> tuple[Tokenizer, Ints]:
    """Return the tokenizer with its most used tokens only, and the number that each of them had before.

    Single letters always stay, so that every word can still be written.
    """
    total = np.zeros(tokenizer.get_vocab_size())
    for counts in use.values():
        total += counts / max(1, counts.sum()) * counts.sum() ** numbers["flatten"]
    written = json.loads(tokenizer.to_str())
    pieces: list[tuple[str, float]] = written["model"]["vocab"]
    letters = np.array([len(piece) == 1 for piece, _ in pieces])
    letters[0] = True  # the unknown token
    order = np.lexsort((-total, ~letters))
    kept = np.sort(order[: max(numbers["size"], int(letters.sum()))])
    floor = total[total > 0].min() / 2
    whole = float(np.maximum(total[kept], floor).sum())
    chances = [math.log(max(total[at], floor) / whole) for at in kept]
    written["model"]["vocab"] = [[pieces[at][0], 0.0 if at == 0 else chance] for at, chance in zip(kept, chances, strict=True)]
    return Tokenizer.from_str(json.dumps(written)), kept


def shared_words(pieces: Sequence[str], teacher: Mapping[str, int], use: Mapping[str, Ints], ratio: float) -> Ints:
    """Return for each token the teacher's token that is the same English word or part, or the same number or mark, -1 for none.

    Args:
        pieces: the student's tokens; `▁` begins a word.
        teacher: the teacher's vocabulary; `##` goes on with a word.
        use: how often each language uses each of `pieces`.
        ratio: English must use a token this often beside the language that uses it most.
    """
    # A word that stands a few times in a small language's text may be there by chance, so its count is taken two deviations lower.
    others = [np.maximum(0, counts - 2 * np.sqrt(counts)) / max(1, counts.sum()) for language, counts in use.items() if language != "en"]
    most = np.max(others, axis=0, initial=0)
    english = use["en"] / max(1, use["en"].sum())
    found = np.array([teacher.get(piece[1:] if piece.startswith(WORD) else "##" + piece, -1) for piece in pieces], dtype=np.int64)
    letters = np.array([any(letter.isalpha() for letter in piece) for piece in pieces])
    return np.where(~letters | ((english > 0) & (english >= ratio * most)), found, -1)


def first_rows(same: Ints, vectors: Floats, numbers: Recipe) -> tuple[NDArray[np.uint16], NDArray[np.float16]]:
    """Return the teacher's tokens that each token starts from, and their weights, both of shape (vocabulary, neighbours).

    A shared token starts from itself; another from its nearest shared tokens in the static space.

    Args:
        same: the teacher's token of each token, or -1.
        vectors: the static model's vectors of the tokens, shape (vocabulary, dimensions).
        numbers: `neighbours` and `temperature`.
    """
    columns = np.zeros((len(same), numbers["neighbours"]), dtype=np.uint16)
    weights = np.zeros(columns.shape, dtype=np.float16)
    shared, other = np.flatnonzero(same >= 0), np.flatnonzero(same < 0)
    columns[shared, 0], weights[shared, 0] = same[shared], 1
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    near = min(numbers["neighbours"], len(shared))
    for start in range(0, len(other), 1024):
        part = other[start : start + 1024]
        cosines = units[part] @ units[shared].T
        best = np.argpartition(-cosines, near - 1, axis=1)[:, :near]
        heat = np.exp(np.take_along_axis(cosines, best, axis=1) / numbers["temperature"])
        columns[part, :near] = same[shared][best]
        weights[part, :near] = heat / heat.sum(axis=1, keepdims=True)
    return columns, weights
