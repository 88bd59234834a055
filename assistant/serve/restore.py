"""Read records back from the JSON that `render.as_json` makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from assistant.records import Answer, Filters


def answer_of(text: str) -> Answer:
    """Return the answer that was kept as JSON; fields it does not have keep their defaults, unknown ones are passed over.

    Raises:
        ValueError: it is no answer.
    """
    try:
        answer: Answer = _made(Answer, json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no answer that was kept: {error}") from error
    return answer


def _made(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else _made(next(one for one in inner if one is not NoneType), value)
    if origin is tuple:
        return tuple(_made(inner[0], item) for item in value)
    if origin is Literal or (origin is not None and issubclass(origin, Mapping)):
        return value
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{one.name: _made(hints[one.name], value[one.name]) for one in fields(kind) if one.name in value})
    if isinstance(kind, type) and issubclass(kind, tuple):  # a named tuple of numbers: a span, a marker
        made: Any = kind
        return made(*map(int, value))
    return kind(value)


@lru_cache(maxsize=16)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def given_of(text: str) -> Filters:
    """Return the filters that the reader had set when the answer was given, kept beside it as `given`."""
    given: Filters = _made(Filters, json.loads(text).get("given") or {})
    return given
