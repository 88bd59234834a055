"""What begins anew: the page when it is opened with an address, another index, a new conversation, one that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.serve.ui.address import Asked, asked_of
from assistant.serve.ui.asking import answered, changed, sent
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
    begun_parts = [on.sitting, on.transcript, on.reading, on.question, on.note, on.examples, on.narrow]
    first = chat.indexes.first().name

    def arrive(name: str, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
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
        asks = bool(asked.question) and not sitting.turns and not problem
        shown = transcript(sitting, visitor.words, index, error=problem, pending=asked.question if asks else "")
        begun = list(_begun(chat, index, sitting, visitor, shown))
        begun[3] = gr.skip()  # a reader may have begun to type meanwhile
        if not data.get("search") and not sitting.turns:
            begun[0] = gr.skip()
            if visitor.words == Words() and index == first:
                begun[1:] = [gr.skip()] * len(begun[1:])  # all is as it was laid out
        # A reader may have chosen another index meanwhile: only what the address asks for is set.
        choices = pairs(chat.indexes, visitor.words)
        switch = gr.update(choices=choices, value=index) if index != name else gr.update(choices=choices)
        yield *begun, sent(arrived=not asks), switch, *_spoken(visitor)
        if asks:
            rest = [gr.skip()] * (1 + len(spoken))
            for view in answered(chat, asked.question, index, sitting, visitor, asked.now):
                shown_now = dict(zip(map(id, changed(on)), view, strict=True))
                yield *(shown_now.get(id(part), gr.skip()) for part in (*begun_parts, on.outbox)), *rest
        # The end of an event sets once more what came last, perhaps after a reader has gone on.
        yield (gr.skip(),) * (len(begun_parts) + 2 + len(spoken))

    def begin(name: str, request: gr.Request) -> tuple[Any, ...]:
        visitor = entrance.visitor(request)
        view = chat.begin(visitor)
        return *_begun(chat, name, view.sitting, visitor, view.transcript), sent(address="", conversation="")

    def resume(name: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        visitor = entrance.visitor(request)
        found = chat.kept(str(event._data.get("id", "")), visitor)
        if found is None or not any(choice.name == found[0] for choice in chat.indexes.choices()):
            return *(gr.skip() for _ in begun_parts), gr.skip(), sent(say=visitor.words("no_such_conversation"))
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
    on.views.arrive(arrive, on.switch, [*begun_parts, on.outbox, on.switch, *spoken], **EVENT)
    on.views.resume(resume, on.switch, [*begun_parts, on.switch, on.outbox], **EVENT)
    on.switch.input(begin, on.switch, [*begun_parts, on.outbox], **EVENT)
    on.new.click(begin, on.switch, [*begun_parts, on.outbox], **EVENT)


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
