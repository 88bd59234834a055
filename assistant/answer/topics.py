"""How near words are to a topic, by themselves and by what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.answer.match import QuestionTokens
from assistant.answer.remember import RememberingEncoder
from assistant.records import Article, Quotation, Span

SURE = 0.45
"""From this `Topic.about` on, words are about a topic. Measured with the bundled model on the sample questions, each speaker asked for the
topics of all others: 94 % of the right topics lie above it and 12 % of the wrong ones. Other models have other cosines; those that find
everything alike make the assistant answer more often, not less."""
LIKELY = 0.3
"""From this on they are, when the search for the topic alone finds their article, too: with both, 97 % and 23 %."""
LEAST_WORDS = 12
"""Words shorter than this many characters are compared with their whole sentence: they say too little alone."""
N_LEAD = 3

Numbers = NDArray[np.float64]


class Articles(Protocol):
    """Gives the articles that quotations stand in, and their sentences."""

    def article(self, article_id: str) -> Article: ...  # noqa: D102

    def sentences(self, article_id: str) -> Sequence[Span]: ...  # noqa: D102


@dataclass(frozen=True)
class Topic:
    """What words are asked to be about."""

    words: str
    index: Articles
    encoder: RememberingEncoder
    _articles: dict[str, tuple[Article, Sequence[Span]]] = field(default_factory=dict)

    def nearness(self, quotations: Sequence[Quotation]) -> list[float]:
        """Return the cosine of each to the topic: that of its nearest sentence, for long words are about it when one sentence is."""
        return [float(near) for near in self._nearest([self._pieces(quotation) for quotation in quotations])]

    def first(self, quotations: Sequence[Quotation], n: int) -> list[Quotation]:
        """Return the `n` that are nearest by themselves or by what stands around them; the order stays."""
        near = self._nearest([[*self._pieces(q), self._around(q), *self._lead(q.article_id)] for q in quotations])
        best = sorted(range(len(quotations)), key=lambda i: (-round(float(near[i]), 6), i))[:n]
        return [quotations[i] for i in sorted(best)]

    def about(self, quotations: Sequence[Quotation]) -> list[float]:
        """Return how surely each is about the topic (`SURE`, `LIKELY`): its words, or what stands around them, name it.

        The greatest cosine of the words, of these with their neighbours, and of the article's title and lead; and the share of the topic's
        tokens, heavy ones weighing more, that are met around the words and in the lead.
        """
        if not quotations:
            return []
        around = [self._around(quotation) for quotation in quotations]
        leads = [self._lead(quotation.article_id) for quotation in quotations]
        texts = [[*self._pieces(q), near, *lead, " ".join(lead)] for q, near, lead in zip(quotations, around, leads, strict=True)]
        tokens = QuestionTokens.of(self.words, self.encoder)
        context = [f"{' '.join(lead)} {near}" for near, lead in zip(around, leads, strict=True)]
        met = map(float, tokens.met(context, self.encoder))
        return [float(near) + share for near, share in zip(self._nearest(texts), met, strict=True)]

    def of_article(self, article_id: str) -> float:
        """Return how surely an article is about the topic, on the scale of `about`: by its title, its lead and all its words."""
        article, _ = self._article(article_id)
        lead = self._lead(article_id)
        tokens = QuestionTokens.of(self.words, self.encoder)
        met = float(tokens.met([f"{article.title} {article.text}"], self.encoder)[0])
        return float(self._nearest([[*lead, " ".join(lead)]])[0]) + met

    def _nearest(self, texts: Sequence[Sequence[str]]) -> Numbers:
        """Return the greatest cosine to the topic within each group of texts, shape (len(texts),)."""
        if not texts:
            return np.zeros(0)
        flat = [text for group in texts for text in group]
        cosines = self.encoder.encode_passages(flat) @ self.encoder.encode_queries([self.words])[0]
        starts = np.cumsum([0, *(len(group) for group in texts)])[:-1]
        return np.asarray(np.maximum.reduceat(cosines, starts), np.float64)

    def _article(self, article_id: str) -> tuple[Article, Sequence[Span]]:
        if article_id not in self._articles:
            self._articles[article_id] = self.index.article(article_id), self.index.sentences(article_id)
        return self._articles[article_id]

    def _pieces(self, quotation: Quotation) -> list[str]:
        """Return the words sentence by sentence, each without its attribution where that is known."""
        article, sentences = self._article(quotation.article_id)
        pieces = []
        for span in sentences:
            if span.overlaps(quotation.words):
                words = Span(max(span.start, quotation.words.start), min(span.end, quotation.words.end))
                pieces.append(words.of(article.text) if words.end - words.start >= LEAST_WORDS else span.of(article.text))
        return pieces or [quotation.span.of(article.text)]

    def _around(self, quotation: Quotation) -> str:
        """Return the sentences of a quotation with the one before and the one after."""
        article, sentences = self._article(quotation.article_id)
        inside = [n for n, span in enumerate(sentences) if span.overlaps(quotation.span)] or [0]
        first, last = max(0, inside[0] - 1), min(len(sentences) - 1, inside[-1] + 1)
        return article.text[sentences[first].start : sentences[last].end]

    def _lead(self, article_id: str) -> list[str]:
        """Return an article's title and its first sentences."""
        article, sentences = self._article(article_id)
        return [article.title, article.text[sentences[0].start : sentences[:N_LEAD][-1].end]]
