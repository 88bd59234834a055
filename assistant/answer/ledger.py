"""The ledger of quotations: who speaks in the articles, and their words by name, topic and date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.index.index import LocalIndex
from assistant.protocols import Encoder
from assistant.records import Filters, Quotation, Speaker
from assistant.text.quotations import speaker_matches

NEAR = 0.35
"""Cosine of words to a topic from which they are about it."""


class Wanted(NamedTuple):
    """Which words are wanted: about a topic, from a date, to a date (ISO or its beginning), in quotation marks or not; all may be empty."""

    about: str = ""
    since: str = ""
    until: str = ""
    direct: bool | None = None


EVERY = Wanted()


@dataclass(frozen=True)
class Ledger:
    """The quotations of an index with the people behind them."""

    index: LocalIndex
    encoder: Encoder

    def speakers(self, filters: Filters = Filters()) -> list[Speaker]:
        """Return who speaks; see `Assistant.speakers`."""
        dates = self.index.article_dates(filters)
        counts: Counter[str] = Counter()
        roles: dict[str, Counter[str]] = {}
        days: dict[str, list[str]] = {}
        for row in self.index.utterances():
            if row.article_id not in dates:
                continue
            for name in row.joint or (row.speaker,):
                counts[name] += row.n
                roles.setdefault(name, Counter())[row.role] += row.n
                days.setdefault(name, []).append(dates[row.article_id])
        return [
            Speaker(
                name,
                (name,),
                tuple(r for r, _ in roles[name].most_common() if r),
                n,
                min(filter(None, days[name]), default=""),
                max(days[name]),
            )
            for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]

    def quotations(self, speaker: str, wanted: Wanted = EVERY, filters: Filters = Filters()) -> list[Quotation]:
        """Return the words that are wanted; see `Assistant.quotations`."""
        dates = self.index.article_dates(filters)
        within = self.index.article_dates(Filters(since=wanted.since, until=wanted.until))
        names = [name for name in self.index.speakers() if not speaker or speaker_matches(speaker, name)]
        found = self.index.quotations_of(*names) if speaker else self.index.quotations()
        found = [q for q in found if q.article_id in dates and q.article_id in within]
        if wanted.direct is not None:
            found = [q for q in found if q.direct is wanted.direct]
        found.sort(key=lambda q: (not dates[q.article_id], dates[q.article_id], int(q.article_id), q.span))
        return self._near(found, wanted.about) if wanted.about else found

    def _near(self, quotations: Sequence[Quotation], about: str) -> list[Quotation]:
        if not quotations:
            return []
        texts = {q.article_id: self.index.article(q.article_id).text for q in quotations}
        cosines = (
            self.encoder.encode_passages([q.words.of(texts[q.article_id]) for q in quotations]) @ self.encoder.encode_queries([about])[0]
        )
        order = sorted(range(len(quotations)), key=lambda i: (-round(float(cosines[i]), 6), i))
        return [quotations[i] for i in order if cosines[i] >= NEAR]
