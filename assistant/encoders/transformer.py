"""Any model of sentence-transformers, with the prefixes that its family was trained with."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError

from assistant.encoders.presets import family_prefixes
from assistant.errors import EncoderUnavailable, MissingExtra
from assistant.protocols import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)


class TransformerEncoder:
    """A model of sentence-transformers, with the prefixes that its family was trained with."""

    def __init__(self, model: SentenceTransformer, name: str, query_prefix: str = "", passage_prefix: str = "") -> None:
        """Hold a loaded model and the texts put before queries and passages."""
        self._model = model
        self._name = name
        self.query_prefix = query_prefix
        self.passage_prefix = passage_prefix
        self._digest = ""

    @classmethod
    def open(
        cls,
        name: str,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        download: bool = False,
    ) -> TransformerEncoder:
        """Load a model by folder or by its name on the hub; the network is used only when `download` is set.

        Args:
            name: folder, or name such as `intfloat/multilingual-e5-small`.
            query_prefix: put before queries; None takes the family's, else the one in its settings.
            passage_prefix: the same for passages.
            download: fetch the model if it is not on this machine.

        Raises:
            EncoderUnavailable: the model is not on this machine, or its files cannot be read.
            MissingExtra: sentence-transformers is not installed.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra(
                f"the sentence model {name!r} needs the package sentence-transformers",
                hint="install it with `pip install sentence-transformers`, or use the bundled model",
            ) from error
        try:
            model = SentenceTransformer(name, local_files_only=not download)
        # Which of these a missing or damaged model raises depends on the version and the file.
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise EncoderUnavailable(
                f"the sentence model {name!r} is not on this machine or cannot be read",
                hint=f"fetch it once with `hf download {name}`, or give the path of a model folder",
            ) from error
        prompts = model.prompts or {}
        query, passage = family_prefixes(name) or (prompts.get("query") or "", prompts.get("document") or "")
        query = query if query_prefix is None else query_prefix
        passage = passage if passage_prefix is None else passage_prefix
        log.debug("opened %s, query prefix %r, passage prefix %r", name, query, passage)
        return cls(model, name, query, passage)

    @property
    def name(self) -> str:
        """The name that opens this encoder again."""
        return self._name

    @property
    def digest(self) -> str:
        """The hash of prefixes, length limit and a sample of every tensor, taken once."""
        if not self._digest:
            found = hashlib.sha256()
            found.update(json.dumps([self.query_prefix, self.passage_prefix, self._model.max_seq_length]).encode())
            for key, tensor in sorted(self._model.state_dict().items()):
                flat = tensor.detach().float().cpu().flatten()
                sample = flat[:: max(1, len(flat) // 4096)].numpy()
                found.update(f"{key} {tuple(tensor.shape)}".encode() + sample.tobytes())
            self._digest = found.hexdigest()
        return self._digest

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        # Version 6 renamed the method.
        renamed = getattr(self._model, "get_embedding_dimension", None)
        return int((renamed or self._model.get_sentence_embedding_dimension)() or 0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of questions, float32, shape (len(texts), dimensions)."""
        return self._encode(texts, self.query_prefix)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of passages or sentences, float32, shape (len(texts), dimensions)."""
        return self._encode(texts, self.passage_prefix)

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        prefixed = [prefix + text for text in texts]
        # The empty prompt keeps the model's own default prompt from being put before ours.
        vectors = self._model.encode(prefixed, prompt="", normalize_embeddings=True, show_progress_bar=False)
        return np.nan_to_num(np.asarray(vectors, dtype=np.float32))
