"""The static sentence model: a table of token vectors. It needs neither torch nor sentence-transformers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Tokenizer

from assistant.encoders.scraps import scrap_share
from assistant.errors import EncoderUnavailable
from assistant.protocols import Vectors

BUNDLED = "static-v1"
WEIGHTS, TOKENIZER, CARD = "model.safetensors", "tokenizer.json", "static.json"
TEXTS_PER_CALL = 1024  # tokenised in one parallel call; more only holds more memory
LEAST_LENGTH = 1e-6  # of a row that is divided by its length
KNOWN_TEXTS, KNOWN_CHARS = 16_384, 1_000
"""Texts up to that length whose tokens are remembered: some 15 MB. The same few sentences are matched with question after question."""
TOKENS_PER_SUM = 2048  # 3 MB of float32 rows stay in the cache; 16,384 took half as long again
TOKENS_PER_PRODUCT = 256
"""Rows that are multiplied at once: their 400 kB of float32 stay in the cache, all 1,400 of a question's passages took twice as long."""

Tokens = NDArray[np.int32]


class StaticEncoder:
    """One vector per token; a text is the mean of its tokens' vectors, scaled to unit length.

    A text without a known token gets a row of zeros, which is near nothing. Texts are never cut.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        rows: NDArray[Any],
        scales: NDArray[np.float32] | None = None,
        name: str = "static",
        digest: str = "",
    ) -> None:
        """Hold the parts.

        Args:
            tokenizer: gives ids below `len(rows)`.
            rows: token vectors, shape (vocabulary, dimensions), any number type.
            scales: what a row is multiplied by, shape (vocabulary,).
            name: what opens this encoder again.
            digest: the hash of the model's content.
        """
        self._tokenizer = tokenizer
        self._rows = rows
        self._scales = scales
        self._name = name
        self._digest = digest
        self._known_tokens: dict[str, NDArray[np.int64]] = {}
        self._lengths = np.zeros(len(rows), dtype=np.float32)
        self._last_query: tuple[str, Vectors] = ("", np.zeros((1, rows.shape[1]), dtype=np.float32))

    @classmethod
    def open(cls, folder: Path, name: str = "") -> StaticEncoder:
        """Read a folder in the format of sentence-transformers' StaticEmbedding.

        Weights are `embedding.weight`, or `embeddings` with one factor per row in `weights`, as in model2vec.

        Raises:
            EncoderUnavailable: files are missing or damaged.
        """
        try:
            with safe_open(folder / WEIGHTS, framework="numpy") as tensors:
                names = set(tensors.keys())
                rows = tensors.get_tensor("embeddings" if "embeddings" in names else "embedding.weight")
                scales = tensors.get_tensor("weights").astype(np.float32) if "weights" in names else None
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        # tokenizers raises plain Exception for a file that is missing or no tokenizer.
        except Exception as error:
            raise EncoderUnavailable(
                f"the sentence model in {folder} cannot be read: {error}",
                hint="install the package again, or name another encoder",
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, rows, scales, name or str(folder), stored_digest(folder))

    @property
    def name(self) -> str:
        """The name that opens this encoder again."""
        return self._name

    @property
    def tokenizer(self) -> Tokenizer:
        """What splits texts into the tokens of the table."""
        return self._tokenizer

    def token_table(self) -> Vectors:
        """Return the vectors of all tokens, float32, shape (vocabulary, dimensions)."""
        rows = self._rows.astype(np.float32)
        return rows if self._scales is None else rows * self._scales[:, None]

    @property
    def digest(self) -> str:
        """The hash of weights and tokenizer."""
        return self._digest

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._rows.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of questions, float32, shape (len(texts), dimensions); the last is remembered: it is asked for again."""
        if len(texts) != 1:
            return self._encode(texts)
        text, vectors = self._last_query
        if text != texts[0]:
            vectors = self._encode(texts)
            self._last_query = texts[0], vectors
        return vectors.copy()

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of passages or sentences, float32, shape (len(texts), dimensions)."""
        return self._encode(texts)

    def token_vectors(self, text: str) -> Vectors:
        """Return the vector of each token in order, float32, shape (tokens, dimensions); its length is the token's weight."""
        return self._vectors(self._tokens(text))

    def best_cosines(self, directions: Vectors, texts: Sequence[str]) -> Vectors:
        """Return how near the nearest token of each text is to each direction.

        Args:
            directions: unit vectors, shape (n, dimensions).
            texts: any number; a text without tokens is 0 near to everything.

        Returns:
            float32, shape (len(texts), n).
        """
        return self.best_of_tokens(directions, [self._tokens(text) for text in texts])

    def best_of_tokens(self, directions: Vectors, texts: Sequence[NDArray[np.integer[Any]]]) -> Vectors:
        """Return what `best_cosines` does for texts given as the numbers of their tokens, in any order."""
        sizes = np.array([len(tokens) for tokens in texts], dtype=np.int64)
        best = np.zeros((len(texts), len(directions)), dtype=np.float32)
        full = sizes > 0
        if full.any() and len(directions):
            tokens = np.concatenate(list(texts))
            there = np.zeros(len(self._rows), dtype=bool)
            there[tokens] = True
            different = np.flatnonzero(there)  # most tokens stand in several texts
            places = np.empty(len(self._rows), dtype=np.int32)
            places[different] = np.arange(len(different), dtype=np.int32)
            cosines = self._cosines(directions, different)[:, places[tokens]]
            best[full] = np.maximum.reduceat(cosines, (np.cumsum(sizes) - sizes)[full], axis=1).T
        return best

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the numbers of each text's tokens in order, int32."""
        return [np.array(e.ids, dtype=np.int32) for e in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def scrap_share(self, text: str) -> float:
        """Return the share of the letters of a text's words that stand in scraps, 0 to 1; see `assistant.encoders.scraps`."""
        return scrap_share(self._tokenizer, text)

    def _cosines(self, directions: Vectors, tokens: NDArray[np.int64]) -> Vectors:
        """Return how near tokens are to unit vectors of shape (n, dimensions): float32, shape (n, len(tokens)).

        Their last bits depend on which tokens stand beside them, so what was worked out for some is not kept for others.
        """
        cosines = np.empty((len(directions), len(tokens)), dtype=np.float32)
        for start in range(0, len(tokens), TOKENS_PER_PRODUCT):
            part = tokens[start : start + TOKENS_PER_PRODUCT]
            rows = self._rows[part].astype(np.float32)  # what scales a row does not turn it
            lengths = self._lengths[part]
            if not lengths.all():  # of tokens not seen before
                lengths = self._lengths[part] = np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), LEAST_LENGTH)
            np.divide((rows @ directions.T).T, lengths, out=cosines[:, start : start + TOKENS_PER_PRODUCT])
        return cosines

    def _tokens(self, text: str) -> NDArray[np.int64]:
        """Return the numbers of a text's tokens in order; those of short texts are remembered."""
        tokens = self._known_tokens.get(text)
        if tokens is None:
            tokens = np.asarray(self._tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.int64)
            if len(self._known_tokens) >= KNOWN_TEXTS:
                self._known_tokens = {}  # a new one: other threads may be reading this one
            if len(text) <= KNOWN_CHARS:
                self._known_tokens[text] = tokens
        return tokens

    def rows_of(self, tokens: Sequence[str]) -> Vectors:
        """Return the vectors of tokens by their spelling, float32, shape (len(tokens), dimensions).

        Raises:
            KeyError: there is no such token.
        """
        vocabulary = self._tokenizer.get_vocab()
        return self._vectors(np.array([vocabulary[token] for token in tokens], dtype=np.int64))

    def _encode(self, texts: Sequence[str]) -> Vectors:
        sums = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), TEXTS_PER_CALL):
            part = list(texts[start : start + TEXTS_PER_CALL])
            ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(part, add_special_tokens=False)]
            for first, last in _portions([len(one) for one in ids]):
                self._add(ids[first:last], sums[start + first : start + last])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        np.divide(sums, lengths, out=sums, where=lengths > 0)
        return sums

    def _add(self, ids: list[list[int]], sums: Vectors) -> None:
        """Write the sum of each text's token vectors; the mean has the same direction."""
        sizes = np.array([len(one) for one in ids])
        tokens = np.fromiter((token for one in ids for token in one), dtype=np.int64, count=int(sizes.sum()))
        if not len(tokens):
            return
        rows = self._vectors(tokens)
        # reduceat gives an empty text its neighbour's first row, so only full texts take part.
        full = sizes > 0
        sums[full] = np.add.reduceat(rows, (np.cumsum(sizes) - sizes)[full], axis=0)

    def _vectors(self, tokens: NDArray[np.int64]) -> Vectors:
        rows = self._rows[tokens].astype(np.float32)
        if self._scales is not None:
            rows *= self._scales[tokens, None]
        return rows


def _portions(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts with about TOKENS_PER_SUM tokens each; one long text is a portion of its own."""
    first = total = 0
    for at, size in enumerate(sizes):
        if total and total + size > TOKENS_PER_SUM:
            yield first, at
            first, total = at, 0
        total += size
    if sizes:
        yield first, len(sizes)


def bundled_folder() -> Path:
    """Return the folder of the model that comes with the package."""
    return Path(str(resources.files("assistant"))) / "models" / BUNDLED


def content_digest(folder: Path) -> str:
    """Return the hash of a static model's weights and tokenizer."""
    found = hashlib.sha256()
    for name in (TOKENIZER, WEIGHTS):
        found.update((folder / name).read_bytes())
    return found.hexdigest()


def stored_digest(folder: Path) -> str:
    """Return the digest written beside the weights when they were exported, else compute it."""
    card = folder / CARD
    if card.exists():
        return str(json.loads(card.read_text(encoding="utf-8"))["digest"])
    return content_digest(folder)


def is_static(folder: Path) -> bool:
    """Tell whether a folder holds a static model of sentence-transformers."""
    modules = folder / "modules.json"
    if not modules.exists() or not (folder / WEIGHTS).exists():
        return False
    listed = json.loads(modules.read_text(encoding="utf-8"))
    return bool(listed) and str(listed[0].get("type", "")).endswith("StaticEmbedding")
