"""A transformer in a folder that ONNX Runtime runs: small, without torch, contextual token vectors.

The folder holds `model.onnx` (inputs `ids` and `mask`, outputs `tokens` and `vectors`), `tokenizer.json` and
`transformer.json`; `assistant/train/transformer.py` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.errors import EncoderUnavailable
from assistant.protocols import Vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "transformer.json"
TOKENS_PER_CALL = 2048
"""Padded tokens in one call: larger ones fall out of the processor's cache."""


@dataclass(frozen=True)
class Card:
    """What `transformer.json` says; `first` and `last` are the ids put around every text."""

    digest: str
    dimensions: int
    max_tokens: int
    first: int
    last: int
    query_prefix: str = ""
    passage_prefix: str = ""


class OnnxEncoder:
    """A text is the mean of its contextual token vectors, scaled to unit length, and cut at the model's limit.

    A text without a token gets a row of zeros, which is near nothing.
    """

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer, card: Card, name: str) -> None:
        """Hold the parts; `name` is what opens this encoder again."""
        self._session = session
        self._tokenizer = tokenizer
        self._card = card
        self._name = name

    @classmethod
    def open(cls, folder: Path, name: str = "", threads: int = 0) -> OnnxEncoder:
        """Read a folder; `threads` limits the processor's threads, 0 takes one per core.

        Raises:
            EncoderUnavailable: files are missing or damaged.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            card = Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            session = onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
        # tokenizers and onnxruntime raise plain Exception, or classes of their own, for a file that is missing or damaged.
        except Exception as error:
            raise EncoderUnavailable(
                f"the sentence model in {folder} cannot be read: {' '.join(str(error).split())}",
                hint="export it again, or name another encoder",
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(session, tokenizer, card, name or str(folder))

    @property
    def name(self) -> str:
        """The name that opens this encoder again."""
        return self._name

    @property
    def digest(self) -> str:
        """The hash of weights and tokenizer."""
        return self._card.digest

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._card.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of questions, float32, shape (len(texts), dimensions)."""
        return self._encode([self._card.query_prefix + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of passages or sentences, float32, shape (len(texts), dimensions)."""
        return self._encode([self._card.passage_prefix + text for text in texts])

    def token_vectors(self, text: str) -> Vectors:
        """Return the vector of each token in its context, in order, float32, shape (tokens, dimensions)."""
        ids = self._tokenise([text])[0]
        if not ids:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.asarray(self._run("tokens", [ids])[0, 1:-1], dtype=np.float32)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        ids = self._tokenise(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for rows in portions([len(one) + 2 for one in ids]):
            full = [row for row in rows if ids[row]]
            if full:
                vectors[full] = self._run("vectors", [ids[row] for row in full])
        return vectors

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        limit = self._card.max_tokens - 2
        return [encoding.ids[:limit] for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _run(self, output: str, ids: Sequence[list[int]]) -> NDArray[Any]:
        padded = np.zeros((len(ids), max(map(len, ids)) + 2), dtype=np.int32)
        mask = np.zeros_like(padded)
        for row, one in enumerate(ids):
            padded[row, : len(one) + 2] = [self._card.first, *one, self._card.last]
            mask[row, : len(one) + 2] = 1
        return np.asarray(self._session.run([output], {"ids": padded, "mask": mask})[0])


def portions(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Yield the positions of texts of like size, at most TOKENS_PER_CALL padded tokens together; a longer one stands alone."""
    portion: list[int] = []
    for at in sorted(range(len(sizes)), key=lambda at: sizes[at]):
        if portion and (len(portion) + 1) * sizes[at] > TOKENS_PER_CALL:
            yield portion
            portion = []
        portion.append(at)
    if portion:
        yield portion


def folder_digest(folder: Path) -> str:
    """Return the hash of weights and tokenizer, for the card."""
    found = hashlib.sha256()
    for name in (TOKENIZER, MODEL):
        found.update((folder / name).read_bytes())
    return found.hexdigest()


def is_onnx(folder: Path) -> bool:
    """Tell whether a folder holds such a model."""
    return (folder / CARD).is_file()
