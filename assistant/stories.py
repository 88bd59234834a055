"""Stories: articles on one event, linked by what they say (vectors), when they came out (dates) and of whom and what they tell (names).

Near copies of one report always belong together and count as one source.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from assistant.index.protocol import Index
from assistant.protocols import Vectors
from assistant.records import Article, Filters, Span
from assistant.text.terms import analyse, is_stopword

WINDOW_DAYS = 5
"""Articles that lie further apart are linked only through others: news of one event thins out after some days."""
LEAST_ALIKE = 0.2
"""Pairs whose vectors have a smaller product are not looked at further."""
NAMES = 0.6
"""How much of the score the names make; the vectors make the rest. Of the golden pairs that may be looked at, events of one kind in two
places have vectors as near as .7, and share no names; reports of one event in two languages share names, and their vectors may be at .4."""
LINK = 0.22
"""Two groups become one when their pairs score so much on average: in the half of `tests/golden/stories.toml` that may be looked at, pairs
of one event score .29 and more, others below .15."""
KEPT_SCORE = 0.08
"""Smaller scores count as none, so that they need not be kept."""
DATE_FADE = 0.04
"""What each day between two articles takes off."""
N_NAMES = 4
_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’.&](?=[^\W_]))*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Story:
    """Articles on one event, by date.

    `title` is that of the earliest article, `first` and `last` are the days of the first and the last, "" when none has a date; `names`
    are what the articles have in common; `n_sources` counts them, near copies as one.
    """

    title: str
    article_ids: tuple[str, ...]
    n_sources: int
    outlets: tuple[str, ...]
    first: str = ""
    last: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What is compared of an article."""

    article: Article
    vector: Vectors
    names: Mapping[str, str]
    day: int | None
    weights: dict[str, float] = field(default_factory=dict)


def stories(index: Index, filters: Filters = Filters(), least: int = 2) -> list[Story]:
    """Return the stories of at least so many articles, the latest first."""
    told = _weighted([_told(index, article) for article in index.articles(filters)])
    groups = _linked(told, _one_source(index, told))
    found = [_story(index, [told[i] for i in group]) for group in groups if len(group) >= least]
    return sorted(found, key=lambda story: (story.last, story.first, int(story.article_ids[0])), reverse=True)


def names_in(text: str, sentences: Sequence[Span], language: str) -> dict[str, str]:
    """Return the names and numbers of a text: as they are compared -> as written.

    A name is a word with a capital letter inside a sentence; once known it counts at the beginning of a sentence too. A script without
    capitals gives all its terms but function words.
    """
    found: dict[str, str] = {}
    for span in sentences:
        for at, match in enumerate(_WORD.finditer(span.of(text))):
            word = match[0]
            if (at and word[0].isupper()) or (_NUMBER.fullmatch(word) and len(word) > 1):
                found.setdefault(word.casefold(), word)
    if not any(letter.isupper() for letter in text):
        found.update((term, term) for term in analyse(text, language))
    return {name: word for name, word in found.items() if not is_stopword(name, language)}


def _told(index: Index, article: Article) -> Told:
    sentences = index.sentences(article.id)
    vectors = index.passage_vectors(article.id)
    mean = vectors[:2].mean(axis=0) if len(vectors) else np.zeros(index.encoder.dimensions, np.float32)
    try:
        day = date.fromisoformat(article.published[:10]).toordinal()
    except ValueError:
        day = None
    names = names_in(article.text, sentences, article.language)
    return Told(article, mean / (float(np.linalg.norm(mean)) or 1.0), names, day)


def _weighted(told: list[Told]) -> list[Told]:
    """Weigh each name by how few of the articles have it."""
    spread = Counter(name for item in told for name in item.names)
    for item in told:
        weights = {name: math.log(1 + len(told) / spread[name]) for name in item.names}
        size = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        item.weights.update((name, weight / size) for name, weight in weights.items())
    return told


def _one_source(index: Index, told: list[Told]) -> list[list[int]]:
    """Return the articles as groups of near copies, most of them alone."""
    at = {item.article.id: i for i, item in enumerate(told)}
    groups, seen = [], set[int]()
    for i, item in enumerate(told):
        if i not in seen:
            group = [i, *(at[other] for other in index.copies(item.article.id) if other in at)]
            seen.update(group)
            groups.append(sorted(group))
    return groups


def score(one: Told, other: Told) -> float:
    """Return how much two articles tell of the same event: about 0 to 1."""
    gap = _gap(one, other)
    shared = sum(weight * other.weights.get(name, 0.0) for name, weight in one.weights.items())
    return (1 - NAMES) * float(one.vector @ other.vector) + NAMES * shared - DATE_FADE * gap


def _gap(one: Told, other: Told) -> int:
    """Return the days between two articles; one without a date may be as far away as the window is wide."""
    return abs(one.day - other.day) if one.day is not None and other.day is not None else WINDOW_DAYS


def _pairs(told: list[Told]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that lie within the window and are somewhat alike; an article without a date is compared with all."""
    order = sorted(range(len(told)), key=lambda i: (told[i].day is None, told[i].day or 0))
    vectors = np.array([told[i].vector for i in order])
    days = np.array([np.inf if told[i].day is None else float(told[i].day or 0) for i in order])
    stops = np.searchsorted(days, days + WINDOW_DAYS, side="right")
    undated = int(np.searchsorted(days, np.inf))
    for at, i in enumerate(order):
        others = [*range(at + 1, int(stops[at])), *range(max(undated, int(stops[at])), len(order))]
        if not others:
            continue
        for near in np.flatnonzero(vectors[others] @ vectors[at] >= LEAST_ALIKE):
            yield i, order[others[int(near)]]


def _linked(told: list[Told], groups: list[list[int]]) -> list[list[int]]:
    """Join the two groups whose pairs score most on average, again and again, as long as that is enough.

    Pairs outside the window are left out of the average, so that a story may last longer than the window but not jump over it.
    """
    home = {i: number for number, group in enumerate(groups) for i in group}
    members = dict(enumerate(groups))
    totals: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for i, j in _pairs(told):
        together = score(told[i], told[j])
        if home[i] != home[j] and together >= KEPT_SCORE:
            totals[home[i]][home[j]] += together
            totals[home[j]][home[i]] += together

    def average(a: int, b: int) -> float:
        n = sum(_gap(told[i], told[j]) <= WINDOW_DAYS for i in members[a] for j in members[b])
        return totals[a][b] / max(n, 1)

    heap = [(-average(a, b), a, b) for a, row in totals.items() for b in row if a < b]
    heap = [entry for entry in heap if entry[0] <= -LINK]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in members or b not in members or average(a, b) != -negative:
            continue  # one of the two has changed since
        for other, total in totals.pop(b).items():
            totals[other].pop(b)
            if other != a:
                totals[a][other] += total
                totals[other][a] += total
        members[a] = members[a] + members.pop(b)
        for other in totals[a]:
            if (now := average(a, other)) >= LINK:
                heapq.heappush(heap, (-now, min(a, other), max(a, other)))
    return list(members.values())


def _story(index: Index, told: list[Told]) -> Story:
    told = sorted(told, key=lambda item: (item.day is None, item.day or 0, int(item.article.id)))
    ids = tuple(item.article.id for item in told)
    sources = {min([i, *index.copies(i)], key=int) for i in ids}
    days = [item.article.published[:10] for item in told if item.day is not None]
    spread = Counter(name for item in told for name in item.names)
    written = {name: word for item in reversed(told) for name, word in item.names.items()}
    weight = {name: n * max(item.weights.get(name, 0.0) for item in told) for name, n in spread.items() if n > 1}
    names = sorted((name for name in weight if not _NUMBER.fullmatch(name)), key=lambda name: (-weight[name], name))[:N_NAMES]
    outlets = tuple(dict.fromkeys(item.article.outlet or item.article.source for item in told))
    title = told[0].article.title
    first, last = (days[0], days[-1]) if days else ("", "")
    return Story(title, ids, len(sources), tuple(filter(None, outlets)), first, last, tuple(written[name] for name in names))
