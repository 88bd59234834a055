"""What a sentence offers that a question may want: dates, numbers, names, places, reasons, definitions.

Cheap surface signals, the same for every language; the words are data in `signals.toml`. They are features of the sentence
selector, which learned how much each is worth; none decides alone.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

from assistant.text.mentions import names, numbers
from assistant.text.terms import folded

UNSPACED = frozenset({"zh", "ja", "th"})
_DATE = re.compile(
    r"\(?\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\)?|\b(?:19|20)\d\d\b|\d+\s*[年月日時点]|\b\d{1,2}[.:]\d\d\b|\b\d{1,2}\s?(?:a\.m|p\.m|am|pm)\b"
)
_CASED = re.compile(r"[A-Za-zÀ-ɏЀ-ӿͰ-Ͽ]")
WANTED_BY_KIND = {
    "date": "date", "number": "number", "person": "name", "body": "name", "place": "place", "reason": "reason", "definition": "definition",
}  # fmt: skip


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, frozenset[str]]]:
    source = resources.files("assistant.answer").joinpath("signals.toml").read_text("utf-8")
    return {
        language: {offer: frozenset(words.split()) for offer, words in offers.items()} for language, offers in tomllib.loads(source).items()
    }


@lru_cache(maxsize=1 << 14)
def offers(sentence: str, language: str) -> frozenset[str]:
    """Say what a sentence offers, out of date, number, name, place, reason and definition."""
    found: set[str] = set()
    lower = sentence.casefold()
    words = _words().get(language, {})
    tokens = set(re.findall(r"[\w.'-]+", lower))
    for offer, marks in words.items():
        if any(mark in lower for mark in marks) if language in UNSPACED else marks & tokens:
            found.add(offer)
    if _DATE.search(lower):
        found.add("date")
    if numbers(lower):
        found.add("number")
    if names(sentence):
        found.add("name")
    elif "place" in found and _CASED.search(sentence):
        found.discard("place")
    return frozenset(found)


def offers_new(wanted: str, question: str, sentence: str, language: str) -> bool:
    """Say whether the sentence offers what is wanted beyond what the question itself already says."""
    if wanted not in offers(sentence, language):
        return False
    if wanted in ("name", "place") and _CASED.search(sentence):
        asked = set(re.findall(r"\w+", folded(question)))
        return any(set(re.findall(r"\w+", folded(name))) - asked for name in names(sentence))
    if wanted in ("date", "number"):
        offered = numbers(sentence)
        return bool(offered - numbers(question)) or not offered
    return True


def offers_exactly(wanted: str, question: str, sentence: str) -> bool:
    """Say whether the sentence gives a date or a number in digits that the question does not have itself."""
    if wanted == "date":
        return any(found.group() not in question for found in _DATE.finditer(sentence.casefold()))
    return wanted == "number" and bool(numbers(sentence) - numbers(question))
