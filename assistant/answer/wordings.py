"""The wordings in which people ask who said what; they are data in `wordings.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from assistant.answer.kinds import without_accents
from assistant.text.terms import folded

OTHER_TABLES = ("acts", "nobody", "moments")
FILES = ("wordings.toml", "wordings.more.toml")
MAX_SPEAKER_WORDS = 9
"""A longer "speaker" is a clause: the question only looks like one about words."""
_QUOTED = re.compile(r"[\"“”„«»「『]\s*(?P<words>[^\"“”„«»「」『』]{2,}?)\s*[\"“”«»」』]")
_MARK = "\ue000"
"""Stands before a verb of [acts] while the wordings are tried, so that nothing else is taken for one."""
_WORD = re.compile(r"[^\s,;:\"“”„«»()]+")
_CAPITAL = r"(?-i:[A-ZÀ-ÖØ-ÞĞİŞČŠŽĆŁА-ЯІЇЄ])[^\s,]*"
_MACRO = re.compile("SPEAKER|NAMED|TOPIC|LESS|ACT|ABOUT|SAY|DO")

Form = Literal["said", "quote", "whether", "spoke", "who"]
FORMS: tuple[Form, ...] = ("said", "quote", "whether", "spoke", "who")


class Wording(NamedTuple):
    """What a question about words asks: in which form, whose words, about what, and which act of speech (a key of `[acts]`).

    `circumstance`: the topic is introduced by a word for a time (`after the match`).
    """

    form: Form
    named: str = ""
    topic: str = ""
    act: str = ""
    words: str = ""
    circumstance: bool = False


@dataclass(frozen=True)
class _Language:
    """The compiled wordings of a language."""

    forms: tuple[tuple[Form, re.Pattern[str]], ...]
    direct: re.Pattern[str] | None
    split: re.Pattern[str]


@lru_cache(maxsize=1)
def tables() -> dict[str, dict[str, Any]]:
    """Read the wordings of all languages."""
    found: dict[str, dict[str, Any]] = {}
    for name in FILES:
        found.update(tomllib.loads(resources.files("assistant.answer").joinpath(name).read_text("utf-8")))
    return found


@lru_cache(maxsize=64)
def _language(code: str) -> _Language | None:
    """Return the wordings of a language, None when it has none; compiled when it is first asked for: all take half a second."""
    table = tables().get(code) if code not in OTHER_TABLES else None
    return None if table is None else _compiled(table)


def _compiled(table: Mapping[str, Any]) -> _Language:
    macros = {
        "SPEAKER": "(?P<speaker>.+?)", "NAMED": rf"(?P<speaker>{_CAPITAL}(?: {_CAPITAL})*)",
        "TOPIC": "(?P<topic>.+)", "LESS": "(?P<topic>.+?)", "ACT": _MARK + r"(?P<act>[^\s,]+)",
        "ABOUT": table.get("about", ""), "SAY": table.get("say", ""), "DO": table.get("do", ""),
    }  # fmt: skip
    forms: list[tuple[Form, re.Pattern[str]]] = []
    for form in FORMS:
        for pattern in table.get(form, ()):
            written = _MACRO.sub(lambda found: macros[found[0]], pattern)
            forms.append((form, re.compile(without_accents(written), re.IGNORECASE)))
    direct = table.get("direct")
    between = rf"\s*(?:,|;|、)\s*|\s+(?:{table['split']})\s+|(?<=\S)(?:{_unspaced(table['split'])})(?=\S)"
    return _Language(
        tuple(forms),
        re.compile(rf"(?<!\w)(?:{'|'.join(direct)})(?!\w)", re.IGNORECASE) if direct else None,
        re.compile(between, re.IGNORECASE),
    )


def _unspaced(split: str) -> str:
    """Return what stands between two speakers in scripts without spaces, and before an Arabic name; else what never matches."""
    words = [word for word in split.split("|") if not word.isascii() and not re.match("[а-яіїєअ-ह]", word)]
    return "|".join(rf"(?<=\s){word}" if word == "و" else word for word in words) or "(?!)"


def take_direct(question: str, languages: Sequence[str]) -> tuple[str, bool]:
    """Return a question without `in his own words` and the like, and whether there was such."""
    for code in languages:
        known = _language(code)
        pattern = known.direct if known else None
        if pattern and (found := pattern.search(question)):
            rest = " ".join(f"{question[: found.start()]} {question[found.end() :]}".split()).strip(" ,")
            return rest or question, True
    return question, False


def read_wordings(question: str, languages: Sequence[str]) -> Iterator[Wording]:
    """Yield what a question may ask about words, likeliest first: forms that name a speaker before those that ask who spoke."""
    marked = _WORD.sub(lambda word: (_MARK if act_of(word[0]) else "") + word[0], question.replace(_MARK, " "))
    tried = [(text, without_accents(text)) for text in (question, marked)]
    quoted = _QUOTED.search(question)
    words = quoted["words"].strip(" .,!?") if quoted else ""
    for code in languages:
        if known := _language(code):
            for form, pattern in known.forms:
                written, bare = tried[_MARK in pattern.pattern]
                found = pattern.fullmatch(bare)
                if found and (wording := _wording(form, found, written, words)):
                    yield wording


def _wording(form: Form, found: re.Match[str], question: str, words: str) -> Wording | None:
    groups = {name: question[slice(*found.span(name))].replace(_MARK, "").strip(" ,:") for name in found.groupdict()}
    act = act_of(groups["act"]) if groups.get("act") else ""
    named, topic = groups.get("speaker", ""), groups.get("topic", "")
    if ("act" in groups and not act) or len(named.split()) > MAX_SPEAKER_WORDS:
        return None
    if form not in ("spoke", "who") and (not named or folded(named.split()[0]) in _words_of("nobody")):
        return None
    before = found.string[: found.start("topic")].split() if topic else []
    return Wording(form, named, topic, act, words, bool(before) and folded(before[-1]) in _words_of("moments"))


@lru_cache(maxsize=4)
def _words_of(name: str) -> frozenset[str]:
    """Return the words of a table that has nothing else."""
    return frozenset(folded(word) for word in tables()[name]["words"].split())


def split_speakers(named: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the speakers that a question names together: `Xi dan Putin`. Whether they are two is for the ledger to say."""
    for code in languages:
        if known := _language(code):
            parts = tuple(part.strip() for part in known.split.split(named) if part.strip())
            if len(parts) > 1:
                return tuple(dict.fromkeys(parts))
    return (named,) if named else ()


@lru_cache(maxsize=1)
def _acts() -> dict[str, list[tuple[int, str, str]]]:
    """Return (rank, beginning of a verb, act) by the first two letters, the longest first; one that is a whole word ends in a space."""
    pairs = ((folded(stem.replace("_", " ")), act) for act, stems in tables()["acts"].items() for stem in stems.split())
    found: dict[str, list[tuple[int, str, str]]] = {}
    for rank, (stem, act) in enumerate(sorted(dict.fromkeys(pairs), key=lambda pair: (-len(pair[0]), pair[0]))):
        begun = f"{stem[:-1]} " if stem.endswith(".") else stem
        found.setdefault(begun[:2], []).append((rank, begun, act))
    return found


@lru_cache(maxsize=1 << 12)
def act_of(verb: str) -> str:
    """Return the act that a verb or a cue names (`membantah`, `denied`: deny), "" when it is none."""
    said = f"{folded(verb)} "
    acts = _acts()
    words = [0, *(at + 1 for at, letter in enumerate(said) if letter == " ")]
    near = (next((one for one in acts.get(said[at : at + 2], ()) if said.startswith(one[1], at)), None) for at in words)
    return min(filter(None, near), default=(0, "", ""))[2]
