"""Read question sets: our own form (gold sentences in articles) and SQuAD-like rows (question, context, answers)."""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.text.language import detect_language

HINT = "each line is a JSON object with `question` and `gold`, or with `question`, `context` and `answers`"


@dataclass(frozen=True, slots=True)
class Gold:
    """A sentence that answers: its exact words, and the article by file name or context number."""

    article: str
    text: str


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """A question with every sentence that answers it; `gold` is empty when the articles do not answer."""

    id: str
    question: str
    language: str
    article_language: str
    kind: str
    gold: tuple[Gold, ...]

    @property
    def answerable(self) -> bool:
        """Say whether an article answers it."""
        return bool(self.gold)

    @property
    def held_out(self) -> bool:
        """Say whether it belongs to the half that is never looked at while tuning: by a hash of its text."""
        return hashlib.sha256(self.question.encode()).digest()[0] % 2 == 1

    @property
    def pair(self) -> str:
        """The language pair, question first: `en-id`."""
        return f"{self.language}-{self.article_language or '?'}"


@dataclass(frozen=True)
class QuestionSet:
    """Questions, and what they are asked of: a folder of articles, or contexts (each an article of one passage)."""

    name: str
    questions: tuple[EvaluationQuestion, ...]
    articles: Path | None = None
    contexts: tuple[str, ...] = ()


def read_question_set(path: Path, corpus: Iterable[Path] = (), question_field: str = "question") -> QuestionSet:
    """Read a question set from JSON lines, also compressed (.xz).

    Args:
        path: the question set. For our own form the articles lie in the folder `articles` beside it.
        corpus: further SQuAD-like files whose contexts join the corpus; their questions are not asked.
        question_field: the field of SQuAD-like rows to ask, such as `question_en`.

    Raises:
        QuestionSetError: a file cannot be read or a row has not what it needs.
    """
    rows = list(_rows(path))
    if not rows:
        raise QuestionSetError(f"{path} holds no questions", HINT)
    if "gold" in rows[0][1]:
        questions = tuple(_own(where, row) for where, row in rows)
        return QuestionSet(path.stem, questions, articles=path.parent / "articles")
    contexts: dict[str, int] = {}
    questions = tuple(_squad(where, row, contexts, question_field) for where, row in rows)
    for other in corpus:
        for where, row in _rows(other):
            contexts.setdefault(_context(where, row), len(contexts))
    return QuestionSet(path.name.split(".jsonl")[0], questions, contexts=tuple(contexts))


def _rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    try:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict) or not isinstance(row.get("question"), str):
                    raise QuestionSetError(f"{path} line {number} has no question", HINT)
                yield f"{path} line {number}", row
    except json.JSONDecodeError as error:
        raise QuestionSetError(f"{path} is no JSON lines file: {error.msg} in line {number}", HINT) from error
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}", "give the path of a question set (JSON lines)") from error


def _own(where: str, row: dict[str, object]) -> EvaluationQuestion:
    gold = row.get("gold")
    if not isinstance(gold, list) or not all(isinstance(g, dict) and {"article", "text"} <= set(g) for g in gold):
        raise QuestionSetError(f"{where}: `gold` is no list of article and text", HINT)
    question = str(row["question"])
    return EvaluationQuestion(
        id=str(row.get("id", where)),
        question=question,
        language=str(row.get("language") or detect_language(question)),
        article_language=str(row.get("article_language") or ""),
        kind=str(row.get("kind") or ""),
        gold=tuple(Gold(str(g["article"]), str(g["text"])) for g in gold),
    )


def _squad(where: str, row: dict[str, object], contexts: dict[str, int], field: str) -> EvaluationQuestion:
    question = row.get(field)
    if not isinstance(question, str):
        raise QuestionSetError(f"{where} has no field {field!r}", HINT)
    context = _context(where, row)
    number = contexts.setdefault(context, len(contexts))
    answers = row.get("answers") or ()
    texts = [str(a["text"] if isinstance(a, dict) else a) for a in answers] if isinstance(answers, list) else []
    text = next((answer for answer in texts if answer and answer in context), "")
    impossible = bool(row.get("is_impossible")) or not texts
    return EvaluationQuestion(
        id=str(row.get("id", where)),
        question=question,
        language=detect_language(question),
        article_language=detect_language(context),
        kind="unanswerable" if impossible else "",
        gold=() if impossible else (Gold(str(number), text or context),),
    )


def _context(where: str, row: dict[str, object]) -> str:
    context = row.get("context")
    if not isinstance(context, str) or not context.strip():
        raise QuestionSetError(f"{where} has no context", HINT)
    return context
