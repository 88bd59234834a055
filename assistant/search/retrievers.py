"""Retrievers: by vectors, by terms, and both fused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.index.protocol import Index
from assistant.protocols import Encoder
from assistant.records import Filters, Hit, Passage
from assistant.search.fusion import Pool, Scores, fusion_weights, pooled, ranked, strangeness, with_matches
from assistant.search.matching import PassageMatcher, TokenEncoder
from assistant.text.language import detect_language, same_language
from assistant.text.terms import content_terms

POOL = 100
"""How many hits of each retriever are fused."""
MATCHED_HITS = 50
"""Of how many, best first, the tokens are matched: of 20 the gain between languages was two thirds, of all it was a tenth more."""


@dataclass(frozen=True)
class DenseRetriever:
    """Passages whose vectors are nearest to the query's."""

    index: Index
    encoder: Encoder

    def scores(self, query: str, k: int, filters: Filters = Filters()) -> Scores:
        """Return (passage id, cosine), best first."""
        vector = self.encoder.encode_queries([query])[0]
        if not vector.any():  # no token of the query is known
            return []
        return self.index.search_vectors(vector, k, filters)

    def search(self, query: str, k: int, filters: Filters = Filters()) -> list[Hit]:
        """Return at most `k` hits, best first."""
        return hits_of(self.index, self.scores(query, k, filters)[:k], "dense")


@dataclass(frozen=True)
class LexicalRetriever:
    """Passages that share rare terms with the query (BM25)."""

    index: Index

    def scores(self, query: str, k: int, filters: Filters = Filters(), language: str = "") -> Scores:
        """Return (passage id, BM25 score), best first."""
        terms = self.terms(query, language)
        return self.index.search_terms(terms, k, filters) if terms else []

    def terms(self, query: str, language: str = "") -> list[str]:
        """Return the query's terms, each once."""
        language = language or detect_language(query, tuple(self.index.languages()))
        return list(dict.fromkeys(content_terms(query, language)))

    def search(self, query: str, k: int, filters: Filters = Filters()) -> list[Hit]:
        """Return at most `k` hits, best first."""
        return hits_of(self.index, self.scores(query, k, filters)[:k], "lexical")


@dataclass(frozen=True)
class HybridRetriever:
    """Both, fused by learned weights; then the best are ranked anew by matching their tokens with the question's.

    Terms count only for passages in the question's language: a common word of one language that happens to stand in another means
    nothing. An encoder that is no table of token vectors leaves the second step out.

    Searching for the question's words in the other languages as well, translated by their nearest words there, was tried and left out: more
    right passages were found (.69 -> .79 of thinned questions over 4,700 passages of 13 languages), but RR rose from .439 to .453 only, for
    20 ms a question and every word of the index in memory.
    """

    dense: DenseRetriever
    lexical: LexicalRetriever
    terms_worth: float = 1.0
    """What the learned weights of terms are multiplied by; an evaluation may try others."""

    @cached_property
    def matcher(self) -> PassageMatcher | None:
        """What matches tokens, if the encoder has any."""
        encoder = self.dense.encoder
        return PassageMatcher(self.dense.index, encoder) if isinstance(encoder, TokenEncoder) else None

    def strangeness(self, query: str) -> float:
        """Return how strange the query is to the encoder, 0 to 1; 0 for an encoder that is no table of token vectors."""
        encoder = self.dense.encoder
        return strangeness(encoder.scrap_share(query)) if isinstance(encoder, TokenEncoder) else 0.0

    def search(self, query: str, k: int, filters: Filters = Filters()) -> list[Hit]:
        """Return at most `k` hits, best first."""
        pool, passages = self.pool(query, max(POOL, k), filters)
        columns = pool.columns()
        weights = fusion_weights(self.strangeness(query)).with_terms(self.terms_worth)
        found = ranked(pool.passages, columns @ weights.first)
        if self.matcher is not None and found:
            top = np.searchsorted(pool.passages, [passage for passage, _ in found[:MATCHED_HITS]])
            matches = self.matcher.match(query, [passages[i] for i in top])
            best = ranked(pool.passages[top], with_matches(columns[top], matches) @ weights.matched)
            # The others keep their order, below the matched.
            gap = best[-1][1] - found[len(best) - 1][1]
            found = [*best, *((passage, score + gap) for passage, score in found[len(best) :])]
        return _ranked_hits(found[:k], {passage.id: passage for passage in passages}, "hybrid")

    def pool(self, query: str, k: int, filters: Filters = Filters()) -> tuple[Pool, list[Passage]]:
        """Return what the two retrievers find at most `k` of each, and the passages, both by passage id."""
        index = self.dense.index
        language = detect_language(query, tuple(index.languages()))
        terms = self.lexical.terms(query, language)
        dense = self.dense.scores(query, k, filters)
        lexical = index.search_terms(terms, k, filters) if terms else []
        passages = index.passages(pooled(dense, lexical))
        there = {passage.id for passage in passages}
        spoken = index.article_languages()
        same = np.array([same_language(language, spoken.get(p.article_id, "")) for p in passages], dtype=bool)
        dense, lexical = ([(i, score) for i, score in scores if i in there] for scores in (dense, lexical))
        return Pool.of(dense, lexical, same, sum(index.rarity(terms))), passages


def hits_of(index: Index, scores: Scores, retriever: str) -> list[Hit]:
    """Turn scores into hits; a passage that has just been removed is left out."""
    passages = {passage.id: passage for passage in index.passages([passage for passage, _ in scores])}
    return _ranked_hits([(passage, score) for passage, score in scores if passage in passages], passages, retriever)


def _ranked_hits(scores: Scores, passages: Mapping[int, Passage], retriever: str) -> list[Hit]:
    return [Hit(passages[passage], score, rank, retriever) for rank, (passage, score) in enumerate(scores, 1)]
