"""Sentence models at run time: the bundled static one, an ONNX folder, and any model of sentence-transformers.

The static model is a table look-up; onnxruntime, torch and sentence-transformers are imported only when a model that needs
them is opened.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.encoders.onnx import OnnxEncoder, is_onnx
from assistant.encoders.presets import Preset, family_prefixes, preset, presets
from assistant.encoders.static import (
    BUNDLED,
    CARD,
    TOKENIZER,
    WEIGHTS,
    StaticEncoder,
    bundled_folder,
    content_digest,
    is_static,
    stored_digest,
)
from assistant.encoders.transformer import TransformerEncoder
from assistant.errors import EncoderUnavailable
from assistant.protocols import Encoder

__all__ = [
    "BUNDLED",
    "CARD",
    "TOKENIZER",
    "WEIGHTS",
    "OnnxEncoder",
    "Preset",
    "StaticEncoder",
    "TransformerEncoder",
    "bundled_folder",
    "content_digest",
    "family_prefixes",
    "is_onnx",
    "is_static",
    "open_encoder",
    "preset",
    "presets",
    "stored_digest",
]


def open_encoder(name: str = "") -> Encoder:
    """Open the bundled model for "" or "static", else a preset, a folder, or a model of sentence-transformers by its full name.

    Raises:
        EncoderUnavailable: the model is not on this machine, or no model has this name.
        MissingExtra: the model needs a package that is not installed.
    """
    if name in ("", "static"):
        return _bundled(bundled_folder())
    folder = Path(name).expanduser()
    if is_static(folder):
        return StaticEncoder.open(folder, name)
    if is_onnx(folder):
        return OnnxEncoder.open(folder, name)
    if folder.is_dir():
        return TransformerEncoder.open(str(folder))
    known = preset(name)
    if known:
        return TransformerEncoder.open(known.model, known.query_prefix, known.passage_prefix)
    if "/" not in name:
        names = ", ".join(entry.name for entry in presets())
        raise EncoderUnavailable(
            f"no sentence model is called {name!r}; known are {names}",
            hint="`assistant models` tells about them; others are opened by their full name (owner/model) or by the path of their folder",
        )
    return TransformerEncoder.open(name)


@lru_cache(maxsize=2)
def _bundled(folder: Path) -> StaticEncoder:
    """Open the bundled model once: the indexes that a process has open share it."""
    return StaticEncoder.open(folder, "static")
