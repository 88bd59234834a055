"""Words listed by language in data files: `en: rise rises climb* | id: naik kenaikan`. `*` stands for any ending, `_` for a space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

TWINS = {"ms": "id"}
"""Malay reads the Indonesian words too."""
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_PREFIX = re.compile(r"^[وف]?(?:ال|لل|بال|كال|[بلك])?")
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True)
class Listed:
    """The words of one language with the names of the rows in which they stand."""

    names: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, rows: Mapping[str, str], language: str) -> Listed:
        """Take the words of one language from rows."""
        found: dict[str, tuple[str, ...]] = {}
        for name, row in rows.items():
            for part in row.split(" | "):
                code, _, words = part.partition(":")
                if code.strip() in (language, TWINS.get(language)):
                    for word in words.split():
                        key = word.replace("_", " ")
                        found[key] = (*found.get(key, ()), name)
        stems = {word[:-1]: names for word, names in found.items() if word.endswith("*")}
        return cls({word: names for word, names in found.items() if not word.endswith("*")}, stems, pattern_of(found))

    def find(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Yield the places of listed words in a text, and the rows of each."""
        low = text.casefold()
        for match in self.pattern.finditer(low if len(low) == len(text) else text):
            word = " ".join(match.group().split())
            if _ARABIC.match(word) and word not in self.names:
                word = next((cut for cut in (_PREFIX.sub("", word, count=1), word) if cut in self.names or self._stem(cut)), word)
            yield match.start(), match.end(), (*self.names.get(word, ()), *self._stem(word))

    def _stem(self, word: str) -> tuple[str, ...]:
        return tuple(name for n in range(1, len(word) + 1) for name in self.stems.get(word[:n], ()))


@dataclass(frozen=True)
class AnyOf:
    """Some of the words that `pattern_of` takes. Most are looked up: compiling thousands of rows takes seconds."""

    whole: frozenset[str]
    stems: tuple[str, ...]
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, words: Iterable[str]) -> AnyOf:
        """Take words as they are listed."""
        plain: list[str] = []
        others: list[str] = []
        for word in words:
            looked_up = re.fullmatch(r"\w+\*?", word) and "_" not in word and not (_ARABIC.match(word) or _UNSPACED.match(word))
            (plain if looked_up else others).append(word)
        stems = tuple(word[:-1] for word in plain if word.endswith("*"))
        return cls(frozenset(word for word in plain if not word.endswith("*")), stems, pattern_of(others) if others else None)

    def stand_in(self, text: str) -> bool:
        """Say whether one of the words stands in a casefolded text."""
        words = _words_of(text)
        looked_up = not self.whole.isdisjoint(words) or any(word.startswith(self.stems) for word in words)
        return looked_up or (self.pattern is not None and self.pattern.search(text) is not None)


@lru_cache(maxsize=1 << 12)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """Compile words into one expression; Chinese and Japanese ones may stand anywhere."""
    spaced: list[str] = []
    unspaced: list[str] = []
    for word in sorted({word.replace("_", " ") for word in words}, key=lambda word: (-len(word), word)):
        escaped = re.escape(word).replace(r"\ ", r"\s+").replace(r"\*", r"\w*").replace(r"\?", r"\w")
        if _ARABIC.match(word):
            escaped = rf"(?:[وف]?(?:ال|لل|بال|كال|[بلك])?)?{escaped}"
        (unspaced if _UNSPACED.match(word) else spaced).append(escaped)
    parts = ([rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)"] if spaced else []) + unspaced
    return re.compile("|".join(parts) or r"(?!)")
