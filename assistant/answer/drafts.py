"""Draft an answer to one question that is understood: from the ledger, from metadata, from a summary, or from the sentences that answer."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from assistant.answer.choose import without_copies
from assistant.answer.compare import Comparing, compared
from assistant.answer.compose import Line, Part, cite, compose_metadata, label, plain
from assistant.answer.copies import Copies
from assistant.answer.differ import Differing
from assistant.answer.focus import FAMILIAR, NONE, WIDE_MARGIN, Focus, mixed, unseen
from assistant.answer.forms import Forming
from assistant.answer.ledger import Ledger
from assistant.answer.missing import Lack, Looking
from assistant.answer.near import has_name
from assistant.answer.orders import doubtful_in, orders_in
from assistant.answer.questions import Asked, understand
from assistant.answer.reader import Reader
from assistant.answer.remember import RememberingEncoder
from assistant.answer.restrict import later, resolved, undated
from assistant.answer.said import Saying
from assistant.answer.select import Selected
from assistant.answer.sentences import CANDIDATE_HITS, Finding, Sentences
from assistant.answer.spoke import answer_who
from assistant.answer.strictness import Strictness
from assistant.answer.summary import SURE, summary
from assistant.answer.timeline import timeline
from assistant.index.protocol import Index
from assistant.records import Article, Citation, Filters, Hit, Turn
from assistant.search.retrievers import HybridRetriever

N_NEAREST = 3
WITHOUT_NAME = 0.1
"""How surely a question is answered at most when no article has a name that it holds: no such question of the samples' tuning half has an
answer."""


@dataclass(frozen=True)
class Around:
    """What a question comes with: the turns before, the filters given beside it, today's ISO date, and the articles talked about."""

    history: Sequence[Turn] = ()
    filters: Filters = Filters()
    now: str = ""
    focus: Focus = NONE


ALONE = Around()
"""A question that comes with nothing."""


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

    @property
    def first(self) -> Citation | None:
        """The first citation, None when nothing is cited."""
        return next((line.citation for part in self.parts for line in part.lines), None)


@dataclass(frozen=True)
class Drafting:
    """The parts that drafting needs, bound together."""

    index: Index
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

    def draft(self, asked: Asked, wanted: Filters, around: Around) -> Draft:
        """Answer within filters. The words of a speaker have dates of their own: what was said at other times is nearest to them."""
        started = time.perf_counter()
        allowed = resolved(wanted, self.ledger)
        draft = Draft(asked, undated(allowed, around.filters) if asked.asks else allowed)
        if not self.index.languages():
            draft.text = label("empty_index", asked.language)
        elif asked.kind == "metadata":
            self._from_metadata(draft, around.history)
        elif asked.kind == "summary":
            self._summary(draft, around.history)
        else:
            draft.hits = tuple(self.retriever.search(asked.question, self.k, allowed))
            draft.timings["search"] = elapsed_ms(started)
            self._from_hits(draft, around.focus)
        return draft

    def lack(self, draft: Draft) -> Lack:
        """Return what of the question no article has; nothing is looked for where nothing was searched."""
        return Looking(draft.asked, draft.hits, self.ledger, self.retriever).lack() if draft.hits else Lack()

    def _from_hits(self, draft: Draft, focus: Focus) -> None:
        if draft.asked.asks and focus.articles and not has_name(draft.asked.speaker) and self._said_there(draft, focus):
            return
        if draft.asked.asks and self._from_ledger(draft):
            if not draft.parts and draft.asked.since and draft.asked.until:
                self._said_later(draft)
        elif not focus.articles or not self._from_focus(draft, focus):
            self._from_sentences(draft)

    # What somebody said

    def _from_ledger(self, draft: Draft) -> bool:
        """Answer from the ledger; return False when the question is better answered from sentences."""
        saying = Saying(self.ledger, self.retriever, draft.asked, draft.filters, draft.hits, 2 * self.max_citations)
        said = answer_who(saying) if draft.asked.asks in ("spoke", "who") else saying.answer()
        if said is None:
            return False
        cited = [citation for citation in said.citations if not self._is_doubtful(citation)]
        copies = Copies(self.retriever.lexical, draft.filters)
        draft.parts = plain(map(copies.added_to, cited)) if cited else ()
        draft.nearest, draft.text = said.nearest, said.text
        draft.confidence = float(bool(cited))
        return True

    def _said_there(self, draft: Draft, focus: Focus) -> bool:
        """Answer from the words in the articles talked about: of many companies `the company` is the one in them."""
        allowed = draft.filters.article_ids
        articles = tuple(article for article in focus.articles if not allowed or article in allowed)
        there = Draft(draft.asked, replace(draft.filters, article_ids=articles), draft.hits)
        if not articles or not self._from_ledger(there) or not there.parts:
            return False
        draft.parts, draft.confidence = there.parts, there.confidence
        return True

    def _is_doubtful(self, citation: Citation) -> bool:
        """Say whether words stand in a line that gives orders to machines, or that such a line points to: a forger's."""
        return any(line.overlaps(citation.span) for line in doubtful_in(self.index.article(citation.article_id).text))

    def _said_later(self, draft: Draft) -> None:
        """Look for words in the articles of the days after, which may report them; without any the draft stays what it is."""
        late = Draft(replace(draft.asked, until=later(draft.asked.until)), draft.filters, draft.hits)
        if self._from_ledger(late) and late.parts:
            draft.parts, draft.nearest, draft.text, draft.confidence = late.parts, late.nearest, late.text, late.confidence

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
        """Return the article that is asked about: the nearest to the topic, or the one talked about; else the first two."""
        if draft.asked.topic:
            draft.hits = tuple(self.retriever.search(draft.asked.topic, self.k, draft.filters))
            return [self.index.article(hit.passage.article_id) for hit in draft.hits[:1]]
        if article_id := _talked_about(history):
            return [self.index.article(article_id)]
        return list(islice(self.index.articles(draft.filters), 2))

    def _summary(self, draft: Draft, history: Sequence[Turn]) -> None:
        articles = self._meant(draft, history)
        if draft.asked.topic and articles:
            draft.confidence = self.ledger.topic(draft.asked.topic).of_article(articles[0].id)
            draft.lack = self.lack(draft)
            if draft.confidence < SURE or draft.lack.names:
                draft.nearest = self._nearest(self.finder.find(draft.asked, draft.hits), draft.filters)
                return
        if len(articles) != 1:
            draft.text = label("which_article", draft.asked.language) if articles else ""
            return
        article = articles[0]
        orders = orders_in(article.text)
        told = [span for span in self.index.sentences(article.id) if not any(span.overlaps(line) for line in orders)]
        spans = summary(article, told, self.encoder)
        cited = [cite(0, article, span, self.finder.quotation_at(article.id, span)) for span in spans]
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
        draft.timings["select"] = elapsed_ms(began)

    def _selected(self, draft: Draft) -> None:
        asked, found = draft.asked, self.finder.find(draft.asked, draft.hits)
        draft.lack = self.lack(draft)
        draft.hits, draft.confidence = found.hits, min(found.confidence, WITHOUT_NAME if draft.lack.names else 1.0)
        if draft.confidence < self.strictness.abstain_below:
            draft.nearest = self._nearest(found, draft.filters)
        elif asked.kind == "timeline" and (parts := timeline(self.finder, asked, found.selected, draft.filters, self.max_citations)):
            draft.parts = parts
        elif found.selected:
            draft.parts = self._forming(draft.filters).parts(asked, found.selected)

    def _from_focus(self, draft: Draft, focus: Focus) -> bool:
        """Answer from the articles in focus; return False when they do not answer surely enough."""
        allowed = draft.filters.article_ids
        articles = tuple(article for article in focus.articles if not allowed or article in allowed)
        if not articles:
            return False
        own = understand(focus.question, draft.asked.language)
        hits = self.retriever.search(own.question, CANDIDATE_HITS, replace(draft.filters, article_ids=articles))
        found = self.finder.find(own, hits)
        confidence = _more_familiar(found.confidence) if focus.bare else found.confidence
        if not found.selected or confidence < self.strictness.abstain_below:
            return False
        selected: Sequence[Selected] = found.selected
        if focus.bare:
            selected = mixed(selected, self.finder.find(draft.asked, hits).selected)
        selected = unseen(selected, focus.seen)
        near = without_copies([item for item in selected if item.score >= selected[0].score - WIDE_MARGIN])[: self.max_citations]
        draft.confidence, draft.hits = confidence, found.hits
        draft.parts = plain(self.finder.cited(item, draft.filters) for item in near)
        return True

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


def _talked_about(history: Sequence[Turn]) -> str:
    """Return the id of the article that was cited first, or told about, in the newest turn that has one; "" if none has."""
    for turn in reversed(history):
        if turn.answer.citations:
            return turn.answer.citations[0].article_id
        if turn.answer.metadata and turn.answer.hits:
            return turn.answer.hits[0].passage.article_id
    return ""


def _more_familiar(chance: float) -> float:
    """Return a probability raised by `FAMILIAR`."""
    if not 0 < chance < 1:
        return chance
    return 1 / (1 + math.exp(-math.log(chance / (1 - chance)) - FAMILIAR))


def elapsed_ms(since: float) -> float:
    """Return the milliseconds since a moment of `time.perf_counter`."""
    return round((time.perf_counter() - since) * 1000, 2)
