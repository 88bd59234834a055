"""Answer a question from the index: by quotation, by metadata, or by the sentences that answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.answer.candidates import candidates_of
from assistant.answer.compose import cite, compose, compose_metadata, label
from assistant.answer.features import unknown_share
from assistant.answer.questions import Asked, understand
from assistant.answer.reader import Reader
from assistant.answer.reading import Readings, read_hits
from assistant.answer.remember import RememberingEncoder
from assistant.answer.said import matching_speakers, near_speaker, rank_quotations
from assistant.answer.select import Selected, confidence_row, select, selector
from assistant.answer.verify import verify
from assistant.index.index import LocalIndex
from assistant.records import Answer, Article, Citation, Filters, Hit, Quotation, Span, Turn
from assistant.search.rerank import rerank
from assistant.search.retrievers import HybridRetriever
from assistant.text.language import detect_language
from assistant.text.mentions import names
from assistant.text.terms import folded

RIVAL_MARGIN = 2.0
"""A further sentence is cited when its score is within this of the best one's."""
TOPIC_MARGIN = 0.12
"""A further quotation is cited when its cosine to the topic is within this of the best one's."""
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

    def answer(self, question: str, history: Sequence[Turn], filters: Filters, now: str) -> Answer:
        """Answer one question; see `Assistant.ask`."""
        started = time.perf_counter()
        self.index.refresh()
        language = detect_language(question, tuple(self.index.languages()))
        asked = understand(question, language)
        draft = Draft(asked, filters)
        if not self.index.languages():
            draft.text = label("empty_index", language)
        elif asked.kind == "metadata":
            self._from_metadata(draft, history)
        else:
            draft.hits = tuple(self.retriever.search(question, self.k, filters))
            draft.timings["search"] = _ms(started)
            if asked.kind != "said" or not self._from_quotations(draft):
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

    def _from_quotations(self, draft: Draft) -> bool:
        """Answer from quotations; return False when the asked words are no speaker at all (`what did the report say`)."""
        asked = draft.asked
        named = has_name(asked)
        near_ids = tuple(dict.fromkeys(hit.passage.article_id for hit in draft.hits))
        quotations = self._quotations(asked, near_ids, named, draft.filters)
        if not quotations:
            named_in = self.retriever.lexical.search(asked.speaker, self.k, draft.filters)
            found = dict.fromkeys((*(hit.passage.article_id for hit in named_in), *near_ids))
            mentioning = [a for a in map(self.index.article, found) if mentions(asked.speaker, a)]
            if not named and not mentioning:
                return False
            self._no_words(draft, mentioning)
            return True
        ranked = rank_quotations(quotations, asked.topic, self.index.article, self.index.sentences, self.encoder)
        if asked.topic:
            best = ranked[0][1]
            ranked = [(q, cosine) for q, cosine in ranked if cosine >= best - TOPIC_MARGIN]
        chosen = _without_copies(ranked, self.index)[: 2 * self.max_citations]
        draft.citations = tuple(cite(0, self.index.article(q.article_id), q.span, q) for q, _ in chosen)
        draft.confidence = 1.0
        return True

    def _quotations(self, asked: Asked, near_ids: Sequence[str], named: bool, filters: Filters) -> list[Quotation]:
        """Return the words of the asked speaker: by name anywhere, by title or body in the nearest articles."""
        speakers = dict.fromkeys(self.index.speakers(), "")
        found = matching_speakers(asked.speaker, speakers, self.encoder, is_name=True)
        allowed = {article.id for article in self.index.articles(filters)} if filters != Filters() else None
        if found:
            quotations = [q for speaker in found for q in self.index.quotations_of(speaker)]
        else:
            nearby = self.index.quotations(tuple(near_ids[:5])) if near_ids else []
            roles = {q.speaker: q.role for q in nearby if q.speaker}
            found = matching_speakers(asked.speaker, roles, self.encoder, is_name=named)
            quotations = [q for q in nearby if q.speaker in found]
        return [q for q in quotations if allowed is None or q.article_id in allowed]

    def _no_words(self, draft: Draft, mentioning: Sequence[Article]) -> None:
        asked = draft.asked
        near = near_speaker(
            asked.speaker,
            mentioning[:N_NEAREST],
            lambda article_id: self.index.quotations((article_id,)),
            lambda article_id: self.index.sentences(article_id)[0],
        )
        draft.nearest = tuple(cite(n, article, span) for n, (article, span) in enumerate(near, 1))
        name = "abstain_said_topic" if asked.topic else "abstain_said"
        draft.text = label(name, asked.language, speaker=asked.speaker, topic=asked.topic)

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


def has_name(asked: Asked) -> bool:
    """Say whether the speaker as asked holds a proper name, which shows in a capital letter."""
    return bool(names("x " + asked.speaker))


def mentions(name: str, article: Article) -> bool:
    """Say whether the article names somebody: the last word of the name stands in it."""
    words = folded(name).split()
    return bool(words) and words[-1] in folded(f"{article.title}\n{article.text}")


def _without_copies(ranked: Sequence[tuple[Quotation, float]], index: LocalIndex) -> list[tuple[Quotation, float]]:
    """Leave out words that stand the same in an article before (wire copies)."""
    seen: set[str] = set()
    kept = []
    for quotation, score in ranked:
        words = folded(quotation.span.of(index.article(quotation.article_id).text))
        if words not in seen:
            seen.add(words)
            kept.append((quotation, score))
    return kept


def _ms(since: float) -> float:
    return round((time.perf_counter() - since) * 1000, 2)
