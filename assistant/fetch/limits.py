"""What a fetch may cost, and what comes of it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one fetch may cost. `allow` holds `host:port` pairs that may lie in a private network."""

    max_bytes: int = 10_000_000
    timeout_s: float = 30.0
    delay_s: float = 1.0
    allow: Set[str] = frozenset()


@dataclass(frozen=True)
class Validators:
    """What a server said to recognise a version by; "" for what it did not say."""

    etag: str = ""
    last_modified: str = ""


NOTHING_KNOWN = Validators()


@dataclass(frozen=True)
class Fetched:
    """What was fetched. `kind` is one of `media.MEDIA`, "" when the server did not say; `unchanged`: the known version is still right."""

    url: str
    data: bytes = b""
    kind: str = ""
    charset: str = ""
    validators: Validators = NOTHING_KNOWN
    unchanged: bool = False
