"""Recognising an index folder, and making a new one."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from assistant.errors import IndexDamaged, IndexMismatch
from assistant.index import changes, store
from assistant.index.files import PARTIAL, is_writable, no_permission, writing
from assistant.index.locks import WriteLock
from assistant.index.manifest import FORMAT, EncoderInfo, read_manifest
from assistant.index.reading import StoredArticles
from assistant.index.rows import Counts
from assistant.index.store import Store


@dataclass(frozen=True)
class NewIndex:
    """What a new index is made with."""

    encoder: EncoderInfo
    samples: bool = False
    settings: dict[str, int] = field(default_factory=dict)


def open_store(folder: Path, new: NewIndex | None) -> tuple[Store, WriteLock]:
    """Open the store of an index folder, or make one when there is none and `new` is given.

    Raises:
        IndexMismatch: the folder is no index, or a newer version made it.
        IndexDamaged: the store is gone or cannot be read.
        IndexNotWritable: the index is to be made, or brought up to date, where nothing may be written.
    """
    _refuse_newer(folder)
    lock = WriteLock(folder)
    if not is_index(folder):
        if new is None:
            raise _no_index(folder)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not is_writable(folder):
            raise no_permission(folder)
        return _make(folder, new, lock), lock
    path = folder / store.NAME
    if not (is_writable(folder) and os.access(path, os.W_OK)):
        return Store.open(folder, writable=False), lock
    if path.stat().st_size:
        opened = Store.open(folder, writable=True)
        if _is_founded(opened):
            return opened, lock
        opened.close()
    if new is None:
        raise _no_index(folder)
    return _make(folder, new, lock), lock


@contextmanager
def opened_articles(folder: Path) -> Iterator[StoredArticles]:
    """Open what is read from the store alone, without the other parts of the index, which take ten times as long to load.

    Raises:
        IndexMismatch, IndexDamaged, IndexNotWritable: as `open_store` without `new`.
    """
    store, _ = open_store(folder, None)
    try:
        yield StoredArticles(store)
    finally:
        store.close()


def _is_founded(opened: Store) -> bool:
    # A crash while the index was made leaves tables that say nothing.
    with opened.read() as connection:
        return changes.get(connection, "uid") != ""


def _make(folder: Path, new: NewIndex, lock: WriteLock) -> Store:
    with lock.held(), writing(folder):
        opened = Store.open(folder, writable=True)
        try:
            with opened.write() as connection:
                if not changes.get(connection, "uid"):  # else another process was faster
                    _found(connection, new)
        except BaseException:
            opened.close()
            raise
    return opened


def _no_index(folder: Path) -> IndexMismatch:
    return IndexMismatch(f"there is no index at {folder}", "add articles first, or name the folder of an index")


def _found(connection: store.Connection, new: NewIndex) -> None:
    encoder = new.encoder
    facts: dict[str, str | int] = {
        "uid": secrets.token_hex(16),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "samples": int(new.samples),
        "encoder_name": encoder.name,
        "encoder_digest": encoder.digest,
        "encoder_dimensions": encoder.dimensions,
        "settings": json.dumps(new.settings),
        "generation": 0,
        "vectors_since": 0,
        "n_changes": 0,
    }
    for key, value in facts.items():
        changes.put(connection, key, value)
    changes.put_counts(connection, Counts(0, 0, 0, 0))


def is_index(folder: Path) -> bool:
    """Say whether the folder holds an index.

    Raises:
        IndexDamaged: it is one without its store.
        IndexMismatch: it holds something else.
    """
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise IndexMismatch(f"{folder} is a file, not an index", "name a folder")
    if (folder / store.NAME).exists():
        return True
    if read_manifest(folder) is not None or (folder / "lexical").is_dir():
        raise IndexDamaged(
            f"the store {folder / store.NAME} is gone; it is what everything else is made from",
            "restore the index folder from a backup, or delete it and add the articles again",
        )
    # What a crash while the index was made may have left is no reason to refuse the folder.
    strange = [p.name for p in folder.iterdir() if not (p.name.startswith(".") or p.name == "write.lock" or p.suffix == PARTIAL)]
    if strange:
        raise IndexMismatch(
            f"{folder} is not an index: it holds {sorted(strange)[0]} and no {store.NAME}",
            "name another folder; an index wants one of its own",
        )
    return False


def _refuse_newer(folder: Path) -> None:
    found = read_manifest(folder)
    if found is not None and found.format > FORMAT:
        raise IndexMismatch(
            f"the index {folder} has format {found.format}, this version knows formats up to {FORMAT}",
            "install a newer version of the assistant, or build the index again",
        )


def refuse_encoder(folder: Path, made_with: EncoderInfo, offered: EncoderInfo) -> NoReturn:
    """Raise the error for an index whose vectors another encoder made."""
    raise IndexMismatch(
        f"the index {folder} was encoded with {made_with.name}, not with {offered.name}"
        + ("" if made_with.name != offered.name else f" ({made_with.digest[:12]}, not {offered.digest[:12]})"),
        f"choose the encoder {made_with.name}, or encode the index again",
    )
