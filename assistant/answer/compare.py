"""Set sides against each other: what each outlet, speaker or thing that is compared has in the articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answer.choose import choose
from assistant.answer.compose import Line, Part, label
from assistant.answer.ledger import Ledger
from assistant.answer.naming import name_words
from assistant.answer.questions import Asked
from assistant.answer.said import Saying
from assistant.answer.select import Selected
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
        topic = asked.topic or without(asked.question, asked.sides)
        if outlet := self._outlet(name):
            return self._searched(replace(asked, question=topic), name, replace(self.filters, outlet=outlet), lambda item: True)
        if self.ledger.whom().find(name) and (said := self._said(asked, name)):
            return Side(name, said, 1.0)
        words = set(name_words(name))
        return self._searched(replace(asked, question=f"{name}: {topic}"), name, self.filters, lambda item: _names(item, words, name))

    def _outlet(self, name: str) -> str:
        """Return the outlet that a side names, as its articles write it."""
        wanted = name_words(name)
        written = {outlet for article in self.sentences.index.articles(replace(self.filters, outlet=name)) for outlet in (article.outlet, article.source)}
        return next((outlet for outlet in sorted(written) if outlet and _within(wanted, name_words(outlet))), "")

    def _said(self, asked: Asked, name: str) -> tuple[Citation, ...]:
        topic = asked.topic or self._topic_beside(asked)
        about = replace(asked, kind="said", asks="words", speaker=name, speakers=(name,), topic=topic)
        said = Saying(self.ledger, self.sentences.retriever, about, self.filters, (), MOST_PER_SIDE).answer()
        return said.citations if said else ()

    def _topic_beside(self, asked: Asked) -> str:
        rest = without(asked.question, asked.sides)
        return rest if len(content_terms(rest, asked.language)) > LEAST_TOPIC else ""

    def _searched(self, asked: Asked, name: str, filters: Filters, fits: Callable[[Selected], bool]) -> Side:
        hits = self.sentences.retriever.search(asked.question, self.k, filters)
        found = self.sentences.find(asked, hits)
        fitting = [item for item in found.selected if fits(item)]
        if not fitting or (found.confidence < self.abstain_below and not filters.outlet):
            return Side(name, confidence=found.confidence if fitting else 0.0)
        chosen = choose(fitting, self.cite_from, MOST_PER_SIDE)
        return Side(name, tuple(self.sentences.cited(item, filters) for item in chosen), found.confidence)


def compared(sides: Sequence[Side], language: str) -> tuple[Part, ...]:
    """Return a part for each side, its name as heading; a side without sentences says so."""
    return tuple(
        Part(tuple(map(Line, side.citations)), f"{side.name}:", close=True)
        if side.citations
        else Part(head=f"{side.name}: {label('nothing_found', language)}")
        for side in sides
    )


def without(question: str, sides: Sequence[str]) -> str:
    """Return the question without the sides that it names."""
    for side in sorted(sides, key=len, reverse=True):
        question = re.sub(re.escape(side), " ", question, flags=re.IGNORECASE)
    return " ".join(question.split())


def _names(item: Selected, words: set[str], name: str) -> bool:
    """Say whether a sentence or its article speaks of a side."""
    article = item.candidate.article
    return bool(words & set(name_words(f"{article.title} {article.text}")))


def _within(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return bool(wanted) and set(wanted) <= set(words)
