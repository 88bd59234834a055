"""Make evaluation questions of what readers said of answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from assistant.accounts.feedback import Opinion
from assistant.serve.render import as_json
from assistant.serve.restore import answer_of, given_of

NOT_THERE = "not_there"
"""The reason that says: the articles do not answer this."""


def as_question(opinion: Opinion, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Return an evaluation question with the sentences that answer it; None when it is not known which do.

    Of a good answer they are what it cites, of a good abstention, or where the articles do not answer, none.

    Args:
        opinion: what was said of which answer.
        names: what each article of the index is called in a question set, by its id; one that is gone is called by its id.
    """
    answer = answer_of(opinion.answer)
    if not (opinion.good or _is_not_there(opinion)) or answer.metadata:
        return None
    cited = answer.citations if opinion.good else ()
    gold = [{"article": names.get(one.article_id, one.article_id), "text": one.quote} for one in cited]
    return {**_asked(opinion), "kind": "" if cited else "unanswerable", "gold": gold}


def as_draft(opinion: Opinion, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a question for a person to complete: as `as_question`, and where a reader was not content what they said.

    None for a question about an article's own date, author and the like, which no sentence answers.
    """
    if answer_of(opinion.answer).metadata:
        return None
    return as_question(opinion, names) or {**_asked(opinion), "kind": "", "gold": [], "note": opinion.reason}


def _is_not_there(opinion: Opinion) -> bool:
    return not opinion.good and opinion.reason.split(":")[0] == NOT_THERE


def _asked(opinion: Opinion) -> dict[str, Any]:
    """Return what was asked, of which index, and with the filters that the reader had set."""
    given = given_of(opinion.answer)
    limits = {one.name: as_json(value) for one in fields(given) if (value := getattr(given, one.name))}
    return {
        "id": "feedback-" + hashlib.sha256(f"{opinion.index}\n{opinion.question}".encode()).hexdigest()[:12],
        "question": opinion.question,
        "language": answer_of(opinion.answer).language,
        **({"filters": limits} if limits else {}),
        "index": opinion.index,
    }
