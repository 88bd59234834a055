"""The page's components, region by region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.serve.render import escape
from assistant.serve.ui.assets import TITLE, script
from assistant.serve.ui.evaluation_widgets import EvaluationWidgets
from assistant.serve.ui.evaluation_widgets import lay_out as lay_out_evaluation
from assistant.serve.ui.indexes import NO_ARTICLES, Choice, OpenIndexes
from assistant.serve.ui.narrow import narrowing
from assistant.serve.ui.reading import empty
from assistant.serve.ui.sitting import Sitting, Visitor
from assistant.serve.ui.speakers import SpeakerWidgets, lay_out
from assistant.serve.ui.turns import transcript
from assistant.serve.ui.wording import Words

BRAND = f"<h1>{TITLE}</h1>"
VIEWS = ("ask", "speakers", "library", "conversations", "evaluation", "settings")
FOR_ADMINS = ("evaluation",)
"""Those that only admins are offered."""
BESIDE_ARTICLE = ("ask", "speakers", "library")
"""Views that have the reading panel beside them."""
# Our server is no API: programs have doors of their own. The progress overlay would hide what streams in.
EVENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class Widgets:
    """The components that events read and write."""

    sitting: gr.State
    views: gr.HTML
    switch: gr.Dropdown
    new: gr.Button
    note: gr.HTML
    account: gr.HTML
    transcript: gr.HTML
    narrow: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    examples: gr.HTML
    reading: gr.HTML
    speakers: SpeakerWidgets
    evaluation: EvaluationWidgets
    removed: gr.State
    adding: gr.HTML
    notice: gr.HTML
    shelf: gr.HTML
    kept: gr.HTML
    settings: gr.HTML
    outbox: gr.HTML


def lay_out_page(indexes: OpenIndexes, removed: object, all_views: bool = True) -> Widgets:
    """Lay out the page, in English until the browser says what its reader speaks.

    Args:
        indexes: what can be asked.
        removed: the state of what was removed, before anything was.
        all_views: offer at once what only admins see: whoever reads the page is its owner.
    """
    first, words = indexes.first(), Words()
    beside = [f"at-{view}" for view in BESIDE_ARTICLE]
    made: dict[str, Any] = {"sitting": gr.State(Sitting()), "removed": gr.State(removed)}
    with gr.Row(elem_id="frame"):
        with gr.Column(elem_id="rail", min_width=0):
            made |= _rail(indexes, first, words, all_views)
        with gr.Row(elem_id="desk", equal_height=True):
            made |= _asking(indexes, first, words)
            made["speakers"] = lay_out(script(["visit", "said"], "speakers.js"))
            made |= _others()
            made["evaluation"] = lay_out_evaluation(script)
            with gr.Column(elem_id="reading-side", elem_classes=["place", *beside], min_width=280):
                events = ["cite", "said", "only", "remove"]
                made["reading"] = gr.HTML(empty(), elem_id="reading", js_on_load=script(events, "reading.js"))
    made["outbox"] = gr.HTML("", elem_id="outbox", js_on_load=script([], "outbox.js"))
    return Widgets(**made)


def _rail(indexes: OpenIndexes, first: Choice, words: Words, all_views: bool) -> dict[str, Any]:
    gr.HTML(BRAND, elem_id="brand")
    new = gr.Button(words("new_conversation"), elem_id="new", size="sm")
    linked = gr.HTML(views(words, all_views), elem_id="views", js_on_load=script(["arrive", "resume"], "views.js"))
    switch = gr.Dropdown(
        pairs(indexes, words), value=first.name, label=words("articles"), elem_id="switch", filterable=False, interactive=True, min_width=0,
    )  # fmt: skip
    noted = gr.HTML(note(first, words), elem_id="note")
    return {"views": linked, "new": new, "switch": switch, "note": noted, "account": gr.HTML("", elem_id="account")}


def _asking(indexes: OpenIndexes, first: Choice, words: Words) -> dict[str, Any]:
    events = ["cite", "retry", "edit", "why", "thumb", "reason"]
    with gr.Column(elem_id="asking", elem_classes=["place", "at-ask"], min_width=280):
        shown = gr.HTML(transcript(Sitting()), elem_id="transcript", js_on_load=script(events, "reading.js", "asking.js"))
        with gr.Row(elem_id="composer"):
            question = gr.Textbox(
                label=words("question"), show_label=False, container=False, max_lines=4, autofocus=True,
                placeholder=words("ask_anything"), elem_id="question",
                html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
            )  # fmt: skip
            send = gr.Button(words("ask"), variant="primary", elem_id="send", min_width=72, scale=0)
            stop = gr.Button(words("stop"), elem_id="stop", min_width=72, scale=0)
        with gr.Row(elem_id="below"):
            narrow = gr.HTML(narrowing(indexes, first.name, Sitting(), words), elem_id="narrow", js_on_load=script(["narrow", "widen"]))
            offered = examples(indexes, first, words)
            asked = gr.HTML(offered, elem_id="examples", js_on_load=script(["example"]))
    return {"transcript": shown, "narrow": narrow, "question": question, "send": send, "stop": stop, "examples": asked}


def _others() -> dict[str, Any]:
    with gr.Column(elem_id="shelving", elem_classes=["place", "at-library"], min_width=280):
        adding = gr.HTML("", elem_id="adding", js_on_load=script(["take", "health"], "adding.js"))
        notice = gr.HTML("", elem_id="notice", js_on_load=script(["undo"]))
        events = ["visit", "look", "order", "leaf", "read", "only", "remove", "stories"]
        shelf = gr.HTML("", elem_id="shelf", js_on_load=script(events, "library.js"))
    with gr.Column(elem_id="keeping", elem_classes=["place", "at-conversations"], min_width=280):
        kept = gr.HTML("", elem_id="kept", js_on_load=script(["visit", "find", "rename", "delete", "export"], "kept.js"))
    with gr.Column(elem_id="setting", elem_classes=["place", "at-settings"], min_width=280):
        settings = gr.HTML("", elem_id="settings", js_on_load=script(["visit", "save", "test"], "settings.js"))
    return {"adding": adding, "notice": notice, "shelf": shelf, "kept": kept, "settings": settings}


def pairs(indexes: OpenIndexes, words: Words) -> list[tuple[str, str | int | float]]:
    """Return the indexes as the switcher offers them: label and name."""
    return [(_label(choice, words), choice.name) for choice in indexes.choices()]


def _label(choice: Choice, words: Words) -> str:
    return words("sample_articles") if choice.samples else choice.label.replace(NO_ARTICLES, words("no_articles_yet"))


def views(words: Words, is_admin: bool = True) -> str:
    """Return the links to the views, and the button that shows them where the window is narrow."""
    links = "".join(_view(view, words) for view in VIEWS if is_admin or view not in FOR_ADMINS)
    told = "".join(f' data-{name}="{words.html(name)}"' for name in ("copied", "upload_failed", "reading", "session_ended", "server_gone"))
    spoken = f'lang="{words.code}" dir="{words.direction}"'
    menu = (
        f'<button type="button" class="menu" aria-expanded="false" aria-controls="rail" aria-label="{words.html("menu")}">'
        f'<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M1 3.5h14M1 8h14M1 12.5h14"/></svg></button>'
    )
    return f'{menu}<nav class="views" aria-label="{words.html("views")}" {spoken}{told}>{links}</nav>'


def _view(view: str, words: Words) -> str:
    current = ' aria-current="page"' if view == "ask" else ""
    return f'<a href="#{view}" data-view="{view}"{current}>{words.html(f"view_{view}")}</a>'


def note(choice: Choice, words: Words) -> str:
    """Return the note about the samples; "" for other indexes."""
    strong = f"<strong>{words.html('samples')}</strong>"
    return f'<p class="samples" role="note">{strong} {words.html("samples_note")}</p>' if choice.samples else ""


def account(visitor: Visitor) -> str:
    """Return who is signed in, and the way out; "" where nobody signs in."""
    if not visitor.user.id:
        return ""
    return (
        f'<form method="post" action="sign-out" class="account"><span>{escape(visitor.user.name)}</span>'
        f'<button type="submit" class="small">{visitor.words.html("sign_out")}</button></form>'
    )


def examples(indexes: OpenIndexes, choice: Choice, words: Words) -> str:
    """Return questions to begin with."""
    try:
        return offers(indexes.examples(choice.name), words("examples"))
    except AssistantError:
        return ""  # asking will say what is wrong


def offers(questions: Sequence[str], name: str) -> str:
    """Return questions as buttons."""
    buttons = "".join(f'<button type="button" class="example" dir="auto">{escape(q)}</button>' for q in questions)
    return f'<div class="examples" role="group" aria-label="{escape(name)}">{buttons}</div>' if questions else ""
