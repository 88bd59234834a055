"""Make evaluation questions of what readers said of answers."""

from __future__ import annotations

import hashlib
from typing import Any

from assistant.accounts.feedback import Opinion
from assistant.serve.restore import answer_of

NOT_THERE = "not_there"
"""The reason that says: the articles do not answer this."""


def as_question(opinion: Opinion) -> dict[str, Any] | None:
    """Return an evaluation question with the sentences that answer it; None when it is not known which do.

    Of a good answer they are what it cites, of a good abstention, or where the articles do not answer, none. `article` is the title,
    `article_id` the id in the index that was asked.
    """
    answer = answer_of(opinion.answer)
    is_missing = not opinion.good and opinion.reason.split(":")[0] == NOT_THERE
    if not (opinion.good or is_missing) or answer.metadata:
        return None
    cited = answer.citations if opinion.good else ()
    return {
        "id": "feedback-" + hashlib.sha256(f"{opinion.index}\n{opinion.question}".encode()).hexdigest()[:12],
        "question": opinion.question,
        "language": answer.language,
        "kind": "" if cited else "unanswerable",
        "gold": [{"article": one.title, "article_id": one.article_id, "text": one.quote} for one in cited],
        "index": opinion.index,
    }
