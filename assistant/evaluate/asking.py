"""Ask one question of a corpus and measure what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from assistant.answer.answers import Answering
from assistant.answer.support import Verifier
from assistant.assistant import Assistant
from assistant.evaluate.claims import citation_measures
from assistant.evaluate.corpus import Corpus, Place, is_gold, touches
from assistant.evaluate.counting import CountingGenerator, RememberingReader
from assistant.evaluate.datasets import EvaluationQuestion
from assistant.evaluate.metrics import exact_match, mean, ndcg_at, recall_at, reciprocal_rank, success_at, token_f1
from assistant.evaluate.rows import Asked, Cited, Ranked, Row
from assistant.links import parameters
from assistant.records import JOINED, Answer, Citation, Turn
from assistant.text.language import detect_language

DEPTH = 100
"""How deep passages are ranked."""
CITED = 3
"""An answer is right when one of so many first citations answers."""
DIGITS = 6
CLOSE = 0.6
"""From this token F1 on a short answer counts as right where no gold sentence is known."""


class Asker:
    """Asks the questions of a set. Each is asked by itself: its row depends on no other question."""

    def __init__(self, corpus: Corpus, retrieval_only: bool = False) -> None:
        opened = corpus.assistant
        reader = RememberingReader(opened.reader) if opened.reader is not None else None
        self.counted = CountingGenerator(opened.phrasing.generator) if opened.phrasing is not None else None
        self.assistant = Assistant(opened.index, opened.encoder, opened.settings, reader, self.counted)
        # What was tuned beside the settings is that of the assistant that was opened.
        tuned = opened.answering.drafting
        own = self.assistant.answering.drafting
        self.assistant.answering = Answering(replace(own, strictness=tuned.strictness, retriever=tuned.retriever))
        self.corpus = corpus
        self.retrieval_only = retrieval_only

    @cached_property
    def verifier(self) -> Verifier:
        """What says whether a cited sentence bears a statement out."""
        return Verifier(self.assistant.encoder)

    def ask(self, question: EvaluationQuestion) -> Asked:
        """Ask a question and return its row, its ranking and its timings."""
        with self.assistant.index.held():  # what the answer reads is measured afterwards, and need not be read again
            return self._ask(question)

    def _ask(self, question: EvaluationQuestion) -> Asked:
        golds = [self.corpus.places(gold) for gold in question.gold]
        if self.retrieval_only:
            ranking, judged, measures = self._ranked(question, question.question, golds)
            return Asked(self._row(question, None, golds, measures), ranking, judged)
        history: list[Turn] = []
        for earlier in question.history:
            history.append(Turn(earlier, self.assistant.ask(earlier, history, question.filters, self.corpus.now)))
        if self.counted:
            self.counted.reset()
        began = time.perf_counter()
        answer = self.assistant.ask(question.question, history, question.filters, self.corpus.now)
        timings = {**answer.timings, "total": round((time.perf_counter() - began) * 1000, 2)}
        query = answer.query if history else question.question
        ranking, judged, measures = self._ranked(question, query, golds)
        measures |= self._answered(question, answer, golds)
        return Asked(self._row(question, answer, golds, measures), ranking, judged, timings)

    def _ranked(
        self, question: EvaluationQuestion, query: str, golds: Sequence[Sequence[Place]]
    ) -> tuple[tuple[Ranked, ...], dict[str, int], dict[str, float]]:
        """Rank passages, or articles where no gold names a sentence, and measure the ranking."""
        if not question.answerable or not question.gold:
            return (), {}, {}
        hits = self.assistant.search(query, DEPTH, question.filters)
        whole = all(not gold.text for gold in question.gold)
        key: Callable[[str, int], str] = self._article_key if whole else self._passage_key
        judged = self._judged(question, golds, key)
        first: dict[str, float] = {}
        for hit in hits:  # best first: an article counts where its first passage stands
            first.setdefault(key(hit.passage.article_id, hit.passage.position), hit.score)
        ranked = [Ranked(name, round(score, DIGITS), judged.get(name, 0)) for name, score in first.items()]
        gains = [one.gain for one in ranked]
        relevant = [gain > 0 for gain in gains]
        measures = {
            "passage_rr": reciprocal_rank(relevant),
            "passage_ndcg_at_10": ndcg_at(10, gains, judged.values()),
            "passage_recall_at_10": recall_at(10, relevant, len(judged)),
            "passage_success_at_5": success_at(5, relevant),
        }
        return tuple(ranked), judged, measures

    def _judged(self, question: EvaluationQuestion, golds: Sequence[Sequence[Place]], key: Callable[[str, int], str]) -> dict[str, int]:
        """Return every relevant passage by its key with its grade; a gold that is in no article counts as one that is never found."""
        judged: dict[str, int] = {}
        for number, (gold, places) in enumerate(zip(question.gold, golds, strict=True)):
            if not places:
                judged[f"missing-{number}"] = gold.relevance
            for place in places:
                for passage in self.assistant.index.article_passages(place[0]):
                    if touches(place[0], passage.span, place):
                        name = key(place[0], passage.position)
                        judged[name] = max(gold.relevance, judged.get(name, 0))
        return judged

    def _article_key(self, article_id: str, position: int = 0) -> str:
        return "_".join(self.corpus.names.get(article_id, article_id).split())

    def _passage_key(self, article_id: str, position: int) -> str:
        return f"{self._article_key(article_id)}#{position}"

    def _answered(self, question: EvaluationQuestion, answer: Answer, golds: Sequence[Sequence[Place]]) -> dict[str, float]:
        """Measure an answer."""
        measures = {"exact_citations": float(self._is_exact(answer))}
        places = [place for group in golds for place in group]
        if question.answerable and any(gold.text for gold in question.gold):
            measures |= _cited(answer, golds, places)
        if question.answerable and question.answers:
            measures |= _short_answer(question, answer)
        if question.speaker and not answer.abstained:
            measures["attribution"] = float(self._is_by(question.speaker, answer))
        if answer.citations:
            measures |= citation_measures(answer, self.verifier)
        if self.counted:
            measures |= {"tokens_read": float(self.counted.n_read), "tokens_written": float(self.counted.n_written)}
        return {name: round(value, DIGITS) for name, value in measures.items()}

    def _is_by(self, speaker: str, answer: Answer) -> bool:
        """Say whether the first words cited are those of a person, whatever name the article gives."""
        if not answer.citations or not answer.citations[0].speaker:
            return False
        find = self.assistant.answering.ledger.whom().find
        said = answer.citations[0].speaker.split(JOINED)
        return any(one.casefold() == speaker.casefold() or not set(find(speaker)).isdisjoint(find(one)) for one in said)

    def _is_exact(self, answer: Answer) -> bool:
        article = self.assistant.article
        return all(c.span.of(article(c.article_id).text) == c.quote for c in (*answer.citations, *answer.nearest))

    def _row(
        self, question: EvaluationQuestion, answer: Answer | None, golds: Sequence[Sequence[Place]], measures: dict[str, float]
    ) -> Row:
        places = [place for group in golds for place in group]
        wanted = tuple(span.of(self.assistant.article(i).text) for (i, span), gold in _named(question, golds) if gold)
        shown = (answer.nearest if answer.abstained else answer.citations) if answer else ()
        right = any(is_gold(c.article_id, c.span, place) for c in shown[:CITED] for place in places)
        if answer and not places and question.answers:
            right = any(_holds(question, c) for c in shown[:CITED])
        return Row(
            id=question.id, question=question.question, pair=question.pair, kind=question.kind, tags=question.tags,
            answerable=None if _is_open(question) else question.answerable, held_out=question.held_out,
            query=answer.query if answer else "", answer=answer.text if answer else "", abstained=bool(answer and answer.abstained),
            confidence=round(answer.confidence, 4) if answer else 0.0, right=right,
            citations=tuple(self._cite(c, places) for c in answer.citations) if answer else (),
            nearest=tuple(self._cite(c, places) for c in answer.nearest) if answer else (),
            wanted=wanted or question.answers, measures=measures, limits=parameters(question.filters),
        )  # fmt: skip

    def _cite(self, citation: Citation, places: Sequence[Place]) -> Cited:
        name = self.corpus.names.get(citation.article_id, citation.article_id)
        text = self.assistant.article(citation.article_id).text
        focus = citation.focus.of(text) if citation.focus else ""
        gold = any(is_gold(citation.article_id, citation.span, place) for place in places)
        return Cited(name, citation.span.start, citation.span.end, citation.quote, citation.speaker, focus, gold)


def _named(question: EvaluationQuestion, golds: Sequence[Sequence[Place]]) -> list[tuple[Place, str]]:
    return [(place, gold.text) for gold, places in zip(question.gold, golds, strict=True) for place in places]


def _is_open(question: EvaluationQuestion) -> bool:
    """Say whether nobody has said whether the articles answer: an unjudged topic."""
    return question.given is None and not (question.gold or question.answers or question.speaker)


def _cited(answer: Answer, golds: Sequence[Sequence[Place]], places: Sequence[Place]) -> dict[str, float]:
    """Measure the cited sentences; an abstention has cited none. A gold sentence that is in no article is never found."""
    found = [any(is_gold(c.article_id, c.span, place) for place in places) for c in answer.citations]
    met = [any(is_gold(c.article_id, c.span, place) for c in answer.citations for place in group) for group in golds]
    precision = mean(map(float, found))
    recall = mean(map(float, met))
    total = precision + recall
    return {
        "success_at_1": success_at(1, found), "success_at_3": success_at(CITED, found),
        "cited_precision": precision, "cited_recall": recall, "cited_f1": 2 * precision * recall / total if total else 0.0,
    }  # fmt: skip


def _short_answer(question: EvaluationQuestion, answer: Answer) -> dict[str, float]:
    """Compare the short answer with the best of the gold ones; an abstention has none."""
    said = "" if answer.abstained else short_answer(answer)
    language = detect_language(said) if said else ""
    return {
        "answer_em": max(exact_match(said, gold, language) for gold in question.answers) if said else 0.0,
        "answer_f1": max(token_f1(said, gold, language) for gold in question.answers) if said else 0.0,
    }


def short_answer(answer: Answer) -> str:
    """Return the words of an answer that answer most shortly: the focus of its first citation, else that sentence, else its text."""
    if answer.composer == "llm" or not answer.citations:
        return answer.text
    first = answer.citations[0]
    if first.focus is None:
        return first.quote
    return first.quote[first.focus.start - first.span.start : first.focus.end - first.span.start]


def _holds(question: EvaluationQuestion, citation: Citation) -> bool:
    """Say whether a cited sentence holds a gold answer's words."""
    quote = citation.quote.casefold()
    return any(text.casefold() in quote or token_f1(citation.quote, text) >= CLOSE for text in question.answers)
