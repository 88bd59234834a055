"""The public sets: which questions are asked of which passages.

The corpus of a set is every distinct context of its files, unsplit; the questions are the answerable ones of its test file.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet
from assistant.text.language import detect_language
from assistant.train.measure import Row, read_rows

SEED = 7
"""Draws the questions of a sample."""


@dataclass(frozen=True)
class Source:
    """The file whose questions are asked, further files whose contexts join the corpus, and the fields to read of the first."""

    asked: str
    corpus: tuple[str, ...] = ()
    question: str = "question"
    context: str = "context"
    answers: str = "answers"


IDK = ("eval/idk_mrc_test.id", "eval/idk_mrc_valid.id", "train/qa.idk_mrc_train.id")
FACQA = ("eval/facqa_test.id", "train/qa.facqa_train.id", "train/qa.facqa_valid.id")
ENGLISH = ("eval/tydiqa_goldp_dev.en", "train/qa.tydiqa_goldp_train.en")
TRANSLATED = "eval/xquad_mt.id"
SETS = {
    "idk_mrc id-id": Source(IDK[0], IDK[1:]),
    "facqa id-id": Source(FACQA[0], FACQA[1:]),
    "xquad_mt en-id": Source(TRANSLATED, IDK, question="question_en"),
    "xquad_mt id-id": Source(TRANSLATED, IDK),
    "xquad_mt id-en": Source(TRANSLATED, ENGLISH, context="context_en", answers="answers_en"),
    "tydi en": Source(ENGLISH[0], ENGLISH[1:]),
    **{f"tydi {language}": Source(f"eval/tydiqa_goldp_dev.{language}") for language in ("ar", "bn", "fi", "ru", "te")},
}
"""Every set by its name. Of TyDi, English alone has training contexts at hand that make the corpus larger."""


def read_set(name: str, data: Path) -> QuestionSet:
    """Return the set's questions and contexts; a question whose answer does not stand in its context word for word is left out."""
    source = SETS[name]
    contexts: dict[str, int] = {}
    questions = []
    for row in rows_of(source.asked, data):
        number = contexts.setdefault(row[source.context], len(contexts))
        answer = first_in(row[source.context], row[source.answers]) if is_answerable(row) else ""
        if answer:
            gold = (Gold(str(number), answer),)
            question = row[source.question]
            questions.append(EvaluationQuestion(str(row["id"]), question, detect_language(question), "", "", gold))
    for other in source.corpus:
        for row in rows_of(other, data):
            contexts.setdefault(row["context"], len(contexts))
    return QuestionSet(name, tuple(questions), contexts=tuple(contexts))


def rows_of(file: str, data: Path) -> list[Row]:
    """Return the rows of a file named relative to the data folder, without its ending."""
    return read_rows(data / f"{file}.jsonl.xz")


def is_answerable(row: Row) -> bool:
    """Say whether the row's context answers its question."""
    return bool(row.get("answers")) and not row.get("is_impossible")


def sampled(questions: QuestionSet, n: int) -> QuestionSet:
    """Return the set with `n` of its questions, always the same ones, over all of its contexts; 0 takes all questions."""
    if not 0 < n < len(questions.questions):
        return questions
    return replace(questions, questions=tuple(random.Random(SEED).sample(questions.questions, n)))


def first_in(context: str, answers: Sequence[str]) -> str:
    """Return the first of the answers that stands in the context, "" if none does."""
    return next((answer for answer in answers if answer and answer in context), "")
