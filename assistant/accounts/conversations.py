"""Conversations that are kept: each belongs to one owner, and nobody else sees it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.accounts.store import Accounts

MOST_LISTED = 500
NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation without its turns. Times are seconds since 1970."""

    id: str
    name: str
    index: str
    created: float
    updated: float
    n_turns: int = 0


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question, and its answer as JSON."""

    question: str
    answer: str


class Conversations:
    """The conversations of one owner: a user's id, or 0 on a machine where nobody signs in."""

    def __init__(self, accounts: Accounts, owner: int) -> None:
        self._accounts = accounts
        self._owner = owner

    def keep(self, conversation_id: str, index: str, position: int, turn: KeptTurn) -> str:
        """Keep a turn at its position, drop those from there on, and return the id of the conversation.

        Args:
            conversation_id: "" begins one, named after the question; an id that is not the owner's begins one too.
            index: the name of the index that was asked.
            position: counts from 0.
            turn: the question and its answer.
        """
        now = time.time()
        with self._accounts.transaction() as connection:
            mine = connection.execute("SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation_id, self._owner)).fetchone()
            if not mine:
                conversation_id = secrets.token_urlsafe(9)
                values = (conversation_id, self._owner, _name(turn.question), index, now, now)
                connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?)", values)
            connection.execute("DELETE FROM turns WHERE conversation_id = ? AND position >= ?", (conversation_id, position))
            connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?)", (conversation_id, position, turn.question, turn.answer))
            connection.execute("UPDATE conversations SET updated = ?, index_name = ? WHERE id = ?", (now, index, conversation_id))
        return conversation_id

    def listed(self, find: str = "") -> list[Conversation]:
        """Return the conversations, the latest first; with words, those whose name, questions or answers hold all of them."""
        conditions, values = ["owner = ?"], [str(self._owner)]
        for word in find.split():
            pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            held = "EXISTS (SELECT 1 FROM turns WHERE conversation_id = id AND (question LIKE ? ESCAPE '\\' OR answer LIKE ? ESCAPE '\\'))"
            conditions.append(f"(name LIKE ? ESCAPE '\\' OR {held})")
            values += [pattern] * 3
        rows = self._accounts.rows(
            f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY updated DESC, id LIMIT {MOST_LISTED}", *values
        )  # the conditions are ours, their values are bound
        return [_conversation(row) for row in rows]

    def find(self, conversation_id: str) -> Conversation | None:
        """Return a conversation of the owner, or None."""
        rows = self._accounts.rows(f"{_SELECT} WHERE id = ? AND owner = ?", conversation_id, self._owner)
        return _conversation(rows[0]) if rows else None

    def turns(self, conversation_id: str) -> list[KeptTurn]:
        """Return the turns of a conversation in order; none of one that is not the owner's."""
        rows = self._accounts.rows(
            "SELECT question, answer FROM turns JOIN conversations ON id = conversation_id WHERE id = ? AND owner = ? ORDER BY position",
            conversation_id,
            self._owner,
        )
        return [KeptTurn(str(question), str(answer)) for question, answer in rows]

    def rename(self, conversation_id: str, name: str) -> None:
        """Give a conversation another name; an empty one changes nothing."""
        if name.strip():
            with self._accounts.transaction() as connection:
                values = (_name(name), conversation_id, self._owner)
                connection.execute("UPDATE conversations SET name = ? WHERE id = ? AND owner = ?", values)

    def delete(self, conversation_ids: Sequence[str]) -> int:
        """Delete conversations for good, their bytes in the file too, and return how many there were."""
        with self._accounts.transaction() as connection:
            count = sum(
                connection.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (one, self._owner)).rowcount
                for one in conversation_ids
            )
        self._accounts.rows("PRAGMA wal_checkpoint(TRUNCATE)")  # the log still holds what was written to it
        return count


_COUNT = "(SELECT count(*) FROM turns WHERE conversation_id = conversations.id)"
_SELECT = f"SELECT id, name, index_name, created, updated, {_COUNT} FROM conversations"


def _conversation(row: tuple[object, ...]) -> Conversation:
    number, name, index, created, updated, n_turns = row
    return Conversation(str(number), str(name), str(index), float(str(created)), float(str(updated)), int(str(n_turns)))


def _name(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= NAME_CHARS else line[: NAME_CHARS - 1] + "…"
