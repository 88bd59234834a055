"""Questions that wait for a person: each is accepted, corrected or rejected, and what is accepted becomes a question set.

Both files are written aside and put in place at once, the accepted questions first: wherever that is broken off, a question is in one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.assistant import Assistant
from assistant.errors import AssistantError, QuestionSetError
from assistant.evaluate.corpus import article_names
from assistant.evaluate.fields import questions_of
from assistant.evaluate.kept import Evaluations
from assistant.evaluate.tables import Row, read_rows
from assistant.records import Article

DRAFT, ACCEPTED, REJECTED = "draft", "accepted", "rejected"
PROPOSED = "proposed"
"""The words that a question had before it was corrected: they are not proposed again either."""
WAIT_S = 10.0
"""Another writer takes milliseconds."""
N_ARTICLES = 20
"""Articles looked through for a sentence that a person gives without one; its own words find it first."""
NO_GOLD = "say which sentence answers, or that the articles do not answer"

Draft = dict[str, Any]


class Review:
    """The questions of one index that wait, and what became of the others."""

    def __init__(self, evaluations: Evaluations) -> None:
        self.evaluations = evaluations

    def rows(self) -> list[Draft]:
        """Return all rows in their order, each with its `id` and its `status`.

        Raises:
            QuestionSetError: the file cannot be read.
        """
        return _read(self.evaluations.drafts)

    def waiting(self) -> list[Draft]:
        """Return the rows that wait."""
        return [row for row in self.rows() if row.get("status") == DRAFT]

    def known(self) -> set[str]:
        """Return the questions that are known, as they stand: those that wait and those that were decided."""
        return {str(row["question"]) for row in (*self.rows(), *self._accepted()) if "question" in row}

    def add(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add questions to those that wait, and return how many are new: what was asked or decided before does not come again."""
        with self._held():
            known = self.rows()
            seen = {_key(row) for row in (*known, *self._accepted())} | {str(row.get(PROPOSED, "")) for row in known}
            fresh: dict[str, Draft] = {}
            for row in rows:
                if (key := _key(row)) not in seen:
                    fresh.setdefault(key, {**row, "id": _id(row), "status": DRAFT})
            if fresh:
                _write(self.evaluations.drafts, [*known, *fresh.values()])
        return len(fresh)

    def accept(self, row_id: str, row: Mapping[str, Any], assistant: Assistant) -> Draft:
        """Put a question, as it was corrected, into the question set.

        Args:
            row_id: which of those that wait.
            row: what it is to say; each `gold` with the words of a sentence, and its article where that is known.
            assistant: its articles must hold the words.

        Raises:
            QuestionSetError: it cannot be asked so, or no article holds the words.
        """
        with self._held():
            rows = self.rows()
            at = _place(rows, row_id)
            kept = {name: value for name, value in checked(row, assistant).items() if name not in ("status", "note")}
            accepted = [one for one in self._accepted() if one.get("id") != row_id]
            _write(self.evaluations.questions, [*accepted, {**kept, "id": row_id}])
            rows[at] = {PROPOSED: _key(rows[at]), **rows[at], **kept, "id": row_id, "status": ACCEPTED}
            _write(self.evaluations.drafts, rows)
        return rows[at]

    def reject(self, row_id: str) -> None:
        """Put a question aside; it is not proposed again.

        Raises:
            QuestionSetError: there is no such question.
        """
        self._mark(row_id, REJECTED)

    def reopen(self, row_id: str) -> None:
        """Let a question wait again, whatever was decided of it.

        Raises:
            QuestionSetError: there is no such question.
        """
        self._mark(row_id, DRAFT)

    def _mark(self, row_id: str, status: str) -> None:
        with self._held():
            rows = self.rows()
            at = _place(rows, row_id)
            accepted = self._accepted()
            left = [one for one in accepted if one.get("id") != row_id]
            if len(left) < len(accepted):
                _write(self.evaluations.questions, left)
            rows[at] = {**rows[at], "status": status}
            _write(self.evaluations.drafts, rows)

    def _accepted(self) -> list[Draft]:
        return _read(self.evaluations.questions)

    @contextmanager
    def _held(self) -> Iterator[None]:
        folder = self.evaluations.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / "review.lock", timeout=WAIT_S):
                yield
        except Timeout as error:
            raise QuestionSetError(f"somebody else writes in {folder}", "try again in a moment") from error
        except OSError as error:
            raise QuestionSetError(f"{folder} cannot be written: {error.strerror or error}", "make room, or let it be written") from error


def checked(row: Mapping[str, Any], assistant: Assistant) -> Draft:
    """Return a row whose gold is word for word what an article says, each with the name of that article.

    Raises:
        QuestionSetError: it cannot be asked so, or no article holds the words.
    """
    given = [item for item in row.get("gold") or [] if str(item.get("text", "")).strip()]
    if row.get("answerable") is False:
        given = []
    elif not given:
        raise QuestionSetError("it is not known what answers it", NO_GOLD)
    names = article_names(assistant.articles()) if given else {}
    found = [_found(str(item.get("article", "")), str(item["text"]), assistant, names) for item in given]
    kept: Draft = {name: value for name, value in row.items() if value not in ("", [], None)} | {"gold": found}
    if not found:
        kept |= {"kind": "unanswerable"}
        kept = {name: value for name, value in kept.items() if name not in ("answer", "answers", "speaker", "article_language")}
    elif kept.get("kind") == "unanswerable":
        del kept["kind"]
    kept.pop("answerable", None)  # gold says it, or that there is none
    _, problems = questions_of(Path("question"), [Row("question", kept)], [], "question")
    if fatal := [problem for problem in problems if problem.fatal]:
        raise QuestionSetError(fatal[0].text, "correct it")
    return kept


def _found(named: str, words: str, assistant: Assistant, names: Mapping[str, str]) -> dict[str, str]:
    """Return the article and its very words for a sentence as a person gave it: other spaces and line breaks do not matter."""
    ids = [article_id for article_id, name in names.items() if name == named]
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())))
    for article in _candidates(ids, words, assistant):
        if match := pattern.search(article.text):
            return {"article": names[article.id], "text": match.group()}
    short = words if len(words) <= 60 else words[:57] + "..."
    raise QuestionSetError(f"no article says {short!r}", "give a sentence of an article, word for word")


def _candidates(ids: Sequence[str], words: str, assistant: Assistant) -> Iterator[Article]:
    yield from map(assistant.article, ids)
    try:
        hits = assistant.search(words[:500], N_ARTICLES)
    except AssistantError:
        return
    yield from (assistant.article(one) for one in dict.fromkeys(hit.passage.article_id for hit in hits) if one not in ids)


def _key(row: Mapping[str, Any]) -> str:
    return " ".join(str(row.get("question", "")).casefold().split())


def _id(row: Mapping[str, Any]) -> str:
    """Return the id of a question: its own where it was given one for good, else one by its words."""
    own = str(row.get("id") or "")
    return own if own and not own.startswith("draft-") else "draft-" + hashlib.sha256(_key(row).encode()).hexdigest()[:12]


def _place(rows: Sequence[Mapping[str, Any]], row_id: str) -> int:
    for at, row in enumerate(rows):
        if row["id"] == row_id:
            return at
    raise QuestionSetError(f"no question {row_id[:60]!r} waits", "see those that are listed")


def _read(path: Path) -> list[Draft]:
    """Return the rows of a file; one that somebody has broken by hand is named rather than lost when the file is next written."""
    rows = read_rows(path) if path.exists() else []
    for row in rows:
        if row.problem or not isinstance(row.values.get("question"), str):
            raise QuestionSetError(f"{path} {row.where}: {row.problem or 'it has no question'}", "correct that line or take it out")
    return [{**row.values, "id": str(row.values.get("id") or row.where.replace(" ", "-"))} for row in rows]


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as JSON lines aside, and put them in place at once."""
    aside = path.with_suffix(".new")
    with aside.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(path)
