"""Which articles an answer may rest on: the filters given, and those that the question itself names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from assistant.answer.compose import label
from assistant.answer.ledger import Ledger
from assistant.answer.moments import find_moments, times_table
from assistant.answer.questions import Asked
from assistant.records import Article, Filters, Span

SLACK_DAYS = 2
"""What happened on a day is told by articles of the days after, too."""
NEAR_CHARS = 300
"""How far from a citation a time is looked for that tells when it happened."""
NOWHERE = ("none",)
"""The id of no article: a filter that nothing passes."""


def with_question(given: Filters, asked: Asked) -> Filters:
    """Return the filters in force: those given win over those of the question, and dates that are given over any that it names."""
    dated = bool(given.since or given.until)
    return replace(
        given,
        outlet=given.outlet or asked.outlet,
        author=given.author or asked.author,
        since=given.since if dated else asked.since,
        until=given.until if dated else later(asked.until) if asked.since else asked.until,
    )


def later(day: str) -> str:
    """Return the day up to which articles tell of what happened until then; "" stays open."""
    return (date.fromisoformat(day) + timedelta(days=SLACK_DAYS)).isoformat() if day else ""


def undated(filters: Filters, given: Filters) -> Filters:
    """Return filters with the dates that were given, without those of the question."""
    return replace(filters, since=given.since, until=given.until)


def resolved(filters: Filters, ledger: Ledger) -> Filters:
    """Return the filters with a speaker turned into the articles that quote them, under any of their names.

    A name that nobody has is left to the index, which compares letters.
    """
    persons = ledger.whom().find(filters.speaker) if filters.speaker else []
    if not persons:
        return filters
    quoted = {quotation.article_id for quotation in ledger.words_of(persons)}
    wanted = quoted & set(filters.article_ids) if filters.article_ids else quoted
    return replace(filters, speaker="", article_ids=tuple(sorted(wanted, key=int)) or NOWHERE)


def tells_of(article: Article, span: Span, asked: Asked) -> bool:
    """Say whether the words around a span name a time within the one that is asked about: an article may tell of it years later."""
    if article.language not in times_table():
        return False
    text = article.text[max(0, span.start - NEAR_CHARS) : span.end + NEAR_CHARS]
    published = date.fromisoformat(article.published[:10]) if len(article.published) >= 10 else None
    return any(
        (not asked.since or moment.days.last.isoformat() >= asked.since)
        and (not asked.until or moment.days.first.isoformat() <= asked.until)
        for moment in find_moments(text, article.language, published)
        if moment.level != "weekday"
    )


def nothing_said(filters: Filters, asked: Asked, articles: Iterable[Article]) -> str:
    """Return the words of an abstention that is due to the filters; "" when they restrict nothing that has a name."""
    there = next(iter(articles), None) is not None
    when = " – ".join((asked.since or filters.since, asked.until or filters.until))
    if filters.since or filters.until:
        first, _, last = when.partition(" – ")
        return label("abstain_then" if there else "no_article_then", asked.language, when=first if first == last else when.strip())
    if name := filters.outlet or filters.author:
        return label("abstain_from" if there else "no_article_from", asked.language, outlet=name)
    return ""
