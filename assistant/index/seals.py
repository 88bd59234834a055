"""Checksums of what is stored of each article, so that a damaged byte is found before anything is cited from it.

SQLite notices when the structure of its pages is damaged, never when a letter or a number in them is. A seal has two halves: `told` is
of what answers show (text, metadata, sentences, passages, quotations, earlier versions) and is compared whenever an article is read from
the disk; `searched` is of what only finds it (terms, vectors, fingerprint), where damage costs a hit and never a wrong word.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from assistant.errors import IndexDamaged
from assistant.index.rows import COLUMNS, QUOTATION_COLUMNS
from assistant.index.store import Connection

SEALED = "sealed"
_ARTICLE = f"SELECT id, inferred, text, pages, provenance, {', '.join(COLUMNS)} FROM articles WHERE id = ?"
_TOLD = (
    "SELECT position, start, stop FROM sentences WHERE article_id = ? ORDER BY position",
    "SELECT id, position, first_sentence, stop_sentence FROM passages WHERE article_id = ? ORDER BY position",
    f"SELECT position, {', '.join(QUOTATION_COLUMNS)} FROM quotations WHERE article_id = ? ORDER BY position",
)
_VERSIONS = "SELECT id, content_hash, why, replaced, compressed FROM versions WHERE article_id = ? ORDER BY id"
_SEARCHED = (
    "SELECT t.terms FROM passages AS p JOIN terms AS t ON t.passage_id = p.id WHERE p.article_id = ? ORDER BY p.position",
    "SELECT v.vector, v.key FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id WHERE p.article_id = ? ORDER BY p.position",
    "SELECT fingerprint FROM fingerprints WHERE article_id = ?",
)


class Seal(NamedTuple):
    """The two checksums of an article, CRC-32."""

    told: int
    searched: int


def told_of(connection: Connection, article_id: int) -> int:
    """Return the checksum of what answers show of an article, as it is in the store now."""
    crc = zlib.crc32(json.dumps(connection.execute(_ARTICLE, (article_id,)).fetchone()).encode())
    for query in _TOLD:
        crc = zlib.crc32(json.dumps(connection.execute(query, (article_id,)).fetchall()).encode(), crc)
    for number, content_hash, why, replaced, compressed in connection.execute(_VERSIONS, (article_id,)):
        crc = zlib.crc32(compressed, zlib.crc32(json.dumps([number, content_hash, why, replaced]).encode(), crc))
    return crc


def searched_of(connection: Connection, article_id: int) -> int:
    """Return the checksum of what finds an article, as it is in the store now."""
    crc = 0
    for query in _SEARCHED:
        for row in connection.execute(query, (article_id,)):
            for value in row:
                crc = zlib.crc32(value.encode() if isinstance(value, str) else value, crc)
    return crc


def seal(connection: Connection, article_id: int) -> None:
    """Write the seal of an article; the last step of every change to it."""
    found = (article_id, told_of(connection, article_id), searched_of(connection, article_id))
    connection.execute("INSERT OR REPLACE INTO seals VALUES (?, ?, ?)", found)


def stored_seal(connection: Connection, article_id: int) -> Seal | None:
    """Return the seal as it was written, or None for an article from before there were seals."""
    row = connection.execute("SELECT told, searched FROM seals WHERE article_id = ?", (article_id,)).fetchone()
    return None if row is None else Seal(*row)


def refuse_damaged(connection: Connection, article_id: int) -> None:
    """Raise `IndexDamaged` when what answers would show of an article is not what was stored."""
    stored = stored_seal(connection, article_id)
    try:
        sound = stored is None or stored.told == told_of(connection, article_id)
    except (TypeError, ValueError):  # a damaged number of a type is read as another type
        sound = False
    if not sound:
        raise damaged(article_id)


def damaged(article_id: int) -> IndexDamaged:
    """Return the error for an article that is not what was stored."""
    return IndexDamaged(f"article {article_id} is damaged on the disk: what is read is not what was stored", "run `assistant doctor --fix`")


def broken_seals(connection: Connection) -> Iterator[tuple[int, bool, bool]]:
    """Yield (article id, whether what is told is damaged, whether what is searched is) for articles that are not as they were stored."""
    for (article_id,) in connection.execute("SELECT id FROM articles ORDER BY id").fetchall():
        stored = stored_seal(connection, article_id)
        try:
            told, searched = told_of(connection, article_id), searched_of(connection, article_id)
        except (TypeError, ValueError):
            yield article_id, True, True
            continue
        if stored is not None and stored != (told, searched):
            yield article_id, stored.told != told, stored.searched != searched


def unsealed(connection: Connection) -> list[int]:
    """Return the articles from before there were seals."""
    rows = connection.execute("SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM seals)")
    return [int(row[0]) for row in rows]
