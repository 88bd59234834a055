"""The assistant for asyncio: the same calls, each in a thread, so that the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from assistant.assistant import Assistant
from assistant.events import Event
from assistant.records import AddReport, Answer, Article, Filters, Hit, Quotation, Speaker, Turn
from assistant.settings import Settings

T = TypeVar("T")

THREADS = 4
"""Answering is work for a processor: more threads would only wait for each other. A language model is waited for in them, too."""


class AsyncAssistant:
    """An assistant whose calls are awaited. `open` makes one; the constructor takes one that is open, and closes it when it is closed."""

    def __init__(self, assistant: Assistant, threads: int = THREADS) -> None:
        self.assistant = assistant
        self._threads = ThreadPoolExecutor(threads, "assistant")

    @classmethod
    async def open(cls, index: str | Path = "", *, create: bool = True, settings: Settings | None = None) -> AsyncAssistant:
        """Open an index; arguments and errors are those of `Assistant.open`."""
        return cls(await asyncio.to_thread(partial(Assistant.open, index, create=create, settings=settings)))

    async def __aenter__(self) -> AsyncAssistant:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for the calls under way and close the index."""
        await asyncio.to_thread(self._threads.shutdown)
        self.assistant.close()

    async def add(self, paths: Iterable[str | Path]) -> AddReport:
        """Add files and folders; see `Assistant.add`."""
        return await self._run(self.assistant.add, list(paths))

    async def ask(self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = "") -> Answer:
        """Answer a question; see `Assistant.ask`."""
        return await self._run(self.assistant.ask, question, history, filters, now)

    async def events(
        self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = ""
    ) -> AsyncGenerator[Event, None]:
        """Yield the events of the answer as it comes; see `Assistant.events`. Leaving the loop early ends the work."""
        events = self.assistant.events(question, history, filters, now)
        try:
            while (event := await self._run(_next, events)) is not None:
                yield event
        finally:
            await self._run(events.close)

    async def search(self, query: str, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return the `k` best passages, best first."""
        return await self._run(self.assistant.search, query, k, filters)

    async def quotations(self, speaker: str = "", about: str = "", **wanted: Any) -> list[Quotation]:
        """Return who said what; see `Assistant.quotations`."""
        return await self._run(partial(self.assistant.quotations, speaker, about, **wanted))

    async def speakers(self, filters: Filters = Filters()) -> list[Speaker]:
        """Return who speaks in the articles; see `Assistant.speakers`."""
        return await self._run(self.assistant.speakers, filters)

    async def article(self, article_id: str) -> Article:
        """Return an article; see `Assistant.article`."""
        return await self._run(self.assistant.article, article_id)

    async def articles(self, filters: Filters = Filters()) -> list[Article]:
        """Return the articles, oldest id first."""
        return await self._run(lambda: list(self.assistant.articles(filters)))

    async def remove(self, article_ids: str | Iterable[str]) -> int:
        """Remove articles for good; see `Assistant.remove`."""
        return await self._run(self.assistant.remove, article_ids if isinstance(article_ids, str) else list(article_ids))

    async def _run(self, call: Callable[..., T], *given: Any) -> T:
        """Make a call in a thread. When the one who waits is cancelled, the call itself still ends before anything else is done."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, call, *given)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise


def _next(events: Generator[Event, None, None]) -> Event | None:
    return next(events, None)
