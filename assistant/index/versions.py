"""What articles said before: a corrected or better cleaned article keeps its earlier versions, each under the id that it had.

Ids are never used again, so a citation of an earlier version (article id, span, quote) is true for as long as the article is there.
Removing the article removes them too.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.errors import IndexDamaged, UnknownArticle
from assistant.index import rows
from assistant.index.store import Connection
from assistant.records import Article

CORRECTED, CLEANED = "corrected", "cleaned"
"""Why a version was replaced: the article that came in was another, or the same original was cleaned better."""


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier version: the article as it was, the id of the present one, when (UTC, ISO 8601) and why it was replaced."""

    article: Article
    now: str
    replaced: str
    why: str


def packed(article: Article) -> bytes:
    """Return an article as the store keeps earlier versions."""
    return zlib.compress(json.dumps(asdict(article), ensure_ascii=False).encode("utf-8", "backslashreplace"))


def unpacked(data: bytes) -> Article:
    """Return the article that was packed.

    Raises:
        IndexDamaged: it is not what was packed.
    """
    try:
        fields: dict[str, Any] = json.loads(zlib.decompress(data))
        return Article(**{**fields, "inferred": tuple(fields["inferred"]), "pages": tuple(fields["pages"])})
    except (zlib.error, ValueError, TypeError, KeyError) as error:
        raise IndexDamaged("an earlier version of an article is damaged on the disk", "run `assistant doctor --fix`") from error


def keep_version(connection: Connection, old: Article, new_id: int, why: str) -> None:
    """Keep what an article says as an earlier version of another, with all that it was before. The old one is deleted by the caller."""
    connection.execute("UPDATE versions SET article_id = ? WHERE article_id = ?", (new_id, rows.number(old.id)))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    insert_version(connection, Version(old, str(new_id), now, why))


def insert_version(connection: Connection, version: Version) -> None:
    """Store an earlier version of an article that is there."""
    old, article = rows.number(version.article.id), version.article
    values = (old, rows.number(version.now), article.content_hash, version.why, version.replaced, packed(article))
    connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)", values)


def versions_of(connection: Connection, article_id: int) -> list[Version]:
    """Return the earlier versions of an article, oldest first."""
    return _versions(connection, "article_id = ?", article_id)


def find_version(connection: Connection, key: str) -> Version | None:
    """Return the earlier version that had this id or content hash."""
    found = _versions(connection, "id = ?", rows.number(key)) if _is_id(key) else []
    found = found or _versions(connection, "content_hash = ? AND content_hash <> ''", rows.writable(key))
    return found[-1] if found else None


def forget_versions(connection: Connection, article_id: int) -> int:
    """Delete the earlier versions of an article and return how many there were."""
    return connection.execute("DELETE FROM versions WHERE article_id = ?", (article_id,)).rowcount


def _versions(connection: Connection, condition: str, value: int | str) -> list[Version]:
    found = connection.execute(f"SELECT article_id, replaced, why, compressed FROM versions WHERE {condition} ORDER BY id", (value,))
    return [Version(unpacked(compressed), str(now), replaced, why) for now, replaced, why, compressed in found]


def _is_id(key: str) -> bool:
    try:
        return bool(rows.number(key))
    except UnknownArticle:
        return False
