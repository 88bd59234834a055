"""The names of outlets: as they stand in datelines and URLs, and as they are shown."""

from __future__ import annotations

import re
from functools import cache

from assistant.text import rules

TOP = "com|co|id|net|org|tv|news|info|my|sg|in|uk|ru|de|fr|es|it|cn|jp|kr|vn|ph|example"
HOST = rf"(?P<outlet>[A-Za-z0-9][\w-]*(?:\.[\w-]+)*\.(?:{TOP})\b)"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def outlet_name(written: str) -> str:
    """Return an outlet as it is shown: `KONTAN.CO.ID` is Kontan, `PORT NEWS` is Port News, `AFP` stays."""
    written = written.strip(" ,.")
    folded = written.casefold()
    if known := known_outlets().get(folded) or known_hosts().get(folded):
        return known
    if re.fullmatch(HOST, written, re.IGNORECASE):
        written = re.sub(r"(?:\.(?:co|com|go|or|ac|net))?\.[a-z]+$", "", written, flags=re.IGNORECASE)
    return spelled(written) if len(written) > 4 else written


def same_outlet(one: str, other: str) -> bool:
    """Say whether two names stand for one outlet: KABARNUSA.CO.ID and Kabar Nusa, say."""
    short, long = sorted((_squeezed(one), _squeezed(other)), key=len)
    if not short or short == long:
        return bool(short)
    return len(short) >= 5 and 2 * len(short) > len(long) and long.endswith(short)


def spelled(name: str) -> str:
    """Return a name as it is shown: `PORT HALVEN` is Port Halven; what is not all in capitals stays."""
    if "," in name:
        return ", ".join(spelled(part.strip()) for part in name.split(","))
    if not in_capitals(name):
        return name
    return WORD.sub(lambda word: word[0] if "." in name and len(word[0]) == 1 else word[0].capitalize(), name)


def in_capitals(name: str) -> bool:
    """Say whether a name of three letters or more is all in capitals."""
    return name.isupper() and sum(character.isalpha() for character in name) >= 3


def _squeezed(name: str) -> str:
    return re.sub(r"(?:\.(?:co|com|go|or))?\.[a-z]{2,7}$|[^\w\u0900-\u0dff]|_", "", name.casefold())


@cache
def known_outlets() -> dict[str, str]:
    """Return how agencies and outlets that have no host name are shown, by their names in lower case."""
    return dict(rules.tables()["general"]["dateline"]["outlets"])


@cache
def known_hosts() -> dict[str, str]:
    """Return how the outlets of known hosts are shown, by host."""
    return dict(rules.tables()["general"]["dateline"]["hosts"])
