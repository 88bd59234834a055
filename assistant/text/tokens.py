"""Count model tokens for budgets. The only home of tiktoken.

tiktoken downloads its vocabulary when it is first used; llama-index-core ships the same file, so it is read
from there and nothing goes over the network.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import MissingExtra

if TYPE_CHECKING:
    from tiktoken import Encoding

ENCODING = "cl100k_base"
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"
_loading = threading.Lock()


def count_tokens(text: str) -> int:
    """Count the cl100k_base tokens of a text.

    Special tokens that stand in the text (`<|endoftext|>`) are counted as the characters that they are.

    Raises:
        MissingExtra: The vocabulary that llama-index-core carries is not installed.
    """
    return len(_encoding().encode(text, disallowed_special=()))


def count_many(texts: Iterable[str]) -> list[int]:
    """Count the tokens of each text; see `count_tokens`."""
    encoding = _encoding()
    return [len(encoding.encode(text, disallowed_special=())) for text in texts]


def _encoding() -> Encoding:
    # Two threads that load at once would take each other's changed environment for the user's.
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> Encoding:
    import tiktoken  # late: it costs time, and most commands count no tokens

    before = os.environ.get(_CACHE_VARIABLE)
    os.environ[_CACHE_VARIABLE] = str(_vocabulary_folder())
    try:
        return tiktoken.get_encoding(ENCODING)
    finally:
        if before is None:
            del os.environ[_CACHE_VARIABLE]
        else:
            os.environ[_CACHE_VARIABLE] = before


def _vocabulary_folder() -> Path:
    """Find the folder without importing llama_index.core, which takes seconds."""
    try:
        spec = importlib.util.find_spec("llama_index.core")
    except ModuleNotFoundError:
        spec = None
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_static" / "tiktoken_cache"
        if folder.is_dir():
            return folder
    raise MissingExtra(
        "the vocabulary that counts tokens is not installed",
        "run: pip install --force-reinstall llama-index-core",
    )
