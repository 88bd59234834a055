"""Render an answer: as JSON for programs, as text for the terminal, as HTML for the chat.

Markers are put in where `Answer.markers` says, never looked for in the text: a literal "[1]" in an article
stays what it is.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from assistant.answer.compose import METADATA_FIELDS, label
from assistant.records import AddReport, Answer, Article, Citation, Failure, Quotation, Span
from assistant.serve.checked import badge_of, left_out, shows_quotes, translated
from assistant.serve.marks import also_in, in_words, is_said, marks

# The page's templates give a meaning to `${...}` and `{{...}}`; as entities the characters are harmless.
_TEMPLATE_MARKS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})
# Control characters move a terminal's cursor; bidirectional overrides show text in a false order.
_UNSAFE_IN_TERMINAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BOLD_ON, _BOLD_OFF = "\ue000", "\ue001"
_BOLD = str.maketrans({_BOLD_ON: "\x1b[1m", _BOLD_OFF: "\x1b[22m"})
_OUTSIDE = 'target="_blank" rel="noopener noreferrer"'


def as_json(record: Any) -> Any:
    """Return a record as JSON values: every field, in the order of the record.

    Spans become `[start, end]` and markers `[offset, number]`.
    """
    if is_dataclass(record):
        return {field.name: as_json(getattr(record, field.name)) for field in fields(record)}
    if isinstance(record, Mapping):
        return {str(key): as_json(value) for key, value in record.items()}
    if isinstance(record, tuple | list):
        return [as_json(value) for value in record]
    return record


class Short(str):
    """The words of an answer that are the short answer: shown in bold."""

    __slots__ = ()


def pieces(answer: Answer) -> Iterator[str | int]:
    """Yield the answer's text cut at its markers: strings of text, the short answers as `Short`, and the numbers that stand between."""
    cited = {citation.number: citation for citation in answer.citations}
    at = 0
    for offset, number in sorted(answer.markers):
        focus = _focus_in_text(answer.text, cited.get(number), offset)
        if focus and at <= focus.start:
            yield answer.text[at : focus.start]
            yield Short(focus.of(answer.text))
            at = focus.end
        yield answer.text[at:offset]
        yield number
        at = offset
    yield answer.text[at:]


def _focus_in_text(text: str, citation: Citation | None, offset: int) -> Span | None:
    """Return where the short answer of a citation stands in the answer's text, whose quote ends at `offset`."""
    if citation is None or citation.focus is None:
        return None
    start = offset - len(citation.quote)
    if start < 0 or text[start:offset] != citation.quote:
        return None
    moved = start - citation.span.start
    return Span(citation.focus.start + moved, citation.focus.end + moved)


def metadata(article: Article, language: str) -> list[tuple[str, str]]:
    """Return (label, value) of what is known about an article; what was inferred says so."""
    note = label("inferred", language)
    known = [(field, getattr(article, field)) for field in METADATA_FIELDS if getattr(article, field)]
    return [(label(field, language), f"{value} ({note})" if field in article.inferred else value) for field, value in known]


def described(citation: Citation, language: str, *, url: bool = True) -> str:
    """Describe a source in one line: title - outlet, date - speaker (direct, quoted by ...) - address."""
    published = citation.published[:10]
    if published and "published" in citation.inferred:
        published += f" ({label('inferred', language)})"
    parts = [
        citation.title,
        ", ".join(part for part in (citation.outlet, published, on_page(citation, language)) if part),
        described_speaker(citation, language),
        citation.url if url else "",
    ]
    return " - ".join(part for part in parts if part)


def on_page(citation: Citation, language: str) -> str:
    """Say on which page the cited words begin: `p. 3`; "" where there are no pages."""
    return label("page", language, number=str(citation.page)) if citation.page else ""


def described_speaker(citation: Citation, language: str) -> str:
    """Say whose words are cited, and how they are known: `Xi Jinping (direct, quoted by the ministry)`; "" when nobody speaks."""
    how = in_words(citation, language)
    return (f"{citation.speaker} ({how})" if citation.speaker else how) if is_said(citation) else ""


def asked_as(answer: Answer) -> str:
    """Return how a question was understood, `Asked as: ...`; "" when it was looked for as it was written."""
    return f"{label('asked_as', answer.language)}: {answer.query}" if answer.query != answer.question else ""


# The terminal


def plain(text: str) -> str:
    """Take out what an article could do to a terminal: control characters and bidirectional overrides."""
    return _UNSAFE_IN_TERMINAL.sub("", text)


def as_text(answer: Answer, width: int = 0, bold: bool = False) -> str:
    """Return an answer for the terminal, wrapped to `width` columns; 0 leaves lines as they are. `bold` marks the short answers."""
    return "\n\n".join(block for block in (words_as_text(answer, width, bold), sources_as_text(answer, width)) if block)


def words_as_text(answer: Answer, width: int = 0, bold: bool = False) -> str:
    """Return what an answer says; while it grows, what stands there already stays as it is."""
    text = "".join(_terminal(piece, bold) if isinstance(piece, str) else f" [{piece}]" for piece in pieces(answer))
    return "\n\n".join(filter(None, (wrapped(plain(asked_as(answer)), width), wrapped(text, width).translate(_BOLD))))


def sources_as_text(answer: Answer, width: int = 0) -> str:
    """Return what stands below an answer: the line about how it was made, its sources, or what is nearest."""
    blocks = [wrapped(plain(answer.note), width)] if answer.note else []
    if answer.citations:
        blocks.append(_sources_text(answer, width))
    if answer.nearest:
        lines = [label("nearest", answer.language) + ":"]
        for near in answer.nearest:
            lines.append(wrapped(plain(near.quote), width, "  "))
            lines.append(wrapped(plain(described(near, answer.language)), width, "    - ", "      "))
            lines += _also_text(near, answer.language, width)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _terminal(piece: str, bold: bool) -> str:
    """Return a piece with its short answer between marks that take no part in wrapping; an article's own such marks are taken out."""
    words = plain(piece).translate(dict.fromkeys(_BOLD))
    return f"{_BOLD_ON}{words}{_BOLD_OFF}" if bold and isinstance(piece, Short) else words


def _sources_text(answer: Answer, width: int) -> str:
    lines = [label("sources", answer.language)]
    for citation in answer.citations:
        badge, translation = badge_of(citation, answer), translated(citation, answer.language)
        about = plain(described(citation, answer.language)) + (f" ({badge.words})" if badge else "")
        lines.append(wrapped(f"[{citation.number}] {about}", width, "", " " * 4))
        if shows_quotes(answer):
            lines.append(wrapped(plain(citation.quote), width, " " * 4))
        if translation:
            lines.append(wrapped(f"{translation[0]}: {plain(translation[1])}", width, " " * 4))
        lines += _also_text(citation, answer.language, width)
    return "\n".join(lines)


def _also_text(citation: Citation, language: str, width: int) -> list[str]:
    return [wrapped(plain(also_in(citation, language)), width, " " * 4, " " * 6)] if citation.also else []


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> str:
    """Wrap each line of a text at spaces; `first` and `rest` stand before a line's first and further rows."""
    rest = first if rest is None else rest
    if width <= 0:
        return "\n".join(first + line for line in text.split("\n"))
    rows = [
        textwrap.fill(
            line,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    ]
    return "\n".join(rows)


def added(report: AddReport) -> str:
    """Say in one line what an `add` did."""
    counts = (len(report.added), len(report.replaced), report.unchanged, len(report.failures))
    return "added {}, replaced {}, unchanged {}, failed {}".format(*counts)


def skipped(failure: Failure) -> str:
    """Say in one line what was not added, why, and what to do."""
    line = f"skipped {failure.origin}: {failure.error}" + (f" ({failure.hint})" if failure.hint else "")
    return plain(line).replace("\n", " ")


# The page


def escape(text: str) -> str:
    """Return text that means only itself in HTML, in attributes and in the page's templates."""
    return html.escape(text, quote=True).translate(_TEMPLATE_MARKS)


def is_web_address(url: str) -> bool:
    """Say whether an address may be a link: `javascript:` and the like may not."""
    return re.match(r"https?://", url, re.IGNORECASE) is not None


def as_html(answer: Answer, anchor: str = "cite") -> str:
    """Return an answer for the page: paragraphs with marker links, then the sources.

    Args:
        answer: everything in it that comes from an article is escaped.
        anchor: citation 1 is linked as `#{anchor}-1`; the nearest sentences of an abstention likewise.
    """
    kind = "answer abstained" if answer.abstained else "answer"
    return f'<div class="{kind}">{text_html(answer, anchor)}{_sources_html(answer, anchor)}</div>'


def text_html(answer: Answer, anchor: str) -> str:
    """Return what an answer says, without its sources; see `as_html`."""
    titles = {citation.number: citation.title for citation in answer.citations}
    text = "".join(
        _page(piece) if isinstance(piece, str) else " " + marker_link(anchor, piece, titles.get(piece, "")) for piece in pieces(answer)
    )
    paragraphs = "".join(f'<p dir="auto">{line}</p>' for line in re.split(r"\n+", text) if line)
    asked = f'<p class="asked-as" dir="auto">{escape(line)}</p>' if (line := asked_as(answer)) else ""
    return asked + paragraphs + _made_html(answer)


def _page(piece: str) -> str:
    return f"<strong>{escape(piece)}</strong>" if isinstance(piece, Short) else escape(piece)


def _made_html(answer: Answer) -> str:
    """Return the line about how the answer was made, and what was left out of it."""
    note = f'<p class="made" role="note" dir="auto">{escape(answer.note)}</p>' if answer.note else ""
    rows = "".join(f'<li><q dir="auto">{escape(row.claim)}</q> - {escape(row.reason)}</li>' for row in left_out(answer))
    head = escape(label("dropped", answer.language))
    return note + (f'<details class="left-out"><summary>{head} ({len(answer.dropped)})</summary><ul>{rows}</ul></details>' if rows else "")


def marker_link(anchor: str, number: int, title: str) -> str:
    """Return the link of a marker: what a click on `[1]` opens is its anchor."""
    return (
        f'<a class="marker" href="#{anchor}-{number}" aria-label="Citation {number}: {escape(title)}"'
        f' title="{escape(title)}">[{number}]</a>'
    )


def _sources_html(answer: Answer, anchor: str) -> str:
    cited = answer.citations or answer.nearest
    if not cited:
        return ""
    head = label("sources" if answer.citations else "nearest", answer.language)
    items = "".join(_source_html(citation, answer, anchor) for citation in cited)
    return f'<section class="sources"><h3>{escape(head)}</h3><ol>{items}</ol></section>'


def _source_html(citation: Citation, answer: Answer, anchor: str) -> str:
    href = f"#{anchor}-{citation.number}"
    number = f'<a class="marker" href="{href}" tabindex="-1" aria-hidden="true">[{citation.number}]</a>'
    title = f'<a class="cited-title" dir="auto" href="{href}">{escape(citation.title)}</a>'
    quote = f'<a class="cited-quote" dir="auto" href="{href}">{escape(citation.quote)}</a>' if shows_quotes(answer) else ""
    if answer.abstained:
        facts = _facts_html(citation, answer.language, with_title=True)
        return f'<li>{quote}<span class="facts">{facts}</span></li>'
    facts, badge, said = _facts_html(citation, answer.language), badge_of(citation, answer), translated(citation, answer.language)
    mark = f' <span class="badge {badge.kind}">{escape(badge.words)}</span>' if badge else ""
    translation = f'<span class="translation" dir="auto"><b>{escape(said[0])}</b> {escape(said[1])}</span>' if said else ""
    return f'<li>{number} {title}{mark}<span class="facts">{facts}</span>{quote}{translation}</li>'


def badges(said: Quotation | Citation, language: str) -> str:
    """Return the marks of a quotation as small labels of the page."""
    return " ".join(f'<span class="badge {mark.kind}" dir="auto">{escape(mark.words)}</span>' for mark in marks(said, language))


def _facts_html(citation: Citation, language: str, with_title: bool = False) -> str:
    source = replace(citation, title=citation.title if with_title else "", speaker="", via="")
    said = f"{escape(citation.speaker)} {badges(citation, language)}".strip() if is_said(citation) else ""
    facts = " - ".join(part for part in (escape(described(source, language, url=False)), said) if part)
    if is_web_address(citation.url):
        host = escape(citation.url.split("/")[2])
        link = f'<a class="outside" href="{escape(citation.url)}" {_OUTSIDE}>{host}</a>'
        facts = f"{facts} - {link}" if facts else link
    if also := also_in(citation, language):
        facts += f' <span class="also" dir="auto">({escape(also)})</span>'
    return facts
