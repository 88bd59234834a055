"""Gather everything the student learns from: texts, bags, teacher's vectors, tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from assistant.train.data import Pair, Question, Recipe, held_out, read_pairs, read_questions
from assistant.train.student import Floats
from assistant.train.tasks import Task, Texts, chances, windows
from assistant.train.teacher import Halves
from assistant.train.vocabulary import bags_of

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")


@dataclass(frozen=True)
class Corpus:
    """What was read from the data folder; the held-out part is kept apart."""

    parallel: list[Pair]
    lexicon: list[Pair]
    questions: list[Question]
    windows: list[list[Pair]]
    held_out_questions: list[Question]
    held_out_windows: list[list[Pair]]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (language, text) for the vocabulary: news and questions first, since shares are capped."""
        seen: set[str] = set()
        for question in self.questions:
            for text in (question.question, question.passage):
                if text not in seen:
                    seen.add(text)
                    yield question.language, text
        for pair in self.parallel:
            yield pair.language, pair.foreign
            if pair.english not in seen:
                seen.add(pair.english)
                yield "en", pair.english
        for pair in self.lexicon:
            yield pair.language, pair.foreign

    def english(self) -> list[str]:
        """Return what the teacher encodes: each English sentence once."""
        return list(dict.fromkeys(pair.english for pair in self.parallel))


def read_corpus(folder: Path, recipe: Recipe) -> Corpus:
    """Read the data folder and put a part aside: whole passages with their questions, whole windows."""
    one_in = recipe["data"]["held_out_one_in"]
    questions = list(read_questions(folder))
    parallel = list(read_pairs(folder, "parallel", recipe["data"]))
    cut = windows(parallel, recipe["windows"])
    aside = [window for window in cut if held_out(window[0].english, one_in)]
    hidden = {pair.english for window in aside for pair in window}
    return Corpus(
        parallel=[pair for pair in parallel if pair.english not in hidden],
        lexicon=list(read_pairs(folder, "lexicon", recipe["data"])),
        questions=[question for question in questions if not held_out(question.passage, one_in)],
        windows=[window for window in cut if not any(pair.english in hidden for pair in window)],
        held_out_questions=[question for question in questions if held_out(question.passage, one_in)],
        held_out_windows=aside,
    )


@dataclass
class Rows:
    """Left texts, right texts, what each means (equal meanings are no negatives), its language."""

    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def add(self, left: str, right: str, meaning: str, language: str) -> None:
        """Add one row."""
        self.left.append(left)
        self.right.append(right)
        self.meanings.append(meaning)
        self.languages.append(language)


def rows_of(corpus: Corpus, per_window: int, rng: np.random.Generator) -> dict[str, Rows]:
    """Return the rows of every task by its name, "parallel" first."""
    parallel, lexicon, question, sentence, window = (Rows() for _ in range(5))
    for rows, pairs in ((parallel, corpus.parallel), (lexicon, corpus.lexicon)):
        for pair in pairs:
            rows.add(pair.foreign, pair.english, pair.english.lower(), pair.language)
    for asked in corpus.questions:
        question.add(asked.question, asked.passage, asked.passage, asked.language)
        sentences = SENTENCE_END.split(asked.passage)
        answering = [text for text in sentences if asked.answer and asked.answer in text]
        if answering:
            sentence.add(asked.question, answering[0], asked.passage, asked.language)
    for run in corpus.windows:
        foreign = " ".join(pair.foreign for pair in run)
        english = " ".join(pair.english for pair in run)
        for at in rng.choice(len(run), size=min(per_window, len(run)), replace=False):
            pair = run[at]
            window.add(pair.english, foreign, english, pair.language)
            window.add(pair.foreign, english, english, pair.language)
            window.add(pair.foreign, foreign, english, pair.language)
    return {
        "parallel": parallel,
        "lexicon": lexicon,
        "question": question,
        "sentence": sentence,
        "window": window,
    }


DRAWN = {
    "parallel": "pairs",
    "lexicon": "pairs",
    "question": "questions",
    "sentence": "questions",
    "window": "windows",
}


def tasks_of(corpus: Corpus, tokenizer: Tokenizer, taught: Halves, rows: dict[str, Rows], recipe: Recipe) -> list[Task]:
    """Return the tasks that have rows; `taught` holds the teacher's vectors of `corpus.english()`."""
    texts, meanings = Texts(), Texts()
    columns = [(name, texts.add(part.left), texts.add(part.right), meanings.add(part.meanings)) for name, part in rows.items() if part.left]
    bags = bags_of(tokenizer, texts.all())
    at = {text: row for row, text in enumerate(corpus.english())}
    of_parallel = np.array([at[text] for text in rows["parallel"].right])
    return [
        Task(
            name,
            bags,
            left,
            right,
            groups,
            chances(rows[name].languages, recipe[DRAWN[name]]),
            taught if name == "parallel" else None,
            of_parallel if name == "parallel" else None,
        )
        for name, left, right, groups in columns
    ]


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
