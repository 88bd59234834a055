"""Measure how well a question is read: whether a passage answers it, and with which words.

Each measure takes the reader as a function, so that any can be compared. `python -m benchmarks.reading --data DIR` measures the
simplest one, which counts the question's terms, the bundled one, and the assistant.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.answer.questions import understand
from assistant.answer.reader import Reader, ReadPassage, bundled_reader
from assistant.assistant import Assistant
from assistant.encoders import open_encoder
from assistant.evaluate.corpus import Corpus
from assistant.evaluate.datasets import QuestionSet
from assistant.evaluate.metrics import area_under_roc, mean, token_f1
from assistant.settings import Settings
from assistant.text.language import detect_language
from assistant.text.sentences import split_sentences
from assistant.text.terms import analyse, content_terms
from assistant.train.measure import Row
from benchmarks.sets import FACQA, IDK, is_answerable, read_set, rows_of

Confidence = Callable[[str, str], float]
"""(question, passage) -> how surely the passage answers it; only the order counts."""
ShortAnswer = Callable[[str, str], str]
"""(question, passage) -> the words of the passage that answer it."""
IndexConfidence = Callable[[Assistant, str], float]
"""(assistant, question) -> how surely the articles answer it."""


def answerable_auc(rows: Sequence[Row], confidence: Confidence) -> float:
    """Return the area under ROC of telling the answerable questions from the unanswerable ones, each given its own passage."""
    scores = [confidence(row["question"], row["context"]) for row in rows]
    return area_under_roc(scores, [is_answerable(row) for row in rows])


def removed_auc(questions: QuestionSet, confidence: IndexConfidence) -> float:
    """Return the area under ROC of telling questions whose passage is in the index from those whose passage was taken out.

    Every other passage that is asked about is taken out, then the others in turn, so that each question is asked both ways.
    """
    asked_about = sorted({int(question.gold[0].article) for question in questions.questions})
    scores, present = [], []
    for removed in (set(asked_about[::2]), set(asked_about[1::2])):
        kept = [context for number, context in enumerate(questions.contexts) if number not in removed]
        with Corpus.of(replace(questions, contexts=tuple(kept)), Settings()) as corpus:
            for question in questions.questions:
                scores.append(confidence(corpus.assistant, question.question))
                present.append(int(question.gold[0].article) not in removed)
    return area_under_roc(scores, present)


def short_answer_f1(rows: Sequence[Row], answer: ShortAnswer) -> float:
    """Return the mean token F1 of short answers to the answerable questions, given the passage; the best of several gold answers counts."""
    asked = [row for row in rows if is_answerable(row)]
    return mean(max(token_f1(answer(row["question"], row["context"]), gold) for gold in row["answers"]) for row in asked)


def overlap(question: str, passage: str) -> float:
    """Return the share of the question's terms that stand in the passage."""
    terms = set(content_terms(question, detect_language(question, ("id",))))
    return len(terms & set(analyse(passage, detect_language(passage, ("id",))))) / len(terms)


def best_reading(reader: Reader, question: str, passage: str) -> tuple[float, str]:
    """Return how surely the passage's best sentence answers, as log-odds, and the short answer in it."""
    sentences = tuple(split_sentences(passage, detect_language(passage)))
    kind = understand(question, detect_language(question)).kind
    best = max(reader.read(question, kind, [ReadPassage(passage, sentences)])[0], key=lambda reading: reading.score)
    return best.score, best.focus.of(passage)


def asked_confidence(assistant: Assistant, question: str) -> float:
    """Return the confidence of the assistant's answer."""
    return assistant.ask(question).confidence


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train` and `eval`")
    data = parser.parse_args().data
    reader = bundled_reader(open_encoder())
    print("| measure | reader | figure |\n|---|---|---|")
    rows = rows_of(IDK[0], data)
    print(f"| IDK-MRC, answerable by its passage, AUC | shared terms | {answerable_auc(rows, overlap):.3f} |")
    print(f"| | bundled | {answerable_auc(rows, lambda *pair: best_reading(reader, *pair)[0]):.3f} |")
    print(f"| IDK-MRC, passage in the index, AUC | the assistant | {removed_auc(read_set('idk_mrc id-id', data), asked_confidence):.3f} |")
    rows = rows_of(FACQA[0], data)
    print(f"| FacQA, short answer, token F1 | the whole passage | {short_answer_f1(rows, lambda _, passage: passage):.3f} |")
    print(f"| | bundled | {short_answer_f1(rows, lambda *pair: best_reading(reader, *pair)[1]):.3f} |")


if __name__ == "__main__":
    main()
