"""Why an answer is as it is, in the reading panel: how the question was understood, what was found, weighed and checked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.evaluate.explain import Explanation, Found, Weighed, explain_answer
from assistant.evaluate.explained import largest
from assistant.serve.render import escape
from assistant.serve.ui.asking import number
from assistant.serve.ui.chat import Chat, line
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.layout import EVENT, Widgets
from assistant.serve.ui.sitting import Sitting
from assistant.serve.ui.wording import Words

SHOWN = 6
"""Passages and sentences of each list."""
CHARS = 160


def connect_why(chat: Chat, entrance: Entrance, on: Widgets) -> None:
    """Connect the button below each answer with the reading panel."""
    clicks = itertools.count(1)

    def why(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> Any:
        at = number(event, "turn")
        if at >= len(sitting.turns):
            return gr.skip()
        return why_page(chat, name, sitting, at, entrance.visitor(request).words, next(clicks))

    on.transcript.why(why, [on.switch, on.sitting], on.reading, **EVENT)


def why_page(chat: Chat, name: str, sitting: Sitting, at: int, words: Words, click: int = 0) -> str:
    """Return the reading panel that explains the answer of the turn at a position."""
    answer = sitting.turns[at].answer
    try:
        found = explain_answer(chat.indexes.open(name), answer, sitting.turns[:at], sitting.given[at], SHOWN)
        body = why_html(found, words)
    except AssistantError as error:
        body = f'<p class="problem" role="alert">{escape(line(error))}</p>'
    return (
        f'<article class="article why" data-shown="why-{at}" data-opened="{click}" role="region" aria-label="{words.html("why")}">'
        f'<header><h2>{words.html("why")}</h2><p class="facts" dir="auto">{escape(answer.question)}</p></header>{body}'
        f'<p class="back"><a href="#transcript">{words.html("back_to_transcript")}</a></p></article>'
    )


def why_html(found: Explanation, words: Words) -> str:
    """Return an explanation in the order of its steps."""
    lists = (("fused", found.fused), ("read", found.read), ("dense", found.dense), ("lexical", found.lexical))
    passages = "".join(_passages(name, hits, words) for name, hits in lists if hits)
    sentences = "".join(_sentence(one, words) for one in found.sentences)
    limit = found.thresholds
    sure = words.html("why_sure_text", sure=f"{found.confidence:.3f}", below=limit.abstain_below, cite=limit.cite_from)
    moved = f'<p class="facts">{words.html("why_moved")}: {escape(largest(found.sure))}</p>' if found.sure else ""
    return (
        f"<section><h3>{words.html('why_asked')}</h3>{_asked(found, words)}</section>"
        + (f"<section><h3>{words.html('why_sentences')}</h3><ol>{sentences}</ol></section>" if sentences else "")
        + f"<section><h3>{words.html('why_sure')}</h3><p>{sure}</p>{moved}</section>"
        + _checked(found, words)
        + (f"<section><h3>{words.html('why_passages')}</h3>{passages}</section>" if passages else "")
    )


def _asked(found: Explanation, words: Words) -> str:
    asked, limits = found.asked, found.filters
    kinds = ", ".join(part for part in (asked.kind, asked.asks, found.language) if part)
    told = {name: getattr(asked, name) for name in ("speaker", "topic", "act", "since", "until", "outlet", "author")}
    names = ", ".join([*asked.names, *(f"{name}: {value}" for name, value in told.items() if value)])
    only = ", ".join(f"{one.name}: {value}" for one in fields(limits) if (value := getattr(limits, one.name)))
    facts = {
        "way": words(f"why_way_{found.way}"),
        "query": found.query if found.query != found.question else "",
        "kind": kinds,
        "names": names,
        "articles": only,
        "terms": ", ".join(f"{term} {rarity:.1f}" for term, rarity in found.terms.items()),
        "strange": f"{found.strange:.2f}" if found.strange else "",
    }
    return _facts({name: value for name, value in facts.items() if value}, words)


def _facts(facts: Mapping[str, str], words: Words) -> str:
    rows = "".join(f'<div><dt>{words.html(f"why_{name}")}</dt><dd dir="auto">{escape(value)}</dd></div>' for name, value in facts.items())
    return f"<dl>{rows}</dl>"


def _sentence(one: Weighed, words: Words) -> str:
    text = " ".join(one.text.split())
    shown = text if len(text) <= CHARS else text[:CHARS] + " …"
    cited = f' <span class="badge verbatim">{words.html("why_cited")}</span>' if one.cited else ""
    bar = f'<meter min="0" max="1" value="{one.chance:.2f}" aria-label="{words.html("why_chance")}"></meter> {one.chance:.2f}'
    return (
        f'<li><span dir="auto">{escape(shown)}</span>{cited}<span class="facts">{bar} · {words.html("why_moved")}:'
        f" {escape(largest(one.added))}</span></li>"
    )


def _passages(name: str, hits: Sequence[Found], words: Words) -> str:
    rows = "".join(
        f'<li value="{hit.rank}"><strong dir="auto">{escape(hit.title)}</strong> <span dir="auto">{escape(hit.opening[:CHARS])}</span>'
        f'<span class="facts">{hit.score:.3f}{" · " + escape(largest(hit.added)) if hit.added else ""}</span></li>'
        for hit in hits
    )
    return f"<details{' open' if name == 'fused' else ''}><summary>{words.html(f'why_{name}')}</summary><ol>{rows}</ol></details>"


def _checked(found: Explanation, words: Words) -> str:
    if not found.checked:
        return ""
    rows = "".join(f"<li>[{one.number}] {words.html('why_holds' if one.holds else 'why_fails')}</li>" for one in found.checked)
    return f'<section><h3>{words.html("why_checked")}</h3><ul class="checked">{rows}</ul></section>'
