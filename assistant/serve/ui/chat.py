"""The conversation: what the page shows after each thing that a person does. It knows nothing of Gradio."""

from __future__ import annotations

import itertools
import json
import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from assistant.accounts.conversations import Conversations, KeptTurn
from assistant.accounts.feedback import Feedback, Opinion
from assistant.accounts.store import Accounts
from assistant.answer.compose import cite
from assistant.errors import AssistantError, TooManyQuestions
from assistant.records import Answer, Citation, Filters, Turn
from assistant.serve.render import as_json
from assistant.serve.restore import answer_of, given_of
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.pace import Pace
from assistant.serve.ui.reading import article_html, empty, gone
from assistant.serve.ui.sitting import Sitting, Visitor
from assistant.serve.ui.turns import transcript
from assistant.serve.ui.wording import Words

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class View:
    """What the page is to show; None leaves a part as it is. `done` is the last view of an answer."""

    sitting: Sitting
    transcript: str
    reading: str | None = None
    question: str | None = None
    done: bool = False


class Chat:
    """What happens when a person asks, opens a citation, or begins anew. Holds no conversation itself."""

    def __init__(self, indexes: OpenIndexes, accounts: Accounts | None = None) -> None:
        self.indexes = indexes
        self.accounts = accounts
        # More answers at once than there are cores take longer each, and the page's other events wait for them.
        self._cores = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
        self._pace = Pace(indexes.settings.questions_per_minute)
        self._clicks = itertools.count(1)

    def ask(self, question: str, name: str, sitting: Sitting, visitor: Visitor = Visitor(), now: str = "") -> Iterator[View]:
        """Yield the view while the answer comes; its first citation opens by itself.

        What a language model writes comes sentence by sentence; what is taken from the articles is there at once, and is one view.
        """
        if sitting.changing is not None:
            sitting = sitting.until(sitting.changing)
        words = visitor.words
        try:
            if wait := self._pace.wait_s(visitor.user.id):
                most = self._pace.most
                raise TooManyQuestions(f"more than {most} questions in a minute", f"ask again in {wait:.0f} seconds")
            yield from self._answer(question, name, sitting, visitor, now)
        except AssistantError as error:
            yield View(sitting, transcript(sitting, words, name, error=line(error)), question=question, done=True)
        except Exception:
            logger.exception("the question could not be answered")
            yield View(sitting, transcript(sitting, words, name, error=words("went_wrong")), question=question, done=True)

    def _answer(self, question: str, name: str, sitting: Sitting, visitor: Visitor, now: str) -> Iterator[View]:
        shown_reading, position, last, reading = "", len(sitting.turns), None, None
        assistant = self.indexes.open(name)
        with closing(assistant.stream(question, sitting.turns, sitting.filters, now)) as stream:
            for answer in self._in_turn(stream) if assistant.phrasing is None else stream:
                page = self._reading(answer, position, name, visitor.words)
                reading = page if page != shown_reading else None  # what is open stays as the person has scrolled it
                last = sitting.with_turn(Turn(question, answer))
                if assistant.phrasing is not None:
                    shown_reading = page
                    yield View(last, transcript(last, visitor.words, name, growing=True), reading)
                    reading = None
        if last is not None:
            kept = self._keep(last, name, visitor)
            yield View(kept, transcript(kept, visitor.words, name), reading, done=True)

    def _in_turn(self, stream: Iterator[Answer]) -> Iterator[Answer]:
        with self._cores:
            answers = list(stream)
        yield from answers

    def _keep(self, sitting: Sitting, name: str, visitor: Visitor) -> Sitting:
        """Keep the last turn, and return the sitting with the id of its conversation."""
        if self.accounts is None:
            return sitting
        turn, conversations = sitting.turns[-1], Conversations(self.accounts, visitor.user.id)
        kept = {**as_json(turn.answer), "given": as_json(sitting.given[-1])}
        as_kept = KeptTurn(turn.question, json.dumps(kept, ensure_ascii=False))
        return replace(sitting, conversation=conversations.keep(sitting.conversation, name, len(sitting.turns) - 1, as_kept))

    def kept(self, conversation: str, visitor: Visitor) -> tuple[str, Sitting] | None:
        """Return the index and the turns of a conversation that was kept, or None when the reader has no such one."""
        if self.accounts is None:
            return None
        conversations = Conversations(self.accounts, visitor.user.id)
        found = conversations.find(conversation)
        if found is None:
            return None
        kept = conversations.turns(conversation)
        turns = tuple(Turn(one.question, answer_of(one.answer)) for one in kept)
        return found.index, Sitting(turns, tuple(given_of(one.answer) for one in kept), conversation)

    def cite(self, anchor: str, name: str, sitting: Sitting, visitor: Visitor = Visitor()) -> str | None:
        """Return the reading panel for a marker that was clicked; None when there is no such citation.

        `cite-0-1` is citation 1 of the first turn, `also-0-1-2` the second place where the same words stand.
        """
        found = re.fullmatch(r"cite-(\d{1,6})-(\d{1,6})|also-(\d{1,6})-(\d{1,6})-(\d{1,6})", anchor, re.ASCII)
        if not found:
            return None
        position, number, copy = (int(part or 0) for part in (found[1] or found[3], found[2] or found[4], found[5]))
        if position >= len(sitting.turns):
            return None
        answer = sitting.turns[position].answer
        active = next((one for one in answer.citations or answer.nearest if one.number == number), None)
        if active is None or copy > len(active.also):
            return None
        if copy:
            return self._copy(active, copy, f"also-{position}-{number}", name, visitor.words)
        return self._shown(answer, active, position, name, visitor.words, str(next(self._clicks)))

    def _copy(self, citation: Citation, number: int, anchor: str, name: str, words: Words) -> str:
        """Return the reading panel for another article that holds the words of a citation."""
        copy = citation.also[number - 1]
        try:
            article = self.indexes.open(name).article(copy.article_id)
        except AssistantError:
            return gone(words)
        there = cite(number, article, copy.span)
        return article_html(article, (there,), there, anchor, str(next(self._clicks)), words)

    def opinion(self, position: int, good: bool, reason: str, name: str, sitting: Sitting, visitor: Visitor) -> Sitting:
        """Keep what a reader says of an answer."""
        if self.accounts is None or not 0 <= position < len(sitting.turns):
            return sitting
        answer = sitting.turns[position].answer
        as_text = json.dumps({**as_json(answer), "given": as_json(sitting.given[position])}, ensure_ascii=False)
        Feedback(self.accounts).note(Opinion(visitor.user.id, name, answer.query, as_text, good, reason))
        return replace(sitting, opinions=(*(one for one in sitting.opinions if one[0] != position), (position, good)))

    def stopped(self, name: str, sitting: Sitting, visitor: Visitor) -> str:
        """Return the conversation as far as it came when the reader stopped an answer."""
        return transcript(sitting, visitor.words, name)

    def begin(self, visitor: Visitor = Visitor(), filters: Filters = Filters()) -> View:
        """Return the view of a new conversation."""
        sitting = Sitting(filters=filters)
        return View(sitting, transcript(sitting, visitor.words), empty(visitor.words), "")

    def _reading(self, answer: Answer, position: int, name: str, words: Words) -> str:
        return self._shown(answer, opening(answer), position, name, words) if answer.citations else empty(words)

    def _shown(self, answer: Answer, active: Citation, position: int, name: str, words: Words, opened: str = "") -> str:
        try:
            article = self.indexes.open(name).article(active.article_id)
        except AssistantError:
            return gone(words)
        if active.span.of(article.text) != active.quote:
            return gone(words)  # rather nothing than a wrong place
        return article_html(article, answer.citations or answer.nearest, active, f"cite-{position}", opened, words)


def opening(answer: Answer) -> Citation:
    """Return the citation that opens by itself: the first, or of one speaker's the first direct one."""
    first = answer.citations[0]
    if first.speaker and all(citation.speaker == first.speaker for citation in answer.citations):
        return next((citation for citation in answer.citations if citation.direct), first)
    return first


def line(error: AssistantError) -> str:
    """Return an error as one line that says what is wrong and what to do."""
    text = str(error)
    told = f"{text}: {error.hint}" if error.hint else text
    return told[:1].upper() + told[1:] + ("" if told.endswith((".", "?", "!")) else ".")
