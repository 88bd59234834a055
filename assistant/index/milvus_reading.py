"""What is read from an index in Milvus: articles and what they are made of.

Reading takes no lock. A reader looks at the root, reads, and leaves out what is not of that generation; whoever must not mix two
generations looks at the root again afterwards. What was read is kept until the generation changes: nothing changes under one id.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from assistant.errors import NotOffered
from assistant.index.alike import holds_name, is_outlet
from assistant.index.milvus_client import Row, Tables
from assistant.index.milvus_root import Root, read_root
from assistant.index.milvus_rows import (
    PARTS,
    PASSAGE_FIELDS,
    Body,
    Slot,
    body_from,
    content_key,
    n_parts_of,
    origin_key,
    passage_of,
)
from assistant.index.milvus_writing import slots
from assistant.index.rows import Counts, Utterances, number, unknown
from assistant.index.versions import Version
from assistant.protocols import Vectors
from assistant.records import Article, Filters, Passage, Quotation, Span

if TYPE_CHECKING:
    from assistant.index.rows import Halves

ALL = Filters()
MOST = 4_096
"""Articles, and ten times as many passages, that are kept of a generation."""
NEVER = "article < 0"
BODY = ("id", "article", "born", "body")
T = TypeVar("T")


@dataclass
class Kept:
    """What was read of a generation. Shared by threads; entries are only added."""

    root: Root
    bodies: dict[str, Body] = field(default_factory=dict)
    passages: dict[int, Passage] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict)


class Languages(Mapping[str, str]):
    """Article id -> language, read when it is asked for."""

    def __init__(self, index: MilvusArticles, kept: Kept) -> None:
        self._index = index
        self._kept = kept

    def __getitem__(self, article_id: str) -> str:
        found = self._index.bodies([article_id], self._kept).get(article_id)
        if found is None:
            raise KeyError(article_id)
        return found.article.language

    def __iter__(self) -> Iterator[str]:
        return iter(self._index.article_dates())

    def __len__(self) -> int:
        return self._kept.root.counts.articles


class MilvusArticles:
    """The articles of an index in Milvus. Every method sees what any process has committed before the call."""

    def __init__(self, tables: Tables, root: Root) -> None:
        self._tables = tables
        self._kept = Kept(root)
        self._here = threading.local()

    def now(self) -> Kept:
        """Return the generation that this thread holds, else the one that is committed now."""
        held: Kept | None = getattr(self._here, "kept", None)
        if held is not None:
            return held
        root = read_root(self._tables)
        if root.generation != self._kept.root.generation or root.uid != self._kept.root.uid:
            self._kept = Kept(root)
        self._kept.root = root
        return self._kept

    @property
    def holds(self) -> bool:
        """Whether this thread holds a generation."""
        return getattr(self._here, "kept", None) is not None

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold on to the generation that is committed now and yield its number; see `StoredArticles.held`."""
        before, kept = getattr(self._here, "kept", None), self.now()
        self._here.kept = kept
        try:
            yield kept.root.generation
        finally:
            self._here.kept = before

    # Articles

    def bodies(self, article_ids: Iterable[str], kept: Kept | None = None) -> dict[str, Body]:
        """Return those of the articles that are there, by id."""
        kept = kept or self.now()
        wanted = list(dict.fromkeys(article_ids))
        found = {one: kept.bodies[one] for one in wanted if one in kept.bodies}
        firsts = self._tables.take("articles", [number(one) * PARTS for one in wanted if one not in found], BODY)
        read = {
            body.article.id: body for body in self._whole(kept, [row for row in firsts if kept.root.shows(row["article"], row["born"])])
        }
        if len(kept.bodies) + len(read) > MOST:
            kept.bodies = {}
        kept.bodies.update(read)
        found.update(read)
        return {one: found[one] for one in wanted if one in found}

    def _whole(self, kept: Kept, firsts: Sequence[Row]) -> Iterator[Body]:
        later = [int(row["id"]) + n for row in firsts for n in range(1, n_parts_of(row))]
        parts: dict[int, list[Row]] = {int(row["article"]): [row] for row in firsts}
        for row in self._tables.take("articles", later, BODY):
            parts[int(row["article"])].append(row)
        for n, rows in sorted(parts.items()):
            yield kept.bodies.get(str(n)) or body_from(rows)

    def body(self, article_id: str) -> Body:
        """Return an article with what is made of it; see `article`."""
        number(article_id)
        found = self.bodies([article_id]).get(article_id)
        if found is None:
            raise unknown(article_id)
        return found

    def all_bodies(self, filters: Filters = ALL) -> Iterator[Body]:
        """Yield the articles with what is made of them, oldest id first."""
        kept = self.now()
        firsts: list[Row] = []
        for row in self._tables.scan("articles", self.condition(kept, filters, "part == 0"), BODY):
            if kept.root.shows(row["article"], row["born"]):
                firsts.append(row)
            if len(firsts) >= 256:
                yield from self._whole(kept, firsts)
                firsts = []
        yield from self._whole(kept, firsts)

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: there is none with this id.
            IndexDamaged: it is not what was stored.
        """
        return self.body(article_id).article

    def articles(self, filters: Filters = ALL) -> Iterator[Article]:
        """Yield the articles, oldest id first."""
        return (body.article for body in self.all_bodies(filters))

    def present(self, key: str) -> Article:
        """Return an article by its id or its content hash; earlier versions are not kept."""
        return self.article(self.find_hash(key) or key)

    def history(self, key: str) -> tuple[Article, list[Version]]:
        """Return the article, and no earlier versions: they are not kept in Milvus."""
        return self.present(key), []

    def forget_versions(self, article_id: str) -> int:
        """Delete no earlier versions, as there are none."""
        return 0 * len(self.article(article_id).id)

    def original(self, article_id: str) -> bytes:
        """Refuse: what articles were read from is not kept in Milvus."""
        raise NotOffered("an index in Milvus does not keep what its articles were read from", "keep the files; cleaning again reads them")

    def copies(self, article_id: str) -> tuple[str, ...]:
        """Return nothing: near copies are not looked for in Milvus."""
        return ()

    def copy_groups(self) -> list[tuple[str, ...]]:
        """Return nothing; see `copies`."""
        return []

    def count(self) -> Counts:
        """Return how much there is of everything."""
        return self.now().root.counts

    def find_origin(self, origin: str) -> tuple[str, str] | None:
        """Return (id, content hash) of the article that was read from there."""
        found = self._fact(origin_key(origin)) if origin else None
        return None if found is None else (str(found[0]), str(found[1]))

    def find_hash(self, content_hash: str) -> str | None:
        """Return the id of the oldest article with this content."""
        found = self._fact(content_key(content_hash))
        return str(min(found)) if found else None

    def is_read(self, origin: str, digest: str) -> bool:
        """Say whether the article that was read from there was read from just these bytes."""
        found = self._fact(origin_key(origin)) if origin else None
        return found is not None and found[2] == digest

    def known_vectors(self, keys: Iterable[bytes], dimensions: int) -> Mapping[bytes, Halves]:
        """Return nothing: vectors are not looked up by what they are of."""
        return {}

    def passage_vectors(self, article_id: str) -> Vectors:
        """Return the vectors of an article's passages in the order of its text, shape (passages, dimensions)."""
        found = {row["id"]: row["vector"] for row in self._tables.take("passages", self.body(article_id).passage_ids(), ["id", "vector"])}
        return np.array([found[i] for i in sorted(found)], np.float32)

    # Passages, sentences, quotations

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of their ids, those that are not there are left out; their articles are read along."""
        kept = self.now()
        found = {i: kept.passages[i] for i in ids if i in kept.passages}
        rows = self._tables.take("passages", [int(i) for i in ids if i not in found], PASSAGE_FIELDS)
        found.update(self.keep_passages(kept, [row for row in rows if kept.root.shows(row["article"], row["born"])]))
        articles = list(dict.fromkeys(passage.article_id for passage in found.values()))
        if len(articles) <= MOST // 8:
            self.bodies(articles, kept)
        return [found[i] for i in ids if i in found]

    def keep_passages(self, kept: Kept, rows: Iterable[Row]) -> dict[int, Passage]:
        """Read passages from rows, and keep them."""
        read = {int(row["id"]): passage_of(row) for row in rows}
        if len(kept.passages) + len(read) > 10 * MOST:
            kept.passages = {}
        kept.passages.update(read)
        return read

    def article_passages(self, article_id: str) -> list[Passage]:
        """Return the passages of an article in the order of its text."""
        return self.passages(self.body(article_id).passage_ids())

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        """Return all sentences of an article in order."""
        return self.body(article_id).sentences

    def quotations(self, article_ids: Sequence[str] = ()) -> list[Quotation]:
        """Return the quotations of articles, or of all when none are given, by article and place."""
        if not article_ids:
            return [quotation for body in self.all_bodies() for quotation in body.quotations]
        bodies = self.bodies(one for one in article_ids if one.isdigit())
        return [quotation for one in sorted(bodies, key=int) for quotation in bodies[one].quotations]

    def quotations_of(self, *speakers: str) -> list[Quotation]:
        """Return what speakers, named exactly so, are quoted with, by article and place."""
        articles = self._quoting(self.now(), speakers)
        return [quotation for quotation in self.quotations(articles) if quotation.speaker in speakers] if articles else []

    def utterances(self) -> Sequence[Utterances]:
        """Return how often each name speaks in each article, by article. Remembered until the index changes."""
        fields = ("article", "born", "speaker", "role", "joint", "n")

        def read(kept: Kept) -> list[Utterances]:
            rows = (row for row in self._tables.scan("speakers", "", fields) if kept.root.shows(row["article"], row["born"]))
            found = [(row["article"], row["speaker"], row["role"], tuple(json.loads(row["joint"])), row["n"]) for row in rows]
            return [Utterances(speaker, role, str(article), joint, n) for article, speaker, role, joint, n in sorted(found)]

        return self._remembered("utterances", read)

    def article_dates(self, filters: Filters = ALL) -> Mapping[str, str]:
        """Return the date of every article that the filters allow: article id -> date, "" when it has none."""

        def read(kept: Kept) -> dict[str, str]:
            rows = self._tables.scan("articles", self.condition(kept, filters, "part == 0"), ("article", "born", "published"))
            return {str(row["article"]): row["published"] for row in rows if kept.root.shows(row["article"], row["born"])}

        return self._remembered("dates", read) if filters == ALL else read(self.now())

    def speakers(self) -> Mapping[str, tuple[str, ...]]:
        """Return who is quoted where: speaker -> article ids. Remembered until the index changes."""

        def read(kept: Kept) -> dict[str, tuple[str, ...]]:
            found: dict[str, dict[str, None]] = {}
            for row in sorted(self.utterances(), key=lambda row: (row.speaker, int(row.article_id))):
                found.setdefault(row.speaker, {})[row.article_id] = None
            return {speaker: tuple(ids) for speaker, ids in found.items()}

        return self._remembered("speakers", read)

    def sources(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the outlets, with those that articles credit, and the authors."""
        names = self._names(self.now())
        outlets = {*names.get("outlet", {}), *names.get("source", {})} - {""}
        return tuple(sorted(outlets)), tuple(sorted({*names.get("author", {})} - {""}))

    def languages(self) -> Mapping[str, int]:
        """Return how many articles there are in each language, the most frequent first."""
        found = self._names(self.now()).get("language", {})
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def article_languages(self) -> Mapping[str, str]:
        """Return the language of every article: article id -> language."""
        return Languages(self, self.now())

    # Looking things up

    def condition(self, kept: Kept, filters: Filters, *more: str) -> str:
        """Return the condition on passages or articles that the filters make, "" when they allow all; see `rows.restriction`."""
        parts, names = [*more], {} if filters == ALL else self._names(kept)

        def among(fields: tuple[str, ...], same: Callable[[str, str], bool], wanted: str) -> str:
            found = {name for kind in fields for name in names.get(kind, {}) if same(name, wanted)}
            return f"({' or '.join(f'{one} in {_listed(found)}' for one in fields)})" if found else NEVER

        if filters.article_ids:
            known = [one for one in filters.article_ids if one.isascii() and one.isdigit() and len(one) < 19]
            parts.append(f"article in {_listed(map(int, known))}" if known else NEVER)
        if filters.outlet:
            parts.append(among(("outlet", "source"), is_outlet, filters.outlet))
        if filters.author:
            parts.append(among(("author",), holds_name, filters.author))
        if filters.speaker:
            quoting = self._quoting(kept, [name for name in names.get("speaker", {}) if holds_name(name, filters.speaker)])
            parts.append(f"article in {_listed(map(int, quoting))}" if quoting else NEVER)
        if filters.language:
            parts.append(f"language == {_literal(filters.language)}")
        if filters.since:
            parts.append(f"published >= {_literal(filters.since)}")
        if filters.until:  # "~" comes after all that a date may hold
            parts.append(f'published != "" and published < {_literal(filters.until + "~")}')
        return " and ".join(parts)

    def _quoting(self, kept: Kept, speakers: Sequence[str]) -> list[str]:
        if not speakers:
            return []
        rows = self._tables.scan("speakers", f"speaker in {_listed(speakers)}", ("article", "born"))
        return [str(n) for n in sorted({int(row["article"]) for row in rows if kept.root.shows(row["article"], row["born"])})]

    def _names(self, kept: Kept) -> Mapping[str, Mapping[str, int]]:
        def read(kept: Kept) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {}
            for row in self._tables.scan("names", "", ("kind", "value", "before", "generation", "now")):
                if n := Slot.of(row).at(kept.root.generation):
                    found.setdefault(row["kind"], {})[row["value"]] = n
            return found

        return self._remembered("names", read, kept)

    def _fact(self, key: str) -> Any:
        return self.facts([key])[key]

    def facts(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return what is known under keys, None where nothing is. Remembered until the index changes."""
        kept = self.now()
        known: dict[str, Any] = kept.remembered.setdefault("facts", {})
        if len(known) > MOST:
            known.clear()
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        found = slots(self._tables, "facts", missing) if missing else {}
        known.update((key, found[key].at(kept.root.generation) if key in found else None) for key in missing)
        return {key: known[key] for key in keys}

    def _remembered(self, name: str, read: Callable[[Kept], T], kept: Kept | None = None) -> T:
        kept = kept or self.now()
        if name not in kept.remembered:
            kept.remembered[name] = read(kept)
        value: T = kept.remembered[name]
        return value


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _listed(values: Iterable[str] | Iterable[int]) -> str:
    return json.dumps(sorted(values), ensure_ascii=False)
