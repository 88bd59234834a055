"""Plain text that was wrapped at a fixed width, as e-mail is: its lines are no paragraphs."""

from __future__ import annotations

import re
from itertools import pairwise

MAX_WIDTH = 110
ENDED = re.compile(r"[.!?:。！？…؟।][\"'”’»)\]]*$")
MIN_BREAKS = 3


def unwrap(text: str) -> str:
    """Join the lines of each paragraph when the text is wrapped; any other text comes back as it is.

    Wrapped means: no line is long, and at three places or more, and most of all, a line of nearly full width
    ends within a sentence.
    """
    lines = text.split("\n")
    filled = [len(line) for line in lines if line]
    if len(filled) < MIN_BREAKS + 1 or max(filled) > MAX_WIDTH:
        return text
    width = max(filled)
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    broken = [pair for pair in pairs if _is_broken(*pair, width)]
    if len(broken) < MIN_BREAKS or len(broken) < 0.5 * len(pairs):
        return text
    joined = [lines[0]]
    for before, line in pairwise(lines):
        together = before and line and len(before) > 0.55 * width
        joined += [" " if together else "\n", line]
    return "".join(joined)


def _is_broken(one: str, two: str, width: int) -> bool:
    return len(one) > 0.7 * width and not ENDED.search(one) and (two[0].islower() or len(one) > 0.85 * width)
