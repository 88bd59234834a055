"""The tables of the store, as numbered steps that are only ever added to."""

from __future__ import annotations

import sqlite3

from assistant.errors import IndexMismatch

TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # AUTOINCREMENT: an id is never used again. A transaction that is rolled back gives its ids back, which is
    # safe because nobody hears of an id before its commit: the derived parts and the caller get them
    # afterwards. The long text stands last, so that reading the other columns does not touch its pages.
    """CREATE TABLE articles (
        id INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL, title TEXT NOT NULL, url TEXT NOT
        NULL, outlet TEXT NOT NULL COLLATE NOCASE, source TEXT NOT NULL, author TEXT NOT NULL, editor TEXT NOT
        NULL, place TEXT NOT NULL, published TEXT NOT NULL, updated TEXT NOT NULL, language TEXT NOT NULL
        COLLATE NOCASE, content_hash TEXT NOT NULL, origin TEXT NOT NULL, inferred TEXT NOT NULL, text TEXT
        NOT NULL)""",
    "CREATE UNIQUE INDEX articles_origin ON articles (origin) WHERE origin <> ''",
    "CREATE INDEX articles_content_hash ON articles (content_hash)",
    "CREATE INDEX articles_filters ON articles (outlet, language, published)",
    "CREATE INDEX articles_language ON articles (language, published)",
    """CREATE TABLE originals (
        article_id INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE, compressed BLOB NOT NULL)""",
    """CREATE TABLE sentences (
        article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, position INTEGER NOT NULL,
        start INTEGER NOT NULL, stop INTEGER NOT NULL, PRIMARY KEY (article_id, position)) WITHOUT ROWID""",
    """CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, article_id INTEGER NOT NULL REFERENCES articles ON DELETE
        CASCADE, position INTEGER NOT NULL, first_sentence INTEGER NOT NULL, stop_sentence INTEGER NOT NULL,
        generation INTEGER NOT NULL)""",
    "CREATE UNIQUE INDEX passages_article ON passages (article_id, position)",
    "CREATE INDEX passages_generation ON passages (generation)",
    # Terms and vectors stand apart from the passages: what shows hits must not wade through them.
    """CREATE TABLE terms (
        passage_id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, terms TEXT NOT NULL)""",
    """CREATE TABLE vectors (
        passage_id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, vector BLOB NOT NULL)""",
    """CREATE TABLE quotations (
        article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, position INTEGER NOT NULL,
        start INTEGER NOT NULL, stop INTEGER NOT NULL, speaker TEXT NOT NULL, role TEXT NOT NULL, cue TEXT NOT
        NULL, direct INTEGER NOT NULL, via TEXT NOT NULL, PRIMARY KEY (article_id, position)) WITHOUT
        ROWID""",
    "CREATE INDEX quotations_speaker ON quotations (speaker, article_id)",
    # Which passages went in which generation: a derived part that is behind drops them without reading
    # everything.
    "CREATE TABLE removed (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL)",
    "CREATE INDEX removed_generation ON removed (generation)",
)

# The words and who was meant: filled when the quotations are found again, which an older `quotations_version` asks for.
LEDGER = (
    "DROP TABLE quotations",
    """CREATE TABLE quotations (
        article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, position INTEGER NOT NULL,
        start INTEGER NOT NULL, stop INTEGER NOT NULL, words_start INTEGER NOT NULL, words_stop INTEGER NOT
        NULL, speaker TEXT NOT NULL, written TEXT NOT NULL, role TEXT NOT NULL, cue TEXT NOT NULL, direct
        INTEGER NOT NULL, via TEXT NOT NULL, medium TEXT NOT NULL, addressee TEXT NOT NULL, negated INTEGER NOT
        NULL, joint TEXT NOT NULL, uncertain INTEGER NOT NULL, PRIMARY KEY (article_id, position)) WITHOUT
        ROWID""",
    "CREATE INDEX quotations_speaker ON quotations (speaker, article_id)",
    "UPDATE meta SET value = '0' WHERE key = 'n_quotations'",
)

# What keeps an index right over the years: see `seals.py`, `encoded.py`, `versions.py` and `alike_articles.py`.
KEEPING = (
    # Which text and encoder a vector is of. Rows from before have no key until the index is next opened to write.
    "ALTER TABLE vectors ADD COLUMN key BLOB NOT NULL DEFAULT x''",
    "CREATE INDEX vectors_key ON vectors (key) WHERE key <> x''",
    # Vectors that no passage has now: of an encoder that is changed to, or of other passage settings. They go with their article.
    """CREATE TABLE spare_vectors (
        article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, key BLOB NOT NULL, vector BLOB NOT NULL,
        crc INTEGER NOT NULL, PRIMARY KEY (article_id, key)) WITHOUT ROWID""",
    "CREATE INDEX spare_vectors_key ON spare_vectors (key)",
    "ALTER TABLE originals ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
    # What an article said before: `id` is the id that this version had, which no other article will ever have.
    """CREATE TABLE versions (
        id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, content_hash TEXT NOT
        NULL, why TEXT NOT NULL, replaced TEXT NOT NULL, compressed BLOB NOT NULL)""",
    "CREATE INDEX versions_article ON versions (article_id)",
    "CREATE INDEX versions_content_hash ON versions (content_hash)",
    """CREATE TABLE seals (
        article_id INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE, told INTEGER NOT NULL, searched INTEGER NOT NULL)""",
    """CREATE TABLE fingerprints (
        article_id INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE, fingerprint BLOB NOT NULL)""",
    """CREATE TABLE bands (
        band INTEGER NOT NULL, article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
        PRIMARY KEY (band, article_id)) WITHOUT ROWID""",
    "CREATE INDEX bands_article ON bands (article_id)",
    # Both directions of each pair.
    """CREATE TABLE copies (
        article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, other_id INTEGER NOT NULL REFERENCES articles ON
        DELETE CASCADE, share REAL NOT NULL, PRIMARY KEY (article_id, other_id)) WITHOUT ROWID""",
    "CREATE INDEX copies_other ON copies (other_id)",
)

# Where the pages begin (JSON numbers), and where each field was found (a JSON object).
PAGES = (
    "ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE articles ADD COLUMN provenance TEXT NOT NULL DEFAULT '{}'",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (TABLES, LEDGER, KEEPING, PAGES)
"""Step n brings a store from version n to n + 1. Released steps never change."""


def version(connection: sqlite3.Connection) -> int:
    """Return how many steps the store has behind it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(found: int) -> None:
    """Raise `IndexMismatch` when the store was made by a newer version of this program."""
    if found > len(MIGRATIONS):
        raise IndexMismatch(
            f"the index has store format {found}, this version knows formats up to {len(MIGRATIONS)}",
            "install a newer version of the assistant, or build the index again",
        )


def is_current(found: int) -> bool:
    """Say whether a store of this version needs no step."""
    return found == len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the store up to date, each step in a transaction of its own."""
    while not is_current(version(connection)):
        refuse_newer(version(connection))
        connection.execute("BEGIN IMMEDIATE")
        try:
            number = version(connection)  # another process may have done the step while this one waited
            if number < len(MIGRATIONS):
                for statement in MIGRATIONS[number]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
