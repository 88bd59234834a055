"""What is known of a candidate sentence: how near it is, which words it shares, what it offers, how the reader reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.answer.candidates import Candidate
from assistant.answer.match import QuestionTokens
from assistant.answer.questions import Asked
from assistant.answer.reading import Readings
from assistant.answer.remember import RememberingEncoder
from assistant.answer.signals import WANTED_BY_KIND, offers_exactly, offers_new
from assistant.records import Article
from assistant.text.language import same_language
from assistant.text.mentions import name_terms, names
from assistant.text.terms import analyse, content_terms
from assistant.text.transliteration import LEAST, script, skeleton

Matrix = NDArray[np.float64]

FEATURES = (
    "dense", "dense_window", "dense_lead", "dense_gap", "passage", "passage_gap", "overlap", "overlap_window", "overlap_article",
    "overlap_same", "overlap_window_same", "names", "names_window", "names_article", "offers", "offers_not", "offers_exactly",
    "length", "same_language", "match", "match_heavy", "match_other", "match_window", "match_article", "match_gain", "match_other_gain",
)  # fmt: skip
"""What is known of a candidate sentence, in the order of the columns. Its place in the article is not: on the training sets, where most
texts are encyclopaedic, the first sentence answers so often that news suffered."""


READ_FEATURES = ("read", "read_gap", "read_share", "read_passage")
"""What the reader adds: the sentence's log-odds, how far it is behind the best, the logarithm of its share among all candidates and "none
of them", and the best of its passage."""
LEAST_READ, MOST_READ = -12.0, 12.0
HEARD = 0.8
"""From this share of equal consonants on a word in another script may be a name."""
_LETTERS = re.compile(r"[^\W\d_]+")


def features(
    asked: Asked,
    candidates: Sequence[Candidate],
    encoder: RememberingEncoder,
    rarity: Callable[[Sequence[str]], Sequence[float]],
    readings: Readings | None = None,
) -> Matrix:
    """Return the features of each candidate, shape (len(candidates), len(FEATURES)); with readings READ_FEATURES follow."""
    columns = _surface(asked, candidates, encoder, rarity)
    return columns if readings is None else np.concatenate([columns, _read(candidates, readings)], axis=1)


def _read(candidates: Sequence[Candidate], readings: Readings) -> Matrix:
    scores = np.asarray([readings.score(candidate) for candidate in candidates])
    read = np.clip(scores, LEAST_READ, MOST_READ)
    whole = math.log(1 + float(np.exp(read).sum()))
    passages = np.clip([readings.passages[candidate.hit.passage.id] for candidate in candidates], LEAST_READ, MOST_READ)
    return np.stack([read, read - read.max(), read - whole, passages], axis=1)


def _surface(
    asked: Asked, candidates: Sequence[Candidate], encoder: RememberingEncoder, rarity: Callable[[Sequence[str]], Sequence[float]]
) -> Matrix:
    question = _QuestionTerms.of(asked, rarity)
    texts = [candidate.text for candidate in candidates]
    windows = [candidate.window() for candidate in candidates]
    vectors = encoder.encode_passages([*texts, *windows])
    query = encoder.encode_queries([asked.question])[0]
    similarity = (vectors @ query).astype(np.float64)
    dense, window = similarity[: len(texts)], similarity[len(texts) :]
    lead = _lead_similarity(candidates, encoder, query)
    top_passage = max(candidate.hit.score for candidate in candidates)
    matched = _matched(asked.question, candidates, encoder)
    articles = {candidate.article.id: candidate.article for candidate in candidates}
    whole = {name: question.shares(f"{article.title}\n{article.text}", article) for name, article in articles.items()}
    rows = []
    for i, candidate in enumerate(candidates):
        article = candidate.article
        here, near, there = question.shares(texts[i], article), question.shares(windows[i], article), whole[article.id]
        offer = question.offer(candidate, texts[i])
        same = float(same_language(asked.language, article.language))
        rows.append(
            (
                dense[i], window[i], lead[article.id], dense[i] - dense.max(),
                candidate.hit.score, candidate.hit.score - top_passage,
                here.terms, near.terms, there.terms, here.terms * same, near.terms * same,
                here.names, near.names, there.names,
                float(offer == 1), float(offer == -1), float(offers_exactly(question.wanted, asked.question, texts[i])),
                math.log(1 + len(texts[i])) - 5, same, *matched[i],
            )
        )  # fmt: skip
    return np.asarray(rows, np.float64)


def _matched(question: str, candidates: Sequence[Candidate], encoder: RememberingEncoder) -> list[tuple[float, ...]]:
    """Return the match features of each candidate; an article's other candidate sentences are its measure."""
    tokens = QuestionTokens.of(question, encoder)
    ordered = sorted(candidates, key=lambda c: (c.article.id, c.position))
    best = tokens.best([c.text for c in ordered], encoder)
    rows: dict[tuple[str, int], tuple[float, ...]] = {}
    for article_id, numbered in groupby(range(len(ordered)), key=lambda n: ordered[n].article.id):
        group = list(numbered)
        m = tokens.matches(best[group[0] : group[-1] + 1])
        columns = zip(m.sentence, m.heavy, m.other, m.window, m.gain, m.other_gain, strict=True)
        for n, (sentence, heavy, other, window, gain, other_gain) in zip(group, columns, strict=True):
            rows[article_id, ordered[n].position] = (sentence, heavy, other, window, m.article, gain, other_gain)
    return [rows[candidate.article.id, candidate.position] for candidate in candidates]


def _lead_similarity(candidates: Sequence[Candidate], encoder: RememberingEncoder, query: NDArray[np.float32]) -> dict[str, float]:
    """Return how near each article's title and first sentence are to the question."""
    articles = {candidate.article.id: candidate for candidate in candidates}
    texts = [f"{c.article.title}\n{c.sentences[0].of(c.article.text)}" for c in articles.values()]
    scores = encoder.encode_passages(texts) @ query
    return dict(zip(articles, map(float, scores), strict=True))


class _Shares(NamedTuple):
    """How much of the question's terms, weighted by rarity, and of its names stand in a text (0 to 1)."""

    terms: float
    names: float


@dataclass(frozen=True)
class _QuestionTerms:
    asked: Asked
    weights: Mapping[str, float]
    names: frozenset[str]
    runs: tuple[str, ...]
    wanted: str
    script: str

    @classmethod
    def of(cls, asked: Asked, rarity: Callable[[Sequence[str]], Sequence[float]]) -> _QuestionTerms:
        terms = list(dict.fromkeys(content_terms(asked.question, asked.language)))
        weights = dict(zip(terms, rarity(terms), strict=True))
        runs = tuple(name for name in names(asked.question) if " " in name)
        named = frozenset(name_terms(asked.question))
        return cls(asked, weights, named, runs, WANTED_BY_KIND.get(asked.kind, ""), script(asked.question))

    def shares(self, text: str, article: Article) -> _Shares:
        """Return how much of the question stands in a text of an article."""
        terms = _terms_of(text, article.language)
        total = sum(self.weights.values())
        met = sum(weight for term, weight in self.weights.items() if term in terms) / total if total else 0.0
        if self.names and self.script != script(article.text):
            return _Shares(met, heard_share(self.names, self.runs, terms, text))
        return _Shares(met, name_share(self.names, terms))

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


def heard_share(wanted: frozenset[str], runs: Sequence[str], terms: frozenset[str], text: str) -> float:
    """Return the share of the question's names that a text in another script has, by their sound.

    Names that sounds cannot tell do not count; one half when none can be told, as of a question without names.

    Args:
        wanted: the terms of the names, and numbers.
        runs: the names of several words as written: together they sound of more.
        terms: those of the text.
        text: in another script than the question.
    """
    if _is_unspaced(text):
        wanted, runs = frozenset(term for term in wanted if term[0].isdigit()), ()
    heard = frozenset(term for run in runs if _is_heard(run, text) for term in analyse(run, ""))
    tellable = [term for term in wanted if term[0].isdigit() or term in heard or len(skeleton(term)) >= LEAST]
    return sum(term in terms or term in heard or _is_heard(term, text) for term in tellable) / len(tellable) if tellable else 0.5


@lru_cache(maxsize=1 << 14)
def _is_heard(name: str, text: str) -> bool:
    wanted = skeleton(name)
    if name[0].isdigit() or len(wanted) < LEAST:
        return False
    near = (sound for sound in _sounds(text, name.count(" ") + 1) if abs(len(wanted) - len(sound)) <= 2)
    return any(_sounds_like(wanted, sound) for sound in near)


def _sounds_like(wanted: str, sound: str) -> bool:
    at_most = 2 * sum(map(sound.__contains__, wanted))  # equal consonants in any order: counting them spares most comparisons
    return at_most >= HEARD * (len(wanted) + len(sound)) and SequenceMatcher(None, wanted, sound).ratio() >= HEARD


@lru_cache(maxsize=1 << 10)
def _sounds(text: str, n_words: int) -> frozenset[str]:
    """Return the skeletons of every so many words of a text, of Arabic ones also without the article."""
    words = [skeleton(word) for word in _LETTERS.findall(text)]
    sounds = {"".join(words[i : i + n_words]) for i in range(len(words))}
    return frozenset(sound for sound in {*sounds, *(one[1:] for one in sounds if one[:1] == "l")} if len(sound) >= LEAST)


def _is_unspaced(text: str) -> bool:
    return script(text) in ("CJK", "HIRAGANA", "KATAKANA", "THAI")


def unknown_share(
    asked: Asked, rarity: Callable[[Sequence[str]], Sequence[float]], frequencies: Callable[[Sequence[str]], Sequence[int]]
) -> float:
    """Return the share of the question's terms, weighted by rarity, that stand in no article."""
    terms = list(dict.fromkeys(content_terms(asked.question, asked.language)))
    weights = rarity(terms)
    total = sum(weights)
    return sum(w for w, n in zip(weights, frequencies(terms), strict=True) if n == 0) / total if total else 0.0
