"""Whether a field of an article says what a filter asks for, without case, accents and domain endings."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

_DOMAIN = re.compile(r"^(?:https?://)?(?:www\.)?(.+?)(?:\.(?:co|com|go|or|ac|net|org))?\.[a-z]{2,7}/?$")
_THE = re.compile(r"^(?:the|el|la|le|les|los|der|die|das|o|a|il|harian|koran|majalah|newspaper)\s+(?=\S{3})")


@lru_cache(maxsize=1 << 12)
def plain(text: str) -> str:
    """Return a text without case and accents, its blanks made one space each."""
    letters = normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not combining(letter)).split())


@lru_cache(maxsize=1 << 12)
def bare_outlet(name: str) -> str:
    """Return an outlet as it is compared: `Kontan.co.id`, `KONTAN` and `harian Kontan` are one."""
    written = plain(name)
    domain = _DOMAIN.match(written)
    return re.sub(r"[^\w]|_", "", _THE.sub("", domain[1] if domain and " " not in written else written))


def is_outlet(written: str, wanted: str) -> bool:
    """Say whether an outlet is the one that is wanted; `detik` finds `detikcom` too."""
    one, other = bare_outlet(written), bare_outlet(wanted)
    return bool(other) and one in (other, f"{other}com")


def holds_name(written: str, wanted: str) -> bool:
    """Say whether a name stands in a field, as whole words: `jane doe` in `By Jane Doe and others`."""
    name = plain(wanted)
    if not name:
        return False
    spaced = re.search(r"[\u3040-\u30ff\u3400-\u9fff]", name) is None
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)" if spaced else re.escape(name), plain(written)) is not None
