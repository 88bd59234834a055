"""Users and their sessions: passwords and session secrets are kept as hashes alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from assistant.accounts.store import Accounts
from assistant.errors import AccountRefused

ROLES = ("reader", "admin")
# 32 MB and three rounds, as OWASP's password storage cheat sheet gives for scrypt; about a third of a second.
COST, BLOCK, ROUNDS, MEMORY = 2**15, 8, 3, 64 * 2**20
LEAST_PASSWORD = 10
MOST_PASSWORD = 1000
_NAME = re.compile(r"[\w.@+-]{1,64}")


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in. Id 0 is whoever sits at a machine where nobody signs in."""

    id: int
    name: str
    role: str

    @property
    def is_admin(self) -> bool:
        """Say whether this user may change articles and settings."""
        return self.role == "admin"


OWNER = User(0, "", "admin")


class Users:
    """The users of one file of accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._nobody = hashed("nobody has this password")  # checked when a name is unknown: both take the same time

    def add(self, name: str, password: str, role: str = "reader") -> User:
        """Add a user.

        Raises:
            AccountRefused: the name is taken or cannot be one, the role is none, or the password is too short.
        """
        if not _NAME.fullmatch(name):
            raise AccountRefused(f"{name!r} cannot be a user's name", "use up to 64 letters, digits and . _ @ + -")
        if role not in ROLES:
            raise AccountRefused(f"{role!r} is no role", "give one of: " + ", ".join(ROLES))
        stored = hashed(_usable(password))
        with self._accounts.transaction() as connection:
            if connection.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
                raise AccountRefused(f"there is a user {name!r} already", "choose another name, or remove that user first")
            values = (name, stored, role, time.time())
            row = connection.execute("INSERT INTO users (name, password, role, created) VALUES (?, ?, ?, ?)", values)
            return User(int(row.lastrowid or 0), name, role)

    def set_password(self, name: str, password: str) -> None:
        """Give a user another password and end all of the user's sessions.

        Raises:
            AccountRefused: there is no such user, or the password is too short.
        """
        stored, user = hashed(_usable(password)), self.named(name)
        with self._accounts.transaction() as connection:
            connection.execute("UPDATE users SET password = ? WHERE id = ?", (stored, user.id))
            connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.id,))

    def remove(self, name: str) -> None:
        """Remove a user for good, with all sessions, conversations and feedback.

        Raises:
            AccountRefused: there is no such user.
        """
        user = self.named(name)
        with self._accounts.transaction() as connection:
            for table in ("conversations", "feedback"):
                connection.execute(f"DELETE FROM {table} WHERE owner = ?", (user.id,))
            connection.execute("DELETE FROM users WHERE id = ?", (user.id,))
        self._accounts.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def named(self, name: str) -> User:
        """Return the user of this name.

        Raises:
            AccountRefused: there is none.
        """
        for user in self.listed():
            if user.name.casefold() == name.casefold():
                return user
        raise AccountRefused(f"there is no user {name!r}", "see who there is: assistant users list")

    def listed(self) -> list[User]:
        """Return all users by name."""
        rows = self._accounts.rows("SELECT id, name, role FROM users ORDER BY name")
        return [User(int(str(number)), str(name), str(role)) for number, name, role in rows]

    def checked(self, name: str, password: str) -> User | None:
        """Return the user with this name and password, or None."""
        rows = self._accounts.rows("SELECT id, name, role, password FROM users WHERE name = ?", name)
        stored = str(rows[0][3]) if rows else self._nobody
        right = is_password(password[:MOST_PASSWORD], stored)
        return User(int(str(rows[0][0])), str(rows[0][1]), str(rows[0][2])) if rows and right else None

    def begin_session(self, user: User, hours: float) -> str:
        """Return the secret of a new session, which ends by itself; those that have ended are cleared away."""
        secret, now = secrets.token_urlsafe(32), time.time()
        with self._accounts.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE expires < ?", (now,))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_digest(secret), user.id, now + hours * 3600))
        return secret

    def of_session(self, secret: str) -> User | None:
        """Return whose session this is, or None when it has ended or never was."""
        query = "SELECT users.id, name, role FROM sessions JOIN users ON users.id = user_id WHERE secret = ? AND expires > ?"
        rows = self._accounts.rows(query, _digest(secret), time.time()) if secret else []
        return User(int(str(rows[0][0])), str(rows[0][1]), str(rows[0][2])) if rows else None

    def end_session(self, secret: str) -> None:
        """End a session."""
        with self._accounts.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE secret = ?", (_digest(secret),))


def hashed(password: str) -> str:
    """Return what is stored of a password: `scrypt$COST$BLOCK$ROUNDS$SALT$HASH`."""
    salt = secrets.token_bytes(16)
    return f"scrypt${COST}${BLOCK}${ROUNDS}${salt.hex()}${_scrypt(password, salt, COST, BLOCK, ROUNDS).hex()}"


def is_password(password: str, stored: str) -> bool:
    """Say whether a password is the one that is stored."""
    _, cost, block, rounds, salt, digest = stored.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), int(cost), int(block), int(rounds)), bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes, cost: int, block: int, rounds: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=rounds, maxmem=MEMORY)


def _usable(password: str) -> str:
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise AccountRefused(f"the password has {len(password)} characters", f"take at least {LEAST_PASSWORD}; a sentence is a good one")
    return password


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
