"""Show what an article said before and what of it changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import fields

from assistant.index.versions import Version
from assistant.records import Article
from assistant.serve.render import plain
from assistant.text.sentences import split_sentences

_UNTOLD = ("id", "text", "content_hash", "inferred", "origin")


def differences(old: Article, new: Article) -> Iterator[str]:
    """Yield what changed, a line for each field and sentence: `-` stood there before, `+` stands there now."""
    for field in fields(Article):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name not in _UNTOLD and before != after:
            yield f"- {field.name}: {before}"
            yield f"+ {field.name}: {after}"
    for line in difflib.ndiff(_sentences(old), _sentences(new)):
        if line[0] in "+-":
            yield line


def history_as_text(article: Article, versions: Sequence[Version]) -> str:
    """Return the present version in a line, then each earlier one with what changed after it, the latest change first."""
    lines = [f"{article.id}  now: {article.title}"]
    newer = article
    for version in reversed(versions):
        lines.append(f"{version.article.id}  {version.why} {version.replaced}: {version.article.title}")
        lines += [f"    {line}" for line in differences(version.article, newer)] or ["    the same text and metadata"]
        newer = version.article
    if not versions:
        lines.append("it has no earlier version")
    return "\n".join(plain(line).replace("\n", " ") for line in lines)


def _sentences(article: Article) -> list[str]:
    return [span.of(article.text) for span in split_sentences(article.text, article.language)]
