"""Judge the citations of an answer as ALCE does (Gao and others 2023), with our own verifier in the place of an entailment model.

A statement is what stands between two groups of markers. Citation recall: it is borne out by the sentences it cites together; one that
cites nothing is not. Citation precision: a citation counts unless its statement is not borne out, or it alone does not bear it out while
the others do without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from assistant.answer.support import Verdict
from assistant.evaluate.metrics import mean
from assistant.records import Answer, Citation

_SPACES_AND_STOPS = " \t\n.,;:!?…。！？،؟|"


class Judge(Protocol):
    """Says whether cited sentences bear a claim out."""

    def check(self, claim: str, cited: Sequence[Citation]) -> Verdict:
        """Say whether the cited sentences together bear the claim out."""


class Statement(NamedTuple):
    """A stretch of an answer with the numbers of the citations behind it."""

    text: str
    numbers: tuple[int, ...]


def statements(answer: Answer) -> Iterator[Statement]:
    """Yield the statements of an answer.

    Of an answer made of the articles' own sentences these are the statements: headings, and the outlet or date before a sentence, are the
    assistant's own words and state nothing. In a model's answer a line that cites nothing and ends in a colon is a heading.
    """
    at = 0
    for offset, numbers in _groups(answer):
        quote = next((c.quote for c in answer.citations if c.number in numbers and answer.text.endswith(c.quote, at, offset)), "")
        if answer.composer == "extractive" and quote:
            yield Statement(quote, numbers)
        else:
            *before, last = answer.text[at:offset].split("\n")
            yield from _uncited(before)
            yield Statement(last.strip().lstrip("-•|* "), numbers)
        at = offset
    yield from _uncited(answer.text[at:].split("\n"))


def _groups(answer: Answer) -> list[tuple[int, tuple[int, ...]]]:
    """Return the markers, those that stand together as one: where the last stands, and the numbers."""
    groups: list[tuple[int, tuple[int, ...]]] = []
    for offset, number in sorted(answer.markers):
        if groups and not answer.text[groups[-1][0] : offset].strip(_SPACES_AND_STOPS):
            groups[-1] = (offset, (*groups[-1][1], number))
        else:
            groups.append((offset, (number,)))
    return groups


def _uncited(lines: Sequence[str]) -> Iterator[Statement]:
    for line in lines:
        if line.strip(_SPACES_AND_STOPS) and not line.rstrip().endswith((":", "：")):
            yield Statement(line.strip(), ())


def citation_measures(answer: Answer, judge: Judge) -> Mapping[str, float]:
    """Return citation precision and recall, and the share of citations that are shown word for word.

    An answer that the articles' own sentences make up is borne out by itself, sentence by sentence.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    recalls: list[float] = []
    precisions: list[float] = []
    for statement in statements(answer):
        cited = [by_number[number] for number in dict.fromkeys(statement.numbers) if number in by_number]
        holds = bool(cited) and judge.check(statement.text, cited).supported
        recalls.append(float(holds))
        precisions += [float(holds and _needed(statement.text, one, cited, judge)) for one in cited]
    verbatim = mean(float(citation.badge == "verbatim") for citation in answer.citations)
    return {"citation_precision": mean(precisions), "citation_recall": mean(recalls), "verbatim": verbatim}


def _needed(text: str, one: Citation, cited: Sequence[Citation], judge: Judge) -> bool:
    others = [citation for citation in cited if citation is not one]
    return not others or judge.check(text, [one]).supported or not judge.check(text, others).supported
