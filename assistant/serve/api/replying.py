"""Responses: JSON of the records, with an entity tag where there is one."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from assistant.serve.api.problems import MEDIA_TYPE, Problem
from assistant.serve.api.service import Service


def dumped(value: Any) -> bytes:
    """Return a record, or records, as JSON: every field in the order of the record, spans and markers as arrays."""
    return orjson.dumps(value, default=_other)


def _other(value: Any) -> Any:
    if isinstance(value, tuple):  # a named one
        return tuple(value)
    raise TypeError(type(value).__name__)


def replied(value: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON response; `_` in the name of a header stands for `-`."""
    return Response(dumped(value), status, {name.replace("_", "-"): text for name, text in headers.items()}, "application/json")


def service_of(request: Request) -> Service:
    """Return the service that the request came to."""
    service: Service = request.state.service
    return service


def check_tag(request: Request, tag: str) -> None:
    """Refuse a change to something that is no longer what `If-Match` says.

    Raises:
        Problem: 412.
    """
    wanted = request.headers.get("if-match", "")
    if wanted and wanted.strip() != "*" and f'"{tag}"' not in [one.strip() for one in wanted.split(",")]:
        raise Problem(412, "changed", "The article is not the one that If-Match names", "read it again, then send its new ETag")


def is_known(request: Request, tag: str) -> bool:
    """Say whether the client has this version already."""
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return "*" in known or f'"{tag}"' in known


PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "hint": {"type": "string"}, "request_id": {"type": "string"}, "errors": {"type": "array", "items": {"type": "object"}},
    },
    "example": {
        "type": "urn:article-assistant:problem:unknown-article", "title": "There is no such article", "status": 404,
        "hint": "see the ids at /v1/articles", "request_id": "5f1c2a",
    },
}  # fmt: skip
SAYINGS = {
    400: "The request cannot be read", 401: "A key is needed", 403: "Not allowed", 404: "Not there", 405: "The path has no such method",
    409: "Does not fit the state", 412: "It has changed", 413: "Too large", 415: "Not JSON", 422: "A value cannot be used",
    429: "Too often", 500: "A mistake of the server", 502: "The language model does not answer", 503: "Too much to do",
}  # fmt: skip


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the specification says of problems: those of every request, and these."""
    always = (400, 401, 403, 413, 415, 422, 429, 500, 503)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": SAYINGS[status], "content": content} for status in sorted({*always, *statuses})}
