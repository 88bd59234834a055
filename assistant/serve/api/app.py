"""The application: its routes, what stands before them, and what is told about them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from assistant import __version__
from assistant.serve.api.articles import article_routes
from assistant.serve.api.asking import Turns, ask_routes
from assistant.serve.api.bodies import faults
from assistant.serve.api.completions import completion_routes
from assistant.serve.api.evaluations import evaluation_routes
from assistant.serve.api.guard import OPENAI, Guard
from assistant.serve.api.health import health_routes
from assistant.serve.api.jobs import Work, job_routes
from assistant.serve.api.problems import Problem, problem_of, problem_response
from assistant.serve.api.replying import PROBLEM
from assistant.serve.api.searching import search_routes
from assistant.serve.api.service import Service

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OWN_PATHS = ("/v1", "/healthz", "/readyz", "/metrics")
SMALLER = 100
"""What holds no articles may have this part of the largest body."""
DESCRIPTION = (
    "Ask a pile of articles and get the sentences that answer, each cited to the character: `article.text[start:end] == quote`, always."
)
SLUGS = {400: "malformed", 404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "not-json"}
HINTS = {
    400: "send JSON in UTF-8",
    404: "see /v1/openapi.json for what there is",
    405: "see /v1/openapi.json for the methods of this path",
    413: "send less at once, for example articles in several requests",
    415: "send Content-Type: application/json",
}


# Spans go to the OTLP endpoint that the environment names (extra `otel`); logs would repeat what was sent.
TELEMETRY: TelemetryConfig = {"tracing": True, "operation_spans": False, "metrics": False, "logs": False, "auto_configure": True}


def build_api(service: Service, close: Callable[[], None] = lambda: None) -> FastAPI:
    """Build the application for a service. Served by itself it closes the service when it ends, then calls `close`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(service.close)
            close()

    app = FastAPI(
        title="Article Assistant", version=__version__, description=DESCRIPTION, lifespan=lifespan,
        openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None, middleware=[Middleware(Guard, service=service)],
        telemetry=TELEMETRY,
    )  # fmt: skip
    work, largest = Work(service, service.alone), service.settings.max_body_bytes
    turns = Turns()
    for router in (ask_routes(turns), completion_routes(turns), search_routes(), job_routes(), health_routes()):
        app.include_router(router, max_body_size=largest // SMALLER)
    for router in (article_routes(work), evaluation_routes(work)):
        app.include_router(router, max_body_size=largest)
    _tell_problems(app)
    app.openapi = lambda: _specification(app)  # type: ignore[method-assign]
    return app


def _tell_problems(app: FastAPI) -> None:
    def told(request: Request, problem: Problem) -> Response:
        return problem_response(problem, request.state.request_id, request.url.path.startswith(OPENAI))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        broken = any(fault["type"] == "json_invalid" for fault in error.errors())
        if broken:
            return told(request, Problem(400, "malformed", "The body is no JSON", HINTS[400]))
        title = "The request does not fit"
        return told(request, Problem(422, "invalid", title, "correct what `errors` names", faults=faults(error.errors())))

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        title = str(error.detail) if status != 400 else "The request cannot be read"
        return told(request, Problem(status, SLUGS.get(status, "refused"), title, HINTS.get(status, ""), headers=error.headers or {}))

    async def failed(request: Request, error: Exception) -> Response:
        return told(request, problem_of(error))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Problem, failed)


def _specification(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = made.setdefault("components", {})
        schemas = parts.setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "needed once there are keys"}}
        made["security"] = [{}, {"key": []}]
        app.openapi_schema = made
    return app.openapi_schema


class Beside:
    """Sends what the API answers to it, and everything else on to the page."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app, self._api = app, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to whom it is for."""
        path = scope.get("path", "")
        own = scope["type"] == "http" and any(path == one or path.startswith(one + "/") for one in OWN_PATHS)
        await (self._api if own else self._app)(scope, receive, send)
