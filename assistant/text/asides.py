"""Cut quotations in which their attribution stands: `«Мы ждём, — сказала Вера Лис. — Долго»`."""

from __future__ import annotations

import re

from assistant.text.cues import Cues
from assistant.text.lexing import lex, match_phrase
from assistant.text.marks import Marked

_PAUSE = re.compile(r"[,?!…](?=\s)")
_END = re.compile(r"[.,](?=\s)")
_REST = re.compile(r"[\s—–-]*")
_DASHES = ("—", "–", "-")
_MOST_PAUSES = 30
"""Commas of a quotation behind which an attribution is looked for."""
_CUE_CHARACTERS = 60
_LONGEST = 200
"""Characters of an attribution."""


def cut_inside(text: str, found: Marked, cues: Cues) -> list[Marked]:
    """Return a quotation without the attribution inside it: what stands before it and what goes on behind it."""
    if not cues.inner:
        return [found]
    for number, pause in enumerate(_PAUSE.finditer(text, found.start + 1, found.end)):
        if number == _MOST_PAUSES:
            break
        tokens = lex(text, pause.end(), min(found.end, pause.end() + _CUE_CHARACTERS))
        at = 1 if tokens and tokens[0].text in _DASHES else 0
        if not (match_phrase(tokens, at, cues.inverted) or match_phrase(tokens, at, cues.clitic)):
            continue
        end = _END.search(text, pause.end(), min(found.end, pause.end() + _LONGEST))
        before = Marked(found.start, pause.end(), True)
        if end is None:
            return [before]
        rest = _REST.match(text, end.end(), found.end)
        start = rest.end() if rest is not None else end.end()
        return [before, Marked(start, found.end, found.closed)] if re.search(r"\w", text[start : found.end]) else [before]
    return [found]
