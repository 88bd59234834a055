"""One question of a report: what was asked, what was wanted, what was answered, with the cited sentences highlighted."""

from __future__ import annotations

import html
from collections.abc import Sequence

from assistant.evaluate.comparison import Pair
from assistant.evaluate.rows import Cited, Row


def card(row: Row, link: str = "") -> str:
    """Return a question with its answer."""
    return f'<article>{_head(row, link)}{_wanted(row)}<div class="answers single"><div>{_answer(row)}</div></div></article>'


def pair_card(pair: Pair, link: str = "") -> str:
    """Return a question with its answers before and now."""
    sides = f"<div><h3>Before</h3>{_answer(pair.before)}</div><div><h3>Now</h3>{_answer(pair.after)}</div>"
    return f'<article>{_head(pair.after, link)}{_wanted(pair.after)}<div class="answers">{sides}</div></article>'


def _head(row: Row, link: str) -> str:
    about = " · ".join(part for part in (row.id, row.pair, row.kind, *row.tags) if part)
    ask = f'<a href="{html.escape(link, quote=True)}" target="_blank" rel="noopener">ask it in the chat</a>' if link else ""
    return f'<header><b>{html.escape(row.question)}</b><span class="dim">{html.escape(about)}</span>{ask}</header>'


def _wanted(row: Row) -> str:
    if row.answerable is False:
        return '<p class="dim">The articles do not answer this.</p>'
    return "".join(f'<p class="dim">wanted: {html.escape(text)}</p>' for text in row.wanted)


def _answer(row: Row) -> str:
    state = "abstained" if row.abstained else "answered"
    right = row.abstained != bool(row.answerable) and (row.abstained or row.right or not row.wanted)
    tone = "good" if right else "bad"
    said = f'<p><b class="{tone}">{state}{"" if right else ", wrongly"}</b> <span class="dim">sure to {row.confidence:.2f}</span></p>'
    if row.citations:
        return said + _quotes(row.citations)
    text = f"<p>{html.escape(row.answer)}</p>" if row.answer else ""
    near = f'<p class="dim">nearest:</p>{_quotes(row.nearest)}' if row.nearest else ""
    return said + text + near


def _quotes(citations: Sequence[Cited]) -> str:
    return "".join(_quote(one) for one in citations)


def _quote(one: Cited) -> str:
    """Return a cited sentence, the short answer in it marked; the whole of a gold one if no short answer is known."""
    text = html.escape(one.quote)
    focus = html.escape(one.focus)
    if focus and focus in text:
        text = text.replace(focus, f"<mark>{focus}</mark>", 1)
    elif one.gold:
        text = f"<mark>{text}</mark>"
    by = f"{one.article}, {one.start} to {one.end}" + (f", {one.speaker}" if one.speaker else "")
    tone = ' class="gold"' if one.gold else ""
    return f'<blockquote{tone}>{text} <span class="dim">({html.escape(by)})</span></blockquote>'
