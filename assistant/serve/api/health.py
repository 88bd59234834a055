"""/healthz, /readyz and /metrics: for what watches over the server."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from assistant.environment import shared_counts
from assistant.errors import AssistantError
from assistant.serve.api.problems import Problem
from assistant.serve.api.replying import problems, replied, service_of


def health_routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", response_model=dict[str, str], responses=problems(), summary="Whether the process answers")
    async def healthy() -> Response:
        return replied({"status": "ok"})

    @router.get("/readyz", response_model=dict[str, Any], responses=problems(), summary="Whether questions can be asked")
    async def ready(request: Request) -> Response:
        service = service_of(request)
        if service.gate.closed:
            raise Problem(503, "stopping", "The server is about to stop", "try again in a moment")
        try:
            names = service.names()
            if names:
                service.assistant().index.refresh()
        except AssistantError as error:
            raise Problem(503, "not-ready", "The index cannot be opened", "the log of the server says more") from error
        return replied({"status": "ok", "indexes": names, "waiting": service.gate.waiting})

    @router.get("/metrics", response_class=PlainTextResponse, responses=problems(), summary="Counts for Prometheus")
    async def metrics(request: Request) -> Response:
        text = service_of(request).counts.text(shared_counts())
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
