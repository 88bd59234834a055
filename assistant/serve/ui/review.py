"""The review page: questions that wait are shown one by one, to be accepted, corrected or rejected. It knows nothing of Gradio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from assistant.accounts.feedback import Feedback
from assistant.accounts.store import Accounts
from assistant.errors import AssistantError, SettingsError
from assistant.evaluate.corpus import article_names
from assistant.evaluate.draft import as_rows, draft_questions
from assistant.evaluate.kept import Evaluations
from assistant.evaluate.reviewing import ACCEPTED, DRAFT, REJECTED, Draft
from assistant.evaluate.reviewing import Review as Pile
from assistant.serve.opinions import as_draft
from assistant.serve.render import escape
from assistant.serve.ui.chat import line
from assistant.serve.ui.evaluation import parts, told
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.wording import Words

AT_ONCE = 50
"""Questions proposed with a click: about as many as a person reviews at a sitting."""
MOST_GOLD = 50
MOST_CHARS = 5_000


class Review:
    """What happens on the review page. Only an admin reviews."""

    def __init__(self, indexes: OpenIndexes, accounts: Accounts | None) -> None:
        self.indexes = indexes
        self.accounts = accounts

    def page(self, name: str, visitor: Visitor, said: str = "", after: str = "", undo: str = "") -> str:
        """Return the first question that waits.

        Args:
            name: the index.
            visitor: who reviews.
            said: HTML about what was just done.
            after: the id of the question behind which to go on.
            undo: the id of the question that was just decided.
        """
        words = visitor.words
        if not visitor.user.is_admin:
            return told(words("only_admins"), bad=True)
        try:
            pile = self._pile(name)
            rows = pile.rows()
        except AssistantError as error:
            return told(line(error), bad=True)
        counts = Counter(str(row.get("status")) for row in rows)
        waiting = [row for row in rows if row.get("status") == DRAFT]
        back = f' <button type="button" class="small" data-do="back" data-id="{escape(undo)}">{words.html("undo")}</button>' if undo else ""
        facts = words.html(
            "review_counts", waiting=len(waiting), accepted=counts[ACCEPTED], rejected=counts[REJECTED], file=pile.evaluations.questions
        )
        return (
            f"<h2>{words.html('evaluation')}</h2>{parts('review', words, len(waiting))}"
            f'<p class="facts">{facts}</p>{said}{f"<p>{back}</p>" if back else ""}'
            f"{_form(_next(waiting, after), words) if waiting else _nothing(words)}{_proposals(words)}"
        )

    def propose(self, name: str, visitor: Visitor) -> str:
        """Propose questions of the articles, and return the page."""
        if not visitor.user.is_admin:
            return self.page(name, visitor)
        try:
            pile, assistant = self._pile(name), self.indexes.open(name)
            added = pile.add(as_rows(draft_questions(assistant, AT_ONCE, known=pile.known())))
        except AssistantError as error:
            return self.page(name, visitor, told(line(error), bad=True))
        return self.page(name, visitor, told(visitor.words("proposed", n=added)))

    def opinions(self, name: str, visitor: Visitor) -> str:
        """Propose questions of what readers said of answers, and return the page."""
        if not visitor.user.is_admin:
            return self.page(name, visitor)
        try:
            if self.accounts is None:
                raise SettingsError(visitor.words("nothing_is_kept"))
            heard = [one for one in Feedback(self.accounts).listed() if one.index == name]
            names = article_names(self.indexes.open(name).articles()) if heard else {}
            added = self._pile(name).add(row for one in heard if (row := as_draft(one, names)))
        except AssistantError as error:
            return self.page(name, visitor, told(line(error), bad=True))
        return self.page(name, visitor, told(visitor.words("proposed", n=added)))

    def accept(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Accept a question as the form gives it, and return the page with the next; with what is wrong, the same."""
        if not visitor.user.is_admin:
            return self.page(name, visitor)
        row_id = given.get("id", "")
        try:
            pile = self._pile(name)
            before = next((row for row in pile.waiting() if row["id"] == row_id), {})
            pile.accept(row_id, _row(given, before), self.indexes.open(name))
        except AssistantError as error:
            return self.page(name, visitor, told(line(error), bad=True), f"={row_id}")
        return self.page(name, visitor, told(visitor.words("accepted")), row_id, row_id)

    def reject(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Put a question aside, and return the page with the next."""
        return self._decided(name, given, visitor, is_back=False)

    def back(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Let a question wait again, and return the page with it."""
        return self._decided(name, given, visitor, is_back=True)

    def later(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Return the page with the question behind one."""
        return self.page(name, visitor, after=given.get("id", ""))

    def _decided(self, name: str, given: Mapping[str, str], visitor: Visitor, is_back: bool) -> str:
        row_id = given.get("id", "")
        if not visitor.user.is_admin:
            return self.page(name, visitor)
        try:
            pile = self._pile(name)
            (pile.reopen if is_back else pile.reject)(row_id)
        except AssistantError as error:
            return self.page(name, visitor, told(line(error), bad=True))
        if is_back:
            return self.page(name, visitor, after=f"={row_id}")
        return self.page(name, visitor, told(visitor.words("rejected")), row_id, row_id)

    def _pile(self, name: str) -> Pile:
        return Pile(Evaluations(self.indexes.choice(name).name))


def _next(waiting: list[Draft], after: str) -> Draft:
    """Return the question behind the one with an id, itself for `=` and the id; the first where there is no such."""
    if after.startswith("="):
        return next((row for row in waiting if row["id"] == after[1:]), waiting[0])
    ids = [str(row["id"]) for row in waiting]
    at = ids.index(after) + 1 if after in ids else 0
    return waiting[at % len(waiting)]


def _row(given: Mapping[str, str], before: Mapping[str, Any]) -> Draft:
    """Return a question as the form gives it; what the form does not show stays."""
    row = {name: value for name, value in before.items() if name not in ("status", "note", "gold", "answer", "speaker")}
    question = " ".join(given.get("question", "").split())[:MOST_CHARS]
    if question != before.get("question"):
        row.pop("language", None)  # it may be asked in another one now
    row["question"] = question
    row["gold"] = [
        {"article": given.get(f"article-{n}", ""), "text": text}
        for n in range(MOST_GOLD)
        if (text := given.get(f"gold-{n}", "").strip()[:MOST_CHARS])
    ]
    row |= {name: value for name in ("answer", "speaker") if (value := given.get(name, "").strip()[:MOST_CHARS])}
    return row | ({"answerable": False} if given.get("unanswerable") == "yes" else {})


def _form(row: Draft, words: Words) -> str:
    gold = [*(row.get("gold") or [])][: MOST_GOLD - 1]
    sentences = "".join(_sentence(n, one, words) for n, one in enumerate([*gold, {}]))
    note = f'<p class="facts">{words.html("reader_said", note=row["note"])}</p>' if row.get("note") else ""
    ticked = " checked" if row.get("kind") == "unanswerable" else ""
    fields = "".join(_line(name, str(row.get(name) or ""), words) for name in ("answer", "speaker"))
    row_id = escape(str(row["id"]))
    return (
        f'<form class="draft" data-do="accept" data-id="{row_id}"><label class="asked">{words.html("question")}'
        f'<textarea name="question" rows="2" dir="auto" required>{escape(str(row["question"]))}</textarea></label>{note}'
        f"<fieldset><legend>{words.html('answering_sentences')}</legend>{sentences}"
        f'<label class="tick"><input type="checkbox" name="unanswerable" value="yes"{ticked}> {words.html("draft_unanswerable")}</label>'
        f'</fieldset>{fields}<p class="buttons"><button type="submit" class="small primary">{words.html("accept")}</button>'
        f'<button type="button" class="small danger" data-do="reject" data-id="{row_id}">{words.html("reject")}</button>'
        f'<button type="button" class="quiet" data-do="later" data-id="{row_id}">{words.html("decide_later")}</button></p></form>'
    )


def _line(name: str, value: str, words: Words) -> str:
    field = f'<input type="text" name="{name}" dir="auto" value="{escape(value)}" autocomplete="off">'
    return f'<label class="line">{words.html(f"draft_{name}")} {field}</label>'


def _sentence(n: int, gold: Mapping[str, str], words: Words) -> str:
    article, text = str(gold.get("article", "")), str(gold.get("text", ""))
    name = words.html("sentence_of", n=n + 1, article=article) if article else words.html("another_sentence")
    shown = f'<span class="facts" dir="auto">{escape(article)}</span>' if article else ""
    rows = max(2, min(6, len(text) // 90 + 1))
    placeholder = "" if article else f' placeholder="{words.html("another_sentence_hint")}"'
    return (
        f'<div class="sentence"><input type="hidden" name="article-{n}" value="{escape(article)}">'
        f'<textarea name="gold-{n}" rows="{rows}" dir="auto" aria-label="{name}"{placeholder}>{escape(text)}</textarea>{shown}</div>'
    )


def _nothing(words: Words) -> str:
    return f'<p class="nothing">{words.html("nothing_waits")}</p>'


def _proposals(words: Words) -> str:
    return (
        f'<p class="buttons proposals"><button type="button" class="small" data-do="propose">{words.html("propose_articles")}</button>'
        f'<button type="button" class="small" data-do="opinions">{words.html("propose_opinions")}</button></p>'
    )
