"""Tell when articles about one matter give different answers: other numbers, days or names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.answer.dated import day_named
from assistant.answer.figures import figures
from assistant.answer.naming import name_words
from assistant.answer.remember import RememberingEncoder
from assistant.answer.select import Selected
from assistant.records import Article, Span
from assistant.text.language import same_language
from assistant.text.mentions import names
from assistant.text.terms import is_stopword
from assistant.text.transliteration import script

SAME_MATTER = 0.17
"""Share of names, rare ones weighing more, that the article with fewer has in common with the other: then both tell of one matter. On the
samples every two articles of one story share .19 or more, of two stories .15 or less, across languages of one script."""
SAME_ARTICLE = 0.5
"""Share of its sentences that an article has in common with a later one of the same outlet: then that is a new version of it."""
ALIKE, LEAST_CHANCE = 0.25, 0.15
"""Sentences that answer one question have at least this cosine, and are this likely to answer. On the samples ten pairs that do have .26 or
more, and are at least .18 likely; pairs where one tells of something else (the dead, the employees) have .20 or less."""
COMPARED = ("number", "date", "person", "body", "place")
"""Kinds of question whose answers can be told apart by their values."""
LEAST_NAME = 3

Rarity = Callable[[Sequence[str]], Sequence[float]]


def differ(one: Selected, other: Selected, kind: str, question: str) -> bool:
    """Say whether two sentences answer a question of this kind with different values; False when that is not certain.

    Without a short answer in both nothing is certain. Names in two scripts are not compared, nor those of a number with none.
    """
    if kind not in COMPARED or one.focus is None or other.focus is None:
        return False
    values: list[frozenset[object]] = [frozenset(_values(item, kind, question)) for item in (one, other)]
    if not all(values) or values[0] & values[1]:
        return False
    if kind in ("number", "date"):
        return True
    scripts = {script(item.focus.of(item.candidate.article.text)) for item in (one, other) if item.focus}
    return len(scripts) == 1 and same_language(one.candidate.article.language, other.candidate.article.language)


def _values(item: Selected, kind: str, question: str) -> frozenset[str] | frozenset[float]:
    """Return what a short answer says: its numbers, its day, or the words of its names that the question does not have."""
    article = item.candidate.article
    said = item.focus.of(article.text) if item.focus else ""
    if kind == "number":
        told = figures(said, article.language)
        return frozenset(figure.value for figure in told if not (figure.ordinal or figure.half or figure.vague))
    if kind == "date":
        day = day_named(said, article.published)
        return frozenset([day]) if day else frozenset()
    asked = set(name_words(question))
    return frozenset(word for word in name_words(said) if word not in asked and not is_stopword(word, article.language))


def same_matter(one: Article, other: Article, rarity: Rarity) -> bool:
    """Say whether two articles tell of one matter: they share rare names."""
    ours, theirs = _names_in(one.title, one.text), _names_in(other.title, other.text)
    terms = sorted(ours | theirs)
    weights = dict(zip(terms, rarity(terms), strict=True)) if terms else {}
    least = min(sum(weights[word] for word in words) for words in (ours, theirs))
    return least > 0 and sum(weights[word] for word in ours & theirs) >= SAME_MATTER * least


@lru_cache(maxsize=1 << 10)
def _names_in(title: str, text: str) -> frozenset[str]:
    found = (word for name in names(f"{title}. {text}") for word in name_words(name))
    return frozenset(word for word in found if len(word) >= LEAST_NAME and not word.isdigit())


def is_version(older: Article, newer: Article, sentences: Callable[[str], Sequence[Span]]) -> bool:
    """Say whether the newer article is a version of the older one, as a corrected report is: its outlet's, and mostly its sentences."""
    if older.outlet != newer.outlet or not 0 < len(older.published[:10]) == len(newer.published[:10]) or older.published >= newer.published:
        return False
    ours, theirs = ({_plain(span.of(article.text)) for span in sentences(article.id)} for article in (older, newer))
    return len(ours & theirs) >= SAME_ARTICLE * len(ours)


def _plain(sentence: str) -> str:
    return re.sub(r"\W+", " ", sentence).strip().casefold()


@dataclass(frozen=True)
class Differing:
    """Finds the sentences of different articles that answer one question otherwise."""

    rarity: Rarity
    encoder: RememberingEncoder

    def rivals(self, selected: Sequence[Selected], kind: str, question: str) -> list[Selected]:
        """Return a likely sentence and the best one of each other article that answers otherwise, by date; [] when none differs.

        The first of the selected that has such rivals, best first, is compared with the others.
        """
        likely = [item for item in selected if item.chance >= LEAST_CHANCE]
        for at, first in enumerate(likely):
            found = [first]
            for item in likely[at + 1 :]:
                is_new = item.candidate.article.id not in {other.candidate.article.id for other in found}
                if is_new and all(differ(item, other, kind, question) for other in found) and self._is_rival(first, item):
                    found.append(item)
            if len(found) > 1:
                return sorted(found, key=lambda item: (not item.candidate.article.published, item.candidate.article.published))
        return []

    def _is_rival(self, one: Selected, other: Selected) -> bool:
        vectors = self.encoder.encode_passages([one.candidate.text, other.candidate.text])
        alike = float(vectors[0] @ vectors[1]) >= ALIKE
        return alike and same_matter(one.candidate.article, other.candidate.article, self.rarity)


def corrected(items: Sequence[Selected], sentences: Callable[[str], Sequence[Span]]) -> bool:
    """Say whether each article, by date, is a version of the one before it."""
    return all(is_version(a.candidate.article, b.candidate.article, sentences) for a, b in pairwise(items))
