"""Check a question set row by row: what cannot be asked, what looks like a slip, and which gold is in no article."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.evaluate.datasets import EvaluationQuestion, Problem, QuestionSet, examine_question_set
from assistant.index.index import LocalIndex
from assistant.records import Article
from assistant.settings import index_path
from assistant.text.clean import clean
from assistant.text.readers import Raw, read_paths


def check_set(
    path: Path, question_field: str = "question", articles: Path | None = None, index: str | None = None
) -> tuple[QuestionSet, list[Problem]]:
    """Return the questions that can be asked and what is wrong with the set.

    Args:
        path: the question set.
        question_field: the field to ask.
        articles: look for gold in these articles; those in the folder `articles` beside the set unless given.
        index: or in this index.

    Raises:
        QuestionSetError: the set, or the articles, cannot be read at all.
    """
    found, problems = examine_question_set(path, question_field=question_field)
    if found.contexts:
        return found, problems
    folder = articles or (None if index else found.articles)
    if folder is not None or index:
        known = _by_name(_read(folder) if folder is not None else _stored(index or ""))
        problems = [*problems, *(problem for question in found.questions for problem in _missing(question, known))]
    return found, problems


def _read(folder: Path) -> Iterator[Article]:
    if not folder.exists():
        raise QuestionSetError(f"there are no articles at {folder}", "give a folder of articles, or an index with --index")
    yield from (clean(item) for item in read_paths([folder]) if isinstance(item, Raw))


def _stored(index: str) -> Iterator[Article]:
    with LocalIndex.open(index_path(index), create=False) as opened:
        yield from opened.articles()


def _by_name(articles: Iterator[Article]) -> dict[str, str]:
    """Return the texts of articles by every name that a set may give them."""
    found: dict[str, str] = {}
    for article in articles:
        for name in (Path(article.origin).name, article.origin, article.url, article.title, article.id):
            if name:
                found.setdefault(name, article.text)
    return found


def _missing(question: EvaluationQuestion, known: dict[str, str]) -> Iterator[Problem]:
    for gold in question.gold:
        if gold.article and gold.article not in known:
            yield Problem(question.id, f"there is no article {gold.article!r}")
        elif gold.text and gold.text not in (known[gold.article] if gold.article else "\n".join(known.values())):
            yield Problem(question.id, f"the article {gold.article or '(any)'} does not say {_short(gold.text)!r}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
