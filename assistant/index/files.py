"""Writing files so that a crash leaves the old or the new one, and saying plainly when that cannot be."""

from __future__ import annotations

import errno
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant.errors import IndexNotWritable

PARTIAL = ".partial"
"""What is being written has this suffix until it is complete; a crash leaves it to be swept away."""

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
# faiss and tantivy turn the system's error into text, so the text is all that is left to recognise it by.
_NO_SPACE_WORDS = (
    "no space left",
    "file too large",
    "quota exceeded",
    "storagefull",
    "filetoolarge",
    "write error",
)
_NO_PERMISSION_WORDS = (
    "permission denied",
    "read-only file system",
    "permissiondenied",
    "readonlyfilesystem",
)


def no_space(path: Path) -> IndexNotWritable:
    """Return the error for a full disk."""
    return IndexNotWritable(
        f"the index {path} cannot be written: no space left on the disk",
        "free some space and run the command again; what was complete before is still there",
    )


def no_permission(path: Path) -> IndexNotWritable:
    """Return the error for a folder that may only be read."""
    return IndexNotWritable(
        f"the index {path} cannot be written: no permission",
        "it can still be asked; to change it, give yourself write permission or copy the folder",
    )


def not_writable(error: BaseException, path: Path) -> IndexNotWritable | None:
    """Return the `IndexNotWritable` that the error of a library stands for, or None."""
    if isinstance(error, IndexNotWritable):
        return error
    words = str(error).lower()
    code = error.errno if isinstance(error, OSError) else None
    if code in _NO_SPACE or any(word in words for word in _NO_SPACE_WORDS):
        return no_space(path)
    if code in _NO_PERMISSION or any(word in words for word in _NO_PERMISSION_WORDS):
        return no_permission(path)
    return None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about full disks and missing permissions into `IndexNotWritable`."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        problem = not_writable(error, path)
        if problem is None:
            raise
        raise problem from error


def is_writable(folder: Path) -> bool:
    """Say whether files in the folder can be created and changed."""
    return os.access(folder, os.W_OK | os.X_OK)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file: readers see all of the old bytes or all of the new ones, also after a power cut."""
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace_file(partial: Path, path: Path) -> None:
    """Put a complete file in the place of another, durably."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open folders; its renames are journaled
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def checksum(path: Path) -> tuple[int, int]:
    """Return CRC-32 and size in bytes of a file."""
    crc = size = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            crc = zlib.crc32(block, crc)
            size += len(block)
    return crc, size


def has_leftovers(folder: Path) -> bool:
    """Say whether `sweep` would find something."""
    return next(folder.glob("*" + PARTIAL), None) is not None


def sweep(folder: Path) -> None:
    """Delete what a crashed writer left half done; call it only under the write lock."""
    for path in folder.glob("*" + PARTIAL):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
