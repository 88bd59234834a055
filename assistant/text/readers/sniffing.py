"""What kind of file bytes are, by what they begin with."""

from __future__ import annotations

import re

HEAD_BYTES = 4096
PAGE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)*(?:<!doctype\s+html|<html[\s>]|<head[\s>])",
    re.IGNORECASE | re.DOTALL,
)
HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]{0,1000}\n(?:[ \t][^\n]{0,1000}\n){0,50}){3}")
MAIL = re.compile(rb"^(?:from|subject|mime-version|received|return-path|message-id):", re.IGNORECASE | re.MULTILINE)
SAVED = re.compile(rb"^(?:content-type:\s*multipart/related|snapshot-content-location:)", re.IGNORECASE | re.MULTILINE)


def kind_of(head: bytes) -> str:
    """Return the kind of a file by its first bytes, "" when they do not tell."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for magic, kind in ((b"PK\3\4", "zip"), (b"\x1f\x8b", "gzip"), (b"BZh", "gzip"), (b"\xfd7zXZ\0", "gzip"), (b"WARC/", "warc")):
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    if PAGE.match(head):
        return "html"
    if head.startswith(b"From ") and HEADERS.match(head.partition(b"\n")[2]):
        return "mbox"
    if HEADERS.match(head) and MAIL.search(head):
        return "mhtml" if SAVED.search(head) else "eml"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return "jsonl" if re.match(rb"\{[^\n]*\}\s*\n\s*\{", start) else "json"
    return ""
