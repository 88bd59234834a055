"""Small articles with a real, tiny encoder: what is indexed is known to the last word."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from assistant.index.index import EncoderInfo, LocalIndex
from assistant.protocols import PreparedArticle, Vectors
from assistant.records import Article, Quotation, Span

DIMENSIONS = 16
ENCODER = EncoderInfo("hash", "hash-16-1", DIMENSIONS)
OTHER = EncoderInfo("other", "other-8-1", 8)


def vector(text: str, dimensions: int = DIMENSIONS) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    row = np.random.default_rng(seed).standard_normal(dimensions)
    return (row / np.linalg.norm(row)).astype(np.float32)


def stored(text: str, dimensions: int = DIMENSIONS) -> Vectors:
    """The vector as the store keeps it."""
    return vector(text, dimensions).astype(np.float16).astype(np.float32)


def article(word: str, origin: str = "", n_passages: int = 1, **fields: str) -> PreparedArticle:
    """An article of passages of two sentences; only the n-th passage holds the term f"{word}.{n}"."""
    text, spans = "", []
    for n in range(n_passages):
        for sentence in (f"Kata {word}.{n} ada di sini.", f"Kalimat kedua {n}."):
            text += " " if text else ""
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence
    pairs = tuple((2 * n, 2 * n + 2) for n in range(n_passages))
    passages = [text[spans[first].start : spans[stop - 1].end] for first, stop in pairs]
    return PreparedArticle(
        article=Article("", "Judul " + word, text, origin=origin, content_hash="hash of " + text, **fields),
        original=("original " + text).encode(),
        sentences=tuple(spans),
        passages=pairs,
        quotations=tuple(Quotation("", s, s, "Speaker " + word[0], cue="ungkap", direct=True) for s in spans[:1]),
        terms=tuple((f"{word}.{n}", "kata", "kalimat") for n in range(n_passages)),
        vectors=np.array([vector(p) for p in passages], np.float32).reshape(n_passages, DIMENSIONS),
    )


def open_index(path: Path, **options) -> LocalIndex:
    return LocalIndex.open(path, ENCODER, **options)


def assert_holds(index: LocalIndex, words: dict[str, str], gone: set[str] = frozenset()) -> None:
    """Assert that the index holds just these articles (id -> word), each found by its vectors and terms."""
    assert [a.id for a in index.articles()] == sorted(words, key=int)
    assert index.count().articles == len(words)
    for article_id, word in words.items():
        passages = index.article_passages(article_id)
        text = index.article(article_id).text
        assert index.original(article_id) == ("original " + text).encode()
        for passage in passages:
            term = f"{word}.{passage.position}"
            assert term in passage.span.of(text)
            assert [i for i, _ in index.search_terms([term], 5)] == [passage.id]
            found, score = index.search_vectors(vector(passage.span.of(text)), 1)[0]
            assert (found, round(score, 2)) == (passage.id, 1.0)
            assert index.passages([passage.id]) == [passage]
    for word in gone:
        assert index.search_terms([word + ".0"], 5) == []
    assert len(index.search_terms(["kata"], 10_000)) == index.count().passages
    assert len(index.search_vectors(vector("x"), 10_000)) == index.count().passages
