"""ZIP files that are checked before anything in them is read: names, links, sizes, counts."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from assistant.errors import UnreadableArticle
from assistant.text.readers.inflating import BROKEN, BROKEN_HINT
from assistant.text.readers.reading import MAX_MEMBERS, Budget

MAX_DIRECTORY = 8_000_000
"""The list of a ZIP's files is held in memory, some tenfold: 100,000 files of usual names have such a list."""
END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
UNSAFE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f\x7f]")
FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError)


@contextmanager
def opened(stream: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP file whose list of files is of a sane size.

    Raises:
        UnreadableArticle: it is damaged, or the list is too long.
    """
    try:
        _check_directory(stream)
        with zipfile.ZipFile(stream) as packed:
            yield packed
    except FAULTS as error:
        raise UnreadableArticle(BROKEN, BROKEN_HINT) from error


def refusal(info: zipfile.ZipInfo) -> str:
    """Say why a member is not read, "" when it may be."""
    if is_unsafe(info.filename):
        return "has a name that leads out of its folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & ENCRYPTED:
        return "is protected by a password"
    return "" if info.compress_type in METHODS else "is packed in a way that is not read"


def is_unsafe(name: str) -> bool:
    """Say whether a member's name leads out of the archive, or holds characters that no name needs."""
    return UNSAFE.search(name) is not None


def member(packed: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int, budget: Budget) -> bytes:
    """Return the bytes of a member; the sizes that the file states are not trusted.

    Raises:
        UnreadableArticle: it is too large, damaged, refused, or the budget is spent.
    """
    if reason := refusal(info):
        raise UnreadableArticle(reason, "unpack it yourself and add the file")
    parts: list[bytes] = []
    size = 0
    try:
        with packed.open(info) as stream:
            while part := stream.read(min(1 << 16, max_bytes + 1 - size)):
                size += len(part)
                budget.spend(len(part))
                if size > max_bytes:
                    raise UnreadableArticle(f"is larger than {max_bytes / 1_000_000:g} MB", "an article is one story; split the file")
                parts.append(part)
    except FAULTS as error:
        raise UnreadableArticle(BROKEN, BROKEN_HINT) from error
    return b"".join(parts)


def _check_directory(stream: IO[bytes]) -> None:
    size = stream.seek(0, io.SEEK_END)
    tail_at = max(0, size - END.size - 0xFFFF)
    stream.seek(tail_at)
    tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < END.size:
        raise UnreadableArticle(BROKEN, BROKEN_HINT)
    _, _, _, _, count, directory, _, _ = END.unpack_from(tail, at)
    place = tail_at + at - LOCATOR_64.size
    if place >= 0:
        stream.seek(place)
        signature, _, end_at, _ = LOCATOR_64.unpack(stream.read(LOCATOR_64.size))
        if signature == b"PK\6\7" and end_at <= size:
            stream.seek(end_at)
            record = stream.read(END_64.size)
            if len(record) == END_64.size:
                _, _, _, _, _, _, _, count, directory, _ = END_64.unpack(record)
    stream.seek(0)
    if count > MAX_MEMBERS or directory > MAX_DIRECTORY:
        raise UnreadableArticle(f"holds more than {MAX_MEMBERS:,} files", "divide it, or unpack it and add the folder")
