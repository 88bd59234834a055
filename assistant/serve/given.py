"""An article that a program hands over as text: read as a file with these words would be."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.records import Failure
from assistant.text.readers import text as plain_text
from assistant.text.readers.metadata import fields_of
from assistant.text.readers.raw import Raw


def given(text: str, origin: str, known: Mapping[str, object], max_bytes: int) -> Raw | Failure:
    """Return an article as given, or what is wrong with it.

    Args:
        text: the story, or a page of HTML.
        origin: an article of the same origin is replaced.
        known: metadata under whatever keys are usual; it wins over what a page of HTML says.
        max_bytes: the largest article.
    """
    data = text.encode("utf-8", errors="replace")
    if not text.strip():
        return Failure(origin, "has no text", "give the text of the article")
    if len(data) > max_bytes:
        return Failure(origin, f"is larger than {max_bytes / 1_000_000:g} MB", "an article is one story; split it")
    read = plain_text.read(data, origin)
    return Raw(origin, read.original, read.text, {**read.fields, **fields_of(known)})
