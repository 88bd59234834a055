"""Number the texts of the transformer's training: sentences are stored once, a text is a run of sentences.

A passage or a window costs no tokens of its own that way, and each of its sentences is at hand as a look-alike of the one that answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ints = NDArray[np.int64]


class Pieces:
    """Numbers sentences and texts in the order they come, each once."""

    def __init__(self) -> None:
        self.sentences: dict[str, int] = {}
        self.texts: dict[tuple[int, ...], int] = {}

    def add(self, sentences: Sequence[str]) -> int:
        """Return the number of the text that these sentences are, joined."""
        run = tuple(self.sentences.setdefault(sentence, len(self.sentences)) for sentence in sentences)
        return self.texts.setdefault(run, len(self.texts))

    def english(self, texts: Sequence[int]) -> list[int]:
        """Return the sentences in these texts, each once, in order."""
        runs = list(self.texts)
        return sorted({sentence for text in texts for sentence in runs[text]})

    def arrays(self) -> dict[str, NDArray[np.unsignedinteger]]:
        """Return the texts as runs of sentence numbers laid end to end, and their lengths."""
        runs = [number for run in self.texts for number in run]
        return {"runs": np.array(runs, dtype=np.uint32), "run_sizes": np.array([len(run) for run in self.texts], dtype=np.uint16)}


@dataclass
class Rows:
    """Pairs of texts of one task, as numbers: left and right, what each means, what the teacher sees, look-alikes of the right one.

    Equal `groups` mean the same and are no negatives; a look-alike's group is its own number.
    """

    left: list[int]
    right: list[int]
    groups: list[int]
    languages: list[str]
    taught: list[int]
    hard: list[list[int]]

    @classmethod
    def empty(cls) -> Rows:
        """Return no rows."""
        return cls([], [], [], [], [], [])

    def add(self, left: int, right: int, group: int, language: str, taught: int = -1, hard: Sequence[int] = ()) -> None:
        """Add one pair."""
        for column, value in zip(self.columns(), (left, right, group, language, taught, list(hard)), strict=True):
            column.append(value)

    def columns(self) -> tuple[list, ...]:  # type: ignore[type-arg]
        """Return the columns in the order of `add`."""
        return self.left, self.right, self.groups, self.languages, self.taught, self.hard

    def arrays(self, name: str, names: Sequence[str], width: int) -> dict[str, NDArray[np.int32]]:
        """Return the rows sorted by language, with the count of each language; look-alikes are padded with -1."""
        order = np.argsort([names.index(language) for language in self.languages], kind="stable")
        counts = [self.languages.count(language) for language in names]
        found: dict[str, list[int]] = {"left": self.left, "right": self.right, "groups": self.groups, "taught": self.taught}
        arrays = {f"{name}.{key}": np.array(column, dtype=np.int32)[order] for key, column in found.items()}
        arrays[f"{name}.counts"] = np.array(counts, dtype=np.int32)
        if any(self.hard):
            padded = [(row + [-1] * width)[:width] for row in self.hard]
            arrays[f"{name}.hard"] = np.array(padded, dtype=np.int32)[order]
        return arrays


def token_arrays(tokenizer: Tokenizer, sentences: Sequence[str], limit: int) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return the tokens of sentences laid end to end, each cut at `limit`, and their lengths."""
    parts, sizes = [], []
    for start in range(0, len(sentences), 10_000):
        for encoding in tokenizer.encode_batch_fast(list(sentences[start : start + 10_000]), add_special_tokens=False):
            parts.append(np.array(encoding.ids[:limit], dtype=np.uint16))
            sizes.append(len(parts[-1]))
    tokens = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint16)
    return tokens, np.array(sizes, dtype=np.uint16)
