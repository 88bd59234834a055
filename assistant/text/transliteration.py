"""Compare names across scripts: `Timur Saidashev` and `Тимур Сайдашев`.

Both are written in Latin letters (anyascii), then reduced to a skeleton of consonants: what transliterations differ in, vowels and
near sounds, falls away.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

LEAST = 3
"""A shorter skeleton says too little."""
ALIKE = 0.85
"""Share of the two skeletons that must agree."""
_SAME_SOUND = str.maketrans({"c": "k", "q": "k", "x": "k", "z": "s", "j": "g", "m": "n", "p": "f", "b": "b"})
_CONSONANTS = re.compile(r"[^bdfgklnrst]")


def sounds_like(asked: str, name: str) -> bool:
    """Say whether two names in different scripts are likely the same; always False within one script.

    Args:
        asked: the name as typed in a question, perhaps a part of the full name.
        name: the name as written in an article.
    """
    if not asked.strip() or script(asked) == script(name):
        return False
    words = name.split()
    parts = [" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    if _alike(asked, parts):
        return True
    # An article may hold only the surname of somebody asked for by the full name.
    return len(words) == 1 and _alike(asked.split()[-1], parts)


def _alike(asked: str, parts: list[str]) -> bool:
    wanted = skeleton(asked)
    return len(wanted) >= LEAST and any(alike(wanted, skeleton(part), ALIKE) for part in parts)


def alike(one: str, other: str, least: float) -> bool:
    """Say whether two words share so much, as `difflib` measures it; nearly all that do not are told by their letters, without it."""
    total = len(one) + len(other)
    if not total:
        return True
    if 2.0 * min(len(one), len(other)) / total < least:
        return False
    common = sum(min(one.count(letter), other.count(letter)) for letter in set(one))
    return 2.0 * common / total >= least and SequenceMatcher(None, one, other).ratio() >= least


@lru_cache(maxsize=1 << 14)
def skeleton(name: str) -> str:
    """Return the consonants of a name in Latin letters, near sounds made one."""
    from anyascii import anyascii

    return _CONSONANTS.sub("", anyascii(name).lower().translate(_SAME_SOUND))


@lru_cache(maxsize=1 << 14)
def script(text: str) -> str:
    """Return the script of the first letter of a text, as Unicode names it: LATIN, CYRILLIC, CJK ..."""
    letter = next((character for character in text if character.isalpha()), "")
    return unicodedata.name(letter, "").split(" ")[0] if letter else ""
