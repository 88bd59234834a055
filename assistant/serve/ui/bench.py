"""One evaluation at a time: it goes on whoever looks, and can be stopped. It knows nothing of Gradio."""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import AssistantError, QuestionSetError
from assistant.evaluate.command import write_reports
from assistant.evaluate.comparison import Comparison, compare_runs
from assistant.evaluate.datasets import QuestionSet
from assistant.evaluate.kept import Evaluations
from assistant.evaluate.runner import Plan, run
from assistant.evaluate.runs import Run
from assistant.settings import Settings

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody stopped the evaluation."""


@dataclass
class Job:
    """An evaluation that was begun. `against` is the name of an earlier run that its report compares with.

    `total` is 0 while the index is made ready; `error` says why it came to nothing.
    """

    index: str
    questions: QuestionSet
    folder: Path
    label: str = ""
    against: str = ""
    done: int = 0
    total: int = 0
    is_running: bool = True
    is_stopping: bool = False
    error: AssistantError | Exception | None = None

    @property
    def run_name(self) -> str:
        """The name under which the run is kept."""
        return self.folder.name


class Bench:
    """Runs evaluations one after the other."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self._lock = threading.Lock()

    def begin(self, job: Job, settings: Settings) -> None:
        """Begin an evaluation in the background.

        Args:
            job: what is asked of which index.
            settings: the configuration.

        Raises:
            QuestionSetError: another one is running.
        """
        with self._lock:
            if self.job and self.job.is_running:
                raise QuestionSetError(f"{self.job.questions.name} is being asked already", "wait until it is done, or stop it")
            self.job = job
        threading.Thread(target=self._work, args=(job, replace(settings, index=job.index)), daemon=True).start()

    def stop(self) -> None:
        """Stop what is running; it ends with the question that is being answered."""
        if self.job:
            self.job.is_stopping = True

    def _work(self, job: Job, settings: Settings) -> None:
        def progress(done: int, total: int) -> None:
            job.done, job.total = done, total
            if job.is_stopping and done < total:
                raise Stopped

        try:
            made = run(job.questions, settings, Plan(workers=0, folder=job.folder, label=job.label), progress)
            write_reports(job.folder, made, compared(Evaluations(job.index), made, job.against))
        except Stopped:
            shutil.rmtree(job.folder, ignore_errors=True)
        except Exception as error:
            if not isinstance(error, AssistantError):
                logger.exception("the questions could not be asked")
            job.error = error
            shutil.rmtree(job.folder, ignore_errors=True)
        finally:
            job.is_running = False


def compared(kept: Evaluations, made: Run, against: str) -> Comparison | None:
    """Return how a run differs from an earlier one; None without one.

    Raises:
        QuestionSetError: there is no such run, or the two share no question.
    """
    return compare_runs(kept.run(against), made) if against else None
