"""What is read from the store alone: articles and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.index import changes, encoded, rows
from assistant.index.alike_articles import groups
from assistant.index.rows import Counts, Utterances
from assistant.index.seals import refuse_damaged
from assistant.index.shelves import Shelves
from assistant.index.store import Connection, Store
from assistant.index.versions import Version, find_version, versions_of
from assistant.records import Article, Filters, Passage, Quotation, Span

if TYPE_CHECKING:
    from assistant.index.rows import Halves
    from assistant.protocols import Vectors

ALL = Filters()
K = TypeVar("K")
T = TypeVar("T")


class StoredArticles:
    """The articles of a store. Every method sees what any process has committed before the call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shelves = Shelves()
        self._known: tuple[int, dict[Callable[[Connection], Any], Any]] = (-1, {})

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold on to the generation that is committed now and yield its number: what was read of it before is not read again.

        In this thread articles, passages, sentences and quotations are then those of this generation; whoever shows them sees afterwards
        whether it is still the one that is committed.
        """
        generation = self._store.generation()
        with self._shelves.hold(generation):
            yield generation

    def kept(self, kind: str, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was worked out before from the generation that is held, else work it out; outside of `held` always."""
        return self._shelves.one(kind, key, read)

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: there is none with this id.
            IndexDamaged: what is on the disk is not what was stored.
        """
        return self._shelves.one("article", article_id, lambda: self._read(_sound_article, article_id))

    def present(self, key: str) -> Article:
        """Return an article or an earlier version of one, by its id or by its content hash: a citation of either stays true.

        Raises:
            UnknownArticle: there is none.
            IndexDamaged: what is on the disk is not what was stored.
        """
        with self._store.read() as connection:
            version = find_version(connection, key)
        if version is not None:
            return version.article
        return self.article(self.find_hash(key) or key)

    def history(self, key: str) -> tuple[Article, list[Version]]:
        """Return the article that is there now and its earlier versions, oldest first, by the id or content hash of any of them.

        Raises:
            UnknownArticle: there is none.
        """
        with self._store.read() as connection:
            version = find_version(connection, key)
        article = self.article(version.now if version is not None else self.find_hash(key) or key)
        with self._store.read() as connection:
            return article, versions_of(connection, rows.number(article.id))

    def copies(self, article_id: str) -> tuple[str, ...]:
        """Return the ids of the near copies of an article and of their near copies, without its own: together they are one source."""
        return self._remembered(_copies).get(article_id, ())

    def copy_groups(self) -> list[tuple[str, ...]]:
        """Return the groups of near copies, the oldest first."""
        return sorted(set(self._remembered(_groups)), key=lambda group: int(group[0]))

    def known_vectors(self, keys: Iterable[bytes], dimensions: int) -> Mapping[bytes, Halves]:
        """Return those of the vectors that are stored already: key (`encoded.vector_key`) -> vector."""
        with self._store.read() as connection:
            return encoded.known_vectors(connection, keys, dimensions)

    def passage_vectors(self, article_id: str) -> Vectors:
        """Return the vectors of an article's passages in the order of its text, shape (passages, dimensions)."""
        import numpy as np

        with self._store.read() as connection:
            found = changes.vectors_of(connection, rows.number(article_id))
        return np.array([np.frombuffer(vector, "<f2") for vector in found], np.float32)

    def is_read(self, origin: str, digest: str) -> bool:
        """Say whether the article that was read from there was read from just these bytes (`changes.original_digest`)."""
        with self._store.read() as connection:
            row = connection.execute(
                """SELECT 1 FROM articles AS a JOIN originals AS o ON o.article_id = a.id
                   WHERE a.origin = ? AND a.origin <> '' AND o.digest = ?""",
                (rows.writable(origin), digest),
            ).fetchone()
        return row is not None

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
        return self._shelves.many("passage", ids, lambda missing: self._read(rows.passages, missing), lambda passage: passage.id)

    def article_passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in the order of its text."""
        with self._store.read() as connection:
            return rows.article_passages(connection, article_id)

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        """Return all sentences of an article in order."""
        return self._shelves.one("sentences", article_id, lambda: self._read(rows.sentences, article_id))

    def quotations(self, article_ids: Sequence[str] = ()) -> list[Quotation]:
        """Return the quotations of articles, or of all when none are given, by article and place."""
        if not article_ids:
            return self._read(rows.quotations_in, None)
        numbers = sorted(rows.known_numbers(article_ids))
        found = self._shelves.many("quotations", numbers, partial(self._read, _quoted), lambda quoted: quoted[0])
        return [quotation for _, quotations in found for quotation in quotations]

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
        held = self._shelves.held
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


def _quoted(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, list[Quotation]]]:
    """Return the quotations of each article; an empty list for one without."""
    found: dict[int, list[Quotation]] = {number: [] for number in numbers}
    for quotation in rows.quotations_in(connection, numbers):
        found[int(quotation.article_id)].append(quotation)
    return list(found.items())


def _sound_article(connection: Connection, article_id: str) -> Article:
    found = rows.article(connection, article_id)
    refuse_damaged(connection, rows.number(article_id))
    return found


def _groups(connection: Connection) -> list[tuple[str, ...]]:
    return [tuple(map(str, group)) for group in groups(connection)]


def _copies(connection: Connection) -> dict[str, tuple[str, ...]]:
    found = _groups(connection)
    return {one: tuple(other for other in group if other != one) for group in found for one in group}
