"""MHTML: a page as browsers save it in one file."""

from __future__ import annotations

from dataclasses import replace

from assistant.errors import UnreadableArticle
from assistant.text.readers import mail, web
from assistant.text.readers.raw import Raw
from assistant.text.readers.sniffing import HEAD_BYTES, kind_of

HINT = "save the page again as one file, or as .html"
MAX_PAGE = 10_000_000


def read(data: bytes, origin: str) -> Raw:
    """Read one saved page; its address is the one it was saved from.

    Raises:
        UnreadableArticle: it holds no page, or the page has no story.
    """
    if kind_of(data[:HEAD_BYTES]) == "html":  # the page by itself, which is what is kept of a saved page
        return web.read(data, origin)
    message = mail.parse(data.lstrip())
    try:
        page = next((part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
        markup = page.get_payload(decode=True) if page is not None else None
        location = "" if page is None else mail.header(page, "Content-Location") or mail.header(message, "Snapshot-Content-Location")
    except mail.FAULTS as error:
        raise UnreadableArticle("is no saved page that can be read", HINT) from error
    if page is None or not isinstance(markup, bytes) or not markup.strip():
        raise UnreadableArticle("holds no page", HINT)
    if len(markup) > MAX_PAGE:
        raise UnreadableArticle(f"holds a page larger than {MAX_PAGE / 1_000_000:g} MB", HINT)
    raw = web.read(markup, origin)
    if location.startswith(("http://", "https://")) and not raw.fields.get("url"):
        return replace(raw, fields={**raw.fields, "url": location}, provenance={**raw.provenance, "url": "address the page was saved from"})
    return raw
