"""The local index: a folder that articles are added to, removed from and searched in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.errors import NotOffered
from assistant.index import changes, compaction, opening, replacing, rows
from assistant.index.compaction import compact_if_due
from assistant.index.doctor import Problem
from assistant.index.keeping import KeptIndex
from assistant.index.locks import WriteLock
from assistant.index.manifest import EncoderInfo, EncoderLike, Manifest
from assistant.index.protocol import Index
from assistant.index.reading import ALL
from assistant.index.rows import Counts
from assistant.index.store import Store
from assistant.protocols import PreparedArticle, Vectors
from assistant.records import Filters

if TYPE_CHECKING:
    from assistant.index.rows import Ids

__all__ = ["Counts", "EncoderInfo", "LocalIndex", "Problem", "in_folder"]

KEPT_FILTERS = 32
"""How many filters are remembered with the passages they allow, until the index changes."""


class LocalIndex(KeptIndex):
    """An index in a folder, safe for many threads and processes at once. Open it with `LocalIndex.open`.

    Every method sees what any process has committed before the call.
    """

    def __init__(self, path: Path, encoder: EncoderInfo, store: Store, lock: WriteLock) -> None:
        super().__init__(path, encoder, store, lock)
        self._allowed: tuple[int, dict[Filters, Ids | None]] = (-1, {})

    @classmethod
    def open(
        cls,
        path: Path | str,
        encoder: EncoderLike | None = None,
        *,
        create: bool = True,
        samples: bool = False,
        settings: Mapping[str, int] | None = None,
    ) -> LocalIndex:
        """Open an index, or make an empty one.

        Args:
            path: the folder.
            encoder: which encoder the vectors are made with, or None to take the index as it is, whatever
                made it.
            create: whether to make the index when there is none; that needs an encoder.
            samples: whether a new index holds samples; an index that is there knows itself.
            settings: what a new index was built with; an index that is there knows itself.

        Raises:
            IndexMismatch: there is no index, or another encoder or a newer version made it.
            IndexDamaged: the store cannot be read.
            IndexNotWritable: a new index cannot be made there.
        """
        folder = Path(path)
        info = None if encoder is None else EncoderInfo.of(encoder)
        new = opening.NewIndex(info, samples, dict(settings or {})) if create and info is not None else None
        store, lock = opening.open_store(folder, new)
        try:
            index = cls(folder, info or EncoderInfo("", "", 0), store, lock)
            index.encoder = info or index._parts.encoder
            index._check_encoder()
            index._parts.open()
            index._finish_compaction()
        except BaseException:
            store.close()
            raise
        return index

    def close(self) -> None:
        """Close the index; closing it again does nothing."""
        self._parts.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """Grows by one with each committed change, whoever makes it."""
        return self._store.generation()

    @property
    def manifest(self) -> Manifest:
        """What the index was made with, and the state of its parts."""
        self._parts.refresh()
        return self._parts.manifest

    @property
    def exact_up_to(self) -> int:
        """Passages up to which the search of vectors compares all of them; above it may miss a few."""
        return self._parts.snapshots.exact_up_to

    @exact_up_to.setter
    def exact_up_to(self, n_passages: int) -> None:
        self._parts.snapshots.exact_up_to = n_passages

    @property
    def writable(self) -> bool:
        """Whether articles can be added and removed here."""
        return self._store.writable

    def refresh(self) -> int:
        """Take in what other processes have committed and return the generation; a search does so itself."""
        held = self._shelves.held
        return held.generation if held else self._parts.refresh()

    # Writing

    def add(self, prepared: Sequence[PreparedArticle]) -> list[str]:
        """Store articles in one generation and return their new ids, one each.

        An article with the origin of a stored one replaces it, and that becomes an earlier version; within one call, the last one of
        an origin stays.

        Raises:
            IndexBusy, IndexMismatch, IndexNotWritable, UnreadableArticle: nothing of the call is stored. Only
                when the disk fills up between the commit and the lexical part is it stored; the next write or
                opening completes it.
            ValueError: parts of an article do not fit each other.
        """
        for item in prepared:
            changes.verify(item, self.encoder.dimensions)
        if not prepared:
            return []
        return self._in_one_generation(lambda connection, generation: [replacing.put(connection, item, generation) for item in prepared])

    def remove(self, article_ids: Iterable[str], *, compact: bool = True) -> int:
        """Remove articles for good and return how many there were.

        Args:
            article_ids: which; when one of them is unknown, nothing is removed.
            compact: whether to write all parts anew, so that no byte of the articles is left. Without it they
                are just as unfindable, and their bytes go with the next `compact`.

        Raises:
            UnknownArticle: an id that no article has.
            IndexBusy, IndexNotWritable: nothing is removed. Only when the disk is too full for the compaction
                are the articles removed; the next write makes up for it.
        """
        numbers = changes.row_numbers(list(article_ids))
        if not numbers:
            return 0
        with self._writing():
            self._parts.catch_up()
            with self._store.write() as connection:
                generation = changes.next_generation(connection)
                for number in numbers:
                    if not changes.delete(connection, number, generation):
                        raise rows.unknown(str(number))
                if compact:
                    changes.put(connection, "due", compaction.ALL)
            self._parts.catch_up()
            if compact:
                compaction.compact(self._parts)
            else:
                compact_if_due(self._parts)
        return len(numbers)

    # Searching

    def search_vectors(self, vector: Vectors, k: int, filters: Filters = ALL) -> list[tuple[int, float]]:
        """Return (passage id, inner product) of the `k` nearest passages to a vector of shape (dimensions,).

        Raises:
            IndexMismatch: another process has encoded the index with another encoder since it was opened.
        """
        self.refresh()
        self._check_encoder()
        return self._parts.vectors().search(vector, k, self.allowed(filters))

    def search_terms(self, terms: Sequence[str], k: int, filters: Filters = ALL) -> list[tuple[int, float]]:
        """Return (passage id, BM25 score) of the `k` best passages for the terms.

        Any string is a term and none is syntax; a term that comes twice counts twice.
        """
        generation = self.refresh()
        lexical = self._parts.lexical()
        found = lexical.search(terms, k, self.allowed(filters))
        if lexical.generation == generation:
            return found
        with self._store.read() as connection:  # the lexical part is behind: nothing removed may be shown
            there = {passage.id for passage in rows.passages(connection, [i for i, _ in found])}
        return [hit for hit in found if hit[0] in there]

    def document_frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return in how many passages each term stands."""
        self.refresh()
        return self._parts.lexical().frequencies(terms)

    def rarity(self, terms: Sequence[str]) -> list[float]:
        """Return the inverse document frequency of each term, as in BM25: ln(1 + (N - n + .5) / (n + .5))."""
        frequencies = self.document_frequencies(terms)
        n_passages = max(self._parts.lexical().n_passages, *frequencies, 0)
        return [math.log1p((n_passages - n + 0.5) / (n + 0.5)) for n in frequencies]

    def allowed(self, filters: Filters) -> Ids | None:
        """Return the sorted ids of the passages that the filters allow, or None when they allow all."""
        if filters == ALL:
            return None
        known = self._allowed
        if known[0] == self._store.generation() and filters in known[1]:
            return known[1][filters]
        with self._store.read() as connection:
            generation = int(changes.get(connection, "generation"))
            ids = rows.allowed(connection, filters)
        kept = known[1] if known[0] == generation and len(known[1]) < KEPT_FILTERS else {}
        self._allowed = (generation, {**kept, filters: ids})
        return ids

    def _finish_compaction(self) -> None:
        if self._store.writable and compaction.is_due(self._parts):
            with self._lock.held_if_free() as held:
                if held:
                    compact_if_due(self._parts)

    def _check_encoder(self) -> None:
        made_with = self._parts.encoder
        if made_with.digest != self.encoder.digest:
            opening.refuse_encoder(self.path, made_with, self.encoder)


def in_folder(index: Index, doing: str) -> LocalIndex:
    """Return the index if it lies in a folder.

    Raises:
        NotOffered: it lies elsewhere, where `doing` is not done.
    """
    if isinstance(index, LocalIndex):
        return index
    raise NotOffered(f"{doing} is not offered for an index in Milvus", "name an index in a folder")
