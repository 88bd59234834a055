"""The manifest: what an index was made with, and which generation each derived part is of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from assistant.errors import IndexDamaged
from assistant.index.files import write_atomic

FORMAT = 1
"""The format of the folder that this version writes; a greater one is refused, not guessed at."""

NAME = "manifest.json"


class EncoderLike(Protocol):
    """Whatever has the three facts about an encoder: an `Encoder` itself or an `EncoderInfo`."""

    @property
    def name(self) -> str:
        """The name that opens the encoder again."""

    @property
    def digest(self) -> str:
        """A stable hash: equal digests give equal vectors."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""


@dataclass(frozen=True)
class EncoderInfo:
    """Which encoder made the vectors; equal digests give equal vectors."""

    name: str
    digest: str
    dimensions: int

    @classmethod
    def of(cls, encoder: EncoderLike) -> EncoderInfo:
        """Take the three facts from an encoder."""
        return cls(encoder.name, encoder.digest, encoder.dimensions)


class LexicalPart(NamedTuple):
    """The lexical folder: the generation it holds and the commit of tantivy that wrote it."""

    generation: int
    opstamp: int


class VectorPart(NamedTuple):
    """The vector snapshot: its generation, checksum, and how many passages had ever come and gone by then."""

    generation: int
    crc32: int
    size_bytes: int
    n_changes: int


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` says. The store repeats all but the parts, so a lost manifest is written again."""

    uid: str
    created: str
    samples: bool
    encoder: EncoderInfo
    settings: Mapping[str, int] = field(default_factory=dict)
    generation: int = 0
    lexical: LexicalPart | None = None
    vectors: VectorPart | None = None
    format: int = FORMAT


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of an index folder without opening the index; None when none can be read."""
    try:
        return _from_json(json.loads((folder / NAME).read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _from_json(data: dict[str, Any]) -> Manifest:
    encoder = data["encoder"]
    lexical, vectors = data.get("lexical"), data.get("vectors")
    return Manifest(
        uid=str(data.get("uid", "")),
        created=str(data.get("created", "")),
        samples=bool(data.get("samples", False)),
        encoder=EncoderInfo(str(encoder["name"]), str(encoder["digest"]), int(encoder["dimensions"])),
        settings={str(key): int(value) for key, value in data.get("settings", {}).items()},
        generation=int(data.get("generation", 0)),
        lexical=LexicalPart(int(lexical["generation"]), int(lexical["opstamp"])) if lexical else None,
        vectors=VectorPart(*(int(vectors[name]) for name in VectorPart._fields)) if vectors else None,
        format=int(data["format"]),
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest atomically; call it only under the write lock."""
    data = asdict(manifest)
    data["lexical"] = manifest.lexical._asdict() if manifest.lexical else None
    data["vectors"] = manifest.vectors._asdict() if manifest.vectors else None
    write_atomic(folder / NAME, (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def agree(manifest: Manifest, recorded: Manifest) -> bool:
    """Say whether a manifest tells what the store tells; of the parts the store knows nothing."""
    return replace(manifest, lexical=None, vectors=None) == recorded


def recorded_manifest(facts: Mapping[str, str]) -> Manifest:
    """Return what the store itself says of the index: the manifest without the parts.

    Raises:
        IndexDamaged: the store does not say it.
    """
    try:
        return Manifest(
            uid=facts["uid"],
            created=facts["created"],
            samples=facts["samples"] == "1",
            encoder=EncoderInfo(facts["encoder_name"], facts["encoder_digest"], int(facts["encoder_dimensions"])),
            settings=json.loads(facts["settings"]),
            generation=int(facts["generation"]),
        )
    except (KeyError, ValueError) as error:
        raise IndexDamaged(f"the store does not say what it was made with ({error})", "restore it from a backup") from error
