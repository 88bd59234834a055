"""WARC: what web archives and crawlers keep. Each page that was answered with 200 is an article."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, NamedTuple

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers import web
from assistant.text.readers.decoding import decode
from assistant.text.readers.inflating import Inflating
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import Budget, Reading

logger = logging.getLogger(__name__)

VERSION = re.compile(rb"WARC/[01]\.\d+\s*$")
MAX_LINE = 64 * 1024
MAX_HEADERS = 500
PAGES = ("text/html", "application/xhtml+xml")
HINT = "get the archive again"


class Record(NamedTuple):
    """One record: its headers, names in lower case, and its block."""

    headers: dict[str, str]
    block: bytes


def read(stream: IO[bytes], origin: str, reading: Reading) -> Iterator[Raw | Failure]:
    """Read a WARC, as it is or compressed by gzip: `origin#n` for the n-th record.

    Pictures, redirects and the like are passed over, pages that cannot be read are named.

    Raises:
        UnreadableArticle: it is no WARC, or holds no pages.
    """
    found = False
    passed: Counter[str] = Counter()
    for number, record in enumerate(_records(stream, reading), start=1):
        where = f"{origin}#{number}"
        try:
            raw = _page(record, where, reading, passed)
        except UnreadableArticle as error:
            found = True
            yield Failure(f"{where} ({record.headers.get('warc-target-uri', '?')[:200]})", str(error), error.hint)
            continue
        if raw is not None:
            found = True
            yield raw
    if passed:
        logger.info("passed over records of %s: %s", origin, ", ".join(f"{n} {kind}" for kind, n in sorted(passed.items())))
    if not found:
        raise UnreadableArticle("holds no pages", "a WARC is read for its HTML pages that were answered with 200")


def _page(record: Record, origin: str, reading: Reading, passed: Counter[str]) -> Raw | None:
    """Return the page of a record, None when it holds none."""
    kind = record.headers.get("warc-type", "")
    if kind not in ("response", "resource", "conversion"):
        passed[kind or "of no type"] += 1
        return None
    if int(record.headers["content-length"]) > len(record.block):
        passed["too large"] += 1
        return None
    status, headers, body = (200, record.headers, record.block) if kind != "response" else _response(record.block)
    media = headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in PAGES and not (kind == "conversion" and media == "text/plain"):
        passed[media or "without media type"] += 1
        return None
    if status != 200:
        passed[f"status {status}"] += 1
        return None
    body = _plain(body, headers, reading)
    raw = web.read(body, origin) if media in PAGES else Raw(origin, body, decode(body))
    url = record.headers.get("warc-target-uri", "").strip("<>")
    if url.startswith(("http://", "https://")) and not raw.fields.get("url"):
        return replace(raw, fields={**raw.fields, "url": url}, provenance={**raw.provenance, "url": "record of the web archive"})
    return raw


def _response(block: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = block.partition(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    words = first.split()
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) == 3 else 0
    return status, _headers(rest.split(b"\r\n")[:MAX_HEADERS]), body


def _plain(body: bytes, headers: dict[str, str], reading: Reading) -> bytes:
    """Return the body without the codings that HTTP put on it."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _joined(body)
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableArticle(f"is packed in a way that is not read ({coding[:20]})", HINT)
    if body[:1] in (b"<", b" ", b"\n", b"\r"):  # some crawlers unpack and keep the header
        return body
    try:
        unpack = zlib.decompressobj(wbits=47 if body[:1] in (b"\x1f", b"\x78") else -15)
        data = unpack.decompress(body, reading.max_bytes + 1)
    except zlib.error as error:
        raise UnreadableArticle("is damaged: it cannot be unpacked", HINT) from error
    if len(data) > reading.max_bytes:
        raise UnreadableArticle(f"is larger than {reading.max_bytes / 1_000_000:g} MB", "an article is one story")
    return data


def _joined(body: bytes) -> bytes:
    """Join the pieces of a chunked body; one that is not in pieces any more comes back as it is."""
    parts: list[bytes] = []
    at = 0
    while (end := body.find(b"\r\n", at, at + 100)) >= 0:
        try:
            size = int(body[at:end].split(b";")[0].strip(), 16)
        except ValueError:
            return body if not parts else b"".join(parts)
        if size <= 0:
            break
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(parts) if parts else body


def _records(stream: IO[bytes], reading: Reading) -> Iterator[Record]:
    start = stream.read(2)
    stream.seek(0)
    if start == b"\x1f\x8b":
        budget = reading.budget or Budget.of(stream.seek(0, io.SEEK_END))
        stream.seek(0)
        stream = io.BufferedReader(Inflating(stream, "gzip", budget))
    first = True
    while line := stream.readline(MAX_LINE):
        if not line.strip():
            continue
        if not VERSION.match(line.strip()):
            raise UnreadableArticle("is no web archive (WARC)" if first else "is damaged: a record does not begin where it should", HINT)
        first = False
        lines: list[bytes] = []
        while (line := stream.readline(MAX_LINE)).strip() and len(lines) < MAX_HEADERS:
            lines.append(line)
        headers = _headers(lines)
        length = headers.get("content-length", "")
        if not length.isdigit() or len(length) > 15:
            raise UnreadableArticle("is damaged: a record has no length", HINT)
        limit = 2 * reading.max_bytes
        size = int(length)
        block = stream.read(min(size, limit))
        left = size - len(block)
        while left > 0 and (part := stream.read(min(left, 1 << 20))):
            left -= len(part)
        yield Record(headers, block if size <= limit else b"")


def _headers(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            found.setdefault(name.strip().lower().decode("latin-1"), value.strip().decode("utf-8", "replace"))
    return found
