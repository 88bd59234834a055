"""A dateline that the markup of a page sets apart: `<b>LIMERICK</b> — ...`, `<span class="ort">Kassel.</span> ...`."""

from __future__ import annotations

import re

from assistant.text.datelines import PLACE, SECOND, is_kicker, is_place, region_of, sentence_follows
from assistant.text.outlets import in_capitals, known_outlets, same_outlet, spelled

MARKED_END = re.compile(r"\s*[-–—―−]+\s*")


def read_marked(mark: str, rest: str, outlet: str, named: bool) -> tuple[str, str] | None:
    """Return the place of a dateline that a page sets in bold or names, and the text after it; None when it is none.

    Args:
        mark: what is set apart: `LIMERICK`, `Kassel.`, `JAKARTA, BURSA PAGI –`.
        rest: the text that follows.
        outlet: the outlet as known.
        named: the markup itself says that it is a place.
    """
    after = MARKED_END.match(rest)
    match = re.fullmatch(rf"{PLACE}(?:\s*[,،、(（]\s*{SECOND}[)）]?)?\s*[-–—―.:：]*", mark.strip())
    if match is None or not (after or mark.rstrip().endswith(("-", "–", "—", "―")) or (named and mark.rstrip()[-1] in ".:：")):
        return None
    place, second = match["place"].strip(" ."), (match["second"] or "").strip(" -–—")
    if is_kicker(place) or place.casefold() in known_outlets() or same_outlet(place, outlet):
        return None
    if second and not (same_outlet(second, outlet) or second.casefold() in known_outlets() or region_of(second)):
        return None
    if not (named or second or in_capitals(place) or is_place(place)):
        return None
    story = rest[after.end() :] if after else rest.lstrip()
    return (f"{spelled(place)}, {region_of(second)}" if region_of(second) else spelled(place), story) if sentence_follows(story) else None
