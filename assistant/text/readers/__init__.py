"""Read articles from files and folders: a `Raw` for each article, a `Failure` for each thing that is none."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers import markdown, records, text, web
from assistant.text.readers.folders import Found, find_files
from assistant.text.readers.raw import FIELDS, MAX_BYTES, Raw
from assistant.text.readers.reading import Reading
from assistant.text.readers.sniffing import HEAD_BYTES, kind_of

__all__ = ["FIELDS", "KINDS", "MAX_BYTES", "Raw", "Reading", "kind_of_name", "read_bytes", "read_paths", "read_stream"]

KINDS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".csv": "csv", ".tsv": "csv", ".pdf": "pdf", ".docx": "docx", ".epub": "epub", ".eml": "eml", ".mbox": "mbox",
    ".mhtml": "mhtml", ".mht": "mhtml", ".warc": "warc", ".zip": "zip", ".tar": "tar", ".tgz": "tar", ".tbz2": "tar", ".txz": "tar",
    ".gz": "gzip", ".bz2": "gzip", ".xz": "gzip",
}  # fmt: skip
"""File extensions and the format that each stands for. What is compressed goes on by the extension before."""


class Size(NamedTuple):
    """How large a file of a kind may be, as a multiple of the largest article, and what to do about a larger one."""

    factor: int
    hint: str


SPLIT = "an article is one story; split the file"
PICTURES = "it may hold pictures; take them out, or save its text as .txt"
SIZES = {
    "json": Size(20, "write it as .jsonl, one record on each line"),  # parsed whole; .jsonl is not
    "pdf": Size(10, PICTURES), "eml": Size(5, PICTURES), "mhtml": Size(5, PICTURES), "docx": Size(10, PICTURES), "epub": Size(10, PICTURES),
}  # fmt: skip
IN_MEMORY = Size(1, SPLIT)
LABELS = {"html": "metadata of the page", "mhtml": "metadata of the page", "warc": "metadata of the page", "markdown": "front matter"}
"""What the metadata of a kind is called where its reader does not say more."""

KINDS_HINT = "give the article as .txt, .md, .html, .json, .jsonl, .csv, .pdf, .docx, .epub, .eml, .mbox, .mhtml, .warc, .zip or .tar"
ONE_OF_MANY = {"jsonl": "json", "csv": "json", "mbox": "eml", "warc": "html", "epub": "html"}
"""What the n-th article of a file of a kind is by itself: its original is read again as that."""

Items = Iterator[Raw | Failure]


def read_paths(paths: Iterable[str | Path], max_bytes: int = MAX_BYTES, columns: Mapping[str, str] | None = None) -> Items:
    """Read files and folders in sorted order; what cannot be read is a `Failure` and never ends the reading.

    Hidden files and files of unknown kinds inside a folder are passed over (their number is logged); a file
    that is named itself must be readable.

    Args:
        paths: files and folders, searched with everything below them.
        max_bytes: the largest single article.
        columns: the user's names in tables and records: our field, or `text`, -> their column or key.
    """
    reading = Reading(max_bytes, columns or {})
    for found in find_files(paths, frozenset(KINDS)):
        if isinstance(found, Failure):
            yield found
        else:
            yield from _read_file(found, reading)


def read_bytes(data: bytes, origin: str, kind: str = "", max_bytes: int = MAX_BYTES, columns: Mapping[str, str] | None = None) -> Items:
    """Read what was fetched or uploaded, or the original of an article once more.

    Args:
        data: the bytes of one file.
        origin: its URL or name, which becomes the articles' origin.
        kind: a value of `KINDS`; by default what the extension of `origin` says, else what the bytes begin like.
        max_bytes: the largest single article.
        columns: as for `read_paths`.
    """
    return read_stream(io.BytesIO(data), origin, kind, Reading(max_bytes, columns or {}))


def read_stream(stream: IO[bytes], origin: str, kind: str, reading: Reading) -> Items:
    """Read a stream that can be sought in; arguments as for `read_bytes`."""
    try:
        yield from _read(stream, origin, kind or kind_of_name(origin) or _sniffed(stream), reading)
    except UnreadableArticle as error:
        yield Failure(origin, str(error), error.hint)


def kind_of_name(name: str) -> str:
    """Return the kind that a file name or address says, "" when it says none; `name#3` is one article of a file of several."""
    path, number, _ = name.split("?")[0].partition("#")
    stem, extension = os.path.splitext(path)
    kind = KINDS.get(extension.lower(), "")
    if kind == "gzip" and number:
        return kind_of_name(f"{stem}#{number}")
    return ONE_OF_MANY.get(kind, kind) if number else kind


def _read_file(found: Found, reading: Reading) -> Items:
    try:
        with open(found.path, "rb") as stream:
            yield from _read(stream, found.origin, KINDS.get(found.extension, "") or _sniffed(stream), reading)
    except UnreadableArticle as error:
        yield Failure(found.origin, str(error), error.hint)
    except PermissionError:
        yield Failure(found.origin, "may not be read: permission denied", "give yourself read permission")
    except OSError as error:
        yield Failure(found.origin, f"cannot be read: {error.strerror or error}", "check the file and its disk")


def _sniffed(stream: IO[bytes]) -> str:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    return kind_of(head)


def _read(stream: IO[bytes], origin: str, kind: str, reading: Reading) -> Items:
    for raw in _items(stream, origin, kind, reading):
        if isinstance(raw, Raw) and raw.fields and not raw.provenance and kind in LABELS:
            yield replace(raw, provenance=dict.fromkeys(raw.fields, LABELS[kind]))
        else:
            yield raw


def _items(stream: IO[bytes], origin: str, kind: str, reading: Reading) -> Items:
    if kind == "jsonl":
        return records.read_lines(stream, origin, reading)
    if kind in ("csv", "mbox", "warc", "zip", "docx", "epub", "tar", "gzip"):
        return _streamed(stream, origin, kind, reading)
    if not kind:
        raise UnreadableArticle("is of a kind that is not read", KINDS_HINT)
    data = _whole(stream, SIZES.get(kind, IN_MEMORY), reading.max_bytes)
    if kind == "json":
        return records.read_json(data, origin, reading)
    if kind in ("text", "markdown", "html"):
        readers = {"text": text.read, "markdown": markdown.read, "html": web.read}
        return iter([readers[kind](data, origin)])
    from assistant.text.readers import mail, mhtml, pdf

    media = {"eml": mail.read, "mhtml": mhtml.read, "pdf": pdf.read}
    return iter([media[kind](data, origin)])


def _streamed(stream: IO[bytes], origin: str, kind: str, reading: Reading) -> Items:
    """Read what holds several articles, or unpacks to some; few need these readers, so they are imported here."""
    from assistant.text.readers import archives, mail, tables, warc

    if kind in SIZES:  # a book or document is kept whole as the original of its article
        stream = io.BytesIO(_whole(stream, SIZES[kind], reading.max_bytes))
    if kind == "gzip":
        return _compressed(stream, origin, reading)
    if kind in ("csv", "mbox", "warc"):
        readers = {"csv": tables.read, "mbox": mail.read_mailbox, "warc": warc.read}
        return readers[kind](stream, origin, reading)
    read_archive = archives.read_tar if kind == "tar" else archives.read_zip
    return read_archive(stream, origin, reading, _member)


def _compressed(stream: IO[bytes], origin: str, reading: Reading) -> Items:
    """Read what one compressed file holds: `a.jsonl.gz`, `a.tar.gz`, `a.warc.gz`."""
    from assistant.text.readers import archives

    kind = kind_of_name(os.path.splitext(origin)[0])
    if kind in ("tar", "warc"):
        return _streamed(stream, origin, kind, reading)
    plain, inner = archives.read_compressed(stream, reading)
    if kind in ("jsonl", "mbox", "csv"):
        return _items(plain, origin, kind, inner)
    data = _whole(plain, SIZES.get(kind, IN_MEMORY), reading.max_bytes)
    return _items(io.BytesIO(data), origin, kind or kind_of(data[:HEAD_BYTES]), inner)


def _member(data: bytes, name: str, reading: Reading) -> Items | None:
    """Read a member of an archive; None when it is of a kind that is passed over."""
    kind = KINDS.get(os.path.splitext(name)[1].lower(), "")
    if not kind:
        return None
    return read_stream(io.BytesIO(data), name, kind, reading)


def _whole(stream: IO[bytes], size: Size, max_bytes: int) -> bytes:
    limit = max_bytes * size.factor
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadableArticle(f"is larger than {limit / 1_000_000:g} MB", size.hint)
    return data
