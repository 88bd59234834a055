"""Adding to an index from before what it lacks: keys of vectors, fingerprints with the near copies they tell, seals."""

from __future__ import annotations

from collections.abc import Callable

from assistant.index import changes, rows
from assistant.index.alike_articles import put_fingerprint, with_fingerprint
from assistant.index.encoded import put_keys, vector_key
from assistant.index.parts import Parts
from assistant.index.reencoding import Words
from assistant.index.seals import seal
from assistant.index.store import Connection
from assistant.records import Article

VERSION = "completed_version"


def complete(parts: Parts, version: str, words: Words, fingerprint: Callable[[str], bytes]) -> None:
    """Go through all articles, a batch in a transaction; after an interruption the next call goes on. The caller holds the write lock."""
    with parts.store.write() as connection:
        begun = f"{VERSION}.begun"
        if changes.get(connection, begun) != version:
            for table in ("fingerprints", "bands", "copies"):
                connection.execute(f"DELETE FROM {table}")
            changes.put(connection, begun, version)
        done = with_fingerprint(connection)
    last = 0
    while True:
        with parts.store.read() as connection:
            articles = rows.articles_after(connection, last, rows.EVERYTHING)
        if not articles:
            break
        with parts.store.write() as connection:
            for article in articles:
                if rows.number(article.id) not in done:
                    _complete(connection, article, words, fingerprint)
        last = int(articles[-1].id)
    with parts.store.write() as connection:
        changes.next_generation(connection)
        changes.put(connection, VERSION, version)
    parts.catch_up()


def _complete(connection: Connection, article: Article, words: Words, fingerprint: Callable[[str], bytes]) -> None:
    digest = changes.get(connection, "encoder_digest")
    passages = rows.article_passages(connection, article.id)
    put_keys(connection, {passage.id: vector_key(digest, words(article, passage)) for passage in passages})
    put_fingerprint(connection, rows.number(article.id), fingerprint(article.text))
    seal(connection, rows.number(article.id))
