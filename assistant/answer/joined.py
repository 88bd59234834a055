"""The answers to several questions in one, as one answer: each under its question, citations numbered through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.questions import Asked
from assistant.records import Answer, Citation, Dropped, Filters, Hit, Marker
from assistant.text.terms import content_terms

_MARKS = {"ar": "؟", "fa": "؟", "ur": "؟", "zh": "？", "ja": "？"}
"""What ends a heading; "?" in other languages."""


def standing_alone(parts: Sequence[Asked]) -> list[str]:
    """Return the questions to ask, one for each part: what names nothing gets the names of the first that does, else the first's terms."""
    named = next((" ".join(part.names) for part in parts if part.names), "")
    terms = " ".join(dict.fromkeys(content_terms(parts[0].question, parts[0].language)))
    return [
        part.question if part.names or not (about := named or (terms if place else "")) else f"{part.question} ({about})"
        for place, part in enumerate(parts)
    ]


def join_answers(question: str, parts: Sequence[str], answers: Sequence[Answer], filters: Filters) -> Answer:
    """Return one answer to a question of several parts.

    It abstains only where every part does; a part that is not answered says so under its question.

    Args:
        question: the whole question.
        parts: its parts, the headings.
        answers: the answer to each; at least one.
        filters: those in force for all, shown where the parts have different ones.
    """
    text, markers, citations, dropped = _joined(parts, answers)
    first = answers[0]
    answered = [answer for answer in answers if not answer.abstained]
    nearest: list[Citation] = []
    for answer in answers if not answered else ():
        _numbered(answer.nearest, nearest)
    return replace(
        first,
        question=question,
        query=question,
        text=text,
        filters=first.filters if all(answer.filters == first.filters for answer in answers) else filters,
        markers=tuple(markers),
        citations=tuple(citations),
        nearest=tuple(nearest),
        hits=_each_once(answers),
        abstained=not answered,
        metadata=any(answer.metadata for answer in answers),
        n_dropped=sum(answer.n_dropped for answer in answers),
        dropped=tuple(dropped),
        composer="llm" if any(answer.composer == "llm" for answer in answers) else "extractive",
        note=" ".join(dict.fromkeys(answer.note for answer in answers if answer.note)),
        missing=tuple(dict.fromkeys(word for answer in answers for word in answer.missing)),
        confidence=min((answer.confidence for answer in answered), default=max(answer.confidence for answer in answers)),
        timings=_summed(answers),
    )


def _joined(parts: Sequence[str], answers: Sequence[Answer]) -> tuple[str, list[Marker], list[Citation], list[Dropped]]:
    """Return the text of all parts with its markers and citations, and the claims that were dropped, numbered through."""
    text = ""
    markers: list[Marker] = []
    citations: list[Citation] = []
    dropped: list[Dropped] = []
    for part, answer in zip(parts, answers, strict=True):
        numbers = _numbered(answer.citations, citations)
        text += ("\n\n" if text else "") + part + _MARKS.get(answer.language, "?") + "\n"
        markers += [Marker(len(text) + offset, numbers[number]) for offset, number in answer.markers if number in numbers]
        dropped += [replace(d, numbers=tuple(numbers[n] for n in d.numbers if n in numbers)) for d in answer.dropped]
        text += answer.text
    return text, markers, citations, dropped


def _summed(answers: Sequence[Answer]) -> dict[str, float]:
    timings: Counter[str] = Counter()
    for answer in answers:
        timings.update(answer.timings)
    return {name: round(took, 2) for name, took in timings.items()}


def _numbered(citations: Sequence[Citation], known: list[Citation]) -> dict[int, int]:
    """Add citations to those known, numbered on; return their old numbers with the new ones."""
    numbers = {citation.number: len(known) + n for n, citation in enumerate(citations, 1)}
    known += [replace(citation, number=numbers[citation.number]) for citation in citations]
    return numbers


def _each_once(answers: Sequence[Answer]) -> tuple[Hit, ...]:
    """Return the hits of all parts, the best of each first, each passage once, ranked anew."""
    deepest = max(len(answer.hits) for answer in answers)
    taken = (answer.hits[i] for i in range(deepest) for answer in answers if i < len(answer.hits))
    once = {hit.passage.id: hit for hit in reversed(list(taken))}
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(reversed(list(once.values())), 1))
