"""Name what a question has and no article: only what is sure, for "no article mentions it" is a strong word.

A name is looked for as it is written and by its stem in every language of the index; among the people who speak, also by sound and by
parts; and among the words of the nearest passages by spelling and by the sentence model (`Jerman`, `Germany`). Where a near passage is in
another script than the name, nothing is sure. Common words are reported only where all articles are in the language of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple

from assistant.answer.ledger import Ledger
from assistant.answer.naming import tables_of_names
from assistant.answer.questions import Asked
from assistant.records import Filters, Hit
from assistant.search.retrievers import HybridRetriever
from assistant.text.language import same_language
from assistant.text.mentions import names
from assistant.text.terms import analyse, folded, is_stopword
from assistant.text.transliteration import script, sounds_like

ALIKE = 0.8
"""From this share of equal letters on two words may be one name in two spellings."""
SAME_THING = 0.6
"""Cosine from which two words may mean the same thing. On the tuning half of the sample questions with an answer, no name of a question that
its article has in another language is reported with this; .5 and .7 report no other names."""
N_NEAR = 10
"""How many passages near a word alone are looked through, beside those of the question."""
LEAST_LETTERS = 4
MOST_MISSING = 3
NOUNS_IN_CAPITALS = ("de", "lb")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Lack(NamedTuple):
    """What of a question no article has, and the names that some have, as written."""

    missing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looking:
    """Looks for the words of one question."""

    asked: Asked
    hits: Sequence[Hit]
    ledger: Ledger
    retriever: HybridRetriever

    def lack(self) -> Lack:
        """Return what is missing and what is there."""
        named = list(dict.fromkeys(self._names()))
        if not self._is_sure:
            return Lack()
        missing = [name for name in named if self._is_missing(name)]
        words = [] if missing else [word for word in self._plain_words(named) if self._is_unmet(word)]
        found = tuple(name for name in named if name not in missing)
        return Lack(tuple([*missing, *words][:MOST_MISSING]), found)

    def _names(self) -> Iterator[str]:
        """Yield the names of the question, without a question word in front, and its years."""
        language = self.asked.language
        for name in names(self.asked.question):
            words = _WORD.findall(name)
            while words and is_stopword(words[0].casefold(), language):
                words = words[1:]
            if words and not (len(words) == 1 and (language in NOUNS_IN_CAPITALS or _is_acronym(words[0]))):
                yield name[name.index(words[0]) :]
        yield from re.findall(r"(?<![\d.,])\d{4}(?![\d.,])", self.asked.question)

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
        """Say whether the nearest passages are in the script of the question: else a name may be there and not be known again."""
        near = [self.ledger.index.article(hit.passage.article_id) for hit in self.hits[:N_NEAR]]
        return all(script(article.text) == script(self.asked.question) for article in near)

    def _is_missing(self, name: str) -> bool:
        """Say whether no article has a name: its last word, by which it is called, is nowhere, nor is anybody with the whole name."""
        return self._is_unmet(_WORD.findall(name)[-1]) and not self.ledger.whom().find(name)

    def _is_unmet(self, word: str) -> bool:
        index = self.ledger.index
        languages = dict.fromkeys((self.asked.language, *index.languages(), ""))
        terms = {folded(word), *(term for language in languages for term in analyse(word, language))}
        if any(index.document_frequencies(sorted(terms))) or word.casefold() in tables_of_names().given:
            return False
        return word.isdigit() or not any(self._is_like(word, near) for near in self._near(word)) and not self._means_the_same(word)

    def _near(self, word: str) -> list[str]:
        """Return the words of the passages near the question and near the word."""
        hits = [*self.hits, *self.retriever.dense.search(word, N_NEAR, Filters())]
        spans = {(hit.passage.article_id, hit.passage.span) for hit in hits}
        texts = [span.of(self.ledger.index.article(article_id).text) for article_id, span in sorted(spans)]
        return sorted({near for text in texts for near in _WORD.findall(text)})

    def _is_like(self, word: str, near: str) -> bool:
        wanted, written = folded(word), folded(near)
        rough = 2 * min(len(wanted), len(written)) >= ALIKE * (len(wanted) + len(written))
        return (rough and SequenceMatcher(None, wanted, written).ratio() >= ALIKE) or sounds_like(word, near)

    def _means_the_same(self, word: str) -> bool:
        near = self._near(word)
        if not near:
            return False
        encoder = self.ledger.encoder
        return float((encoder.encode_passages(near) @ encoder.encode_queries([word])[0]).max()) >= SAME_THING


def _is_acronym(word: str) -> bool:
    return word.isupper() and len(word) <= 6
