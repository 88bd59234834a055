"""Select the sentences that answer: score every candidate, and estimate whether the best ones answer at all, and how likely each does.

All are small learned models over the features of `features.py`; `selector.json` holds their weights, once with what the reader says and
once without; `assistant/train/selector.py` made them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from assistant.answer.candidates import Candidate
from assistant.answer.features import FEATURES, READ_FEATURES, Matrix, features
from assistant.answer.questions import Asked
from assistant.answer.reading import Readings
from assistant.answer.remember import RememberingEncoder
from assistant.records import Span
from assistant.text.mentions import name_terms

CONFIDENCE_FEATURES = (
    "score", "margin", "dense", "dense_window", "passage_dense", "overlap", "overlap_article", "overlap_same", "names", "names_article",
    "names_missing", "offers", "offers_not", "same_language", "match", "match_other", "match_article", "unknown_terms",
    "passage", "spread",
)  # fmt: skip
"""What the estimate rests on whether one of the best sentences answers; `spread` is the entropy of the candidates' shares."""
READ_CONFIDENCE_FEATURES = ("read", "read_share", "read_rival", "read_passage")
"""What the reader adds to it; `read_rival` is how far the best other sentence is behind."""
CHANCE_FEATURES = ("confidence", "gap", "share")
"""What the estimate rests on whether one sentence answers: the log-odds that one of the best does, how far its score is behind that of the
best, and the logarithm of its share among all candidates."""
BY_TOKENS = ("dense", "match", "read")
"""So begin the names of the features that rest on token vectors."""
LOST = 0.8
"""From this share of scraps on a question is lost on the encoder: those features count less, in the end not at all. Below it they count in
full, since pieces of words mean nothing, but find each other."""


@dataclass(frozen=True)
class Selected:
    """A candidate with its score, greater is better, its features by name, and the short answer inside it when one is known.

    `chance` is the estimated probability that it answers, 0 until that is estimated. `gain` is what the score has beyond the learned one.
    """

    candidate: Candidate
    score: float
    features: Mapping[str, float]
    focus: Span | None = None
    chance: float = 0.0
    gain: float = 0.0

    @property
    def learned(self) -> float:
        """The score without its gain: how near the sentence is to what the question is about."""
        return self.score - self.gain


def select(
    asked: Asked,
    candidates: Sequence[Candidate],
    encoder: RememberingEncoder,
    rarity: Callable[[Sequence[str]], Sequence[float]],
    readings: Readings | None = None,
) -> list[Selected]:
    """Score the candidates and return them best first; equal scores keep the order of the candidates.

    Args:
        asked: what the question asks for.
        candidates: sentences of the retrieved passages.
        encoder: the sentence model.
        rarity: gives the inverse document frequency of terms.
        readings: what the reader made of the passages; without it the surface alone counts.
    """
    if not candidates:
        return []
    columns = features(asked, candidates, encoder, rarity, readings)
    names = FEATURES + READ_FEATURES if readings else FEATURES
    lost = max(0.0, encoder.scrap_share(asked.question) - LOST) / (1 - LOST)
    kept = 1 - lost * np.array([name.startswith(BY_TOKENS) for name in names])
    scores = selector(readings is not None).sentence(columns, kept)
    order = sorted(range(len(candidates)), key=lambda i: (-round(float(scores[i]), 6), i))
    rows: list[list[float]] = columns.tolist()
    focus = readings.focus if readings else lambda candidate: None
    return [Selected(candidates[i], float(scores[i]), dict(zip(names, rows[i], strict=True)), focus(candidates[i])) for i in order]


def confidence_row(asked: Asked, selected: Sequence[Selected], n_unknown: float) -> Matrix:
    """Return the features, shape (1, n), of how surely the best of the selected answers.

    Args:
        asked: what the question asks for.
        selected: the candidates, best first; at least one.
        n_unknown: the share of the question's terms, weighted by rarity, that stand nowhere in the index.
    """
    best = selected[0].features
    others = [s for s in selected[1:] if s.candidate.text != selected[0].candidate.text]
    rival = others[0].score if others else selected[0].score - 5
    row = [
        selected[0].score, selected[0].score - rival, best["dense"], best["dense_window"], best["dense_lead"],
        best["overlap"], best["overlap_article"], best["overlap_same"], best["names"], best["names_article"],
        float(bool(name_terms(asked.question)) and best["names_article"] < 1), best["offers"], best["offers_not"],
        best["same_language"], best["match"], best["match_other"], best["match_article"], n_unknown,
        best["passage"], spread(selected),
    ]  # fmt: skip
    if "read" in best:
        row += [
            best["read"],
            best["read_share"],
            best["read"] - max((s.features["read"] for s in others), default=-5.0),
            best["read_passage"],
        ]
    return np.asarray([row], np.float64)


def spread(selected: Sequence[Selected]) -> float:
    """Return the entropy, in nats, of the candidates' shares: 0 when one has all."""
    logs = _log_shares(selected)
    return float(-(np.exp(logs) * logs).sum())


def chance_rows(selected: Sequence[Selected], confidence: float) -> Matrix:
    """Return the features, shape (n, 3), of how likely each of the selected answers.

    Args:
        selected: the candidates, best first.
        confidence: the log-odds that one of the best answers.
    """
    scores = np.array([item.score for item in selected])
    return np.stack([np.full(len(scores), confidence), scores - scores[0], _log_shares(selected)], axis=1)


def _log_shares(selected: Sequence[Selected]) -> Matrix:
    scores = np.array([item.score for item in selected])
    return np.asarray(scores - scores[0] - np.log(np.exp(scores - scores[0]).sum()))


@dataclass(frozen=True)
class Linear:
    """A weighted sum of standardised features."""

    mean: Matrix
    scale: Matrix
    weights: Matrix
    bias: float

    def __call__(self, columns: Matrix, kept: Matrix | float = 1.0) -> Matrix:
        """Return the sum for each row of `columns`, shape (n,); `kept` (0 to 1) is how far each feature counts."""
        return np.asarray(np.clip((columns - self.mean) / self.scale, -5, 5) @ (kept * self.weights) + self.bias)


@dataclass(frozen=True)
class Selector:
    """The learned models: `sentence` scores candidates, the others give log-odds: that one of the best answers, and that each does."""

    sentence: Linear
    confidence: Linear
    chance: Linear

    def probability(self, row: Matrix) -> float:
        """Return the estimated probability (0 to 1) for a `confidence_row`."""
        return float(_probability(self.confidence(row))[0])

    def with_chances(self, selected: Sequence[Selected], row: Matrix) -> list[Selected]:
        """Return the selected with the estimated probability that each answers, given their `confidence_row`."""
        chances = _probability(self.chance(chance_rows(selected, float(self.confidence(row)[0]))))
        return [replace(item, chance=float(chance)) for item, chance in zip(selected, chances, strict=True)]


def _probability(log_odds: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


@lru_cache(maxsize=2)
def selector(with_reader: bool) -> Selector:
    """Load the learned weights once."""
    source = resources.files("assistant.answer").joinpath("selector.json").read_text("utf-8")
    data = json.loads(source)["best" if with_reader else "fast"]
    sentence, confidence = feature_names(with_reader)
    for part, expected in (("sentence", sentence), ("confidence", confidence), ("chance", CHANCE_FEATURES)):
        if tuple(data[part]["features"]) != expected:
            raise RuntimeError(f"selector.json was made for other {part} features: run assistant.train.selector again")
    return Selector(linear(data["sentence"]), linear(data["confidence"]), linear(data["chance"]))


def feature_names(with_reader: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of the scores and of the confidence in order."""
    if with_reader:
        return FEATURES + READ_FEATURES, CONFIDENCE_FEATURES + READ_CONFIDENCE_FEATURES
    return FEATURES, CONFIDENCE_FEATURES


def linear(data: Mapping[str, Any]) -> Linear:
    """Read one model from its JSON object."""
    mean, scale, weights = (np.asarray(data[name], np.float64) for name in ("mean", "scale", "weights"))
    return Linear(mean, scale, weights, float(data["bias"]))
