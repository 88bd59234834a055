"""Replacing all vectors by those of another encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from assistant.index import changes, rows
from assistant.index.files import writing
from assistant.index.manifest import EncoderInfo
from assistant.index.parts import Parts
from assistant.index.rows import Halves
from assistant.protocols import Vectors
from assistant.records import Article, Passage

HALF_MAX = np.finfo(np.float16).max
Pairs = list[tuple[Article, Passage]]


def reencode(
    parts: Parts,
    info: EncoderInfo,
    encode: Callable[[Pairs], Vectors],
    batch: int,
    progress: Callable[[int, int], None],
) -> None:
    """Encode all passages and replace the vectors in one generation.

    Most is encoded before the write lock is taken, so that others may write meanwhile; what they added is
    encoded under it.
    The new vectors are kept in memory as half floats: 768 bytes a passage at 384 dimensions.
    """
    fresh: dict[int, Halves] = {}
    _encode_missing(parts, info, encode, batch, progress, fresh)
    with parts.lock.held(), writing(parts.folder):
        parts.catch_up()
        _encode_missing(parts, info, encode, batch, progress, fresh)
        with parts.store.write() as connection:
            generation = changes.next_generation(connection)
            ids = [row[0] for row in connection.execute("SELECT id FROM passages").fetchall()]
            connection.execute("DELETE FROM vectors")
            connection.executemany("INSERT INTO vectors VALUES (?, ?)", ((i, fresh[i].tobytes()) for i in ids))
            changes.put(connection, "vectors_since", generation)
            changes.put(connection, "encoder_name", info.name)
            changes.put(connection, "encoder_digest", info.digest)
            changes.put(connection, "encoder_dimensions", info.dimensions)
        parts.catch_up()


def _encode_missing(
    parts: Parts,
    info: EncoderInfo,
    encode: Callable[[Pairs], Vectors],
    batch: int,
    progress: Callable[[int, int], None],
    fresh: dict[int, Halves],
) -> None:
    with parts.store.read() as connection:
        total = changes.counts(connection).passages
    for pairs in _batches(parts, fresh, batch):
        vectors = np.asarray(encode(pairs))
        if vectors.shape != (len(pairs), info.dimensions) or not (np.abs(vectors) <= HALF_MAX).all():
            raise ValueError(f"vectors of shape {vectors.shape} for {len(pairs)} passages, or not finite")
        halves = vectors.astype("<f2")
        fresh.update((passage.id, row) for (_, passage), row in zip(pairs, halves, strict=True))
        progress(min(len(fresh), total), total)


def _batches(parts: Parts, fresh: dict[int, Halves], batch: int) -> Iterator[Pairs]:
    last = 0
    pairs: Pairs = []
    while True:
        with parts.store.read() as connection:
            articles = rows.articles_after(connection, last, rows.EVERYTHING)
            for article in articles:
                passages = rows.article_passages(connection, article.id)
                pairs += [(article, passage) for passage in passages if passage.id not in fresh]
        while len(pairs) >= batch:
            yield pairs[:batch]
            pairs = pairs[batch:]
        if not articles:
            break
        last = int(articles[-1].id)
    if pairs:
        yield pairs
