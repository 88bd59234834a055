"""Find the names in a claim and say whether they stand in what it cites: as written, inflected, clipped, translated, in another script."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib import resources

from assistant.answer.bodies import LANGUAGES, name_tables
from assistant.answer.words import Word, Words
from assistant.text.cues import cues_for, load_table, primary
from assistant.text.terms import folded
from assistant.text.transliteration import script, skeleton, sounds_like

INFLECTED = frozenset(["ru", "uk", "pl", "cs", "tr", "fi", "hu", "ar", "hr", "sr"])
"""Languages in which a name changes its ending."""
PARTICLES = frozenset(("al", "el", "ad", "as", "ibn", "bin", "van", "von", "de", "da", "di"))
"""Small words of names, which another language writes into the name or leaves out."""
TRANSLATED = 0.33
"""From this nearness on a name is another's translation (`Norway`, `Alemanha`: .13; `Egyptian`, `Mesir`: .66)."""
SOUNDING = 0.75
"""Share of the letters that two spellings of a name in different scripts have in common at least."""
GIVEN = 0.4
"""Given names are near each other: two words with a capital must be nearer than others."""
CERTAIN = 0.5
LEAST_STEM = 4
"""Letters that two forms of a name share at least."""
_ARTICLE = re.compile(r"^(?:وال|بال|ال|al-)")
_SOUNDS = str.maketrans({"q": "k", "c": "k", "z": "s", "j": "g", "v": "b", "p": "b", "w": "b"})
_KATAKANA = re.compile(r"[\u30a0-\u30ff・]{2,}")


def sure_names(words: Words) -> frozenset[str]:
    """Return the words of a text that have a capital where no sentence begins, folded."""
    return frozenset(
        word.low for i, word in enumerate(words.words) if word.capital and not word.stop and len(word.text) > 1 and not _opens(words, i)
    )


def name_runs(words: Words, taken: Sequence[tuple[int, int]] = (), known: frozenset[str] = frozenset()) -> list[tuple[int, ...]]:
    """Return the names of a text as runs of word places.

    Args:
        words: the text taken apart.
        taken: places in the text that are none, such as dates.
        known: folded words that are names elsewhere, so that they are also where they open a sentence.
    """
    runs: list[tuple[int, ...]] = []
    for i, word in enumerate(words.words):
        if (
            word.low in PARTICLES
            or not (_may_be_name(words, i) or (word.capital and word.low in known))
            or any(a < word.end and word.start < b for a, b in taken)
        ):
            continue
        joined = runs and runs[-1][-1] == i - 1 and re.fullmatch(r"[\s'’.&-]{0,3}", words.text[words.words[i - 1].end : word.start])
        if joined:
            runs[-1] = (*runs[-1], i)
        else:
            runs.append((i,))
    if primary(words.language) == "de":
        return [run[1:] for run in runs if len(run) > 1]  # any noun has a capital: a name follows one, or a first name
    return runs


def _may_be_name(words: Words, i: int) -> bool:
    word = words.words[i]
    if "・" in word.text:
        return True
    if not word.capital or len(word.text) < 2 or (word.stop and not word.text.isupper()):
        return False
    if not _opens(words, i) or word.text.isupper():
        return True
    following = words.words[i + 1] if i + 1 < len(words.words) else None
    if following is None or not re.fullmatch(r"[\s'’.&-]{0,3}", words.text[word.end : following.start]):
        return False
    return following.capital and not following.stop and len(following.text) > 1


def _opens(words: Words, i: int) -> bool:
    """Say whether a word opens a sentence or a quotation, where any word has a capital."""
    before = words.text[: words.words[i].start].rstrip()
    return not before or before[-1] in '.!?:"“”«»„‘(¿¡—–…「'


def is_title(word: Word) -> bool:
    """Say whether a word only tells what somebody or something is."""
    return word.low in title_words()


@cache
def title_words() -> frozenset[str]:
    """Return the words, folded, that only tell what somebody or something is."""
    return _titles() | _offices()


def stands(word: Word, claim: Words, evidence: Words, near: Sequence[float]) -> bool:
    """Say whether a name of a claim stands in a sentence; `near` tells how near it is to each word of the sentence."""
    same_language = primary(claim.language) == primary(evidence.language)
    for other, nearness in zip(evidence.words, near, strict=True):
        if word.low == other.low or _is_form(word.low, other.low, claim.language, evidence.language):
            return True
        if (
            not other.stop
            and nearness >= _least(word, other, same_language)
            and not (same_language and word.low[:3] == other.low[:3])
            and not _lookalike(word, other)
        ):
            return True
        if script(word.text) != script(other.text) and (sounds_like(word.text, other.text) or _alike(word.text, other.text)):
            return True
    return _sounds_inside(word.text, evidence) or _spelled_out(word, claim, evidence) or _clipped(word.low, evidence)


def _clipped(name: str, evidence: Words) -> bool:
    """Say whether a name is made of the beginnings of words that follow each other: `Pemprov`, of `Pemerintah Provinsi`."""
    lows = [word.low for word in evidence.words]
    return len(name) >= 5 and any(_made_of(name, lows[i : i + 4]) for i in range(len(lows) - 1))


def _made_of(name: str, lows: Sequence[str], used: int = 0) -> bool:
    if not name:
        return used >= 2
    if not lows:
        return False
    return any(name.startswith(lows[0][:n]) and _made_of(name[n:], lows[1:], used + 1) for n in range(min(len(lows[0]), len(name)), 1, -1))


@lru_cache(maxsize=1 << 14)
def _sounds(name: str) -> str:
    """Return the consonants of a name in Latin letters, doubled ones once, without an Arabic article."""
    from anyascii import anyascii

    plain = anyascii(_ARTICLE.sub("", name)).lower().translate(_SOUNDS)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^bcdfghklmnpqrstvwxyz]|(?<=[aeiou])[yw]", "", plain))


def _alike(one: str, other: str) -> bool:
    """Say whether two names in different scripts have the same consonants."""
    a, b = _sounds(one), _sounds(other)
    if len(a) >= 2 and (a == b or (len(a) > 3 and a.replace("h", "") == b.replace("h", ""))):
        return True
    one, other = _latin(one), _latin(other)
    return min(len(one), len(other)) >= 4 and SequenceMatcher(None, one, other).ratio() >= SOUNDING


@lru_cache(maxsize=1 << 14)
def _latin(name: str) -> str:
    from anyascii import anyascii

    return anyascii(_ARTICLE.sub("", name)).lower().replace("y", "i").replace("w", "v")


def _least(word: Word, other: Word, same_language: bool) -> float:
    """Return from which nearness on one name is the other's translation: names of one language or of rare pieces must be very near."""
    if not (word.capital and other.capital):
        return CERTAIN if min(word.pieces, other.pieces) > 1 else TRANSLATED
    return CERTAIN if same_language or min(word.pieces, other.pieces) > 1 else GIVEN


def _lookalike(word: Word, other: Word) -> bool:
    """Say whether two names share a beginning that is nobody's name: their pieces are near, they are not."""
    return word.capital and other.capital and word.low[:3] == other.low[:3] and min(word.pieces, other.pieces) > 1


def _is_form(one: str, two: str, language: str, other: str) -> bool:
    if not one or not two or one[0].isdigit() or two[0].isdigit():
        return False
    short, long = sorted((one, two), key=len)
    shared = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    same = primary(language) == primary(other)
    if shared == len(short) >= LEAST_STEM and len(long) - shared <= (3 if same else 4):
        return True
    inflected = primary(language) in INFLECTED or primary(other) in INFLECTED
    if inflected and shared >= max(LEAST_STEM, len(short) - 2) and len(long) - shared <= 3:
        return True
    if same or script(one) != script(two):
        return False
    return len(skeleton(one)) >= 3 and skeleton(one) == skeleton(two) and abs(len(one) - len(two)) <= 2


@lru_cache(maxsize=1 << 12)
def _sounding(text: str) -> tuple[str, ...]:
    """Return the runs of Chinese signs in a text, two to five long."""
    runs = re.findall(r"[\u3400-\u9fff]+", text)
    return tuple(run[i : i + n] for run in runs for n in (2, 3, 4, 5) for i in range(len(run) - n + 1))


def _sounds_inside(name: str, evidence: Words) -> bool:
    if script(name) == "CJK":
        return any(len(skeleton(w.text)) >= 2 and skeleton(w.text) in skeleton(name) for w in evidence.words if w.capital)
    wanted = skeleton(name)
    return len(wanted) >= 2 and any(skeleton(run) == wanted for run in _sounding(evidence.text))


def _spelled_out(word: Word, claim: Words, evidence: Words) -> bool:
    """Say whether a Chinese name stands in a text in its own signs: one sign sounds like many, so that a surname needs what follows it."""
    if primary(evidence.language) != "zh" or script(word.text) != "LATIN":
        return False
    lows = [other.low for other in claim.words]
    at = next((i for i, other in enumerate(claim.words) if other.start == word.start and other.low == word.low), None)
    joined = [] if at is None else ["".join(lows[at : at + 2]), "".join(lows[max(0, at - 1) : at + 1])]
    return not _spelled(evidence.text).isdisjoint([word.low, *joined])


@lru_cache(maxsize=1 << 10)
def _spelled(text: str) -> frozenset[str]:
    """Return the runs of two to four Chinese signs of a text as they are spelled in Latin letters: `lihua`, `wanglihua`."""
    from anyascii import anyascii

    runs = [[anyascii(sign).lower() for sign in run] for run in re.findall(r"[\u3400-\u9fff]+", text)]
    return frozenset("".join(run[i : i + n]) for run in runs for n in (2, 3, 4) for i in range(len(run) - n + 1))


@cache
def _offices() -> frozenset[str]:
    """Return the words that the other tables of names and of speech know as titles, offices, careers and kinds of people and bodies."""
    people = tomllib.loads((resources.files("assistant.answer") / "people.toml").read_text("utf-8"))
    rows = [people["titles"], *people["offices"], *people["careers"], *load_table("titles").values()]
    cues = [cues_for(language) for language in LANGUAGES]
    words = {word for one in cues for table in (one.titles, one.persons, one.roles, one.relations, one.bodies) for word in table}
    return frozenset(folded(word) for word in (*" ".join(rows).split(), *words))


@cache
def _titles() -> frozenset[str]:
    return frozenset(folded(word) for word in name_tables()["titles"].split())


def speech(key: str) -> list[str]:
    """Return the words of a row of `[speech]`."""
    return str(name_tables()["speech"][key]).split()
