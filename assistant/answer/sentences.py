"""Find the sentences that answer a question: read the hits, score the sentences, estimate how surely each answers; and cite them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer.candidates import candidates_of
from assistant.answer.compose import cite
from assistant.answer.copies import Copies
from assistant.answer.features import unknown_share
from assistant.answer.orders import orders_in
from assistant.answer.prefer import preferred
from assistant.answer.questions import Asked
from assistant.answer.reader import Reader
from assistant.answer.reading import Readings, read_hits
from assistant.answer.remember import RememberingEncoder
from assistant.answer.select import Selected, confidence_row, select, selector
from assistant.index.protocol import Index
from assistant.records import Citation, Filters, Hit, Quotation, Span
from assistant.search.rerank import rerank
from assistant.search.retrievers import HybridRetriever

CANDIDATE_HITS = 12
"""How many passages, best first, are searched for sentences."""
READ_HITS = 8
"""How many passages are read, where there is a reader, before the best are chosen. Of 16 no better sentence came, at twice the time."""


@dataclass(frozen=True)
class Finding:
    """What was found for a question: sentences, best first, and hits in their last order.

    `confidence` is the estimated probability that one of the first three sentences answers; each sentence has its own `chance`.
    """

    selected: tuple[Selected, ...] = ()
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True)
class Sentences:
    """Finds sentences in one index and cites them."""

    index: Index
    encoder: RememberingEncoder
    retriever: HybridRetriever
    reader: Reader | None

    def find(self, asked: Asked, hits: Sequence[Hit]) -> Finding:
        """Return the sentences of the best hits, best first, with how surely they answer."""
        ordered, readings = self.read(asked, hits)
        read = [hit for hit in ordered if readings is None or hit.passage.id in readings.passages]
        candidates = candidates_of(read[:CANDIDATE_HITS], self.index.article, self.index.sentences)
        selected = trusted(preferred(asked, select(asked, candidates, self.encoder, self.index.rarity, readings)))
        if not selected:
            return Finding(hits=tuple(ordered))
        model = selector(readings is not None)
        row = confidence_row(asked, selected, unknown_share(asked, self.index.rarity, self.index.document_frequencies))
        return Finding(tuple(model.with_chances(selected, row)), tuple(ordered), model.probability(row))

    def read(self, asked: Asked, hits: Sequence[Hit]) -> tuple[list[Hit], Readings | None]:
        """Return the hits in the order that the reader gives them, and what it read."""
        if self.reader is None or not hits:
            return list(hits), None
        readings = read_hits(self.reader, asked, hits[:READ_HITS], self.index.article)
        return rerank(hits, readings.passages, self.retriever.strangeness(asked.question)), readings

    def cited(self, item: Selected, filters: Filters) -> Citation:
        """Cite a sentence, with its copies in the other articles that the filters allow; its number is still to be given."""
        candidate = item.candidate
        quotation = self.quotation_at(candidate.article.id, candidate.span)
        found = cite(0, candidate.article, candidate.span, quotation, item.focus)
        return Copies(self.retriever.lexical, filters).added_to(found)

    def quotation_at(self, article_id: str, span: Span) -> Quotation | None:
        """Return the first quotation that shares a character with a span."""
        return next((q for q in self.index.quotations((article_id,)) if q.span.overlaps(span)), None)


def trusted(selected: Sequence[Selected]) -> list[Selected]:
    """Leave out all but the best sentence of an article that gives orders to machines: what a forger wants said may stand in the others."""
    kept: list[Selected] = []
    suspect: set[str] = set()
    for item in selected:
        article = item.candidate.article
        if article.id not in suspect:
            kept.append(item)
            if orders_in(article.text):
                suspect.add(article.id)
    return kept
