"""Writing to an index in Milvus, which has no transactions: a generation is written beside the present one, then the root is.

1. The root says that a generation is being written. 2. Its rows are written, each with the generation it is born in; counts and
look-ups keep their present value beside the next one. 3. The root is written with the new generation: from here on readers see it,
whole. 4. The rows of what was removed are deleted. Whoever writes next undoes what was left of 2, or completes 4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.index.changes import original_digest
from assistant.index.milvus_client import Row, Tables
from assistant.index.milvus_root import Gone, Root, without_gone, write_root
from assistant.index.milvus_rows import (
    CLIPPED,
    NO_TERM,
    Body,
    Slot,
    article_rows,
    body_of,
    content_key,
    name_key,
    names_of,
    new_slot,
    origin_key,
    passage_rows,
    speaker_rows,
    term_number,
)
from assistant.index.rows import Counts
from assistant.protocols import PreparedArticle

AT_ONCE = 500
"""Articles in a generation at most: those that it removes are named in the root."""
_SLOTS = ("before", "generation", "now")


@dataclass
class Changes:
    """What a generation changes in counts and look-ups."""

    terms: Counter[int] = field(default_factory=Counter)
    names: Counter[tuple[str, str]] = field(default_factory=Counter)
    origins: dict[str, list[str] | None] = field(default_factory=dict)
    contents: dict[str, tuple[set[int], set[int]]] = field(default_factory=dict)

    def add(self, body: Body, terms: Iterable[Sequence[str]]) -> None:
        """Count an article that comes."""
        self.terms.update(number for passage in terms for number in {term_number(term) for term in passage})
        self.names.update(names_of(body))
        if body.article.origin:
            self.origins[origin_key(body.article.origin)] = [body.article.id, body.article.content_hash, body.digest]
        self._content(body)[0].add(body.number)

    def remove(self, body: Body, terms: Iterable[Iterable[int]]) -> None:
        """Count an article that goes."""
        self.terms.subtract(number for passage in terms for number in passage if number != NO_TERM)
        self.names.subtract(names_of(body))
        if body.article.origin:
            self.origins[origin_key(body.article.origin)] = None
        self._content(body)[1].add(body.number)

    def _content(self, body: Body) -> tuple[set[int], set[int]]:
        return self.contents.setdefault(content_key(body.article.content_hash), (set(), set()))


def commit(tables: Tables, root: Root, added: Sequence[PreparedArticle], removed: Sequence[Body]) -> tuple[Root, list[str]]:
    """Write a generation and return the new root and the ids of what was added. The caller holds the lease."""
    root = recovered(tables, root)
    if not root.average_terms and added:
        n_passages = sum(len(item.passages) for item in added)
        root = replace(root, average_terms=sum(len(terms) for item in added for terms in item.terms) / max(n_passages, 1))
    write_root(tables, replace(root, writing=root.generation + 1))
    changes = Changes()
    terms = _terms_of(tables, removed)
    for body in removed:
        changes.remove(body, (terms[i] for i in body.passage_ids()))
    bodies, passages = _bodies(root, added)
    for body, item in zip(bodies, added, strict=True):
        changes.add(body, item.terms)
    made = [passage_rows(body, item, root.average_terms) for body, item in zip(bodies, added, strict=True)]
    tables.put("passages", [row for rows in made for row in rows])
    tables.put("speakers", [row for body in bodies for row in speaker_rows(body)])
    tables.put("articles", [row for body in bodies for row in article_rows(body)])
    _put_changes(tables, changes, root.generation)
    now = replace(
        root,
        generation=root.generation + 1,
        gone=tuple(map(Gone.of, removed)),
        next_article=root.next_article + len(added),
        next_passage=passages,
        counts=Counts(*(n + a - r for n, a, r in zip(root.counts, _sizes(bodies), _sizes(removed), strict=True))),
    )
    write_root(tables, now)
    return purged(tables, now), [body.article.id for body in bodies]


def recovered(tables: Tables, root: Root) -> Root:
    """Undo what a writer that died had begun, and complete what it had committed."""
    if root.writing:
        for table, key in (("articles", "id"), ("passages", "id"), ("speakers", "key")):
            tables.drop(table, [row[key] for row in list(tables.scan(table, f"born > {root.generation}", [key]))])
        for table, fields in (("terms", ("id",)), ("names", ("key", "kind", "value")), ("facts", ("key",))):
            begun = list(tables.scan(table, f"generation > {root.generation}", [*fields, *_SLOTS]))
            tables.put(table, [{**row, "now": row["before"], "generation": 0} for row in begun])
        root = replace(root, writing=0)
        write_root(tables, root)
    return purged(tables, root)


def purged(tables: Tables, root: Root) -> Root:
    """Delete the rows of what was removed, and return the root without it."""
    if not root.gone:
        return root
    keys = [gone.keys() for gone in root.gone]
    for table, at in (("passages", 1), ("speakers", 2), ("articles", 0)):
        tables.drop(table, [key for group in keys for key in group[at]])
    root = without_gone(root)
    write_root(tables, root)
    return root


def slots(tables: Tables, table: str, keys: Sequence[Any]) -> dict[Any, Slot]:
    """Return the values that are kept under keys."""
    key = "id" if table == "terms" else "key"
    return {row[key]: Slot.of(row) for row in tables.take(table, keys, [key, *_SLOTS])}


def _bodies(root: Root, added: Sequence[PreparedArticle]) -> tuple[list[Body], int]:
    """Give the articles their ids; return them and the next id of a passage."""
    bodies, passages = [], root.next_passage
    for n, item in enumerate(added):
        digest = original_digest(item.original)
        bodies.append(body_of(item, root.next_article + n, passages, root.generation + 1, digest))
        passages += len(item.passages)
    return bodies, passages


def _terms_of(tables: Tables, bodies: Sequence[Body]) -> dict[int, list[int]]:
    """Return the terms of the passages of articles."""
    rows = tables.take("passages", [i for body in bodies for i in body.passage_ids()], ["id", "terms"]) if bodies else []
    return {int(row["id"]): [int(number) for number in row["terms"]] for row in rows}


def _sizes(bodies: Sequence[Body]) -> Counts:
    quotations = sum(len(body.quotations) for body in bodies)
    return Counts(len(bodies), sum(body.n_passages for body in bodies), sum(len(body.sentences) for body in bodies), quotations)


def _put_changes(tables: Tables, changes: Changes, generation: int) -> None:
    terms = {number: n for number, n in changes.terms.items() if n}
    _put_counts(tables, "terms", terms, {number: {"id": number} for number in terms}, generation)
    names = {name_key(*name): n for name, n in changes.names.items() if n}
    told = {name_key(kind, value): {"key": name_key(kind, value), "kind": kind, "value": value[:CLIPPED]} for kind, value in changes.names}
    _put_counts(tables, "names", names, told, generation)
    known = slots(tables, "facts", [*changes.origins, *changes.contents])
    rows = [{"key": key, **known.get(key, new_slot(None)).changed(generation, value)} for key, value in changes.origins.items()]
    for key, (come, go) in changes.contents.items():
        slot = known.get(key, new_slot([]))
        rows.append({"key": key, **slot.changed(generation, sorted((set(slot.at(generation)) | come) - go))})
    tables.put("facts", rows)


def _put_counts(tables: Tables, table: str, more: Mapping[Any, int], told: Mapping[Any, Row], generation: int) -> None:
    known = slots(tables, table, list(more))
    rows = []
    for key, n in more.items():
        slot = known.get(key, new_slot(0))
        rows.append({**told[key], **slot.changed(generation, slot.at(generation) + n)})
    tables.put(table, rows)
