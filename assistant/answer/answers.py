"""Answer a question from the index: by quotation, by metadata, or by the sentences that answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from assistant.answer.candidates import candidates_of
from assistant.answer.compose import cite, compose, compose_metadata, label
from assistant.answer.features import unknown_share
from assistant.answer.ledger import Ledger
from assistant.answer.questions import Asked, understand
from assistant.answer.reader import Reader
from assistant.answer.reading import Readings, read_hits
from assistant.answer.remember import RememberingEncoder
from assistant.answer.said import Saying
from assistant.answer.select import Selected, confidence_row, select, selector
from assistant.answer.spoke import answer_who
from assistant.answer.verify import verify
from assistant.index.index import LocalIndex
from assistant.records import Answer, Citation, Filters, Hit, Quotation, Span, Turn
from assistant.search.rerank import rerank
from assistant.search.retrievers import HybridRetriever
from assistant.text.language import detect_language
from assistant.text.terms import folded

RIVAL_MARGIN = 2.0
"""A further sentence is cited when its score is within this of the best one's."""
EVIDENCE_MARGIN = 4.0
"""A language model is given a further sentence when its score is within this of the best one's: four on average, and with a wider
margin more of the sentences that were planted in articles (`tests/golden/poison.jsonl`) than of those that tell something."""
N_NEAREST = 3
CANDIDATE_HITS = 12
"""How many passages, best first, are searched for sentences."""
READ_HITS = 16
"""How many passages are read, where there is a reader, before the best are chosen."""


@dataclass
class Draft:
    """An answer in the making."""

    asked: Asked
    filters: Filters
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    text: str = ""
    metadata: bool = False
    confidence: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Answering:
    """The parts that answering needs, bound together."""

    index: LocalIndex
    encoder: RememberingEncoder
    retriever: HybridRetriever
    reader: Reader | None
    k: int
    max_citations: int
    abstain_below: float

    @cached_property
    def ledger(self) -> Ledger:
        """Who said what."""
        return Ledger(self.index, self.encoder)

    def answer(self, question: str, history: Sequence[Turn], filters: Filters, now: str) -> Answer:
        """Answer one question; see `Assistant.ask`."""
        started = time.perf_counter()
        self.index.refresh()
        language = detect_language(question, tuple(self.index.languages()))
        asked = understand(question, language, now)
        draft = Draft(asked, filters)
        if not self.index.languages():
            draft.text = label("empty_index", language)
        elif asked.kind == "metadata":
            self._from_metadata(draft, history)
        else:
            draft.hits = tuple(self.retriever.search(question, self.k, filters))
            draft.timings["search"] = _ms(started)
            if not asked.asks or not self._from_ledger(draft):
                self._from_sentences(draft)
        return self._finish(draft, now, started)

    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """Return the `k` best passages; see `Assistant.search`."""
        hits = self.retriever.search(question, max(k, READ_HITS) if self.reader else k, filters)
        asked = understand(question, detect_language(question, tuple(self.index.languages())))
        return self._read(asked, hits)[0][:k]

    def sentences(self, question: str, filters: Filters = Filters()) -> list[Selected]:
        """Return the sentences of the best passages, best first, as an answer would choose from them; it never abstains."""
        asked = understand(question, detect_language(question, tuple(self.index.languages())))
        return self._selected(asked, self.retriever.search(question, self.k, filters))[0]

    def evidence(self, answer: Answer, n: int) -> tuple[Citation, ...]:
        """Return what else an answer may rest on: its citations, then the best sentences of its hits, `n` in all.

        Somebody's words rest on nothing but these words.
        """
        asked = understand(answer.query, answer.language, answer.now)
        if asked.asks or not answer.hits:
            return answer.citations[:n]
        selected = self._selected(asked, answer.hits)[0]
        more = self._cited([one for one in selected if one.score >= selected[0].score - EVIDENCE_MARGIN][:n])
        cited = {(citation.article_id, citation.span) for citation in answer.citations}
        return (*answer.citations, *(citation for citation in more if (citation.article_id, citation.span) not in cited))[:n]

    def _read(self, asked: Asked, hits: Sequence[Hit]) -> tuple[list[Hit], Readings | None]:
        """Return the hits in the order that the reader gives them, and what it read."""
        if self.reader is None or not hits:
            return list(hits), None
        readings = read_hits(self.reader, asked, hits[:READ_HITS], self.index.article)
        return rerank(hits, readings.passages, self.retriever.strangeness(asked.question)), readings

    def _finish(self, draft: Draft, now: str, started: float) -> Answer:
        citations = verify(draft.citations, self.index.article)
        dropped = len(draft.citations) - len(citations)
        citations = [replace(citation, number=number) for number, citation in enumerate(citations, 1)]
        text, markers = compose(citations) if citations else (draft.text, ())
        abstained = not citations and not draft.metadata
        if abstained and not text:
            text = self._abstention(draft)
        draft.timings["total"] = _ms(started)
        return Answer(
            question=draft.asked.question,
            query=draft.asked.question,
            text=text,
            now=now,
            filters=draft.filters,
            markers=markers,
            citations=tuple(citations),
            nearest=tuple(verify(draft.nearest, self.index.article)) if abstained else (),
            hits=draft.hits,
            abstained=abstained,
            metadata=draft.metadata,
            n_dropped=dropped,
            language=draft.asked.language,
            confidence=round(draft.confidence, 4),
            timings=draft.timings,
        )

    def _abstention(self, draft: Draft) -> str:
        text = label("abstain", draft.asked.language)
        if draft.nearest:
            text += " " + label("nearest_about", draft.asked.language, title=draft.nearest[0].title)
        return text

    # What somebody said

    def _from_ledger(self, draft: Draft) -> bool:
        """Answer from the ledger; return False when the question is better answered from sentences."""
        saying = Saying(self.ledger, self.retriever, draft.asked, draft.filters, draft.hits, 2 * self.max_citations)
        said = answer_who(saying) if draft.asked.asks in ("spoke", "who") else saying.answer()
        if said is None:
            return False
        draft.citations, draft.nearest, draft.text = said
        draft.confidence = float(bool(said.citations))
        return True

    # What the articles are

    def _from_metadata(self, draft: Draft, history: Sequence[Turn]) -> None:
        articles = list(self.index.articles(draft.filters))
        if draft.asked.topic:
            hits = self.retriever.search(draft.asked.topic, self.k, draft.filters)
            draft.hits = tuple(hits)
            articles = [self.index.article(hit.passage.article_id) for hit in hits[:1]]
        elif history and (cited := history[-1].answer.citations):
            articles = [self.index.article(cited[0].article_id)]
        if len(articles) == 1:
            draft.metadata = True
            draft.confidence = 1.0
            draft.text = compose_metadata(articles, draft.asked.language)
        else:
            draft.text = label("which_article" if articles else "abstain", draft.asked.language)

    # Any other question

    def _from_sentences(self, draft: Draft) -> None:
        began = time.perf_counter()
        selected, hits, readings = self._selected(draft.asked, draft.hits)
        draft.hits = tuple(hits)
        draft.timings["select"] = _ms(began)
        if not selected:
            return
        row = confidence_row(draft.asked, selected, unknown_share(draft.asked, self.index.rarity, self.index.document_frequencies))
        draft.confidence = selector(readings is not None).probability(row)
        if draft.confidence < self.abstain_below:
            draft.nearest = self._cited(selected[:N_NEAREST])
            return
        best = selected[0].score
        draft.citations = self._cited([s for s in selected if s.score >= best - RIVAL_MARGIN])[: self.max_citations]

    def _selected(self, asked: Asked, found: Sequence[Hit]) -> tuple[list[Selected], list[Hit], Readings | None]:
        """Return the sentences of the best hits, best first, the hits in their last order, and what was read."""
        hits, readings = self._read(asked, found)
        read = [hit for hit in hits if readings is None or hit.passage.id in readings.passages]
        candidates = candidates_of(read[:CANDIDATE_HITS], self.index.article, self.index.sentences)
        return select(asked, candidates, self.encoder, self.index.rarity, readings), hits, readings

    def _cited(self, selected: Sequence[Selected]) -> tuple[Citation, ...]:
        cited: list[Citation] = []
        for item in selected:
            candidate = item.candidate
            if not any(folded(candidate.text) == folded(other.quote) for other in cited):
                quotation = self._quotation_at(candidate.article.id, candidate.span)
                cited.append(cite(len(cited) + 1, candidate.article, candidate.span, quotation, item.focus))
        return tuple(cited)

    def _quotation_at(self, article_id: str, span: Span) -> Quotation | None:
        return next((q for q in self.index.quotations((article_id,)) if q.span.overlaps(span)), None)


def _ms(since: float) -> float:
    return round((time.perf_counter() - since) * 1000, 2)
