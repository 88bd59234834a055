"""Ask every question of a set, in several processes if wanted, and return the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from assistant.environment import one_core_a_question
from assistant.evaluate.asking import Asker
from assistant.evaluate.corpus import Corpus, Source, built
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet
from assistant.evaluate.rows import Asked
from assistant.evaluate.runs import Folder, Run, about
from assistant.settings import Settings

Progress = Callable[[int, int], None]
"""Called with how many questions are answered, and of how many."""
PER_PROCESS = 40
"""A further process is worth its start from so many questions on: it takes about as long as ten answers."""
MOST_PROCESSES = 8
AT_ONCE = 8
"""Questions handed to a process at a time."""


@dataclass(frozen=True)
class Plan:
    """How a run is made: whether passages alone are measured, how many processes (0: as many as pay), its folder, and what it is called."""

    retrieval_only: bool = False
    workers: int = 1
    folder: Path | None = None
    label: str = ""


def run(questions: QuestionSet, settings: Settings, plan: Plan = Plan(), progress: Progress = lambda done, total: None) -> Run:
    """Ask every question and return what each gave, in order.

    Args:
        questions: the set; its articles are indexed for the run, or it is asked of the index that the settings name.
        settings: the configuration.
        plan: how the run is made; with a folder a run that was broken off goes on.
        progress: told after each question.

    Raises:
        QuestionSetError: the folder holds another run.
    """
    with built(questions, settings) as source:
        return run_on(questions, source, plan, progress)


def run_on(questions: QuestionSet, source: Source, plan: Plan = Plan(), progress: Progress = lambda done, total: None) -> Run:
    """Ask every question of an index that is built already; see `run`."""
    with ExitStack() as stack:
        corpus = stack.enter_context(Corpus.opened(questions, source))
        facts = _facts(questions, corpus, source, plan)
        folder = Folder(plan.folder, facts) if plan.folder else None
        known = folder.begin() if folder else {}
        left = [question for question in questions.questions if question.id not in known]
        total = len(questions.questions)
        progress(len(known), total)
        for done, asked in enumerate(_asked(corpus, source, left, plan), len(known) + 1):
            known[asked.row.id] = asked
            if folder:
                folder.keep(asked)
            progress(done, total)
    asked_all = tuple(known[question.id] for question in questions.questions)
    made = Run(questions.name, tuple(a.row for a in asked_all), tuple(a.timings for a in asked_all), facts, asked_all)
    if folder:
        folder.finish(made)
    return made


def _facts(questions: QuestionSet, corpus: Corpus, source: Source, plan: Plan) -> dict[str, object]:
    extra: dict[str, object] = {"now": corpus.now, "retrieval_only": plan.retrieval_only}
    if given := source.tuned.given():
        extra["tuned"] = given
    extra |= {"label": plan.label or questions.name, "index": "" if questions.contexts or questions.articles else source.settings.index}
    encoder = corpus.assistant.encoder
    return about(questions.name, questions.digest, corpus.digest, encoder.digest, source.settings, extra)


def _asked(corpus: Corpus, source: Source, questions: Sequence[EvaluationQuestion], plan: Plan) -> Iterator[Asked]:
    workers = plan.workers or processes(len(questions))
    if workers < 2:
        asker = Asker(corpus, plan.retrieval_only)
        yield from map(asker.ask, questions)
        return
    one_core_a_question()
    # Fresh processes: a copy of one that has threads and open files may hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (source, corpus.by_name, plan.retrieval_only)) as pool:
        parts = [questions[at : at + AT_ONCE] for at in range(0, len(questions), AT_ONCE)]
        waiting = [pool.submit(_ask, part) for part in parts]
        try:
            for part in as_completed(waiting):
                yield from part.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def processes(n_questions: int) -> int:
    """Return how many processes pay for so many questions on this machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MOST_PROCESSES, n_questions // PER_PROCESS))


_ASKERS: list[Asker] = []
"""The asker of a worker process: what `_open` made there. Empty everywhere else."""


def _open(source: Source, by_name: dict[str, str], retrieval_only: bool) -> None:
    _ASKERS.append(Asker(Corpus(source.open(), by_name), retrieval_only))


def _ask(questions: Sequence[EvaluationQuestion]) -> list[Asked]:
    return [_ASKERS[0].ask(question) for question in questions]
