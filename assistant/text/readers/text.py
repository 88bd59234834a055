"""Plain text: the lines are the story, cleaning finds the rest."""

from __future__ import annotations

import re

from assistant.text.readers import web
from assistant.text.readers.decoding import decode
from assistant.text.readers.raw import Raw

PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)


def read(data: bytes, origin: str) -> Raw:
    """Read one .txt file.

    Raises:
        UnreadableArticle: it is empty or not text.
    """
    text = decode(data)
    if PAGE.match(text):  # a saved page under the wrong name would otherwise be cited with its tags
        return web.read(data, origin)
    return Raw(origin, data, text)
