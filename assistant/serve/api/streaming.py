"""Answers as server-sent events. A stream that broke off is taken up again with the id of the last event."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import anyio
from starlette.requests import Request
from starlette.responses import StreamingResponse

from assistant.events import Done, Event
from assistant.serve.api.problems import Problem, problem_of
from assistant.serve.api.replying import dumped
from assistant.serve.api.service import Service

if TYPE_CHECKING:
    from assistant.serve.api.asking import Asked

EVENT_STREAM = "text/event-stream"
_EVENT_ID = re.compile(r"([0-9a-f]{16})-([0-9]{1,6})")


def accepts_events(request: Request) -> bool:
    """Say whether the client asks for events rather than one answer."""
    return EVENT_STREAM in request.headers.get("accept", "")


async def event_stream(service: Service, request: Request, asked: Asked) -> StreamingResponse:
    """Return a response that sends the events of an answer: `started`, `grown`, `replaced`, `done`, or `problem` when it fails midway.

    Raises:
        Problem: the question cannot be asked, the server has too much to do, or `Last-Event-ID` names nothing that can be gone on with.
    """
    digest = _digest(asked)
    skipped = _seen(request, digest, bool(service.settings.llm_url))
    events = _events(asked)
    first = await service.gate.run(_up_to, events, skipped + 2)  # the first has no work in it
    stream = _Stream(service, request, events, first)
    return StreamingResponse(
        stream.sent(digest, skipped), headers={"cache-control": "no-store", "x-accel-buffering": "no"}, media_type=EVENT_STREAM
    )


class _Stream:
    """The events of one answer on their way out."""

    def __init__(self, service: Service, request: Request, events: Generator[Event, None, None], first: list[Event]) -> None:
        self._service, self._request, self._events, self._first = service, request, events, first

    async def sent(self, digest: str, skipped: int) -> AsyncGenerator[bytes, None]:
        """Yield the events as they are sent, those after the first `skipped`; leaving early ends the work."""
        number = 0
        try:
            async for event in self._all():
                number += 1
                if isinstance(event, Done):
                    self._note(event)
                if number > skipped:
                    yield written(type(event).__name__.lower(), event, f"{digest}-{number}")
        except Exception as error:
            problem = problem_of(error).as_json(self._request.state.request_id)
            yield written("problem", problem)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._events.close)

    async def _all(self) -> AsyncGenerator[Event, None]:
        for event in self._first:
            yield event
        while more := await self._service.gate.go_on(_up_to, self._events, 1):
            yield more[0]

    def _note(self, done: Done) -> None:
        from assistant.serve.api.asking import note

        self._service.counts.answered(done.answer.abstained, done.answer.timings)
        note(self._service, self._request, done.answer)


def written(name: str, value: object, event_id: str = "") -> bytes:
    """Return an event as it goes over the wire."""
    where = f"id: {event_id}\n" if event_id else ""
    return b"".join((where.encode(), f"event: {name}\ndata: ".encode(), dumped(value), b"\n\n"))


def _events(asked: Asked) -> Generator[Event, None, None]:
    body, filters = asked.body, asked.body.filters.filters()
    history = asked.turns.before(asked.assistant, body.history, filters, asked.now)
    with closing(asked.assistant.events(body.question, history, filters, asked.now)) as events:
        yield from events


def _up_to(events: Generator[Event, None, None], n: int) -> list[Event]:
    found: list[Event] = []
    while len(found) < n and (event := next(events, None)) is not None:
        found.append(event)
    return found


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
    return int(found[2])
