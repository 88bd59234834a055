"""Question sets: what is asked, what answers it, and the articles or contexts that it is asked of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.records import Filters

HINT = "each row has `question` and any of `gold`, `article`, `answer`, `speaker`, `answerable`; or `question`, `context` and `answers`"


@dataclass(frozen=True, slots=True)
class Gold:
    """What answers: the exact words of a sentence and its article, by file name, id, title or address, or by the number of its context.

    An empty `text` stands for the whole article. `relevance` is the grade of a TREC judgement. `at` is where the words begin in a context,
    -1 when that is not known.
    """

    article: str
    text: str = ""
    relevance: int = 1
    at: int = -1


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """A question with everything that answers it; `gold` is empty when the articles do not answer, or when only an answer's text is known.

    `answers` are short answers any of which is right, `speaker` whose words are wanted, `tags` what a person sorts questions by, `history`
    the questions asked before. `given` is what the row says of being answerable, None when it says nothing.
    """

    id: str
    question: str
    language: str
    article_language: str
    kind: str
    gold: tuple[Gold, ...]
    answers: tuple[str, ...] = ()
    speaker: str = ""
    tags: tuple[str, ...] = ()
    filters: Filters = Filters()
    history: tuple[str, ...] = ()
    given: bool | None = None

    @property
    def answerable(self) -> bool:
        """Say whether an article answers it."""
        return bool(self.gold or self.answers or self.speaker) if self.given is None else self.given

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
    """Questions, and what they are asked of: a folder of articles, or contexts (each an article of one passage), or an index.

    `names` are those of the contexts in a collection that names them; else they are called by their numbers.
    """

    name: str
    questions: tuple[EvaluationQuestion, ...]
    articles: Path | None = None
    contexts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A hash of the questions and the contexts."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (*self.questions, *self.contexts, *self.names):
            digest.update(repr(part).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row of a question set. `fatal`: the row cannot be asked; otherwise it may only be a slip."""

    where: str
    text: str
    fatal: bool = True


def read_question_set(path: Path, corpus: Iterable[Path] = (), question_field: str = "question", qrels: Path | None = None) -> QuestionSet:
    """Read a question set: rows (JSON lines, also .xz; JSON, CSV, TSV, XLSX, YAML), SQuAD's JSON, TREC topics, or a BEIR folder.

    Args:
        path: the question set. Where gold sentences name articles, these lie in the folder `articles` beside it, or in an index.
        corpus: further SQuAD-like files whose contexts join the corpus; their questions are not asked.
        question_field: the field to ask, such as `question_en`.
        qrels: TREC judgements, for topics; of a BEIR folder those of `qrels/test.tsv` unless given.

    Raises:
        QuestionSetError: a file cannot be read or a row has not what it needs; it names the first such row.
    """
    found, problems = examine_question_set(path, corpus, question_field, qrels)
    fatal = [problem for problem in problems if problem.fatal]
    if fatal:
        more = f" (and {len(fatal) - 1} more rows are wrong)" if len(fatal) > 1 else ""
        raise QuestionSetError(f"{path} {fatal[0].where}: {fatal[0].text}{more}", f"{HINT}; `assistant questions check` lists all rows")
    if not found.questions:
        raise QuestionSetError(f"{path} holds no questions", HINT)
    return found


def examine_question_set(
    path: Path, corpus: Iterable[Path] = (), question_field: str = "question", qrels: Path | None = None
) -> tuple[QuestionSet, list[Problem]]:
    """Return what could be read of a question set, and what is wrong with the other rows; arguments as `read_question_set`.

    Raises:
        QuestionSetError: a file as a whole cannot be read.
    """
    from assistant.evaluate.collections import is_topics, read_beir, read_topics
    from assistant.evaluate.fields import questions_of
    from assistant.evaluate.tables import read_rows

    if path.is_dir():
        return read_beir(path, qrels), []
    if qrels is not None or is_topics(path):
        return read_topics(path, qrels), []
    return questions_of(path, read_rows(path), [row for other in corpus for row in read_rows(other)], question_field)
