"""What programs are given of a hit, a citation and an article, the same through every door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assistant.records import Answer, Article, Filters, Hit
from assistant.serve.render import pieces

if TYPE_CHECKING:
    from assistant.assistant import Assistant

FACTS = ("title", "url", "outlet", "source", "author", "editor", "place", "published", "updated", "language")
"""What is told of an article; where it lies on this machine is not."""


def facts(article: Article) -> dict[str, Any]:
    """Return what is known about an article; `inferred` names what stands in for metadata that it does not have."""
    known: dict[str, Any] = {name: value for name in FACTS if (value := getattr(article, name))}
    return {"article_id": article.id, **known, **({"inferred": list(article.inferred)} if article.inferred else {})}


def as_row(hit: Hit, article: Article) -> dict[str, Any]:
    """Return a hit as one row of values; `text` is `Article.text[start:end]`."""
    span = hit.passage.span
    where = {"passage": hit.passage.id, "start": span.start, "end": span.end, "text": span.of(article.text)}
    return {**where, "score": hit.score, "rank": hit.rank, "retriever": hit.retriever, **facts(article)}


def search_rows(assistant: Assistant, query: str, k: int, filters: Filters = Filters()) -> list[dict[str, Any]]:
    """Search, and return the hits as rows, best first."""
    article = lru_cache(None)(assistant.article)
    return [as_row(hit, article(hit.passage.article_id)) for hit in assistant.search(query, k, filters)]


def marked(answer: Answer) -> str:
    """Return the answer's text with a marker `[n]` behind what citation n bears out; else nothing is changed."""
    return "".join(piece if isinstance(piece, str) else f" [{piece}]" for piece in pieces(answer))


def grown(answers: Iterable[Answer]) -> Iterator[tuple[str, Answer]]:
    """Yield what each answer adds to the marked text of the one before, with the answer.

    Where a language model's words did not hold and gave way to others, these come whole, after an empty line: what was sent cannot be
    taken back. The citations of the last answer are those that count.
    """
    shown = ""
    for answer in answers:
        text = marked(answer)
        again = bool(shown) and not text.startswith(shown)
        yield f"\n\n{text}" if again else text[len(shown) :], answer
        shown = text
