"""Language models behind any OpenAI-compatible server, through llama-index. The home of its LLM classes at run time.

A request is made anew only when nothing of an answer has come yet and the server was busy, failed, or could not be reached. What the
server or a library says about an error is not repeated: it may hold the key.
"""

from __future__ import annotations

import itertools
import ssl
import time
from collections import abc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import LanguageModelUnavailable, MissingExtra
from assistant.protocols import Message

if TYPE_CHECKING:
    import httpx

CONNECT_S = 5.0
"""A server that is there takes a connection well within this."""
WHOLE_ANSWER = 3
"""A whole answer may take this many times the longest silence."""
BACK_OFF_S = 0.5
"""The wait before the second try; it doubles with each further one."""
MAX_BYTES = 4_000_000
"""An answer of twelve sentences streams about 200 kB of JSON; what is far longer never ends."""
NO_KEY = "none"
"""Sent where there is no key: local servers ask for none, the client insists on one."""


@dataclass(frozen=True)
class Server:
    """Where a model runs. `timeout_s` is the longest silence, `tokens` what the model reads and writes for one answer."""

    url: str
    model: str
    timeout_s: float = 30.0
    retries: int = 2
    tokens: int = 4096


class LanguageModel:
    """A model on an OpenAI-compatible server: OpenAI's, Ollama's `/v1`, llama.cpp's, vLLM's and others."""

    def __init__(self, server: Server, key: str = "") -> None:
        self.server = server
        self._key = key

    def __repr__(self) -> str:
        return f"LanguageModel({self.name})"

    @property
    def name(self) -> str:
        """The model and the host that it runs on."""
        return f"{self.server.model} at {urlsplit(self.server.url).netloc}"

    @property
    def tokens(self) -> int:
        """How many tokens it may read and write for one answer."""
        return self.server.tokens

    def prepare(self) -> None:
        """Load the client, so that the first question need not wait for it. Nothing is connected."""
        _load()

    def stream(self, messages: Sequence[Message]) -> abc.Generator[str, None, None]:
        """Yield the pieces of the model's text as they come; see `assistant.protocols.Generator`.

        Raises:
            LanguageModelUnavailable: it cannot be reached, refuses, is too slow, or breaks off.
            MissingExtra: the client is not installed.
        """
        _load()
        deadline = time.monotonic() + WHOLE_ANSWER * self.server.timeout_s
        for attempt in itertools.count():
            came = False
            try:
                for piece in self._attempt(messages, deadline):
                    came = True
                    yield piece
                return
            except _Refusal as refusal:
                wait = max(BACK_OFF_S * 2**attempt, refusal.wait_s)
                out_of_time = time.monotonic() + wait > deadline
                if came or not refusal.again or attempt >= self.server.retries or out_of_time:
                    raise LanguageModelUnavailable(f"the language model {self.name} {refusal}", refusal.hint) from None
            time.sleep(wait)

    def _attempt(self, messages: Sequence[Message], deadline: float) -> Iterator[str]:
        """Yield the text of one request; everything that can go wrong is a `_Refusal`."""
        import httpx  # late: with no language model nothing of a network is loaded

        silence = self.server.timeout_s
        limits = httpx.Timeout(silence, connect=min(CONNECT_S, silence))
        hooks: dict[str, list[Any]] = {"response": [lambda response: _guard(response, deadline)]}
        finished = came = False
        try:
            # Leaving the client closes its connection, whoever still holds a part of the stream.
            with httpx.Client(timeout=limits, event_hooks=hooks, verify=_certificates()) as client:
                for response in self._model(client).stream_chat(_chat_messages(messages), timeout=limits):
                    finished = finished or _is_finished(response)
                    if response.delta:
                        came = True
                        yield response.delta
        except Exception as error:
            raise _refusal(error) from None
        if not came:
            raise _Refusal("sent no text", "see whether the address ends as the server wants it, often in /v1")
        if not finished:
            raise _Refusal("broke off in the middle of its answer")

    def _model(self, client: httpx.Client) -> Any:
        return _load()(
            model=self.server.model,
            api_base=self.server.url.rstrip("/"),
            api_key=self._key or NO_KEY,
            is_chat_model=True,
            context_window=self.tokens,
            temperature=0.0,
            max_retries=0,  # both libraries would repeat what is not worth it, and beyond the time given
            reuse_client=False,
            http_client=client,
        )


class _Refusal(Exception):
    """One request that gave no answer: why, what to do, and whether and when to try again."""

    def __init__(self, reason: str, hint: str = "", *, again: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.hint, self.again, self.wait_s = hint, again, wait_s


class _TooLong(Exception):
    """The answer goes on without end."""


def _refusal(error: Exception) -> _Refusal:
    """Say in our own words what went wrong."""
    import httpx
    import openai

    if isinstance(error, _Refusal):
        return error
    if isinstance(error, _TooLong):
        return _Refusal("does not come to an end")
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        if isinstance(error.__cause__ or error, httpx.ConnectTimeout):
            return _Refusal("cannot be reached", "see whether its server runs", again=True)
        return _Refusal("is too slow", "give it more time with the setting llm_timeout_s")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, error.response.headers.get("retry-after", ""))
    if isinstance(error, openai.APIConnectionError):
        return _Refusal("cannot be reached", "see whether its server runs, and whether llm_url is its address", again=True)
    if isinstance(error, httpx.HTTPError):
        return _Refusal("broke off in the middle of its answer", again=True)
    return _Refusal("sends what is no answer", "see whether llm_url is the address of an OpenAI-compatible server")


def _of_status(status: int, retry_after: str) -> _Refusal:
    if status in (401, 403):
        return _Refusal(f"refuses the key ({status})", "put the right one in the environment: ASSISTANT_LLM_KEY")
    if status == 404:
        return _Refusal("is not there (404)", "see whether llm_url is right (often it ends in /v1), and llm_model")
    if status == 429 or status >= 500:
        wait_s = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
        return _Refusal(f"is busy or failed ({status})", "ask again later", again=True, wait_s=wait_s)
    return _Refusal(f"does not take the request ({status})", "see whether llm_model can chat, and whether llm_tokens is too much for it")


def _guard(response: httpx.Response, deadline: float) -> None:
    """Hold a response to its time and size, byte by byte: what never ends its first line would not be seen otherwise."""
    import httpx

    class Guarded(httpx.SyncByteStream):
        def __init__(self, inner: httpx.SyncByteStream) -> None:
            self._inner = inner

        def __iter__(self) -> Iterator[bytes]:
            n_bytes = 0
            for part in self._inner:
                n_bytes += len(part)
                if n_bytes > MAX_BYTES:
                    raise _TooLong
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the whole answer takes too long", request=response.request)
                yield part

        def close(self) -> None:
            self._inner.close()

    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = Guarded(response.stream)


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context()  # costs tens of milliseconds, so once


def _load() -> Any:
    """Import the client, which takes seconds the first time; no server is to blame for these."""
    try:
        from llama_index.llms.openai_like import OpenAILike
    except ImportError as error:
        raise MissingExtra("the client of language models is not installed", "run: pip install llama-index-llms-openai-like") from error
    return OpenAILike


def _chat_messages(messages: Sequence[Message]) -> list[Any]:
    from llama_index.core.base.llms.types import ChatMessage

    return [ChatMessage(role=message.role, content=message.text) for message in messages]


def _is_finished(response: Any) -> bool:
    choices = getattr(response.raw, "choices", None)
    return bool(choices and choices[0].finish_reason)
