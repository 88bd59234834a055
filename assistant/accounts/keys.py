"""Keys for programs: the secret is shown once and only its hash is kept."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from assistant.accounts.store import Accounts
from assistant.errors import KeyProblem

SCOPES = ("read", "write")
"""What a key may do: ask and search; or add, change and remove articles and start evaluations, too."""
PREFIX = "aa_"
SECRET_BYTES = 32
"""256 random bits: what cannot be guessed needs no slow hash."""
USED_EVERY_S = 60.0
"""How exactly the last use is known: a write for each request would cost more than the request."""
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is listed. Times are seconds since 1970; `used` is 0 for one that was never used."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created: float
    used: float = 0.0

    def allows(self, scope: str) -> bool:
        """Say whether the key may be used for that; who may write may read."""
        return scope in self.scopes or "write" in self.scopes


class Keys:
    """The keys in the accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def add(self, name: str, scope: str = "read") -> tuple[Key, str]:
        """Make a key and return it with its secret, which nothing can show again.

        Raises:
            KeyProblem: the name is empty, too long or taken, or the scope is unknown.
        """
        name = " ".join(name.split())
        if not name or len(name) > MAX_NAME_CHARS or not name.isprintable() or name.isdecimal():
            raise KeyProblem(
                f"{name[:MAX_NAME_CHARS]!r} cannot be the name of a key", "name it for what uses it: assistant keys add website"
            )
        if scope not in SCOPES:
            raise KeyProblem(f"a key cannot have the scope {scope!r}", "give one of: " + ", ".join(SCOPES))
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        with self._accounts.transaction() as rows:
            if rows.execute("SELECT 1 FROM keys WHERE name = ?", (name,)).fetchone():
                raise KeyProblem(f"there is a key {name!r} already", "take another name, or remove it: assistant keys remove NAME")
            insert = "INSERT INTO keys (name, secret, scopes, created) VALUES (?, ?, ?, ?) RETURNING id, name, scopes, created, used"
            row = rows.execute(insert, (name, _hash(secret), scope, time.time())).fetchone()
        return _key(row), secret

    def list(self) -> list[Key]:
        """Return the keys, oldest first."""
        return [_key(row) for row in self._accounts.rows("SELECT id, name, scopes, created, used FROM keys ORDER BY id")]

    def any(self) -> bool:
        """Say whether there is a key."""
        return bool(self._accounts.rows("SELECT 1 FROM keys LIMIT 1"))

    def remove(self, name: str) -> Key:
        """Remove a key by its name or number; it opens nothing from now on.

        Raises:
            KeyProblem: there is none.
        """
        with self._accounts.transaction() as rows:
            removed = "DELETE FROM keys WHERE name = ? OR CAST(id AS TEXT) = ? RETURNING id, name, scopes, created, used"
            row = rows.execute(removed, (name, name)).fetchone()
        if row is None:
            raise KeyProblem(f"there is no key {name!r}", "see their names with: assistant keys list")
        return _key(row)

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret, and note that it is used; None when there is none."""
        if not secret.startswith(PREFIX):
            return None
        found = self._accounts.rows("SELECT id, name, scopes, created, used FROM keys WHERE secret = ?", _hash(secret))
        if not found:
            return None
        key, now = _key(found[0]), time.time()
        if now - key.used > USED_EVERY_S:
            with self._accounts.transaction() as rows:
                rows.execute("UPDATE keys SET used = ? WHERE id = ?", (now, key.id))
        return key


def _key(row: tuple[Any, ...]) -> Key:
    return Key(int(row[0]), str(row[1]), tuple(str(row[2]).split()), float(row[3]), float(row[4]))


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", errors="replace")).hexdigest()
