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
from assistant.serve.ui.reading import GONE, article_html
from assistant.text.terms import folded

MAX_SPEAKERS = 200
MAX_QUOTATIONS = 200
MAX_WORDS_CHARS = 700
"""Longer lists and longer words are shown cut; the page says so."""
MAX_ADDRESS_CHARS = 4000
MAX_MONTHS = 24
"""Counts over a longer time are shown by year."""
BACK = ("spoken", "Back to the quotations")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
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

    def visit(self, address: str, name: str) -> Visit:
        """Return what an address after `#` shows: `speakers`, or `speaker=NAME&index=INDEX`.

        Args:
            address: with `role=ROLE` too, where somebody else has the same name.
            name: the index of an address that names none.
        """
        asked = parse_qs(address[:MAX_ADDRESS_CHARS])
        speaker, role, index = (asked.get(key, [""])[-1] for key in ("speaker", "role", "index"))
        who = Who(speaker, role)
        return Visit(index or name, who, self.spoken(index or name, who) if speaker else self.listed(index or name))

    def listed(self, name: str, find: str = "") -> str:
        """Return the list of speakers, those only whose names or roles hold the words to find."""
        try:
            everybody = [speaker for speaker in self.indexes.open(name).speakers() if speaker.name]
        except AssistantError as error:
            return _problem(error)
        wanted = folded(find).split()
        found = [speaker for speaker in everybody if all(word in _known_as(speaker) for word in wanted)]
        if not found:
            return f'<p class="nothing">{"Nobody here has such a name." if everybody else "Nobody is quoted in these articles."}</p>'
        namesakes = Counter(speaker.name for speaker in everybody)
        items = "".join(_speaker_item(speaker, name, namesakes[speaker.name] > 1) for speaker in found[:MAX_SPEAKERS])
        rest = len(found) - MAX_SPEAKERS
        more = f'<p class="nothing">And {rest} more: find them by name.</p>' if rest > 0 else ""
        return f'<h2 class="unseen">Speakers</h2><ul class="speakers" aria-label="Speakers">{items}</ul>{more}'

    def spoken(self, name: str, who: Who, about: str = "", direct: bool = False) -> str:
        """Return the words of a speaker, the latest article first; with a topic the nearest article first."""
        try:
            assistant = self.indexes.open(name)
            known = _known(assistant, who)
            if known is None:
                return _head(Speaker(who.name), ()) + '<p class="nothing">These articles hold no words of theirs.</p></div>'
            everything = _said_by(assistant, known)
            found = everything
            if about or direct:
                there = set(everything)
                found = [one for one in assistant.quotations(known.name, about, direct=direct or None) if one in there]
            return _head(known, everything) + _words(assistant, known, found, bool(about)) + "</div>"
        except AssistantError as error:
            return _problem(error)

    def open(self, anchor: str, name: str) -> str | None:
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
            return GONE
        if not 1 <= number <= len(quotations):
            return None
        citations = _citations(article, quotations, quotations[number - 1])
        active = next(citation for citation in citations if citation.number == number)
        return article_html(article, citations, active, f"said-{article_id}", str(next(self._clicks)), back=BACK)


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


def _speaker_item(speaker: Speaker, index: str, has_namesake: bool) -> str:
    who = Who(speaker.name, speaker.roles[0] if has_namesake and speaker.roles else "")
    facts = " · ".join(part for part in (", ".join(speaker.roles[:2]), _days(speaker)) if part)
    return (
        f'<li><a class="speaker" href="{escape(address_of(who, index))}">'
        f'<span class="name" dir="auto">{escape(speaker.name)}</span>'
        f'<span class="count">{speaker.n_quotations}<span class="unseen"> {_plural(speaker.n_quotations)}</span></span>'
        f'<span class="facts" dir="auto">{escape(facts)}</span></a></li>'
    )


def _days(speaker: Speaker) -> str:
    first, last = speaker.first[:10], speaker.last[:10]
    return first if first == last else f"{first or '?'} – {last}"


def _plural(count: int) -> str:
    return "quotation" if count == 1 else "quotations"


# One speaker


def _head(speaker: Speaker, said: Sequence[Quotation]) -> str:
    """Return the opening of a speaker's page: who, how much, and when."""
    direct = sum(quotation.direct for quotation in said)
    counted = f"{len(said)} {_plural(len(said))}, {direct} in quotation marks" if said else ""
    others = [name for name in speaker.names if name != speaker.name][:5]
    facts = [", ".join(speaker.roles[:3]), f"also {', '.join(others)}" if others else "", counted, _days(speaker)]
    shown = " · ".join(escape(fact) for fact in facts if fact)
    return (
        '<div class="chosen"><p class="up"><a href="#speakers">All speakers</a></p>'
        f'<h2 tabindex="-1" dir="auto">{escape(speaker.name)}</h2><p class="facts" dir="auto">{shown}</p>'
    )


def _words(assistant: Assistant, speaker: Speaker, found: Sequence[Quotation], nearest_first: bool) -> str:
    if not found:
        return '<p class="nothing">No words of theirs are like that.</p>'
    articles = {article_id: assistant.article(article_id) for article_id in dict.fromkeys(one.article_id for one in found)}
    ordered = by_article(found)
    if not nearest_first:
        ordered.sort(key=lambda one: articles[one.article_id].published, reverse=True)
    shown = ordered[:MAX_QUOTATIONS]
    numbers = _numbers(assistant, shown)
    groups = itertools.groupby(shown, key=lambda one: one.article_id)
    items = "".join(_group(articles[article_id], speaker, list(group), numbers) for article_id, group in groups)
    rest = len(ordered) - len(shown)
    more = f'<p class="nothing">And {rest} more: choose a topic.</p>' if rest else ""
    return f'{_bars(articles, found)}<ol class="days">{items}</ol>{more}'


def _numbers(assistant: Assistant, shown: Sequence[Quotation]) -> dict[Quotation, int]:
    """Return which of its article's quotations each one is, from 1: what `Speakers.open` finds it by."""
    numbers: dict[Quotation, int] = {}
    everything = assistant.index.quotations(tuple(dict.fromkeys(one.article_id for one in shown)))
    for _, group in itertools.groupby(everything, key=lambda one: one.article_id):
        numbers.update((one, number) for number, one in enumerate(group, 1))
    return numbers


def _group(article: Article, speaker: Speaker, said: Sequence[Quotation], numbers: Mapping[Quotation, int]) -> str:
    note = f" ({label('inferred', 'en')})" if "published" in article.inferred else ""
    day = escape(article.published[:10])
    date = f'<time datetime="{day}">{day}</time>{escape(note)}' if day else ""
    head = " · ".join(part for part in (date, escape(article.outlet or article.source)) if part)
    items = "".join(_said_item(Said(one, article), speaker, numbers[one]) for one in said if one in numbers)
    return (
        f'<li><h3 dir="auto">{escape(article.title)}</h3>'
        f'<p class="facts">{head}</p><ul class="said" lang="{escape(article.language)}">{items}</ul></li>'
    )


def _said_item(said: Said, speaker: Speaker, number: int) -> str:
    quotation, article = said
    words = words_of(said)
    shown = escape(words if len(words) <= MAX_WORDS_CHARS else words[:MAX_WORDS_CHARS] + " …")
    tag = "q" if quotation.direct and not _MARKS.search(words) else "span"
    facts = badges(quotation, "en")
    others = [name for name in quotation.joint if name not in (speaker.name, *speaker.names)]
    facts += f' <span class="facts">with {escape(", ".join(others))}</span>' if others else ""
    return (
        f'<li><a class="said" href="#said-{article.id}-{number}" dir="auto"><{tag} class="words">{shown}</{tag}></a>'
        f'<span class="marks" lang="en">{facts}</span></li>'
    )


def _bars(articles: Mapping[str, Article], found: Sequence[Quotation]) -> str:
    """Return counts over time as bars, by month or by year; nothing when all is of one time."""
    months = sorted(day[0] for one in found if (day := _MONTH.match(articles[one.article_id].published)))
    if not months:
        return ""
    by_year = _distance(months[0], months[-1]) > MAX_MONTHS
    counts = Counter(month[:4] if by_year else month for month in months)
    most = max(counts.values())
    bars = "".join(
        f'<li><span class="when">{when}</span><span class="bar" style="width:{8 * n / most:.1f}em"></span><span class="n">{n}</span></li>'
        for when, n in sorted(counts.items())
    )
    return f'<ol class="bars" aria-label="Quotations by {"year" if by_year else "month"}">{bars}</ol>' if len(counts) > 1 else ""


def _distance(first: str, last: str) -> int:
    """Return how many months lie between two (`2020-12`)."""
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])


def _problem(error: AssistantError) -> str:
    line = f"{error}: {error.hint}" if error.hint else str(error)
    return f'<p class="problem" role="alert">{escape(line[:1].upper() + line[1:])}</p>'
