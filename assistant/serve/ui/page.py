"""The page: Gradio's components, and what each of them does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.records import Turn
from assistant.serve.render import escape
from assistant.serve.ui.chat import Chat, View, transcript
from assistant.serve.ui.indexes import Choice, OpenIndexes
from assistant.serve.ui.reading import EMPTY
from assistant.serve.ui.speakers import VIEWS, SpeakerWidgets, connect, lay_out
from assistant.serve.ui.spoken import Speakers

TITLE = "Article Assistant"
BRAND = f"<h1>{TITLE}</h1>"
SAMPLES_NOTE = '<p class="samples" role="note"><strong>Samples</strong> These articles are for trying out; all but one are invented.</p>'
# Our server is no API: programs have doors of their own. The progress overlay would hide what streams in.
EVENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class Widgets:
    """The components that events read and write."""

    turns: gr.State
    switch: gr.Dropdown
    new: gr.Button
    note: gr.HTML
    transcript: gr.HTML
    question: gr.Textbox
    send: gr.Button
    examples: gr.HTML
    reading: gr.HTML
    speakers: SpeakerWidgets


def asset(name: str) -> str:
    """Return a file that lies beside this one: no style or script comes from elsewhere."""
    return resources.files("assistant.serve.ui").joinpath(name).read_text("utf-8")


def build(indexes: OpenIndexes) -> gr.Blocks:
    """Build the page for the indexes."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        widgets = _lay_out(indexes)
        chat = Chat(indexes)
        _connect_questions(chat, widgets)
        _connect_indexes(page, chat, widgets)
        connect(Speakers(indexes), widgets.speakers, widgets.switch, widgets.reading, EVENT)
    return page


def _lay_out(indexes: OpenIndexes) -> Widgets:
    script = asset("page.js")
    first = indexes.first()
    turns = gr.State(())
    with gr.Row(elem_id="top"):
        gr.HTML(BRAND, elem_id="brand")
        gr.HTML(VIEWS, elem_id="views")
        note = gr.HTML(_note(first), elem_id="note")
        switch = gr.Dropdown(
            _pairs(indexes), value=first.name, label="Articles", elem_id="switch", filterable=False,
            interactive=True, container=False,
        )  # fmt: skip
        new = gr.Button("New conversation", elem_id="new", size="sm")
    with gr.Row(elem_id="desk", equal_height=True):
        with gr.Column(elem_id="asking", min_width=280):
            shown = gr.HTML(transcript(()), elem_id="transcript", js_on_load=script)
            with gr.Row(elem_id="composer"):
                question = gr.Textbox(
                    label="Question", show_label=False, container=False, max_lines=4, autofocus=True,
                    placeholder="Ask in any language", elem_id="question",
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                )  # fmt: skip
                send = gr.Button("Ask", variant="primary", elem_id="send", min_width=72, scale=0)
            examples = gr.HTML(_examples(indexes, first), elem_id="examples", js_on_load=script)
        speakers = lay_out(script + asset("speakers.js"))
        with gr.Column(elem_id="reading-side", min_width=280):
            reading = gr.HTML(EMPTY, elem_id="reading", js_on_load=script)
    return Widgets(turns, switch, new, note, shown, question, send, examples, reading, speakers)


def _connect_questions(chat: Chat, on: Widgets) -> None:
    """Connect asking, the examples, and the markers in the answer and in the article."""

    def ask(text: str, name: str, turns: tuple[Turn, ...]) -> Iterator[tuple[Any, ...]]:
        yield from map(_updates, chat.ask(text, name, turns))

    def cite(name: str, turns: tuple[Turn, ...], event: gr.EventData) -> Any:
        return chat.cite(str(event._data.get("anchor", "")), name, turns) or gr.skip()

    def pick(event: gr.EventData) -> str:
        return str(event._data.get("text", ""))

    inputs, view = [on.question, on.switch, on.turns], [on.turns, on.transcript, on.reading, on.question]
    gr.on([on.question.submit, on.send.click], ask, inputs, view, **EVENT)
    on.examples.example(pick, None, on.question, **EVENT).then(ask, inputs, view, **EVENT)
    for source in (on.transcript, on.reading):
        source.cite(cite, [on.switch, on.turns], on.reading, **EVENT)


def _connect_indexes(page: gr.Blocks, chat: Chat, on: Widgets) -> None:
    """Connect what begins anew: the index switcher, a new conversation, and the page when it is opened."""

    def begin(name: str) -> tuple[Any, ...]:
        choice = chat.indexes.choice(name)
        return *_updates(chat.begin()), _note(choice), _examples(chat.indexes, choice)

    def load() -> Any:
        return gr.update(choices=_pairs(chat.indexes))

    view = [on.turns, on.transcript, on.reading, on.question, on.note, on.examples]
    on.switch.input(begin, on.switch, view, **EVENT)
    on.new.click(begin, on.switch, view, **EVENT)
    page.load(load, None, on.switch, **EVENT)


def _updates(view: View) -> tuple[Any, ...]:
    """Return the updates for turns, transcript, reading panel and question."""
    parts = (view.reading, view.question)
    return view.turns, view.transcript, *(gr.skip() if part is None else part for part in parts)


def _pairs(indexes: OpenIndexes) -> list[tuple[str, str | int | float]]:
    return [(choice.label, choice.name) for choice in indexes.choices()]


def _note(choice: Choice) -> str:
    return SAMPLES_NOTE if choice.samples else ""


def _examples(indexes: OpenIndexes, choice: Choice) -> str:
    try:
        questions = indexes.examples(choice.name)
    except AssistantError:
        return ""  # asking will say what is wrong
    buttons = "".join(f'<button type="button" class="example" dir="auto">{escape(q)}</button>' for q in questions)
    return f'<div class="examples" role="group" aria-label="Example questions">{buttons}</div>' if questions else ""
