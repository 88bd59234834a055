"""The conversations that are kept: a list to search, to open, to name, to export, and to delete for good. It knows nothing of Gradio."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from assistant.accounts.conversations import Conversation, Conversations
from assistant.serve.exports import KINDS, export
from assistant.serve.render import escape
from assistant.serve.ui.chat import Chat
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.wording import Words


class Kept:
    """What happens when a person looks through the conversations."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    def listed(self, find: str, visitor: Visitor) -> str:
        """Return the list, with words only those that hold all of them."""
        words = visitor.words
        if self.chat.accounts is None:
            return f'<p class="problem" role="alert">{words.html("nothing_is_kept")}</p>'
        found = Conversations(self.chat.accounts, visitor.user.id).listed(find[:200])
        if not found and not find.strip():
            return f'<div class="welcome"><h2>{words.html("no_conversations")}</h2><p>{words.html("no_conversations_text")}</p></div>'
        form = (
            f'<form class="look" data-do="find" role="search">'
            f'<label class="grow"><span class="unseen">{words.html("find_conversation")}</span>'
            f'<input type="search" name="find" placeholder="{words.html("find_conversation")}" value="{escape(find)}"></label>'
            f'<button type="submit" class="small">{words.html("find")}</button></form>'
        )
        items = "".join(_item(one, words) for one in found)
        listed = f'<ul class="kept">{items}</ul>' if items else f'<p class="nothing">{words.html("no_conversation_so")}</p>'
        return f"<h2>{words.html('conversations')}</h2>{form}{listed}"

    def rename(self, conversation: str, name: str, visitor: Visitor) -> None:
        """Give a conversation another name."""
        if self.chat.accounts:
            Conversations(self.chat.accounts, visitor.user.id).rename(conversation, name)

    def delete(self, conversation: str, visitor: Visitor) -> None:
        """Delete a conversation for good."""
        if self.chat.accounts:
            Conversations(self.chat.accounts, visitor.user.id).delete([conversation])

    def exported(self, conversation: str, kind: str, visitor: Visitor) -> dict[str, str] | None:
        """Return a file to download: its name, its type and its text; None when the reader has no such conversation."""
        found = self.chat.kept(conversation, visitor)
        if self.chat.accounts is None or found is None or kind not in KINDS:
            return None
        index, sitting = found
        named = Conversations(self.chat.accounts, visitor.user.id).find(conversation)
        name = named.name if named else conversation
        file = re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "conversation"
        return {"name": f"{file}.{kind}", "type": KINDS[kind], "text": export(kind, name, index, sitting.turns)}


def _item(one: Conversation, words: Words) -> str:
    day = datetime.fromtimestamp(one.updated, UTC).strftime("%Y-%m-%d")
    facts = f"{day} · {words('n_questions', n=one.n_turns)} · {one.index}"
    exports = "".join(
        f'<button type="button" class="quiet" data-do="export" data-id="{one.id}" data-kind="{kind}">{name}</button>'
        for kind, name in (("md", "Markdown"), ("html", "HTML"), ("json", "JSON"))
    )
    return (
        f'<li><a class="title" href="#conversation={one.id}" dir="auto">{escape(one.name)}</a><p class="facts">{escape(facts)}</p>'
        f'<details class="more"><summary>{words.html("more_for")}</summary>'
        f'<form data-do="rename" data-id="{one.id}"><label>{words.html("name")} <input type="text" name="name" maxlength="120"'
        f' value="{escape(one.name)}"></label><button type="submit" class="small">{words.html("rename")}</button></form>'
        f'<p class="exports">{words.html("export_as")} {exports}</p>'
        f'<p><button type="button" class="small danger" data-do="delete" data-id="{one.id}">{words.html("delete_for_good")}</button>'
        f"</p></details></li>"
    )
