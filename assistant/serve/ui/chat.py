"""The conversation: what the page shows after each thing that a person does. It knows nothing of Gradio."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from assistant.errors import AssistantError
from assistant.events import growing
from assistant.records import Answer, Citation, Turn
from assistant.serve.render import as_html, escape
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.reading import EMPTY, GONE, article_html

logger = logging.getLogger(__name__)

SHOWN_CHARS = 300
"""A longer question is shown cut."""

WELCOME = (
    '<div class="welcome"><h2>Ask the articles</h2><p>In any language. An answer is made of the articles’ own'
    " sentences; each has a number that opens the article at that sentence.</p></div>"
)


@dataclass(frozen=True)
class View:
    """What the page is to show; None leaves a part as it is."""

    turns: tuple[Turn, ...]
    transcript: str
    reading: str | None = None
    question: str | None = None


class Chat:
    """What happens when a person asks, opens a citation, or begins anew. Holds no conversation itself."""

    def __init__(self, indexes: OpenIndexes) -> None:
        self.indexes = indexes
        self._clicks = itertools.count(1)

    def ask(self, question: str, name: str, turns: tuple[Turn, ...]) -> Iterator[View]:
        """Yield the view while the answer comes, sentence by sentence; its first citation opens by itself."""
        yield View(turns, transcript(turns, pending=question), question="")
        try:
            yield from self._answer(question, name, turns)
        except AssistantError as error:
            yield View(turns, transcript(turns, error=_line(error)), question=question)
        except Exception:
            logger.exception("the question could not be answered")
            error_line = "Something went wrong; the log of the server says what."
            yield View(turns, transcript(turns, error=error_line), question=question)

    def _answer(self, question: str, name: str, turns: tuple[Turn, ...]) -> Iterator[View]:
        shown_reading = ""
        with closing(self.indexes.open(name).stream(question, turns)) as stream:
            for position, answer in enumerate(stream):
                page = self._reading(answer, len(turns), name)
                reading = page if page != shown_reading else None  # what is open stays as the person has scrolled it
                shown_reading = page
                whole = answer.composer == "llm" or position > 0
                for part in (answer,) if whole else growing(answer):
                    shown = (*turns, Turn(question, part))
                    yield View(shown, transcript(shown), reading)

    def cite(self, anchor: str, name: str, turns: tuple[Turn, ...]) -> str | None:
        """Return the reading panel for a marker that was clicked; None when there is no such citation."""
        found = re.fullmatch(r"cite-(\d{1,6})-(\d{1,6})", anchor)
        if not found or int(found[1]) >= len(turns):
            return None
        position, number = int(found[1]), int(found[2])
        answer = turns[position].answer
        active = next((c for c in answer.citations or answer.nearest if c.number == number), None)
        return self._article(answer, active, position, name, str(next(self._clicks))) if active else None

    def begin(self) -> View:
        """Return the view of a new conversation."""
        return View((), transcript(()), EMPTY, "")

    def _reading(self, answer: Answer, position: int, name: str) -> str:
        return self._article(answer, opening(answer), position, name) if answer.citations else EMPTY

    def _article(self, answer: Answer, active: Citation, position: int, name: str, opened: str = "") -> str:
        try:
            article = self.indexes.open(name).article(active.article_id)
        except AssistantError:
            return GONE
        if active.span.of(article.text) != active.quote:
            return GONE  # rather nothing than a wrong place
        cited = answer.citations or answer.nearest
        return article_html(article, cited, active, f"cite-{position}", opened, answer.language)


def opening(answer: Answer) -> Citation:
    """Return the citation that opens by itself: the first, or of one speaker's the first direct one."""
    first = answer.citations[0]
    if first.speaker and all(citation.speaker == first.speaker for citation in answer.citations):
        return next((citation for citation in answer.citations if citation.direct), first)
    return first


def transcript(turns: Sequence[Turn], pending: str = "", error: str = "") -> str:
    """Return the conversation as HTML; the marker of turn 0's citation 1 is the link `#cite-0-1`."""
    items = [
        f'<li class="turn">{_question(turn.question)}{as_html(turn.answer, f"cite-{position}")}</li>' for position, turn in enumerate(turns)
    ]
    if pending.strip():
        items.append(f'<li class="turn">{_question(pending)}<p class="pending">Reading the articles …</p></li>')
    if error:
        items.append(f'<li class="turn"><p class="problem" role="alert">{escape(error)}</p></li>')
    if not items:
        return WELCOME
    return f'<ol class="turns" aria-label="Conversation" aria-live="polite">{"".join(items)}</ol>'


def _question(question: str) -> str:
    text = " ".join(question.split())
    shown = text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + " …"
    return f'<h2 class="question" dir="auto">{escape(shown)}</h2>'


def _line(error: AssistantError) -> str:
    text = str(error)
    line = f"{text}: {error.hint}" if error.hint else text
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "?", "!")) else ".")
