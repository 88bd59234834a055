"""Who said what: answers from the ledger of quotations.

Never sentences that only mention the speaker: when no words of theirs are known, nothing is cited, and what the articles do tell is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from assistant.answer.compose import cite, label
from assistant.answer.copies import by_date, copy_of, same_words
from assistant.answer.ledger import Ledger, Wanted
from assistant.answer.near import by_role, has_name, is_named, mentions, near_speaker
from assistant.answer.questions import Asked
from assistant.answer.topics import LIKELY, SURE, Topic
from assistant.answer.wordings import act_of
from assistant.records import Article, Citation, Filters, Hit, Quotation, Span
from assistant.search.retrievers import HybridRetriever

TOPIC_MARGIN = 0.12
"""A further quotation is cited when its cosine to the topic is within this of the best one's."""
DIRECT_BONUS = 0.05
"""Of two utterances about equally near to the topic, the one in quotation marks comes first: those are the speaker's own words."""
N_COMPARED = 5
"""Of how many of a speaker's words, the nearest first, it is looked at whether they are about the topic."""
FOUND_HITS = 20
FOUND_SHARE = 5
"""An article counts as found for a topic when one of its passages is among the first `FOUND_HITS`, of a small index its first fifth."""
N_NEAREST = 3
NEAR_ARTICLES = 5
"""In how many articles, best first, a role is looked for."""
N_SEARCHED = 10
"""In how many articles, best first, words about a topic are looked for."""
N_WEIGHED = 32
"""Of how many of these words, the nearest first, it is weighed how surely they are about the topic."""
SHARE_OF_BEST = 0.6
"""Words that are less about a topic than this share of the best are left out of who spoke about it."""
MOST_NAMED = 5
"""How many others are named who spoke about a topic."""


class Said(NamedTuple):
    """What the ledger answers: citations, or what is nearest with the words of an abstention."""

    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    text: str = ""


class Rated(NamedTuple):
    """A quotation with its nearness to what is asked, greater is nearer, and the same words in other articles."""

    quotation: Quotation
    nearness: float
    also: tuple[Quotation, ...] = ()


@dataclass(frozen=True)
class Saying:
    """Answers one question about words of speakers."""

    ledger: Ledger
    retriever: HybridRetriever
    asked: Asked
    filters: Filters
    hits: Sequence[Hit]
    n_citations: int

    def answer(self) -> Said | None:
        """Answer, abstain, or return None when the question is not about words in the ledger (`what did the report say`)."""
        groups = self._groups()
        if not any(groups):
            return self._unknown()
        everybody = {person for group in groups for person in group}
        spoken = [self._spoken(group, everybody) for group in groups]
        ranked = [self._near(quotations) for quotations in spoken]
        if not any(ranked):
            return None if self.asked.asks == "whether" else self._nothing(groups)
        return Said(self.cited(shared(each_once(ranked), self.n_citations)))

    # Who is meant

    def _groups(self) -> list[tuple[int, ...]]:
        """Return the persons meant, a group for each speaker asked for: by name anywhere, by role or body in the nearest articles."""
        whom = self.ledger.whom()
        parts = [tuple(whom.find(name)) for name in self.asked.speakers]
        if len(parts) > 1 and len(set(parts)) > 1 and all(parts):
            return parts
        whole = tuple(whom.find(self.asked.speaker))
        if whole or not any(parts):
            return [whole or self._with_role()]
        return [part for part in parts if part]

    def _with_role(self) -> tuple[int, ...]:
        if has_name(self.asked.speaker):
            return ()
        near = tuple(dict.fromkeys(hit.passage.article_id for hit in self.hits))[:NEAR_ARTICLES]
        quotations = self.ledger.index.quotations(near) if near else []
        found = by_role(self.asked.speaker, {q.speaker: q.role for q in quotations if q.speaker and not q.joint}, self.ledger.encoder)
        people = self.ledger.whom().people
        return tuple(dict.fromkeys(person for q in quotations if q.speaker in found for person in people.of(q)))

    # Their words

    def _spoken(self, group: Sequence[int], everybody: set[int]) -> list[Quotation]:
        """Return the words of one speaker that may answer: what others said with them only when all of these are asked for."""
        people = self.ledger.whom().people
        found = self.kept(self.ledger.words_of(group))
        return [q for q in found if not q.joint or set(people.of(q)) <= everybody]

    def kept(self, quotations: Iterable[Quotation]) -> list[Quotation]:
        """Return those from the time, and in the marks, that are asked for, by date and place."""
        wanted = Wanted(since=self.asked.since, until=self.asked.until, direct=True if self.asked.direct_only else None)
        return self.ledger.kept(quotations, wanted, self.filters)

    def _near(self, quotations: Sequence[Quotation]) -> list[Rated]:
        """Return what is near the topic, the nearest first; without a topic all, by date. Uncertain ones only where nothing else is."""
        for uncertain in (False, True):
            found = [q for q in quotations if q.uncertain is uncertain]
            if ranked := self._ranked(found):
                return without_copies(ranked, self.ledger)
        return []

    def _ranked(self, quotations: Sequence[Quotation]) -> list[Rated]:
        asked = self.asked
        if not asked.topic or not quotations:
            return [Rated(q, 1.0) for q in quotations]
        topic = self.ledger.topic(asked.topic)
        near = topic.nearness(quotations)
        rated = [Rated(q, cosine + DIRECT_BONUS * q.direct) for q, cosine in zip(quotations, near, strict=True)]
        rated.sort(key=lambda r: -round(r.nearness, 6))
        if not asked.circumstance and not self._is_about(rated[:N_COMPARED], topic):
            return []
        if asked.act and asked.asks == "whether":
            return sorted(rated, key=lambda r: not does(r.quotation, asked.act))[: self.n_citations // 2]
        return [r for r in rated if r.nearness >= rated[0].nearness - TOPIC_MARGIN]

    def _is_about(self, rated: Sequence[Rated], topic: Topic) -> bool:
        about = topic.about([r.quotation for r in rated])
        if max(about) >= SURE or max(about) < LIKELY:
            return max(about) >= SURE
        n_hits = min(FOUND_HITS, self.ledger.index.count().passages // FOUND_SHARE)
        found = {hit.passage.article_id for hit in self.retriever.search(topic.words, n_hits, self.filters)} if n_hits else set()
        return any(score >= LIKELY and r.quotation.article_id in found for score, r in zip(about, rated, strict=True))

    def cited(self, rated: Sequence[Rated]) -> tuple[Citation, ...]:
        """Return the citations of quotations, numbered from 1."""
        article = self.ledger.index.article
        return tuple(
            replace(
                cite(n, article(r.quotation.article_id), r.quotation.span, r.quotation),
                also=by_date([copy_of(article(copy.article_id), copy.span) for copy in r.also]),
            )
            for n, r in enumerate(rated, 1)
        )

    # No words

    def _unknown(self) -> Said | None:
        """Abstain about a speaker who has no words; None when it is no speaker at all."""
        asked = self.asked
        named_in = self.retriever.lexical.search(asked.speaker, self.retriever_depth, self.filters)
        found = dict.fromkeys(hit.passage.article_id for hit in (*named_in, *self.hits))
        mentioning = [article for article in map(self.ledger.index.article, found) if mentions(asked.speaker, article)]
        named = has_name(asked.speaker)
        if not named and not any(is_named(asked.speaker, article) for article in mentioning):
            return None
        if asked.asks == "whether":
            return None
        return self._abstaining((), mentioning)

    @property
    def retriever_depth(self) -> int:
        """How many passages are searched for the name of a speaker who has no words."""
        return max(len(self.hits), 10)

    def _nothing(self, groups: Sequence[Sequence[int]]) -> Said:
        """Abstain about speakers none of whose words answer: what they said with others, or else, or at other times, is nearest."""
        persons = [person for group in groups for person in group]
        theirs = self.ledger.kept(self.ledger.words_of(persons), Wanted(), self.filters)
        near = self.ledger.topic(self.asked.topic).nearness(theirs) if self.asked.topic else [1.0] * len(theirs)
        order = sorted(range(len(theirs)), key=lambda i: (not theirs[i].joint, -round(near[i], 6), i))
        ranked = without_copies([Rated(theirs[i], near[i]) for i in order], self.ledger)[:N_NEAREST]
        articles = dict.fromkeys(r.quotation.article_id for r in ranked if r.quotation.joint)
        return self._abstaining(ranked, [self.ledger.index.article(article) for article in articles])

    def _abstaining(self, ranked: Sequence[Rated], mentioning: Sequence[Article]) -> Said:
        asked, index = self.asked, self.ledger.index
        near: list[tuple[Article, Span, Quotation | None]] = [
            (index.article(r.quotation.article_id), r.quotation.span, r.quotation) for r in ranked
        ]
        for article, span in near_speaker(
            asked.speaker,
            mentioning[:N_NEAREST],
            lambda article_id: index.quotations((article_id,)),
            lambda article_id: index.sentences(article_id)[0],
        ):
            if not any(article.id == other.id and span.overlaps(seen) for other, seen, _ in near):
                near.append((article, span, self.quotation_at(article.id, span)))
        narrowed = "abstain_direct" if asked.direct_only else "abstain_time" if asked.since or asked.until else "abstain_said"
        name = "abstain_said_topic" if asked.topic else narrowed
        text = label(name, asked.language, speaker=asked.speaker, topic=asked.topic)
        if others := self._others():
            text += " " + label("others_spoke", asked.language, names=", ".join(others))
        return Said(nearest=tuple(cite(n, *each) for n, each in enumerate(near, 1)), text=text)

    def _others(self) -> list[str]:
        """Return the names of others who spoke about the topic, the nearest first."""
        if not self.asked.topic:
            return []
        whom = self.ledger.whom()
        asked = {person for group in self._groups() for person in group}
        spoke = by_person(self.near_topic(self.asked.topic), self.ledger)
        return [whom.people.persons[person].name for person in spoke if person not in asked][:MOST_NAMED]

    def near_topic(self, topic: str, least: float = SURE) -> list[Rated]:
        """Return the words of anybody known that are about a topic, the nearest first, from the articles found for it.

        Args:
            topic: what the words are to be about.
            least: how surely (see `Topic.about`); what is much less about it than the best is left out.
        """
        hits = self.retriever.search(topic, max(len(self.hits), N_SEARCHED), self.filters)
        articles = tuple(dict.fromkeys(hit.passage.article_id for hit in (*hits, *self.hits)))[:N_SEARCHED]
        kept = self.kept(q for q in self.ledger.index.quotations(articles) if q.speaker) if articles else []
        compared = self.ledger.topic(topic)
        kept = compared.first(kept, N_WEIGHED)
        about = compared.about(kept)
        limit = max(least, SHARE_OF_BEST * max(about, default=0.0))
        scores = zip(kept, compared.nearness(kept), about, strict=True)
        rated = [Rated(q, cosine + DIRECT_BONUS * q.direct) for q, cosine, how in scores if how >= limit]
        rated.sort(key=lambda r: (r.quotation.uncertain, -round(r.nearness, 6)))
        return without_copies(rated, self.ledger)

    def quotation_at(self, article_id: str, span: Span) -> Quotation | None:
        """Return the first quotation that shares a character with a span."""
        return next((q for q in self.ledger.index.quotations((article_id,)) if q.span.overlaps(span)), None)


def does(quotation: Quotation, act: str) -> bool:
    """Say whether the words do what is asked: a denial is any that is negated."""
    return bool(act) and (act_of(quotation.cue) == act or (act == "deny" and quotation.negated))


def by_person(rated: Sequence[Rated], ledger: Ledger) -> dict[int, list[Rated]]:
    """Group by who speaks, the nearest first; a joint statement stands with the first of its speakers."""
    found: dict[int, list[Rated]] = {}
    for item in rated:
        for person in ledger.whom().people.of(item.quotation)[:1]:
            found.setdefault(person, []).append(item)
    return found


def each_once(groups: Sequence[Sequence[Rated]]) -> list[list[Rated]]:
    """Leave out of each group what stands in one before: a joint statement is shown once."""
    seen: set[Quotation] = set()
    kept = []
    for group in groups:
        kept.append([item for item in group if item.quotation not in seen])
        seen.update(item.quotation for item in group)
    return kept


def shared(groups: Sequence[Sequence[Rated]], n: int) -> list[Rated]:
    """Return at most `n` of all groups, group by group: each has an equal share, and what one leaves others take."""
    left, room = sorted(range(len(groups)), key=lambda i: (len(groups[i]), i)), n
    share = [0] * len(groups)
    for place, i in enumerate(left):
        share[i] = min(len(groups[i]), max(1, room // (len(left) - place)) if room > 0 else 0)
        room -= share[i]
    return [item for group, count in zip(groups, share, strict=True) for item in group[:count]]


def without_copies(rated: Sequence[Rated], ledger: Ledger) -> list[Rated]:
    """Leave out words that stand the same before, and spans that lie in one before; wire copies in other articles go with the first.

    Words are the same as `copies.same_words` says.
    """
    kept: list[Rated] = []
    for item in rated:
        quotation = item.quotation
        if any(other.quotation.article_id == quotation.article_id and _within(quotation.span, other.quotation.span) for other in kept):
            continue
        same = next((at for at, other in enumerate(kept) if _same(quotation, other.quotation, ledger)), None)
        if same is None:
            kept.append(item)
        elif quotation.article_id not in {kept[same].quotation.article_id, *(copy.article_id for copy in kept[same].also)}:
            kept[same] = kept[same]._replace(also=(*kept[same].also, quotation))
    return kept


def _same(one: Quotation, other: Quotation, ledger: Ledger) -> bool:
    ours, theirs = (quotation.words.of(ledger.text(quotation.article_id)) for quotation in (one, other))
    return same_words(ours, theirs, ledger.index.article(one.article_id).language)


def _within(span: Span, other: Span) -> bool:
    return other.start <= span.start and span.end <= other.end
