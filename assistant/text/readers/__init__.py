"""Read articles from files and folders: a `Raw` for each article, a `Failure` for each thing that is none."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers import markdown, records, text, web
from assistant.text.readers.folders import Found, find_files
from assistant.text.readers.raw import FIELDS, MAX_BYTES, Raw

__all__ = ["FIELDS", "KINDS", "MAX_BYTES", "Raw", "read_bytes", "read_paths"]

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
"""File extensions and the format that each stands for."""

JSON_FACTOR = 20
"""A .json file is parsed whole, so it is limited to this many of the largest articles; .jsonl is not."""

KINDS_HINT = "give the article as .txt, .md, .html, .json or .jsonl"


def read_paths(paths: Iterable[str | Path], max_bytes: int = MAX_BYTES) -> Iterator[Raw | Failure]:
    """Read files and folders in sorted order; what cannot be read is a `Failure` and never ends the reading.

    Hidden files and files of unknown kinds inside a folder are passed over (their number is logged); a file
    that is named itself must be readable.

    Args:
        paths: files and folders, searched with everything below them.
        max_bytes: the largest single article.
    """
    for found in find_files(paths, frozenset(KINDS)):
        if isinstance(found, Failure):
            yield found
        else:
            yield from _read_file(found, max_bytes)


def read_bytes(data: bytes, origin: str, kind: str = "", max_bytes: int = MAX_BYTES) -> Iterator[Raw | Failure]:
    """Read what was fetched or uploaded.

    Args:
        data: the bytes of one file.
        origin: its URL or name, which becomes the articles' origin.
        kind: "text", "markdown", "html", "json" or "jsonl"; by default what the extension of `origin` says.
        max_bytes: the largest single article.
    """
    kind = kind or KINDS.get(os.path.splitext(origin.split("?")[0].split("#")[0])[1].lower(), "")
    try:
        yield from _read(io.BytesIO(data), origin, kind, max_bytes)
    except UnreadableArticle as error:
        yield Failure(origin, str(error), error.hint)


def _read_file(found: Found, max_bytes: int) -> Iterator[Raw | Failure]:
    try:
        with open(found.path, "rb") as stream:
            yield from _read(stream, found.origin, KINDS.get(found.extension, ""), max_bytes)
    except UnreadableArticle as error:
        yield Failure(found.origin, str(error), error.hint)
    except PermissionError:
        yield Failure(found.origin, "may not be read: permission denied", "give yourself read permission")
    except OSError as error:
        yield Failure(found.origin, f"cannot be read: {error.strerror or error}", "check the file and its disk")


def _read(stream: IO[bytes], origin: str, kind: str, max_bytes: int) -> Iterator[Raw | Failure]:
    if kind == "jsonl":
        yield from records.read_lines(stream, origin, max_bytes)
        return
    if not kind:
        raise UnreadableArticle("is of a kind that is not read", KINDS_HINT)
    limit = max_bytes * JSON_FACTOR if kind == "json" else max_bytes
    data = stream.read(limit + 1)
    if len(data) > limit:
        hint = "write it as .jsonl, one record on each line" if kind == "json" else "an article is one story; split the file"
        raise UnreadableArticle(f"is larger than {limit / 1_000_000:g} MB", hint)
    if kind == "json":
        yield from records.read_json(data, origin, max_bytes)
    else:
        readers = {"text": text.read, "markdown": markdown.read, "html": web.read}
        yield readers[kind](data, origin)
