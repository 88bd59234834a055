"""The speakers view's components, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.serve.ui.spoken import NOBODY, Speakers, Who

VIEWS = '<nav class="views" aria-label="Views"><a href="#ask" aria-current="page">Ask</a><a href="#speakers">Speakers</a></nav>'
# Another index has other speakers: the list is asked for anew, and the address names nobody of the index before.
OTHER_INDEX = """() => {
    if (document.body.dataset.view !== 'speakers') return;
    window.history.replaceState(null, '', '#speakers');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
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
    plain: dict[str, Any] = {"show_label": False, "container": False, "max_lines": 1}
    chosen = gr.State(NOBODY)
    with gr.Column(elem_id="speaking", min_width=280):
        find = gr.Textbox(label="Find a speaker", placeholder="Find a speaker by name or role", elem_id="find", **plain)
        with gr.Row(elem_id="narrowing"):
            topic = gr.Textbox(label="About", placeholder="About: a topic, then Enter", elem_id="topic", **plain)
            direct = gr.Checkbox(label="In quotation marks only", elem_id="direct", container=False, min_width=120, scale=0)
        spoken = gr.HTML("", elem_id="spoken", js_on_load=script)
    return SpeakerWidgets(chosen, find, topic, direct, spoken)


def connect(speakers: Speakers, on: SpeakerWidgets, switch: gr.Dropdown, reading: gr.HTML, event: dict[str, Any]) -> None:
    """Connect the view with itself, the index switcher and the reading panel."""

    def visit(name: str, happened: gr.EventData) -> tuple[Any, ...]:
        shown = speakers.visit(str(happened._data.get("address", "")), name)
        known = gr.update(value=shown.index) if shown.index != name and _is_offered(speakers, shown.index) else gr.skip()
        return known, shown.who, shown.html, "", "", False

    def narrowed(name: str, who: Who, about: str, direct: bool) -> str:
        return speakers.spoken(name, who, about.strip(), direct)

    def cleared(name: str, who: Who, about: str, direct: bool) -> Any:
        return gr.skip() if about.strip() or who == NOBODY else speakers.spoken(name, who, "", direct)

    def found(name: str, who: Who, find: str) -> Any:
        return speakers.listed(name, find) if who == NOBODY else gr.skip()

    on.spoken.visit(visit, switch, [switch, on.chosen, on.spoken, on.find, on.topic, on.direct], **event)
    switch.input(None, None, None, js=OTHER_INDEX)
    # `change`, for `input` does not come when something is pasted; it comes too when a visit empties the field.
    on.find.change(found, [switch, on.chosen, on.find], on.spoken, **TYPING, **event)
    narrowing = [switch, on.chosen, on.topic, on.direct]
    gr.on([on.topic.submit, on.direct.input], narrowed, narrowing, on.spoken, **event)
    on.topic.change(cleared, narrowing, on.spoken, **TYPING, **event)
    for source in (on.spoken, reading):
        source.said(_opening(speakers), switch, reading, **event)


def _opening(speakers: Speakers) -> Callable[..., Any]:
    def opened(name: str, happened: gr.EventData) -> Any:
        return speakers.open(str(happened._data.get("anchor", "")), name) or gr.skip()

    return opened


def _is_offered(speakers: Speakers, name: str) -> bool:
    return any(choice.name == name for choice in speakers.indexes.choices())
