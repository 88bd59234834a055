"""Requests with an idempotency key are done once, however often they are sent."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from assistant.accounts.replies import Reply
from assistant.serve.api.problems import Problem
from assistant.serve.api.replying import service_of

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


async def once(request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
    """Do the work of a request, or return the reply that its `Idempotency-Key` had before.

    Raises:
        Problem: the key is malformed, belongs to another request, or its request is still under way.
    """
    key = request.headers.get("idempotency-key", "")
    if not key:
        return await work()
    if not _KEY.fullmatch(key):
        raise Problem(
            400, "bad-idempotency-key", "The Idempotency-Key cannot be used", "send up to 200 printable characters without spaces"
        )
    replies, owner = service_of(request).replies, request.state.owner
    about = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    digest = sha256(about).hexdigest()
    known = replies.begin(owner, key, digest)
    if known is not None:
        return _again(known, digest)
    try:
        response = await work()
    except BaseException:
        replies.forget(owner, key)  # nothing was done; the next try is a first one
        raise
    replies.end(owner, key, Reply(digest, response.status_code, response.headers.get("location", ""), bytes(response.body)))
    return response


def _again(known: Reply, digest: str) -> Response:
    if known.digest != digest:
        raise Problem(422, "idempotency-key-used", "The Idempotency-Key was sent with another request", "take a new key for a new request")
    if not known.status:
        raise Problem(409, "under-way", "The request with this Idempotency-Key is under way", "try again in a moment")
    headers = {"idempotent-replayed": "true", **({"location": known.location} if known.location else {})}
    return Response(known.body, known.status, headers, "application/json")
