"""What is known of other sentence models, read from `presets.toml`: prefixes, sizes, licences, published figures."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from assistant.encoders.static import CARD, bundled_folder


@dataclass(frozen=True)
class Preset:
    """A sentence model that one setting chooses.

    `max_tokens` is 0 where a text is never cut; `speed` is a class that `presets.toml` defines; `figures` are what others published (0
    to 100), by the names in `measures()`, and `sources` says where.
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
    sources: Sequence[str] = ()

    @property
    def bundled(self) -> bool:
        """Whether it comes with the package."""
        return not self.model


def presets() -> tuple[Preset, ...]:
    """Return the known models, the bundled one first."""
    return tuple(Preset(**_bundled() | entry if not entry["model"] else entry) for entry in _table()["preset"])


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


def _bundled() -> dict[str, int]:
    """Return the sizes of the model that comes with the package, read off its folder."""
    folder = bundled_folder()
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    dimensions = json.loads((folder / CARD).read_text(encoding="utf-8"))["dimensions"]
    return {"dimensions": dimensions, "size_mb": round(size_bytes / 1e6)}


@functools.cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("assistant.encoders") / "presets.toml").read_text(encoding="utf-8"))
