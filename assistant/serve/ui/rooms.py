"""What the components of the conversations' list and of the settings page do."""

from __future__ import annotations

from typing import Any

import gradio as gr

from assistant.serve.ui.asking import sent, texts
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.kept import Kept
from assistant.serve.ui.layout import EVENT, Widgets
from assistant.serve.ui.preferences import Preferences


def connect_kept(kept: Kept, entrance: Entrance, on: Widgets) -> None:
    """Connect the list of conversations."""

    def listed(event: gr.EventData, request: gr.Request) -> str:
        return kept.listed(texts(event).get("find", ""), entrance.visitor(request))

    def rename(event: gr.EventData, request: gr.Request) -> str:
        given, visitor = texts(event), entrance.visitor(request)
        kept.rename(given.get("id", ""), given.get("name", ""), visitor)
        return kept.listed("", visitor)

    def delete(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        given, visitor = texts(event), entrance.visitor(request)
        kept.delete(given.get("id", ""), visitor)
        return kept.listed("", visitor), sent(forget=given.get("id", ""), say=visitor.words("deleted"))

    def export(event: gr.EventData, request: gr.Request) -> str:
        given, visitor = texts(event), entrance.visitor(request)
        file = kept.exported(given.get("id", ""), given.get("kind", ""), visitor)
        return sent(file=file) if file else sent(say=visitor.words("no_such_conversation"))

    for event in (on.kept.visit, on.kept.find):
        event(listed, None, on.kept, **EVENT)
    on.kept.rename(rename, None, on.kept, **EVENT)
    on.kept.delete(delete, None, [on.kept, on.outbox], **EVENT)
    on.kept.export(export, None, on.outbox, **EVENT)


def connect_preferences(preferences: Preferences, entrance: Entrance, on: Widgets) -> None:
    """Connect the settings page."""

    def visit(name: str, request: gr.Request) -> str:
        return preferences.page(name, entrance.visitor(request))

    def save(name: str, event: gr.EventData, request: gr.Request) -> str:
        visitor = entrance.visitor(request)
        said = preferences.change(texts(event), visitor)
        return preferences.page(name, visitor, said)

    def test(event: gr.EventData, request: gr.Request) -> str:
        return sent(say=preferences.test(texts(event), entrance.visitor(request)), html=True)

    on.settings.visit(visit, on.switch, on.settings, **EVENT)
    on.settings.save(save, on.switch, on.settings, **EVENT)
    on.settings.test(test, None, on.outbox, **EVENT)
