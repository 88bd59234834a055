"""What is written to the store."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import UnreadableArticle
from assistant.index.alike_articles import put_fingerprint
from assistant.index.rows import COLUMNS, QUOTATION_COLUMNS, Counts, number, quotation_row, writable
from assistant.index.seals import seal
from assistant.index.store import Connection
from assistant.records import Article, Quotation

if TYPE_CHECKING:
    from assistant.protocols import PreparedArticle

_SLOTS = ", ".join("?" * (6 + len(COLUMNS)))
_INSERT_ARTICLE = f"INSERT INTO articles (id, generation, inferred, text, pages, provenance, {', '.join(COLUMNS)}) VALUES ({_SLOTS})"


def as_token(term: str) -> str:
    """Return the term without white space, which would divide it; the same for passages and queries."""
    return "\N{OPEN BOX}".join(term.split())


def join_terms(terms: Sequence[str]) -> str:
    """Return the terms as one text that the lexical part divides again."""
    joined = " ".join(terms)
    if joined.split() == list(terms):  # no term is empty or has white space: nearly always, and ten times as fast
        return joined
    return " ".join(token for term in terms if (token := as_token(term)))


def get(connection: Connection, key: str, default: str = "") -> str:
    """Return a fact about the whole index."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return default if row is None else str(row[0])


def put(connection: Connection, key: str, value: str | int) -> None:
    """Write a fact about the whole index."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, str(value)))


def counts(connection: Connection) -> Counts:
    """Return the running totals, which cost no counting."""
    return Counts(*(int(get(connection, "n_" + name, "0")) for name in Counts._fields))


def counted(connection: Connection) -> Counts:
    """Return the totals by counting the rows."""
    return Counts(*(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in Counts._fields))


def put_counts(connection: Connection, totals: Counts) -> None:
    """Write the running totals."""
    for name, value in zip(Counts._fields, totals, strict=True):
        put(connection, "n_" + name, value)


def _tally(connection: Connection, difference: Counts) -> None:
    totals = counts(connection)
    put_counts(connection, Counts(*(a + b for a, b in zip(totals, difference, strict=True))))
    changes = int(get(connection, "n_changes", "0"))
    put(connection, "n_changes", changes + abs(difference.passages))


def next_generation(connection: Connection) -> int:
    """Begin a generation inside the current transaction and return its number."""
    generation = int(get(connection, "generation", "0")) + 1
    put(connection, "generation", generation)
    return generation


def verify(prepared: PreparedArticle, dimensions: int) -> None:
    """Refuse what would not hold together: nothing checks it again once it is stored.

    Raises:
        ValueError: parts of the article do not fit each other; that is a mistake in the program.
        UnreadableArticle: the text cannot be written as UTF-8.
    """
    import numpy as np

    n = len(prepared.passages)
    if prepared.vectors.shape != (n, dimensions):
        raise ValueError(f"vectors of shape {prepared.vectors.shape} for {n} passages of {dimensions} dimensions")
    if not (np.abs(prepared.vectors) <= np.finfo(np.float16).max).all():
        raise ValueError(f"the vectors of {prepared.article.origin!r} are not finite half floats")
    if prepared.keys and len(prepared.keys) != n:
        raise ValueError(f"{len(prepared.keys)} keys for {n} vectors")
    if len(prepared.terms) != n:
        raise ValueError(f"terms of {len(prepared.terms)} passages for {n} passages")
    verify_places(prepared)
    try:
        prepared.article.text.encode()
    except UnicodeEncodeError as error:
        raise UnreadableArticle(
            f"the text of {prepared.article.origin!r} has characters that are half of a pair (surrogates)",
            "save the file as UTF-8 and add it again",
        ) from error


def verify_places(prepared: PreparedArticle) -> None:
    """Refuse spans outside the text, and passages of sentences that are not there.

    Raises:
        ValueError: one is.
    """
    size = len(prepared.article.text)
    quoted = (span for quotation in prepared.quotations for span in (quotation.span, quotation.words))
    for span in (*prepared.sentences, *quoted):
        if not 0 <= span.start < span.end <= size:
            raise ValueError(f"{span} lies outside a text of {size} characters")
    for first, stop in prepared.passages:
        if not 0 <= first < stop <= len(prepared.sentences):
            raise ValueError(f"sentences {first} to {stop} of {len(prepared.sentences)}")


def insert(connection: Connection, prepared: PreparedArticle, generation: int, article_id: int | None = None) -> int:
    """Store an article with all that belongs to it and return its number, the next one unless it is given."""
    article = prepared.article
    values = [writable(getattr(article, name)) for name in COLUMNS]
    cursor = connection.execute(_INSERT_ARTICLE, [article_id, generation, *_kept(article), *values])
    article_id = cursor.lastrowid
    assert article_id is not None
    digest = original_digest(prepared.original)
    connection.execute("INSERT INTO originals VALUES (?, ?, ?)", (article_id, zlib.compress(prepared.original), digest))
    insert_parts(connection, prepared, article_id, generation)
    _tally(connection, Counts(1, *_sizes(prepared)))
    return article_id


def put_article(connection: Connection, article: Article, article_id: int) -> None:
    """Write the text and the metadata of an article that is there anew."""
    slots = ", ".join(f"{name} = ?" for name in COLUMNS)
    values: list[Any] = [writable(getattr(article, name)) for name in COLUMNS]
    values = [*_kept(article), *values, article_id]
    connection.execute(f"UPDATE articles SET inferred = ?, text = ?, pages = ?, provenance = ?, {slots} WHERE id = ?", values)


def _kept(article: Article) -> tuple[str, str, str, str]:
    """Return `inferred`, `text`, `pages` and `provenance` as they are stored."""
    provenance = writable(json.dumps(dict(article.provenance), ensure_ascii=False))
    return json.dumps(article.inferred), article.text, json.dumps(article.pages), provenance


def insert_parts(connection: Connection, prepared: PreparedArticle, article_id: int, generation: int) -> None:
    """Store what is made of the text of an article that is there: sentences, quotations, passages, terms, vectors, fingerprint."""
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?)",
        ((article_id, position, span.start, span.end) for position, span in enumerate(prepared.sentences)),
    )
    insert_quotations(connection, article_id, prepared.quotations)
    _insert_passages(connection, prepared, article_id, generation)
    if prepared.fingerprint:
        put_fingerprint(connection, article_id, prepared.fingerprint)


def replace_parts(connection: Connection, prepared: PreparedArticle, article_id: int, generation: int) -> None:
    """Store other parts of an article in place of those it had; its text, its id and its earlier versions stay."""
    before = _sizes_of(connection, article_id)
    connection.execute("INSERT INTO removed SELECT id, ? FROM passages WHERE article_id = ?", (generation, article_id))
    for table in ("passages", "sentences", "quotations", "fingerprints", "bands", "copies"):
        connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (article_id,))
    connection.execute("DELETE FROM copies WHERE other_id = ?", (article_id,))
    insert_parts(connection, prepared, article_id, generation)
    _tally(connection, Counts(0, *(new - old for new, old in zip(_sizes(prepared), before, strict=True))))
    seal(connection, article_id)


def original_digest(original: bytes) -> str:
    """Return the hash of what an article was read from: a file that has not changed is not even cleaned."""
    return hashlib.blake2b(original, digest_size=16).hexdigest()


def _sizes(prepared: PreparedArticle) -> tuple[int, int, int]:
    return len(prepared.passages), len(prepared.sentences), len(prepared.quotations)


def _sizes_of(connection: Connection, article_id: int) -> list[int]:
    tables = ("passages", "sentences", "quotations")
    return [connection.execute(f"SELECT count(*) FROM {table} WHERE article_id = ?", (article_id,)).fetchone()[0] for table in tables]


def insert_quotations(connection: Connection, article_id: int, quotations: Sequence[Quotation]) -> None:
    """Store the quotations of an article."""
    slots = ", ".join("?" * (len(QUOTATION_COLUMNS) + 1))
    rows = ([*quotation_row(article_id, quotation), n] for n, quotation in enumerate(quotations))
    connection.executemany(f"INSERT INTO quotations ({', '.join(QUOTATION_COLUMNS)}, position) VALUES ({slots})", rows)


def replace_quotations(connection: Connection, article_id: int, quotations: Sequence[Quotation]) -> None:
    """Store other quotations of an article in place of those it had."""
    gone = connection.execute("DELETE FROM quotations WHERE article_id = ?", (article_id,)).rowcount
    insert_quotations(connection, article_id, quotations)
    totals = counts(connection)
    put_counts(connection, totals._replace(quotations=totals.quotations + len(quotations) - gone))
    seal(connection, article_id)


def _insert_passages(connection: Connection, prepared: PreparedArticle, article_id: int, generation: int) -> None:
    halves = prepared.vectors.astype("<f2")
    for position, (first, stop) in enumerate(prepared.passages):
        passage_id = connection.execute(
            """INSERT INTO passages (article_id, position, first_sentence, stop_sentence, generation)
               VALUES (?, ?, ?, ?, ?)""",
            (article_id, position, first, stop, generation),
        ).lastrowid
        terms = writable(join_terms(prepared.terms[position]))
        connection.execute("INSERT INTO terms VALUES (?, ?)", (passage_id, terms))
        key = prepared.keys[position] if prepared.keys else b""
        connection.execute("INSERT INTO vectors (passage_id, vector, key) VALUES (?, ?, ?)", (passage_id, halves[position].tobytes(), key))


def delete(connection: Connection, article_id: int, generation: int) -> bool:
    """Delete an article with all that is its own, note its passages as removed, and say if it was there."""
    sizes = _sizes_of(connection, article_id)
    connection.execute("INSERT INTO removed SELECT id, ? FROM passages WHERE article_id = ?", (generation, article_id))
    if not connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount:
        return False
    _tally(connection, Counts(-1, *(-size for size in sizes)))
    return True


def origin_number(connection: Connection, origin: str) -> int | None:
    """Return the number of the article that was read from a place."""
    found = connection.execute("SELECT id FROM articles WHERE origin = ? AND origin <> ''", (writable(origin),)).fetchone()
    return None if found is None else int(found[0])


def free_origin(connection: Connection, article_id: int) -> None:
    """Take the origin from an article, so that the one that replaces it can have it."""
    connection.execute("UPDATE articles SET origin = '' WHERE id = ?", (article_id,))


def is_unused(connection: Connection, article_id: int) -> bool:
    """Say whether no article has or had this number, as an article or as an earlier version."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").fetchone()
    known = connection.execute("SELECT 1 FROM articles WHERE id = ?1 UNION SELECT 1 FROM versions WHERE id = ?1", (article_id,)).fetchone()
    return known is None and (last is None or article_id > int(last[0]))


def put_settings(connection: Connection, settings: Mapping[str, int]) -> None:
    """Record the settings that the index is built with."""
    put(connection, "settings", json.dumps(dict(settings)))


def row_numbers(article_ids: Sequence[str]) -> list[int]:
    """Return the row numbers of article ids, each once."""
    return list(dict.fromkeys(number(article_id) for article_id in article_ids))


def vectors_of(connection: Connection, article_id: int) -> list[bytes]:
    """Return the vectors of an article's passages, half floats, in the order of its text."""
    rows = connection.execute(
        "SELECT v.vector FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id WHERE p.article_id = ? ORDER BY p.position",
        (article_id,),
    )
    return [bytes(row[0]) for row in rows]
