"""What is read from an index in Milvus: articles and what they are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import NotOffered
from assistant.index.milvus_client import Row
from assistant.index.milvus_looking import ALL, MOST, Generations, Kept
from assistant.index.milvus_rows import PARTS, PASSAGE_FIELDS, Body, body_from, content_key, n_parts_of, origin_key, passage_of
from assistant.index.rows import Counts, Utterances, number, unknown
from assistant.index.versions import Version
from assistant.protocols import Vectors
from assistant.records import Article, Filters, Passage, Quotation, Span

if TYPE_CHECKING:
    from assistant.index.rows import Halves

BODY = ("id", "article", "born", "body")


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


class MilvusArticles(Generations):
    """The articles of an index in Milvus. Every method sees what any process has committed before the call."""

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
        found = self.fact(origin_key(origin)) if origin else None
        return None if found is None else (str(found[0]), str(found[1]))

    def find_hash(self, content_hash: str) -> str | None:
        """Return the id of the oldest article with this content."""
        found = self.fact(content_key(content_hash))
        return str(min(found)) if found else None

    def is_read(self, origin: str, digest: str) -> bool:
        """Say whether the article that was read from there was read from just these bytes."""
        found = self.fact(origin_key(origin)) if origin else None
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
        articles = self.quoting(self.now(), speakers)
        return [quotation for quotation in self.quotations(articles) if quotation.speaker in speakers] if articles else []

    def utterances(self) -> Sequence[Utterances]:
        """Return how often each name speaks in each article, by article. Remembered until the index changes."""
        fields = ("article", "born", "speaker", "role", "joint", "n")

        def read(kept: Kept) -> list[Utterances]:
            rows = (row for row in self._tables.scan("speakers", "", fields) if kept.root.shows(row["article"], row["born"]))
            found = [(row["article"], row["speaker"], row["role"], tuple(json.loads(row["joint"])), row["n"]) for row in rows]
            return [Utterances(speaker, role, str(article), joint, n) for article, speaker, role, joint, n in sorted(found)]

        return self.remembered("utterances", read)

    def article_dates(self, filters: Filters = ALL) -> Mapping[str, str]:
        """Return the date of every article that the filters allow: article id -> date, "" when it has none."""

        def read(kept: Kept) -> dict[str, str]:
            rows = self._tables.scan("articles", self.condition(kept, filters, "part == 0"), ("article", "born", "published"))
            return {str(row["article"]): row["published"] for row in rows if kept.root.shows(row["article"], row["born"])}

        return self.remembered("dates", read) if filters == ALL else read(self.now())

    def speakers(self) -> Mapping[str, tuple[str, ...]]:
        """Return who is quoted where: speaker -> article ids. Remembered until the index changes."""

        def read(kept: Kept) -> dict[str, tuple[str, ...]]:
            found: dict[str, dict[str, None]] = {}
            for row in sorted(self.utterances(), key=lambda row: (row.speaker, int(row.article_id))):
                found.setdefault(row.speaker, {})[row.article_id] = None
            return {speaker: tuple(ids) for speaker, ids in found.items()}

        return self.remembered("speakers", read)

    def sources(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the outlets, with those that articles credit, and the authors."""
        names = self.names(self.now())
        outlets = {*names.get("outlet", {}), *names.get("source", {})} - {""}
        return tuple(sorted(outlets)), tuple(sorted({*names.get("author", {})} - {""}))

    def languages(self) -> Mapping[str, int]:
        """Return how many articles there are in each language, the most frequent first."""
        found = self.names(self.now()).get("language", {})
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def article_languages(self) -> Mapping[str, str]:
        """Return the language of every article: article id -> language."""
        return Languages(self, self.now())
