"""Which kind of answer a question wants, by how it is worded; the patterns are data in `questions.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from unicodedata import normalize

from assistant.answer.moments import any_word
from assistant.text.language import TWINS

KINDS = (
    "comparison", "summary", "timeline", "reason", "number", "date", "place", "list", "body", "person", "definition", "yes_no",
)  # fmt: skip
"""Kinds in the order in which they are tried; a question that fits none is of the kind "what"."""
FORMS = ("comparison", "summary", "timeline")
"""Kinds that ask for a form of their own, whoever speaks in it."""
NEIGHBOURS = {
    "es": ("pt", "it"),
    "pt": ("es", "it"),
    "it": ("pt", "es"),
    "jv": ("pt", "es", "id"),
    "pl": ("pt",),
    "nl": ("de",),
    "de": ("nl",),
    "uk": ("ru",),
}
"""For whose language a short question is easily taken; tried where a question has no word that asks in its own."""
_UNSPACED = frozenset({"zh", "ja"})


@dataclass(frozen=True)
class Patterns:
    """The compiled patterns of a language."""

    metadata: tuple[re.Pattern[str], ...]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    lead: re.Pattern[str] | None
    asking: re.Pattern[str] | None
    opening: re.Pattern[str] | None
    joint: re.Pattern[str] | None
    glued: re.Pattern[str] | None
    comma: bool
    newest: re.Pattern[str] | None


@lru_cache(maxsize=1)
def _rules() -> dict[str, dict[str, list[str] | str]]:
    return tomllib.loads(resources.files("assistant.answer").joinpath("questions.toml").read_text("utf-8"))


@lru_cache(maxsize=32)
def patterns_of(language: str) -> Patterns:
    """Return the patterns of a language, compiled once; none for an unknown one."""
    rules = _rules().get(language, {})
    wide = language in _UNSPACED
    words = str(rules.get("wh", ""))
    # Every language writes its interrogatives with spaces but these: there they are expressions, anywhere.
    end = r"\s*" if wide else r"(?=\s|$)\s*"
    asks = f"(?:{words})" if wide else rf"(?<![\w'’-]){any_word(words)}(?![\w-])"
    opening = asks if wide else rf"{any_word(words)}(?![\w-])"
    if "qu'" in words:  # elided: the next word follows at once
        asks, opening = (re.sub(r"\(\?!\[\\w-\]\)$", r"(?:(?<=['’])|(?![\\w-]))", pattern) for pattern in (asks, opening))

    def joined(key: str) -> str:
        return "|".join(f"(?:{pattern})" for pattern in rules.get(key, ()))

    def maybe(pattern: str) -> re.Pattern[str] | None:
        return re.compile(pattern, re.IGNORECASE) if pattern else None

    return Patterns(
        metadata=tuple(re.compile(pattern, re.IGNORECASE) for pattern in rules.get("metadata", ())),
        kinds=tuple((kind, re.compile(without_accents(joined(kind)), re.IGNORECASE)) for kind in KINDS if kind in rules),
        lead=maybe(f"(?:{joined('lead')}){end}" if "lead" in rules else ""),
        asking=maybe(asks if words else ""),
        opening=maybe(rf"(?:¿\s*)?{opening}" if words else ""),
        glued=maybe(rf"{any_word(str(rules['glued']))}(?!\w)" if "glued" in rules else ""),
        joint=maybe(any_word(str(rules.get("and", "")))),
        comma=bool(rules.get("comma")),
        newest=maybe((joined("newest") if wide else rf"(?<!\w)(?:{joined('newest')})(?!\w)") if "newest" in rules else ""),
    )


def helpers_of(language: str) -> str:
    """Return the verbs that may open a question in a language, with | between them."""
    return str(_rules().get(language, {}).get("helpers", ""))


def tongues(language: str) -> tuple[str, ...]:
    """Return the languages whose patterns fit a question: its own, and its twin; English for one without patterns."""
    near = (language, *(sorted(TWINS - {language}) if language in TWINS else ()))
    return tuple(code for code in near if code in _rules()) or ("en", "id", "ms")


def without_lead(question: str, languages: Sequence[str]) -> str:
    """Return a question without what only leads up to it (`so, tell me ...`)."""
    for code in languages:
        lead = patterns_of(code).lead
        for _ in range(2):
            if lead and (found := lead.match(question)) and question[found.end() :].strip():
                question = question[found.end() :].lstrip(" ,¿¡")
    return question


def kind_of(question: str, languages: Sequence[str], *, asked: bool = False) -> str:
    """Return which of `KINDS` a question is of, or "what".

    Args:
        question: without its final punctuation, its time and its source.
        languages: whose patterns are tried, in this order.
        asked: it ended in a question mark: without any word that asks, it wants yes or no.
    """
    plain = question.lstrip(" ¿¡,،")
    if found := _first_kind(plain, languages):
        return found
    if asked and not any((asking := patterns_of(code).asking) and asking.search(plain) for code in languages):
        return _first_kind(plain, [code for code in NEIGHBOURS.get(languages[0], ()) if code not in languages]) or "yes_no"
    return "what"


def _first_kind(plain: str, languages: Sequence[str]) -> str:
    bare = without_accents(plain)
    return next((kind for code in languages for kind, pattern in patterns_of(code).kinds if pattern.match(bare)), "")


@lru_cache(maxsize=1)
def _bare_letters() -> dict[int, str]:
    letters = (chr(code) for code in range(0xC0, 0x250))
    bare = {ord(letter): normalize("NFD", letter)[0] for letter in letters if len(normalize("NFD", letter)) > 1}
    return {**bare, ord("ё"): "е", ord("Ё"): "Е"}


def without_accents(text: str) -> str:
    """Return a text without the accents of Latin letters and the dots of the Russian ё: many leave them out; every place stays the same."""
    return text.translate(_bare_letters())


def wants_newest(question: str, languages: Sequence[str]) -> bool:
    """Say whether a question wants the latest state of things."""
    return any((newest := patterns_of(code).newest) and newest.search(question) for code in languages)
