"""What lies on disk: SQLite is the truth, the vector and lexical parts are derived from it."""
