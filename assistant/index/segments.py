"""The files of the lexical part: which commit they are of, and whether they are whole."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

NAME = "lexical"


def read_opstamp(folder: Path) -> int | None:
    """Return the number of the last commit in the lexical folder, or None when there is none to read."""
    try:
        return int(json.loads((folder / NAME / "meta.json").read_bytes())["opstamp"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def damaged_files(folder: Path, sound: set[str] | None = None) -> list[str]:
    """Return the names of lexical files that do not fit the checksum that tantivy wrote at their end.

    tantivy itself does not look at it when it opens a file, and may panic later. A file is never changed, so
    those in `sound` are left out, and those found sound are put there.
    """
    known = set() if sound is None else sound
    damaged = []
    for path in sorted((folder / NAME).glob("*.*")):
        if path.name in known or path.name.startswith(".") or path.suffix == ".json":
            continue
        fits = _fits_checksum(path)
        if fits:
            known.add(path.name)
        elif fits is False:
            damaged.append(path.name)
    return damaged


def _fits_checksum(path: Path) -> bool | None:
    # The end of a file: a footer in JSON, its length, and a magic number, both of 32 bits. Where that is not
    # so, the file is still being written, or opening it fails.
    try:
        with path.open("rb") as file:
            file.seek(-8, os.SEEK_END)
            end = file.tell()
            size = int.from_bytes(file.read(4), "little")
            file.seek(end - size)
            footer = json.loads(file.read(size))
            file.seek(0)
            left, crc = end - size, 0
            while left and (block := file.read(min(left, 1 << 20))):
                crc, left = zlib.crc32(block, crc), left - len(block)
        return int(footer["crc"]) == crc
    except (OSError, ValueError, KeyError, TypeError):
        return None
