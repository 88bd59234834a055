"""Which files to read: folders are searched in sorted order, links are followed, loops are named."""

from __future__ import annotations

import logging
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.records import Failure

logger = logging.getLogger(__name__)

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: its path, the origin that its articles get, its extension in lower case."""

    path: str
    origin: str
    extension: str


@dataclass
class _Walk:
    extensions: frozenset[str]
    files: set[str] = field(default_factory=set)
    folders: set[Identity] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)
    n_files: int = 0


def find_files(paths: Iterable[str | Path], extensions: frozenset[str]) -> Iterator[Found | Failure]:
    """Yield each file once: those that are named, and those in folders that have one of the extensions."""
    walk = _Walk(extensions)
    for path in paths:
        name = str(path)
        origin = _origin(name)
        try:
            status = os.stat(name)
        except (OSError, ValueError) as error:
            yield _missing(name, origin, error)
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(name, origin, walk)
        else:
            yield from _file(name, status, walk)
    if walk.skipped:
        kinds = ", ".join(f"{n} {kind or 'without extension'}" for kind, n in sorted(walk.skipped.items()))
        logger.info("passed over files of other kinds: %s", kinds)


def _folder(name: str, origin: str, walk: _Walk) -> Iterator[Found | Failure]:
    before = walk.n_files
    failed = False
    for item in _below(os.path.abspath(name), (), walk):
        failed = failed or isinstance(item, Failure)
        yield item
    if walk.n_files == before and not failed:
        yield Failure(origin, "holds no articles", "put articles in it, as .txt, .md, .html, .json, .pdf and the like")


def _below(folder: str, above: tuple[Identity, ...], walk: _Walk) -> Iterator[Found | Failure]:
    try:
        status = os.stat(folder)
        names = sorted(os.listdir(folder))
    except OSError as error:
        yield _missing(folder, _origin(folder), error)
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        yield Failure(_origin(folder), "is a link back to a folder that it lies in", "remove the link")
        return
    if identity in walk.folders:  # reached by another link: its articles are read already
        walk.n_files += 1
        return
    walk.folders.add(identity)
    for name in names:
        if name.startswith("."):
            continue
        path = os.path.join(folder, name)
        try:
            status = os.stat(path)
        except OSError as error:
            yield _missing(path, _origin(path), error)
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _below(path, (*above, identity), walk)
        elif _extension(name) in walk.extensions:
            yield from _file(path, status, walk)
        else:
            walk.skipped[_extension(name)] += 1


def _file(name: str, status: os.stat_result, walk: _Walk) -> Iterator[Found | Failure]:
    walk.n_files += 1
    path = os.path.abspath(name)
    if path in walk.files:
        return
    walk.files.add(path)
    if not stat.S_ISREG(status.st_mode):  # to read from a pipe or a device could last for ever
        yield Failure(_origin(name), "is no regular file", "give a file or a folder")
        return
    yield Found(path, _origin(name), _extension(name))


def _missing(name: str, origin: str, error: OSError | ValueError) -> Failure:
    if isinstance(error, PermissionError):
        return Failure(origin, "may not be read: permission denied", "give yourself read permission")
    if os.path.islink(name) if isinstance(error, OSError) else False:
        return Failure(origin, "is a link that leads nowhere", "remove the link, or restore what it points to")
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return Failure(origin, "is not there", "check the spelling of the path")
    return Failure(origin, f"cannot be read: {error.strerror or error}", "check the path and its disk")


def _origin(name: str) -> str:
    """Return the absolute path as text that any store can hold, whatever bytes the file name has."""
    try:
        absolute = os.path.abspath(name)
    except ValueError:
        absolute = name
    return absolute.encode("utf-8", errors="backslashreplace").decode("utf-8")


def _extension(name: str) -> str:
    return os.path.splitext(name)[1].lower()
