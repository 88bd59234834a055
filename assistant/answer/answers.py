"""Answer a question from the index: split it, restrict it, draft an answer to each part, and check what is cited."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer.abstain import abstention, missing
from assistant.answer.compose import citations_of, compose, label
from assistant.answer.drafts import ALONE, N_NEAREST, Around, Draft, Drafting, elapsed_ms
from assistant.answer.focus import NONE, Focus
from assistant.answer.joined import join_answers, standing_alone
from assistant.answer.ledger import Ledger
from assistant.answer.missing import Lack
from assistant.answer.parts import split_questions
from assistant.answer.questions import Asked, Known, understand
from assistant.answer.restrict import nothing_said, resolved, tells_of, undated, with_question
from assistant.answer.select import Selected
from assistant.answer.sentences import READ_HITS
from assistant.answer.verify import verified, verify
from assistant.index.protocol import Index
from assistant.records import Answer, Citation, Filters, Hit, Turn
from assistant.text.language import detect_language

EVIDENCE_MARGIN = 4.0
"""A language model is given a further sentence when its score is within this of the best one's: four on average, and with a wider
margin more of the sentences that were planted in articles (`tests/golden/poison.jsonl`) than of those that tell something."""

HELD_TRIES = 2
"""What was removed while a question was answered is shown to nobody: it is answered again, at last without holding on to anything."""


@dataclass(frozen=True)
class Answering:
    """Answers questions with what drafts them."""

    drafting: Drafting

    @property
    def index(self) -> Index:
        """What is answered from."""
        return self.drafting.index

    @property
    def ledger(self) -> Ledger:
        """Who said what."""
        return self.drafting.ledger

    def answer(self, question: str, history: Sequence[Turn], filters: Filters, now: str, focus: Focus = NONE) -> Answer:
        """Answer a question, each of several in one by itself, first from the articles in focus; see `Assistant.ask`."""
        self.index.refresh()
        for _ in range(HELD_TRIES):
            with self.index.held() as generation:
                found = self._answer(question, history, filters, now, focus)
            if self.index.generation == generation:
                return found
        return self._answer(question, history, filters, now, focus)

    def _answer(self, question: str, history: Sequence[Turn], filters: Filters, now: str, focus: Focus) -> Answer:
        language, around = self._language(question), Around(history, filters, now, focus)
        known = Known(*self.index.sources())
        parts = split_questions(question, language)
        if len(parts) == 1:
            return self.answer_asked(understand(question, language, now, known), around)
        alone = standing_alone([understand(part, language, now) for part in parts])
        answers = [self.answer_asked(understand(part, language, now, known), around) for part in alone]
        return join_answers(question, parts, answers, filters)

    def answer_asked(self, asked: Asked, around: Around = ALONE) -> Answer:
        """Answer one question that is understood already."""
        started = time.perf_counter()
        wanted = with_question(around.filters, asked)
        draft = self.drafting.draft(asked, wanted, around)
        if wanted != around.filters and not (draft.parts or draft.metadata or draft.text):
            draft, wanted = self._beyond(draft, wanted, around)
        return replace(self._finish(draft, around.now, started), filters=wanted)

    def _beyond(self, draft: Draft, wanted: Filters, around: Around) -> tuple[Draft, Filters]:
        """Look beyond the filters of the question where nothing within them answers.

        What tells of the time that is asked about answers whenever it was published, and a weekday or a month without its year only
        prefers. Anything else is shown as nearest, with the filters that it does not meet.
        """
        asked, given, index = draft.asked, around.filters, self.index
        timeless = undated(wanted, given)
        if timeless != wanted:
            other = self.drafting.draft(replace(asked, since="", until=""), timeless, around)
            first = other.first
            if first and (not asked.exact_time or tells_of(index.article(first.article_id), first.span, asked)):
                return other, timeless
        free = self.drafting.draft(replace(asked, since="", until=""), given, around)
        draft.nearest = citations_of(free.parts)[:N_NEAREST] or free.nearest
        draft.text = nothing_said(wanted, asked, index.articles(resolved(wanted, self.ledger)))
        if draft.nearest and draft.text:
            draft.text += " " + label("nearest_elsewhere", asked.language, title=draft.nearest[0].title)
        return draft, wanted

    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """Return the `k` best passages; see `Assistant.search`."""
        drafting = self.drafting
        least = READ_HITS if drafting.reader else 0
        hits = drafting.retriever.search(question, max(k, least), resolved(filters, self.ledger))
        return drafting.finder.read(understand(question, self._language(question)), hits)[0][:k]

    def sentences(self, question: str, filters: Filters = Filters()) -> list[Selected]:
        """Return the sentences of the best passages, best first, as an answer would choose from them; it never abstains."""
        hits = self.drafting.retriever.search(question, self.drafting.k, filters)
        return list(self.drafting.finder.find(understand(question, self._language(question)), hits).selected)

    def evidence(self, answer: Answer, n: int) -> tuple[Citation, ...]:
        """Return what else an answer may rest on: its citations, then the best sentences of its hits, `n` in all.

        Somebody's words rest on nothing but these words.
        """
        asked = understand(answer.query, answer.language, answer.now)
        if asked.asks or not answer.hits:
            return answer.citations[:n]
        finder = self.drafting.finder
        found = finder.find(asked, answer.hits).selected
        best = max((item.learned for item in found), default=0.0)
        near = [item for item in found if item.learned >= best - EVIDENCE_MARGIN][:n]
        cited = {(citation.article_id, citation.span) for citation in answer.citations}
        more = (finder.cited(item, answer.filters) for item in near)
        return (*answer.citations, *(citation for citation in more if (citation.article_id, citation.span) not in cited))[:n]

    def _language(self, question: str) -> str:
        return detect_language(question, tuple(self.index.languages()))

    def _finish(self, draft: Draft, now: str, started: float) -> Answer:
        article = self.index.article
        parts, n_dropped = verified(draft.parts, article)
        citations = citations_of(parts)
        text, markers = compose(parts) if citations else (draft.text, ())
        abstained = not citations and not draft.metadata
        lack = (draft.lack or self.drafting.lack(draft)) if abstained else Lack()
        if abstained:
            text = " ".join(filter(None, [text, missing(draft.asked, lack)])) if text else abstention(draft.asked, lack)
        draft.timings["total"] = elapsed_ms(started)
        return Answer(
            question=draft.asked.question,
            query=draft.asked.question,
            text=text,
            now=now,
            filters=draft.filters,
            markers=markers,
            citations=citations,
            nearest=tuple(verify(draft.nearest, article)) if abstained else (),
            hits=draft.hits,
            abstained=abstained,
            metadata=draft.metadata,
            n_dropped=n_dropped,
            missing=lack.missing,
            language=draft.asked.language,
            confidence=round(draft.confidence, 4),
            timings=draft.timings,
        )
