"""Turn examples into the reader's arrays: tokens once, a window of whole sentences drawn anew for every batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.answer.reader import MOST_ASKED, MOST_LEAD_TOKENS, Ints, Tokens, kind_number, tokens_of
from assistant.train.reading import Example, Passage


@dataclass(frozen=True)
class Read:
    """A passage's tokens and the sentence of each, -1 between sentences."""

    tokens: Tokens
    sentences: NDArray[np.int64]
    bounds: NDArray[np.int64]  # first token of each sentence, and the end of the last; shape (sentences + 1,)


@dataclass(frozen=True)
class Row:
    """An example as numbers: question, passage, and the answer's sentence and tokens, -1 when there is none."""

    question: int
    passage: int
    kind: int
    sentence: int
    first: int
    last: int
    weight: float


class Shelf:
    """Every text once, as tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[object, int] = {}
        self.questions: list[Tokens] = []
        self.passages: list[Read] = []

    def question(self, text: str) -> int:
        """Return the number of a question."""
        if ("q", text) not in self._known:
            self._known["q", text] = len(self.questions)
            self.questions.append(tokens_of(self._tokenizer, text))
        return self._known["q", text]

    def passage(self, passage: Passage) -> int:
        """Return the number of a passage."""
        if ("p", passage.text) not in self._known:
            self._known["p", passage.text] = len(self.passages)
            tokens = tokens_of(self._tokenizer, passage.text)
            starts = np.asarray([start for start, _ in passage.sentences], np.int64)
            owner = np.searchsorted(starts, tokens.ends - 1, side="right") - 1
            bounds = np.append(np.searchsorted(owner, np.arange(len(starts))), len(owner))
            self.passages.append(Read(tokens, owner, bounds))
        return self._known["p", passage.text]

    def row(self, example: Example, weight: float) -> Row | None:
        """Return an example as numbers; None when its answer cannot be found among the tokens."""
        passage = self.passage(example.passage)
        question, kind = self.question(example.question), kind_number(example.kind)
        if not len(self.questions[question]) or not len(self.passages[passage].tokens):
            return None
        if example.answer is None:
            return Row(question, passage, kind, -1, -1, -1, weight)
        tokens = self.passages[passage].tokens
        first = int(np.searchsorted(tokens.ends, example.answer[0], side="right"))
        last = int(np.searchsorted(tokens.starts, example.answer[1], side="left")) - 1
        if not 0 <= first <= last < len(tokens):
            return None
        sentence = int(self.passages[passage].sentences[first])
        last = min(last, int(self.passages[passage].bounds[sentence + 1]) - 1)
        if sentence < 0:
            return None
        return Row(question, passage, kind, sentence, first if example.short else -1, last if example.short else -1, weight)


@dataclass(frozen=True)
class Batch:
    """Arrays of the network; see `assistant/train/reader.py` for their shapes."""

    ids: torch.Tensor
    marks: torch.Tensor
    member: torch.Tensor
    asked: torch.Tensor
    kinds: torch.Tensor
    sentence: torch.Tensor
    first: torch.Tensor
    last: torch.Tensor
    weight: torch.Tensor


def window(read: Read, sentence: int, most: int, rng: np.random.Generator) -> tuple[int, int]:
    """Draw a run of sentences, (first, end), of at most `most` tokens, with `sentence` in it unless that is -1."""
    count = len(read.bounds) - 1
    first = end = int(sentence if sentence >= 0 else rng.integers(count))
    end += 1
    open_left, open_right = True, True
    while open_left or open_right:
        left = open_left and (not open_right or rng.random() < 0.5)
        new_first, new_end = (first - 1, end) if left else (first, end + 1)
        if new_first < 0 or new_end > count or read.bounds[new_end] - read.bounds[new_first] > most:
            if left:
                open_left = False
            else:
                open_right = False
            continue
        first, end = new_first, new_end
    return first, end


def batch_of(shelf: Shelf, rows: Sequence[Row], most: int, rng: np.random.Generator, lead: float = 0.0) -> Batch:
    """Draw a window for each row and pad them to one length.

    Args:
        shelf: the texts.
        rows: what to draw for.
        most: tokens of a window, unless one sentence has more.
        rng: draws.
        lead: how often the text's first sentence is put before a window that has it not.
    """
    parts = [_part(shelf.passages[row.passage], row, most, lead, rng) for row in rows]
    asked = [shelf.questions[row.question].ids[:MOST_ASKED] for row in rows]
    n, m, s = max(len(places) for places, _ in parts), max(map(len, asked)), max(int(owners[-1]) + 1 for _, owners in parts)
    ids, marks = np.full((len(rows), n), -1, np.int64), np.zeros((len(rows), n, 3), np.float32)
    member, questions = np.zeros((len(rows), s, n), np.float32), np.full((len(rows), m), -1, np.int64)
    wanted = np.full((len(rows), 3), -1, np.int64)
    for i, (row, (places, owners)) in enumerate(zip(rows, parts, strict=True)):
        tokens = shelf.passages[row.passage].tokens
        ids[i, : len(places)], marks[i, : len(places)] = tokens.ids[places], tokens.marks[places]
        member[i, owners, np.arange(len(places))] = 1
        questions[i, : len(asked[i])] = asked[i]
        if row.sentence >= 0:
            wanted[i] = _wanted(row, shelf.passages[row.passage], places, owners)
    sentence, first, last = (torch.from_numpy(column.copy()) for column in wanted.T)
    kinds, weight = torch.tensor([row.kind for row in rows]), torch.tensor([row.weight for row in rows])
    read, marked, members, asks = (torch.from_numpy(array) for array in (ids, marks, member, questions))
    return Batch(read, marked, members, asks, kinds, sentence, first, last, weight)


def _part(read: Read, row: Row, most: int, lead: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the tokens of a window and the sentence of each, counted in the window from 0."""
    first, end = window(read, row.sentence, most, rng)
    start = int(read.bounds[first])
    places = np.arange(start, min(int(read.bounds[end]), start + 2 * most))
    owners = read.sentences[places] - first
    if first > 0 and rng.random() < lead:
        opening = np.arange(int(read.bounds[0]), min(int(read.bounds[1]), int(read.bounds[0]) + MOST_LEAD_TOKENS))
        return np.concatenate([opening, places]), np.concatenate([np.zeros(len(opening), np.int64), owners + 1])
    return places, owners


def _wanted(row: Row, read: Read, places: Ints, owners: Ints) -> tuple[int, int, int]:
    """Return the answer's sentence, first and last token within a window; -1 for tokens that are not wanted or not there."""
    at = np.flatnonzero(read.sentences[places] == row.sentence)
    sentence = int(owners[at[-1]])
    first, last = (np.flatnonzero(places == place) for place in (row.first, row.last))
    if row.first < 0 or not len(first) or not len(last):
        return sentence, -1, -1
    return sentence, int(first[-1]), int(last[-1])
