"""Write a static model in sentence-transformers' format: eight bits per number and one scale per row."""

from __future__ import annotations

import json
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from assistant.encoders import CARD, TOKENIZER, WEIGHTS, content_digest
from assistant.train.student import Floats
from assistant.train.vocabulary import UNKNOWN

MODULES = (
    ("", "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"),
    ("1_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
)


def export(tokenizer: Tokenizer, vectors: Floats, folder: Path, model_card: str = "") -> None:
    """Write token vectors of shape (vocabulary, dimensions) as int8 rows with a float32 factor each.

    The keys `embeddings` and `weights` are model2vec's, which sentence-transformers multiplies when it loads.
    The folder appears at once: it is written aside and moved into place.
    """
    vectors = vectors.copy()
    vectors[tokenizer.token_to_id(UNKNOWN)] = 0
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12).astype(np.float32) / 127
    rows = np.round(vectors / scales[:, None]).clip(-127, 127).astype(np.int8)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    _write(aside, tokenizer, {"embeddings": rows, "weights": scales})
    if model_card:
        (aside / "README.md").write_text(model_card, encoding="utf-8")
    for path in (aside, *aside.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    if folder.exists():
        shutil.rmtree(folder)
    aside.rename(folder)


def expand(folder: Path, out: Path) -> Path:
    """Write the same model with float32 vectors, for versions of sentence-transformers that cannot multiply.

    Returns:
        `out`, which `SentenceTransformer(str(out))` loads.
    """
    tensors = load_file(folder / WEIGHTS)
    vectors = tensors["embeddings"].astype(np.float32) * tensors["weights"].astype(np.float32)[:, None]
    out.mkdir(parents=True, exist_ok=True)
    _write(out, Tokenizer.from_file(str(folder / TOKENIZER)), {"embedding.weight": vectors})
    return out


def _write(folder: Path, tokenizer: Tokenizer, tensors: dict[str, np.ndarray]) -> None:
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    save_file(tensors, folder / WEIGHTS)
    modules = [{"idx": n, "name": str(n), "path": path, "type": kind} for n, (path, kind) in enumerate(MODULES)]
    versions = {"sentence_transformers": metadata.version("sentence-transformers")}
    settings = {
        "__version__": versions,
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    dimensions = next(iter(tensors.values())).shape[1]
    for name, value in (
        ("modules.json", modules),
        ("config_sentence_transformers.json", settings),
        (
            CARD,
            {
                "digest": content_digest(folder),
                "dimensions": dimensions,
                "vocabulary": tokenizer.get_vocab_size(),
            },
        ),
    ):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    (folder / "1_Normalize").mkdir(exist_ok=True)
    (folder / "1_Normalize" / "config.json").write_text("{}\n", encoding="utf-8")
