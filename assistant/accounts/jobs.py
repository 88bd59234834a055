"""Work that goes on after its request was answered: its state is kept where every process sees it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.accounts.store import Accounts

State = Literal["queued", "running", "done", "failed", "cancelled"]
LIVE: tuple[State, ...] = ("queued", "running")
SILENT_S = 60.0
"""A job whose process has not been heard of for so long has ended with it; each says every few seconds that it is there."""
KEPT_S = 7 * 86_400.0
"""How long a job that has ended is remembered."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work. `done` of `total` counts articles or questions; `result` is there when it is done, `problem` when it failed."""

    id: str
    kind: str
    state: State
    done: int = 0
    total: int = 0
    result: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = field(default=None)
    created: float = 0.0
    updated: float = 0.0


class Jobs:
    """The jobs in the accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def add(self, kind: str, total: int) -> Job:
        """Note a new job, which waits."""
        job_id, now = secrets.token_urlsafe(12), time.time()
        with self._accounts.transaction() as rows:
            rows.execute("DELETE FROM jobs WHERE updated < ?", (now - KEPT_S,))
            insert = "INSERT INTO jobs (id, kind, state, done, total, created, updated) VALUES (?, ?, 'queued', 0, ?, ?, ?)"
            rows.execute(insert, (job_id, kind, total, now, now))
        return Job(job_id, kind, "queued", 0, total, None, None, now, now)

    def find(self, job_id: str) -> Job | None:
        """Return a job, None when there is none. One whose process is gone has failed."""
        found = self._accounts.rows(f"{_SELECT} WHERE id = ?", job_id)
        return _job(found[0]) if found else None

    def list(self, kind: str = "", limit: int = 100) -> list[Job]:
        """Return the newest jobs first."""
        where, values = ("WHERE kind = ?", [kind]) if kind else ("", [])
        return [_job(row) for row in self._accounts.rows(f"{_SELECT} {where} ORDER BY created DESC, id LIMIT ?", *values, limit)]

    def step(self, job_id: str, state: State, done: int = 0) -> bool:
        """Note how far a job is; return False when it is to stop."""
        with self._accounts.transaction() as rows:
            change = "UPDATE jobs SET state = ?, done = max(done, ?), updated = ? WHERE id = ? AND state IN ('queued', 'running')"
            return rows.execute(change, (state, done, time.time(), job_id)).rowcount > 0

    def end(self, job_id: str, state: State, result: Mapping[str, Any] | None = None, problem: Mapping[str, Any] | None = None) -> None:
        """Note how a job has ended; one that was cancelled stays so."""
        values = [json.dumps(value) if value is not None else None for value in (result, problem)]
        with self._accounts.transaction() as rows:
            change = "UPDATE jobs SET state = ?, result = ?, problem = ?, updated = ? WHERE id = ? AND state IN ('queued', 'running')"
            rows.execute(change, (state, *values, time.time(), job_id))

    def cancel(self, job_id: str) -> bool:
        """Have a job stopped at its next step; return False when it has ended already."""
        return self.step(job_id, "cancelled")


_SELECT = "SELECT id, kind, state, done, total, result, problem, created, updated FROM jobs"
_GONE = {
    "type": "urn:article-assistant:problem:interrupted",
    "title": "The server stopped before the job was done",
    "status": 500,
    "hint": "start it again",
}


def _job(row: tuple[Any, ...]) -> Job:
    result, problem = (json.loads(value) if value else None for value in row[5:7])
    state = row[2]
    if state in LIVE and time.time() - row[8] > SILENT_S:
        state, problem = "failed", _GONE
    return Job(row[0], row[1], state, row[3], row[4], result, problem, row[7], row[8])
