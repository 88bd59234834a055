"""Answers as server-sent events. A stream that broke off is taken up again with the id of the last event."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import StreamingResponse

from assistant.events import Done, Event
from assistant.serve.api.problems import Problem, problem_of
from assistant.serve.api.replying import dumped
from assistant.serve.api.service import Service

if TYPE_CHECKING:
    from starlette.types import Send

    from assistant.serve.api.asking import Asked

T = TypeVar("T")

EVENT_STREAM = "text/event-stream"
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MAX_EVENTS = 10_000
"""No answer has as many."""
_EVENT_ID = re.compile(r"([0-9a-f]{16})-([0-9]{1,6})")


class Streamed(StreamingResponse):
    """Sends what comes of work that goes on meanwhile; however the sending ends, the work ends with it."""

    def __init__(self, source: Generator[Any, None, None], parts: AsyncGenerator[bytes, None]) -> None:
        super().__init__(parts, headers=HEADERS, media_type=EVENT_STREAM)
        self._source, self._parts = source, parts

    async def stream_response(self, send: Send) -> None:
        """Send the parts as they come."""
        try:
            await super().stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._parts.aclose()
                await anyio.to_thread.run_sync(self._source.close)


async def steps(service: Service, source: Generator[T, None, None], first: list[T]) -> AsyncGenerator[T, None]:
    """Yield what came first and then each further step of the work, which is made in a thread when it is wanted: a slow reader slows it."""
    for step in first:
        yield step
    while more := await service.gate.go_on(up_to, source, 1):
        yield more[0]


def up_to(source: Generator[T, None, None], n: int) -> list[T]:
    """Return at most `n` further steps."""
    found: list[T] = []
    while len(found) < n:
        try:
            found.append(next(source))
        except StopIteration:
            break
    return found


def accepts_events(request: Request) -> bool:
    """Say whether the client asks for events rather than one answer."""
    return EVENT_STREAM in request.headers.get("accept", "")


async def event_stream(service: Service, request: Request, asked: Asked) -> Streamed:
    """Return a response that sends the events of an answer: `started`, `grown`, `replaced`, `done`, or `problem` when it fails midway.

    Raises:
        Problem: the question cannot be asked, the server has too much to do, or `Last-Event-ID` names nothing that can be gone on with.
    """
    digest = _digest(asked)
    skipped = _seen(request, digest, bool(service.settings.llm_url))
    source = _events(asked)
    first = await service.gate.run(up_to, source, skipped + 2)  # the first event has no work in it
    return Streamed(source, _written(service, request, steps(service, source, first), (digest, skipped)))


async def _written(
    service: Service, request: Request, events: AsyncGenerator[Event, None], place: tuple[str, int]
) -> AsyncGenerator[bytes, None]:
    """Yield the events as they are sent, those after the first `place[1]`."""
    from assistant.serve.api.asking import note

    digest, skipped = place
    number = 0
    try:
        async for event in events:
            number += 1
            if isinstance(event, Done):
                note(service, request, event.answer)
            if number > skipped:
                yield written(type(event).__name__.lower(), event, f"{digest}-{number}")
    except Exception as error:
        yield written("problem", problem_of(error).as_json(request.state.request_id))


def written(name: str, value: object, event_id: str = "") -> bytes:
    """Return an event as it goes over the wire."""
    where = f"id: {event_id}\n" if event_id else ""
    return b"".join((where.encode(), f"event: {name}\ndata: ".encode(), dumped(value), b"\n\n"))


def _events(asked: Asked) -> Generator[Event, None, None]:
    with closing(asked.assistant.events(asked.body.question, asked.history(), asked.filters, asked.now)) as events:
        yield from events


def _digest(asked: Asked) -> str:
    """Return what stands for a question at this state of the articles: the same events come for the same digest."""
    about = (asked.body.model_dump_json(exclude={"stream"}), asked.now, asked.assistant.index.generation)
    return sha256(repr(about).encode()).hexdigest()[:16]


def _seen(request: Request, digest: str, has_model: bool) -> int:
    """Return how many events the client has."""
    last = request.headers.get("last-event-id", "")
    if not last:
        return 0
    found = _EVENT_ID.fullmatch(last)
    if not found:
        raise Problem(
            400, "bad-event-id", "Last-Event-ID is no id of an event", "send the id of the last event as it came, or leave it out"
        )
    if found[1] != digest or has_model:
        raise Problem(409, "other-stream", "The stream cannot be taken up again", "ask anew, without Last-Event-ID")
    return min(int(found[2]), MAX_EVENTS)
