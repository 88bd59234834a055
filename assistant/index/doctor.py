"""Finding what is wrong with an index, and making again what can be made again."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.errors import AssistantError
from assistant.index import alike_articles, changes, following, rows, vectors
from assistant.index.files import checksum
from assistant.index.lexical import LexicalIndex
from assistant.index.manifest import Manifest, VectorPart, agree, read_manifest, recorded_manifest
from assistant.index.parts import Parts
from assistant.index.rows import meta
from assistant.index.seals import broken_seals, seal
from assistant.index.segments import damaged_files
from assistant.index.store import Connection, Store
from assistant.index.versions import versions_of
from assistant.protocols import PreparedArticle
from assistant.records import Article

Heal = Callable[[Article, bytes], PreparedArticle | None]
"""Makes an article again, with the very text it had, from what is left of it and its original; None when that cannot be."""

MANIFEST_GONE = "it is missing or cannot be read"
MANIFEST_WRONG = "it does not say what the store says"
SNAPSHOT_DAMAGED = "the snapshot is missing or is not the file that the manifest describes"
LEXICAL_GONE = "the folder is missing or cannot be read"


@dataclass(frozen=True)
class Problem:
    """Something wrong: the part ("store", "vectors", "lexical", "manifest"), what, whether it is repaired, what to do if it is not."""

    part: str
    message: str
    repaired: bool = False
    hint: str = ""


def look(folder: Path) -> list[Problem]:
    """Compare the files of an index with their checksums before it is opened, which makes derived parts again without a word."""
    found = read_manifest(folder)
    if found is None:
        return [Problem("manifest", MANIFEST_GONE)]
    problems = []
    if found.vectors is not None and not _is_stated(folder, found.vectors):
        problems.append(Problem("vectors", SNAPSHOT_DAMAGED))
    files = damaged_files(folder)
    if files:
        problems.append(Problem("lexical", f"{files[0]} does not fit its checksum"))
    elif found.lexical is not None and LexicalIndex.open(folder, set()) is None:
        problems.append(Problem("lexical", LEXICAL_GONE))
    return [*problems, *_look_at_store(folder, found)]


def _look_at_store(folder: Path, found: Manifest) -> Iterator[Problem]:
    try:
        opened = Store.open(folder, writable=False)
    except AssistantError:  # opening the index says so
        return
    try:
        with opened.read() as connection:
            recorded = recorded_manifest(meta(connection))
        # A crash may leave the manifest a generation behind; anything else that differs is damage.
        if not agree(replace(found, generation=recorded.generation), recorded):
            yield Problem("manifest", MANIFEST_WRONG)
    except AssistantError:
        return
    finally:
        opened.close()


def check(parts: Parts) -> list[Problem]:
    """Compare every part with the store, and the store with itself."""
    parts.refresh()
    return [
        *(Problem("store", message) for message in _store_problems(parts)),
        *_sealed_problems(parts),
        *(Problem("manifest", message) for message in _manifest_problems(parts)),
        *(Problem("vectors", message) for message in _vector_problems(parts)),
        *(Problem("lexical", message) for message in _lexical_problems(parts)),
    ]


def repair(parts: Parts, heal: Heal | None = None) -> list[Problem]:
    """Check, make again what is wrong, check again. The caller holds the write lock."""
    before = check(parts)
    wrong = {problem.part for problem in before}
    if "store" in wrong:
        parts.store.reindex()
        _heal_articles(parts, heal)
        with parts.store.write() as connection:
            changes.put_counts(connection, changes.counted(connection))
            if alike_articles.stray_bands(connection):
                alike_articles.rebuild_copies(connection)
    if wrong:
        parts.catch_up()
        parts.rebuild(of_lexical="lexical" in wrong, of_vectors="vectors" in wrong)
    after = {(problem.part, problem.message) for problem in check(parts)} if wrong else set()
    return [replace(problem, repaired=(problem.part, problem.message) not in after) for problem in before]


def _heal_articles(parts: Parts, heal: Heal | None) -> None:
    with parts.store.read() as connection:
        broken = [article_id for article_id, _, _ in broken_seals(connection)]
    for article_id in broken if heal else ():
        with parts.store.write() as connection:
            _heal(connection, article_id, heal)


def _heal(connection: Connection, article_id: int, heal: Heal | None) -> None:
    try:
        left, original = rows.article(connection, str(article_id)), rows.original(connection, str(article_id))
        versions_of(connection, article_id)
    except (zlib.error, ValueError, TypeError, AssistantError):
        return  # of this there is too little left; it stays refused
    prepared = heal(left, original) if heal else None
    if prepared is None:
        return
    generation = changes.next_generation(connection)
    changes.put_article(connection, prepared.article, article_id)
    changes.replace_parts(connection, prepared, article_id, generation)
    seal(connection, article_id)


def _store_problems(parts: Parts) -> Iterator[str]:
    yield from parts.store.problems()
    with parts.store.read() as connection:
        told, real = changes.counts(connection), changes.counted(connection)
        if told != real:
            yield f"the totals say {told}, the rows are {real}"
        size = parts.encoder.dimensions * 2
        for table, condition in (("vectors", f"length(vector) <> {size}"), ("terms", "0")):
            missing = connection.execute(
                f"""SELECT count(*) FROM passages LEFT JOIN {table} ON passage_id = id
                    WHERE passage_id IS NULL OR {condition}"""
            ).fetchone()[0]
            if missing:
                yield f"{missing} passages without proper {table}"
        for table in ("passages", "sentences", "quotations", "originals", "versions"):
            orphans = connection.execute(f"SELECT count(*) FROM {table} WHERE article_id NOT IN (SELECT id FROM articles)").fetchone()[0]
            if orphans:
                yield f"{orphans} rows of {table} belong to no article"
        yield from _article_problems(connection)
        if stray := alike_articles.stray_bands(connection):
            yield f"the near copies of {len(stray)} articles are not those that their fingerprints tell (article {stray[0]})"


def _sealed_problems(parts: Parts) -> Iterator[Problem]:
    with parts.store.read() as connection:
        for article_id, told, _ in broken_seals(connection):
            what = "its text, metadata or spans are" if told else "its terms or vectors are"
            origin = connection.execute("SELECT origin FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
            message = f"article {article_id}: {what} not what was stored"
            yield Problem("store", message, hint=f"assistant remove {article_id}, then add it again from {origin or 'its source'}")


def _article_problems(connection: Connection) -> Iterator[str]:
    for article_id, text in connection.execute("SELECT id, text FROM articles").fetchall():
        spans = connection.execute("SELECT start, stop FROM sentences WHERE article_id = ? ORDER BY position", (article_id,)).fetchall()
        quoted = connection.execute(
            """SELECT start, stop FROM quotations WHERE article_id = ?1
               UNION ALL SELECT words_start, words_stop FROM quotations WHERE article_id = ?1""",
            (article_id,),
        ).fetchall()
        passages = connection.execute("SELECT first_sentence, stop_sentence FROM passages WHERE article_id = ?", (article_id,)).fetchall()
        if not all(isinstance(value, int) for row in (*spans, *quoted, *passages) for value in row) or not isinstance(text, str):
            yield f"article {article_id}: a place in it is no number"
            continue
        if any(not 0 <= start < stop <= len(text) for start, stop in spans + quoted):
            yield f"article {article_id}: a span lies outside its text"
        if any(left[1] > right[0] for left, right in pairwise(spans)):
            yield f"article {article_id}: its sentences overlap"
        if any(not 0 <= first < stop <= len(spans) for first, stop in passages):
            yield f"article {article_id}: a passage has sentences that are not there"
        yield from _original_problems(connection, article_id)


def _original_problems(connection: Connection, article_id: int) -> Iterator[str]:
    row = connection.execute("SELECT compressed, digest FROM originals WHERE article_id = ?", (article_id,)).fetchone()
    try:
        original = zlib.decompress(row[0] if row else b"")
        if row[1] and changes.original_digest(original) != row[1]:
            yield f"article {article_id}: its original is not the one that was stored"
    except (zlib.error, TypeError):
        yield f"article {article_id}: its original cannot be read"
    try:
        versions_of(connection, article_id)
    except AssistantError:
        yield f"article {article_id}: an earlier version of it cannot be read"


def _manifest_problems(parts: Parts) -> Iterator[str]:
    found = read_manifest(parts.folder)
    with parts.store.read() as connection:
        recorded = recorded_manifest(meta(connection))
    if found is None:
        yield MANIFEST_GONE
    elif not agree(found, recorded):
        yield MANIFEST_WRONG


def _vector_problems(parts: Parts) -> Iterator[str]:
    found = read_manifest(parts.folder)
    if found is not None and found.vectors is not None and not _is_stated(parts.folder, found.vectors):
        yield SNAPSHOT_DAMAGED
    served, n_passages = parts.vectors(), 0
    with parts.store.read() as connection:
        for change in following.vector_changes(connection, 0, parts.encoder.dimensions):
            n_passages += len(change.added)
            if not np.isfinite(change.rows).all():
                yield "the store has vectors that are not finite"
            elif not served.holds(change.added, change.rows):
                yield "what is searched is not what the store holds"
    if n_passages != served.n_passages:
        yield f"{served.n_passages} passages are searched, the store holds {n_passages}"


def _is_stated(folder: Path, stated: VectorPart) -> bool:
    path = folder / vectors.NAME
    return path.exists() and checksum(path) == (stated.crc32, stated.size_bytes)


def _lexical_problems(parts: Parts) -> Iterator[str]:
    opened = LexicalIndex.open(parts.folder, set())
    if opened is None:
        yield LEXICAL_GONE
        return
    with parts.store.read() as connection:
        generation = int(changes.get(connection, "generation"))
        ids = [document.passage_id for document in following.documents(connection, 0)]
    if (opened.uid, opened.generation) != (parts.uid, generation):
        yield f"it holds generation {opened.generation}, the store {generation}"
    elif opened.ids().tolist() != ids:
        yield "its passages are not those of the store"
