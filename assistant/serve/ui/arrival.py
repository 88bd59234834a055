"""What begins anew: the page when it is opened with an address, another index, a new conversation, one that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.serve.ui.address import Asked, asked_of
from assistant.serve.ui.asking import NOTHING, following, sent, updates
from assistant.serve.ui.chat import Chat, line
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.layout import EVENT, Widgets, account, examples, note, pairs, views
from assistant.serve.ui.narrow import narrowing
from assistant.serve.ui.reading import empty
from assistant.serve.ui.sitting import Sitting, Visitor
from assistant.serve.ui.turns import transcript
from assistant.serve.ui.wording import Words


def connect_arrival(chat: Chat, entrance: Entrance, on: Widgets) -> None:
    """Connect what begins anew: the page when it is opened, another index, a new conversation, one that was kept."""
    begun = [on.sitting, on.transcript, on.reading, on.question, on.note, on.examples, on.narrow]

    def arrive(name: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        visitor, data = entrance.visitor(request), event._data
        asked, problem = Asked(), ""
        try:
            asked = asked_of(str(data.get("search", "")))
        except AssistantError as error:
            problem = line(error)
        known = [choice.name for choice in chat.indexes.choices()]
        index = asked.index if asked.index in known else name
        found = chat.kept(str(data.get("conversation", "")), visitor)
        index, sitting = found if found and found[0] in known else (index, Sitting(filters=asked.filters))
        shown = transcript(sitting, visitor.words, index, error=problem)
        pending = (asked.question, asked.now) if asked.question and not sitting.turns and not problem else None
        begun = list(_begun(chat, index, sitting, visitor, shown))
        begun[3] = gr.skip()  # a reader may have begun to type meanwhile
        if not (data.get("search") or sitting.turns):  # ... or to ask
            begun[0] = gr.skip()
            if visitor.words == Words():
                begun[1] = begun[2] = begun[5] = gr.skip()
        switch = gr.update(choices=pairs(chat.indexes), value=index)
        return pending, *begun, switch, *_spoken(visitor)

    def pursue(pending: tuple[str, str] | None, name: str, sitting: Sitting, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        if pending:
            yield from map(updates, chat.ask(pending[0], name, sitting, entrance.visitor(request), pending[1]))
        else:
            yield NOTHING

    def begin(name: str, request: gr.Request) -> tuple[Any, ...]:
        visitor = entrance.visitor(request)
        view = chat.begin(visitor)
        return *_begun(chat, name, view.sitting, visitor, view.transcript), sent(address="", conversation="")

    def resume(name: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        visitor = entrance.visitor(request)
        found = chat.kept(str(event._data.get("id", "")), visitor)
        if found is None or not any(choice.name == found[0] for choice in chat.indexes.choices()):
            return *(gr.skip() for _ in begun), gr.skip(), sent(say=visitor.words("no_such_conversation"))
        index, sitting = found
        shown = transcript(sitting, visitor.words, index)
        return *_begun(chat, index, sitting, visitor, shown), index, sent(conversation=sitting.conversation)

    spoken: list[Any] = [
        on.views,
        on.new,
        on.send,
        on.stop,
        on.question,
        on.account,
        on.speakers.find,
        on.speakers.topic,
        on.speakers.direct,
    ]
    arrived = on.views.arrive(arrive, on.switch, [on.pending, *begun, on.switch, *spoken], **EVENT)
    view = [on.sitting, on.transcript, on.reading, on.question]
    pursued = arrived.then(pursue, [on.pending, on.switch, on.sitting], view, **EVENT)
    pursued.then(following(chat, entrance), [on.switch, on.sitting], [on.outbox, on.examples, on.narrow], **EVENT)
    on.views.resume(resume, on.switch, [*begun, on.switch, on.outbox], **EVENT)
    on.switch.input(begin, on.switch, [*begun, on.outbox], **EVENT)
    on.new.click(begin, on.switch, [*begun, on.outbox], **EVENT)


def _begun(chat: Chat, name: str, sitting: Sitting, visitor: Visitor, shown: str) -> tuple[Any, ...]:
    words, choice = visitor.words, chat.indexes.choice(name)
    offered = examples(chat.indexes, choice, words)
    return sitting, shown, empty(words), "", note(choice, words), offered, narrowing(chat.indexes, name, sitting, words)


def _spoken(visitor: Visitor) -> tuple[Any, ...]:
    """Return the page's own words in the reader's language."""
    words = visitor.words
    fields = (
        gr.update(label=words("find_speaker"), placeholder=words("find_speaker_hint")),
        gr.update(label=words("about"), placeholder=words("about_hint")),
        gr.update(label=words("direct_only")),
    )
    question = gr.update(label=words("question"), placeholder=words("ask_anything"))
    return views(words, visitor.user.is_admin), words("new_conversation"), words("ask"), words("stop"), question, account(visitor), *fields
