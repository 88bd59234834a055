"""Writing an index anew without what was removed, so that its bytes are gone from the folder."""

from __future__ import annotations

import logging
import time

from assistant.errors import IndexBusy, IndexNotWritable
from assistant.index import changes, vectors
from assistant.index.files import has_leftovers, sweep, writing
from assistant.index.parts import RETRY_S, Parts

logger = logging.getLogger(__name__)

ALL, CHECKPOINT = "compact", "checkpoint"
"""What `meta.due` asks of the next writer: all of a compaction, or only its last step."""


def compact(parts: Parts, due: str = ALL) -> None:
    """Write all parts anew. The caller holds the write lock and has caught up.

    Raises:
        IndexNotWritable: there is no space for it; it stays due.
    """
    _set_due(parts, due)
    if due == ALL:
        parts.store.vacuum()
        parts.rebuild(of_lexical=True, of_vectors=(parts.folder / vectors.NAME).exists())
        _set_due(parts, CHECKPOINT)
    if parts.store.checkpoint():
        _set_due(parts, "")
        parts.store.checkpoint()
    else:
        logger.warning("a reader keeps the log of %s: its old pages go with the next write", parts.folder)


def is_due(parts: Parts) -> bool:
    """Say whether an earlier compaction, or an earlier write, left something undone."""
    with parts.store.read() as connection:
        return changes.get(connection, "due") != "" or has_leftovers(parts.folder)


def compact_if_due(parts: Parts) -> None:
    """Do what an earlier compaction left undone. The caller holds the write lock.

    When there still is no space for it, it stays due, and whatever else the caller does goes on.
    """
    sweep(parts.folder)
    with parts.store.read() as connection:
        due = changes.get(connection, "due")
    if not due or time.monotonic() < parts.retry_at:
        return
    try:
        with writing(parts.folder):
            compact(parts, due)
    except (IndexBusy, IndexNotWritable) as error:
        parts.retry_at = time.monotonic() + RETRY_S
        logger.warning("%s; what was removed stays on the disk until then", error)


def _set_due(parts: Parts, due: str) -> None:
    with parts.store.write() as connection:
        if changes.get(connection, "due") != due:
            changes.put(connection, "due", due)
