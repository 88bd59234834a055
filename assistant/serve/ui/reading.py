"""The reading panel: an article as HTML, with the cited sentences highlighted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.answer.compose import label
from assistant.records import Article, Citation, Span
from assistant.serve.marks import is_said
from assistant.serve.render import badges, escape, is_web_address, marker_link, metadata
from assistant.serve.ui.wording import Words

BACK = "transcript"
"""The panel that a reader came from unless told otherwise."""


_TIME = re.compile(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})\S*")
"""A date with its time, as pages give it; the reader is shown days, hours and minutes."""


def empty(words: Words = Words()) -> str:
    """Return the panel before an article is opened."""
    return _note(words.html("article_opens_here"), words)


def gone(words: Words = Words()) -> str:
    """Return the panel for an article that was removed."""
    return _note(words.html("article_gone"), words)


def _note(text: str, words: Words) -> str:
    return f'<div class="article empty" role="region" aria-label="{words.html("article")}"><p>{text}</p></div>'


def article_html(
    article: Article,
    citations: Sequence[Citation],
    active: Citation | None,
    anchor: str,
    opened: str = "",
    words: Words = Words(),
    back: str = BACK,
    tools: str = "",
) -> str:
    """Return an article with its cited sentences marked.

    Args:
        article: everything in it is escaped.
        citations: what the answer cites; those of other articles are passed over.
        active: the citation that is shown: its marks have the class `active`; None shows the beginning.
        anchor: the links of the citations, as in `render.as_html`.
        opened: "" when the page opened it by itself; else anything that differs from click to click.
        words: the page's own.
        back: the id of the panel that the reader came from: narrow screens get a link there.
        tools: HTML of what can be done with the article, below its metadata.
    """
    language = words.code
    here = [citation for citation in citations if citation.article_id == article.id]
    status = words("citation", number=active.number, title=active.title) if active else article.title
    return (
        f'<article class="article" data-shown="{escape(anchor)}-{active.number if active else 0}"'
        f' data-opened="{escape(opened)}"'
        f' role="region" aria-label="{words.html("article")}">'
        f'<p class="unseen" role="status">{escape(status)}</p>'
        f"{_head(article, language, tools)}"
        f'<div class="text" lang="{escape(article.language)}">'
        f"{_text(article.text, here, active, anchor, language)}</div>"
        f'<p class="back"><a href="#{back}">{words.html(f"back_to_{back}")}</a></p></article>'
    )


def _head(article: Article, language: str, tools: str) -> str:
    note = f' <span class="inferred">({escape(label("inferred", language))})</span>'
    title_note = note if "title" in article.inferred else ""
    facts = []
    for name, value in metadata(article, language):
        shown = escape(_TIME.sub(r"\1 \2", value))
        if value == article.url and is_web_address(value):
            shown = f'<a href="{escape(value)}" target="_blank" rel="noopener noreferrer">{escape(value)}</a>'
        facts.append(f'<div><dt>{escape(name)}</dt><dd dir="auto">{shown}</dd></div>')
    title = f'<h2 dir="auto" lang="{escape(article.language)}">{escape(article.title)}{title_note}</h2>'
    return f"<header>{title}<dl>{''.join(facts)}</dl>{tools}</header>"


def _text(text: str, citations: Sequence[Citation], active: Citation | None, anchor: str, language: str) -> str:
    """Return the text as paragraphs; a cited span is marked in each of its lines, its marker at its end."""
    paragraphs = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            pieces = "".join(_piece(text, span, citations, active, anchor, language) for span in _cut(Span(start, end), citations))
            paragraphs.append(f'<p dir="auto">{pieces}</p>')
        start = end + 1
    return "".join(paragraphs)


def _cut(line: Span, citations: Sequence[Citation]) -> Iterator[Span]:
    """Cut a line wherever a citation, or the short answer in it, starts or ends."""
    spans = [citation.span for citation in citations]
    spans += [citation.focus for citation in citations if citation.focus]
    inside = {edge for span in spans for edge in span if line.start < edge < line.end}
    edges = sorted(inside | {line.start, line.end})
    return (Span(*pair) for pair in pairwise(edges))


def _piece(text: str, span: Span, citations: Sequence[Citation], active: Citation | None, anchor: str, language: str) -> str:
    shown = escape(span.of(text))
    over = [citation for citation in citations if citation.span.overlaps(span)]
    if any(citation.focus and citation.focus.overlaps(span) for citation in over):
        shown = f"<strong>{shown}</strong>"
    if over:
        kind = "cited active" if active and any(citation.number == active.number for citation in over) else "cited"
        shown = f'<mark class="{kind}">{shown}</mark>'
    ends = [citation for citation in over if citation.span.end == span.end]
    return shown + "".join(" " + marker_link(anchor, one.number, one.title) + _said(one, language) for one in ends)


def _said(citation: Citation, language: str) -> str:
    """Return who says the words that end here, and how that is known."""
    if not is_said(citation):
        return ""
    speaker = f'<bdi class="speaker">{escape(citation.speaker)}</bdi> ' if citation.speaker else ""
    return f' <span class="saying">{speaker}{badges(citation, language)}</span>'
