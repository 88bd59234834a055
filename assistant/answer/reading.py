"""Read the retrieved passages with the question in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer.candidates import Candidate
from assistant.answer.questions import Asked
from assistant.answer.reader import UNREAD, Reader, Reading, ReadPassage
from assistant.errors import UnknownArticle
from assistant.records import Article, Hit, Span


@dataclass(frozen=True)
class Readings:
    """What the reader made of some hits.

    `sentences` is keyed by article id and the sentence's start, each `focus` lies in the article's text; `passages` gives the best
    sentence's score by passage id.
    """

    sentences: Mapping[tuple[str, int], Reading]
    passages: Mapping[int, float]

    def score(self, candidate: Candidate) -> float:
        """Return the log-odds that a candidate answers."""
        return self.sentences[candidate.article.id, candidate.span.start].score

    def focus(self, candidate: Candidate) -> Span | None:
        """Return the short answer inside a candidate; None when none is marked."""
        focus = self.sentences[candidate.article.id, candidate.span.start].focus
        inside = candidate.span.start <= focus.start < focus.end <= candidate.span.end
        return focus if inside and focus != candidate.span else None


def read_hits(reader: Reader, asked: Asked, hits: Sequence[Hit], article: Callable[[str], Article]) -> Readings:
    """Read every passage once; a sentence of two passages keeps the better reading, an article just removed is left out."""
    passages, there = [], []
    for hit in hits:
        try:
            span, whole = hit.passage.span, article(hit.passage.article_id)
        except UnknownArticle:
            continue
        there.append(hit)
        inner = tuple(Span(sentence.start - span.start, sentence.end - span.start) for sentence in hit.passage.sentences)
        lead = "" if span.start == 0 else whole.title
        passages.append(ReadPassage(span.of(whole.text), inner, lead))
    sentences: dict[tuple[str, int], Reading] = {}
    best: dict[int, float] = {}
    for hit, readings in zip(there, reader.read(asked.question, asked.kind, passages), strict=True):
        start = hit.passage.span.start
        for sentence, reading in zip(hit.passage.sentences, readings, strict=True):
            key = (hit.passage.article_id, sentence.start)
            if key not in sentences or reading.score > sentences[key].score:
                sentences[key] = Reading(reading.score, Span(reading.focus.start + start, reading.focus.end + start))
        best[hit.passage.id] = max((reading.score for reading in readings), default=UNREAD)
    return Readings(sentences, best)
