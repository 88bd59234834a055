"""What the conversation's components do: asking, stopping, opening a citation, filters and thumbs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.links import parameters
from assistant.serve.narrowing import filters_of
from assistant.serve.render import escape
from assistant.serve.ui.address import link_of
from assistant.serve.ui.chat import Chat, View, line
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.layout import EVENT, Widgets, offers
from assistant.serve.ui.narrow import narrowing
from assistant.serve.ui.sitting import Sitting, Visitor
from assistant.serve.ui.suggest import suggestions

EXAMPLE_CHARS = 500
NOTHING = (gr.skip(),) * 6
"""Leaves all that an answer changes as it is: what yields nothing at all would empty it."""
HELD = """async (text, ...rest) => {
    await window.asked(text);
    return [text, ...rest];
}"""
"""Shows the question at once, and lets it go when the page has arrived."""


def sent(**what: object) -> str:
    """Return HTML that hands something to the page's script: an address, a file, something to say."""
    return f'<span data-number="{secrets.token_hex(4)}" data-out="{escape(json.dumps(what))}"></span>'


def connect_asking(chat: Chat, entrance: Entrance, on: Widgets) -> None:
    """Connect asking, stopping, asking again, the markers and the thumbs."""
    shown = changed(on)

    def ask(text: str, name: str, sitting: Sitting, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from answered(chat, text, name, sitting, entrance.visitor(request))

    def pick(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        text = str(event._data.get("text", ""))[:EXAMPLE_CHARS]
        yield from answered(chat, text, name, sitting, entrance.visitor(request))

    def retry(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        at = number(event, "turn")
        if at < len(sitting.turns):
            yield from answered(chat, sitting.turns[at].question, name, sitting.until(at), entrance.visitor(request))
        else:
            yield NOTHING

    def stop(name: str, sitting: Sitting, request: gr.Request) -> str:
        return chat.stopped(name, sitting, entrance.visitor(request))

    # Not `once`, which counts an answer that was stopped as still coming: the page lets one question go after the other.
    each: dict[str, Any] = {"trigger_mode": "multiple", **EVENT}
    asked = gr.on([on.question.submit, on.send.click], ask, [on.question, on.switch, on.sitting], shown, js=HELD, **each)
    picked = on.examples.example(pick, [on.switch, on.sitting], shown, **each)
    again = on.transcript.retry(retry, [on.switch, on.sitting], shown, **each)
    on.stop.click(stop, [on.switch, on.sitting], on.transcript, cancels=[asked, picked, again], **EVENT)
    _connect_turns(chat, entrance, on)
    _connect_filters(chat, entrance, on)


def changed(on: Widgets) -> list[Any]:
    """Return the components that an answer changes, in the order of what `answered` yields."""
    return [on.sitting, on.transcript, on.reading, on.outbox, on.examples, on.narrow]


def answered(chat: Chat, text: str, name: str, sitting: Sitting, visitor: Visitor, now: str = "") -> Iterator[tuple[Any, ...]]:
    """Yield the updates of `changed` while an answer comes; the last ones hold what follows it."""
    edited = sitting.changing is not None
    for view in chat.ask(text, name, sitting, visitor, now):
        after = _after(chat, name, view, visitor, edited) if view.done else (gr.skip(),) * 3
        yield view.sitting, view.transcript, gr.skip() if view.reading is None else view.reading, *after


def _after(chat: Chat, name: str, view: View, visitor: Visitor, edited: bool) -> tuple[Any, ...]:
    """Return what follows an answer: the page's address, questions to go on with, and the filters where they have changed.

    A question that got none goes back through the page's script. Were the box set from here, it would be set once more when the
    event ends, over what a reader has begun to type.
    """
    sitting, back = view.sitting, {} if view.question is None else {"back": view.question}
    narrow = narrowing(chat.indexes, name, sitting, visitor.words) if edited else gr.skip()
    if not sitting.turns:
        return sent(**back) if back else gr.skip(), gr.skip(), narrow
    answer = sitting.turns[-1].answer
    out = sent(address=link_of(answer, sitting.given[-1], name), conversation=sitting.conversation, **back)
    try:
        found = suggestions(chat.indexes.open(name), answer)
    except AssistantError:
        found = []
    return out, offers(found, visitor.words("go_on")) if found else gr.skip(), narrow


def _connect_turns(chat: Chat, entrance: Entrance, on: Widgets) -> None:
    """Connect what can be done with an answer that is there."""

    def cite(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> Any:
        return chat.cite(str(event._data.get("anchor", "")), name, sitting, entrance.visitor(request)) or gr.skip()

    def edit(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        at = number(event, "turn")
        if at >= len(sitting.turns):
            return gr.skip(), gr.skip(), gr.skip()
        changing = replace(sitting, changing=at)
        return changing, sitting.turns[at].question, narrowing(chat.indexes, name, changing, entrance.visitor(request).words)

    def thumb(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        visitor, good = entrance.visitor(request), str(event._data.get("good", "")) == "1"
        reason = ": ".join(part for key in ("reason", "text") if (part := str(event._data.get(key, "")).strip()))
        after = chat.opinion(number(event, "turn"), good, reason, name, sitting, visitor)
        return after, sent(say=visitor.words("thanks"))

    for source in (on.transcript, on.reading):
        source.cite(cite, [on.switch, on.sitting], on.reading, **EVENT)
    on.transcript.edit(edit, [on.switch, on.sitting], [on.sitting, on.question, on.narrow], **EVENT)
    for event in (on.transcript.thumb, on.transcript.reason):
        event(thumb, [on.switch, on.sitting], [on.sitting, on.outbox], **EVENT)


def _connect_filters(chat: Chat, entrance: Entrance, on: Widgets) -> None:
    """Connect the chips and the form of the filters."""

    def narrow(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        words = entrance.visitor(request).words
        try:
            narrowed = replace(sitting, filters=filters_of(texts(event)))
        except AssistantError as error:
            return sitting, narrowing(chat.indexes, name, sitting, words, line(error))
        return narrowed, narrowing(chat.indexes, name, narrowed, words)

    def widen(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        key = str(event._data.get("name", ""))
        given = {one: value for one, value in parameters(sitting.filters).items() if one != key}
        wider = replace(sitting, filters=filters_of(given), changing=None if key == "changing" else sitting.changing)
        return wider, narrowing(chat.indexes, name, wider, entrance.visitor(request).words)

    for event, change in ((on.narrow.narrow, narrow), (on.narrow.widen, widen)):
        event(change, [on.switch, on.sitting], [on.sitting, on.narrow], **EVENT)


def texts(event: gr.EventData) -> dict[str, str]:
    """Return what a form sent, all of it as text."""
    return {str(key): str(value) for key, value in event._data.items()}


def number(event: gr.EventData, key: str) -> int:
    """Return a number of what a region sent; one that no turn has when it is none."""
    value = str(event._data.get(key, ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 10**9
