"""Finding the quotations of all articles again, after the rules for them have become better."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.index import changes, rows
from assistant.index.files import writing
from assistant.index.parts import Parts
from assistant.records import Article, Quotation, Span

VERSION = "quotations_version"
Find = Callable[[Article, Sequence[Span]], Sequence[Quotation]]


def requote(parts: Parts, version: int, find: Find, progress: Callable[[int, int], None]) -> None:
    """Replace the quotations of every article by those that `find` finds now, and note the version of its rules.

    A batch of articles is one generation; after an interruption the next call begins again, and until it has ended the index does not
    claim the version. Vectors and terms stay as they are.
    """
    last = done = 0
    with parts.lock.held(), writing(parts.folder):
        parts.catch_up()
        while True:
            with parts.store.read() as connection:
                if changes.get(connection, VERSION) == str(version):
                    return  # another process was faster
                total = changes.counts(connection).articles
                articles = rows.articles_after(connection, last, rows.EVERYTHING)
                sentences = [rows.sentences(connection, article.id) for article in articles]
            if not articles:
                with parts.store.write() as connection:
                    changes.put(connection, VERSION, version)
                return
            found = [find(article, spans) for article, spans in zip(articles, sentences, strict=True)]
            with parts.store.write() as connection:
                changes.next_generation(connection)
                for article, quotations in zip(articles, found, strict=True):
                    changes.replace_quotations(connection, rows.number(article.id), quotations)
            parts.catch_up()
            last, done = int(articles[-1].id), done + len(articles)
            progress(done, total)
