"""The checks of a claim's numbers and dates against what it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.answer.cases import Case
from assistant.answer.claims import Matched, Read, told_parts
from assistant.answer.counting import people_counted
from assistant.answer.days import When, covers, fits, touches
from assistant.answer.derived import follows, share_follows, shares_in
from assistant.answer.figures import per_units, same_figure
from assistant.answer.joining import tells
from assistant.answer.numerals import Figure

SAME_WORD = 0.5
"""A word as near as this to one of the evidence tells the same of a figure."""
BESIDE = 24
"""Characters between a figure and the date that belongs to it."""


def numbers_hold(case: Case) -> bool:
    """Say whether every figure of the claim stands in the evidence: the same value, unit, date and direction."""
    there = [(figure, sentence) for sentence in case.sentences for figure in sentence.figures]
    shares = shares_in(case.claim.text, case.claim.language)
    if not all(any(_has_share(place, case.claim, sentence) for sentence in case.sentences) for place in shares):
        return False
    for figure in case.claim.figures:
        if _unsure(figure) or _not_one(figure, case.claim) or any(start <= figure.start < end for start, end, _ in shares):
            continue
        same = [(other, sentence) for other, sentence in there if same_figure(figure, other)]
        if not same and not _is_told(figure, case):
            return False
        if same and not any(_keeps_date(figure, case.claim, other, sentence) for other, sentence in same):
            return False
        if same and not any(_keeps_direction(figure, case.claim, other, sentence) for other, sentence in same):
            return False
    units = frozenset[str]().union(*(per_units(sentence.text) for sentence in case.sentences))
    if units and not per_units(case.claim.text) <= units:
        return False
    return not any(_change_places(case.claim, matched) for matched in case.matched) and not _counts_others(case)


def _counts_others(case: Case) -> bool:
    """Say whether a figure counts other people in the evidence than in the claim: `19 died`, where seven died and 19 are missing."""
    claim = case.claim
    mine = people_counted(claim.text, claim.language, told_parts(claim.text)) if claim.figures else []
    if not mine:
        return False
    theirs = [one for sentence in case.sentences for one in people_counted(sentence.text, sentence.language, told_parts(sentence.text))]
    for figure, rows in mine:
        same = [others for other, others in theirs if same_figure(figure, other)]
        if same and not any(rows & others for others in same) and any(rows & others for _, others in theirs):
            return True
    return False


def _change_places(claim: Read, matched: Matched) -> bool:
    """Say whether two figures of one sentence changed places: `19 died, seven are missing`, where seven died and 19 are missing."""
    pairs = []
    for figure in claim.figures:
        same = [other for other in matched.sentence.figures if same_figure(figure, other)]
        if len(same) == 1 and not _unsure(figure):
            pairs.append((figure, same[0]))
    ends = [*(figure.start for figure, _ in pairs[1:]), len(claim.text)]
    for at, ((one, first), (other, second)) in enumerate(pairwise(pairs)):
        if second.start < first.start:  # what is told of each must have turned round with them
            behind_one = _told_of(claim, matched, (one.end, ends[at]), (second, first))
            behind_other = _told_of(claim, matched, (other.end, ends[at + 1]), (second, first))
            if behind_one == second and behind_other == first:
                return True
    return False


def _told_of(claim: Read, matched: Matched, place: tuple[int, int], figures: tuple[Figure, Figure]) -> Figure | None:
    """Return of which of a sentence's two figures, in their order, the words of the claim at a place are told; None when of neither."""
    votes = [0, 0]
    words, theirs = claim.words.words, matched.sentence.words.words
    for i in claim.content:
        if place[0] <= words[i].start < place[1] and matched.near[i].max(initial=0.0) >= SAME_WORD:
            start = theirs[int(matched.near[i].argmax())].start
            if start > figures[0].start:
                votes[start > figures[1].start] += 1
    return None if votes[0] == votes[1] else figures[votes[1] > votes[0]]


def _is_told(figure: Figure, case: Case) -> bool:
    """Say whether a figure that stands nowhere as such is told by a date, a name or others from which it follows."""
    return (
        _as_written(figure, case)
        or any(_counted_by_date(figure, sentence) for sentence in case.sentences)
        or any(follows(figure, case.claim.text, case.claim.language, sentence.figures) for sentence in case.sentences)
    )


def _has_share(place: tuple[int, int, float], claim: Read, sentence: Read) -> bool:
    told = [value for _, _, value in shares_in(sentence.text, sentence.language)]
    return share_follows(place, claim.text, claim.language, sentence.figures, told)


def _unsure(figure: Figure) -> bool:
    """Say whether a figure tells nothing: `one`, `thousands`, `a second`."""
    return figure.vague or (figure.value in (0, 1) and not figure.unit)


def _not_one(figure: Figure, claim: Read) -> bool:
    """Say whether a figure only denies with force: `not a single rupiah`."""
    return figure.value == 1 and not figure.digits and any(negator.start < figure.start for negator in claim.negators)


def _as_written(figure: Figure, case: Case) -> bool:
    """Say whether the figure's words stand in the evidence letter by letter: a name or a year that was read as a number."""
    written = case.claim.text[figure.start : figure.end]
    if not figure.digits or figure.unit:
        return False
    return any(re.search(rf"(?<![\w.,]){re.escape(written)}(?![\w]|[.,]\d)", sentence.text) is not None for sentence in case.sentences)


def _counted_by_date(figure: Figure, sentence: Read) -> bool:
    """Say whether a year that the claim writes as a number is a date of the sentence."""
    return (
        figure.digits
        and not figure.unit
        and any(re.search(rf"\b{int(figure.value)}\b", sentence.text[d.start : d.end]) for d in sentence.dates)
    )


def _beside(figure: Figure, text: Read) -> When | None:
    """Return the date right behind a figure, `5.4 percent in August`."""
    behind = [
        d for d in text.dates if 0 <= d.start - figure.end <= BESIDE and not any(figure.end < f.start < d.start for f in text.figures)
    ]
    close = [d for d in behind if not re.search(r"[,;.]\s", text.text[figure.end : d.start])]
    return close[0] if close else None


def _keeps_date(figure: Figure, claim: Read, other: Figure, sentence: Read) -> bool:
    one, two = _beside(figure, claim), _beside(other, sentence)
    return one is None or two is None or touches(one, two)


def _keeps_direction(figure: Figure, claim: Read, other: Figure, sentence: Read) -> bool:
    """Say whether a figure that something came from is one in both, where both tell a change from one figure to another."""
    both = sum(f.source for f in claim.figures) == 1 == sum(f.source for f in sentence.figures) and len(sentence.figures) > 1 < len(
        claim.figures
    )
    return not both or figure.source == other.source


def dates_hold(case: Case) -> bool:
    """Say whether every date of the claim is one of the evidence, or the day, month or year of the article."""
    there = [(when, j) for j, sentence in enumerate(case.sentences) for when in sentence.dates]
    for when in case.claim.dates:
        fitting = [j for other, j in there if fits(when, other)]
        if fitting and _of_another(when, fitting, case):
            return False
        if fitting or (when.grain == "week" and not any(other.grain in ("day", "week") for other, _ in there)):
            continue
        told = any(other.grain == when.grain and other.grain != "week" for other, _ in there)
        if told or not any(covers(when, citation.published) for citation in case.cited):
            return False
    return True


def _of_another(when: When, fitting: Sequence[int], case: Case) -> bool:
    """Say whether a date is told only of something else: the sentence that has the claim's words has another date."""
    first = case.used[0]
    dates = [other for other in case.sentences[first].dates if other.grain != "week"]
    return (
        first not in fitting
        and bool(dates)
        and not any(touches(when, other) for other in dates)
        and not any(tells(case, j) for j in fitting)
    )
