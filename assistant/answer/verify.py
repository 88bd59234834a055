"""Check citations against the stored articles before anyone sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.errors import UnknownArticle
from assistant.records import Article, Citation


def holds(citation: Citation, article: Article) -> bool:
    """Say whether the article has the quote exactly where the citation says, and the focus lies inside it."""
    span, focus = citation.span, citation.focus
    inside = focus is None or (span.start <= focus.start < focus.end <= span.end)
    return 0 <= span.start < span.end <= len(article.text) and span.of(article.text) == citation.quote and inside


def verify(citations: Sequence[Citation], article: Callable[[str], Article]) -> list[Citation]:
    """Return the citations that hold; one whose article is gone or says something else is dropped."""
    kept = []
    for citation in citations:
        try:
            if holds(citation, article(citation.article_id)):
                kept.append(citation)
        except UnknownArticle:
            continue
    return kept
