"""E-mail: single messages (.eml) and mailboxes (.mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from typing import IO

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import field_value
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import Reading
from assistant.text.readers.records import story_text

MAX_HEADER = 2_000
MAX_PARTS = 200
BOUNDARY = re.compile(rb"\bboundary\s*=", re.IGNORECASE)
"""Each level of parts has one; the parser's time grows with the square of the levels."""
MIN_PLAIN = 200
"""A shorter plain part is an excuse (`your program cannot show HTML`): the story is then in the HTML part, if there is one."""
FORWARDED = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|tr|rv)\s*:\s*)+", re.IGNORECASE)
SIGNATURE = re.compile(r"\n-- \r?\n.*\Z", re.DOTALL)
HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:")
FAULTS = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, IndexError, AssertionError)
HINT = "save the message again, or its text as .txt"
PROVENANCE = {"title": "subject of the mail", "author": "sender of the mail", "published": "date of the mail"}


def parse(data: bytes) -> Message:
    """Return a MIME message.

    Raises:
        UnreadableArticle: it is none.
    """
    if len(BOUNDARY.findall(data)) > MAX_PARTS:
        raise UnreadableArticle("has more parts within parts than any mail", HINT)
    try:
        return BytesParser(policy=compat32).parsebytes(data)
    except FAULTS as error:
        raise UnreadableArticle("is no message that can be read", HINT) from error


def read(data: bytes, origin: str) -> Raw:
    """Read one message: its plain text, else the text of its HTML.

    Raises:
        UnreadableArticle: it is no message, or has no text.
    """
    if not HEADER_LINE.match(data.lstrip()):
        raise UnreadableArticle("is no e-mail: it does not begin with headers", HINT)
    message = parse(data.lstrip())
    try:
        plain, markup = _bodies(message)
    except FAULTS as error:
        raise UnreadableArticle("is no message that can be read", HINT) from error
    text = SIGNATURE.sub("\n", plain) if len(plain) >= MIN_PLAIN or not markup else story_text(markup)
    if not text.strip():
        raise UnreadableArticle("has no text (only attachments, perhaps)", "save the attachment and add it")
    name, _ = parseaddr(header(message, "From"))
    said = {"title": FORWARDED.sub("", header(message, "Subject")), "author": name, "published": header(message, "Date")}
    fields = {key: value for key, found in said.items() if (value := field_value(key, found))}
    return Raw(origin, data, text, fields, provenance=PROVENANCE)


def read_mailbox(stream: IO[bytes], origin: str, reading: Reading) -> Iterator[Raw | Failure]:
    """Read an .mbox message by message, `origin#n` for the n-th; one that cannot be read is named and skipped.

    Raises:
        UnreadableArticle: it is no mailbox.
    """
    number = 0
    for number, data in enumerate(_messages(stream, reading.max_bytes), start=1):
        where = f"{origin}#{number}"
        if data is None:
            yield Failure(where, f"is larger than {reading.max_bytes / 1_000_000:g} MB", "save its text as .txt")
            continue
        try:
            yield read(data, where)
        except UnreadableArticle as error:
            yield Failure(where, str(error), error.hint)
    if not number:
        raise UnreadableArticle("is no mailbox: no line begins a message with `From `", HINT)


def header(message: Message, name: str) -> str:
    """Return a header's text, decoded; "" when it is not there or is no text."""
    value = str(message.get(name) or "")[:MAX_HEADER]
    parts = []
    try:
        for part, charset in decode_header(value):
            parts.append(part if isinstance(part, str) else part.decode(charset or "utf-8", "replace"))
    except FAULTS:
        return " ".join(value.split())
    return " ".join("".join(parts).split())


def body(part: Message) -> str:
    """Return the text of one part.

    Raises:
        UnreadableArticle: it is empty or not text.
    """
    data = part.get_payload(decode=True)
    return decode(data, str(part.get_content_charset() or "")) if isinstance(data, bytes) else ""


def _bodies(message: Message) -> tuple[str, str]:
    """Return the first plain and the first HTML part that are no attachments."""
    found = {"text/plain": "", "text/html": ""}
    for count, part in enumerate(message.walk()):
        kind = part.get_content_type()
        if count >= MAX_PARTS:
            break
        if kind not in found or found[kind] or part.get_content_disposition() == "attachment":
            continue
        try:
            found[kind] = body(part)
        except UnreadableArticle:
            continue
    return found["text/plain"], found["text/html"]


def _messages(stream: IO[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Yield the messages of a mailbox, None for one that is too large, never holding more than that."""
    lines: list[bytes] | None = None
    size, blank = 0, True
    while line := stream.readline(1_000_000):
        if blank and line.startswith(b"From "):
            if lines is not None:
                yield b"".join(lines) if size <= max_bytes else None
            lines, size = [], 0
        elif lines is not None:
            size += len(line)
            if size <= max_bytes:
                lines.append(line[1:] if line.startswith(b">From ") else line)
        blank = not line.strip()
    if lines is not None:
        yield b"".join(lines) if size <= max_bytes else None
