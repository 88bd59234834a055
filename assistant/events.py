"""The events of an answer as it comes: begun, grown, replaced, done.

Who adds up the `Grown` events since the beginning, or since the last `Replaced`, has the text, the markers, the citations (a number that
comes again stands for the same place, with a badge or a translation that has changed) and the dropped claims of `Done.answer`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from assistant.records import Answer, Citation, Dropped, Marker


@dataclass(frozen=True, slots=True)
class Started:
    """The question was taken: its words in a line."""

    question: str


@dataclass(frozen=True, slots=True)
class Grown:
    """What has come to the answer: text behind what stands there, markers (offsets in the whole text), citations, dropped claims."""

    text: str
    markers: tuple[Marker, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was shown does not hold as an answer: it gives way to what comes next."""


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer, as `Assistant.ask` returns it."""

    answer: Answer


Event = Started | Grown | Replaced | Done


def growing(answer: Answer) -> Iterator[Answer]:
    """Yield the answer sentence by sentence; the last one is the answer itself.

    Each is a whole answer: its markers and its citations belong together, and no citation changes later.
    """
    for count, marker in enumerate(answer.markers[:-1], 1):
        markers = answer.markers[:count]
        shown = {number for _, number in markers}
        citations = tuple(citation for citation in answer.citations if citation.number in shown)
        yield replace(answer, text=answer.text[: marker.offset], markers=markers, citations=citations)
    yield answer


def events_of(question: str, answers: Generator[Answer, None, None]) -> Generator[Event, None, None]:
    """Yield the events of a stream of answers, each whole in itself; closing it closes the stream."""
    yield Started(" ".join(question.split()))
    shown: Answer | None = None
    with closing(answers):
        for position, answer in enumerate(answers):
            for part in (answer,) if answer.composer == "llm" or position else growing(answer):
                yield from _between(shown, part)
                shown = part
    if shown is not None:
        yield Done(shown)


def _between(before: Answer | None, now: Answer) -> Iterator[Event]:
    """Yield what leads from one state of an answer to the next."""
    if before is not None and not _goes_on(before, now):
        yield Replaced()
        before = None
    text, markers = (before.text, before.markers) if before else ("", ())
    known = {citation.number: citation for citation in before.citations} if before else {}
    grown = Grown(
        now.text[len(text) :],
        now.markers[len(markers) :],
        tuple(citation for citation in now.citations if known.get(citation.number) != citation),
        now.dropped[len(before.dropped) if before else 0 :],
    )
    if before is None or grown != Grown(""):
        yield grown


def _goes_on(before: Answer, now: Answer) -> bool:
    """Say whether an answer begins with all that the one before has."""
    places = {citation.number: (citation.article_id, citation.span) for citation in now.citations}
    return (
        now.text.startswith(before.text)
        and now.markers[: len(before.markers)] == before.markers
        and all(places.get(citation.number) == (citation.article_id, citation.span) for citation in before.citations)
        and now.dropped[: len(before.dropped)] == before.dropped
    )
