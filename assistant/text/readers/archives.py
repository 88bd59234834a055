"""ZIP and TAR archives, and single compressed files: their members are read in memory, nothing is ever unpacked to a disk."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, cast

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers import epub, word, zips
from assistant.text.readers.inflating import BROKEN, BROKEN_HINT, Inflating
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import MAX_DEPTH, Budget, Reading

Items = Iterator[Raw | Failure]
ReadMember = Callable[[bytes, str, Reading], Items | None]
"""Reads the bytes of a member by its name; None when it is of a kind that is passed over."""

MEMBER_FACTOR = 5
"""A member may have pictures or be an archive, so it may be larger than an article, so many times."""
MAX_FAULTS = 1_000
"""An archive with more files that may not be read than this was not packed to be read."""
DEEP_HINT = "unpack it yourself and add the files"
PACKING = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz"}


def read_zip(stream: IO[bytes], origin: str, reading: Reading, read_member: ReadMember) -> Items:
    """Read a .zip: an archive of articles, or a DOCX or EPUB under whatever name.

    Raises:
        UnreadableArticle: it is damaged, looks like a bomb, or holds no articles.
    """
    inner = _inside(stream, reading)
    assert inner.budget is not None
    with zips.opened(stream) as packed:
        names = set(packed.namelist())
        if word.STORY in names:
            yield word.read_packed(packed, origin, stream, reading)
            return
        if epub.CONTAINER in names:
            yield from epub.read_packed(packed, origin, inner)
            return
        found = _Found(origin)
        for info in packed.infolist():
            inner.budget.count()
            if not info.filename or info.filename.endswith("/") or _is_hidden(info.filename):  # is_dir fails on a damaged name
                continue
            if reason := zips.refusal(info):
                yield found.refused(info.filename, reason)
                continue
            if read_member(b"", info.filename, inner) is None:
                continue
            try:
                data = zips.member(packed, info, reading.max_bytes * MEMBER_FACTOR, inner.budget)
            except UnreadableArticle as error:
                yield found.failed(info.filename, error, inner.budget)
                continue
            yield from found.read(data, info.filename, inner, read_member)
        found.require()


def read_tar(stream: IO[bytes], origin: str, reading: Reading, read_member: ReadMember) -> Items:
    """Read a .tar, as it is or compressed by gzip, bzip2 or xz.

    Raises:
        UnreadableArticle: it is damaged, looks like a bomb, or holds no articles.
    """
    inner = _inside(stream, reading)
    assert inner.budget is not None
    packing = PACKING.get(stream.read(2), "")
    stream.seek(0)
    plain = cast(IO[bytes], _Bounded(cast(IO[bytes], Inflating(stream, packing, inner.budget)) if packing else stream))
    found = _Found(origin)
    try:
        with tarfile.open(fileobj=plain, mode="r:") as packed:
            for info in packed:
                inner.budget.count()
                packed.members = []  # type: ignore[attr-defined]  # it would keep all of them
                if info.isdir() or _is_hidden(info.name):
                    continue
                if reason := _refusal(info, reading):
                    yield found.refused(info.name, reason)
                    continue
                if read_member(b"", info.name, inner) is None:
                    continue
                part = packed.extractfile(info)
                data = part.read(info.size) if part else b""
                yield from found.read(data, info.name, inner, read_member)
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, RecursionError) as error:
        raise UnreadableArticle(BROKEN, BROKEN_HINT) from error
    found.require()


def read_compressed(stream: IO[bytes], reading: Reading) -> tuple[IO[bytes], Reading]:
    """Open a single compressed file; return its stream, which goes back only to its beginning, and how to read it."""
    inner = _inside(stream, reading)
    assert inner.budget is not None
    packing = PACKING.get(stream.read(2), "gzip")
    stream.seek(0)
    return io.BufferedReader(Inflating(stream, packing, inner.budget)), inner


class _Found:
    """What one archive has given so far."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.any = False
        self.n_faults = 0

    def where(self, name: str) -> str:
        return f"{self.origin}/{name.lstrip('./')}"

    def refused(self, name: str, reason: str) -> Failure:
        self._count_fault()
        shown = name.encode("ascii", "backslashreplace").decode()
        return Failure(f"{self.origin}: {shown!r}", reason, "unpack the archive yourself if you trust it, and add the file")

    def failed(self, name: str, error: UnreadableArticle, budget: Budget) -> Failure:
        if budget.bytes_left < 0:
            raise error
        self._count_fault()
        return Failure(self.where(name), str(error), error.hint)

    def _count_fault(self) -> None:
        self.any = True
        self.n_faults += 1
        if self.n_faults > MAX_FAULTS:
            raise UnreadableArticle(f"holds more than {MAX_FAULTS} files that are damaged or refused", DEEP_HINT)

    def read(self, data: bytes, name: str, inner: Reading, read_member: ReadMember) -> Items:
        assert inner.budget is not None
        items = read_member(data, self.where(name), inner)
        for item in items or ():
            self.any = True
            yield item
        if inner.budget.bytes_left < 0 or inner.budget.members_left < 0:
            raise UnreadableArticle("unpacks to far more than its size: it looks like a bomb", DEEP_HINT)

    def require(self) -> None:
        if not self.any:
            raise UnreadableArticle("holds no articles", "an archive holds articles as .txt, .md, .html, .json, .pdf and the like")


class _Bounded(io.RawIOBase):
    """A stream of which no more than one article is read at once: a header may state any size."""

    def __init__(self, stream: IO[bytes], limit: int = 1 << 31) -> None:
        self._stream = stream
        self.limit = limit

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(position, whence)

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self.limit:
            raise UnreadableArticle(BROKEN, BROKEN_HINT)
        parts: list[bytes] = []
        while size > 0 and (part := self._stream.read(min(size, 1 << 16))):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _refusal(info: tarfile.TarInfo, reading: Reading) -> str:
    if zips.is_unsafe(info.name):
        return "has a name that leads out of its folder"
    if info.issym() or info.islnk():
        return "is a link"
    if not info.isreg() or info.sparse is not None:
        return "is no regular file"
    limit = reading.max_bytes * MEMBER_FACTOR
    return f"is larger than {limit / 1_000_000:g} MB" if info.size > limit else ""


def _is_hidden(name: str) -> bool:
    """Say whether a member is of the kind that a folder passes over: `.git`, and what macOS adds."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part not in (".", "..") for part in parts)


def _inside(stream: IO[bytes], reading: Reading) -> Reading:
    """Return how the inside of an archive is read.

    Raises:
        UnreadableArticle: it lies too deep in others.
    """
    if reading.depth >= MAX_DEPTH:
        raise UnreadableArticle("lies too deep in other archives", DEEP_HINT)
    budget = reading.budget
    if budget is None:
        at = stream.tell()
        budget = Budget.of(stream.seek(0, io.SEEK_END))
        stream.seek(at)
    return replace(reading, budget=budget, depth=reading.depth + 1)
