"""What readers say of answers: a thumb, and a reason."""

from __future__ import annotations

import time
from dataclasses import dataclass

from assistant.accounts.store import Accounts

REASON_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody said of an answer. `answer` is JSON; `created` counts seconds since 1970."""

    owner: int
    index: str
    question: str
    answer: str
    good: bool
    reason: str = ""
    created: float = 0.0


class Feedback:
    """The opinions in one file of accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def note(self, opinion: Opinion) -> None:
        """Keep an opinion; a later one of the same owner on the same question to the same index takes its place."""
        values = (opinion.owner, opinion.index, opinion.question)
        with self._accounts.transaction() as connection:
            connection.execute("DELETE FROM feedback WHERE owner = ? AND index_name = ? AND question = ?", values)
            connection.execute(
                "INSERT INTO feedback (owner, index_name, question, answer, good, reason, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, opinion.answer, opinion.good, opinion.reason[:REASON_CHARS], time.time()),
            )

    def listed(self) -> list[Opinion]:
        """Return all opinions, the oldest first."""
        rows = self._accounts.rows("SELECT owner, index_name, question, answer, good, reason, created FROM feedback ORDER BY id")
        return [
            Opinion(int(str(owner)), str(index), str(question), str(answer), bool(good), str(reason), float(str(created)))
            for owner, index, question, answer, good, reason, created in rows
        ]
