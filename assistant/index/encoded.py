"""Vectors by the hash of what was encoded: no encoder sees the same text twice while an article that holds it is there."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.index.store import Connection

if TYPE_CHECKING:
    from assistant.index.rows import Halves

_AT_ONCE = 400


def vector_key(digest: str, text: str) -> bytes:
    """Return the key of a text as an encoder sees it: 16 bytes of BLAKE2b over the encoder's digest and the text."""
    made = hashlib.blake2b(digest.encode(), digest_size=16)
    made.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return made.digest()


def known_vectors(connection: Connection, keys: Iterable[bytes], dimensions: int) -> dict[bytes, Halves]:
    """Return those of the vectors that the store has, whichever article they are of. One that is damaged is not known."""
    import numpy as np

    wanted = [key for key in dict.fromkeys(keys) if key]
    found: dict[bytes, Halves] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        listed = wanted[at : at + _AT_ONCE]
        among = f"key <> x'' AND key IN ({', '.join('?' * len(listed))})"
        rows = connection.execute(
            f"SELECT key, vector, NULL FROM vectors WHERE {among} UNION ALL SELECT key, vector, crc FROM spare_vectors WHERE {among}",
            [*listed, *listed],
        )
        for key, vector, crc in rows:
            if len(vector) == 2 * dimensions and crc in (None, zlib.crc32(vector)):
                found[key] = np.frombuffer(vector, dtype="<f2")
    return found


def put_spares(connection: Connection, spares: Sequence[tuple[int, bytes, Halves]]) -> None:
    """Keep vectors that no passage has yet: (article id, key, vector). An article that has gone meanwhile is left out."""
    for article_id, key, half in spares:
        data = half.astype("<f2").tobytes()
        connection.execute(
            "INSERT OR REPLACE INTO spare_vectors SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM articles WHERE id = ?)",
            (article_id, key, data, zlib.crc32(data), article_id),
        )


def spare_present(connection: Connection, article_id: int | None = None) -> None:
    """Keep the vectors that the passages of an article, or of all, have now, before the passages get others."""
    condition, values = ("", ()) if article_id is None else ("AND p.article_id = ?", (article_id,))
    connection.execute(
        f"""INSERT OR REPLACE INTO spare_vectors SELECT p.article_id, v.key, v.vector, crc32(v.vector)
            FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id WHERE v.key <> x'' {condition}""",
        values,
    )


def drop_used_spares(connection: Connection) -> None:
    """Delete the spare vectors that a passage of the same article has now."""
    connection.execute(
        """DELETE FROM spare_vectors WHERE EXISTS (SELECT 1 FROM vectors AS v JOIN passages AS p ON p.id = v.passage_id
           WHERE v.key = spare_vectors.key AND v.key <> x'' AND p.article_id = spare_vectors.article_id)"""
    )


def drop_spares(connection: Connection) -> int:
    """Delete all spare vectors and return how many there were."""
    return connection.execute("DELETE FROM spare_vectors").rowcount


def spared(connection: Connection) -> tuple[int, int]:
    """Return how many spare vectors there are, and their size in bytes."""
    n, size_bytes = connection.execute("SELECT count(*), coalesce(sum(length(vector)), 0) FROM spare_vectors").fetchone()
    return int(n), int(size_bytes)


def put_keys(connection: Connection, keys: Mapping[int, bytes]) -> None:
    """Say which text the vectors of passages are of, for an index from before that was kept: passage id -> key."""
    connection.executemany("UPDATE vectors SET key = ? WHERE passage_id = ?", ((key, passage_id) for passage_id, key in keys.items()))
