"""The tables of the accounts, as numbered steps that are only ever added to."""

from __future__ import annotations

# Times are seconds since 1970. Passwords, session and key secrets are kept as hashes alone.
TABLES = (
    """CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT NOT NULL,
        role TEXT NOT NULL, created REAL NOT NULL)""",
    """CREATE TABLE sessions (
        secret TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, expires REAL NOT NULL)
        WITHOUT ROWID""",
    """CREATE TABLE keys (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, secret TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL,
        created REAL NOT NULL, used REAL NOT NULL DEFAULT 0)""",
    # The owner is a user's id, or 0 on a machine where nobody signs in.
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner INTEGER NOT NULL, name TEXT NOT NULL, index_name TEXT NOT NULL, created REAL NOT
        NULL, updated REAL NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX conversations_owner ON conversations (owner, updated)",
    """CREATE TABLE turns (
        conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE, position INTEGER NOT NULL,
        question TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (conversation_id, position)) WITHOUT ROWID""",
    """CREATE TABLE feedback (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, index_name TEXT NOT NULL, question TEXT NOT
        NULL, answer TEXT NOT NULL, good INTEGER NOT NULL, reason TEXT NOT NULL, created REAL NOT NULL)""",
)

WORK = (
    """CREATE TABLE jobs (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL,
        result TEXT, problem TEXT, created REAL NOT NULL, updated REAL NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE replies (
        owner INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL, location TEXT NOT NULL,
        body BLOB NOT NULL, created REAL NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID""",
)

STEPS = (TABLES, WORK)
"""Step n leads from version n to n + 1."""
