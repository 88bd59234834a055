"""What happened when: sentences that name a day, or the leads of dated articles, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from assistant.answer.choose import without_copies
from assistant.answer.compose import Line, Part
from assistant.answer.dated import day_named, written_day
from assistant.answer.near import mentions
from assistant.answer.questions import Asked
from assistant.answer.select import Selected
from assistant.answer.sentences import Sentences
from assistant.records import Filters

ROOM = 3
"""A timeline may have so many times the citations of another answer."""
NEAR_BEST = 0.6
"""An article belongs to the story when its nearest sentence is at least this share as near to the question as the best of all."""


NEWS_DAYS = 1
"""An article that names a day so near to its own tells its news there."""


class Dated(NamedTuple):
    """A sentence with the day that it names, or else that of its article."""

    day: str
    item: Selected


def timeline(sentences: Sentences, asked: Asked, selected: Sequence[Selected], filters: Filters, most: int) -> tuple[Part, ...]:
    """Return the sentences of the story by day, each with its day in front; none when no sentence has a day.

    Args:
        sentences: cites them.
        asked: for the language of the days.
        selected: sentences of the retrieved passages, best first.
        filters: what copies may come from.
        most: the citations of another answer.
    """
    chosen = dated(naming(asked.names, selected), ROOM * most)
    lines = (Line(sentences.cited(item, filters), f"{written_day(day, asked.language)}: ") for day, item in chosen)
    return (Part(tuple(lines), close=True),) if chosen else ()


def naming(wanted: Sequence[str], selected: Sequence[Selected]) -> list[Selected]:
    """Leave out articles without a name that is asked for and that the best one has: another flood is another story."""
    if not selected:
        return []
    held = [name for name in wanted if mentions(name, selected[0].candidate.article)]
    return [item for item in selected if all(mentions(name, item.candidate.article) for name in held)]


def dated(selected: Sequence[Selected], most: int) -> list[Dated]:
    """Return at most `most` sentences with their days, oldest first.

    Of each article of the story those that name a day, and its first sentence with the article's own day unless one of the others has that.
    """
    story = _story(selected)
    theirs = without_copies([item for item in selected if item.candidate.article.id in story])
    named = [Dated(day, item) for item in theirs if (day := _day_of(item))]
    found = list(named)
    for article_id in story:
        lead = min((item for item in theirs if item.candidate.article.id == article_id), key=_position, default=None)
        if lead is None or not (published := lead.candidate.article.published[:10]):
            continue
        days = [entry.day for entry in named if entry.item.candidate.article.id == article_id]
        if not any(_apart(day, published) <= NEWS_DAYS for day in days) and not any(entry.item is lead for entry in named):
            found.append(Dated(published, lead))
    order = {id(item): at for at, item in enumerate(selected)}
    kept = sorted(found, key=lambda entry: order[id(entry.item)])[:most]
    return sorted(kept, key=lambda entry: (entry.day, entry.item.candidate.article.published, entry.item.candidate.span))


def _day_of(item: Selected) -> str:
    article = item.candidate.article
    return day_named(item.candidate.text, article.published)


def _position(item: Selected) -> int:
    return item.candidate.position


def _apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def _story(selected: Sequence[Selected]) -> list[str]:
    """Return the articles that tell of what is asked: their best passage is near to the best of all."""
    nearest: dict[str, float] = {}
    for item in selected:
        near = max(item.features["dense_lead"], item.features["dense_window"])
        nearest[item.candidate.article.id] = max(nearest.get(item.candidate.article.id, 0.0), near)
    best = max(nearest.values(), default=0.0)
    return [article for article, near in nearest.items() if near >= NEAR_BEST * best]
