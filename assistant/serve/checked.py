"""What is told about an answer that a language model wrote: how each citation bears it out, what was left out and why, translations."""

from __future__ import annotations

from typing import NamedTuple

from assistant.answer.compose import label
from assistant.records import Answer, Citation
from assistant.serve.marks import Mark


class LeftOut(NamedTuple):
    """A claim that was not let through, and why, in the language of the reader."""

    claim: str
    reason: str


def left_out(answer: Answer) -> list[LeftOut]:
    """Return what the language model wrote and the articles do not bear out."""
    return [LeftOut(dropped.claim, label(f"dropped_{dropped.reason}", answer.language)) for dropped in answer.dropped]


def shows_quotes(answer: Answer) -> bool:
    """Say whether the words cited must be shown with the sources: they are not the answer's text."""
    return answer.abstained or answer.composer == "llm"


def badge_of(citation: Citation, answer: Answer) -> Mark | None:
    """Return how a citation bears the answer out; the articles' own sentences need no such mark."""
    return Mark(citation.badge, label(f"badge_{citation.badge}", answer.language)) if answer.composer == "llm" else None


def translated(citation: Citation, language: str) -> tuple[str, str] | None:
    """Return what a translation is to be called and its words, or None."""
    return (label("translation", language), citation.translation) if citation.translation else None
