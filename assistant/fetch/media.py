"""Which media types are read, and as what kind; all others are refused before they are loaded."""

from __future__ import annotations

MEDIA = {
    "text/html": "html", "application/xhtml+xml": "html",
    "text/plain": "text", "text/markdown": "markdown", "text/x-markdown": "markdown",
    "application/json": "json", "application/ld+json": "json", "text/json": "json",
    "application/x-ndjson": "jsonl", "application/jsonl": "jsonl", "application/jsonlines": "jsonl", "application/x-jsonlines": "jsonl",
    "text/csv": "csv", "text/tab-separated-values": "csv",
    "application/pdf": "pdf", "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/epub+zip": "epub", "message/rfc822": "eml", "application/mbox": "mbox",
    "multipart/related": "mhtml", "application/x-mimearchive": "mhtml", "application/warc": "warc",
    "application/zip": "zip", "application/x-zip-compressed": "zip", "application/x-tar": "tar",
    "application/gzip": "gzip", "application/x-gzip": "gzip",
    "application/rss+xml": "xml", "application/atom+xml": "xml", "application/rdf+xml": "xml", "application/xml": "xml", "text/xml": "xml",
}  # fmt: skip
"""Media type -> kind: those of the readers, and `xml` for feeds and sitemaps."""
UNTOLD = ("application/octet-stream", "binary/octet-stream", "application/force-download", "")
"""Servers say this when they do not know; the extension of the address, or the first bytes, decide."""
FILES = frozenset(["pdf", "docx", "epub", "eml", "mhtml", "mbox", "warc", "zip", "tar", "gzip", "json", "jsonl", "csv", "xml"])
FILE_FACTOR = 5
"""What is no single page may be larger, so many times."""


def media_type(header: str) -> tuple[str, str]:
    """Return media type and character set of a Content-Type header, in lower case, "" for what it does not say."""
    kind, *parameters = header.split(";")
    charset = next((value for name, _, value in (p.partition("=") for p in parameters) if name.strip().lower() == "charset"), "")
    return kind.strip().lower(), charset.strip("\"' ").lower()
