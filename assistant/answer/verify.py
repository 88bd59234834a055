"""Check citations against the stored articles before anyone sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer.compose import Part
from assistant.errors import UnknownArticle
from assistant.records import Article, Citation, Copy


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
                kept.append(replace(citation, also=tuple(copy for copy in citation.also if is_there(copy, article))))
        except UnknownArticle:
            continue
    return kept


def is_there(copy: Copy, article: Callable[[str], Article]) -> bool:
    """Say whether the article of a copy is there still and its span lies in it."""
    try:
        return 0 <= copy.span.start < copy.span.end <= len(article(copy.article_id).text)
    except UnknownArticle:
        return False


def verified(parts: Sequence[Part], article: Callable[[str], Article]) -> tuple[tuple[Part, ...], int]:
    """Return the parts with the lines whose citations hold, and how many do not; a part that has lost all its lines goes as a whole."""
    kept, dropped = [], 0
    for part in parts:
        lines = tuple(line._replace(citation=held) for line in part.lines for held in verify([line.citation], article))
        dropped += len(part.lines) - len(lines)
        if lines or not part.lines:
            kept.append(replace(part, lines=lines))
    return tuple(kept), dropped
