"""Set sides against each other: what each outlet, speaker or thing that is compared has in the articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer.choose import choose
from assistant.answer.compose import Line, Part, label
from assistant.answer.copies import Copies
from assistant.answer.ledger import Ledger
from assistant.answer.missing import Lack, Looking
from assistant.answer.questions import Asked
from assistant.answer.said import Saying
from assistant.answer.sentences import Sentences
from assistant.records import Citation, Filters
from assistant.text.terms import content_terms

MOST_PER_SIDE = 2
LEAST_TOPIC = 1


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its name as asked for, its citations, and how surely they answer."""

    name: str
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True)
class Comparing:
    """Finds what each side of a comparison has."""

    sentences: Sentences
    ledger: Ledger
    filters: Filters
    k: int
    cite_from: float
    abstain_below: float

    def sides(self, asked: Asked) -> list[Side]:
        """Return the sides in the order of the question; what is not in the articles has no citations."""
        return [self._side(asked, name) for name in asked.sides]

    def _side(self, asked: Asked, name: str) -> Side:
        topic = asked.topic or topic_beside(asked)
        only = replace(self.filters, outlet=name)
        if not self.filters.outlet and next(self.sentences.index.articles(only), None) is not None:
            return self._searched(replace(asked, question=topic or asked.question), name, only)
        if self.ledger.whom().find(name) and (said := self._said(asked, name, topic)):
            return Side(name, said, 1.0)
        return self._searched(replace(asked, question=f"{name}: {topic}" if topic else name), name, self.filters)

    def _said(self, asked: Asked, name: str, topic: str) -> tuple[Citation, ...]:
        about = replace(asked, kind="said", asks="words", speaker=name, speakers=(name,), topic=topic)
        said = Saying(self.ledger, self.sentences.retriever, about, self.filters, (), MOST_PER_SIDE).answer()
        return tuple(map(Copies(self.sentences.retriever.lexical, self.filters).added_to, said.citations)) if said else ()

    def _searched(self, asked: Asked, name: str, filters: Filters) -> Side:
        """Return what the articles have about a side; an outlet's own articles need not name it, and it need not be sure of them."""
        hits = self.sentences.retriever.search(asked.question, self.k, filters)
        found = self.sentences.find(asked, hits)
        own = filters != self.filters
        lack = Lack() if own else Looking(replace(asked, question=name), hits, self.ledger, self.sentences.retriever).lack()
        if not found.selected or lack.names or (found.confidence < self.abstain_below and not own):
            return Side(name, confidence=0.0 if lack.names else found.confidence)
        chosen = choose(found.selected, self.cite_from, MOST_PER_SIDE)
        return Side(name, tuple(self.sentences.cited(item, filters) for item in chosen), found.confidence)


def compared(sides: Sequence[Side], language: str) -> tuple[Part, ...]:
    """Return a part for each side, its name as heading; a side without sentences says so."""
    return tuple(
        Part(tuple(map(Line, side.citations)), f"{side.name}:", close=True)
        if side.citations
        else Part(head=f"{side.name}: {label('nothing_found', language)}")
        for side in sides
    )


def topic_beside(asked: Asked) -> str:
    """Return what a question says beside its sides, "" when that is no more than `compare`."""
    rest = without(asked.question, asked.sides)
    return rest if len(content_terms(rest, asked.language)) > LEAST_TOPIC else ""


def without(question: str, sides: Sequence[str]) -> str:
    """Return the question without the sides that it names."""
    for side in sorted(sides, key=len, reverse=True):
        question = re.sub(re.escape(side), " ", question, flags=re.IGNORECASE)
    return " ".join(question.split())
