"""Around every request: an id, who asks, how often, what it cost, and that nothing but problem details comes out when it fails."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import anyio
from starlette.datastructures import Headers, MutableHeaders

from assistant.accounts.keys import Key
from assistant.serve.api.problems import MEDIA_TYPE, Problem, problem_of, problem_response
from assistant.serve.api.service import Service, is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

requests_log = logging.getLogger("assistant.requests")

FREE = ("/healthz", "/readyz")
"""What a supervisor asks; it has no key."""
OPENAI = ("/v1/chat/completions", "/v1/models")
READS = ("/v1/ask", "/v1/search", "/v1/chat/completions")
"""What is sent with POST and changes nothing."""
SEND_S = 30.0
"""A reader that takes nothing for so long is gone, whatever its connection says."""
NO_BODY = 499
"""What the log says of a client that left before its answer."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Guard:
    """Stands before the endpoints."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it may pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, send)
        self._service.counts.under_way.inc()
        try:
            self._let_in(scope, visit)
            await self._app(scope, receive, visit.send)
        except BaseException as error:
            await self._fail(error, scope, receive, visit)
        finally:
            self._service.counts.under_way.dec()
            self._note(scope, visit)

    def _let_in(self, scope: Scope, visit: _Visit) -> None:
        """Raise a `Problem` unless the request may pass."""
        headers, path = Headers(scope=scope), scope["path"]
        state = scope.setdefault("state", {})
        state["request_id"], state["service"], state["owner"] = visit.id, self._service, 0
        if path in FREE:
            return
        caller = ""
        if self._service.needs_key:
            key = self._key(headers)
            scope_needed = "read" if scope["method"] in ("GET", "HEAD", "OPTIONS") or path in READS else "write"
            if not key.allows(scope_needed):
                raise Problem(
                    403, "wrong-scope", "This key may only read", "make one that may write: assistant keys add NAME --scope write"
                )
            state["owner"], visit.caller = key.id, key.name
            caller = f"key {key.id}"
        else:
            _refuse_strangers(headers)
        _refuse_other_bodies(scope["method"], headers)
        if caller and (wait := self._service.rates.take(caller)):
            seconds = str(int(wait) + 1)
            raise Problem(
                429, "too-often", "Too many requests with this key", f"come again in {seconds} s", headers={"retry-after": seconds}
            )

    def _key(self, headers: Headers) -> Key:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        secret = secret.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "").strip()
        keys = self._service.keys
        key = keys.find(secret) if keys and secret else None
        if key is None:
            title = "The key is not known" if secret else "A key is needed"
            hint = "send `Authorization: Bearer KEY`; make a key on the server: assistant keys add NAME"
            raise Problem(401, "no-key", title, hint, headers={"www-authenticate": "Bearer"})
        return key

    async def _fail(self, error: BaseException, scope: Scope, receive: Receive, visit: _Visit) -> None:
        """Answer with problem details where nothing was answered yet; a request that was cancelled stays so."""
        if not isinstance(error, Exception):
            raise error
        if visit.status or isinstance(error, TimeoutError):
            visit.status = visit.status or NO_BODY
            if not isinstance(error, TimeoutError | OSError):
                problem_of(error)
            return
        await problem_response(problem_of(error), visit.id, scope["path"].startswith(OPENAI))(scope, receive, visit.send)

    def _note(self, scope: Scope, visit: _Visit) -> None:
        spent = time.perf_counter() - visit.began
        path = getattr(scope.get("route"), "path", "") or (scope["path"] if scope["path"] in FREE else "other")
        counts, status = self._service.counts, visit.status or NO_BODY
        counts.requests.labels(path, scope["method"] if path != "other" else "any", str(status)).inc()
        counts.seconds.labels(path).observe(spent)
        if requests_log.isEnabledFor(logging.INFO):
            told: dict[str, Any] = {"request_id": visit.id, "method": scope["method"], "route": path, "status": status}
            told |= {"ms": round(spent * 1000, 2), "key": visit.caller, **scope["state"].get("told", {})}
            requests_log.info(json.dumps({name: value for name, value in told.items() if value != ""}, ensure_ascii=False))


class _Visit:
    """One request: its id, when it began, what was answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        self.began = time.perf_counter()
        self.status = 0
        self.caller = ""
        self._replaced = False
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a part of the response on, with the request's id."""
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.id
            # The framework refuses a large body by itself, in plain text.
            self._replaced = self.status == 413 and headers.get("content-type") != MEDIA_TYPE
        if self._replaced:
            problem = Problem(413, "too-large", "The body is too large", "send less at once, for example articles in several requests")
            body = problem_response(problem, self.id)
            headers = MutableHeaders(raw=body.raw_headers)
            headers["x-request-id"] = self.id
            headers["connection"] = "close"
            await self._send({"type": "http.response.start", "status": 413, "headers": body.raw_headers})
            await self._send({"type": "http.response.body", "body": body.body})
            return
        with anyio.fail_after(SEND_S):
            await self._send(message)


def tell(state: MutableMapping[str, Any], **facts: Any) -> None:
    """Have the log of this request say more."""
    state.setdefault("told", {}).update(facts)


def _refuse_other_bodies(method: str, headers: Headers) -> None:
    """Refuse a body that is not said to be JSON: a form could be sent by any page."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if method in ("POST", "PUT", "PATCH") and has_body and media != "application/json":
        raise Problem(415, "not-json", "The body is not said to be JSON", "send Content-Type: application/json")


def _refuse_strangers(headers: Headers) -> None:
    """Refuse what a page of somebody else's has a browser send to this machine: without keys nothing else would keep it out."""
    host = headers.get("host", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    origin = headers.get("origin", "")
    if host and not is_loopback(name):
        raise Problem(
            403, "other-host", "The server is asked under a name that is not this machine's", "use http://127.0.0.1, or make a key"
        )
    if origin and origin.partition("://")[2] != host:
        raise Problem(
            403, "other-origin", "A page of another site may not use this server without a key", "make a key: assistant keys add NAME"
        )
