"""Whom alone a question wants to hear: an outlet, an author, or a speaker (`according to X`); the words are data in `sources.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from assistant.answer.moments import any_word
from assistant.text.outlets import HOST, known_hosts, known_outlets, same_outlet
from assistant.text.terms import folded

Kind = Literal["outlet", "author", "speaker"]
MOST_WORDS = 8
"""A longer name is a clause."""
_CAPITAL = r"(?-i:[A-ZÀ-ÖØ-ÞĞİŞČŠŽĆŁА-ЯЁІЇЄ0-9])"
_LINK = r"(?:de|del|da|do|dos|das|la|le|les|el|of|the|von|van|du|di|al|bin|S\.)"
_RUN = re.compile(rf"[«„“\"]?{_CAPITAL}[^\s,?!»”“\"]*(?:\s+(?:{_LINK}\s+)?{_CAPITAL}[^\s,?!»”“\"]*)*[»”“\"]?")
_QUOTED = re.compile(r"^[«„“\"《『「]\s*([^»”“\"》』」]+?)\s*[»”“\"》』」]$")
_LEADING = re.compile(r"^(?:the|die|der|das|dem|den|el|la|los|las|le|les|o|a|os|as|il|lo)\s+")
_WIDE_NAME = r"[^\s，、,。？?的据和与在「」『』《》]{2,12}"
_WIDE = (
    ("reported", re.compile(r"(?:根)?据(?P<name>《?[^，,]{2,14}?》?)(?:的)?(?:报道|消息|报导)[，,：:]?")),
    ("according", re.compile(r"(?:根)?据(?P<name>[^，,]{2,14}?)(?:介绍|所说|说|称|透露|表示)[，,：:]")),
    ("reported", re.compile(r"《(?P<name>[^》]+)》(?=[^，,]*(?:报道|文章|新闻|消息|记者|说|写))")),
    ("according", re.compile(r"(?P<name>[^\s、，,「」]{2,20}?)(?:に)?(?:によると|によれば)[、,]?")),
    ("writings", re.compile(rf"(?P<name>{_WIDE_NAME}?)(?:关于|有关|就)[^，,]{{1,20}}?的?(?:报道|文章|新闻|专栏|评论)")),
    ("writings", re.compile(rf"(?P<name>{_WIDE_NAME})(?:の|的)(?:コラム|記事|報道|論説|ニュース|文章|报道|专栏|新闻)")),
)  # fmt: skip


class Known(NamedTuple):
    """The outlets and authors of an index, as written there."""

    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


NOBODY = Known()


class Source(NamedTuple):
    """Whom a question wants to hear, and the characters that say so; `rest` is the question without them."""

    kind: Kind
    name: str
    rest: str


@dataclass(frozen=True)
class _Language:
    intros: tuple[tuple[str, re.Pattern[str]], ...]
    behind: re.Pattern[str] | None
    nouns: re.Pattern[str]
    openings: re.Pattern[str]
    about: re.Pattern[str]
    writing: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(resources.files("assistant.answer").joinpath("sources.toml").read_text("utf-8"))


@lru_cache(maxsize=32)
def _language(code: str) -> _Language:
    table = _tables()[code]
    edge = r"(?<!\w)"
    writing = []
    for kind in ("writings", "news"):
        if kind in table:
            by = rf"(?:(?P<by>{any_word(table['by'])})(?:\s+|(?<=['’])))?"
            writing.append((kind, re.compile(rf"{edge}{any_word(table[kind])}\s+{by}", re.IGNORECASE)))
            writing.append(
                (f"{kind}_behind", re.compile(rf"{edge}the\s+(?P<name>{_RUN.pattern})\s+{any_word(table[kind])}(?!\w)", re.IGNORECASE))
            )
    return _Language(
        tuple(
            (kind, re.compile(rf"{edge}{any_word(table[kind])}(?:\s+|(?<=['’])|(?<=\sل)|(?<=لـ))", re.IGNORECASE))
            for kind in ("reported", "according")
            if kind in table
        ),
        re.compile(rf"(?P<name>{_RUN.pattern})\s+{any_word(table['behind'])}(?!\w)") if "behind" in table else None,
        re.compile(
            rf"^(?:(?:the|der|dem|die|das|el|la|le|o|a)\s+)?{any_word(table.get('nouns', ''))}(?:\s+(?:de|da|do)(?=\s))?(?:\s+|(?<=['’]))",
            re.IGNORECASE,
        ),
        re.compile(rf"[,،;:?¿]|\s-\s|{edge}{any_word(table.get('openings', ''))}(?!\w)", re.IGNORECASE),
        re.compile(rf"[,،;:?]|{edge}{any_word(table.get('about', ''))}(?!\w)|$", re.IGNORECASE),
        tuple(writing),
    )


def find_source(question: str, languages: Sequence[str], known: Known = NOBODY) -> Source | None:
    """Return whom alone a question wants to hear; None where it names nobody so.

    Args:
        question: without its final punctuation.
        languages: whose words are tried, in this order.
        known: the outlets and authors that the articles have; what is none of these is judged by its form.
    """
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", question):
        return _wide(question, known)
    for code in languages:
        if code in _tables() and code != "known" and "openings" in _tables()[code] and (found := _spaced(question, code, known)):
            return found
    return None


def _spaced(question: str, code: str, known: Known) -> Source | None:
    language = _language(code)
    for kind, intro in language.intros:
        for found in intro.finditer(question):
            name, end = _named(question, found, language)
            if name and (source := _judged(kind, name, language, known)):
                return source._replace(rest=_without(question, found.start(), end))
    if language.behind and (found_behind := language.behind.search(question)):
        return _judged("according", found_behind["name"], language, known, _without(question, *found_behind.span()))
    return _written(question, code, language, known)


def _named(question: str, found: re.Match[str], language: _Language) -> tuple[str, int]:
    """Return the name behind an introduction, and where it ends: at a comma, at the opening of the question, or with its capitals."""
    rest = question[found.end() :]
    noun = language.nouns.match(rest)
    skip = noun.end() if noun else 0
    stop = language.openings.search(rest, skip + 1)
    until = stop.start() if stop else len(rest)
    head = not question[: found.start()].strip(" ,¿¡")
    if (not head and until == len(rest) and not question[: found.start()].rstrip().endswith(",")) or not stop:
        run = _RUN.match(rest, skip)
        if run and run.end() < until and (not head or stop is None) and rest[run.end() :].strip():
            until = run.end()
    elif not head and stop and stop[0] != ",":
        run = _RUN.match(rest, skip)
        until = run.end() if run else until
    name = rest[:until].strip(" ,،")
    return (name, found.end() + until) if name and len(name.split()) <= MOST_WORDS else ("", 0)


def _judged(kind: str, name: str, language: _Language | None, known: Known, rest: str = "") -> Source | None:
    """Say whether a name is an outlet's, an author's or a speaker's."""
    noun = language.nouns.match(name) if language else None
    bare = _LEADING.sub("", _bare(name[noun.end() :] if noun else name))
    if not bare:
        return None
    if noun or kind == "reported" or is_outlet(bare, known):
        return Source("outlet", bare, rest)
    if kind == "news":
        return None
    if kind == "writings":
        return Source("author", bare, rest)
    return Source("speaker", name.strip(" ,"), rest)


def _written(question: str, code: str, language: _Language, known: Known) -> Source | None:
    """Return whose articles are asked for: `articles by Jane Doe`, `the BBC news`."""
    authors_by = {folded(word.replace("_", " ")) for word in _tables()[code].get("author_by", "").split("|")}
    for kind, pattern in language.writing:
        found = pattern.search(question)
        if found is None:
            continue
        if kind.endswith("_behind"):
            judged = _judged("news", found["name"], language, known)
            end = found.end()
        else:
            rest = question[found.end() :]
            noun = language.nouns.match(rest)
            end = language.about.search(rest, noun.end() if noun else 1).start()  # type: ignore[union-attr]
            name = rest[:end].strip()
            run = _RUN.match(name, noun.end() if noun else 0)
            cased = re.search(r"[A-Za-zА-я]", name) is not None
            if not name or (cased and not noun and not run and folded(found["by"] or "") not in authors_by) or len(name.split()) > 5:
                continue
            if cased and run:
                name = name[: run.end()]
                end = rest.index(name) + len(name)
            by = folded(found["by"] or "")
            introduced = bool(by) or bool(_tables()[code].get("bare_author"))
            certain = by in authors_by or any(folded(name) == folded(author) for author in known.authors)
            writes = certain or (kind == "writings" and _may_write(name, cased, introduced))
            judged = _judged("writings" if writes else "news", name, language, known)
            end += found.end()
        if judged:
            return judged._replace(rest=question)
    return None


def _may_write(name: str, cased: bool, introduced: bool) -> bool:
    """Say whether a name behind `articles` may be an author's: a full name."""
    words = name.split()
    return 2 <= len(words) <= 4 and (not cased or (introduced and all(word[:1].isupper() for word in words if len(word) > 3)))


def _wide(question: str, known: Known) -> Source | None:
    for kind, pattern in _WIDE:
        found = pattern.search(question)
        if found is None:
            continue
        name = _bare(found["name"])
        if kind == "writings":
            name = re.sub(r"^.*(?:に関する|关于|に対する|についての|一下|总结|概括|介绍|请)", "", name)
            if not name:
                continue
            kind = "writings" if re.fullmatch(r"[\u3040-\u30ff\u3400-\u9fff]{2,6}", name) else "news"
            judged = _judged(kind, name, None, known)
            return judged._replace(rest=question) if judged else None
        judged = _judged(kind, name, None, known)
        if judged:
            rest = _without(question, *found.span()) if kind != "reported" or "《" not in found[0] else question
            return judged._replace(rest=rest)
    return None


@lru_cache(maxsize=1 << 10)
def is_outlet(name: str, known: Known = NOBODY) -> bool:
    """Say whether a name is an outlet's: of the index, of those known by name, or by its form (`kompas.com`, `The Sotera Courier`)."""
    plain = folded(name)
    if any(same_outlet(name, outlet) for outlet in known.outlets) or _squeezed(name) in _by_name():
        return True
    if re.fullmatch(HOST, name, re.IGNORECASE) or plain in known_outlets() or plain in known_hosts():
        return True
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", name):
        ends = "|".join(_tables()[code]["noun_behind"] for code in ("zh", "ja"))
        return len(name) > 2 and re.search(rf"(?:{ends})$", name) is not None
    return len(plain.split()) > 1 and not set(re.findall(r"[\w-]+", plain)).isdisjoint(_outlet_words())


def is_writing(name: str) -> bool:
    """Say whether a name is one of something written, in any language: `the articles by Jane Doe`."""
    codes = (code for code, table in _tables().items() if "writings" in table)
    return any(pattern.search(f"{name} ") for code in codes for _, pattern in _language(code).writing)


@lru_cache(maxsize=1)
def _by_name() -> frozenset[str]:
    return frozenset(_squeezed(name) for name in _tables()["known"]["names"])


@lru_cache(maxsize=1)
def _outlet_words() -> frozenset[str]:
    return frozenset(folded(word) for word in _tables()["known"]["words"].split("|"))


def _squeezed(name: str) -> str:
    bare = re.sub(r"^(?:the|die|der|den|dem|el|la|los|le|les|o|a)\s+", "", folded(name))
    return re.sub(r"[^\w]", "", re.sub(r"suddeutsche[nrs]? zeitung", "suddeutsche", bare))


def _bare(name: str) -> str:
    """Return a name without quotation marks around it."""
    name = name.strip(" ,،.")
    quoted = _QUOTED.match(name)
    return quoted[1] if quoted else name


def _without(question: str, start: int, end: int) -> str:
    rest = " ".join(f"{question[:start].rstrip(' ,،，')} {question[end:].lstrip(' ,،，:')}".split())
    return rest.strip(" ,،，、") or question


def known_sources(outlets: Iterable[str], authors: Iterable[str]) -> Known:
    """Return the names that tell an outlet or an author, each once."""
    return Known(tuple(dict.fromkeys(filter(None, outlets))), tuple(dict.fromkeys(filter(None, authors))))
