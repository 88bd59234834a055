"""Compressed streams, read forwards and never further than asked: gzip, bzip2 and xz."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import IO, Protocol

from assistant.errors import UnreadableArticle
from assistant.text.readers.reading import Budget

BLOCK = 64 * 1024
XZ_MEMORY = 80_000_000
"""Enough for what `xz -9` writes (65 MB); a hostile file may ask for 4 GB."""
BROKEN = "is damaged: it cannot be unpacked"
BROKEN_HINT = "get the file again"


class Unpacker(Protocol):
    """The decompressors of the standard library, under one shape."""

    @property
    def eof(self) -> bool:
        """Whether the end of a compressed part is reached."""

    @property
    def unused_data(self) -> bytes:
        """What follows that end."""

    @property
    def needs_input(self) -> bool:
        """Whether more must be fed before anything comes out."""

    def decompress(self, data: bytes, max_length: int = ...) -> bytes:
        """Return at most `max_length` unpacked bytes."""


class Gunzip:
    """A gzip decompressor in the shape of those of bzip2 and xz."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the end of a part is reached."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """What follows that end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        """Return at most `max_length` unpacked bytes."""
        out = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(out) < max_length
        return out


def unpacker(name: str) -> Unpacker:
    """Return a decompressor by the name of the format: gzip, bzip2 or xz."""
    if name == "bzip2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=XZ_MEMORY) if name == "xz" else Gunzip()


class Inflating(io.RawIOBase):
    """A compressed stream that is read forwards; seeking ahead reads, seeking back is refused, but to the beginning.

    Raises:
        UnreadableArticle: from any read, when it is damaged or the budget is spent.
    """

    def __init__(self, stream: IO[bytes], name: str, budget: Budget) -> None:
        self._stream = stream
        self._name = name
        self._budget = budget
        self._begin()

    def _begin(self) -> None:
        self._stream.seek(0)
        self._unpacker = unpacker(self._name)
        self._rest = b""
        self._position = 0
        self._ended = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that positions may be asked for and moved to, ahead."""
        return True

    def tell(self) -> int:
        """Return the position among the unpacked bytes."""
        return self._position

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        """Move ahead; what lies between is unpacked and dropped."""
        target = position + (self._position if whence == io.SEEK_CUR else 0)
        if target == 0 and whence == io.SEEK_SET:
            self._begin()
        if whence == io.SEEK_END or target < self._position:
            raise UnreadableArticle(BROKEN, BROKEN_HINT)
        while self._position < target and self.read(min(BLOCK, target - self._position)):
            pass
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill at most one block of the buffer."""
        data = self._some(min(len(buffer), BLOCK))
        buffer[: len(data)] = data
        return len(data)

    def _some(self, n_bytes: int) -> bytes:
        while n_bytes and not self._ended:
            try:
                out = self._step(n_bytes)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise UnreadableArticle(BROKEN, BROKEN_HINT) from error
            if out:
                self._position += len(out)
                self._budget.spend(len(out))
                return out
        return b""

    def _step(self, n_bytes: int) -> bytes:
        if self._unpacker.eof:
            self._rest = (self._unpacker.unused_data or self._stream.read(BLOCK)).lstrip(b"\0")
            if not self._rest:
                self._ended = True
                return b""
            self._unpacker = unpacker(self._name)
        if self._unpacker.needs_input and not self._rest:
            self._rest = self._stream.read(BLOCK)
            if not self._rest:
                raise EOFError
        data, self._rest = self._rest, b""
        return self._unpacker.decompress(data, n_bytes)
