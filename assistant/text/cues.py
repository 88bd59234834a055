"""Read the tables of `cues/*.toml`.

What is said about a language is data, and read when it is first needed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("cues")

Phrases = dict[str, tuple[tuple[str, ...], ...]]
"""Phrases by their first word, longest first; a phrase is a tuple of lower-case words."""


@lru_cache(maxsize=64)
def load_table(name: str) -> dict[str, Any]:
    """Return the table `cues/<name>.toml`, or an empty one where there is no such file.

    It is shared: do not change it.
    """
    path = _FOLDER / f"{name}.toml"
    if not path.is_file():
        return {}
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def primary(language: str) -> str:
    """Return the language of a tag such as `en-GB`: `en`."""
    return re.split("[-_]", language.lower(), maxsplit=1)[0]


def phrases(listed: str) -> Phrases:
    """Turn a white-space separated list into a table by first word; `_` joins the words of one phrase."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for item in dict.fromkeys(listed.split()):
        words = tuple(item.split("_"))
        by_first.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in by_first.items()}


_TAIL = 3


class Endings(frozenset[str]):
    """Words that hold compounds, too: what ends in one of `endings`, such as `Vorstandschef`."""

    endings: tuple[str, ...] = ()
    tails: frozenset[str] = frozenset()  # the last letters of the endings, to tell quickly what ends in none

    def __contains__(self, word: object) -> bool:
        """Say whether a word is one of these or a compound that ends in one."""
        if super().__contains__(word):
            return True
        return isinstance(word, str) and word[-_TAIL:] in self.tails and word.endswith(self.endings)


@dataclass(frozen=True, eq=False)
class Cues:
    """The words by which a language says who spoke; `cues/id.toml` explains each."""

    verbs: Phrases = field(default_factory=dict)
    acts: Phrases = field(default_factory=dict)
    weak: Phrases = field(default_factory=dict)
    inverted: Phrases = field(default_factory=dict)
    clitic: Phrases = field(default_factory=dict)
    naming: Phrases = field(default_factory=dict)
    gerunds: Phrases = field(default_factory=dict)
    passive: Phrases = field(default_factory=dict)
    relative: frozenset[str] = frozenset()
    as_: frozenset[str] = frozenset()
    according: Phrases = field(default_factory=dict)
    pairs: Phrases = field(default_factory=dict)
    relay: Phrases = field(default_factory=dict)
    sources: Phrases = field(default_factory=dict)
    pronouns: Phrases = field(default_factory=dict)
    openers: Phrases = field(default_factory=dict)
    by: frozenset[str] = frozenset()
    complementisers: frozenset[str] = frozenset()
    bare_complementisers: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    addressing: frozenset[str] = frozenset()
    listeners: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    anaphors: frozenset[str] = frozenset()
    reducers: frozenset[str] = frozenset()
    no_speaker: frozenset[str] = frozenset()
    objective: frozenset[str] = frozenset()
    impersonal: frozenset[str] = frozenset()
    first_person: frozenset[str] = frozenset()
    ranks: frozenset[str] = frozenset()
    passing: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    locatives: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    deeds: frozenset[str] = frozenset()
    deed_objects: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    auxiliaries: frozenset[str] = frozenset()
    territorial: frozenset[str] = frozenset()
    forenames: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    final: frozenset[str] = frozenset()
    honorifics: frozenset[str] = frozenset()
    mental: frozenset[str] = frozenset()
    links: Phrases = field(default_factory=dict)
    papers: frozenset[str] = frozenset()
    transparent: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    blockers: frozenset[str] = frozenset()
    coordinators: frozenset[str] = frozenset()
    breaks: frozenset[str] = frozenset()
    conjunctions: frozenset[str] = frozenset()
    pronouns_male: frozenset[str] = frozenset()
    pronouns_female: frozenset[str] = frozenset()
    pronouns_body: frozenset[str] = frozenset()
    plurals: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    demonstratives: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    connectors: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    also_names: frozenset[str] = frozenset()
    generic: frozenset[str] = frozenset()
    surnames: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    void: frozenset[str] = frozenset()
    nominative: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    day_names: frozenset[str] = frozenset()
    definite: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    not_names: frozenset[str] = frozenset()
    verbal: re.Pattern[str] | None = None
    elided: re.Pattern[str] | None = None
    lead: re.Pattern[str] | None = None
    article: re.Pattern[str] | None = None
    fuller: str = ""
    possessive: frozenset[str] = frozenset()
    joins: re.Pattern[str] | None = None
    named: re.Pattern[str] | None = None
    words_lead: re.Pattern[str] | None = None
    words_end: re.Pattern[str] | None = None
    title_before: re.Pattern[str] | None = None
    trim: re.Pattern[str] | None = None
    title_after: re.Pattern[str] | None = None
    closed: frozenset[str] = frozenset()  # function words: everything that is no noun
    cue_firsts: frozenset[str] = frozenset()  # the first words of all cues
    phrase_firsts: frozenset[str] = frozenset()  # the words with a small letter that a noun phrase may begin with
    patterns: tuple[re.Pattern[str], ...] = ()
    common: re.Pattern[str] | None = None
    by_needed: bool = False  # without "by" a name behind a passive is no agent
    nouns_capital: bool = False  # every noun has a capital letter, so a determiner tells nouns from names
    inner: bool = False  # who speaks may stand inside the quotation marks: «Мы ждём, — сказала Вера Лис. — Долго»
    inflected: bool = False  # names have cases
    prodrop: bool = False  # a verb without a subject has the speaker of before
    named_nouns: bool = False  # article, noun, name are one person: "o ambientalista Malaquias"
    free_order: bool = False  # every verb of saying may stand before its subject
    head_first: bool = False  # a title stands before what it belongs to, an adjective behind its noun
    noun_before: bool = False  # "Biden spokesman": what a relation belongs to stands before it, so what follows is the name

    def is_verbal(self, low: str) -> bool:
        """Say whether a word has the form of a verb."""
        pattern = self.verbal or self.common
        return pattern is not None and pattern.fullmatch(low) is not None

    def is_common(self, low: str) -> bool:
        """Say whether a word has the form of a verb or another word that is no name."""
        return self.common is not None and self.common.fullmatch(low) is not None


_PHRASES = [
    "verbs",
    "acts",
    "naming",
    "weak",
    "inverted",
    "clitic",
    "gerunds",
    "passive",
    "according",
    "pairs",
    "links",
    "relay",
    "sources",
    "pronouns",
    "openers",
]


_EXPRESSIONS = ("title_before", "title_after", "trim", "lead", "article", "joins", "named", "words_lead", "words_end")
_LIST_NAME = re.compile(r"\{([a-z]+)\}")


def _alternatives(listed: str) -> str:
    """Turn a white-space separated list into a pattern, longest first; `_` stands for a space."""
    words = sorted(dict.fromkeys(listed.split()), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(re.escape(word).replace('_', chr(92) + 's') for word in words)})"


def _compiled(pattern: str, lists: dict[str, str]) -> re.Pattern[str]:
    """Compile a pattern in which `{said}` stands for any word of the list of that name, or for the part of that name."""
    return re.compile(_LIST_NAME.sub(lambda match: lists[match[1]], pattern), re.VERBOSE)


@lru_cache(maxsize=32)
def cues_for(language: str) -> Cues:
    """Return the cues of a language; a language without a table knows no verb and no title."""
    code = primary(language)
    table = load_table(code)
    places = load_table("places")
    lists = {**table.get("parts", {}), **{name: _alternatives(listed) for name, listed in table.get("lists", {}).items()}}
    read: dict[str, Any] = {}
    for key, value in table.items():
        if key in ("lists", "parts", "title_endings", "body_endings"):
            continue
        if key == "as":
            read["as_"] = frozenset(value.split())
        elif key == "patterns":
            read[key] = tuple(_compiled(pattern, lists) for pattern in value)
        elif key in ("common", "verbal", "elided"):
            read[key] = re.compile(value)
        elif key in _EXPRESSIONS:
            read[key] = _compiled(value, lists)
        elif isinstance(value, bool) or key == "fuller":
            read[key] = value
        elif key in _PHRASES:
            read[key] = phrases(value)
        else:
            read[key] = frozenset(word for item in value.split() for word in item.split("_"))
    for key, ending in (("titles", "title_endings"), ("bodies", "body_endings")):
        if ending in table:
            read[key] = Endings(read[key])
            read[key].endings = tuple(table[ending].split())
            read[key].tails = frozenset(word[-_TAIL:] for word in read[key].endings)
    here = f"{places['every']} {places.get(code, '')}"
    stopwords = load_table("stopwords").get(code, "")
    read["places"] = frozenset(here.replace("_", " ").split())
    read.setdefault("together", read.get("conjunctions", frozenset()))
    read.setdefault("bare_complementisers", read.get("complementisers", frozenset()))
    closed = ("prepositions", "transparent", "blockers", "complementisers", "conjunctions", "by", "relatives", "breaks", "determiners")
    spoken = ("according", "clitic", "passive", "inverted", "verbs", "acts", "naming", "weak", "gerunds")
    read["cue_firsts"] = frozenset(first for key in spoken for first in read.get(key, ())) | read.get("as_", frozenset())
    named = ("titles", "bodies", "persons", "roles", "plurals", "determiners", "relations", "pronouns", "pairs", "generic")
    read["phrase_firsts"] = frozenset(first for key in named for first in read.get(key, ()))
    read["closed"] = frozenset().union(*(read.get(key, frozenset()) for key in closed))
    introducing = (first for key in ("according", "openers", "pronouns") for first in read.get(key, ()))
    read["not_names"] = frozenset([*stopwords.split(), *introducing, *read.get("transparent", ())])
    return Cues(**read)
