"""Tell copies: the same sentence in several articles, as wire reports are, word for word or with a word left out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from assistant.answer.naming import name_words
from assistant.records import Article, Citation, Copy, Filters, Span
from assistant.search.retrievers import LexicalRetriever
from assistant.text.terms import is_stopword

ALIKE = 0.8
"""Share of all words of two sentences that must stand in both. What else differs may be function words alone: a name, a number or a "not"
more makes another statement, however alike the rest is (`64 stalls burnt`, `46 stalls burnt`)."""
LEAST_WORDS = 6
"""Shorter sentences are copies only word for word."""
COPY_HITS = 20
"""How many passages are searched for copies of a citation."""


def same_words(one: str, other: str, language: str = "") -> bool:
    """Say whether two sentences are the same but for case, marks and perhaps a function word."""
    a, b = _words(one), _words(other)
    if a == b:
        return bool(a)
    if min(len(a), len(b)) < LEAST_WORDS:
        return False
    these, those = _set(a), _set(b)
    if min(len(these), len(those)) < ALIKE * max(len(these), len(those)):
        return False  # however many they share
    shared = len(these & those)
    if shared < ALIKE * (len(these) + len(those) - shared):
        return False
    return all(word not in _negations() and is_stopword(word, language) for word in these ^ those)


@lru_cache(maxsize=1)
def _negations() -> frozenset[str]:
    """Return the function words that turn a statement round, of all languages."""
    words = tomllib.loads(resources.files("assistant.answer").joinpath("copies.toml").read_text("utf-8"))["negations"]
    return frozenset(word for listed in words.values() for word in listed.split())


def _mark(quote: str, language: str) -> str:
    """Return a word that every copy of a sentence has, its longest; "" when that one may differ, or be written with other letters."""
    longest = max(_words(quote), key=len, default="")
    return "" if not longest.isascii() or is_stopword(longest, language) else longest


@lru_cache(maxsize=1 << 13)
def _set(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words)


@lru_cache(maxsize=1 << 13)
def _words(text: str) -> tuple[str, ...]:
    return name_words(text)


def copy_of(article: Article, span: Span) -> Copy:
    """Make the record of a copy."""
    return Copy(article.id, article.title, article.url, article.outlet or article.source, article.published, span)


@dataclass(frozen=True)
class Copies:
    """Finds the copies of what is cited in the other articles."""

    lexical: LexicalRetriever
    filters: Filters = Filters()

    def added_to(self, citation: Citation) -> Citation:
        """Return the citation with its copies, the first place of each article, by date and then by article; those it has are kept."""
        key = (citation.article_id, citation.span, self.filters)
        found = self.lexical.index.kept("copies", key, lambda: tuple(self._found(citation)))
        known = {copy.article_id for copy in citation.also}
        return replace(citation, also=by_date([*citation.also, *(copy for copy in found if copy.article_id not in known)]))

    def _found(self, citation: Citation) -> Iterator[Copy]:
        index = self.lexical.index
        home = index.article(citation.article_id)
        known = {citation.article_id}
        n = sum(span.overlaps(citation.span) for span in index.sentences(citation.article_id))
        mark = _mark(citation.quote, home.language)
        for article_id, sentences in self._places(citation):
            if article_id in known:
                continue
            article = index.article(article_id)
            for span in _stretches(sentences, n):
                told = span.of(article.text)
                if mark and told.isascii() and "'" not in told and mark not in told.casefold():
                    continue  # nearly all: taking a sentence apart takes longer than all else here
                if same_words(citation.quote, told, home.language):
                    known.add(article_id)
                    yield copy_of(article, span)
                    break

    def _places(self, citation: Citation) -> Iterator[tuple[str, Sequence[Span]]]:
        """Yield where copies may stand: the passages nearest by words, then the articles that are near copies as a whole."""
        for hit in self.lexical.search(citation.quote, COPY_HITS, self.filters):
            yield hit.passage.article_id, hit.passage.sentences
        index = self.lexical.index
        if copies := index.copies(citation.article_id):
            for article in index.articles(replace(self.filters, article_ids=copies)):
                if not self.filters.article_ids or article.id in self.filters.article_ids:
                    yield article.id, index.sentences(article.id)


def by_date(copies: Sequence[Copy]) -> tuple[Copy, ...]:
    """Order copies: the earliest first, undated ones last."""
    return tuple(sorted(copies, key=lambda copy: (not copy.published, copy.published, int(copy.article_id), copy.span)))


def _stretches(sentences: Sequence[Span], n: int) -> Iterator[Span]:
    """Yield every `n` neighbouring sentences as one span."""
    for first in range(len(sentences) - n + 1):
        yield Span(sentences[first].start, sentences[first + n - 1].end)
