"""Select the sentences that answer: score every sentence of the retrieved passages, with its neighbours as context.

The score is a small learned model over the features below; `selector.json` holds its weights, `assistant/train/selector.py`
made it. A second one estimates from the best sentence's features whether it answers at all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.match import QuestionTokens
from assistant.answer.questions import Asked
from assistant.answer.remember import RememberingEncoder
from assistant.answer.signals import WANTED_BY_KIND, offers_exactly, offers_new
from assistant.records import Article, Hit, Span
from assistant.text.language import same_language
from assistant.text.mentions import name_terms
from assistant.text.terms import analyse, content_terms

Matrix = NDArray[np.float64]

FEATURES = (
    "dense", "dense_window", "dense_lead", "dense_gap", "passage", "passage_gap", "overlap", "overlap_window", "overlap_article",
    "overlap_same", "overlap_window_same", "names", "names_window", "names_article", "offers", "offers_not", "offers_exactly",
    "length", "same_language", "match", "match_heavy", "match_other", "match_window", "match_article", "match_gain", "match_other_gain",
)  # fmt: skip
"""What is known of a candidate sentence, in the order of the columns. Its place in the article is not: on the training sets, where most
texts are encyclopaedic, the first sentence answers so often that news suffered."""

CONFIDENCE_FEATURES = (
    "score", "margin", "dense", "dense_window", "passage_dense", "overlap", "overlap_article", "overlap_same", "names", "names_article",
    "names_missing", "offers", "offers_not", "same_language", "match", "match_other", "match_article", "unknown_terms",
)  # fmt: skip
"""What the estimate rests on whether the best sentence answers."""


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer, with where it stands.

    `position` counts the sentences of the article from 0. `hit` is the best hit whose passage holds it.
    """

    article: Article
    sentences: tuple[Span, ...]
    position: int
    hit: Hit

    @property
    def span(self) -> Span:
        """The place of the sentence in the article's text."""
        return self.sentences[self.position]

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return self.span.of(self.article.text)

    def window(self) -> str:
        """The sentence with the one before and the one after it."""
        first, last = max(0, self.position - 1), min(len(self.sentences) - 1, self.position + 1)
        return self.article.text[self.sentences[first].start : self.sentences[last].end]


@dataclass(frozen=True)
class Selected:
    """A candidate with its score, greater is better, and its features by name."""

    candidate: Candidate
    score: float
    features: Mapping[str, float]


def candidates_of(
    hits: Sequence[Hit],
    article: Callable[[str], Article],
    sentences: Callable[[str], tuple[Span, ...]],
) -> list[Candidate]:
    """List every sentence of the hits' passages once, best hit first."""
    found: dict[tuple[str, int], Candidate] = {}
    for hit in hits:
        spans = sentences(hit.passage.article_id)
        starts = {span.start: position for position, span in enumerate(spans)}
        for span in hit.passage.sentences:
            key = (hit.passage.article_id, starts[span.start])
            if key not in found:
                found[key] = Candidate(article(key[0]), spans, key[1], hit)
    return list(found.values())


def select(
    asked: Asked,
    candidates: Sequence[Candidate],
    encoder: RememberingEncoder,
    rarity: Callable[[Sequence[str]], Sequence[float]],
) -> list[Selected]:
    """Score the candidates and return them best first; equal scores keep the order of the candidates.

    Args:
        asked: what the question asks for.
        candidates: sentences of the retrieved passages.
        encoder: the sentence model.
        rarity: gives the inverse document frequency of terms.
    """
    if not candidates:
        return []
    columns = features(asked, candidates, encoder, rarity)
    model = selector()
    scores = model.sentence(columns)
    order = sorted(range(len(candidates)), key=lambda i: (-round(float(scores[i]), 6), i))
    return [Selected(candidates[i], float(scores[i]), dict(zip(FEATURES, map(float, columns[i]), strict=True))) for i in order]


def features(
    asked: Asked,
    candidates: Sequence[Candidate],
    encoder: RememberingEncoder,
    rarity: Callable[[Sequence[str]], Sequence[float]],
) -> Matrix:
    """Return the features of each candidate, shape (len(candidates), len(FEATURES))."""
    question = _QuestionTerms.of(asked, rarity)
    texts = [candidate.text for candidate in candidates]
    vectors = encoder.encode_passages([*texts, *(candidate.window() for candidate in candidates)])
    query = encoder.encode_queries([asked.question])[0]
    similarity = (vectors @ query).astype(np.float64)
    dense, window = similarity[: len(texts)], similarity[len(texts) :]
    lead = _lead_similarity(candidates, encoder, query)
    top_passage = max(candidate.hit.score for candidate in candidates)
    matched = _matched(asked.question, candidates, encoder)
    rows = []
    for i, candidate in enumerate(candidates):
        words = question.cover(candidate)
        offer = question.offer(candidate, texts[i])
        same = float(same_language(asked.language, candidate.article.language))
        rows.append(
            (
                dense[i], window[i], lead[candidate.article.id], dense[i] - dense.max(),
                candidate.hit.score, candidate.hit.score - top_passage,
                words.sentence, words.window, words.article, words.sentence * same, words.window * same,
                words.names, words.names_window, words.names_article,
                float(offer == 1), float(offer == -1), float(offers_exactly(question.wanted, asked.question, texts[i])),
                math.log(1 + len(texts[i])) - 5, same, *matched[i],
            )
        )  # fmt: skip
    return np.asarray(rows, np.float64)


def _matched(question: str, candidates: Sequence[Candidate], encoder: RememberingEncoder) -> list[tuple[float, ...]]:
    """Return the match features of each candidate; an article's other candidate sentences are its measure."""
    tokens = QuestionTokens.of(question, encoder.token_vectors)
    rows: dict[tuple[str, int], tuple[float, ...]] = {}
    for article_id in dict.fromkeys(candidate.article.id for candidate in candidates):
        group = sorted((c for c in candidates if c.article.id == article_id), key=lambda c: c.position)
        m = tokens.matches([c.text for c in group], encoder.token_vectors)
        columns = zip(m.sentence, m.heavy, m.other, m.window, m.gain, m.other_gain, strict=True)
        for candidate, (sentence, heavy, other, window, gain, other_gain) in zip(group, columns, strict=True):
            rows[article_id, candidate.position] = (sentence, heavy, other, window, m.article, gain, other_gain)
    return [rows[candidate.article.id, candidate.position] for candidate in candidates]


def _lead_similarity(candidates: Sequence[Candidate], encoder: RememberingEncoder, query: NDArray[np.float32]) -> dict[str, float]:
    """Return how near each article's title and first sentence are to the question."""
    articles = {candidate.article.id: candidate for candidate in candidates}
    texts = [f"{c.article.title}\n{c.sentences[0].of(c.article.text)}" for c in articles.values()]
    scores = encoder.encode_passages(texts) @ query
    return dict(zip(articles, map(float, scores), strict=True))


@dataclass(frozen=True)
class _Cover:
    """How much of the question's terms, weighted by rarity, and of its names stand in a sentence and around it (0 to 1)."""

    sentence: float
    window: float
    article: float
    names: float
    names_window: float
    names_article: float


@dataclass(frozen=True)
class _QuestionTerms:
    asked: Asked
    weights: Mapping[str, float]
    names: frozenset[str]
    wanted: str

    @classmethod
    def of(cls, asked: Asked, rarity: Callable[[Sequence[str]], Sequence[float]]) -> _QuestionTerms:
        terms = list(dict.fromkeys(content_terms(asked.question, asked.language)))
        weights = dict(zip(terms, rarity(terms), strict=True))
        return cls(asked, weights, frozenset(name_terms(asked.question)), WANTED_BY_KIND.get(asked.kind, ""))

    def cover(self, candidate: Candidate) -> _Cover:
        language = candidate.article.language
        here = _terms_of(candidate.text, language)
        near = _terms_of(candidate.window(), language)
        whole = _terms_of(f"{candidate.article.title}\n{candidate.article.text}", language)
        share = self._share
        return _Cover(
            share(here), share(near), share(whole),
            name_share(self.names, here), name_share(self.names, near), name_share(self.names, whole),
        )  # fmt: skip

    def _share(self, terms: frozenset[str]) -> float:
        total = sum(self.weights.values())
        return sum(weight for term, weight in self.weights.items() if term in terms) / total if total else 0.0

    def offer(self, candidate: Candidate, text: str) -> int:
        """Return 1 if the sentence offers what is wanted, -1 if not, 0 if nothing particular is wanted."""
        if not self.wanted:
            return 0
        return 1 if offers_new(self.wanted, self.asked.question, text, candidate.article.language) else -1


@lru_cache(maxsize=1 << 13)
def _terms_of(text: str, language: str) -> frozenset[str]:
    return frozenset(analyse(text, language))


def name_share(wanted: frozenset[str], terms: frozenset[str]) -> float:
    """Return the share of the question's names that are among the terms; one half when the question has none."""
    return len(wanted & terms) / len(wanted) if wanted else 0.5


def unknown_share(
    asked: Asked, rarity: Callable[[Sequence[str]], Sequence[float]], frequencies: Callable[[Sequence[str]], Sequence[int]]
) -> float:
    """Return the share of the question's terms, weighted by rarity, that stand in no article."""
    terms = list(dict.fromkeys(content_terms(asked.question, asked.language)))
    weights = rarity(terms)
    total = sum(weights)
    return sum(w for w, n in zip(weights, frequencies(terms), strict=True) if n == 0) / total if total else 0.0


def confidence_row(asked: Asked, selected: Sequence[Selected], n_unknown: float) -> Matrix:
    """Return the features, shape (1, len(CONFIDENCE_FEATURES)), of how surely the best of the selected answers.

    Args:
        asked: what the question asks for.
        selected: the candidates, best first; at least one.
        n_unknown: the share of the question's terms, weighted by rarity, that stand nowhere in the index.
    """
    best = selected[0].features
    rival = next((s.score for s in selected[1:] if s.candidate.text != selected[0].candidate.text), selected[0].score - 5)
    row = (
        selected[0].score, selected[0].score - rival, best["dense"], best["dense_window"], best["dense_lead"],
        best["overlap"], best["overlap_article"], best["overlap_same"], best["names"], best["names_article"],
        float(bool(name_terms(asked.question)) and best["names_article"] < 1), best["offers"], best["offers_not"],
        best["same_language"], best["match"], best["match_other"], best["match_article"], n_unknown,
    )  # fmt: skip
    return np.asarray([row], np.float64)


@dataclass(frozen=True)
class Linear:
    """A weighted sum of standardised features."""

    mean: Matrix
    scale: Matrix
    weights: Matrix
    bias: float

    def __call__(self, columns: Matrix) -> Matrix:
        """Return the sum for each row of `columns`, shape (n,)."""
        return np.asarray(np.clip((columns - self.mean) / self.scale, -5, 5) @ self.weights + self.bias)


@dataclass(frozen=True)
class Selector:
    """The two learned models: `sentence` scores candidates, `confidence` gives log-odds that the best ones answer."""

    sentence: Linear
    confidence: Linear

    def probability(self, row: Matrix) -> float:
        """Return the estimated probability (0 to 1) for a `confidence_row`."""
        return float(1 / (1 + np.exp(-self.confidence(row)[0])))


@lru_cache(maxsize=1)
def selector() -> Selector:
    """Load the learned weights once."""
    data = json.loads(resources.files("assistant.answer").joinpath("selector.json").read_text("utf-8"))
    for part, expected in (("sentence", FEATURES), ("confidence", CONFIDENCE_FEATURES)):
        if tuple(data[part]["features"]) != expected:
            raise RuntimeError(f"selector.json was made for other {part} features: run assistant.train.selector again")
    return Selector(linear(data["sentence"]), linear(data["confidence"]))


def linear(data: Mapping[str, Any]) -> Linear:
    """Read one model from its JSON object."""
    mean, scale, weights = (np.asarray(data[name], np.float64) for name in ("mean", "scale", "weights"))
    return Linear(mean, scale, weights, float(data["bias"]))
