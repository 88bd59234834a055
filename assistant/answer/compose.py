"""Make an answer's text from evidence: the sentences themselves, verbatim, each with its marker."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from assistant.records import Article, Citation, Marker, Quotation, Span

METADATA_FIELDS = ("outlet", "source", "author", "editor", "place", "published", "updated", "url")


@lru_cache(maxsize=1)
def _labels() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("assistant.answer").joinpath("labels.toml").read_text("utf-8"))


def label(name: str, language: str, **values: str) -> str:
    """Return what the assistant itself says, in the language of the question, else in English."""
    labels = _labels()
    code = "id" if language in ("ms", "jv", "su") else language
    text = labels.get(code, labels["en"])[name]
    for key, value in values.items():  # not str.format: a value may hold braces
        text = text.replace("{" + key + "}", value)
    return text


def cite(number: int, article: Article, span: Span, quotation: Quotation | None = None, focus: Span | None = None) -> Citation:
    """Make the citation of a span; the quote is read from the article, so the two cannot differ."""
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        url=article.url,
        outlet=article.outlet or article.source,
        published=article.published,
        span=span,
        quote=span.of(article.text),
        focus=focus,
        speaker=quotation.speaker if quotation else "",
        direct=quotation.direct if quotation else False,
        via=quotation.via if quotation else "",
        uncertain=quotation.uncertain if quotation else False,
        inferred=article.inferred,
    )


def compose(citations: Sequence[Citation]) -> tuple[str, tuple[Marker, ...]]:
    """Return the quotes as paragraphs, and where the marker of each citation stands."""
    text = ""
    markers = []
    for citation in citations:
        text += ("\n\n" if text else "") + citation.quote
        markers.append(Marker(len(text), citation.number))
    return text, tuple(markers)


def compose_metadata(articles: Sequence[Article], language: str) -> str:
    """Return what is known about articles from their metadata, a line per field; nothing of it can be cited."""
    return "\n\n".join(_metadata_of(article, language) for article in articles)


def _metadata_of(article: Article, language: str) -> str:
    lines = [label("metadata_of", language, title=article.title)]
    for field in METADATA_FIELDS:
        value = getattr(article, field)
        if value:
            note = f" ({label('inferred', language)})" if field in article.inferred else ""
            lines.append(f"{label(field, language)}: {value}{note}")
    if not article.author:
        lines.insert(1, f"{label('author', language)}: {label('not_known', language)}")
    return "\n".join(lines)
