"""/v1/ask: an answer at once, or its events as they come."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from typing import Any

import anyio
from fastapi import APIRouter, Request
from opentelemetry import trace
from starlette.responses import Response

from assistant.assistant import Assistant
from assistant.records import Answer, Filters, Turn
from assistant.serve.api.bodies import AskBody
from assistant.serve.api.guard import tell
from assistant.serve.api.problems import Problem
from assistant.serve.api.replying import problems, replied, service_of
from assistant.serve.api.service import Service
from assistant.serve.api.streaming import EVENT_STREAM, accepts_events, event_stream

REMEMBERED_TURNS = 512
"""Turns that are remembered: about 20 kB each."""


class Turns:
    """Understands the questions before from their words alone: each is answered again, by no model, unless it is remembered."""

    def __init__(self, capacity: int = REMEMBERED_TURNS) -> None:
        self._capacity = capacity
        self._known: OrderedDict[tuple[Any, ...], Turn] = OrderedDict()
        self._lock = threading.Lock()

    def before(self, assistant: Assistant, questions: Sequence[str], filters: Filters, now: str) -> tuple[Turn, ...]:
        """Return the turns of a conversation, oldest first."""
        turns: tuple[Turn, ...] = ()
        where = (id(assistant), assistant.index.generation if questions else 0, filters, now)
        for count, question in enumerate(questions, 1):
            key = (*where, tuple(questions[:count]))
            with self._lock:
                turn = self._known.get(key)
                if turn is not None:
                    self._known.move_to_end(key)
            if turn is None:
                with closing(assistant.stream(question, turns, filters, now)) as answers:
                    turn = Turn(question, next(answers))
                with self._lock:
                    self._known[key] = turn
                    if len(self._known) > self._capacity:
                        self._known.popitem(last=False)
            turns = (*turns, turn)
        return turns


class Asked:
    """A question with all that belongs to it, ready to be answered in a thread."""

    def __init__(self, assistant: Assistant, turns: Turns, body: AskBody) -> None:
        self.assistant, self.turns, self.body = assistant, turns, body
        self.left = threading.Event()
        self.now = body.now or date.today().isoformat()

    @property
    def filters(self) -> Filters:
        """The filters given."""
        return self.body.filters.filters()

    def history(self) -> tuple[Turn, ...]:
        """Return the turns before."""
        return self.turns.before(self.assistant, self.body.history, self.filters, self.now)

    def answer(self) -> Answer:
        """Return the whole answer; when the one who asked has left, what there is of it."""
        with closing(self.assistant.stream(self.body.question, self.history(), self.filters, self.now)) as answers:
            for answer in answers:
                last = answer
                if self.left.is_set():
                    break
        return last


async def answered(service: Service, request: Request, asked: Asked) -> Answer:
    """Answer in a thread; when the client hangs up the work ends, or is not begun.

    Raises:
        Problem: the server has too much to do.
    """
    found: list[Answer] = []

    async def wait_for_the_end() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        asked.left.set()
        tasks.cancel_scope.cancel()

    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait_for_the_end)
        try:
            found.append(await service.gate.run(asked.answer))
        except Exception as error:  # carried out of the group, which would wrap it
            failure = error
        tasks.cancel_scope.cancel()
    if failure:
        raise failure
    if not found:
        raise Problem(499, "left", "The client has left")
    note(service, request, found[0])
    return found[0]


def timed(answer: Answer) -> str:
    """Return the stages' milliseconds as the header Server-Timing has them."""
    return ", ".join(f"{stage};dur={spent}" for stage, spent in answer.timings.items())


def note(service: Service, request: Request, answer: Answer) -> None:
    """Count an answer and tell the log its stages and its outcome; the question only when that is asked for."""
    service.counts.answered(answer.abstained, answer.timings)
    trace.get_current_span().set_attributes({f"assistant.{stage}_ms": spent for stage, spent in answer.timings.items()})
    asked = {"question": answer.question} if service.settings.log_questions else {}
    tell(request.scope["state"], stages=dict(answer.timings), citations=len(answer.citations), abstained=answer.abstained, **asked)


def ask_routes(turns: Turns) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["questions"])
    streamed = {"description": "The answer; with `stream` or `Accept: text/event-stream` its events", "content": {EVENT_STREAM: {}}}

    @router.post("/v1/ask", response_model=Answer, responses={200: streamed, **problems(404, 409, 502)}, summary="Ask a question")
    async def ask(body: AskBody, request: Request) -> Response:
        service = service_of(request)
        asked = Asked(await service.opened(body.index), turns, body)
        if body.stream or accepts_events(request):
            return await event_stream(service, request, asked)
        answer = await answered(service, request, asked)
        return replied(answer, server_timing=timed(answer))

    return router
