"""Compare two runs of one set, question by question: what changed, whether by chance, in which questions, and of which kind they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import QuestionSetError
from assistant.evaluate.figures import BY_NAME, PER_QUESTION, Measure, groups, measured, of_set
from assistant.evaluate.rows import Row
from assistant.evaluate.runs import Run
from assistant.evaluate.statistics import Difference, compare

SURE = 0.05
"""A change whose p lies below this is no chance."""
TELLING = ("success_at_1", "success_at_3", "told_apart", "answer_f1", "passage_rr")
"""What decides whether a question was won or lost, the weightiest first."""
WEIGHTS = (1.0, 0.5, 0.5, 0.25, 0.1)
LEAST_SHARE = 0.5
"""A group is named when at least this share of what was lost, or won, lies in it."""
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """How one measure changed over the questions of a group, `n` of them."""

    measure: str
    group: str
    difference: Difference
    n: int

    @property
    def gain(self) -> float:
        """How much better it is, below 0 when it is worse."""
        return self.difference.change if BY_NAME[self.measure].higher else -self.difference.change

    @property
    def is_sure(self) -> bool:
        """Say whether it is no chance."""
        return self.difference.p < SURE


@dataclass(frozen=True, slots=True)
class Pair:
    """One question before and after; `gain` says how much better it is now."""

    before: Row
    after: Row
    gain: float


@dataclass(frozen=True)
class Comparison:
    """Two runs over the questions that both asked.

    `changes` are those of all questions by measure; `groups` those of single kinds, pairs and tags; `pairs` the questions that were won or
    lost, the greatest losses first; `of_sets` what is measured of the whole set, before and now.
    """

    before: Run
    after: Run
    changes: tuple[Change, ...]
    groups: tuple[Change, ...]
    pairs: tuple[Pair, ...]
    n: int
    of_sets: tuple[Mapping[str, float], Mapping[str, float]] = ({}, {})

    @property
    def falls(self) -> list[Change]:
        """The measures that are worse, and not by chance."""
        return [change for change in self.changes if change.gain < 0 and change.is_sure]

    @property
    def rises(self) -> list[Change]:
        """The measures that are better, and not by chance."""
        return [change for change in self.changes if change.gain > 0 and change.is_sure]

    def named(self, change: Change) -> Change | None:
        """Return the kind, pair or tag in which most of a change lies, None when it is spread; the surest of several."""
        whole = change.gain * change.n
        inside = [
            one for one in self.groups
            if one.measure == change.measure and one.n < change.n and whole and one.gain * one.n / whole >= LEAST_SHARE
        ]  # fmt: skip
        return min(inside, key=lambda one: (one.difference.p, -one.gain * one.n / whole, one.n), default=None)

    def lines(self) -> list[str]:
        """Say in a line a measure what fell and what rose; one line when nothing did for certain."""
        said = [self._line(change, "fell") for change in self.falls] + [self._line(change, "rose") for change in self.rises]
        if said:
            return said
        moved = sum(1 for change in self.changes if abs(change.gain) > SAME)
        return [f"no measure changed beyond chance over {self.n} questions ({moved} moved)" if moved else "both runs gave the same"]

    def _line(self, change: Change, verb: str) -> str:
        d = change.difference
        text = f"{BY_NAME[change.measure].title} {verb} by {points(abs(d.change))}: {d.before:.3f} -> {d.after:.3f} (p {p_text(d.p)})"
        if group := self.named(change):
            g = group.difference
            n_moved = g.worse if (change.gain < 0) == BY_NAME[change.measure].higher else g.better
            text += f", most of it in {group.group}: {g.before:.3f} -> {g.after:.3f}, {n_moved} of {group.n} questions"
        return text


def compare_runs(before: Run, after: Run) -> Comparison:
    """Compare the questions that two runs share.

    Raises:
        QuestionSetError: they share none.
    """
    known = {(row.id, row.question): row for row in before.rows}
    rows = [(known[row.id, row.question], row) for row in after.rows if (row.id, row.question) in known]
    if not rows:
        raise QuestionSetError("the two runs share no question", "compare runs of one set")
    old, new = [one for one, _ in rows], [one for _, one in rows]
    by_id = {row.id: row for row in old}
    parts = {name: part for name, part in groups(new).items() if name != "all" and not name.endswith(" half")}
    pairs = [Pair(one, other, gain) for one, other in rows if abs(gain := _score(other) - _score(one)) > SAME]
    return Comparison(
        before, after, tuple(_changes("all", old, new)),
        tuple(change for name, part in parts.items() for change in _changes(name, [by_id[row.id] for row in part], part)),
        tuple(sorted(pairs, key=lambda pair: (pair.gain, pair.after.id))), len(rows), (of_set(old), of_set(new)),
    )  # fmt: skip


def _changes(group: str, before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    found = []
    for measure in PER_QUESTION:
        values = _values(measure, before, after)
        if values:
            found.append(Change(measure.name, group, compare([a for a, _ in values], [b for _, b in values]), len(values)))
    return found


def _values(measure: Measure, before: Sequence[Row], after: Sequence[Row]) -> list[tuple[float, float]]:
    """Return the values of a measure on the questions to which it applies in both runs."""
    both = [(measured(one), measured(other)) for one, other in zip(before, after, strict=True)]
    return [(one[measure.name], other[measure.name]) for one, other in both if measure.name in one and measure.name in other]


def _score(row: Row) -> float:
    """Weigh what a question gave: only used to say whether it was won or lost."""
    values = measured(row)
    return sum(weight * values.get(name, 0.0) for name, weight in zip(TELLING, WEIGHTS, strict=True))


def points(change: float) -> str:
    """Say a change of a share in points: `3.2 points`."""
    return f"{100 * change:.1f} points"


def p_text(p: float) -> str:
    """Say a p: `.016`."""
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0")
