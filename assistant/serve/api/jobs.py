"""Work that takes longer than a request: it runs in a thread of its own, one piece of a kind at a time, and is asked after by its id."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from assistant.accounts.jobs import Job, Jobs
from assistant.serve.api.problems import Problem, problem_of
from assistant.serve.api.replying import problems, replied, service_of
from assistant.serve.api.service import Service

logger = logging.getLogger(__name__)

Step = Callable[[], None]
Piece = Callable[[Step], Mapping[str, Any]]
MAX_WAITING = 16
"""Jobs of a kind that wait; each may take minutes."""
BEAT_S = 10.0
"""How often a process says that its jobs live; see `assistant.accounts.jobs.SILENT_S`."""
INTERRUPTED = Problem(500, "interrupted", "The server stopped before the job was done", "start it again")
JobId = Annotated[str, Path(max_length=64, examples=["hq3Xb0x2"])]


class JobShown(BaseModel):
    """A job: `done` of `total` articles or questions; `result` when it is done, `problem` when it failed."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    created: float
    updated: float


class JobsShown(BaseModel):
    """The newest jobs first."""

    jobs: list[JobShown]


class _Stopped(Exception):
    """The job is to end: it was cancelled, or the server stops."""


class Work:
    """Runs jobs. `alone` returns what is held while a job of a kind runs, so that other processes wait."""

    def __init__(self, service: Service, alone: Callable[[str], AbstractContextManager[object]] = lambda kind: nullcontext()) -> None:
        self._service = service
        self._alone = alone
        self._waiting: dict[str, queue.Queue[tuple[Job, Piece]]] = {}
        self._live: set[str] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._ending = threading.Event()
        service.closing.append(self.stop)

    def begin(self, kind: str, total: int, piece: Piece) -> Job:
        """Take a job and return it as it waits.

        Raises:
            Problem: 503, too many wait.
        """
        with self._lock:
            waiting = self._waiting.get(kind)
            if self._ending.is_set() or (waiting is not None and waiting.qsize() >= MAX_WAITING):
                raise Problem(
                    503, "busy", "Too many jobs are waiting", "wait until one of them is done: /v1/jobs", headers={"retry-after": "30"}
                )
            if waiting is None:
                waiting = self._waiting[kind] = queue.Queue()
                self._start(self._run_all, kind, waiting)
            if not self._live and not any(thread.name == "beat" for thread in self._threads):
                self._start(self._beat, "beat")
            job = self._service.jobs.add(kind, total)
            self._live.add(job.id)
            waiting.put((job, piece))
        return job

    def stop(self) -> None:
        """End the jobs at their next step; each is marked as interrupted."""
        self._ending.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _start(self, call: Callable[..., None], name: str, *given: Any) -> None:
        thread = threading.Thread(target=call, args=given, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run_all(self, waiting: queue.Queue[tuple[Job, Piece]]) -> None:
        while not self._ending.is_set() or not waiting.empty():
            try:
                job, piece = waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            try:
                self._run(self._service.jobs, job, piece)
            except Exception:
                logger.exception("a job could not be noted")
            finally:
                self._live.discard(job.id)

    def _run(self, jobs: Jobs, job: Job, piece: Piece) -> None:
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            if self._ending.is_set() or not jobs.step(job.id, "running", done):
                raise _Stopped

        try:
            if self._ending.is_set() or not jobs.step(job.id, "queued"):
                raise _Stopped
            with self._alone(job.kind):
                jobs.step(job.id, "running")
                jobs.end(job.id, "done", result=piece(step))
        except _Stopped:
            jobs.end(job.id, "failed", problem=INTERRUPTED.as_json())
        except Exception as error:
            jobs.end(job.id, "failed", problem=problem_of(error).as_json())

    def _beat(self) -> None:
        while not self._ending.wait(BEAT_S):
            for job_id in list(self._live):
                job = self._service.jobs.find(job_id)
                if job is not None:
                    self._service.jobs.step(job_id, job.state)


def job_replied(job: Job, status: int = 200) -> Response:
    """Return a job as a response; where it is asked after stands in `Location`."""
    return replied(job, status, location=f"/v1/jobs/{job.id}")


def job_routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["jobs"])

    @router.get("/v1/jobs", response_model=JobsShown, responses=problems(), summary="List the jobs")
    async def jobs(request: Request) -> Response:
        return replied({"jobs": service_of(request).jobs.list()})

    @router.get("/v1/jobs/{job_id}", response_model=JobShown, responses=problems(404), summary="Ask after a job")
    async def job(job_id: JobId, request: Request) -> Response:
        return replied(_found(service_of(request), job_id))

    @router.delete("/v1/jobs/{job_id}", response_model=JobShown, responses=problems(404, 409), summary="Cancel a job")
    async def cancel(job_id: JobId, request: Request) -> Response:
        service = service_of(request)
        _found(service, job_id)
        if not service.jobs.cancel(job_id):
            raise Problem(409, "ended", "The job has ended already", f"see /v1/jobs/{job_id}")
        return replied(_found(service, job_id))

    return router


def _found(service: Service, job_id: str) -> Job:
    found = service.jobs.find(job_id)
    if found is None:
        raise Problem(404, "unknown-job", "There is no such job", "see the ids at /v1/jobs; a job is remembered for a week")
    return found
