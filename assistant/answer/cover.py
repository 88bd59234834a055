"""How much of a claim its evidence covers: word by word, each word of the evidence standing for one of the claim, and clause by clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.answer.cases import MET, Case
from assistant.answer.claims import AND, clauses
from assistant.answer.listed import pattern_of
from assistant.answer.named import is_title, speech
from assistant.text.cues import primary
from assistant.text.language import same_language

BESIDE = 2
"""One word may stand for several of a claim that are so near each other: `Vorstandschef` and `chief executive`."""
UNMET = 0.3
ADDED = 0.45
LEAST = 0.55
"""Chosen on the building half of the golden claims and on parallel sentences."""
PARAPHRASED = 0.1
UNMEASURED = 0.25
TRANSLATED_SHARE = {
    "en": 0.0,
    "id": 0.2,
    "ms": 0.15,
    "es": 0.13,
    "fr": 0.15,
    "de": 0.18,
    "pt": 0.13,
    "ru": 0.22,
    "ar": 0.28,
    "zh": 0.28,
    "ja": 0.3,
    "tr": 0.25,
}
"""The median share of an English sentence's content that its translation leaves unmet."""
FIGURE = 1.5
LACKING = 1.2
"""A clause that lacks less than a full word says nothing new."""
TAKEN = 1.5
"""What the evidence says besides may be meant by so many of the claim's words."""
STRANGE = 4.2
"""Three full words."""
OPENING = 3
"""A claim whose first words are all unmet tells of another doer and another deed, whatever place or date it shares."""
FEW = 4
UNMET_DEED, UNMET_BESIDE = 0.4, 0.25
FULL = 0.8
"""Chosen on 47 claims of another deed and 42 right ones, written by hand, and the building half of the golden claims: of the first 31
passed without these numbers and ten do with them; of the right ones of both not one fewer is kept."""
TITLE = 0.5
"""What somebody is says less than what is said of him."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cover:
    """How well the content of a claim is met.

    `places` are its content words, `weights` what they weigh, `met` how well each is met by a word of the evidence that stands for no other
    (0 to 1).
    """

    case: Case
    places: tuple[int, ...]
    weights: Numbers
    met: Numbers

    @property
    def share(self) -> float:
        """The share of the claim's content that is met."""
        total = float(self.weights.sum())
        return float(self.weights @ self.met) / total if total > 0 else 1.0

    @property
    def sound(self) -> bool:
        """Say whether no clause lacks more than a paraphrase or a translation into its language lacks."""
        return self.worst >= LEAST and not self.added and not self.appended and not self.strange and not self.bare

    @cached_property
    def added(self) -> bool:
        """Say whether a word is joined to one that is met and is not met itself: `doctors and nurses`, where only doctors are told of."""
        claim, at = self.case.claim, {i: k for k, i in enumerate(self.places)}
        for match in AND.finditer(claim.text):
            before = max((i for i in self.places if claim.words.words[i].end <= match.start() + 1), default=None)
            after = min((i for i in self.places if claim.words.words[i].start >= match.end() - 1), default=None)
            if before is None or after is None or after - before > 2:
                continue
            if self.met[at[before]] >= 0.9 and self.met[at[after]] < ADDED and not self._joined(match):
                return True
        return False

    @cached_property
    def appended(self) -> bool:
        """Say whether the claim has all that its evidence says in the same language and goes on: nothing is left to mean the rest."""
        claim = self.case.claim
        sentences = [self.case.matched[j] for j in self.case.used]
        if not self._alike:
            return False
        left = lacking = 0.0
        for one in sentences:
            for k in one.sentence.content:
                word = one.sentence.words.words[k]
                left += word.weight * (1 - min(float(one.near[:, k].max(initial=0.0)), MET) / MET)
        for k, weight in enumerate(self.weights):
            lacking += weight if self.met[k] < UNMET and not is_title(claim.words.words[self.places[k]]) else 0.0
        return lacking >= LACKING + max(left, 0.0) * TAKEN and self.share < 1.0

    @property
    def _alike(self) -> bool:
        """Whether claim and used sentences are in one language."""
        used = (self.case.sentences[j] for j in self.case.used)
        return all(same_language(primary(self.case.claim.language), primary(sentence.language)) for sentence in used)

    @property
    def strange(self) -> bool:
        """Say whether words that follow each other, or with which the claim begins, are all unmet: a paraphrase meets one of them."""
        if self._alike and len(self.met) >= OPENING and bool((self.met[:OPENING] < UNMET).all()):
            return True
        run = 0.0
        for k, weight in enumerate(self.weights):
            run = run + weight if self.met[k] < UNMET else 0.0
            if run >= STRANGE:
                return True
        return False

    @property
    def bare(self) -> bool:
        """Say whether the claim is a short one that tells little but one deed, and a word of it is met by nothing.

        `The council lied about the bridge`, `Seven people were arrested`: a date, a second name or figure would tell more.
        """
        claim = self.case.claim
        if claim.dates or len(claim.names) + len(claim.figures) > 1 or len(self.places) > FEW:
            return False
        least = UNMET_BESIDE if claim.figures or claim.names else UNMET_DEED
        named = {i for run in claim.names for i in run}
        return any(
            met < least and weight >= FULL for i, met, weight in zip(self.places, self.met, self.weights, strict=True) if i not in named
        )

    def _joined(self, match: re.Match[str]) -> bool:
        """Say whether the used sentences join words as well."""
        return any(AND.search(self.case.sentences[j].text) is not None for j in self.case.used)

    @cached_property
    def worst(self) -> float:
        """The least share that a clause has met, what the languages let expect added; less than a full word lacking does not count."""
        claim, found = self.case.claim, [1.0]
        for start, end in parts(claim.text):
            inside = [k for k, i in enumerate(self.places) if start <= claim.words.words[i].start < end]
            if not inside or all(is_title(claim.words.words[self.places[k]]) for k in inside):
                continue
            lacking = float(self.weights[inside] @ (1 - self.met[inside]))
            # The checks before have found every figure: it is as good as a word that is met.
            figures = sum(start <= figure.start < end for figure in claim.figures)
            weight = float(self.weights[inside].sum()) + FIGURE * figures
            if lacking >= LACKING:
                found.append(1 - lacking / weight + self.expected)
        return min(found)

    @property
    def expected(self) -> float:
        """The share of its content that a translation between the languages leaves unmet, measured on parallel sentences."""
        mine, theirs = primary(self.case.claim.language), primary(self.case.sentences[self.case.used[0]].language)
        if same_language(mine, theirs):
            return PARAPHRASED
        return max(TRANSLATED_SHARE.get(one, UNMEASURED) for one in (mine, theirs))


def parts(text: str) -> list[tuple[int, int]]:
    """Cut a claim where another thing begins to be told: at clauses, causes and purposes."""
    cuts = {0, len(text), *(start for start, _ in clauses(text)), *(m.start() for m in _CAUSE.finditer(text))}
    ordered = sorted(cuts)
    return list(pairwise(ordered))


_CAUSE = re.compile(pattern_of(speech("causes")).pattern, re.IGNORECASE)


def cover(case: Case) -> Cover:
    """Match the claim's content with the evidence's, the nearest words first."""
    claim = case.claim
    sentences = [case.matched[j] for j in case.used]
    columns = [(s, k) for s, one in enumerate(sentences) for k, word in enumerate(one.sentence.words.words) if not word.stop]
    near = np.stack([sentences[s].near[:, k] for s, k in columns], axis=1) if columns else np.zeros((len(claim.words), 1), np.float32)
    places = claim.content
    met = np.zeros(len(places))
    owners: dict[int, list[int]] = {}
    named = {i for run in claim.names for i in run}
    pairs = [(near[i, c], k, c) for k, i in enumerate(places) for c in range(near.shape[1]) if near[i, c] >= 0.15]
    for value, k, c in sorted(pairs, reverse=True):
        if met[k] > 0:
            continue
        i = places[k]
        words = claim.words.words
        taken = [o for o in owners.get(c, []) if abs(o - i) > BESIDE and words[o].low != words[i].low]
        if not taken:
            met[k] = min(float(value), MET) / MET
            owners.setdefault(c, []).append(i)
    for k, i in enumerate(places):
        if case.met[i] >= 0.99 and i in named:
            met[k] = 1.0
        elif case.met[i] > near[i].max() + 0.01:  # a form that no letters join
            met[k] = max(met[k], min(float(case.met[i]), MET) / MET)
    weights = np.array([_weight(case, i) for i in places], dtype=np.float64)
    return Cover(case, places, weights, met)


def _weight(case: Case, i: int) -> float:
    word = case.claim.words.words[i]
    return word.weight * (TITLE if is_title(word) else 1.0)
