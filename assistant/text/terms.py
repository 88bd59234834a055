"""Turn text into lexical search terms: one analysis, shared by articles and questions.

The rule, for every word of a text:

1. casefold and NFKC; a number is one term in one notation (`1,5` and `1.5`, `1.500.000` and `1500000` are
   the same);
2. a run of Han, kana, Hangul, Thai, Lao, Khmer or Burmese characters gives its overlapping pairs of
   characters;
3. any other word gives its stem by the language of the TEXT (Snowball; the clitics of Indonesian and Malay
   come off first), with the accents of Latin letters taken off; an English possessive ending is dropped;
4. a capitalised word gives its unstemmed form as well where that differs from the stem: a name typed in an
   English question meets the same name in an Indonesian article whatever the two stemmers make of it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, cast

import snowballstemmer

from assistant.text.cues import load_table, primary

LONGEST_WORD = 40
"""The folded forms and the terms of words up to that length are remembered."""
MOST_WORDS = 1 << 16
"""Words of a language that are remembered, some 10 MB; then all are learnt anew."""

# Scripts written without spaces; Hangul is added because its particles are glued to names.
_UNSPACED = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f\u0e00-\u0e4e\u0e80-\u0ece\u1000-\u103f\u1050-\u108f\u1780-\u17d3"
)
# Python's \w knows no combining marks, but the vowels of the scripts of India and the points of Arabic are
# such.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed\u0900-\u0963\u0966-\u0dff\u200c\u200d"
)
_WORD = re.compile(
    rf"(?P<number>\d+(?:[.,]\d+)+(?![\w{_MARKS}]))"
    rf"|(?P<run>[{_UNSPACED}]+)"
    rf"|(?P<word>(?:(?![{_UNSPACED}])[\w{_MARKS}])+)(?:['’]s(?![\w{_MARKS}]))?"
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


def analyse(text: str, language: str) -> list[str]:
    """Return the search terms of a text in reading order, repeats included.

    Args:
        text: Any text; case, accents and the width of characters do not matter.
        language: ISO 639-1 code of the text. A language without a stemmer gives unstemmed words.
    """
    return _terms(text, language, every_form=False)


def content_terms(text: str, language: str) -> list[str]:
    """Return the terms of a question: its analysis without function words and question words.

    A question without a single capital letter is taken for one typed in haste: then every word gives
    its unstemmed form too, since any of them may be a name. The list is empty only if the text holds no
    word at all.
    """
    every_form = text == text.lower()
    terms = _terms(text, language, every_form, without_stopwords=True)
    return terms or _terms(text, language, every_form)


def is_stopword(term: str, language: str) -> bool:
    """Say whether a word or term is a function word or question word of the language."""
    return term in _stopwords(language) or folded(term) in _stopwords(language)


def folded(text: str) -> str:
    """Casefold a text and take the accents off its Latin letters: the form in which names are compared."""
    return _folded_word(text) if len(text) <= LONGEST_WORD else _folded(text)


@lru_cache(maxsize=1 << 15)
def _folded_word(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    return normal.casefold() if normal.isascii() else _plain(normal.casefold())


def _terms(text: str, language: str, every_form: bool, without_stopwords: bool = False) -> list[str]:
    language = primary(language)
    terms: list[str] = []
    known = _words(language, every_form)
    for number, run, word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        if word:
            found = known[word]
            if not (without_stopwords and _stops(word, found, language)):
                terms.extend(found)
        elif number:
            terms.append(_one_notation(number))
        else:
            pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
            if without_stopwords:
                pairs = _outside_stopwords(run, language)
            terms.extend(pairs)
    return terms


class _Words(dict[str, tuple[str, ...]]):
    """The terms of each word of a language, learnt when it first comes; one look-up a word is all that a text then costs."""

    def __init__(self, language: str, every_form: bool) -> None:
        super().__init__()
        self._language, self._every_form = language, every_form

    def __missing__(self, word: str) -> tuple[str, ...]:
        both = self._every_form or word[0].isupper() or word[0].isdigit()
        found = _word_terms(word if both else word.lower(), self._language, both)
        if len(self) >= MOST_WORDS:
            self.clear()
        if len(word) <= LONGEST_WORD:
            self[word] = found
        return found


@lru_cache(maxsize=256)
def _words(language: str, every_form: bool) -> _Words:
    """Return the dictionary of a language."""
    return _Words(language, every_form)


def _word_terms(word: str, language: str, both: bool) -> tuple[str, ...]:
    plain = word.casefold()
    form = folded(word)
    if not form:
        return ()
    stem = _plain(_stem(plain, language))
    return (stem,) if stem == form or not both else (stem, form)


def _stem(word: str, language: str) -> str:
    table = load_table("terms")
    algorithm = cast("str | None", table["stemmers"].get(language))
    if algorithm is None:
        return word
    clitics = cast("dict[str, Any] | None", table["clitics"].get(language))
    if clitics is not None:
        whole = clitics["whole"].split()
        if word in whole:
            return word
        for ending in clitics["endings"]:
            if word.endswith(ending) and len(word) - len(ending) >= clitics["least"]:
                word = word.removesuffix(ending)
                if word in whole:
                    return word
    # A stemmer keeps the word it works on, so one cannot serve two threads; a new one costs half a
    # microsecond.
    return cast("str", snowballstemmer.stemmer(algorithm).stemWord(word))


def _one_notation(number: str) -> str:
    """Write a number with a point before its decimals and nothing between its thousands."""
    number = _plain(number)
    if _GROUPED.fullmatch(number):
        return number.replace(",", "").replace(".", "")
    head, mark, tail = number.replace(",", ".").rpartition(".")
    if number.count(",") + number.count(".") > 1 and "," in number and "." in number:
        head = head.replace(".", "")
    return head + mark + tail


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return text.translate(_FOLDING)


class _Folding(dict[int, str]):
    """A table for str.translate that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = unicodedata.normalize("NFD", character)[0]
        digit = unicodedata.decimal(character, None)
        plain = str(digit) if digit is not None else base
        self[code] = plain if plain.isascii() and plain.isalnum() else character
        return self[code]


# Letters that Unicode does not decompose; the rest is found by normalisation.
_FOLDING = _Folding(
    {ord(letter): plain for letter, plain in zip("øłđðħıŧæœßþ", ["o", "l", "d", "d", "h", "i", "t", "ae", "oe", "ss", "th"], strict=True)}
    | dict.fromkeys(range(0x300, 0x370), "")
)


@lru_cache(maxsize=64)
def _stopwords(language: str) -> frozenset[str]:
    words = cast("str", load_table("stopwords").get(primary(language), "")).split()
    return frozenset(words) | frozenset(folded(word) for word in words)


def _stops(word: str, terms: tuple[str, ...], language: str) -> bool:
    """Look up the word as written, and its stem: `siapakah` is `siapa`, `what's` is `what` and `s`."""
    return is_stopword(word, language) or any(is_stopword(term, language) for term in terms[:1])


def _outside_stopwords(run: str, language: str) -> list[str]:
    """Cut the stopwords out of an unspaced run, longest first, and pair what is left."""
    words = sorted(_stopwords(language), key=len, reverse=True)
    unspaced = [word for word in words if not word.isascii()]
    pieces = re.split("|".join(map(re.escape, unspaced)), run) if unspaced else [run]
    return [piece[i : i + 2] if len(piece) > 1 else piece for piece in pieces if piece for i in range(max(1, len(piece) - 1))]
