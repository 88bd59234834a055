"""Render quotations: as rows for programs, as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from assistant.answer.compose import label
from assistant.records import Article, Quotation
from assistant.serve.marks import in_words
from assistant.serve.render import metadata, plain, wrapped

UNKNOWN = "?"


class Said(NamedTuple):
    """A quotation with the article that it stands in; `Article.id` is "" when the article is in no index."""

    quotation: Quotation
    article: Article


def speaker_of(quotation: Quotation) -> str:
    """Return the name as resolved, else as written."""
    return quotation.speaker or quotation.written


def words_of(said: Said) -> str:
    """Return the words on one line; the whole sentence where no words are given (`declined to comment`)."""
    quotation, article = said
    return _one_line(quotation.words.of(article.text)) or _one_line(quotation.span.of(article.text))


def as_row(said: Said) -> dict[str, Any]:
    """Return a quotation as one row of values; `text` is `Article.text[start:end]`."""
    quotation, article = said
    return {
        "speaker": speaker_of(quotation),
        "cue": quotation.cue,
        "direct": quotation.direct,
        "text": quotation.words.of(article.text),
        "start": quotation.words.start,
        "end": quotation.words.end,
        "written": quotation.written,
        "role": quotation.role,
        "via": quotation.via,
        "medium": quotation.medium,
        "addressee": quotation.addressee,
        "negated": quotation.negated,
        "joint": list(quotation.joint),
        "uncertain": quotation.uncertain,
        "article_id": article.id,
        "file": article.origin,
        "title": article.title,
        "outlet": article.outlet or article.source,
        "published": article.published,
    }


def by_article(found: Sequence[Quotation]) -> list[Quotation]:
    """Bring the quotations of each article together, articles in the order of their first one."""
    groups: dict[str, list[Quotation]] = {}
    for quotation in found:
        groups.setdefault(quotation.article_id, []).append(quotation)
    return [quotation for group in groups.values() for quotation in group]


def as_lines(found: Iterable[Said], width: int = 0, language: str = "en") -> Iterator[str]:
    """Yield quotations for the terminal, a block for each article: its heading, then a line for each quotation."""
    articles = groupby(found, key=lambda said: (said.article.id, said.article.origin))
    for number, (_, group) in enumerate(articles):
        first = next(group)
        yield ("\n" if number else "") + _heading(first.article, width, language)
        yield from (_line(said, width, language) for said in (first, *group))


def _heading(article: Article, width: int, language: str) -> str:
    note = f" ({label('inferred', language)})"
    where = article.id or article.origin
    facts = (article.outlet or article.source, article.published[:10] + (note if "published" in article.inferred else ""))
    known = ", ".join(fact for fact in facts if fact)
    return wrapped(plain(" - ".join(part for part in (f"{where}: {_one_line(article.title)}", known) if part)), width, "", "  ")


def _line(said: Said, width: int, language: str) -> str:
    date = f"[{said.article.published[:10]}] " if said.article.published else ""
    return wrapped(plain(date + _who_said_what(said, language)), width, "  ", "    ")


def _who_said_what(said: Said, language: str) -> str:
    role = f" ({said.quotation.role})" if said.quotation.role else ""
    return _one_line(f"{speaker_of(said.quotation) or UNKNOWN}{role}, {in_words(said.quotation, language)}: {words_of(said)}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def article_as_text(article: Article, quotations: Sequence[Quotation], width: int = 0, language: str = "en") -> str:
    """Return an article for the terminal: metadata, text, and who said what in it."""
    title = article.title + (f" ({label('inferred', language)})" if "title" in article.inferred else "")
    head = [title, f"ID: {article.id}", *(f"{name}: {value}" for name, value in metadata(article, language))]
    if found := [f"{name}: {where}" for name, where in article.origins]:
        head.append(f"from: {', '.join(found)}")
    blocks = ["\n".join(wrapped(plain(line), width) for line in head), wrapped(plain(article.text), width)]
    said = [wrapped(plain(_who_said_what(Said(one, article), language)), width, "- ", "  ") for one in quotations]
    return "\n\n".join([*blocks, *(["\n".join(said)] if said else [])])
