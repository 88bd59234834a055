"""The speakers view's components, and what each of them does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.spoken import NOBODY, Speakers, Who
from assistant.serve.ui.wording import Words

# Another index has other speakers: the list is asked for anew, and the address names nobody of the index before.
OTHER_INDEX = """() => {
    const view = document.body.dataset.view;
    if (view === 'speakers') window.history.replaceState(null, '', '#speakers');
    if (view !== 'ask') window.dispatchEvent(new HashChangeEvent('hashchange'));
}"""
# A search follows the typing; only the latest words count.
TYPING: dict[str, Any] = {"trigger_mode": "always_last"}


@dataclass(frozen=True)
class SpeakerWidgets:
    """The components of the view."""

    chosen: gr.State
    find: gr.Textbox
    topic: gr.Textbox
    direct: gr.Checkbox
    spoken: gr.HTML


def lay_out(script: str) -> SpeakerWidgets:
    """Lay out the view as a column; the page's style shows it when the address begins with `#speaker`."""
    words = Words()
    plain: dict[str, Any] = {"show_label": False, "container": False, "max_lines": 1}
    chosen = gr.State(NOBODY)
    with gr.Column(elem_id="speaking", elem_classes=["place", "at-speakers"], min_width=280):
        find = gr.Textbox(label=words("find_speaker"), placeholder=words("find_speaker_hint"), elem_id="find", **plain)
        with gr.Row(elem_id="narrowing"):
            topic = gr.Textbox(label=words("about"), placeholder=words("about_hint"), elem_id="topic", **plain)
            direct = gr.Checkbox(label=words("direct_only"), elem_id="direct", container=False, min_width=120, scale=0)
        spoken = gr.HTML("", elem_id="spoken", js_on_load=script)
    return SpeakerWidgets(chosen, find, topic, direct, spoken)


def connect(speakers: Speakers, entrance: Entrance, on: SpeakerWidgets, beside: tuple[gr.Dropdown, gr.HTML], event: dict[str, Any]) -> None:
    """Connect the view with itself, and with the index switcher and the reading panel beside it."""
    switch, reading = beside

    def visit(name: str, happened: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        shown = speakers.visit(str(happened._data.get("address", "")), name, entrance.visitor(request).words)
        known = gr.update(value=shown.index) if shown.index != name and _is_offered(speakers, shown.index) else gr.skip()
        return known, shown.who, shown.html, "", "", False

    def narrowed(name: str, who: Who, about: str, direct: bool, request: gr.Request) -> str:
        return speakers.spoken(name, who, about.strip(), direct, entrance.visitor(request).words)

    def cleared(name: str, who: Who, about: str, direct: bool, request: gr.Request) -> Any:
        if about.strip() or who == NOBODY:
            return gr.skip()
        return speakers.spoken(name, who, "", direct, entrance.visitor(request).words)

    def found(name: str, who: Who, find: str, request: gr.Request) -> Any:
        return speakers.listed(name, find, entrance.visitor(request).words) if who == NOBODY else gr.skip()

    def opened(name: str, happened: gr.EventData, request: gr.Request) -> Any:
        return speakers.open(str(happened._data.get("anchor", "")), name, entrance.visitor(request).words) or gr.skip()

    on.spoken.visit(visit, switch, [switch, on.chosen, on.spoken, on.find, on.topic, on.direct], **event)
    switch.input(None, None, None, js=OTHER_INDEX)
    # `change`, for `input` does not come when something is pasted; it comes too when a visit empties the field.
    on.find.change(found, [switch, on.chosen, on.find], on.spoken, **TYPING, **event)
    narrowing = [switch, on.chosen, on.topic, on.direct]
    gr.on([on.topic.submit, on.direct.input], narrowed, narrowing, on.spoken, **event)
    on.topic.change(cleared, narrowing, on.spoken, **TYPING, **event)
    for source in (on.spoken, reading):
        source.said(opened, switch, reading, **event)


def _is_offered(speakers: Speakers, name: str) -> bool:
    return any(choice.name == name for choice in speakers.indexes.choices())
