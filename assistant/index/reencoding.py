"""Replacing all vectors by those of another encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from assistant.index import changes, rows
from assistant.index.encoded import drop_used_spares, known_vectors, put_spares, spare_present, vector_key
from assistant.index.files import writing
from assistant.index.manifest import EncoderInfo
from assistant.index.parts import Parts
from assistant.index.seals import seal
from assistant.index.store import Connection
from assistant.protocols import Vectors
from assistant.records import Article, Passage

if TYPE_CHECKING:
    from assistant.index.rows import Halves

HALF_MAX = np.finfo(np.float16).max
Words = Callable[[Article, Passage], str]
Encode = Callable[[list[str]], Vectors]
Progress = Callable[[int, int], None]
Keyed = list[tuple[int, bytes, str]]


class Reencoding:
    """One change of the encoder.

    Vectors are kept beside the present ones as they are made, a batch per commit: an interruption costs one batch, and what is known
    from before (the same text twice, an encoder that is changed back to) is not encoded at all. Most is encoded before the write lock is
    taken, so that others may write meanwhile; what they added is encoded under it. Then all change in one generation.
    """

    def __init__(self, parts: Parts, info: EncoderInfo, words: Words, encode: Encode, batch: int) -> None:
        self.parts = parts
        self.info = info
        self.words = words
        self.encode = encode
        self.batch = batch

    def run(self, progress: Progress) -> None:
        """Encode what is missing and exchange the vectors."""
        self._encode_missing(progress)
        with self.parts.lock.held(), writing(self.parts.folder):
            self.parts.catch_up()
            self._encode_missing(progress)
            with self.parts.store.write() as connection:
                self._exchange(connection)
            self.parts.catch_up()

    def _exchange(self, connection: Connection) -> None:
        generation = changes.next_generation(connection)
        spare_present(connection)
        connection.execute("DELETE FROM vectors")
        ids = [str(row[0]) for row in connection.execute("SELECT id FROM articles ORDER BY id").fetchall()]
        for article_id in ids:
            article = rows.article(connection, article_id)
            keys = {p.id: vector_key(self.info.digest, self.words(article, p)) for p in rows.article_passages(connection, article_id)}
            known = known_vectors(connection, keys.values(), self.info.dimensions)
            values = ((passage_id, known[key].tobytes(), key) for passage_id, key in keys.items())
            connection.executemany("INSERT INTO vectors (passage_id, vector, key) VALUES (?, ?, ?)", values)
            seal(connection, rows.number(article_id))
        drop_used_spares(connection)
        changes.put(connection, "vectors_since", generation)
        changes.put(connection, "encoder_name", self.info.name)
        changes.put(connection, "encoder_digest", self.info.digest)
        changes.put(connection, "encoder_dimensions", self.info.dimensions)

    def _encode_missing(self, progress: Progress) -> None:
        with self.parts.store.read() as connection:
            total = changes.counts(connection).passages
        done, wanted = 0, [(0, b"", "")][:0]
        for keyed in self._keyed():
            with self.parts.store.read() as connection:
                known = known_vectors(connection, (key for _, key, _ in keyed), self.info.dimensions)
            done += len(keyed)
            wanted += [item for item in keyed if item[1] not in known]
            while len({key for _, key, _ in wanted}) >= self.batch:
                wanted = self._encoded(wanted)
                progress(min(done - len(wanted), total), total)
        while wanted:
            wanted = self._encoded(wanted)
        progress(total, total)

    def _encoded(self, wanted: Keyed) -> Keyed:
        """Encode one batch of different texts, keep the vectors, and return what is still wanted."""
        texts: dict[bytes, str] = {}
        for _, key, text in wanted:
            if len(texts) < self.batch:
                texts.setdefault(key, text)
        vectors = np.asarray(self.encode(list(texts.values())))
        if vectors.shape != (len(texts), self.info.dimensions) or not (np.abs(vectors) <= HALF_MAX).all():
            raise ValueError(f"vectors of shape {vectors.shape} for {len(texts)} passages, or not finite")
        made: dict[bytes, Halves] = dict(zip(texts, vectors.astype("<f2"), strict=True))
        with self.parts.lock.held(), writing(self.parts.folder), self.parts.store.write() as connection:
            put_spares(connection, [(article_id, key, made[key]) for article_id, key, _ in wanted if key in made])
        return [item for item in wanted if item[1] not in made]

    def _keyed(self) -> Iterator[Keyed]:
        last = 0
        while True:
            with self.parts.store.read() as connection:
                articles = rows.articles_after(connection, last, rows.EVERYTHING)
                passages = [(article, p) for article in articles for p in rows.article_passages(connection, article.id)]
            if not articles:
                return
            texts = [(article, self.words(article, passage)) for article, passage in passages]
            yield [(rows.number(article.id), vector_key(self.info.digest, text), text) for article, text in texts]
            last = int(articles[-1].id)
