"""What `strict`, `balanced` and `eager` mean in numbers: the table `strictness.toml`, with the evidence beside it."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import NamedTuple


class Strictness(NamedTuple):
    """From which probability on an answer is given, and from which on a further sentence is cited (0 to 1)."""

    abstain_below: float
    cite_from: float


@lru_cache(maxsize=1)
def _table() -> dict[str, Strictness]:
    source = resources.files("assistant.answer").joinpath("strictness.toml").read_text("utf-8")
    return {name: Strictness(**numbers) for name, numbers in tomllib.loads(source).items()}


def strictness(name: str) -> Strictness:
    """Return the numbers of a setting: `strict`, `balanced` or `eager`."""
    return _table()[name]
