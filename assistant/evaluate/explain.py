"""Show why a question is answered as it is: every step of the read path with its numbers.

The steps are those of the retrievers, the selector and the answer themselves, called one by one; a test holds their order and scores equal
to what an answer uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.answer.features import unknown_share
from assistant.answer.questions import Asked, Known, understand
from assistant.answer.restrict import resolved, with_question
from assistant.answer.select import BY_TOKENS, LOST, Linear, Selected, confidence_row, feature_names, selector
from assistant.answer.strictness import Strictness
from assistant.answer.verify import holds
from assistant.assistant import Assistant
from assistant.chat import stand_alone
from assistant.evaluate.corpus import Place
from assistant.records import Answer, Filters, Hit, Turn
from assistant.search.fusion import FIRST, MATCHED, fusion_weights, ranked, with_matches
from assistant.search.retrievers import MATCHED_HITS, POOL
from assistant.text.language import detect_language

Way = Literal["metadata", "summary", "quotations", "conversation", "sentences", "nothing"]
MOST_SHOWN = 50
Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in one list: its rank and score there, and what each feature added to the score. `reading` is the reader's log-odds."""

    passage: int
    article_id: str
    title: str
    opening: str
    rank: int
    score: float
    added: Mapping[str, float]
    reading: float | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate sentence: its score, the probability that it answers, the features' values and what each added to the score."""

    article_id: str
    span: tuple[int, int]
    text: str
    score: float
    chance: float
    focus: str
    cited: bool
    features: Mapping[str, float]
    added: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Checked:
    """A citation and whether the article holds its words where it says."""

    number: int
    article_id: str
    span: tuple[int, int]
    badge: str
    holds: bool


@dataclass(frozen=True)
class Explanation:
    """Why a question is answered as it is.

    `query` is what was looked for, `asked` how it is understood, `terms` what BM25 looked for with the rarity of each. `strange` (0 to 1)
    is how little the sentence model knows of the question's words. `dense`, `lexical` and `fused` are the lists of the retrievers, `read`
    the last order, where a reader read the passages. `sentences` are the candidates, best first; `sure` what the estimate rests on that one
    of the first three answers: it is abstained when that is below `thresholds.abstain_below`. `way` says what the answer was made from;
    where that is not sentences, the lists still show what was found.
    """

    question: str
    query: str
    language: str
    asked: Asked
    filters: Filters
    now: str
    terms: Mapping[str, float]
    strange: float
    dense: tuple[Found, ...]
    lexical: tuple[Found, ...]
    fused: tuple[Found, ...]
    read: tuple[Found, ...]
    sentences: tuple[Weighed, ...]
    sure: Mapping[str, float]
    confidence: float
    thresholds: Strictness
    way: Way
    checked: tuple[Checked, ...]
    answer: Answer


def explain(
    assistant: Assistant, question: str, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = "", n: int = 8
) -> Explanation:
    """Answer a question and return every step; of several questions in one the first is shown, the answer is the whole one.

    Args:
        assistant: what answers.
        question: as a person writes it.
        history: the turns before.
        filters: restrict the articles.
        now: the ISO date that stands for today.
        n: how many passages and sentences each list shows, at most 50.

    Raises:
        BadQuestion: it is empty or too long.
    """
    answer = assistant.ask(question, history, filters, now or date.today().isoformat())
    return explain_answer(assistant, answer, history, filters, n)


def explain_answer(
    assistant: Assistant, answer: Answer, history: Sequence[Turn] = (), filters: Filters = Filters(), n: int = 8
) -> Explanation:
    """Return every step to an answer that was given, without asking again; history, filters and `n` as for `explain`."""
    index, drafting, now = assistant.index, assistant.answering.drafting, answer.now
    query = stand_alone(" ".join(answer.question.split()), history, index, assistant.settings.history_tokens).query
    language = detect_language(query, tuple(index.languages()))
    asked = understand(query, language, now, Known(*index.sources()))
    wanted = resolved(with_question(filters, asked), assistant.answering.ledger)
    n = max(1, min(n, MOST_SHOWN))
    lists = _Lists(assistant, asked, wanted)
    fused, added = lists.fused()
    hits = fused[: drafting.k]
    ordered, readings = drafting.finder.read(asked, hits)
    scores = readings.passages if readings else {}
    found = drafting.finder.find(asked, hits)
    kept = _kept(assistant, asked, bool(readings))
    cited = {(c.article_id, c.span) for c in answer.citations}
    return Explanation(
        question=answer.question, query=query, language=language, asked=asked, filters=wanted, now=now,
        terms=lists.terms(), strange=round(assistant.retriever.strangeness(asked.question), 4),
        dense=lists.shown(assistant.retriever.dense.search(asked.question, n, wanted)),
        lexical=lists.shown(assistant.retriever.lexical.search(asked.question, n, wanted)),
        fused=lists.shown(hits[:n], added), read=lists.shown(ordered[:n], readings=scores) if readings else (),
        sentences=tuple(_weighed(item, kept, bool(readings), cited) for item in found.selected[:n]),
        sure=_sure(assistant, asked, found.selected, bool(readings)), confidence=round(found.confidence, 4),
        thresholds=drafting.strictness, way=_way(asked, answer, history),
        checked=tuple(Checked(c.number, c.article_id, (c.span.start, c.span.end), c.badge, holds(c, assistant.article(c.article_id)))
                      for c in answer.citations),
        answer=answer,
    )  # fmt: skip


@dataclass(frozen=True)
class _Lists:
    """The lists of the retrievers for one question."""

    assistant: Assistant
    asked: Asked
    filters: Filters

    def terms(self) -> dict[str, float]:
        """Return the terms with their rarity."""
        terms = self.assistant.retriever.lexical.terms(self.asked.question)
        rarity = self.assistant.index.rarity(terms)
        return {term: round(weight, 4) for term, weight in zip(terms, rarity, strict=True)}

    def fused(self) -> tuple[list[Hit], dict[int, dict[str, float]]]:
        """Return the fused hits, as `HybridRetriever.search` gives them, and what each feature adds to the score of each passage."""
        retriever, query = self.assistant.retriever, self.asked.question
        k = self.assistant.answering.drafting.k
        hits = retriever.search(query, k, self.filters)
        pool, passages = retriever.pool(query, max(POOL, k), self.filters)
        columns = pool.columns()
        weights = fusion_weights(retriever.strangeness(query)).with_terms(retriever.terms_worth)
        added = {int(i): _named(FIRST, row * weights.first) for i, row in zip(pool.passages, columns, strict=True)}
        found = ranked(pool.passages, columns @ weights.first)
        if retriever.matcher is not None and found:
            top = np.searchsorted(pool.passages, [passage for passage, _ in found[:MATCHED_HITS]])
            matched = with_matches(columns[top], retriever.matcher.match(query, [passages[i] for i in top]))
            added |= {int(pool.passages[i]): _named(MATCHED, row * weights.matched) for i, row in zip(top, matched, strict=True)}
        return hits, added

    def shown(
        self, hits: Sequence[Hit], added: Mapping[int, Mapping[str, float]] | None = None, readings: Mapping[int, float] | None = None
    ) -> tuple[Found, ...]:
        """Return hits with their articles' titles and how their passages begin."""
        found = []
        for hit in hits:
            article = self.assistant.article(hit.passage.article_id)
            reading = (readings or {}).get(hit.passage.id)
            found.append(Found(
                hit.passage.id, article.id, article.title, " ".join(hit.passage.span.of(article.text).split())[:160], hit.rank,
                round(hit.score, 4), (added or {}).get(hit.passage.id, {}), None if reading is None else round(reading, 3),
            ))  # fmt: skip
        return tuple(found)


def _kept(assistant: Assistant, asked: Asked, with_reader: bool) -> Row:
    """Return how far each feature counts: those that rest on tokens do not where the encoder knows none of the question's."""
    lost = max(0.0, assistant.answering.drafting.encoder.scrap_share(asked.question) - LOST) / (1 - LOST)
    return 1 - lost * np.array([name.startswith(BY_TOKENS) for name in feature_names(with_reader)[0]], np.float64)


def _weighed(item: Selected, kept: Row, with_reader: bool, cited: set[Place]) -> Weighed:
    candidate, names = item.candidate, feature_names(with_reader)[0]
    values = np.array([item.features[name] for name in names])
    parts = _parts(selector(with_reader).sentence, values) * kept
    return Weighed(
        candidate.article.id, (candidate.span.start, candidate.span.end), candidate.text, round(item.score, 4), round(item.chance, 4),
        item.focus.of(candidate.article.text) if item.focus else "", (candidate.article.id, candidate.span) in cited,
        _named(names, values), _named(names, parts),
    )  # fmt: skip


def _sure(assistant: Assistant, asked: Asked, selected: Sequence[Selected], with_reader: bool) -> dict[str, float]:
    """Return what each feature adds to the log-odds that one of the best sentences answers."""
    if not selected:
        return {}
    index = assistant.index
    row = confidence_row(asked, selected, unknown_share(asked, index.rarity, index.document_frequencies))[0]
    return _named(feature_names(with_reader)[1], _parts(selector(with_reader).confidence, row))


def _parts(model: Linear, values: Row) -> Row:
    """Return what each feature adds to a linear model's sum, which has its bias besides."""
    return np.asarray(np.clip((values - model.mean) / model.scale, -5, 5) * model.weights)


def _named(names: Sequence[str], values: Row) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def _way(asked: Asked, answer: Answer, history: Sequence[Turn]) -> Way:
    if answer.metadata:
        return "metadata"
    if asked.kind in ("metadata", "summary"):
        return "summary" if asked.kind == "summary" and answer.citations else "nothing"
    if "select" in answer.timings:
        return "sentences"
    if asked.asks:
        return "quotations"
    return "conversation" if history and answer.citations else "nothing"
