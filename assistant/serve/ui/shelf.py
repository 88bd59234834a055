"""What the library's components do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from assistant.errors import AssistantError
from assistant.records import Filters
from assistant.serve.render import escape
from assistant.serve.ui.adding import Adding, Removed
from assistant.serve.ui.asking import sent, texts
from assistant.serve.ui.chat import line
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.layout import EVENT, Widgets, note, pairs
from assistant.serve.ui.library import Library
from assistant.serve.ui.narrow import narrowing
from assistant.serve.ui.preferences import Preferences
from assistant.serve.ui.sitting import Sitting, Visitor
from assistant.serve.ui.wording import Words

MOST_FILES = 500
Parts = tuple[Library, Adding, Preferences]


def connect_library(parts: Parts, entrance: Entrance, on: Widgets) -> None:
    """Connect the table, adding, removing and the health."""
    library = parts[0]

    def look(name: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        visitor = entrance.visitor(request)
        return _adder(visitor), library.table(name, texts(event), visitor), ""

    def table(name: str, event: gr.EventData, request: gr.Request) -> str:
        return library.table(name, texts(event), entrance.visitor(request))

    def told(name: str, event: gr.EventData, request: gr.Request) -> str:
        return library.stories(name, texts(event), entrance.visitor(request))

    def read(name: str, event: gr.EventData, request: gr.Request) -> str:
        return library.open(str(event._data.get("id", "")), name, entrance.visitor(request))

    def only(name: str, sitting: Sitting, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        chosen = Sitting(sitting.turns, sitting.given, sitting.conversation, Filters(article_ids=_ids(event)), sitting.opinions)
        words = entrance.visitor(request).words
        return chosen, narrowing(library.indexes, name, chosen, words), sent(view="ask")

    on.shelf.visit(look, on.switch, [on.adding, on.shelf, on.notice], **EVENT)
    for event in (on.shelf.look, on.shelf.order, on.shelf.leaf):
        event(table, on.switch, on.shelf, **EVENT)
    on.shelf.stories(told, on.switch, on.shelf, **EVENT)
    on.shelf.read(read, on.switch, on.reading, **EVENT)
    for source in (on.shelf, on.reading):
        source.only(only, [on.switch, on.sitting], [on.sitting, on.narrow, on.outbox], **EVENT)
    _connect_adding(parts, entrance, on)
    _connect_removing(parts, entrance, on)


def _connect_adding(parts: Parts, entrance: Entrance, on: Widgets) -> None:
    library, adding, preferences = parts

    def add(name: str, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        visitor = entrance.visitor(request)
        stays = (gr.skip(), gr.skip(), gr.skip())
        if not visitor.user.is_admin:
            yield _refused(visitor.words), *stays
            return
        target = library.indexes.own(name)
        unsent, shown = _unsent(event, visitor.words), ""
        for shown in adding.add(target, uploads(event), str(event._data.get("address", "")).strip()[:2000], visitor.words):
            yield unsent + shown, *stays
        if unsent and not shown:
            yield unsent, *stays
        choice = library.indexes.choice(target)
        switch = gr.update(choices=pairs(library.indexes, visitor.words), value=target)
        yield gr.skip(), library.table(target, {}, visitor), switch, note(choice, visitor.words)

    def health(name: str, request: gr.Request) -> str:
        return preferences.health(name, entrance.visitor(request))

    on.adding.take(add, on.switch, [on.notice, on.shelf, on.switch, on.note], concurrency_limit=2, **EVENT)
    on.adding.health(health, on.switch, on.notice, **EVENT)


def _connect_removing(parts: Parts, entrance: Entrance, on: Widgets) -> None:
    library, adding, _ = parts

    def remove(name: str, before: Removed, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        visitor, name = entrance.visitor(request), str(event._data.get("index") or name)
        if not visitor.user.is_admin:
            return before, _refused(visitor.words), gr.skip(), gr.skip()
        try:
            removed = adding.remove(name, _ids(event))
        except AssistantError as error:
            return before, f'<p class="problem" role="alert">{escape(line(error))}</p>', gr.skip(), gr.skip()
        told = visitor.words.html("removed", n=len(removed.articles))
        undo = f'<button type="button" class="small" data-do="undo">{visitor.words.html("undo")}</button>'
        shown = library.table(name, texts(event), visitor)
        return removed, f'<p class="done" role="status">{told} {undo}</p>', shown, library.open("", name, visitor)

    def undo(name: str, removed: Removed, request: gr.Request) -> tuple[Any, ...]:
        visitor = entrance.visitor(request)
        if not removed.articles or not visitor.user.is_admin:
            return removed, "", gr.skip()
        count = adding.put_back(removed)
        told = f'<p class="done" role="status">{visitor.words.html("put_back", n=count)}</p>'
        return Removed(), told, library.table(removed.index, {}, visitor)

    for source in (on.shelf, on.reading):
        source.remove(remove, [on.switch, on.removed], [on.removed, on.notice, on.shelf, on.reading], **EVENT)
    on.notice.undo(undo, [on.switch, on.removed], [on.removed, on.notice, on.shelf], **EVENT)


def _adder(visitor: Visitor) -> str:
    """Return the region that takes files and addresses; a reader has none."""
    words = visitor.words
    if not visitor.user.is_admin:
        return ""
    return (
        f'<div class="adder"><label class="drop"><input type="file" multiple class="unseen"><strong>{words.html("drop_files")}</strong>'
        f'<span>{words.html("drop_kinds")}</span></label><form data-do="take"><label class="grow"><span class="unseen">'
        f'{words.html("web_address")}</span><input type="url" name="address" placeholder="{words.html("web_address")}" required></label>'
        f'<button type="submit" class="small">{words.html("add")}</button>'
        f'<button type="button" class="quiet" data-do="health">{words.html("check_health")}</button></form></div>'
    )


def _refused(words: Words) -> str:
    return f'<p class="problem" role="alert">{words.html("only_admins")}</p>'


def uploads(event: gr.EventData) -> list[tuple[Path, str]]:
    """Return the files that were uploaded, each with its name; a path that is none of an upload is passed over."""
    try:
        given = json.loads(str(event._data.get("files", "[]")))
        pairs = [(Path(str(path)).resolve(), str(name)) for path, name in given][:MOST_FILES]
    except (ValueError, TypeError):
        return []
    folder = Path(get_upload_folder()).resolve()
    return [(path, name) for path, name in pairs if path.is_relative_to(folder) and path.is_file()]


def _unsent(event: gr.EventData, words: Words) -> str:
    """Return which files could not be sent, and why."""
    try:
        names = [str(name) for name in json.loads(str(event._data.get("failed", "[]")))][:MOST_FILES]
    except (ValueError, TypeError):
        return ""
    items = "".join(f'<li><strong dir="auto">{escape(name)}</strong> {words.html("upload_failed")}</li>' for name in names)
    return f'<div class="adding unsent" role="alert"><ul class="failed">{items}</ul></div>' if items else ""


def _ids(event: gr.EventData) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[0-9]{1,12}", str(event._data.get("ids", "")))))
