"""What is known of other sentence models, read from `presets.toml`: prefixes, sizes, licences, published figures."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A sentence model that one setting chooses.

    `speed` is a class, `figures` are what others published (0 to 100), by the names in `measures()`; `sources` says where.
    """

    name: str
    model: str
    dimensions: int
    max_tokens: int
    size_mb: int
    speed: str
    licence: str
    languages: str
    query_prefix: str = ""
    passage_prefix: str = ""
    note: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def bundled(self) -> bool:
        """Whether it comes with the package."""
        return not self.model


def presets() -> tuple[Preset, ...]:
    """Return the known models, the bundled one first."""
    return tuple(Preset(**entry | {"sources": tuple(entry.get("sources", ()))}) for entry in _table()["preset"])


def preset(name: str) -> Preset | None:
    """Return the preset of this name, or of this model on the hub."""
    return next((entry for entry in presets() if not entry.bundled and name in (entry.name, entry.model)), None)


def measures() -> dict[str, str]:
    """Return what each published figure measures, by its short name."""
    return dict(_table()["measures"])


def family_prefixes(name: str) -> tuple[str, str] | None:
    """Return (query prefix, passage prefix) of a known family, None for an unknown one."""
    lowered = name.lower().rstrip("/")
    families = _table()["family"]
    return next(((one["query"], one["passage"]) for one in families if re.search(one["pattern"], lowered)), None)


@functools.cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("assistant.encoders") / "presets.toml").read_text(encoding="utf-8"))
