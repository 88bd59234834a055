"""Putting articles into the store: a new one, one that replaces another, and the same one cut into other passages."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.index import changes, rows
from assistant.index.encoded import spare_present
from assistant.index.seals import seal
from assistant.index.store import Connection
from assistant.index.versions import CORRECTED, keep_version
from assistant.protocols import PreparedArticle


def put(connection: Connection, prepared: PreparedArticle, generation: int) -> str:
    """Store an article and return its id; what was read from the same place before becomes its earlier version."""
    number = changes.origin_number(connection, prepared.article.origin)
    if number is None:
        return _stored(connection, prepared, generation)
    return replace(connection, str(number), prepared, generation, CORRECTED)


def replace(connection: Connection, article_id: str, prepared: PreparedArticle, generation: int, why: str) -> str:
    """Store an article in place of another, which becomes its earlier version, and return the new id.

    The id is a new one because the text is another: a citation of the old id stays true for the earlier version.
    """
    old = rows.article(connection, article_id)
    changes.free_origin(connection, rows.number(article_id))
    new_id = changes.insert(connection, prepared, generation)
    keep_version(connection, old, new_id, why)
    changes.delete(connection, rows.number(article_id), generation)
    seal(connection, new_id)
    return str(new_id)


def rearrange(connection: Connection, changed: Sequence[tuple[str, PreparedArticle]], generation: int) -> None:
    """Give articles other sentences, passages and quotations of the same text; their ids stay, and their vectors are kept."""
    for article_id, prepared in changed:
        spare_present(connection, rows.number(article_id))
        changes.replace_parts(connection, prepared, rows.number(article_id), generation)


def _stored(connection: Connection, prepared: PreparedArticle, generation: int) -> str:
    article_id = changes.insert(connection, prepared, generation)
    seal(connection, article_id)
    return str(article_id)
