"""Gather everything the student learns from: texts, bags, teacher's vectors, tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.train.data import Pair, Question, Recipe, held_out, read_loose_questions, read_pairs, read_questions, windows


@dataclass(frozen=True)
class Corpus:
    """What was read from the data folder; the held-out part is kept apart."""

    parallel: list[Pair]
    lexicon: list[Pair]
    questions: list[Question]
    windows: list[list[Pair]]
    loose_questions: list[str]
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


def read_corpus(folder: Path, recipe: Recipe) -> Corpus:
    """Read the data folder and put a part aside: whole passages with their questions, whole windows
    with the other translations of their sentences.
    """
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
        loose_questions=list(read_loose_questions(folder)),
        held_out_questions=[question for question in questions if held_out(question.passage, one_in)],
        held_out_windows=aside,
    )
