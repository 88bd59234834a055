"""The forms of an answer made of sentences: plain, newest first, a list, or side by side where the articles differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer.choose import choose, without_copies
from assistant.answer.compose import Line, Part, label
from assistant.answer.dated import written_day
from assistant.answer.differ import Differing, corrected
from assistant.answer.questions import Asked
from assistant.answer.select import Selected
from assistant.records import Citation, Span

LIST_ROOM = 2
"""A list may have so many times the citations of another answer: its items stand in several sentences."""
LIST_SURER = 2
"""What is beyond the usual number must be so many times as likely: in most questions for a list one sentence names all."""
ITEM = "- "


@dataclass(frozen=True)
class Forming:
    """What giving an answer its form needs."""

    cite: Callable[[Selected], Citation]
    differing: Differing
    sentences: Callable[[str], Sequence[Span]]
    cite_from: float
    most: int

    def parts(self, asked: Asked, selected: Sequence[Selected]) -> tuple[Part, ...]:
        """Return the answer's parts from its sentences, best first; none of no sentences.

        Sentences that differ in what they answer stand first, side by side; what else is cited follows as it is.
        """
        if asked.kind == "list":
            chosen = choose(selected, self.cite_from, self.most)
            surer = choose(selected, LIST_SURER * self.cite_from, LIST_ROOM * self.most)
            chosen = [*chosen, *(item for item in surer if item not in chosen)]
            return (Part(self._lines(chosen, ITEM if len(chosen) > 1 else ""), close=True),)
        if asked.newest:
            return (Part(self._dated(newest_first(selected, self.cite_from)[: self.most], asked.language)),)
        chosen = choose(selected, self.cite_from, self.most)
        likely = [item for at, item in enumerate(selected) if at == 0 or item.chance >= self.cite_from]
        differing = self.differing.rivals(without_copies(likely), asked.kind, asked.question)[: self.most]
        if not differing:
            return (Part(self._lines(chosen)),)
        rest = [item for item in chosen if item not in differing][: self.most - len(differing)]
        return (self._side_by_side(differing, asked.language), *([Part(self._lines(rest))] if rest else []))

    def _side_by_side(self, differing: Sequence[Selected], language: str) -> Part:
        if corrected(differing, self.sentences):
            latest_first = list(reversed(differing))
            return Part(self._dated(latest_first, language), label("differ_corrected", language), close=True)
        return Part(self._dated(differing, language), label("differ", language), close=True)

    def _lines(self, chosen: Sequence[Selected], before: str = "") -> tuple[Line, ...]:
        return tuple(Line(self.cite(item), before) for item in chosen)

    def _dated(self, chosen: Sequence[Selected], language: str) -> tuple[Line, ...]:
        return tuple(Line(citation, source_of(citation, language)) for citation in map(self.cite, chosen))


def newest_first(selected: Sequence[Selected], cite_from: float) -> list[Selected]:
    """Return the likely sentences, those of the latest article first, undated ones last; of one article the best first."""
    likely = without_copies([item for at, item in enumerate(selected) if at == 0 or item.chance >= cite_from])
    return sorted(likely, key=lambda item: item.candidate.article.published[:10], reverse=True)


def source_of(citation: Citation, language: str) -> str:
    """Return what stands before a quote to say where it is from: `Kabar Nusa (5 Feb 2024): `; without both, the article's title."""
    day = written_day(citation.published, language)
    if day and "published" in citation.inferred:
        day = f"{day}, {label('inferred', language)}"
    name = citation.outlet or ("" if day else citation.title)
    written = f"{name} ({day})" if name and day else name or day
    return f"{written}: " if written else ""
