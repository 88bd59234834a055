"""How a question leans on what was said before it: what opens a follow-up, what it asks instead, and what stands for somebody or something.

The wordings are data: `follow.toml`, by language.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

FINAL = " \t?？!.。؟¿¡"
"""What stands around a question and says nothing."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """How a question leans on what was said before.

    `rest` is the question without what only opens it (`opened`) and without its final punctuation. `other` is what the last question is
    asked again of, `more`: nothing of its own is asked. `person`: a word stands for one person, `thing` for something else, each the place
    in `rest` where the first such stands, -1 for none.
    """

    rest: str
    opened: bool = False
    other: str = ""
    more: bool = False
    person: int = -1
    thing: int = -1


@dataclass(frozen=True)
class Wordings:
    """The compiled wordings of a language."""

    opening: re.Pattern[str]
    instead: tuple[re.Pattern[str], ...]
    more: tuple[re.Pattern[str], ...]
    person: re.Pattern[str]
    owned: re.Pattern[str]
    leans: re.Pattern[str]
    asking: re.Pattern[str]
    words: re.Pattern[str]
    number: re.Pattern[str]
    of: str
    place: tuple[str, ...]


@lru_cache(maxsize=1)
def _languages() -> dict[str, Wordings]:
    source = resources.files("assistant.answer").joinpath("follow.toml").read_text("utf-8")
    return {language: _compiled(table) for language, table in tomllib.loads(source).items()}


def _compiled(table: dict[str, str | list[str]]) -> Wordings:
    def one(key: str) -> re.Pattern[str]:
        return re.compile(str(table.get(key, "(?!)")), re.IGNORECASE)

    def all_of(key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(each, re.IGNORECASE) for each in table.get(key, ()))

    return Wordings(
        one("opening"), all_of("instead"), all_of("more"), one("person"), one("owned"), one("leans"), one("asking"), one("words"),
        one("number"), str(table.get("of", "{name}")), tuple(str(table.get("place", "")).split()),
    )  # fmt: skip


def is_known(language: str) -> bool:
    """Say whether a language has wordings of its own."""
    return language in _languages()


def wordings_of(language: str) -> Wordings:
    """Return the wordings of a language, those of English for one that has none."""
    known = _languages()
    return known.get(language) or known["en"]


@lru_cache(maxsize=1)
def place_words() -> tuple[str, ...]:
    """Return the words of all languages that stand before places and hardly before persons."""
    return tuple(dict.fromkeys(word for known in _languages().values() for word in known.place))


def read_leaning(question: str, language: str) -> Leaning:
    """Say how a question leans on what was said before, by its words alone.

    Args:
        question: as the person wrote it.
        language: its ISO 639-1 code.
    """
    known = wordings_of(language)
    plain = " ".join(question.split()).strip(FINAL)
    more = any(pattern.fullmatch(plain) for pattern in known.more)
    opening = known.opening.match(plain)
    rest = plain[opening.end() :] if opening and opening.end() < len(plain) else plain
    person, thing = known.person.search(rest), known.leans.search(rest)
    return Leaning(
        rest,
        opened=rest != plain,
        other="" if more else _other(plain, known),
        more=more,
        person=person.start() if person else -1,
        thing=thing.start() if thing else -1,
    )


def _other(plain: str, known: Wordings) -> str:
    for pattern in known.instead:
        if (found := pattern.fullmatch(plain)) and (other := found["other"].strip(" ,")) and not known.words.search(other):
            return other
    return ""


def with_person(text: str, name: str, language: str) -> str:
    """Return the text with a name in place of each word that stands for one person."""
    known = wordings_of(language)

    def owner(found: re.Match[str]) -> str:
        thing = found.groupdict().get("thing")
        return known.of.format(name=name, thing=thing or "").strip() + ("" if thing else " ")

    return known.person.sub(lambda found: name, known.owned.sub(owner, text))


def subject_of(query: str, language: str) -> str:
    """Return what a question is about: without the words that ask, as far as its language shows them."""
    plain = query.strip(FINAL)
    asking = wordings_of(language).asking.match(plain)
    return plain[asking.end() :].strip(" ,") if asking else plain


def counted(query: str, language: str) -> str:
    """Return the word that is counted (`how many passengers`), "" when none is."""
    found = wordings_of(language).number.search(query)
    return query[found.end() :].split()[0].strip(FINAL + ",") if found and query[found.end() :].split() else ""
