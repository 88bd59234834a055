"""Find what is spoken in quotation marks in a whole article, however carelessly it is opened and closed."""

from __future__ import annotations

import re

from assistant.text.asides import cut_inside
from assistant.text.cues import Cues
from assistant.text.lexing import lex, match_phrase
from assistant.text.marks import ANY_MARK, Marked, find_marked, is_speech, unopened

_LINE = re.compile(r"[^\n]+")
_PAUSE = re.compile(r"[,?!](?=\s)")
_CUE_CHARACTERS = 60
_TAIL_CHARACTERS = 300
"""How much of a line is searched for the cue that ends a quotation which nobody closed."""


def find_speech(text: str, cues: Cues) -> list[Marked]:
    """Return the quotations of a text that are more than titles and scare quotes, in order and disjoint."""
    marked = [found for line in _LINE.finditer(text) for found in _marked(text, line.start(), line.end())]
    return [part for found in marked if is_speech(text, found) for part in cut_inside(text, _closed(text, found, cues), cues)]


def _marked(text: str, start: int, end: int) -> list[Marked]:
    found = find_marked(text, start, end)
    first = unopened(text, start, found[0].start if found else end)
    return [first, *found] if first is not None else found


def _closed(text: str, found: Marked, cues: Cues) -> Marked:
    """Close a quotation that nobody closed before the cue that ends it: `"We will rebuild, said Mayor Ruiz.`"""
    if found.closed or not cues.inverted:
        return found
    following = text[found.end :].lstrip()[:1]
    if following and following in ANY_MARK:
        return found  # the next paragraph goes on
    for comma in reversed(list(_PAUSE.finditer(text, max(found.start + 1, found.end - _TAIL_CHARACTERS), found.end))):
        tokens = lex(text, comma.end(), min(found.end, comma.end() + _CUE_CHARACTERS))
        if match_phrase(tokens, 0, cues.inverted) or match_phrase(tokens, 0, cues.clitic):
            return Marked(found.start, comma.end(), True)
    return found
