"""How people and bodies are named: a name taken apart, and whether two names can be one person's.

The tables (short forms, titles, particles, offices) are data in `people.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources

from assistant.text.cues import load_table
from assistant.text.language import SIGNS
from assistant.text.terms import folded

_ASIDE = re.compile(r"\s*[(\[（][^)\]）]*[)\]）]\s*|\s+[\"“”«»][^\"“”«»]*[\"“”«»](?=\s)")
_ACRONYM = re.compile(r"[(（]\s*([A-Z][A-Za-z]{1,9})\s*[)）]")
_CASED = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿ]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_WORD = re.compile(rf"(?:[^\W_]|[{SIGNS}])+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$|['’]")
_LANGUAGES = ("en", "id", "ms", "es", "fr", "de", "pt", "ru", "ar", "hi", "zh", "ja")
MOST_TOKENS = 8
"""A longer "name" is a description, which joins only with itself."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    `tokens` are its folded words without titles, particles and suffix; of a body all words that tell it from others. `suffix` is `jr` or
    the like, `titles` are the words in front of it, `shown` is the name without them, as written. `acronym` is a body's own in brackets.
    """

    tokens: tuple[str, ...]
    shown: str
    is_body: bool = False
    suffix: str = ""
    titles: tuple[str, ...] = ()
    acronym: str = ""

    @property
    def bare(self) -> bool:
        """Whether it is a single word, such as a surname, that may stand for a full name."""
        return not self.is_body and len(self.tokens) == 1 and not is_unspaced(self.tokens[0])

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """How much it tells: full words, all words, a suffix, letters."""
        return sum(len(token) > 1 for token in self.tokens), len(self.tokens), len(self.suffix), sum(map(len, self.tokens))

    @property
    def form(self) -> tuple[str, ...]:
        """What tells it from other names."""
        return (*self.tokens, f"/{self.suffix}") if self.suffix else self.tokens


def is_unspaced(token: str) -> bool:
    """Say whether a word is of a script without spaces, where a whole name is one word."""
    return _UNSPACED.match(token) is not None


def name_words(text: str) -> tuple[str, ...]:
    """Return the folded words of a name in any script, without a possessive ending."""
    return tuple(folded(_POSSESSIVE.sub("", word) if "'" in word or "’" in word else word) for word in _WORD.findall(text))


@lru_cache(maxsize=1 << 16)
def parse_name(written: str, typed: bool = False) -> Name:
    """Take a name apart as written in an article, or as typed in a question, where capitals may be missing."""
    tables = tables_of_names()
    words = _ASIDE.sub(" ", written).split(",")[0].split() or written.split()
    low = [folded(word).strip(".") for word in words]
    known = tables.known_as.get(" ".join(low))
    titles = 0 if known else _count_titles(words, low)
    rest = words[titles:]
    known = known or tables.known_as.get(" ".join(low[titles:]), "")
    if not known and (_is_body(words, low, titles, typed) or all(word in tables.places for word in low[titles:])):
        return _body(written, words)
    suffix = low[-1] if len(rest) > 1 and low[-1] in tables.suffixes else ""
    shown = " ".join(rest)
    tokens = name_words(known or " ".join(rest[:-1] if suffix else rest))
    kept = tuple(token for i, token in enumerate(tokens) if token not in tables.particles or i == len(tokens) - 1)
    if not kept:
        return _body(written, words)
    return Name(kept, shown, suffix={"junior": "jr", "senior": "sr"}.get(suffix, suffix), titles=tuple(low[:titles]))


def _count_titles(words: list[str], low: list[str]) -> int:
    """Count the titles in front of a name; an article is one in front of another or in lower case: `Le Pen` has none."""
    tables = tables_of_names()
    n = 0
    while n < len(words) - 1 and low[n] in tables.titles:
        follows = n < len(words) - 2 and low[n + 1] in tables.titles
        if low[n] in tables.articles and words[n][:1].isupper() and not follows:
            break
        n += 1
    return n


def _body(written: str, words: list[str]) -> Name:
    tables = tables_of_names()
    acronym = _ACRONYM.search(written)
    tokens = name_words(" ".join(words))
    kept = tuple(t for t in tokens if t not in tables.articles and t not in tables.companies)
    return Name(kept or tokens or (folded(written),), " ".join(words), is_body=True, acronym=folded(acronym[1]) if acronym else "")


def _is_body(words: list[str], low: list[str], titles: int, typed: bool) -> bool:
    """Say whether words name a body, or describe somebody: they hold a word for a body, an acronym, or a common noun."""
    tables = tables_of_names()
    rest = words[titles:]
    if not rest or len(words) > MOST_TOKENS or not tables.bodies.isdisjoint(low) or low[0] in ("pt", "cv"):
        return True
    if len(low) > 1 and words[-1].strip(".").lower() in tables.companies:
        return True
    if any(_is_acronym(word) for word in rest if len(rest) == 1 or (len(word) > 2 and not all(map(str.isupper, rest)))):
        return True
    common = [word for word in rest if word.islower() and _CASED.match(word) and folded(word) not in tables.particles]
    return not typed and any(not re.search("[-'’]", word) for word in common)


def _is_acronym(word: str) -> bool:
    return 2 <= len(word) <= 6 and word.isupper() and word.isascii() and word.isalpha() and word.lower() not in tables_of_names().suffixes


def compatible(one: Name, other: Name) -> bool:
    """Say whether two full names can be one person's.

    Initials stand for names, short forms for long ones, middle names and particles may be left out, and a part of two or more words in a
    row stands for the whole. The order of the words is never changed: `Xi Jinping` is not `Jinping Xi`. Different suffixes are different
    people.
    """
    if one.is_body or other.is_body or (one.suffix and other.suffix and one.suffix != other.suffix):
        return False
    short, long = sorted((one.tokens, other.tokens), key=len)
    if len(short) < 2:
        return False
    if any(_same_run(short, long[i : i + len(short)]) for i in range(len(long) - len(short) + 1)):
        return True
    return short[-1] == long[-1] and same_given(short[0], long[0]) and _in_order(short[1:-1], long[1:-1])


def _same_run(short: tuple[str, ...], run: tuple[str, ...]) -> bool:
    return short[-1] == run[-1] and all(map(same_given, short, run))


def _in_order(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    rest = iter(long)
    return all(any(same_given(token, other) for other in rest) for token in short)


def same_given(one: str, other: str) -> bool:
    """Say whether two given names can be the same: equal, an initial, or a short form."""
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    longer = tables_of_names().longer
    return (
        other in longer.get(one, ()) or one in longer.get(other, ()) or bool(longer.get(one, frozenset()) & longer.get(other, frozenset()))
    )


@lru_cache(maxsize=1 << 14)
def given_forms(given: str) -> frozenset[str]:
    """Return the given name with its long and short forms."""
    tables = tables_of_names()
    longer = tables.longer.get(given, frozenset())
    return frozenset((given, *longer, *tables.shorter.get(given, ()), *(s for name in longer for s in tables.shorter.get(name, ()))))


@lru_cache(maxsize=1 << 14)
def offices_of(role: str) -> frozenset[int]:
    """Return which offices a role names, the same in every language."""
    known = tables_of_names().offices
    return frozenset(known[word] for word in role_words(role) if word in known)


@lru_cache(maxsize=1 << 14)
def careers_of(role: str) -> frozenset[int]:
    """Return which careers a role names of those that one person does not have both of."""
    known = tables_of_names().careers
    return frozenset(known[word] for word in role_words(role) if word in known)


def role_words(role: str) -> tuple[str, ...]:
    """Return the folded words of a role; a hyphen joins."""
    return tuple(word.strip(".,;:'’\"()") for word in folded(role).split())


class _Tables:
    """The tables of `people.toml`, folded."""

    def __init__(self) -> None:
        self._data = tomllib.loads(resources.files("assistant.answer").joinpath("people.toml").read_text("utf-8"))
        self.particles, self.suffixes = self._words("particles"), self._words("suffixes")
        self.companies, self.articles = self._words("companies"), self._words("articles")
        self.given = self._words("given")
        listed = " ".join(load_table("titles").values())
        self.titles = frozenset(map(folded, listed.split())) | self._words("titles")
        self.longer: dict[str, frozenset[str]] = {}
        self.shorter: dict[str, frozenset[str]] = {}
        for row in self._data["short"]:
            name, forms = row.split(":")
            self.shorter[name] = frozenset(forms.split())
            for form in forms.split():
                self.longer[form] = self.longer.get(form, frozenset()) | {name}
        self.known_as = {folded(short): full.strip() for short, full in (row.split(":") for row in self._data["known_as"])}
        self.places = frozenset(folded(word) for listed in load_table("places").values() for word in listed.replace("_", " ").split())
        self.offices = self._rows("offices")
        self.careers = self._rows("careers")

    @cached_property
    def bodies(self) -> frozenset[str]:
        """Words that make a name a body's, of all languages; those that also begin names of people are left out."""
        lists = [load_table(language).get("bodies", "") for language in _LANGUAGES]
        words = {folded(item) for listed in lists for item in listed.split() if len(item) > 3 and "_" not in item}
        return frozenset(words - self._words("not_bodies") - self.given - self.particles - self.titles - self.longer.keys())

    def _words(self, name: str) -> frozenset[str]:
        return frozenset(map(folded, self._data[name].split()))

    def _rows(self, name: str) -> dict[str, int]:
        return {folded(word): number for number, row in enumerate(self._data[name]) for word in row.split()}


@lru_cache(maxsize=1)
def tables_of_names() -> _Tables:
    """Read the tables once."""
    return _Tables()
