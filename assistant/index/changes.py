"""What is written to the store, and what the derived parts read back to follow it."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np

from assistant.errors import UnreadableArticle
from assistant.index.rows import COLUMNS, QUOTATION_COLUMNS, Counts, Halves, Ids, number, quotation_row, writable, write_origins
from assistant.index.store import Connection
from assistant.protocols import PreparedArticle
from assistant.records import Quotation

_BATCH = 4096
_SLOTS = ", ".join("?" * (3 + len(COLUMNS)))
_INSERT_ARTICLE = f"INSERT INTO articles (generation, inferred, text, {', '.join(COLUMNS)}) VALUES ({_SLOTS})"


class Document(NamedTuple):
    """A passage as the lexical part takes it: its terms joined by spaces."""

    passage_id: int
    terms: str


class VectorChange(NamedTuple):
    """A step for the vectors: ids to drop, rows to add in the order of their ids, the generation reached."""

    generation: int
    removed: Ids
    added: Ids
    rows: Halves


def as_token(term: str) -> str:
    """Return the term without white space, which would divide it; the same for passages and queries."""
    return "\N{OPEN BOX}".join(term.split())


def join_terms(terms: Sequence[str]) -> str:
    """Return the terms as one text that the lexical part divides again."""
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
    n = len(prepared.passages)
    if prepared.vectors.shape != (n, dimensions):
        raise ValueError(f"vectors of shape {prepared.vectors.shape} for {n} passages of {dimensions} dimensions")
    if not (np.abs(prepared.vectors) <= np.finfo(np.float16).max).all():
        raise ValueError(f"the vectors of {prepared.article.origin!r} are not finite half floats")
    if len(prepared.terms) != n:
        raise ValueError(f"terms of {len(prepared.terms)} passages for {n} passages")
    size = len(prepared.article.text)
    quoted = (span for quotation in prepared.quotations for span in (quotation.span, quotation.words))
    for span in (*prepared.sentences, *quoted):
        if not 0 <= span.start < span.end <= size:
            raise ValueError(f"{span} lies outside a text of {size} characters")
    for first, stop in prepared.passages:
        if not 0 <= first < stop <= len(prepared.sentences):
            raise ValueError(f"sentences {first} to {stop} of {len(prepared.sentences)}")
    try:
        prepared.article.text.encode()
    except UnicodeEncodeError as error:
        raise UnreadableArticle(
            f"the text of {prepared.article.origin!r} has characters that are half of a pair (surrogates)",
            "save the file as UTF-8 and add it again",
        ) from error


def insert(connection: Connection, prepared: PreparedArticle, generation: int) -> int:
    """Store an article with all that belongs to it and return its number."""
    article = prepared.article
    values = [writable(getattr(article, name)) for name in COLUMNS]
    cursor = connection.execute(_INSERT_ARTICLE, [generation, write_origins(article), article.text, *values])
    article_id = cursor.lastrowid
    assert article_id is not None
    connection.execute("INSERT INTO originals VALUES (?, ?)", (article_id, zlib.compress(prepared.original)))
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?)",
        ((article_id, position, span.start, span.end) for position, span in enumerate(prepared.sentences)),
    )
    insert_quotations(connection, article_id, prepared.quotations)
    _insert_passages(connection, prepared, article_id, generation)
    n_parts = (len(prepared.passages), len(prepared.sentences), len(prepared.quotations))
    _tally(connection, Counts(1, *n_parts))
    return article_id


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
        connection.execute("INSERT INTO vectors VALUES (?, ?)", (passage_id, halves[position].tobytes()))


def delete(connection: Connection, article_id: int, generation: int) -> bool:
    """Delete an article with all that is its own, note its passages as removed, and say if it was there."""
    tables = ("passages", "sentences", "quotations")
    sizes = [connection.execute(f"SELECT count(*) FROM {table} WHERE article_id = ?", (article_id,)).fetchone()[0] for table in tables]
    connection.execute("INSERT INTO removed SELECT id, ? FROM passages WHERE article_id = ?", (generation, article_id))
    if not connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount:
        return False
    _tally(connection, Counts(-1, *(-size for size in sizes)))
    return True


def delete_origin(connection: Connection, origin: str, generation: int) -> None:
    """Delete the article that was read from a place, if there is one."""
    found = connection.execute("SELECT id FROM articles WHERE origin = ? AND origin <> ''", (writable(origin),)).fetchone()
    if found is not None:
        delete(connection, found[0], generation)


def row_numbers(article_ids: Sequence[str]) -> list[int]:
    """Return the row numbers of article ids, each once."""
    return list(dict.fromkeys(number(article_id) for article_id in article_ids))


def _first_after(connection: Connection, since: int) -> int:
    # Ids grow with the generations, so what came later starts here. Asked for both at once, SQLite would read
    # every passage.
    row = connection.execute("SELECT id FROM passages WHERE generation > ? ORDER BY generation, id LIMIT 1", (since,)).fetchone()
    return 2**63 - 1 if row is None else int(row[0])


def documents(connection: Connection, since: int) -> Generator[Document, None, None]:
    """Yield the passages that came after a generation; close it to let go of the store."""
    rows = connection.execute(
        """SELECT p.id, t.terms FROM passages AS p JOIN terms AS t ON t.passage_id = p.id
           WHERE p.id >= ? ORDER BY p.id""",
        (_first_after(connection, since),),
    )
    for passage_id, terms in rows:
        yield Document(passage_id, terms)


def removed_since(connection: Connection, since: int) -> Ids:
    """Return the ids of the passages that went after a generation."""
    rows = connection.execute("SELECT passage_id FROM removed WHERE generation > ?", (since,))
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def vector_changes(connection: Connection, since: int, dimensions: int) -> Generator[VectorChange, None, None]:
    """Yield, a batch at a time, what brings vectors from a generation to the present one."""
    generation = int(get(connection, "generation", "0"))
    gone = removed_since(connection, since)
    nothing = np.empty(0, dtype=np.int64)
    cursor = connection.execute(
        """SELECT p.id, v.vector FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id
           WHERE p.id >= ? ORDER BY p.id""",
        (_first_after(connection, since),),
    )
    while rows := cursor.fetchmany(_BATCH):
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        halves = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), dimensions)
        yield VectorChange(since, gone, ids, halves)  # only the last one completes the generation
        gone = nothing
    yield VectorChange(generation, gone, nothing, np.empty((0, dimensions), dtype=np.float16))
