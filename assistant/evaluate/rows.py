"""What one question gave: the row of a run, as a record and as a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Cited:
    """A cited sentence: its article's name in the question set, its place, its words, and whether it is gold."""

    article: str
    start: int
    end: int
    quote: str
    speaker: str = ""
    focus: str = ""
    gold: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranked passage, or article where whole articles are judged: its key, its score and its relevance (0: none)."""

    key: str
    score: float
    gain: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answer and its measures, the same each time it is asked.

    `right` says whether one of the first three citations answers; of an abstention, whether one of the three nearest would have. `nearest`
    are these. `measures` holds the measures that apply, by name. `query` is what was looked for. `wanted` are the gold sentences,
    `limits` the filters as an address of the chat gives them.
    """

    id: str
    question: str
    pair: str
    kind: str
    tags: tuple[str, ...]
    answerable: bool | None
    held_out: bool
    query: str = ""
    answer: str = ""
    abstained: bool = False
    confidence: float = 0.0
    right: bool = False
    citations: tuple[Cited, ...] = ()
    nearest: tuple[Cited, ...] = ()
    wanted: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A row with what is kept beside it: the first passages, the judged ones by key, and milliseconds by stage, which differ each time."""

    row: Row
    ranking: tuple[Ranked, ...] = ()
    judged: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)


def to_json(asked: Asked) -> str:
    """Return an asked question as one line of JSON."""
    return json.dumps(asked, ensure_ascii=False, default=_values)


def _values(record: Any) -> dict[str, Any]:
    """Return the fields of a record as they are; `asdict` copies a hundred ranked passages, which takes as long as finding them."""
    return {one.name: getattr(record, one.name) for one in fields(record)}


def row_to_json(row: Row) -> str:
    """Return a row as one line of JSON."""
    return json.dumps(row, ensure_ascii=False, default=_values)


def from_json(line: str) -> Asked:
    """Read what `to_json` wrote.

    Raises:
        ValueError: the line is cut off or something else.
    """
    try:
        data: dict[str, Any] = json.loads(line)
        row = row_from_json(data["row"])
        return Asked(row, tuple(Ranked(**one) for one in data["ranking"]), dict(data["judged"]), dict(data["timings"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def row_from_json(data: Mapping[str, Any]) -> Row:
    """Read a row from its JSON object.

    Raises:
        ValueError: it is none.
    """
    try:
        values = dict(data)
        for name in ("citations", "nearest"):
            values[name] = tuple(Cited(**one) for one in values[name])
        for name in ("tags", "wanted"):
            values[name] = tuple(values[name])
        return Row(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
