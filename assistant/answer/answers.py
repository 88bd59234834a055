"""Answer a question from the index: by quotation, by metadata, or by the sentences that answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from assistant.answer.abstain import abstention, missing
from assistant.answer.choose import without_copies
from assistant.answer.compare import Comparing, compared
from assistant.answer.compose import Line, Part, citations_of, cite, compose, compose_metadata, label, plain
from assistant.answer.copies import Copies
from assistant.answer.differ import Differing
from assistant.answer.forms import Forming
from assistant.answer.ledger import Ledger
from assistant.answer.missing import Lack, Looking
from assistant.answer.questions import Asked, understand
from assistant.answer.reader import Reader
from assistant.answer.remember import RememberingEncoder
from assistant.answer.said import Saying
from assistant.answer.select import Selected
from assistant.answer.sentences import READ_HITS, Finding, Sentences
from assistant.answer.spoke import answer_who
from assistant.answer.strictness import Strictness
from assistant.answer.summary import SURE, summary
from assistant.answer.timeline import timeline
from assistant.answer.verify import verified, verify
from assistant.index.index import LocalIndex
from assistant.records import Answer, Article, Citation, Filters, Hit, Turn
from assistant.search.retrievers import HybridRetriever
from assistant.text.language import detect_language

N_NEAREST = 3
WITHOUT_NAME = 0.1
"""How surely a question is answered at most when no article has a name that it holds: no such question of the samples' tuning half has an
answer."""


@dataclass
class Draft:
    """An answer in the making."""

    asked: Asked
    filters: Filters
    hits: tuple[Hit, ...] = ()
    parts: tuple[Part, ...] = ()
    nearest: tuple[Citation, ...] = ()
    text: str = ""
    metadata: bool = False
    confidence: float = 0.0
    lack: Lack | None = None
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
    strictness: Strictness

    @cached_property
    def ledger(self) -> Ledger:
        """Who said what."""
        return Ledger(self.index, self.encoder)

    @cached_property
    def finder(self) -> Sentences:
        """Finds the sentences that answer."""
        return Sentences(self.index, self.encoder, self.retriever, self.reader)

    def answer(self, question: str, history: Sequence[Turn], filters: Filters, now: str) -> Answer:
        """Answer one question; see `Assistant.ask`."""
        self.index.refresh()
        language = detect_language(question, tuple(self.index.languages()))
        return self.answer_asked(understand(question, language, now), history, filters, now)

    def answer_asked(self, asked: Asked, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = "") -> Answer:
        """Answer one question that is understood already."""
        started = time.perf_counter()
        draft = Draft(asked, filters)
        if not self.index.languages():
            draft.text = label("empty_index", asked.language)
        elif asked.kind == "metadata":
            self._from_metadata(draft, history)
        elif asked.kind == "summary":
            self._summary(draft, history)
        else:
            draft.hits = tuple(self.retriever.search(asked.question, self.k, filters))
            draft.timings["search"] = _ms(started)
            if not asked.asks or not self._from_ledger(draft):
                self._from_sentences(draft)
        return self._finish(draft, now, started)

    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """Return the `k` best passages; see `Assistant.search`."""
        hits = self.retriever.search(question, max(k, READ_HITS) if self.reader else k, filters)
        asked = understand(question, detect_language(question, tuple(self.index.languages())))
        return self.finder.read(asked, hits)[0][:k]

    def sentences(self, question: str, filters: Filters = Filters()) -> list[Selected]:
        """Return the sentences of the best passages, best first, as an answer would choose from them; it never abstains."""
        asked = understand(question, detect_language(question, tuple(self.index.languages())))
        return list(self.finder.find(asked, self.retriever.search(question, self.k, filters)).selected)

    def _finish(self, draft: Draft, now: str, started: float) -> Answer:
        parts, n_dropped = verified(draft.parts, self.index.article)
        citations = citations_of(parts)
        text, markers = compose(parts) if citations else (draft.text, ())
        abstained = not citations and not draft.metadata
        lack = (draft.lack or self._lack(draft)) if abstained else Lack()
        if abstained:
            text = " ".join(filter(None, [text, missing(draft.asked, lack)])) if text else abstention(draft.asked, lack)
        draft.timings["total"] = _ms(started)
        return Answer(
            question=draft.asked.question,
            query=draft.asked.question,
            text=text,
            now=now,
            filters=draft.filters,
            markers=markers,
            citations=citations,
            nearest=tuple(verify(draft.nearest, self.index.article)) if abstained else (),
            hits=draft.hits,
            abstained=abstained,
            metadata=draft.metadata,
            n_dropped=n_dropped,
            missing=lack.missing,
            language=draft.asked.language,
            confidence=round(draft.confidence, 4),
            timings=draft.timings,
        )

    def _lack(self, draft: Draft) -> Lack:
        """Return what of the question no article has; nothing is looked for where nothing was searched."""
        return Looking(draft.asked, draft.hits, self.ledger, self.retriever).lack() if draft.hits else Lack()

    # What somebody said

    def _from_ledger(self, draft: Draft) -> bool:
        """Answer from the ledger; return False when the question is better answered from sentences."""
        saying = Saying(self.ledger, self.retriever, draft.asked, draft.filters, draft.hits, 2 * self.max_citations)
        said = answer_who(saying) if draft.asked.asks in ("spoke", "who") else saying.answer()
        if said is None:
            return False
        copies = Copies(self.retriever.lexical, draft.filters)
        draft.parts = plain(map(copies.added_to, said.citations)) if said.citations else ()
        draft.nearest, draft.text = said.nearest, said.text
        draft.confidence = float(bool(said.citations))
        return True

    # What the articles are

    def _from_metadata(self, draft: Draft, history: Sequence[Turn]) -> None:
        articles = self._meant(draft, history)
        if len(articles) == 1:
            draft.metadata = True
            draft.confidence = 1.0
            draft.text = compose_metadata(articles, draft.asked.language)
        else:
            draft.text = label("which_article" if articles else "abstain", draft.asked.language)

    def _meant(self, draft: Draft, history: Sequence[Turn]) -> list[Article]:
        """Return the article that is asked about: the nearest to the topic, or the one cited last; else the first two that may be meant."""
        if draft.asked.topic:
            draft.hits = tuple(self.retriever.search(draft.asked.topic, self.k, draft.filters))
            return [self.index.article(hit.passage.article_id) for hit in draft.hits[:1]]
        if history and (cited := history[-1].answer.citations):
            return [self.index.article(cited[0].article_id)]
        return list(islice(self.index.articles(draft.filters), 2))

    def _summary(self, draft: Draft, history: Sequence[Turn]) -> None:
        articles = self._meant(draft, history)
        if draft.asked.topic and articles:
            draft.confidence = self.ledger.topic(draft.asked.topic).of_article(articles[0].id)
            draft.lack = self._lack(draft)
            if draft.confidence < SURE or draft.lack.names:
                draft.nearest = self._nearest(self.finder.find(draft.asked, draft.hits), draft.filters)
                return
        if len(articles) != 1:
            draft.text = label("which_article", draft.asked.language) if articles else ""
            return
        spans = summary(articles[0], self.index.sentences(articles[0].id), self.encoder)
        cited = [cite(0, articles[0], span, self.finder.quotation_at(articles[0].id, span)) for span in spans]
        copies = Copies(self.retriever.lexical, draft.filters)
        draft.confidence = min(1.0, draft.confidence) if draft.asked.topic else 1.0
        draft.parts = (Part(tuple(Line(copies.added_to(citation)) for citation in cited)),)

    # Any other question

    def _from_sentences(self, draft: Draft) -> None:
        began = time.perf_counter()
        if draft.asked.kind == "comparison" and len(draft.asked.sides) > 1:
            self._compared(draft)
        else:
            self._selected(draft)
        draft.timings["select"] = _ms(began)

    def _selected(self, draft: Draft) -> None:
        asked, found = draft.asked, self.finder.find(draft.asked, draft.hits)
        draft.lack = self._lack(draft)
        draft.hits, draft.confidence = found.hits, min(found.confidence, WITHOUT_NAME if draft.lack.names else 1.0)
        if draft.confidence < self.strictness.abstain_below:
            draft.nearest = self._nearest(found, draft.filters)
        elif asked.kind == "timeline" and (parts := timeline(self.finder, asked, found.selected, draft.filters, self.max_citations)):
            draft.parts = parts
        elif found.selected:
            draft.parts = self._forming(draft.filters).parts(asked, found.selected)

    def _compared(self, draft: Draft) -> None:
        numbers = self.strictness
        comparing = Comparing(self.finder, self.ledger, draft.filters, self.k, numbers.cite_from, numbers.abstain_below)
        sides = comparing.sides(draft.asked)
        draft.confidence = max(side.confidence for side in sides)
        if any(side.citations for side in sides):
            draft.parts = compared(sides, draft.asked.language)
        else:
            draft.nearest = self._nearest(self.finder.find(draft.asked, draft.hits), draft.filters)

    def _forming(self, filters: Filters) -> Forming:
        def cited(item: Selected) -> Citation:
            return self.finder.cited(item, filters)

        differing = Differing(self.index.rarity, self.encoder)
        return Forming(cited, differing, self.index.sentences, self.strictness.cite_from, self.max_citations)

    def _nearest(self, found: Finding, filters: Filters) -> tuple[Citation, ...]:
        near = without_copies(found.selected[: 2 * N_NEAREST])[:N_NEAREST]
        return tuple(replace(self.finder.cited(item, filters), number=number) for number, item in enumerate(near, 1))


def _ms(since: float) -> float:
    return round((time.perf_counter() - since) * 1000, 2)
