"""What the student learns from: each task draws batches from one kind of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from tokenizers import Tokenizer

from assistant.train.data import Question, Recipe
from assistant.train.rows import Rows, taught_texts
from assistant.train.student import Batch, Floats, encode
from assistant.train.teacher import Halves
from assistant.train.vocabulary import Bags, Ints, bags_of


@dataclass(frozen=True)
class Task:
    """Pairs of texts as rows into `bags`; a batch draws pairs by `chances` (cumulative, ending at 1).

    `languages` numbers the language of each pair. `taught` gives for each pair the row of the teacher's
    `vectors`, where there is a teacher. `hard` gives for each pair texts that look like its right side and are
    not, with what each means in `hard_groups`, both of shape (pairs, h); a pair without one has its own right.
    """

    name: str
    bags: Bags
    left: Ints
    right: Ints
    groups: Ints
    chances: Floats
    languages: Ints
    vectors: Halves | None = None
    taught: Ints | None = None
    hard: Ints | None = None
    hard_groups: Ints | None = None

    def draw(self, size: int, keep: float, rng: np.random.Generator, alone: bool = False) -> Batch:
        """Draw at most `size` different pairs; each of their tokens is kept with probability `keep`.

        With `alone`, all are of one language, drawn by `chances`: negatives of another one are too easy.
        """
        rows = np.unique(np.searchsorted(self.chances, rng.random(1 if alone else size), side="right").clip(max=len(self.left) - 1))
        if alone:
            same = np.flatnonzero(self.languages == self.languages[rows[0]])
            rows = np.sort(rng.permutation(same)[:size])
        texts, groups = [self.left[rows], self.right[rows]], self.groups[rows]
        if self.hard is not None and self.hard_groups is not None:
            column = rng.integers(self.hard.shape[1], size=len(rows))
            texts.append(self.hard[rows, column])
            groups = np.concatenate([groups, self.hard_groups[rows, column]])
        sides = [self.bags.take(part) for part in texts]
        if keep < 1:
            sides = [side.thin(keep, rng) for side in sides]
        target = None
        if self.vectors is not None and self.taught is not None:
            target = torch.from_numpy(self.vectors[self.taught[rows]].astype(np.float32))
        return Batch(sides, groups, target)


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


WRONG = 4  # wrong texts of a pair that are kept
DRAWN = {
    "parallel": "pairs",
    "lexicon": "pairs",
    "unpointed": "pairs",
    "shared": "even",
    "switched": "even",
    "english": "even",
    "question": "questions",
    "sentence": "questions",
    "window": "windows",
}


def tasks_of(rows: dict[str, Rows], tokenizer: Tokenizer, taught: Halves, recipe: Recipe) -> list[Task]:
    """Return the tasks that have rows; `taught` holds the teacher's vectors of `taught_texts(rows)`."""
    texts, meanings = Texts(), Texts()
    at = {text: row for row, text in enumerate(taught_texts(rows))}
    bags = Bags(np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64))
    tasks = []
    for name, part in ((name, part) for name, part in rows.items() if part.left):
        task = Task(
            name,
            bags,
            texts.add(part.left),
            texts.add(part.right),
            meanings.add(part.meanings),
            chances(part.languages, recipe[DRAWN[name]]),
            np.unique(part.languages, return_inverse=True)[1],
            taught if part.taught else None,
            np.array([at[text] for text in part.taught]) if part.taught else None,
        )
        if part.wrong:
            # Padded in turn, so that every column is drawn alike.
            wide = [(wrong or [right]) * WRONG for wrong, right in zip(part.wrong, part.right, strict=True)]
            flat = [text for wrong in wide for text in wrong[:WRONG]]
            task = replace(task, hard=texts.add(flat).reshape(-1, WRONG), hard_groups=meanings.add(flat).reshape(-1, WRONG))
        tasks.append(task)
    bags = bags_of(tokenizer, texts.all())
    return [replace(task, bags=bags) for task in tasks]


def with_hard(task: Task, questions: Sequence[Question], vectors: Floats, numbers: Recipe) -> Task:
    """Return the task of questions with the passages of the same language that `vectors` take for the right
    one.

    A passage that holds the answer may answer, and is no negative.

    Args:
        task: a row for each of `questions`, its passage on the right.
        questions: the questions with their answers.
        vectors: token vectors of an earlier stage, shape (vocabulary, dimensions).
        numbers: `depth`, how many of the nearest are looked at, and `count`, how many are kept.
    """
    chosen = np.tile(np.arange(len(questions))[:, None], (1, numbers["count"]))
    for language in np.unique(task.languages):
        ours = np.flatnonzero(task.languages == language)
        owners = ours[np.unique(task.right[ours], return_index=True)[1]]
        passages = encode(vectors, task.bags.take(task.right[owners]))
        lowered = [questions[row].passage.lower() for row in owners]
        for part in np.array_split(ours, len(ours) // 1024 + 1):
            scores = encode(vectors, task.bags.take(task.left[part])) @ passages.T
            nearest = np.argsort(-scores, axis=1)[:, : numbers["depth"]]
            for row, near in zip(part, nearest, strict=True):
                answer = questions[row].answer.lower()
                wrong = [n for n in near if task.groups[owners[n]] != task.groups[row] and not (answer and answer in lowered[n])]
                if wrong:
                    chosen[row] = owners[np.resize(wrong[: numbers["count"]], numbers["count"])]
    return replace(task, hard=task.right[chosen], hard_groups=task.groups[chosen])


def first_vectors(task: Task, size: int, numbers: Recipe, rng: np.random.Generator) -> Floats:
    """Return first token vectors, shape (size, dimensions): the mean teacher vector of a token's sentences.

    The mean over all sentences is taken off, so that a word found everywhere starts near zero.
    """
    assert task.vectors is not None
    assert task.taught is not None
    total = torch.zeros(size, task.vectors.shape[1])
    counts = np.zeros(size, dtype=np.float32)
    middle = task.vectors.astype(np.float32).mean(axis=0)
    for side in (task.left, task.right):
        for start in range(0, len(side), 2048):
            part = slice(start, start + 2048)
            bag = task.bags.take(side[part])
            taught = task.vectors[task.taught[part]].astype(np.float32) - middle
            spread = torch.from_numpy(np.repeat(taught, np.diff(bag.starts), axis=0))
            total.index_add_(0, torch.from_numpy(bag.tokens), spread)
            counts += np.bincount(bag.tokens, minlength=size)
    noise = rng.normal(0, numbers["noise"], tuple(total.shape)).astype(np.float32)
    return np.asarray(total.numpy() / (counts + numbers["smoothing"])[:, None] + noise, dtype=np.float32)
