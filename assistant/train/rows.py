"""Lay out what every task learns from, row by row: a left text, a right text, and what they mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from assistant.train.corpus import Corpus
from assistant.train.data import Pair, Recipe

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
WORD = re.compile(r"\w+(?:['’-]\w+)*")
NOTE = re.compile(r"[\[\](){}!/+…·<>]|\b(used|usually|verb|noun|no)\b", re.IGNORECASE)
# Vowel points and the long stroke of Arabic and Hebrew: dictionaries print them, articles do not.
POINTS = re.compile(r"[\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u0652\u0670\u200e\u200f]")
ENDINGS = ("s", "es", "d", "ed", "ing", "ly")


@dataclass
class Rows:
    """Left texts, right texts, what each means (equal meanings are no negatives) and its language.

    `taught` holds the English text whose teacher's vector both sides are pulled to; it is empty in tasks
    without a teacher. `wrong` lists texts that look like the right one and are not, where a task has such.
    """

    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    taught: list[str] = field(default_factory=list)
    wrong: list[list[str]] = field(default_factory=list)

    def add(self, left: str, right: str, meaning: str, language: str, taught: str = "") -> None:
        """Add one row."""
        self.left.append(left)
        self.right.append(right)
        self.meanings.append(meaning)
        self.languages.append(language)
        if taught:
            self.taught.append(taught)


def rows_of(corpus: Corpus, recipe: Recipe, rng: np.random.Generator) -> dict[str, Rows]:
    """Return the rows of every task by its name, "parallel" first."""
    parallel, lexicon = Rows(), Rows()
    for pair in corpus.parallel:
        parallel.add(pair.foreign, pair.english, pair.english.lower(), pair.language, pair.english)
    for pair in corpus.lexicon:
        lexicon.add(pair.foreign, pair.english, pair.english.lower(), pair.language)
    question, sentence = _asked(corpus)
    return {
        "parallel": parallel,
        "lexicon": lexicon,
        "unpointed": _unpointed(corpus.lexicon),
        "shared": _shared(corpus.parallel, rng),
        "switched": _switched(corpus, recipe["switched"], rng),
        "english": _english(corpus),
        "question": question,
        "sentence": sentence,
        "window": _windows(corpus.windows, recipe["windows"]["per_window"], rng),
    }


def taught_texts(rows: dict[str, Rows]) -> list[str]:
    """Return what the teacher encodes: each English text once."""
    return list(dict.fromkeys(text for part in rows.values() for text in part.taught))


def _shared(pairs: Sequence[Pair], rng: np.random.Generator) -> Rows:
    """Pair translations of one English sentence into two languages: a ring through its languages."""
    rows, versions = Rows(), defaultdict[str, dict[str, Pair]](dict)
    for pair in pairs:
        versions[pair.english].setdefault(pair.language, pair)
    for english, by_language in versions.items():
        if len(by_language) > 1:
            ring = [list(by_language.values())[n] for n in rng.permutation(len(by_language))]
            for one, other in pairwise([*ring, ring[0]]):
                rows.add(one.foreign, other.foreign, english.lower(), one.language, english)
    return rows


def _unpointed(pairs: Sequence[Pair]) -> Rows:
    """Return the lexicon's entries that are printed with vowel points, without them."""
    rows = Rows()
    for pair in pairs:
        plain = POINTS.sub("", pair.foreign).strip()
        if plain and plain != pair.foreign:
            rows.add(plain, pair.english, pair.english.lower(), pair.language)
    return rows


def dictionaries(pairs: Sequence[Pair], senses: int) -> dict[str, dict[str, list[str]]]:
    """Return for each language the first `senses` translations of single English words, in lower case.

    Notes of grammar among the entries ("not used in Korean") are longer than a word, or English in a
    language of another script.
    """
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        words = found[pair.language]
        if WORD.fullmatch(pair.english) and len(pair.foreign.split()) <= 2 and not NOTE.search(pair.foreign):
            known, foreign = words[pair.english.lower()], POINTS.sub("", pair.foreign).strip()
            if len(known) < senses and foreign and foreign not in known:
                known.append(foreign)
    for words in found.values():
        if sum(text.isascii() for known in words.values() for text in known) < 0.3 * sum(map(len, words.values())):
            for word, known in words.items():
                words[word] = [text for text in known if not text.isascii()]
    return found


def switch(text: str, words: dict[str, list[str]], rng: np.random.Generator) -> tuple[str, float]:
    """Put translations in place of a text's words; return the new text and the share of words that had one.

    Word order does not matter to a bag of tokens, so that a dictionary is enough to make a sentence of it.
    """
    known = total = 0

    def translated(match: re.Match[str]) -> str:
        nonlocal known, total
        word, total = match[0].lower(), total + 1
        stems = [word, *(word.removesuffix(ending) for ending in ENDINGS)]
        choices = next((words[stem] for stem in stems if words.get(stem)), None)
        known += choices is not None
        return match[0] if choices is None else choices[rng.integers(len(choices))]

    return WORD.sub(translated, text), known / max(1, total) if total else 0.0


def _switched(corpus: Corpus, numbers: Recipe, rng: np.random.Generator) -> Rows:
    """Pair English sentences with a word-by-word rendering in a drawn language, where enough is translated."""
    rows, words = Rows(), dictionaries(corpus.lexicon, numbers["senses"])
    languages = [language for language in sorted(words) if len(words[language]) >= numbers["words"]]
    texts = list(dict.fromkeys(pair.english for pair in corpus.parallel))
    if not languages:
        return rows
    for text in (texts[n] for n in rng.permutation(len(texts))[: numbers["texts"]]):
        for n in rng.choice(len(languages), size=min(numbers["per_text"], len(languages)), replace=False):
            rendered, share = switch(text, words[languages[n]], rng)
            if share >= numbers["share"]:
                rows.add(rendered, text, text.lower(), languages[n], text)
    return rows


def _english(corpus: Corpus) -> Rows:
    """Put English questions, and passages beside their questions, at the teacher's vectors."""
    rows = Rows()
    for text in corpus.loose_questions:
        rows.add(text, text, text, "en", text)
    for asked in corpus.questions:
        if asked.language == "en":
            passage = " ".join(asked.passage.split())
            rows.add(asked.question, asked.question, asked.question, "en", " ".join(asked.question.split()))
            rows.add(asked.question, passage, asked.passage, "en", passage)
    return rows


def _asked(corpus: Corpus) -> tuple[Rows, Rows]:
    question, sentence = Rows(), Rows()
    for asked in corpus.questions:
        question.add(asked.question, asked.passage, asked.passage, asked.language)
        sentences = SENTENCE_END.split(asked.passage)
        answering = [text for text in sentences if asked.answer and asked.answer in text]
        if answering:
            sentence.add(asked.question, answering[0], answering[0], asked.language)
            sentence.wrong.append([text for text in sentences if asked.answer not in text])
    return question, sentence


def _windows(cut: Sequence[Sequence[Pair]], per_window: int, rng: np.random.Generator) -> Rows:
    rows = Rows()
    for run in cut:
        foreign = " ".join(pair.foreign for pair in run)
        english = " ".join(pair.english for pair in run)
        for at in rng.choice(len(run), size=min(per_window, len(run)), replace=False):
            pair = run[at]
            rows.add(pair.english, foreign, english, pair.language)
            rows.add(pair.foreign, english, english, pair.language)
            rows.add(pair.foreign, foreign, english, pair.language)
    return rows
