"""/v1/evaluations: a question set is asked in a job, one set at a time."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.errors import QuestionSetError
from assistant.serve.api.articles import Once
from assistant.serve.api.bodies import EvaluationBody
from assistant.serve.api.jobs import JobId, JobShown, JobsShown, Step, Work, job_replied
from assistant.serve.api.once import once
from assistant.serve.api.problems import Problem
from assistant.serve.api.replying import problems, replied, service_of
from assistant.settings import Settings

KIND = "evaluation"


def evaluation_routes(work: Work) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["evaluations"])

    @router.post(
        "/v1/evaluations", status_code=202, response_model=JobShown, responses=problems(409), summary="Measure the answers in a job"
    )
    async def evaluate(body: EvaluationBody, request: Request, idempotency_key: Once = None) -> Response:
        settings = service_of(request).settings

        async def begin() -> Response:
            return job_replied(work.begin(KIND, len(body.questions), lambda step: measured(body, settings, step)), 202)

        return await once(request, begin)

    @router.get("/v1/evaluations", response_model=JobsShown, responses=problems(), summary="List the evaluations")
    async def evaluations(request: Request) -> Response:
        return replied({"jobs": service_of(request).jobs.list(KIND)})

    @router.get("/v1/evaluations/{job_id}", response_model=JobShown, responses=problems(404), summary="Ask after an evaluation")
    async def evaluation(job_id: JobId, request: Request) -> Response:
        found = service_of(request).jobs.find(job_id)
        if found is None or found.kind != KIND:
            raise Problem(404, "unknown-job", "There is no such evaluation", "see the ids at /v1/evaluations")
        return replied(found)

    return router


def measured(body: EvaluationBody, settings: Settings, step: Step) -> dict[str, Any]:
    """Ask the questions in an index of their own and return the figures. All that is known here of evaluating stands in this function."""
    from assistant.evaluate.datasets import read_question_set
    from assistant.evaluate.runner import Plan, run

    def progress(done: int, total: int) -> None:
        if done:
            step()

    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        path = Path(folder) / "questions.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in body.questions), "utf-8")
        for article in body.articles:
            (path.parent / "articles").mkdir(exist_ok=True)
            (path.parent / "articles" / article.name).write_text(article.text, "utf-8")
        if "gold" in body.questions[0] and not body.articles:
            raise QuestionSetError("the articles that `gold` names are missing", "send them in `articles`, or give each row its `context`")
        return run(read_question_set(path), settings, Plan(), progress).figures
