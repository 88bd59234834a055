"""Tables for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from assistant.records import Article
from assistant.serve.render import plain


def article_row(article: Article) -> tuple[str, str, str, str, str]:
    """Return id, date, outlet, language and title; a star marks what was inferred."""
    title, published = (
        value + "*" * (value != "" and field in article.inferred)
        for field, value in (("title", article.title), ("published", article.published[:10]))
    )
    return (article.id, published, article.outlet or article.source, article.language, title)


def table(rows: Sequence[Sequence[str]], width: int = 0) -> str:
    """Align rows in columns, the last one cut to fit `width` columns (0: not cut)."""
    cleaned = [[plain(cell).replace("\n", " ") for cell in row] for row in rows]
    columns = [max(map(_columns, column)) for column in zip(*cleaned, strict=True)] if cleaned else []
    lines = []
    for row in cleaned:
        start = "".join(cell + " " * (size - _columns(cell) + 2) for cell, size in zip(row[:-1], columns, strict=False))
        room = width - _columns(start)
        lines.append(start + (_cut(row[-1], room) if width and room > 10 else row[-1]))
    return "\n".join(lines)


def _columns(text: str) -> int:
    """Count terminal columns: wide characters take two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, columns: int) -> str:
    if _columns(text) <= columns:
        return text
    while _columns(text) > columns - 1:
        text = text[:-1]
    return text + "…"
