"""The seam between an index and all that reads and writes it: what `LocalIndex` and `MilvusIndex` both do.

`tests/index/test_contract.py` says in tests what this says in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:  # the parts of the engines, none of which is loaded for this
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    from assistant.index.doctor import Problem
    from assistant.index.manifest import EncoderInfo, Manifest
    from assistant.index.rows import Counts, Halves, Utterances
    from assistant.index.versions import Version
    from assistant.protocols import PreparedArticle, Vectors
    from assistant.records import Article, Filters, Passage, Quotation, Span

T = TypeVar("T")


class Index(Protocol):
    """Articles, their passages, vectors and terms, in generations: a generation is complete or it is not there.

    Every method sees what any process has committed before the call. Ids grow and are never used again. What an engine does not
    keep it gives back as nothing, or refuses with `NotOffered`.
    """

    encoder: EncoderInfo
    """Which encoder made the vectors."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    @property
    def path(self) -> Path:
        """Where it lies, or what it is called there."""

    @property
    def generation(self) -> int:
        """Grows by one with each committed change, whoever makes it."""

    @property
    def manifest(self) -> Manifest:
        """What the index was made with."""

    @property
    def writable(self) -> bool:
        """Whether articles can be added and removed here."""

    def refresh(self) -> int:
        """Take in what others have committed and return the generation; a search does so itself."""

    def held(self) -> AbstractContextManager[int]:
        """Hold on to the generation that is committed now, in this thread, and give its number."""

    def kept(self, kind: str, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was worked out before from the generation that is held, else work it out; outside of `held` always."""

    def close(self) -> None:
        """Close the index; closing it again does nothing."""

    def add(self, prepared: Sequence[PreparedArticle]) -> list[str]:
        """Store articles in one generation and return their new ids; an equal origin replaces the older version."""

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles for good and return how many there were; when one is unknown, nothing is removed."""

    def search_vectors(self, vector: Vectors, k: int, filters: Filters = ...) -> list[tuple[int, float]]:
        """Return (passage id, inner product) of the `k` nearest passages to one vector of shape (dimensions,)."""

    def search_terms(self, terms: Sequence[str], k: int, filters: Filters = ...) -> list[tuple[int, float]]:
        """Return (passage id, BM25 score) of the `k` best passages for the terms; one that comes twice counts twice."""

    def document_frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return in how many passages each term stands."""

    def rarity(self, terms: Sequence[str]) -> list[float]:
        """Return the inverse document frequency of each term: ln(1 + (N - n + .5) / (n + .5))."""

    def article(self, article_id: str) -> Article:
        """Return an article, or raise `UnknownArticle`."""

    def articles(self, filters: Filters = ...) -> Iterator[Article]:
        """Yield the articles, oldest id first."""

    def present(self, key: str) -> Article:
        """Return an article, or an earlier version that is kept, by its id or its content hash."""

    def history(self, key: str) -> tuple[Article, list[Version]]:
        """Return the article that is there now and the earlier versions that are kept, oldest first."""

    def forget_versions(self, article_id: str) -> int:
        """Delete the earlier versions of an article for good and return how many there were."""

    def original(self, article_id: str) -> bytes:
        """Return the bytes that an article was read from."""

    def copies(self, article_id: str) -> tuple[str, ...]:
        """Return the ids of the near copies of an article that are known."""

    def count(self) -> Counts:
        """Return how much there is of everything."""

    def find_origin(self, origin: str) -> tuple[str, str] | None:
        """Return (id, content hash) of the article that was read from there."""

    def find_hash(self, content_hash: str) -> str | None:
        """Return the id of the oldest article with this content."""

    def is_read(self, origin: str, digest: str) -> bool:
        """Say whether the article that was read from there was read from just these bytes."""

    def known_vectors(self, keys: Iterable[bytes], dimensions: int) -> Mapping[bytes, Halves]:
        """Return those of the vectors that are known already."""

    def passage_vectors(self, article_id: str) -> Vectors:
        """Return the vectors of an article's passages in the order of its text."""

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of their ids; those that are not there are left out."""

    def article_passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in the order of its text."""

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        """Return all sentences of an article in order."""

    def quotations(self, article_ids: Sequence[str] = ()) -> list[Quotation]:
        """Return the quotations of articles, or of all when none are given, by article and place."""

    def quotations_of(self, *speakers: str) -> list[Quotation]:
        """Return what speakers, named exactly so, are quoted with, by article and place."""

    def utterances(self) -> Sequence[Utterances]:
        """Return how often each name speaks in each article, by article."""

    def speakers(self) -> Mapping[str, tuple[str, ...]]:
        """Return who is quoted where: speaker -> article ids."""

    def article_dates(self, filters: Filters = ...) -> Mapping[str, str]:
        """Return the date of every article that the filters allow: article id -> date, "" when it has none."""

    def sources(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the outlets, with those that articles credit, and the authors."""

    def languages(self) -> Mapping[str, int]:
        """Return how many articles there are in each language, the most frequent first."""

    def article_languages(self) -> Mapping[str, str]:
        """Return the language of every article: article id -> language."""

    def check(self) -> list[Problem]:
        """Compare what is stored with itself and its checksums; return what is wrong."""
