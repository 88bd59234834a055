"""What is read from the store alone: articles and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from assistant.index import changes, rows
from assistant.index.kept import Keeping
from assistant.index.rows import Counts, Utterances
from assistant.index.store import Connection, Store
from assistant.records import Article, Filters, Passage, Quotation, Span

ALL = Filters()
K = TypeVar("K")
T = TypeVar("T")


class StoredArticles:
    """The articles of a store. Every method sees what any process has committed before the call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keeping = Keeping()
        self._known: tuple[int, dict[Callable[[Connection], Any], Any]] = (-1, {})
        self._article_languages: tuple[int, Mapping[str, str]] = (-1, {})

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold on to the generation that is committed now and yield its number: what was read of it before is not read again.

        In this thread articles, passages, sentences and quotations are then those of this generation; whoever shows them sees afterwards
        whether it is still the one that is committed.
        """
        generation = self._store.generation()
        with self._keeping.hold(generation):
            yield generation

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: there is none with this id.
        """
        return self._keeping.one("article", article_id, lambda: self._read(rows.article, article_id))

    def articles(self, filters: Filters = ALL) -> Iterator[Article]:
        """Yield the articles, oldest id first."""
        last = 0
        while True:
            with self._store.read() as connection:
                found = rows.articles_after(connection, last, filters)
            if not found:
                return
            yield from found
            last = int(found[-1].id)

    def count(self) -> Counts:
        """Return how much there is of everything."""
        with self._store.read() as connection:
            return changes.counts(connection)

    def find_origin(self, origin: str) -> tuple[str, str] | None:
        """Return (id, content hash) of the article that was read from there."""
        with self._store.read() as connection:
            row = connection.execute(
                "SELECT id, content_hash FROM articles WHERE origin = ? AND origin <> ''",
                (rows.writable(origin),),
            ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def find_hash(self, content_hash: str) -> str | None:
        """Return the id of the oldest article with this content."""
        with self._store.read() as connection:
            row = connection.execute("SELECT min(id) FROM articles WHERE content_hash = ?", (rows.writable(content_hash),)).fetchone()
        return None if row[0] is None else str(row[0])

    def original(self, article_id: str) -> bytes:
        """Return the bytes that an article was read from."""
        with self._store.read() as connection:
            return rows.original(connection, article_id)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of their ids; those that are not there are left out."""
        return self._keeping.many("passage", ids, lambda missing: self._read(rows.passages, missing), lambda passage: passage.id)

    def article_passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in the order of its text."""
        with self._store.read() as connection:
            return rows.article_passages(connection, article_id)

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        """Return all sentences of an article in order."""
        return self._keeping.one("sentences", article_id, lambda: self._read(rows.sentences, article_id))

    def quotations(self, article_ids: Sequence[str] = ()) -> list[Quotation]:
        """Return the quotations of articles, or of all when none are given, by article and place."""
        read = partial(self._read, rows.quotations_in, article_ids)
        return list(self._keeping.one("quotations", tuple(article_ids), read)) if article_ids else read()

    def quotations_of(self, *speakers: str) -> list[Quotation]:
        """Return what speakers, named exactly so, are quoted with, by article and place."""
        with self._store.read() as connection:
            return rows.quotations_by(connection, speakers)

    def utterances(self) -> Sequence[Utterances]:
        """Return how often each name speaks in each article, by article. Remembered until the index changes."""
        return self._remembered(rows.utterances)

    def article_dates(self, filters: Filters = ALL) -> Mapping[str, str]:
        """Return the date of every article that the filters allow: article id -> date, "" when it has none."""
        if filters == ALL:
            return self._remembered(rows.article_dates)
        with self._store.read() as connection:
            return rows.article_dates(connection, filters)

    def speakers(self) -> Mapping[str, tuple[str, ...]]:
        """Return who is quoted where: speaker -> article ids. Remembered until the index changes."""
        return self._remembered(rows.speakers)

    def sources(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the outlets, with those that articles credit, and the authors. Remembered until the index changes."""
        return self._remembered(rows.sources)

    def languages(self) -> Mapping[str, int]:
        """Return how many articles there are in each language, the most frequent first."""
        return self._remembered(rows.languages)

    def article_languages(self) -> Mapping[str, str]:
        """Return the language of every article: article id -> language."""
        return self._remembered(rows.article_languages)

    def _read(self, read: Callable[[Connection, K], T], what: K) -> T:
        with self._store.read() as connection:
            return read(connection, what)

    def _remembered(self, compute: Callable[[Connection], T]) -> T:
        generation, known = self._known
        held = self._keeping.held
        if held is not None and generation == held.generation and compute in known:
            kept: T = known[compute]
            return kept
        if generation != self._store.generation():
            with self._store.read() as connection:
                generation, known = int(changes.get(connection, "generation")), {}
                value = known[compute] = compute(connection)
            self._known = generation, known
            return value
        if compute not in known:
            with self._store.read() as connection:
                value = compute(connection)
                if int(changes.get(connection, "generation")) == generation:
                    known[compute] = value
                return value
        found: T = known[compute]
        return found
