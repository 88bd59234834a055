"""The conversation as HTML: each turn with its question, its answer, and what can be done with it."""

from __future__ import annotations

from assistant.records import Citation
from assistant.serve.render import as_text, escape, marker_link, text_html
from assistant.serve.ui.address import link_of
from assistant.serve.ui.cards import cards, differs, parted, searched, sides
from assistant.serve.ui.sitting import Sitting
from assistant.serve.ui.wording import Words

SHOWN_CHARS = 300
"""A longer question is shown cut."""
REASONS = ("reason_other_matter", "reason_missing", "reason_not_said", "reason_not_there")


def transcript(
    sitting: Sitting, words: Words = Words(), index: str = "", *, pending: str = "", error: str = "", growing: bool = False
) -> str:
    """Return the conversation as HTML; the marker of turn 0's citation 1 is the link `#cite-0-1`.

    Args:
        sitting: the turns there are.
        words: the page's own.
        index: the name of the index, for links.
        pending: a question whose answer is awaited.
        error: one line that says what went wrong.
        growing: more of the last answer is to come.
    """
    items = [_turn(sitting, position, words, index) for position in range(len(sitting.turns))]
    if pending.strip():
        items.append(f'<li class="turn">{_question(pending)}<p class="pending">{words.html("reading")}</p></li>')
    if error:
        items.append(f'<li class="turn"><p class="problem" role="alert">{escape(error)}</p></li>')
    if not items:
        return f'<div class="welcome"><h2>{words.html("welcome")}</h2><p>{words.html("welcome_text")}</p></div>'
    state = ' growing" aria-busy="true' if growing or pending.strip() else ""
    return f'<ol class="turns{state}" aria-label="{words.html("conversation")}" aria-live="polite">{"".join(items)}</ol>'


def _question(question: str) -> str:
    text = " ".join(question.split())
    shown = text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + " …"
    return f'<h2 class="question" dir="auto">{escape(shown)}</h2>'


def _turn(sitting: Sitting, position: int, words: Words, index: str) -> str:
    turn = sitting.turns[position]
    answer = turn.answer
    kind = "answer abstained" if answer.abstained else "answer"
    anchor = f"cite-{position}"
    text = text_html(answer, anchor)
    if differs(answer):
        text = sides(answer, position, lambda one: _words(one, position)) + text_html(parted(answer)[1], anchor)
    below = f"{_tools(sitting, position, words, index)}{cards(answer, position, words)}{searched(answer, words)}"
    return f'<li class="turn">{_question(turn.question)}<div class="{kind}">{text}{below}</div></li>'


def _words(citation: Citation, position: int) -> str:
    """Return the words of a citation, the short answer in bold, and its marker."""
    quote, focus = citation.quote, citation.focus
    shown = escape(quote)
    if focus:
        start, end = (place - citation.span.start for place in focus)
        shown = f"{escape(quote[:start])}<strong>{escape(quote[start:end])}</strong>{escape(quote[end:])}"
    return f"{shown} {marker_link(f'cite-{position}', citation.number, citation.title)}"


def _tools(sitting: Sitting, position: int, words: Words, index: str) -> str:
    """Return the row of buttons: copy, link, ask again, change the question, and the thumbs with their reasons."""
    answer, opinion = sitting.turns[position].answer, dict(sitting.opinions).get(position)
    link = link_of(answer, sitting.given[position], index)
    edit = f'data-do="edit" data-turn="{position}" title="{words.html("edit")}"'
    buttons = [
        f'<button type="button" class="quiet" data-copy="{escape(as_text(answer))}">{words.html("copy_answer")}</button>',
        f'<button type="button" class="quiet" data-link="{escape(link)}">{words.html("copy_link")}</button>',
        f'<button type="button" class="quiet" data-do="retry" data-turn="{position}">{words.html("retry")}</button>',
        f'<button type="button" class="quiet" {edit}>{words.html("edit_short")}</button>',
        f'<button type="button" class="quiet" data-do="why" data-turn="{position}">{words.html("why")}</button>',
    ]
    return (
        f'<div class="tools" role="group" aria-label="{words.html("tools")}">{"".join(buttons)}<span class="thumbs">'
        f"{_thumb(True, position, words, opinion)}{_thumb(False, position, words, opinion)}</span></div>{_reasons(position, words)}"
    )


def _thumb(good: bool, position: int, words: Words, opinion: bool | None) -> str:
    name = words.html("good" if good else "bad")
    pressed = "true" if opinion is good else "false"
    turn = "" if good else ' transform="rotate(180 8 8)"'
    shape = f'<path{turn} d="M2 7h2.5v7H2zM6 14V7l3-5.5c1.2 0 1.8.9 1.5 2L10 6h3.2c.9 0 1.5.8 1.3 1.7l-1.2 5c-.2.8-.8 1.3-1.6 1.3z"/>'
    return (
        f'<button type="button" class="quiet thumb" data-do="thumb" data-good="{int(good)}" data-turn="{position}" aria-pressed="{pressed}"'
        f' aria-label="{name}" title="{name}"><svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">{shape}</svg></button>'
    )


def _reasons(position: int, words: Words) -> str:
    """Return the form that asks what is wrong; it opens with the thumb that points down."""
    choices = "".join(
        f'<label><input type="radio" name="reason" value="{name.removeprefix("reason_")}"> {words.html(name)}</label>' for name in REASONS
    )
    return (
        f'<form class="reasons" hidden data-do="reason" data-turn="{position}"><fieldset><legend>{words.html("why_bad")}</legend>{choices}'
        f'<label class="line">{words.html("in_your_words")} <input type="text" name="text" maxlength="500"></label>'
        f'<button type="submit" class="small">{words.html("send_reason")}</button></fieldset></form>'
    )
