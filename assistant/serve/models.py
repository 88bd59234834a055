"""List the sentence models that one setting chooses, without opening any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.encoders import presets
from assistant.encoders.presets import measures


def listed(encoder: str) -> list[dict[str, Any]]:
    """Return every known model as a record with `bundled` and `in_use`; one that is in use and not known comes last.

    Args:
        encoder: the setting in force.
    """
    wanted = encoder or "static"
    records = [asdict(entry) | {"bundled": entry.bundled, "in_use": wanted in (entry.name, entry.model)} for entry in presets()]
    if not any(record["in_use"] for record in records):
        records.append({"name": wanted, "model": wanted, "bundled": False, "in_use": True})
    return records


def rows(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return the rows of a table, its head first."""
    names = list(measures())
    head = ("NAME", "DIMENSIONS", "SIZE", "SPEED", "LICENCE", *map(str.upper, names), "MODEL")
    return [head, *(_row(record, names) for record in records)]


def legend() -> list[str]:
    """Return the lines under the table."""
    return [
        '* in use. Choose another for a new index: ASSISTANT_ENCODER=NAME, or `encoder = "NAME"` in assistant.toml.',
        "Only the bundled one is on this machine from the start; fetch another once with `hf download MODEL`.",
        *(f"{name}: {meaning}; published" for name, meaning in measures().items()),
    ]


def _row(record: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    figures = record.get("figures", {})
    return (
        f"{record['name']}{' *' if record['in_use'] else ''}",
        str(record.get("dimensions", "-")),
        f"{record['size_mb']} MB" if "size_mb" in record else "-",
        record.get("speed", "-"),
        record.get("licence", "-"),
        *(f"{figures[name]:.1f}" if name in figures else "-" for name in names),
        "bundled" if record["bundled"] else record["model"],
    )
