"""Keep named arrays in a folder of small compressed files, so that a folder can travel in parts.

A matrix may be rounded to eight bits with one factor per row; it comes back as float32.
"""

from __future__ import annotations

import lzma
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SHARD_BYTES = 12_000_000
"""The largest array in one file, before compression."""
SCALE, SHARD = ".scale", "@"


def save_arrays(folder: Path, arrays: Mapping[str, Array], effort: int = 6) -> int:
    """Write `arrays` as the whole content of `folder` and return the bytes it takes; `effort` is lzma's, 0 to 9."""
    aside = folder.with_name(folder.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, array in arrays.items():
        rows = max(1, SHARD_BYTES // max(1, array[:1].nbytes))
        for number, start in enumerate(range(0, max(1, len(array)), rows)):
            with lzma.open(aside / f"{name}{SHARD}{number:02d}.npy.xz", "wb", preset=effort) as file:
                np.save(file, array[start : start + rows])
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return sum(path.stat().st_size for path in folder.iterdir())


def load_arrays(folder: Path) -> dict[str, Array]:
    """Return the arrays of a folder by name."""
    parts: dict[str, list[Array]] = {}
    for path in sorted(folder.glob("*.npy.xz")):
        with lzma.open(path, "rb") as file:
            parts.setdefault(path.name.rsplit(SHARD, 1)[0], []).append(np.load(file))
    return {name: np.concatenate(shards) for name, shards in parts.items()}


def rounded(rows: Array, limit: int = 127) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a matrix as int8 between -limit and limit, and the factor of each row."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-12).astype(np.float32) / limit
    return np.round(rows / scales[:, None]).clip(-limit, limit).astype(np.int8), scales


def pack_state(state: Mapping[str, Array], prefix: str = "") -> dict[str, Array]:
    """Return a model's tensors with matrices rounded to eight bits; vectors stay."""
    packed: dict[str, Array] = {}
    for name, tensor in state.items():
        if tensor.ndim == 2:
            packed[prefix + name], packed[prefix + name + SCALE] = rounded(tensor)
        else:
            packed[prefix + name] = tensor.astype(np.float32)
    return packed


def unpack_state(arrays: Mapping[str, Array], prefix: str = "") -> dict[str, NDArray[np.float32]]:
    """Undo `pack_state` for the arrays whose name starts with `prefix`."""
    state = {}
    for name, array in arrays.items():
        if name.startswith(prefix) and not name.endswith(SCALE):
            factor = arrays.get(name + SCALE)
            rows = array.astype(np.float32)
            state[name.removeprefix(prefix)] = rows if factor is None else rows * factor[:, None]
    return state
