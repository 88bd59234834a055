"""The filters below the conversation: a chip for each that is set, and a form to set them."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.links import parameters
from assistant.records import Filters
from assistant.serve.render import escape
from assistant.serve.ui.cards import named_filters
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.sitting import Sitting
from assistant.serve.ui.wording import Words

MOST_OFFERED = 200
FIELDS = ("since", "until", "outlet", "language", "speaker")


def narrowing(indexes: OpenIndexes, name: str, sitting: Sitting, words: Words, problem: str = "") -> str:
    """Return the chips and the form for what is asked next."""
    filters = sitting.filters
    chips = "".join(_chip(key, what, value, words) for key, (what, value) in named_filters(filters, words).items())
    if sitting.changing is not None:
        chips = _chip("changing", words("changing"), str(sitting.changing + 1), words) + chips
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    opened = " open" if problem else ""
    return (
        f'<div class="narrow"><details class="narrowing"{opened}><summary>{words.html("narrow")}</summary>'
        f"{told}{_form(indexes, name, filters, words)}</details>{chips}</div>"
    )


def _chip(key: str, what: str, value: str, words: Words) -> str:
    name = words.html("widen", what=what)
    return (
        f'<span class="chip">{escape(what)}: <bdi>{escape(value)}</bdi>'
        f'<button type="button" data-do="widen" data-name="{key}" aria-label="{name}" title="{name}">×</button></span>'
    )


def _form(indexes: OpenIndexes, name: str, filters: Filters, words: Words) -> str:
    given, lists = parameters(filters), ""
    try:
        if not indexes.is_new(name):
            lists = _lists(indexes.open(name))
    except AssistantError:
        lists = ""  # asking will say what is wrong
    fields = "".join(_field(one, given.get(one, ""), words) for one in FIELDS)
    hidden = f'<input type="hidden" name="articles" value="{given["articles"]}">' if "articles" in given else ""
    return (
        f'<form data-do="narrow">{fields}{hidden}<button type="submit" class="small primary">{words.html("apply")}</button></form>{lists}'
    )


def _field(name: str, value: str, words: Words) -> str:
    hint = words.html("day_hint") if name in ("since", "until") else ""
    offered = f' list="known-{name}"' if name in ("outlet", "language", "speaker") else ""
    return (
        f'<label>{words.html(f"filter_{name}")}<input type="text" name="{name}" value="{escape(value)}"{offered}'
        f' placeholder="{hint}" autocomplete="off"></label>'
    )


def _lists(assistant: Assistant) -> str:
    index = assistant.index
    speakers = sorted(index.speakers().items(), key=lambda item: -len(item[1]))
    return (
        _list("outlet", index.sources()[0]) + _list("language", index.languages()) + _list("speaker", (one for one, _ in speakers if one))
    )


def _list(name: str, values: Iterable[str]) -> str:
    options = "".join(f'<option value="{escape(value)}"></option>' for value in list(values)[:MOST_OFFERED])
    return f'<datalist id="known-{name}">{options}</datalist>'
