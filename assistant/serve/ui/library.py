"""The library: a table of the articles, and each of them to read. It knows nothing of Gradio."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answer.compose import cite
from assistant.assistant import Assistant
from assistant.errors import AssistantError, SettingsError
from assistant.records import Article, Filters
from assistant.serve.narrowing import filters_of
from assistant.serve.render import escape
from assistant.serve.ui.chat import line
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.reading import article_html, gone
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.stories import stories_html
from assistant.serve.ui.wording import Words
from assistant.text.terms import folded

PAGE = 50
COLUMNS = ("title", "outlet", "published", "language")
DEFAULT_ORDER = "-published"


@dataclass(frozen=True, slots=True)
class Look:
    """How the table is looked at: words to find, filters, the column to sort by (`-` before it turns the order), the page from 1."""

    find: str = ""
    filters: Filters = Filters()
    order: str = DEFAULT_ORDER
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """An article without its text."""

    id: str
    title: str
    outlet: str
    published: str
    language: str
    inferred: bool
    sought: str


def look_of(given: Mapping[str, str]) -> Look:
    """Return the look that a form gives.

    Raises:
        SettingsError: a date or a language in it is none.
    """
    order = given.get("order", DEFAULT_ORDER)
    page = re.fullmatch(r"[0-9]{1,6}", given.get("page", ""), re.ASCII)
    known = order if order.removeprefix("-") in COLUMNS else DEFAULT_ORDER
    return Look(given.get("find", "")[:200], filters_of(given), known, int(page[0]) if page else 1)


class Library:
    """What happens when a person looks through the articles and opens one."""

    def __init__(self, indexes: OpenIndexes) -> None:
        self.indexes = indexes
        self._clicks = itertools.count(1)
        self._known: dict[str, tuple[int, list[Row]]] = {}

    def table(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Return the table for what a form gives; it says of which state of which index it is."""
        try:
            state = self.indexes.open(name).index.generation
        except AssistantError:
            state = 0
        return f'<div data-index="{escape(name)}" data-state="{state}">{self._table(name, given, visitor)}</div>'

    def stories(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Return the stories of the articles that a form's filters let through."""
        try:
            return stories_html(self.indexes.open(name), look_of(given).filters, visitor.words)
        except AssistantError as error:
            return _nothing(visitor.words, visitor, line(error))

    def _table(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        words = visitor.words
        try:
            look = look_of(given)
            assistant = self.indexes.open(name)
            rows = self._rows(name, assistant)
            found = _found(rows, look, assistant)
        except SettingsError as error:
            return f'{self._form(name, given, words)}<p class="problem" role="alert">{escape(line(error))}</p>'
        except AssistantError as error:
            return _nothing(words, visitor, "" if self.indexes.is_new(name) else line(error))
        if not rows:
            return _nothing(words, visitor, "")
        form = self._form(name, given, words)
        counted = f'<p class="facts" role="status">{words.html("articles_found", n=len(found), of=len(rows))}</p>'
        if not found:
            return f'{form}{counted}<p class="nothing">{words.html("no_article_so")}</p>'
        first = min(look.page - 1, (len(found) - 1) // PAGE) * PAGE
        return form + counted + _table(found[first : first + PAGE], look, visitor, name) + _pages(len(found), first // PAGE + 1, words)

    def open(self, article_id: str, name: str, visitor: Visitor) -> str:
        """Return the reading panel for an article, with all its quotations marked."""
        if not re.fullmatch(r"[0-9]{1,12}", article_id, re.ASCII):
            return gone(visitor.words)
        try:
            assistant = self.indexes.open(name)
            article, said = assistant.article(article_id), assistant.index.quotations((article_id,))
        except AssistantError:
            return gone(visitor.words)
        citations = [cite(number, article, one.span, one) for number, one in enumerate(said, 1)]
        tools = _tools(article, len(said), visitor, name)
        return article_html(article, citations, None, f"said-{article_id}", str(next(self._clicks)), visitor.words, "shelf", tools)

    def _rows(self, name: str, assistant: Assistant) -> list[Row]:
        generation = assistant.index.generation
        known = self._known.get(name)
        if known is None or known[0] != generation:
            known = self._known[name] = (generation, [_row(article) for article in assistant.articles()])
        return known[1]

    def _form(self, name: str, given: Mapping[str, str], words: Words) -> str:
        try:
            index = self.indexes.open(name).index
            outlets, spoken = index.sources()[0], tuple(index.languages())
        except AssistantError:
            outlets, spoken = (), ()
        order = escape(given.get("order", DEFAULT_ORDER))
        return (
            f'<form class="look" data-do="look" role="search"><input type="hidden" name="order" value="{order}">'
            f'<label class="grow"><span class="unseen">{words.html("find_article")}</span><input type="search" name="find"'
            f' placeholder="{words.html("find_article")}" value="{escape(given.get("find", ""))}"></label>'
            f'<button type="submit" class="small">{words.html("find")}</button>'
            f"{_choice('outlet', outlets, given, words)}{_choice('language', spoken, given, words)}"
            f"{_day('since', given, words)}{_day('until', given, words)}"
            f'<button type="button" class="quiet" data-do="stories" data-form>{words.html("stories")}</button></form>'
        )


def _row(article: Article) -> Row:
    outlet = article.outlet or article.source
    sought = folded(f"{article.title} {outlet} {article.author} {article.place}")
    return Row(article.id, article.title, outlet, article.published[:10], article.language, "published" in article.inferred, sought)


def _found(rows: Sequence[Row], look: Look, assistant: Assistant) -> list[Row]:
    wanted = folded(look.find).split()
    allowed = None if look.filters == Filters() else set(assistant.index.article_dates(look.filters))
    found = [row for row in rows if all(word in row.sought for word in wanted) and (allowed is None or row.id in allowed)]
    column = look.order.removeprefix("-")
    found.sort(key=lambda row: (folded(getattr(row, column)), int(row.id)), reverse=look.order.startswith("-"))
    return found


def _choice(name: str, offered: Sequence[str], given: Mapping[str, str], words: Words) -> str:
    options = "".join(
        f'<option value="{escape(one)}"{" selected" if one == given.get(name) else ""}>{escape(one)}</option>' for one in offered if one
    )
    label = words.html(f"filter_{name}")
    everything = f'<option value="">{label}: {words.html("all")}</option>'
    return f'<label><span class="unseen">{label}</span><select name="{name}">{everything}{options}</select></label>'


def _day(name: str, given: Mapping[str, str], words: Words) -> str:
    label, value = words.html(f"filter_{name}"), escape(given.get(name, ""))
    return (
        f'<label><span class="unseen">{label}</span>'
        f'<input type="text" class="day" name="{name}" placeholder="{label}" value="{value}" inputmode="numeric"></label>'
    )


def _table(rows: Sequence[Row], look: Look, visitor: Visitor, index: str) -> str:
    words = visitor.words
    head = "".join(_heading(column, look, words) for column in COLUMNS)
    body = "".join(_line(row, words) for row in rows)
    # Which index the rows are of goes with them: what is removed is what was seen, whatever the switch says by now.
    remove = f'<button type="button" class="small" data-do="remove" data-index="{escape(index)}">{words.html("remove_chosen")}</button>'
    remove = remove if visitor.user.is_admin else ""
    chosen = (
        f'<div class="chosen-rows" hidden><span data-count="{words.html("chosen_count")}"></span>'
        f'<button type="button" class="small" data-do="only">{words.html("ask_only_these")}</button>{remove}</div>'
    )
    return (
        f'{chosen}<table class="articles"><caption class="unseen">{words.html("library")}</caption><thead><tr>'
        f'<th scope="col"><span class="unseen">{words.html("choose")}</span></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _heading(column: str, look: Look, words: Words) -> str:
    is_this, turned = look.order.removeprefix("-") == column, look.order.startswith("-")
    sort = f' aria-sort="{"descending" if turned else "ascending"}"' if is_this else ""
    other = column if (is_this and turned) or not is_this else "-" + column
    return (
        f'<th scope="col"{sort}><button type="button" data-do="order" data-order="{other}">{words.html(f"column_{column}")}</button></th>'
    )


def _line(row: Row, words: Words) -> str:
    inferred = f'<span class="inferred" title="{words.html("inferred")}">*</span>' if row.inferred else ""
    name = words.html("choose_article", title=row.title)
    return (
        f'<tr><td><input type="checkbox" name="row" value="{row.id}" aria-label="{name}"></td>'
        f'<td><a class="title" href="#article-{row.id}" dir="auto">{escape(row.title)}</a></td>'
        f'<td dir="auto">{escape(row.outlet)}</td><td class="when">{escape(row.published)}{inferred}</td>'
        f"<td>{escape(row.language)}</td></tr>"
    )


def _pages(n_found: int, page: int, words: Words) -> str:
    n_pages = -(-n_found // PAGE)
    if n_pages < 2:
        return ""
    earlier = _leaf("earlier", page - 1, page < 2, words)
    later = _leaf("later", page + 1, page >= n_pages, words)
    here = words.html("page_of", n=page, of=n_pages)
    return f'<nav class="pages" aria-label="{words.html("pages")}">{earlier}<span>{here}</span>{later}</nav>'


def _leaf(name: str, page: int, is_off: bool, words: Words) -> str:
    off = " disabled" if is_off else ""
    return f'<button type="button" class="small" data-do="leaf" data-page="{page}"{off}>{words.html(name)}</button>'


def _tools(article: Article, n_said: int, visitor: Visitor, index: str) -> str:
    words = visitor.words
    remove = (
        f'<button type="button" class="quiet" data-do="remove" data-index="{escape(index)}" data-ids="{article.id}">'
        f"{words.html('remove')}</button>"
        if visitor.user.is_admin
        else ""
    )
    return (
        f'<p class="tools"><span class="facts">{words.html("n_quotations", n=n_said)}</span>'
        f'<button type="button" class="quiet" data-do="only" data-ids="{article.id}">{words.html("ask_only_this")}</button>{remove}</p>'
    )


def _nothing(words: Words, visitor: Visitor, problem: str) -> str:
    if problem:
        return f'<p class="problem" role="alert">{escape(problem)}</p>'
    todo = words.html("library_empty_admin" if visitor.user.is_admin else "library_empty_reader")
    return f'<div class="welcome"><h2>{words.html("library_empty")}</h2><p>{todo}</p></div>'
