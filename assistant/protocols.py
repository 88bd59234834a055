"""The seams: what an encoder, a retriever and a language model must do; `index.protocol` says it of an index."""

from __future__ import annotations

from collections import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.records import Article, Filters, Hit, Quotation, Span

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """A sentence model. Both methods return float32 rows of unit length, shape (len(texts), dimensions)."""

    @property
    def name(self) -> str:
        """The name that opens this encoder again."""

    @property
    def digest(self) -> str:
        """A stable hash of the model: equal digests give equal vectors."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages or sentences."""


class Retriever(Protocol):
    """Finds passages for a query."""

    def search(self, query: str, k: int, filters: Filters = ...) -> list[Hit]:
        """Return at most `k` hits, best first."""


@dataclass(frozen=True)
class PreparedArticle:
    """An article made ready for the index; ids in it are empty and are given by the store.

    `sentences` are all sentences of the article in order. `passages` refer to them by position: half-open ranges of sentence
    positions that cover all sentences in order and may overlap. `vectors` has shape (len(passages), dimensions), `terms` holds the
    analysed terms of each passage for lexical search, `original` the bytes the article was read from. `keys` say which text each vector
    is of (`index.encoded.vector_key`), `fingerprint` tells near copies (`text.fingerprints`); without them the article has neither.
    """

    article: Article
    original: bytes
    sentences: tuple[Span, ...]
    passages: tuple[tuple[int, int], ...]
    quotations: tuple[Quotation, ...]
    terms: tuple[tuple[str, ...], ...]
    vectors: Vectors
    keys: tuple[bytes, ...] = ()
    fingerprint: bytes = b""


class Message(NamedTuple):
    """One part of what a language model is given."""

    role: Literal["system", "user"]
    text: str


class Generator(Protocol):
    """A language model."""

    @property
    def tokens(self) -> int:
        """How many tokens it may read and write for one answer."""

    def stream(self, messages: Sequence[Message]) -> abc.Generator[str, None, None]:
        """Yield the pieces of its text as they come; closing the generator ends the request.

        Raises:
            LanguageModelUnavailable: it cannot be reached, refuses, is too slow, or breaks off.
        """
