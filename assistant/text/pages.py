"""Where the pages of a printed article begin in its clean text.

Cleaning takes lines away and joins others, but what it keeps stays in order: so each clean line is met again in the text as it was
read when blanks and hyphens are left out of both.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

SQUEEZED = re.compile(r"[\W_]+")
PROBE = 40
"""A line whose whole does not come again (something was cut out of it) is met by so many of its first letters."""


def place_pages(text: str, raw_text: str, raw_pages: Sequence[int]) -> tuple[int, ...]:
    """Return where each page begins in a clean text.

    A page of which nothing was kept begins where the next one does.

    Args:
        text: the clean text.
        raw_text: the text as it was read.
        raw_pages: where the pages begin in `raw_text`, in order.
    """
    if not raw_pages:
        return ()
    squeezed, starts = _squeezed_pages(raw_text, raw_pages)
    begins: list[int] = [0]
    at, offset = 0, 0
    for line in text.split("\n"):
        letters = _squeeze(line)
        found = squeezed.find(letters, at) if letters else -1
        if found < 0 and letters:
            found = squeezed.find(letters[:PROBE], at)
        if found >= 0:
            last = bisect_right(starts, found + len(letters) - 1)
            for page in range(len(begins) + 1, last + 1):
                before = starts[page - 1] - found
                begins.append(offset + _position(line, max(0, before)))
            at = found + len(letters)
        offset += len(line) + 1
    return tuple(begins + [len(text)] * (len(raw_pages) - len(begins)))


def _squeezed_pages(raw_text: str, raw_pages: Sequence[int]) -> tuple[str, list[int]]:
    """Return the letters of all pages, and where each page begins among them."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for start, end in zip(raw_pages, [*raw_pages[1:], len(raw_text)], strict=True):
        starts.append(length)
        parts.append(_squeeze(raw_text[start:end]))
        length += len(parts[-1])
    return "".join(parts), starts


def _squeeze(text: str) -> str:
    return SQUEEZED.sub("", unicodedata.normalize("NFC", text))


def _position(line: str, n_letters: int) -> int:
    """Return where the letter after the first `n_letters` stands in a line."""
    left = n_letters
    for at, character in enumerate(line):
        if SQUEEZED.fullmatch(character):
            continue
        if left == 0:
            return at
        left -= 1
    return len(line)
