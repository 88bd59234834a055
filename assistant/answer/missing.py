"""Name what a question has and no article: only what is sure, for "no article mentions it" is a strong word.

A name is looked for as it is written and by its stem in every language of the index; among the people who speak, also by sound and by
parts; and among the words of the nearest passages by spelling, by sound and by the sentence model (`Jerman`, `Germany`). Where a near
article is in a script without spaces, nothing is sure. Common words are reported only where all articles are in the question's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from assistant.answer.ledger import Ledger
from assistant.answer.naming import is_unspaced, tables_of_names
from assistant.answer.questions import Asked
from assistant.answer.times import take_time
from assistant.records import Hit, Span
from assistant.search.retrievers import HybridRetriever
from assistant.text.language import same_language
from assistant.text.mentions import names
from assistant.text.terms import analyse, folded, is_stopword
from assistant.text.transliteration import alike, script, skeleton

ALIKE, ALIKE_BEHIND = 0.8, 0.87
"""From this share of equal letters on two words may be one name in two spellings; the second when the first letters differ."""
SOUNDS_ALIKE, SHORT_SOUNDS_ALIKE = 0.8, 0.88
"""From this share of equal consonants on two words in two scripts may be one name; the second when one has fewer than `FEW` of them, which
agree by chance in any article."""
FEW = 5
LEAST_SOUND = 3
SAME_THING = 0.6
"""Cosine from which two words may mean the same thing. On the tuning half of the sample questions no name of an answerable one is reported
missing."""
N_NEAR = 10
"""How many passages near a word alone are looked through, beside those of the question."""
LEAST_LETTERS = 4
MOST_MISSING = 3
NOUNS_IN_CAPITALS = ("de", "lb")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Lack(NamedTuple):
    """What of a question no article has, names and common words, and the names that some have; all as written."""

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The names and words that no article has, the first few."""
        return (self.names + self.words)[:MOST_MISSING]


@dataclass(frozen=True)
class Looking:
    """Looks for the words of one question."""

    asked: Asked
    hits: Sequence[Hit]
    ledger: Ledger
    retriever: HybridRetriever

    def lack(self) -> Lack:
        """Return what is missing and what is there."""
        if not self._is_sure:
            return Lack()
        named = list(dict.fromkeys(self._names()))
        missing = tuple(name for name in named if self._is_missing(name))
        words = () if missing else tuple(word for word in self._plain_words(named) if self._is_unmet(word))
        return Lack(missing, words, tuple(name for name in named if name not in missing and self._is_there(name)))

    def _names(self) -> Iterator[str]:
        """Yield the names of the question, without a question word in front, and its years; a time that restricts the articles is none."""
        language = self.asked.language
        for name in names(self.asked.question):
            words = _WORD.findall(name)
            while words and is_stopword(words[0].casefold(), language):
                words = words[1:]
            if words and not (len(words) == 1 and (language in NOUNS_IN_CAPITALS or _is_acronym(words[0]))):
                yield name[name.index(words[0]) :]
        timeless = take_time(self.asked.question, languages=(language, "en"))[0]
        yield from re.findall(r"(?<![\d.,])\d{4}(?![\d.,])", timeless)

    def _plain_words(self, named: Sequence[str]) -> Iterator[str]:
        """Yield the common words of the question that say what it is about, where all articles are in its language."""
        if not all(same_language(self.asked.language, language) for language in self.ledger.index.languages()):
            return
        known = {word for name in named for word in _WORD.findall(name)}
        for word in dict.fromkeys(_WORD.findall(self.asked.question)):
            common = word not in known and len(word) >= LEAST_LETTERS and not word[0].isdigit()
            if common and not is_stopword(word.casefold(), self.asked.language):
                yield word

    @cached_property
    def _is_sure(self) -> bool:
        """Say whether names would be known again in the nearest articles: not between a script without spaces and another."""
        near = [self.ledger.index.article(hit.passage.article_id) for hit in self.hits[:N_NEAR]]
        texts = (self.asked.question, *(article.text for article in near))
        return len({is_unspaced(next(filter(str.isalpha, text), "")) for text in texts}) == 1

    def _is_missing(self, name: str) -> bool:
        """Say whether no article has a name: its last word, by which it is called, is nowhere, or one that is no word of any language.

        A given name may be left out in the articles, and a word such as `Mount` be another there.
        """
        words = _WORD.findall(name)
        rare = [word for word in words[:-1] if len(word) >= LEAST_LETTERS and len(self.ledger.encoder.token_vectors(word)) > 1]
        return any(self._is_unmet(word) for word in (words[-1], *rare)) and not self.ledger.whom().find(name)

    def _is_there(self, name: str) -> bool:
        return all(map(self._stands, _WORD.findall(name)))

    def _stands(self, word: str) -> bool:
        """Say whether a word stands in an article as it is, or by its stem in any language of the index."""
        languages = dict.fromkeys((self.asked.language, *self.ledger.index.languages(), ""))
        terms = {folded(word), *(term for language in languages for term in analyse(word, language))}
        return any(self.ledger.index.document_frequencies(sorted(terms)))

    def _is_unmet(self, word: str) -> bool:
        if self._stands(word) or folded(word) in tables_of_names().given:
            return False
        if word.isdigit():
            return True
        near = self._near(word)
        return not any(_is_like(word, other) or _may_sound_like(word, other) for other in near) and not self._is_said_by(near, word)

    def _near(self, word: str) -> list[str]:
        """Return the words of the passages near the question and near the word; of an article in another script all its words.

        Of a name only words that may be names."""
        found: dict[tuple[str, Span], None] = {}
        for hit in (*self.hits, *self.retriever.dense.search(word, N_NEAR)):
            article = self.ledger.index.article(hit.passage.article_id)
            whole = Span(0, len(article.text))
            found[article.id, hit.passage.span if script(article.text) == script(word) else whole] = None
        texts = [span.of(self.ledger.index.article(article_id).text) for article_id, span in found]
        words = sorted({near for text in texts for near in _WORD.findall(text)})
        return [near for near in words if not near[0].islower()] if word[0].isupper() else words

    def _is_said_by(self, near: Sequence[str], word: str) -> bool:
        encoder = self.ledger.encoder
        return bool(near) and float((encoder.encode_passages(near) @ encoder.encode_queries([word])[0]).max()) >= SAME_THING


def _is_like(word: str, near: str) -> bool:
    wanted, written = folded(word), folded(near)
    least = ALIKE if wanted[:1] == written[:1] else ALIKE_BEHIND
    return alike(wanted, written, least)


def _may_sound_like(word: str, near: str) -> bool:
    """Say whether two words in different scripts may be one name; always True when the word has too few consonants to tell."""
    if not near[0].isalpha() or near[0].islower() or script(word) == script(near):
        return False
    wanted, written = skeleton(word), skeleton(near)
    if len(wanted) < LEAST_SOUND:
        return True
    # An article may be glued to a name (`الريحانة`), so that in scripts without capitals the first sound does not tell.
    first = near[0].isupper() and wanted[:1] != written[:1]
    least = SHORT_SOUNDS_ALIKE if min(len(wanted), len(written)) < FEW else SOUNDS_ALIKE
    return not first and alike(wanted, written, least)


def _is_acronym(word: str) -> bool:
    return word.isupper() and len(word) <= 6
