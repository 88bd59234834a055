"""Make an answer's text from evidence: the sentences themselves, verbatim, each with its marker, in parts with headings.

Only headings, and what stands before a quote (an outlet, a date), are the assistant's own words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

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
        page=article.page(span.start),
    )


class Line(NamedTuple):
    """A quote of an answer, with what the assistant itself says before it (`Kabar Nusa (5 Feb 2024): `)."""

    citation: Citation
    before: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer: a heading of the assistant's own, or "", and quotes; `close` sets these without empty lines between."""

    lines: tuple[Line, ...] = ()
    head: str = ""
    close: bool = False


def plain(citations: Iterable[Citation]) -> tuple[Part, ...]:
    """Return the quotes alone, one paragraph each."""
    return (Part(tuple(Line(citation) for citation in citations)),)


def citations_of(parts: Iterable[Part]) -> tuple[Citation, ...]:
    """Return the citations of the parts, numbered from 1 in their order; a span that is quoted twice is one citation."""
    found: dict[int, Citation] = {}
    for line in _numbered(parts):
        found.setdefault(line.citation.number, line.citation)
    return tuple(found.values())


def compose(parts: Sequence[Part]) -> tuple[str, tuple[Marker, ...]]:
    """Return the text of an answer, and where the marker of each citation stands; the numbers are those of `citations_of`."""
    numbered = iter(_numbered(parts))
    text, markers = "", []
    for part in parts:
        text += ("\n\n" if text and (part.head or part.lines) else "") + part.head
        for at, _ in enumerate(part.lines):
            line = next(numbered)
            gap = "\n" if part.close or (part.head and at == 0) else "\n\n"
            text += (gap if part.head or at else "") + line.before + line.citation.quote
            markers.append(Marker(len(text), line.citation.number))
    return text, tuple(markers)


def _numbered(parts: Iterable[Part]) -> list[Line]:
    numbers: dict[tuple[str, Span], int] = {}
    lines = [line for part in parts for line in part.lines]
    for line in lines:
        numbers.setdefault((line.citation.article_id, line.citation.span), len(numbers) + 1)
    return [line._replace(citation=replace(line.citation, number=numbers[line.citation.article_id, line.citation.span])) for line in lines]


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
