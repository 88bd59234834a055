"""An index in Milvus: for more than one machine holds, or for several machines that ask. Milvus Lite is the same in a file."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant.errors import AssistantError, IndexMismatch
from assistant.index import changes, milvus_writing
from assistant.index.doctor import Problem
from assistant.index.manifest import EncoderInfo, EncoderLike, Manifest
from assistant.index.milvus_client import Row, Tables, address_of
from assistant.index.milvus_looking import ALL, Kept
from assistant.index.milvus_reading import MilvusArticles
from assistant.index.milvus_root import Root, leased, new_root, read_root, renew, write_root
from assistant.index.milvus_rows import PASSAGE_FIELDS, Body, content_key, origin_key, rarity, term_number
from assistant.index.opening import refuse_encoder
from assistant.protocols import PreparedArticle, Vectors
from assistant.records import Filters

MOST_HITS = 16_384
"""The most that Milvus returns for a search."""
TRIES = 3
AT_ONCE = 256
"""Articles that are looked at together."""


class MilvusIndex(MilvusArticles):
    """An index in Milvus, safe for many threads and processes at once; one writes at a time. Open it with `MilvusIndex.open`.

    Every method sees what any process has committed before the call.
    """

    def __init__(self, tables: Tables, root: Root, encoder: EncoderInfo) -> None:
        super().__init__(tables, root)
        self.encoder = encoder
        self._owner = secrets.token_hex(8)
        self._lock = threading.RLock()
        self._unwritten = False

    @classmethod
    def open(
        cls,
        address: str,
        encoder: EncoderLike | None = None,
        *,
        create: bool = True,
        settings: Mapping[str, int] | None = None,
        token: str = "",
        vector_index: str = "",
        rules: int = 0,
    ) -> MilvusIndex:
        """Open an index, or make an empty one.

        Args:
            address: `milvus://host:port/NAME`, or `milvus:PATH.db` for Milvus Lite.
            encoder: which encoder the vectors are made with, or None to take the index as it is.
            create: whether to make the index when there is none; that needs an encoder.
            settings: what a new index is built with.
            token: what the server wants to see: `user:password` or a key.
            vector_index: the kind of index that a new one has over its vectors; Milvus chooses unless given.
            rules: the version of the rules that find quotations.

        Raises:
            IndexProblem, MissingExtra, SettingsError: see `Tables.connect` and `read_root`.
        """
        place = address_of(address)
        if not create and place.is_lite and not Path(place.uri).exists():  # opening it would make it
            raise _no_index(address)
        tables = Tables.connect(place, token)
        info = None if encoder is None else EncoderInfo.of(encoder)
        try:
            if not tables.exist():
                if info is None or not create:
                    raise _no_index(address)
                tables.make(info.dimensions, vector_index)
            tables.load()
            if not tables.take("root", ["root"], ["key"]) and info is not None:
                write_root(tables, new_root(info, False, settings or {}, rules))
            root = read_root(tables)
            if info is not None and info.digest != root.encoder.digest:
                refuse_encoder(Path(tables.address.shown), root.encoder, info)
        except BaseException:
            tables.close()
            raise
        return cls(tables, root, root.encoder)

    def close(self) -> None:
        """Close the index."""
        if self._unwritten:
            self.flush()
        self._tables.close()

    def flush(self) -> None:
        """Have what was added written to where it stays; searches are faster then."""
        self._unwritten = False
        self._tables.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file of Milvus Lite, or the name on the server."""
        address = self._tables.address
        return Path(address.uri if address.is_lite else address.name)

    @property
    def shown(self) -> str:
        """The address as it was given."""
        return self._tables.address.shown

    @property
    def generation(self) -> int:
        """Grows by one with each committed change, whoever makes it."""
        return read_root(self._tables).generation

    @property
    def manifest(self) -> Manifest:
        """What the index was made with."""
        return self.now().root.manifest

    @property
    def rules(self) -> int:
        """Which version of the rules found the quotations."""
        return self.now().root.rules

    @property
    def writable(self) -> bool:
        """Whether articles can be added and removed: the server says so when it is tried."""
        return True

    def refresh(self) -> int:
        """Take in what other processes have committed and return the generation."""
        return self.now().root.generation

    # Writing

    def add(self, prepared: Sequence[PreparedArticle]) -> list[str]:
        """Store articles, up to 500 in a generation, and return their new ids, one each; see `LocalIndex.add`.

        What an article replaces is gone: earlier versions are not kept.
        """
        for item in prepared:
            changes.verify(item, self.encoder.dimensions)
        ids: list[str] = []
        at_once = milvus_writing.AT_ONCE
        for at in range(0, len(prepared), at_once):
            ids += self._written(lambda root, group=prepared[at : at + at_once]: self._replacing(root, group))  # type: ignore[misc]
        return ids

    def _replacing(self, root: Root, prepared: Sequence[PreparedArticle]) -> tuple[Root, list[str]]:
        last = {item.article.origin or str(n): n for n, item in enumerate(prepared)}
        kept = [item for n, item in enumerate(prepared) if last[item.article.origin or str(n)] == n]
        there = self.facts([origin_key(item.article.origin) for item in kept if item.article.origin])
        old = self.bodies(str(one[0]) for one in there.values() if one is not None)
        root, ids = milvus_writing.commit(self._tables, root, kept, list(old.values()))
        by_place = dict(zip((id(item) for item in kept), ids, strict=True))
        # One that another of the same call replaces at once is named as the one that stays.
        stays = [prepared[last[item.article.origin or str(n)]] for n, item in enumerate(prepared)]
        return root, [by_place[id(item)] for item in stays]

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles for good and return how many there were; more than 500 go in several generations.

        Raises:
            UnknownArticle: an id that no article has; nothing is removed.
        """
        bodies = [self.body(one) for one in dict.fromkeys(article_ids)]
        at_once = milvus_writing.AT_ONCE
        for at in range(0, len(bodies), at_once):
            group = bodies[at : at + at_once]
            self._written(lambda root, group=group: milvus_writing.commit(self._tables, root, (), group))  # type: ignore[misc]
        return len(bodies)

    def _written(self, act: Callable[[Root], tuple[Root, list[str]]]) -> list[str]:
        with self._lock, leased(self._tables, self._owner):
            renew(self._tables, self._owner)
            root = read_root(self._tables)
            if root.encoder.digest != self.encoder.digest:
                refuse_encoder(Path(self.shown), root.encoder, self.encoder)
            self._unwritten = True
            return act(milvus_writing.recovered(self._tables, root))[1]

    # Searching

    def search_vectors(self, vector: Vectors, k: int, filters: Filters = ALL) -> list[tuple[int, float]]:
        """Return (passage id, inner product) of the `k` nearest passages to a vector of shape (dimensions,)."""
        return self._search("vector", vector.tolist(), k, filters)

    def search_terms(self, terms: Sequence[str], k: int, filters: Filters = ALL) -> list[tuple[int, float]]:
        """Return (passage id, BM25 score) of the `k` best passages for the terms; a term that comes twice counts twice."""
        kept = self.now()
        known = self._frequencies(kept, terms)
        wanted: dict[int, float] = {}
        for term in terms:
            if n := known[term]:
                number = term_number(term)
                wanted[number] = wanted.get(number, 0.0) + rarity(n, kept.root.counts.passages)
        return self._search("terms", wanted, k, filters) if wanted else []

    def document_frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return in how many passages each term stands."""
        known = self._frequencies(self.now(), terms)
        return [known[term] for term in terms]

    def rarity(self, terms: Sequence[str]) -> list[float]:
        """Return the inverse document frequency of each term, as in BM25."""
        n_passages = self.now().root.counts.passages
        return [rarity(n, n_passages) for n in self.document_frequencies(terms)]

    def _frequencies(self, kept: Kept, terms: Sequence[str]) -> dict[str, int]:
        known: dict[str, int] = kept.remembered.setdefault("frequencies", {})
        missing = [term for term in dict.fromkeys(terms) if term not in known]
        if missing:
            found = milvus_writing.slots(self._tables, "terms", list({term_number(term) for term in missing}))
            for term in missing:
                slot = found.get(term_number(term))
                known[term] = 0 if slot is None else slot.at(kept.root.generation)
        return {term: known[term] for term in terms}

    def _search(self, field: str, wanted: Any, k: int, filters: Filters) -> list[tuple[int, float]]:
        """Search one generation: when another was committed meanwhile, search again."""
        found: list[tuple[float, Row]] = []
        if self._unwritten and self._tables.address.is_lite:  # it makes an index of what is not written for every search
            self.flush()
        for _ in range(TRIES):
            kept = self.now()
            if not kept.root.counts.passages or k < 1:
                return []
            found = self._shown(kept, field, wanted, min(k, MOST_HITS), filters)
            self.keep_passages(kept, (row for _, row in found))
            if self.holds or self.generation == kept.root.generation:
                break
        return [(int(row["id"]), score) for score, row in sorted(found, key=lambda hit: (-hit[0], hit[1]["id"]))]

    def _shown(self, kept: Kept, field: str, wanted: Any, k: int, filters: Filters) -> list[tuple[float, Row]]:
        strict = bool(kept.root.writing or kept.root.gone)
        while True:
            born = [f"born <= {kept.root.generation}"] if strict else []
            condition = self.condition(kept, filters, *born)
            found = self._tables.search(field, wanted, k, condition, PASSAGE_FIELDS)
            shown = [(score, row) for score, row in found if kept.root.shows(row["article"], row["born"])]
            if strict or len(shown) == len(found):
                return shown
            strict = True  # somebody has begun to write meanwhile: what is not yet there had taken places

    # Keeping it sound

    def check(self) -> list[Problem]:
        """Compare the rows with the root and with each other, articles with their checksums; return what is wrong."""
        root, seen = self.now().root, [0, 0, 0, 0]
        problems: list[Problem] = []
        ids = list(self.article_dates())
        for at in range(0, len(ids), AT_ONCE):
            bodies, damaged = self._readable(ids[at : at + AT_ONCE])
            sizes = [(1, body.n_passages, len(body.sentences), len(body.quotations)) for body in bodies]
            seen = [sum(column) for column in zip(seen, *sizes, strict=True)]
            problems += [*damaged, *self._wrong(bodies)]
        if not problems and tuple(seen) != tuple(root.counts):
            problems.append(Problem("store", f"the root counts {list(root.counts)}, the rows {seen}", hint="add the articles again"))
        if root.gone or root.writing:
            problems.append(Problem("store", "a write was not completed, or is going on", hint="the next write completes it"))
        return problems

    def _readable(self, ids: Sequence[str]) -> tuple[list[Body], list[Problem]]:
        try:
            return list(self.bodies(ids).values()), []
        except AssistantError as error:
            if len(ids) == 1:
                return [], [Problem("store", f"{error}", hint=error.hint)]
        halves = [self._readable(ids[: len(ids) // 2]), self._readable(ids[len(ids) // 2 :])]
        return [body for bodies, _ in halves for body in bodies], [problem for _, problems in halves for problem in problems]

    def _wrong(self, bodies: Sequence[Body]) -> Iterator[Problem]:
        there = {row["id"] for row in self._tables.take("passages", [i for body in bodies for i in body.passage_ids()], ["id"])}
        found = self.facts([content_key(body.article.content_hash) for body in bodies])
        for body in bodies:
            said, hint = f"article {body.article.id}: ", f"remove article {body.article.id}, and add it again"
            if not there.issuperset(body.passage_ids()):
                yield Problem("store", said + "some of its passages are gone", hint=hint)
            if body.number not in (found[content_key(body.article.content_hash)] or ()):
                yield Problem("store", said + "it is not found by its content", hint=hint)

    def repair(self, heal: object = None) -> list[Problem]:
        """Complete or undo what a writer left behind; return what was wrong before, and what of it is repaired."""
        before = self.check()
        with self._lock, leased(self._tables, self._owner):
            milvus_writing.recovered(self._tables, read_root(self._tables))
        left = {problem.message for problem in self.check()}
        return [replace(problem, repaired=problem.message not in left) for problem in before]


def _no_index(address: str) -> IndexMismatch:
    return IndexMismatch(f"there is no index at {address}", f"make one with `assistant add PATH --index {address}`")
