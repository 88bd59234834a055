"""What an index in Milvus holds: records become rows, and rows records again.

- `root`: one row, a JSON object of all that is known of the index as a whole; writing it is what commits a generation.
- `articles`: an article with its sentences and quotations as one JSON text, cut into parts because a field holds 65,535 bytes.
- `passages`: vector, sentence spans and BM25 weights of a passage, and what filters ask for.
- `speakers`: how often who speaks in which article.
- `terms`, `names`, `facts`: counts and look-ups, each with its value before and from a generation on (`Slot`).

BM25 is computed here: a passage has the weight of each of its terms, a query their rarity, and Milvus multiplies. Its own BM25 would
split the terms anew, and Milvus Lite's has other statistics in every segment. A term is a number of 32 bits, its hash: of a million
different terms some hundred pairs share one.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from assistant.errors import IndexDamaged
from assistant.index.milvus_client import PLACES, Row
from assistant.index.rows import COLUMNS, writable
from assistant.protocols import PreparedArticle
from assistant.records import Article, Passage, Quotation, Span

PART_CHARS = 16_000
"""Characters in a part: of four bytes each they fit a field."""
PARTS = 4_096
"""The most parts of an article: 65 million characters."""
CLIPPED = 500
"""Characters that are kept of what filters ask for."""
K1, B = 1.2, 0.75
"""As in the local index."""
NO_TERM = 0
"""A passage without terms has this one: a sparse vector may not be empty."""

PASSAGE_FIELDS = ("id", "article", "born", "position", "sentences", "language")
Weights = dict[int, float]


@dataclass(frozen=True)
class Body:
    """An article with what is made of it, as it is stored."""

    article: Article
    sentences: tuple[Span, ...]
    quotations: tuple[Quotation, ...]
    first_passage: int
    n_passages: int
    n_parts: int
    born: int
    digest: str = ""

    @property
    def number(self) -> int:
        """The article's id as a number."""
        return int(self.article.id)

    def part_ids(self) -> list[int]:
        """Return the keys of its parts."""
        return [self.number * PARTS + n for n in range(self.n_parts)]

    def passage_ids(self) -> list[int]:
        """Return the keys of its passages."""
        return list(range(self.first_passage, self.first_passage + self.n_passages))

    def speaker_keys(self) -> list[str]:
        """Return the keys of its rows among the speakers."""
        return [f"{self.number}:{n}" for n in range(len(utterances_of(self.quotations)))]


class Slot(NamedTuple):
    """A value before and from a generation on, so that a reader of either sees its own, and writing it twice is the same as once."""

    before: Any
    generation: int
    now: Any

    @classmethod
    def of(cls, row: Row) -> Slot:
        """Read it from a row."""
        return cls(json.loads(row["before"]), int(row["generation"]), json.loads(row["now"]))

    def at(self, generation: int) -> Any:
        """Return the value as of a generation."""
        return self.now if generation >= self.generation else self.before

    def changed(self, generation: int, value: Any) -> Row:
        """Return the fields of a row that has another value from the next generation on."""
        return {"before": json.dumps(self.at(generation)), "generation": generation + 1, "now": json.dumps(value)}


def new_slot(value: Any) -> Slot:
    """Return a slot that has always had a value."""
    return Slot(value, 0, value)


def term_number(term: str) -> int:
    """Return the number that stands for a term in a sparse vector, from 1."""
    return 1 + int.from_bytes(blake2b(writable(term).encode(), digest_size=8).digest(), "big") % (2**32 - 3)


def weights(terms: Sequence[str], average: float) -> Weights:
    """Return the BM25 weight of each different term of a passage, without its rarity; `average` is the mean number of terms."""
    length = K1 * (1 - B + B * len(terms) / max(average, 1.0))
    found: Weights = {}
    for term, n in Counter(terms).items():
        number = term_number(term)
        found[number] = found.get(number, 0.0) + n * (K1 + 1) / (n + length)
    return found or {NO_TERM: 1e-6}


def rarity(n: int, n_passages: int) -> float:
    """Return the inverse document frequency, as in the local index: ln(1 + (N - n + .5) / (n + .5))."""
    return math.log1p((max(n_passages, n) - n + 0.5) / (n + 0.5))


def origin_key(origin: str) -> str:
    """Return the key of what was read from a place."""
    return "origin:" + blake2b(writable(origin).encode(), digest_size=16).hexdigest()


def content_key(content_hash: str) -> str:
    """Return the key of a content."""
    return "content:" + writable(content_hash)[:200]


def name_key(kind: str, value: str) -> str:
    """Return the key of a name among the names."""
    return f"{kind}:{blake2b(value.encode(), digest_size=16).hexdigest()}"


def places(article: Article) -> dict[str, str]:
    """Return what filters ask for."""
    return {name: writable(getattr(article, name))[:CLIPPED] for name in PLACES}


def names_of(body: Body) -> set[tuple[str, str]]:
    """Return (kind, name) of all that is counted by articles."""
    kept = places(body.article)
    named = {(kind, kept[kind]) for kind in ("language", "outlet", "source", "author")}
    return {*named, *(("speaker", q.speaker[:CLIPPED]) for q in body.quotations if q.speaker)}


def utterances_of(quotations: Iterable[Quotation]) -> list[tuple[str, str, tuple[str, ...], int]]:
    """Return (speaker, role, those they speak with, how often), in order."""
    counted = Counter((q.speaker[:CLIPPED], q.role, q.joint) for q in quotations if q.speaker)
    return [(*key, n) for key, n in sorted(counted.items())]


def speaker_rows(body: Body) -> list[Row]:
    """Return the rows among the speakers."""
    about = {"article": body.number, "born": body.born}
    rows = utterances_of(body.quotations)
    return [
        {"key": key, **about, "speaker": writable(speaker), "role": writable(role)[:CLIPPED], "joint": json.dumps(joint), "n": n}
        for key, (speaker, role, joint, n) in zip(body.speaker_keys(), rows, strict=True)
    ]


def passage_rows(body: Body, prepared: PreparedArticle, average: float) -> list[Row]:
    """Return the rows among the passages. Vectors are rounded to halves, as the local index keeps them."""
    kept = {"article": body.number, "born": body.born, **places(body.article)}
    halves = prepared.vectors.astype(np.float16).astype(np.float32)
    return [
        {
            "id": body.first_passage + n, **kept, "position": n, "sentences": json.dumps(prepared.sentences[first:stop]),
            "vector": halves[n].tolist(), "terms": weights(prepared.terms[n], average),
        }
        for n, (first, stop) in enumerate(prepared.passages)
    ]  # fmt: skip


def passage_of(row: Row) -> Passage:
    """Read a passage."""
    spans = tuple(Span(*pair) for pair in json.loads(row["sentences"]))
    return Passage(int(row["id"]), str(row["article"]), Span(spans[0].start, spans[-1].end), spans, int(row["position"]))


def body_of(prepared: PreparedArticle, article_id: int, first_passage: int, born: int, digest: str) -> Body:
    """Return an article as it will be stored, under its new id."""
    texts: dict[str, Any] = {name: writable(getattr(prepared.article, name)) for name in COLUMNS}
    article = replace(prepared.article, id=str(article_id), **texts)
    quotations = tuple(_writable_quotation(quotation, article.id) for quotation in prepared.quotations)
    body = Body(article, prepared.sentences, quotations, first_passage, len(prepared.passages), 1, born, digest)
    return replace(body, n_parts=len(article_rows(body)))


def article_rows(body: Body) -> list[Row]:
    """Return the parts of an article. The first begins with how many there are and the checksum of the whole."""
    told = {
        "article": {**asdict(body.article), "provenance": dict(body.article.provenance)},
        "sentences": body.sentences,
        "quotations": [asdict(quotation) for quotation in body.quotations],
        "passages": [body.first_passage, body.n_passages],
        "digest": body.digest,
    }
    text = json.dumps(told, ensure_ascii=False)
    parts = [text[at : at + PART_CHARS] for at in range(0, len(text), PART_CHARS)]
    kept = {"article": body.number, "born": body.born, **places(body.article)}
    parts[0] = f"{len(parts)} {zlib.crc32(text.encode())} {parts[0]}"
    return [{"id": body.number * PARTS + n, **kept, "part": n, "body": part} for n, part in enumerate(parts)]


def _writable_quotation(quotation: Quotation, article_id: str) -> Quotation:
    texts: dict[str, Any] = {
        name: writable(value)
        for name, value in ((field.name, getattr(quotation, field.name)) for field in fields(quotation))
        if isinstance(value, str)
    }
    return replace(quotation, **{**texts, "article_id": article_id})


def n_parts_of(first: Row) -> int:
    """Return how many parts an article has, from its first."""
    return int(str(first["body"]).split(" ", 1)[0])


def body_from(rows: Sequence[Row]) -> Body:
    """Put an article together again.

    Raises:
        IndexDamaged: the parts are not what was stored.
    """
    parts = sorted(rows, key=lambda row: int(row["id"]))
    number, born = int(parts[0]["article"]), int(parts[0]["born"])
    try:
        n_parts, checksum, first = str(parts[0]["body"]).split(" ", 2)
        text = first + "".join(str(row["body"]) for row in parts[1:])
        if int(n_parts) != len(parts) or int(checksum) != zlib.crc32(text.encode()):
            raise ValueError("it does not fit its checksum")
        told = json.loads(text)
    except ValueError as error:
        raise IndexDamaged(f"article {number} is not what was stored: {error}", "remove it, and add it again") from error
    written = told["article"]
    article = Article(**{**written, "inferred": tuple(written["inferred"]), "pages": tuple(written["pages"])})
    sentences = tuple(Span(*pair) for pair in told["sentences"])
    first_passage, n_passages = told["passages"]
    quotations = tuple(map(_quotation, told["quotations"]))
    return Body(article, sentences, quotations, first_passage, n_passages, len(parts), born, told["digest"])


def _quotation(written: Mapping[str, Any]) -> Quotation:
    spans = {name: Span(*written[name]) for name in ("span", "words")}
    return Quotation(**{**written, **spans, "joint": tuple(written["joint"])})
