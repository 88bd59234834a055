"""What is compared: ways to rank the passages of a corpus and, within the best of them, the sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from assistant.answer.reader import Reader
from assistant.answer.remember import RememberingEncoder
from assistant.answer.sentences import CANDIDATE_HITS
from assistant.assistant import Assistant
from assistant.evaluate.asking import DEPTH
from assistant.evaluate.corpus import Corpus
from assistant.records import Span
from assistant.text.language import detect_language
from assistant.text.terms import analyse, content_terms

Place = tuple[str, Span]
"""A sentence: the id of its article and its span there."""


class System(Protocol):
    """Ranks a corpus for a question."""

    def passages(self, question: str) -> list[str]:
        """Return the article ids of the best 100 passages, best first; every passage is an article of its own."""

    def sentences(self, question: str) -> list[Place]:
        """Return sentences of the best passages, best first, without abstaining."""


class Lexical:
    """BM25; a sentence counts its passage's score and the rarity of the question's terms that stand in it."""

    def __init__(self, corpus: Corpus) -> None:
        self.index = corpus.assistant.index
        self.retriever = corpus.assistant.retriever.lexical

    def passages(self, question: str) -> list[str]:
        """Rank passages."""
        return [hit.passage.article_id for hit in self.retriever.search(question, DEPTH)]

    def sentences(self, question: str) -> list[Place]:
        """Rank sentences."""
        terms = content_terms(question, detect_language(question, tuple(self.index.languages())))
        weights = dict(zip(terms, self.index.rarity(terms), strict=True))
        scored = []
        for hit in self.retriever.search(question, CANDIDATE_HITS):
            article = self.index.article(hit.passage.article_id)
            for span in hit.passage.sentences:
                found = weights.keys() & set(analyse(span.of(article.text), article.language))
                scored.append((hit.score + sum(weights[term] for term in found), (article.id, span)))
        return _best_first(scored)


class Dense:
    """An encoder alone; a sentence counts its own cosine and its passage's. Exact search over vectors held in memory."""

    def __init__(self, corpus: Corpus, encoder: RememberingEncoder) -> None:
        self.encoder = encoder
        self.articles = {article.id: article.text for article in corpus.assistant.articles()}
        self.spans = {article_id: corpus.assistant.index.sentences(article_id) for article_id in self.articles}
        self.ids = list(self.articles)
        self.vectors = encoder.encode_passages(list(self.articles.values()))

    def passages(self, question: str) -> list[str]:
        """Rank passages."""
        return [article_id for article_id, _ in self._scored(question, DEPTH)]

    def sentences(self, question: str) -> list[Place]:
        """Rank sentences."""
        query = self.encoder.encode_queries([question])[0]
        best = dict(self._scored(question, CANDIDATE_HITS))
        places = [(article_id, span) for article_id in best for span in self.spans[article_id]]
        cosines = self.encoder.encode_passages([span.of(self.articles[i]) for i, span in places]) @ query
        return _best_first([(best[place[0]] + float(cosine), place) for cosine, place in zip(cosines, places, strict=True)])

    def _scored(self, question: str, k: int) -> list[tuple[str, float]]:
        scores = self.vectors @ self.encoder.encode_queries([question])[0]
        return [(self.ids[row], float(scores[row])) for row in np.argsort(-scores, kind="stable")[:k]]


class Product:
    """The assistant itself, with a reader (`quality = best`) or without one (`fast`); it may not abstain here."""

    def __init__(self, corpus: Corpus, reader: Reader | None) -> None:
        opened = corpus.assistant
        self.assistant = Assistant(opened.index, opened.encoder, opened.settings, reader)

    def passages(self, question: str) -> list[str]:
        """Rank passages."""
        return [hit.passage.article_id for hit in self.assistant.search(question, DEPTH)]

    def sentences(self, question: str) -> list[Place]:
        """Rank sentences."""
        return [(s.candidate.article.id, s.candidate.span) for s in self.assistant.answering.sentences(question)]


def _best_first(scored: Sequence[tuple[float, Place]]) -> list[Place]:
    return [place for _, place in sorted(scored, key=lambda item: -item[0])]
