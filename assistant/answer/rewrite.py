"""Make a follow-up into a question that stands alone, with a language model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing

from assistant.answer.evidence import fence_for, neutral
from assistant.answer.prompts import prompt
from assistant.answer.written import addresses
from assistant.errors import AssistantError
from assistant.protocols import Generator
from assistant.records import Turn

logger = logging.getLogger(__name__)

MAX_TURNS = 4
"""Turns that a follow-up may point back to."""
MAX_ANSWER_CHARS = 600
MAX_QUESTION_CHARS = 300
"""A longer rewriting is an answer, or a talk about the question."""


def rewrite(generator: Generator, question: str, history: Sequence[Turn]) -> str:
    """Return the question so that it can be understood without the history; as it is when the model does not do.

    Args:
        generator: the language model.
        question: what the person wrote last.
        history: the turns before, the oldest first; the last few are told.
    """
    if not history:
        return question
    told = "\n".join(
        f"Question: {neutral(turn.question)}\nAnswer: {neutral(turn.answer.text)[:MAX_ANSWER_CHARS]}" for turn in history[-MAX_TURNS:]
    )
    asked = neutral(question)
    given = ""
    try:
        with closing(generator.stream(prompt("rewrite").fill(question=asked, history=told, fence=fence_for(told, asked)))) as stream:
            for piece in stream:
                given += piece
                if len(given) > 2 * MAX_QUESTION_CHARS:
                    return question
    except AssistantError as error:
        logger.info("%s; the question is taken as it is", error)
        return question
    rewritten = neutral(given).strip("\"'“” ")
    usable = rewritten and len(rewritten) <= MAX_QUESTION_CHARS and "\n" not in given.strip() and not addresses(rewritten)
    return rewritten if usable else question
