"""The ledger of quotations: who speaks in the articles, and their words by name, topic and date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.answer.people import join_people
from assistant.answer.remember import RememberingEncoder
from assistant.answer.topics import SURE, Topic
from assistant.answer.whom import Whom
from assistant.index.protocol import Index
from assistant.index.rows import Utterances
from assistant.records import Filters, Quotation, Speaker


class Wanted(NamedTuple):
    """Which words are wanted: about a topic, from a date, to a date (ISO or its beginning), in quotation marks or not; all may be empty."""

    about: str = ""
    since: str = ""
    until: str = ""
    direct: bool | None = None


EVERY = Wanted()


class Ledger:
    """The quotations of an index with the people behind them."""

    def __init__(self, index: Index, encoder: RememberingEncoder) -> None:
        self.index = index
        self.encoder = encoder
        self._known: tuple[Sequence[Utterances], Whom, dict[int, set[str]]] | None = None

    def whom(self) -> Whom:
        """Return who is known; remembered until the index changes."""
        return self._joined()[0]

    def _joined(self) -> tuple[Whom, dict[int, set[str]]]:
        """Return who is known, and the names in the store under which each stands."""
        rows = self.index.utterances()
        known = self._known
        if known is None or known[0] is not rows:
            people = join_people(rows)
            stored: dict[int, set[str]] = defaultdict(set)
            for row in rows:
                for person in people.of(row):
                    stored[person].add(row.speaker)
            known = self._known = rows, Whom(people), stored
        return known[1], known[2]

    def name(self, person: int) -> str:
        """Return the fullest name of a person."""
        return self.whom().people.persons[person].name

    def speakers(self, filters: Filters = Filters()) -> list[Speaker]:
        """Return who speaks; see `Assistant.speakers`."""
        people, dates = self.whom().people, self.index.article_dates(filters)
        counts: Counter[int] = Counter()
        days: dict[int, set[str]] = defaultdict(set)
        for row in self.index.utterances():
            if row.article_id in dates:
                for person in people.of(row):
                    counts[person] += row.n
                    days[person].add(dates[row.article_id])
        found = [
            Speaker(person.name, person.names, person.roles, counts[n], min(filter(None, days[n]), default=""), max(days[n]))
            for n, person in enumerate(people.persons)
            if counts[n]
        ]
        return sorted(found, key=lambda speaker: (-speaker.n_quotations, speaker.name, speaker.names))

    def quotations(self, speaker: str, wanted: Wanted = EVERY, filters: Filters = Filters()) -> list[Quotation]:
        """Return the words that are wanted; see `Assistant.quotations`."""
        found = self.words_of(self.whom().find(speaker)) if speaker.strip() else self.index.quotations()
        found = self.kept(found, wanted, filters)
        if not wanted.about.strip():
            return found
        topic = self.topic(wanted.about)
        near, about = topic.nearness(found), topic.about(found)
        order = sorted(range(len(found)), key=lambda i: (-round(near[i], 6), i))
        return [found[i] for i in order if about[i] >= SURE]

    def words_of(self, persons: Iterable[int]) -> list[Quotation]:
        """Return the words of persons, joint statements among them, by article and place."""
        whom, stored = self._joined()
        wanted = set(persons)
        names = {name for person in wanted for name in stored.get(person, ())}
        return [q for q in self.index.quotations_of(*sorted(names)) if wanted & set(whom.people.of(q))] if names else []

    def kept(self, quotations: Iterable[Quotation], wanted: Wanted, filters: Filters) -> list[Quotation]:
        """Return those that the filters, the dates and the marks allow, by date of the article, undated last, then by place."""
        dates = self.index.article_dates(filters)
        if wanted.since or wanted.until:
            within = self.index.article_dates(Filters(since=wanted.since, until=wanted.until))
            dates = {article: date for article, date in dates.items() if article in within}
        found = [q for q in quotations if q.article_id in dates and wanted.direct in (None, q.direct)]
        return sorted(found, key=lambda q: (not dates[q.article_id], dates[q.article_id], int(q.article_id), q.span, q.words))

    def text(self, article_id: str) -> str:
        """Return the text of an article."""
        return self.index.article(article_id).text

    def topic(self, words: str) -> Topic:
        """Return what compares quotations with a topic."""
        return Topic(words, self.index, self.encoder)
