"""The marks that stand beside a speaker everywhere: direct or reported, denied, joint, who passed the words on, uncertain."""

from __future__ import annotations

from typing import NamedTuple

from assistant.answer.compose import label
from assistant.records import Citation, Quotation


class Mark(NamedTuple):
    """What is to be said about a quotation: its kind, and words in the language of the reader."""

    kind: str
    words: str


def marks(said: Quotation | Citation, language: str) -> list[Mark]:
    """Return direct or reported, and what else a reader must know."""
    kinds = ["direct" if said.direct else "reported"]
    if isinstance(said, Quotation):
        kinds += ["denied"] * said.negated + ["joint"] * bool(said.joint)
    found = [Mark(kind, label(kind, language)) for kind in kinds]
    if said.via:
        found.append(Mark("via", f"{label('via', language)} {said.via}"))
    if said.uncertain:
        found.append(Mark("uncertain", label("uncertain", language)))
    return found


def in_words(said: Quotation | Citation, language: str) -> str:
    """Return the marks in one line: `direct, quoted by the ministry`."""
    return ", ".join(mark.words for mark in marks(said, language))


def is_said(citation: Citation) -> bool:
    """Say whether a citation is of somebody's words."""
    return bool(citation.speaker or citation.via)


def also_in(citation: Citation, language: str) -> str:
    """Say where the same words stand: `also in: Northern Wire, 2021-03-09; The Courier`; "" when nowhere."""
    places = (", ".join(part for part in (copy.outlet or copy.title, copy.published[:10]) if part) for copy in citation.also)
    return f"{label('also', language)}: {'; '.join(places)}" if citation.also else ""
