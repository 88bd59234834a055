"""The speakers view: who speaks, one speaker's words over time, and their place in the article. It knows nothing of Gradio."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlencode

from assistant.answer.compose import cite, label
from assistant.answer.ledger import EVERY
from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.records import Article, Citation, Filters, Quotation, Speaker
from assistant.serve.quoted import Said, by_article, words_of
from assistant.serve.render import badges, escape
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.reading import article_html, gone
from assistant.serve.ui.timeline import Point, timeline
from assistant.serve.ui.wording import Words
from assistant.text.terms import folded

MAX_SPEAKERS = 200
MAX_QUOTATIONS = 200
MAX_WORDS_CHARS = 700
"""Longer lists and longer words are shown cut; the page says so."""
MAX_ADDRESS_CHARS = 4000
MAX_LANES = 8
"""So many speakers are shown over time."""
_MARKS = re.compile('["“”„«»「」『』‘‹›]')


class Who(NamedTuple):
    """A speaker as an address names them: the role tells namesakes apart; without a name, nobody."""

    name: str = ""
    role: str = ""


NOBODY = Who()


@dataclass(frozen=True)
class Visit:
    """What the view shows for an address: of which index, of whom (`NOBODY` for the list)."""

    index: str
    who: Who
    html: str


class Speakers:
    """What happens when a person looks for speakers, chooses one, or opens what they said."""

    def __init__(self, indexes: OpenIndexes) -> None:
        self.indexes = indexes
        self._clicks = itertools.count(1)

    def visit(self, address: str, name: str, words: Words = Words()) -> Visit:
        """Return what an address after `#` shows: `speakers`, or `speaker=NAME&index=INDEX`.

        Args:
            address: with `role=ROLE` too, where somebody else has the same name.
            name: the index of an address that names none.
        """
        asked = parse_qs(address[:MAX_ADDRESS_CHARS])
        speaker, role, index = (asked.get(key, [""])[-1] for key in ("speaker", "role", "index"))
        who = Who(speaker, role)
        return Visit(
            index or name, who, self.spoken(index or name, who, words=words) if speaker else self.listed(index or name, words=words)
        )

    def listed(self, name: str, find: str = "", words: Words = Words()) -> str:
        """Return the list of speakers, those only whose names or roles hold the words to find."""
        try:
            assistant = self.indexes.open(name)
            everybody = [speaker for speaker in assistant.speakers() if speaker.name]
        except AssistantError as error:
            return _problem(error)
        sought = folded(find).split()
        found = [speaker for speaker in everybody if all(word in _known_as(speaker) for word in sought)]
        if not found:
            return f'<p class="nothing">{words.html("nobody_so" if everybody else "nobody_quoted")}</p>'
        namesakes = Counter(speaker.name for speaker in everybody)
        items = "".join(_speaker_item(speaker, name, namesakes[speaker.name] > 1, words) for speaker in found[:MAX_SPEAKERS])
        rest = len(found) - MAX_SPEAKERS
        more = f'<p class="nothing">{words.html("more_speakers", n=rest)}</p>' if rest > 0 else ""
        plot = "" if find else _everybody(assistant, found, words)
        head = words.html("speakers")
        return f'<h2 class="unseen">{head}</h2>{plot}<ul class="speakers" aria-label="{head}">{items}</ul>{more}'

    def spoken(self, name: str, who: Who, about: str = "", direct: bool = False, words: Words = Words()) -> str:
        """Return the words of a speaker, the latest article first; with a topic the nearest article first."""
        try:
            assistant = self.indexes.open(name)
            known = _known(assistant, who)
            if known is None:
                return _head(Speaker(who.name), (), words) + f'<p class="nothing">{words.html("no_words")}</p></div>'
            everything = _said_by(assistant, known)
            found = everything
            if about or direct:
                there = set(everything)
                found = [one for one in assistant.quotations(known.name, about, direct=direct or None) if one in there]
            return _head(known, everything, words) + _words(assistant, known, found, bool(about), words) + "</div>"
        except AssistantError as error:
            return _problem(error)

    def open(self, anchor: str, name: str, words: Words = Words()) -> str | None:
        """Return the reading panel for a quotation that was clicked; None when there is no such quotation.

        `said-12-3` is the third quotation of article 12.
        """
        found = re.fullmatch(r"said-(\d{1,12})-(\d{1,6})", anchor, re.ASCII)
        if not found:
            return None
        article_id, number = found[1], int(found[2])
        try:
            assistant = self.indexes.open(name)
            article, quotations = assistant.article(article_id), assistant.index.quotations((article_id,))
        except AssistantError:
            return gone(words)
        if not 1 <= number <= len(quotations):
            return None
        citations = _citations(article, quotations, quotations[number - 1])
        active = next(citation for citation in citations if citation.number == number)
        return article_html(article, citations, active, f"said-{article_id}", str(next(self._clicks)), words, "spoken")


def _known(assistant: Assistant, who: Who) -> Speaker | None:
    """Return the speaker of this name, or of one that is joined with it; of namesakes the one with the role, else who is quoted most."""
    named = [speaker for speaker in assistant.speakers() if who.name == speaker.name]
    named = named or [speaker for speaker in assistant.speakers() if who.name in speaker.names]
    return next((speaker for speaker in named if who.role in speaker.roles), named[0] if named else None)


def _said_by(assistant: Assistant, speaker: Speaker) -> list[Quotation]:
    """Return the words of exactly this speaker, by date and place."""
    ledger = assistant.answering.ledger
    persons = enumerate(ledger.whom().people.persons)
    meant = [n for n, one in persons if (one.name, one.names, one.roles) == (speaker.name, speaker.names, speaker.roles)]
    return ledger.kept(ledger.words_of(meant), EVERY, Filters())


def _citations(article: Article, quotations: Sequence[Quotation], chosen: Quotation) -> list[Citation]:
    """Cite what the same speaker says in the article, each by its number; the exact words are set off where a sentence holds several."""
    who = {chosen.speaker, *chosen.joint}
    theirs = [(number, one) for number, one in enumerate(quotations, 1) if who & {one.speaker, *one.joint}]
    crowded = sum(one.span.overlaps(chosen.span) for _, one in theirs) > 1
    return [cite(number, article, one.span, one, one.words if crowded and one == chosen else None) for number, one in theirs]


# The list


def _known_as(speaker: Speaker) -> str:
    return folded(" ".join((speaker.name, *speaker.names, *speaker.roles)))


def address_of(who: Who, index: str) -> str:
    """Return the link of a speaker's page: it can be sent to others, and opens there too."""
    role = {"role": who.role} if who.role else {}
    return "#" + urlencode({"speaker": who.name, **role, "index": index}, quote_via=quote)


def _speaker_item(speaker: Speaker, index: str, has_namesake: bool, words: Words) -> str:
    who = Who(speaker.name, speaker.roles[0] if has_namesake and speaker.roles else "")
    facts = " · ".join(part for part in (", ".join(speaker.roles[:2]), _days(speaker)) if part)
    return (
        f'<li><a class="speaker" href="{escape(address_of(who, index))}">'
        f'<span class="name" dir="auto">{escape(speaker.name)}</span>'
        f'<span class="count">{speaker.n_quotations}<span class="unseen"> {words.html("quotations")}</span></span>'
        f'<span class="facts" dir="auto">{escape(facts)}</span></a></li>'
    )


def _days(speaker: Speaker) -> str:
    first, last = speaker.first[:10], speaker.last[:10]
    return first if first == last else f"{first or '?'} – {last}"


# One speaker


def _head(speaker: Speaker, said: Sequence[Quotation], words: Words) -> str:
    """Return the opening of a speaker's page: who, how much, and when."""
    direct = sum(quotation.direct for quotation in said)
    counted = words("counted_words", n=len(said), direct=direct) if said else ""
    others = [name for name in speaker.names if name != speaker.name][:5]
    facts = [", ".join(speaker.roles[:3]), words("also_called", names=", ".join(others)) if others else "", counted, _days(speaker)]
    shown = " · ".join(escape(fact) for fact in facts if fact)
    return (
        f'<div class="chosen"><p class="up"><a href="#speakers">{words.html("all_speakers")}</a></p>'
        f'<h2 tabindex="-1" dir="auto">{escape(speaker.name)}</h2><p class="facts" dir="auto">{shown}</p>'
    )


def _words(assistant: Assistant, speaker: Speaker, found: Sequence[Quotation], nearest_first: bool, words: Words) -> str:
    if not found:
        return f'<p class="nothing">{words.html("no_words_so")}</p>'
    articles = {article_id: assistant.article(article_id) for article_id in dict.fromkeys(one.article_id for one in found)}
    ordered = by_article(found)
    if not nearest_first:
        ordered.sort(key=lambda one: articles[one.article_id].published, reverse=True)
    shown = ordered[:MAX_QUOTATIONS]
    numbers = _numbers(assistant, shown)
    groups = itertools.groupby(shown, key=lambda one: one.article_id)
    items = "".join(_group(articles[article_id], speaker, list(group), numbers, words) for article_id, group in groups)
    rest = len(ordered) - len(shown)
    more = f'<p class="nothing">{words.html("more_words", n=rest)}</p>' if rest else ""
    return f'{_over_time(articles, shown, numbers, words)}<ol class="days">{items}</ol>{more}'


def _numbers(assistant: Assistant, shown: Sequence[Quotation]) -> dict[Quotation, int]:
    """Return which of its article's quotations each one is, from 1: what `Speakers.open` finds it by."""
    numbers: dict[Quotation, int] = {}
    everything = assistant.index.quotations(tuple(dict.fromkeys(one.article_id for one in shown)))
    for _, group in itertools.groupby(everything, key=lambda one: one.article_id):
        numbers.update((one, number) for number, one in enumerate(group, 1))
    return numbers


def _group(article: Article, speaker: Speaker, said: Sequence[Quotation], numbers: Mapping[Quotation, int], words: Words) -> str:
    note = f" ({label('inferred', words.code)})" if "published" in article.inferred else ""
    day = escape(article.published[:10])
    date = f'<time datetime="{day}">{day}</time>{escape(note)}' if day else ""
    head = " · ".join(part for part in (date, escape(article.outlet or article.source)) if part)
    items = "".join(_said_item(Said(one, article), speaker, numbers[one], words) for one in said if one in numbers)
    return (
        f'<li><h3 dir="auto">{escape(article.title)}</h3>'
        f'<p class="facts">{head}</p><ul class="said" lang="{escape(article.language)}">{items}</ul></li>'
    )


def _said_item(said: Said, speaker: Speaker, number: int, words: Words) -> str:
    quotation, article = said
    spoken = words_of(said)
    shown = escape(spoken if len(spoken) <= MAX_WORDS_CHARS else spoken[:MAX_WORDS_CHARS] + " …")
    tag = "q" if quotation.direct and not _MARKS.search(spoken) else "span"
    facts = badges(quotation, words.code)
    others = [name for name in quotation.joint if name not in (speaker.name, *speaker.names)]
    facts += f' <span class="facts">{words.html("said_with", names=", ".join(others))}</span>' if others else ""
    return (
        f'<li><a class="said" href="#said-{article.id}-{number}" dir="auto"><{tag} class="words">{shown}</{tag}></a>'
        f'<span class="marks" lang="{words.code}">{facts}</span></li>'
    )


def _over_time(articles: Mapping[str, Article], found: Sequence[Quotation], numbers: Mapping[Quotation, int], words: Words) -> str:
    """Return the words of one speaker over time, each a point that opens its place."""
    points = [_point(articles[one.article_id], one, numbers[one]) for one in found if one in numbers]
    return timeline([("", points)], words("over_time"))


def _point(article: Article, quotation: Quotation, number: int) -> Point:
    return Point(article.published[:10], f"said-{article.id}-{number}", words_of(Said(quotation, article)))


def _everybody(assistant: Assistant, speakers: Sequence[Speaker], words: Words) -> str:
    """Return those who are quoted most, over time."""
    said = {speaker.name: _said_by(assistant, speaker)[:MAX_QUOTATIONS] for speaker in speakers[:MAX_LANES]}
    everything = [one for group in said.values() for one in group]
    numbers = _numbers(assistant, everything)
    articles = {one: assistant.article(one) for one in dict.fromkeys(quotation.article_id for quotation in everything)}
    lanes = [
        (name, [_point(articles[one.article_id], one, numbers[one]) for one in group if one in numbers]) for name, group in said.items()
    ]
    return timeline(lanes, words("most_over_time"), by_keyboard=False)


def _problem(error: AssistantError) -> str:
    line = f"{error}: {error.hint}" if error.hint else str(error)
    return f'<p class="problem" role="alert">{escape(line[:1].upper() + line[1:])}</p>'
