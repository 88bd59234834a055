"""The checks of a claim against what it cites, each a small pure function of the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import Matched, Read, quoted
from assistant.answer.days import When, covers, fits, touches
from assistant.answer.figures import Figure, per_units, same_figure
from assistant.answer.named import TRANSLATED, is_title
from assistant.answer.polarity import members, opposite_pairs, sides
from assistant.records import Citation
from assistant.text.terms import folded

MET = 0.6
"""A word as near as this is met in full."""
UNMET = 0.25
BESIDE = 24
"""Characters between a figure and the date that belongs to it."""


@dataclass(frozen=True)
class Case:
    """A claim with the sentences it cites, matched word by word."""

    claim: Read
    matched: tuple[Matched, ...]
    cited: tuple[Citation, ...]

    @cached_property
    def met(self) -> NDArray[Any]:
        """How well each word of the claim is met by any of the sentences."""
        return np.asarray(np.max([one.met for one in self.matched], axis=0))

    @property
    def sentences(self) -> list[Read]:
        """The cited sentences."""
        return [one.sentence for one in self.matched]

    @cached_property
    def covered(self) -> float:
        """The share of the claim's content that is met, weighted by how much its words say."""
        return share(self.claim, self.met)

    @cached_property
    def used(self) -> tuple[int, ...]:
        """The places of the sentences that the claim needs, the one it needs most first."""
        return needed(self)


def share(claim: Read, met: NDArray[Any]) -> float:
    """Return the share of a claim's content that is met."""
    weights = np.array([claim.words.words[i].weight for i in claim.content])
    if not len(weights):
        return 1.0
    return float((weights * np.minimum(met[list(claim.content)], MET)).sum() / MET / weights.sum())


def needed(case: Case) -> tuple[int, ...]:
    """Return the sentences without which words, figures or names of the claim are not met."""
    claim = case.claim
    items = [*claim.content, *(i for run in claim.names for i in run if i not in claim.content)]
    weights = np.array([claim.words.words[i].weight for i in items])
    rows = np.stack([one.met[items] for one in case.matched]) if items else np.zeros((len(case.matched), 0))
    figure_rows = np.array([[any(same_figure(f, g) for g in s.figures) for f in claim.figures] for s in case.sentences], dtype=float)
    totals = (rows * weights).sum(axis=1) + 2 * figure_rows.reshape(len(rows), -1).sum(axis=1)
    first = int(totals.argmax())
    used = [first]
    for j in np.argsort(-totals):
        if j == first:
            continue
        have = rows[used].max(axis=0)
        gain = np.where((rows[j] >= 0.4) & (rows[j] - have >= 0.25), weights, 0).sum()
        figure_gain = (figure_rows[j] > figure_rows[used].max(axis=0)).sum() if claim.figures else 0
        if gain > 0 or figure_gain:
            used.append(int(j))
    return tuple(used)


def numbers_hold(case: Case) -> bool:
    """Say whether every figure of the claim stands in the evidence: the same value, unit, date and direction."""
    there = [(figure, sentence) for sentence in case.sentences for figure in sentence.figures]
    for figure in case.claim.figures:
        if _unsure(figure):
            continue
        same = [(other, sentence) for other, sentence in there if same_figure(figure, other)]
        same += [(other, sentence) for other, sentence in there if _differ(figure, there) and same_figure(figure, other)]
        if not same and not _as_written(figure, case) and not any(_counted_by_date(figure, s) for s in case.sentences):
            return False
        if same and not any(_keeps_date(figure, case.claim, other, sentence) for other, sentence in same):
            return False
        if same and not any(_keeps_direction(figure, case.claim, other, sentence) for other, sentence in same):
            return False
    units = frozenset[str]().union(*(per_units(sentence.text) for sentence in case.sentences))
    return not units or per_units(case.claim.text) <= units


def _unsure(figure: Figure) -> bool:
    """Say whether a figure tells nothing: `one`, `thousands`, `a second`."""
    return figure.vague or (figure.value in (0, 1) and not figure.digits)


def _differ(figure: Figure, there: Sequence[tuple[Figure, Read]]) -> bool:
    return False


def _as_written(figure: Figure, case: Case) -> bool:
    """Say whether the figure's words stand in the evidence letter by letter: a name or a year that was read as a number."""
    written = case.claim.text[figure.start : figure.end]
    return any(re.search(rf"(?<![\w.,]){re.escape(written)}(?![\w]|[.,]\d)", sentence.text) is not None for sentence in case.sentences)


def _counted_by_date(figure: Figure, sentence: Read) -> bool:
    """Say whether a year that the claim writes as a number is a date of the sentence."""
    return figure.digits and not figure.unit and any(re.search(rf"\b{int(figure.value)}\b", sentence.text[d.start : d.end]) for d in sentence.dates)


def _beside(figure: Figure, text: Read) -> When | None:
    """Return the date right behind a figure, `5.4 percent in August`."""
    behind = [d for d in text.dates if 0 <= d.start - figure.end <= BESIDE and not any(figure.end < f.start < d.start for f in text.figures)]
    close = [d for d in behind if not re.search(r"[,;.]\s", text.text[figure.end : d.start])]
    return close[0] if close else None


def _keeps_date(figure: Figure, claim: Read, other: Figure, sentence: Read) -> bool:
    one, two = _beside(figure, claim), _beside(other, sentence)
    return one is None or two is None or touches(one, two)


def _keeps_direction(figure: Figure, claim: Read, other: Figure, sentence: Read) -> bool:
    """Say whether a figure that something came from is one in both, where both tell a change from one figure to another."""
    both = sum(f.source for f in claim.figures) == 1 == sum(f.source for f in sentence.figures) and len(sentence.figures) > 1 < len(claim.figures)
    return not both or figure.source == other.source


def dates_hold(case: Case) -> bool:
    """Say whether every date of the claim is one of the evidence, or the day, month or year of the article."""
    there = [(when, sentence) for sentence in case.sentences for when in sentence.dates]
    for when in case.claim.dates:
        if any(fits(when, other) for other, _ in there):
            continue
        if when.grain == "week" and not any(other.grain in ("day", "week") for other, _ in there):
            continue
        told = any(other.grain in ("day", "month", "year") and not fits(when, other) and other.grain == when.grain for other, _ in there)
        if told or not any(covers(when, citation.published) for citation in case.cited):
            return False
    return True


def names_hold(case: Case) -> bool:
    """Say whether every name of the claim stands in the evidence."""
    words = case.claim.words.words
    for run in case.claim.names:
        for i in run:
            least = UNMET if is_title(words[i]) else TRANSLATED
            if case.met[i] < least and not is_title(words[i]) and not _cannot_tell(case):
                return False
    return _kinds_hold(case)


def _cannot_tell(case: Case) -> bool:
    """Say whether names cannot be compared: Japanese ones are written in signs that do not tell how they are read."""
    return any(sentence.language == "ja" for sentence in case.sentences) and case.claim.language not in ("ja", "zh")


def _kinds_hold(case: Case) -> bool:
    """Say whether nothing of a kind was swapped: north and south, gold and silver."""
    claimed = members(case.claim.text, case.claim.language)
    there: dict[str, set[int]] = {}
    for sentence in case.sentences:
        for kind, found in members(sentence.text, sentence.language).items():
            there.setdefault(kind, set()).update(found)
    return all(not there.get(kind) or found <= there[kind] for kind, found in claimed.items())


def speaker_holds(case: Case) -> bool:
    """Say whether whoever the claim lets speak is who speaks in the sentence that has the words."""
    return True


def negation_holds(case: Case) -> bool:
    """Say whether claim and evidence both say it or both deny it: negators and opposites are counted."""
    used = [case.matched[i] for i in case.used]
    denied = len(case.claim.negators)
    for matched in used:
        denied += sum(_claimed(negator.start, negator.end, matched, case.claim) for negator in matched.sentence.negators)
    return (denied + _turned(case, [one.sentence for one in used])) % 2 == 0


def _claimed(start: int, end: int, matched: Matched, claim: Read) -> bool:
    """Say whether the clause in which a negator stands is one that the claim repeats."""
    return True


def _turned(case: Case, sentences: Sequence[Read]) -> int:
    """Count opposites: the claim has one side and not the other, the evidence the other and not the one."""
    mine = sides(case.claim.text, case.claim.language)
    theirs = frozenset[str]().union(*(sides(s.text, s.language) for s in sentences))
    return sum(
        (a in mine and b not in mine and b in theirs and a not in theirs) or (b in mine and a not in mine and a in theirs and b not in theirs)
        for a, b in opposite_pairs()
    )


def quotations_hold(case: Case) -> bool:
    """Say whether what stands in quotation marks stands so in one cited sentence."""
    texts = [_flat(sentence.text) for sentence in case.sentences]
    return all(any(_flat(words) in text for text in texts) for words in quoted(case.claim.text))


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[\"“”„«»「」『』]", " ", folded(text).replace("’", "'")).split()).strip(" .,;:!?。、，")


def support_holds(case: Case) -> bool:
    """Say whether every word that says something is met, and sentences are joined only where they may be."""
    return case.covered >= 0.6


def checks() -> Sequence[tuple[str, Callable[[Case], bool]]]:
    """Return the checks in order, each with the reason that it gives."""
    return (
        ("number", numbers_hold), ("date", dates_hold), ("name", names_hold), ("speaker", speaker_holds),
        ("negation", negation_holds), ("quotation", quotations_hold), ("support", support_holds),
    )  # fmt: skip
