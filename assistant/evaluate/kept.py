"""What is kept of an index's evaluations, in a folder beside it.

questions.jsonl   the questions that a person accepted; `assistant evaluate` asks them where no other set is named
drafts.jsonl      those that wait to be reviewed, and what became of the others
sets/             question sets that were uploaded
runs/             a folder for each run: its moment and its set, as `20260131-093000-questions`
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import QuestionSetError
from assistant.evaluate.datasets import Problem, QuestionSet, examine_question_set, read_question_set
from assistant.evaluate.runs import ROWS, RUN, Run, read_run
from assistant.settings import evaluations_folder

QUESTIONS, DRAFTS, SETS, RUNS = "questions.jsonl", "drafts.jsonl", "sets", "runs"
OWN = "questions"
"""What the set of accepted questions is called."""
MOST_NAME = 60
ENDINGS = (".jsonl", ".json", ".csv", ".tsv", ".xlsx", ".yaml", ".yml", ".xz")
_RUN_NAME = re.compile(r"\d{8}-\d{6}(?:\.\d+)?-[\w.-]{1,80}")


@dataclass(frozen=True)
class KeptRun:
    """A run as a list shows it: the name of its folder, when it was begun (UTC), and what it found."""

    name: str
    begun: datetime
    set_name: str
    label: str
    figures: Mapping[str, float]


class Evaluations:
    """The question sets and runs of one index."""

    def __init__(self, index: str, folder: Path | None = None) -> None:
        self.index = index
        self.folder = folder or evaluations_folder(index)

    @property
    def questions(self) -> Path:
        """The file of the accepted questions."""
        return self.folder / QUESTIONS

    @property
    def drafts(self) -> Path:
        """The file of the questions that wait."""
        return self.folder / DRAFTS

    def sets(self) -> dict[str, Path]:
        """Return the question sets by name: the accepted questions first, if there are any, then those uploaded."""
        own = {OWN: self.questions} if self.questions.is_file() and self.questions.stat().st_size else {}
        uploaded = self.folder / SETS
        return own | {
            path.name: path for path in (sorted(uploaded.iterdir()) if uploaded.is_dir() else []) if not path.name.startswith(".")
        }

    def take(self, path: Path, called: str) -> tuple[QuestionSet, list[Problem]]:
        """Keep a question set that was uploaded, under its own name; return what can be asked of it and what is wrong with its rows.

        Raises:
            QuestionSetError: it cannot be read, or none of its questions can be asked; then it is not kept.
        """
        name = _file_name(called)
        (self.folder / SETS).mkdir(parents=True, exist_ok=True)
        staged = self.folder / SETS / f".{name}"
        shutil.move(path, staged)
        try:
            found, problems = examine_question_set(staged)
            if not found.questions:
                first = f": {problems[0].where}: {problems[0].text}" if problems else ""
                raise QuestionSetError(f"{name} holds no question that can be asked{first}", "see the question sets in docs/evaluation.md")
            if any(problem.fatal for problem in problems):
                return found, problems
            staged.replace(self.folder / SETS / name)
        finally:
            staged.unlink(missing_ok=True)
        return found, problems

    def read(self, name: str, others: Mapping[str, Path] = {}) -> QuestionSet:
        """Read a question set by its name, to be asked of the index itself.

        Raises:
            QuestionSetError: there is none of this name, or it cannot be read.
        """
        path = ({**others, **self.sets()}).get(name)
        if path is None:
            raise QuestionSetError(f"there is no question set {name!r}", "choose one of those that are offered")
        found = read_question_set(path)
        return found if found.contexts else replace(found, articles=None)

    def new_run(self, set_name: str) -> Path:
        """Return the folder for a run that begins now; it is made by whoever writes the run."""
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        ending = re.sub(r"[^\w.-]+", "-", set_name)[:MOST_NAME] or OWN
        path, number = self.folder / RUNS / f"{moment}-{ending}", 1
        while path.exists():
            path, number = self.folder / RUNS / f"{moment}.{number}-{ending}", number + 1
        return path

    def runs(self) -> list[KeptRun]:
        """Return the runs that are finished, the latest first."""
        folder = self.folder / RUNS
        found = [_kept(path) for path in (folder.iterdir() if folder.is_dir() else []) if _RUN_NAME.fullmatch(path.name)]
        return sorted((one for one in found if one), key=lambda one: one.name, reverse=True)

    def run(self, name: str) -> Run:
        """Read a run by the name of its folder.

        Raises:
            QuestionSetError: there is none of this name.
        """
        return read_run(self._folder(name))

    def remove_run(self, name: str) -> None:
        """Remove a run for good.

        Raises:
            QuestionSetError: there is none of this name.
        """
        shutil.rmtree(self._folder(name), ignore_errors=True)

    def _folder(self, name: str) -> Path:
        """Return the folder of a run; a name from elsewhere is never taken for a path."""
        if not _RUN_NAME.fullmatch(name) or not (self.folder / RUNS / name).is_dir():
            raise QuestionSetError(f"there is no run {name[:MOST_NAME]!r}", "choose one of those that are listed")
        return self.folder / RUNS / name


def _file_name(called: str) -> str:
    """Return a name for a file of this name: no path, no ending that is not read."""
    plain = re.sub(r"[^\w.-]+", "-", Path(called.replace("\\", "/")).name).strip(".-")[-MOST_NAME:]
    if not plain.lower().endswith(ENDINGS):
        raise QuestionSetError(f"{plain or 'the file'} is no question set by its ending", f"give one of: {', '.join(ENDINGS)}")
    return plain


def _kept(path: Path) -> KeptRun | None:
    if not (path / ROWS).exists():
        return None  # it was broken off
    try:
        facts: dict[str, Any] = json.loads((path / RUN).read_text("utf-8"))
        begun = datetime.strptime(path.name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        figures = {str(name): float(value) for name, value in facts["figures"].items()}
        return KeptRun(path.name, begun, str(facts["set"]), str(facts.get("label") or ""), figures)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
