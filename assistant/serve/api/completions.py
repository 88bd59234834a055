"""/v1/chat/completions and /v1/models as OpenAI's clients speak them: a model is an index, and its answers keep their citations."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from assistant.events import growing
from assistant.records import Answer, Citation
from assistant.serve.api.asking import Asked, Turns, answered, note, timed
from assistant.serve.api.bodies import MAX_HISTORY, AskBody
from assistant.serve.api.problems import Problem, problem_of
from assistant.serve.api.replying import dumped, problems, replied, service_of
from assistant.serve.api.service import Service
from assistant.serve.api.streaming import EVENT_STREAM, Streamed, steps, up_to
from assistant.serve.hits import grown, marked
from assistant.text.tokens import count_tokens

Grown = tuple[str, Answer]


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str = ""


class MessageBody(BaseModel):
    """A message. What is asked stands in those of the user; the rest is not needed to understand it."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=100_000)] | Annotated[list[Part], Field(max_length=100)] | None = None

    def text(self) -> str:
        """Return its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type in ("text", "input_text"))
        return self.content or ""


class StreamOptions(BaseModel):
    """What else is streamed."""

    include_usage: bool | None = None


class CompletionBody(BaseModel):
    """A request as OpenAI's clients send it. Fields that steer a language model are passed over: answers come from the articles."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "", "messages": [{"role": "user", "content": "what did Biden say?"}]}]}
    )

    messages: Annotated[list[MessageBody], Field(min_length=1, max_length=1000)]
    model: Annotated[str, Field(max_length=200)] = ""
    n: Annotated[int, Field(ge=1, le=1, description="one answer: another would be the same")] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    def asked(self) -> AskBody:
        """Return the question of the last message with those before it.

        Raises:
            Problem: the last message that was written by a person is empty, or there is none.
        """
        questions = [text for message in self.messages if message.role == "user" and (text := message.text().strip())]
        if not questions or self.messages[-1].role not in ("user", "tool", "function"):
            raise Problem(422, "no-question", "The last message is no question", "end `messages` with one of the role `user`")
        before = [question for question in questions[:-1] if len(question) <= 10_000]
        return AskBody(question=questions[-1], history=before[-MAX_HISTORY:])


def completion_routes(turns: Turns) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["OpenAI"])
    answers: dict[int | str, dict[str, Any]] = {
        200: {"description": "The completion, or its chunks", "content": {"application/json": {}, EVENT_STREAM: {}}}
    }

    @router.post("/v1/chat/completions", responses={**answers, **problems(404, 409, 502)}, summary="Ask as OpenAI's clients do")
    async def complete(body: CompletionBody, request: Request) -> Response:
        service = service_of(request)
        assistant = await service.opened(body.model)
        asked = Asked(assistant, turns, body.asked())
        name = body.model or assistant.index.path.name
        reply = Reply(name, f"chatcmpl-{request.state.request_id}", str(request.base_url), body)
        if body.stream:
            return await _streamed(service, request, asked, reply)
        answer = await answered(service, request, asked)
        return replied(reply.whole(answer), server_timing=timed(answer))

    @router.get("/v1/models", responses=problems(), summary="The indexes that can be asked, as models")
    async def models(request: Request) -> Response:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "article-assistant"} for name in service_of(request).names()]
        return replied({"object": "list", "data": listed})

    @router.get("/v1/models/{model}", responses=problems(404), summary="One of them")
    async def model(model: str, request: Request) -> Response:
        if model not in service_of(request).names():
            raise Problem(404, "unknown-index", "There is no such index", "see the names at /v1/models")
        return replied({"id": model, "object": "model", "created": 0, "owned_by": "article-assistant"})

    return router


class Reply:
    """An answer in the form of a completion."""

    def __init__(self, model: str, reply_id: str, base_url: str, body: CompletionBody) -> None:
        self._head = {"id": reply_id, "created": int(time.time()), "model": model}
        self._base_url, self._body = base_url, body
        self.model = model

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Return the completion."""
        text = marked(answer)
        message = {
            "role": "assistant",
            "content": text,
            "refusal": None,
            "annotations": self.annotations(answer, 0),
            "answer": told(answer),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage(text)}

    async def chunks(self, parts: AsyncGenerator[Grown, None]) -> AsyncGenerator[tuple[bytes, Answer], None]:
        """Yield the chunks; the last one has the annotations, whose places count in all the text that was sent."""
        sent, answer = "", None
        async for text, answer in parts:
            yield self._chunk({"role": "assistant", "content": text} if not sent else {"content": text}), answer
            sent += text
        if answer is None:
            return
        start = len(sent) - len(marked(answer))
        yield self._chunk({"annotations": self.annotations(answer, start), "answer": told(answer)}, "stop"), answer
        if self._body.stream_options and self._body.stream_options.include_usage:
            yield self._data({**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage(sent)}), answer
        yield b"data: [DONE]\n\n", answer

    def annotations(self, answer: Answer, start: int) -> list[dict[str, Any]]:
        """Return an annotation for each marker `[n]`, in the order of the text; what it cites to the character is in `citation`."""
        cited = {citation.number: citation for citation in answer.citations}
        found, at = [], start
        for offset, number in sorted(answer.markers):
            shown = f" [{number}]"
            place = at + offset + 1
            at += len(shown)
            found.append(self._annotation(cited[number], place, place + len(shown) - 1))
        return found

    def _annotation(self, citation: Citation, start: int, end: int) -> dict[str, Any]:
        url = citation.url or f"{self._base_url}v1/articles/{citation.article_id}?index={self.model}"
        place = {"start_index": start, "end_index": end, "title": citation.title, "url": url}
        return {"type": "url_citation", "url_citation": place, "citation": citation}

    def _usage(self, text: str) -> dict[str, int]:
        asked, said = sum(count_tokens(message.text()) for message in self._body.messages), count_tokens(text)
        return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._data({**self._head, "object": "chat.completion.chunk", "choices": [choice]})

    def _data(self, value: dict[str, Any]) -> bytes:
        return b"data: " + dumped(value) + b"\n\n"


def told(answer: Answer) -> dict[str, Any]:
    """Return what a completion has no place for."""
    return {"query": answer.query, "abstained": answer.abstained, "confidence": answer.confidence, "note": answer.note}


async def _streamed(service: Service, request: Request, asked: Asked, reply: Reply) -> Response:
    source = _grown(asked)
    first = await service.gate.run(up_to, source, 1)

    async def sent() -> AsyncGenerator[bytes, None]:
        answer = None
        try:
            async for chunk, state in reply.chunks(steps(service, source, first)):
                answer = state
                yield chunk
        except Exception as error:
            problem = problem_of(error)
            said = {"message": f"{problem.title}: {problem.hint}", "type": "server_error", "param": None, "code": problem.slug}
            yield b"data: " + orjson.dumps({"error": said}) + b"\n\n"
        if answer is not None:
            note(service, request, answer)

    return Streamed(source, sent())


def _grown(asked: Asked) -> Generator[Grown, None, None]:
    def states() -> Generator[Answer, None, None]:
        with closing(asked.assistant.stream(asked.body.question, asked.history(), asked.filters, asked.now)) as answers:
            for position, answer in enumerate(answers):
                yield from (answer,) if answer.composer == "llm" or position else growing(answer)

    with closing(states()) as found:
        yield from grown(found)
