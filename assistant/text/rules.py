"""The rules of `languages/*.toml`: read once, when first asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "languages"


@cache
def tables() -> Mapping[str, Mapping[str, Any]]:
    """Return the parsed rule files by language code; `general` holds what belongs to no language."""
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def sections(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (language, section) for each rule file that has the section."""
    for language, table in tables().items():
        if name in table:
            yield language, table[name]


def words(section: str, key: str) -> list[str]:
    """Return the strings that all rule files list under `[section] key`, in lower case, longest first."""
    found = {word.casefold() for _, table in sections(section) for word in table.get(key, ())}
    return sorted(found, key=lambda word: (-len(word), word))


def alternatives(strings: Iterable[str]) -> str:
    """Return a regular expression that matches any of the strings; spaces match any run of blanks.

    The strings must come longest first: the first alternative that fits wins.
    """
    escaped = [re.escape(string).replace(r"\ ", r"[ \t]+") for string in strings]
    return "(?:" + "|".join(escaped or [r"(?!)"]) + ")"
