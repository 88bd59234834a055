"""The root of an index in Milvus: what is known of it as a whole, in one row. Writing that row commits a generation."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from assistant.errors import IndexBusy, IndexDamaged, IndexMismatch
from assistant.index.manifest import EncoderInfo, Manifest
from assistant.index.milvus_client import Tables
from assistant.index.milvus_rows import PARTS, Body
from assistant.index.rows import Counts

FORMAT = 1
EMPTY = Counts(0, 0, 0, 0)
LEASE_S = 60.0
"""How long a writer that has died keeps others out. The clocks of machines that write are supposed to agree to some seconds."""
PATIENCE_S = 20.0
SETTLING_S = 0.05


@dataclass(frozen=True)
class Gone:
    """What is left to delete of a removed article."""

    article: int
    n_parts: int
    first_passage: int
    n_passages: int
    n_speakers: int

    @classmethod
    def of(cls, body: Body) -> Gone:
        """Name the rows of an article."""
        return cls(body.number, body.n_parts, body.first_passage, body.n_passages, len(body.speaker_keys()))

    def keys(self) -> tuple[list[int], list[int], list[str]]:
        """Return the keys among the articles, the passages and the speakers."""
        parts = [self.article * PARTS + n for n in range(self.n_parts)]
        passages = list(range(self.first_passage, self.first_passage + self.n_passages))
        return parts, passages, [f"{self.article}:{n}" for n in range(self.n_speakers)]


@dataclass(frozen=True)
class Root:
    """The state of the index. `writing` is the generation that somebody is writing, 0 when nobody is."""

    uid: str
    created: str
    samples: bool
    encoder: EncoderInfo
    settings: Mapping[str, int] = field(default_factory=dict)
    generation: int = 0
    writing: int = 0
    gone: tuple[Gone, ...] = ()
    next_article: int = 1
    next_passage: int = 1
    counts: Counts = EMPTY
    average_terms: float = 0.0
    rules: int = 0
    format: int = FORMAT

    @property
    def manifest(self) -> Manifest:
        """The same facts as of a local index."""
        return Manifest(self.uid, self.created, self.samples, self.encoder, self.settings, self.generation)

    def shows(self, article: int, born: int) -> bool:
        """Say whether a row is part of this generation."""
        return born <= self.generation and all(article != gone.article for gone in self.gone)


def new_root(encoder: EncoderInfo, samples: bool, settings: Mapping[str, int], rules: int) -> Root:
    """Return the root of an empty index."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return Root(secrets.token_hex(16), created, samples, encoder, dict(settings), rules=rules)


def write_root(tables: Tables, root: Root) -> None:
    """Write the root, whole or not at all."""
    tables.put("root", [{"key": "root", "value": json.dumps(asdict(root))}])


def read_root(tables: Tables) -> Root:
    """Read the root.

    Raises:
        IndexMismatch: there is none, or one of a newer format.
        IndexDamaged: it cannot be read.
    """
    found = tables.take("root", ["root"], ["value"])
    if not found:
        raise IndexMismatch(f"there is no index at {tables.address.shown}", "make one with `assistant add PATH`")
    try:
        fields = json.loads(found[0]["value"])
        if fields["format"] > FORMAT:
            raise IndexMismatch(
                f"the index {tables.address.shown} has format {fields['format']}, this version knows formats up to {FORMAT}",
                "install a newer version of the assistant",
            )
        encoder, counts = EncoderInfo(**fields["encoder"]), Counts(*fields["counts"])
        return Root(**{**fields, "encoder": encoder, "counts": counts, "gone": tuple(Gone(**one) for one in fields["gone"])})
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"the root of {tables.address.shown} cannot be read", "restore Milvus from a backup") from error


@contextmanager
def leased(tables: Tables, owner: str) -> Iterator[None]:
    """Keep other writers out, as far as Milvus allows: it has no locks, so this guards against accidents, not against malice.

    Raises:
        IndexBusy: another writer did not finish in time.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not _take_lease(tables, owner):
        if time.monotonic() > deadline:
            raise IndexBusy(f"another process writes to {tables.address.shown}", "wait until it has finished")
        time.sleep(0.5)
    try:
        yield
    finally:
        _put_lease(tables, owner, 0.0)


def renew(tables: Tables, owner: str) -> None:
    """Keep the lease for longer.

    Raises:
        IndexBusy: somebody else has it by now.
    """
    if _lease(tables)[0] != owner:
        raise IndexBusy(f"another process has begun to write to {tables.address.shown}", "add the articles again")
    _put_lease(tables, owner, time.time() + LEASE_S)


def _take_lease(tables: Tables, owner: str) -> bool:
    held_by, until = _lease(tables)
    if held_by != owner and until > time.time():
        return False
    _put_lease(tables, owner, time.time() + LEASE_S)
    if held_by != owner:
        time.sleep(SETTLING_S)  # two who found it free have both written by now, and the later one has it
    return _lease(tables)[0] == owner


def _lease(tables: Tables) -> tuple[str, float]:
    found = tables.take("root", ["lease"], ["value"])
    if not found:
        return "", 0.0
    told = json.loads(found[0]["value"])
    return str(told["owner"]), float(told["until"])


def _put_lease(tables: Tables, owner: str, until: float) -> None:
    tables.put("root", [{"key": "lease", "value": json.dumps({"owner": owner, "until": until})}])


def without_gone(root: Root) -> Root:
    """Return the root once what was removed is deleted."""
    return replace(root, gone=())
