"""Replies to requests with an idempotency key: who sends one again gets the same reply, and nothing is done twice."""

from __future__ import annotations

import time
from dataclasses import dataclass

from assistant.accounts.store import Accounts

KEPT_S = 86_400.0
"""A request that is sent again a day later is a new one."""
HELD_S = 600.0
"""A request that has not been answered by then was lost with its server."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered; `status` is 0 while the request is under way. `digest` is of the request."""

    digest: str
    status: int
    location: str = ""
    body: bytes = b""


class Replies:
    """The replies in the accounts, by who asked and the key that they gave."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def begin(self, owner: int, key: str, digest: str) -> Reply | None:
        """Take a key for a request and return None, or return what there is for it."""
        now = time.time()
        with self._accounts.transaction() as rows:
            rows.execute("DELETE FROM replies WHERE created < ? OR (status = 0 AND created < ?)", (now - KEPT_S, now - HELD_S))
            select = "SELECT digest, status, location, body FROM replies WHERE owner = ? AND key = ?"
            if row := rows.execute(select, (owner, key)).fetchone():
                return Reply(*row)
            insert = "INSERT INTO replies (owner, key, digest, status, location, body, created) VALUES (?, ?, ?, 0, '', x'', ?)"
            rows.execute(insert, (owner, key, digest, now))
        return None

    def end(self, owner: int, key: str, reply: Reply) -> None:
        """Keep the reply."""
        with self._accounts.transaction() as rows:
            change = "UPDATE replies SET status = ?, location = ?, body = ? WHERE owner = ? AND key = ?"
            rows.execute(change, (reply.status, reply.location, reply.body, owner, key))

    def forget(self, owner: int, key: str) -> None:
        """Give a key back whose request was not done."""
        with self._accounts.transaction() as rows:
            rows.execute("DELETE FROM replies WHERE owner = ? AND key = ?", (owner, key))
