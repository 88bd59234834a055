"""Split clean text into sentences: exact spans, one line at a time.

1. mask: dots and quotation marks that would mislead the splitter are replaced by characters of the same
   length (abbreviations, initials, domains; see `cues/sentences.toml`), so that its offsets stay those of
   the text;
2. split: sentencex finds the boundaries of the masked line;
3. repair: a boundary moves behind the closing marks that belong to it, and goes away where the sentence
   continues (an attribution follows, a list marker precedes, a quotation is too short to be cut).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple, cast

import sentencex

from assistant.records import Span
from assistant.text.cues import load_table, primary
from assistant.text.marks import ANY_MARK, Marked, find_marked

_LINE = re.compile(r"[^\n]+")
_URL = re.compile(r"(?:https?://|www\.)[^\s\"”»<>]+", re.IGNORECASE)
# The vowels of the scripts of India are marks, which \w does not match.
_DOTTED = re.compile(
    r"(?<![\w.@\u0900-\u0963\u0971-\u0dff])(?:(?:[^\W\d_]|(?!\w)[\u0900-\u0963\u0971-\u0dff])+\.)+(?=(\s*)([\"“‘'(«„]*)(\w*))"
)
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w)")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LIST_MARKER = re.compile(r"\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{1,4})[.)]")
_CLOSING = "\"”’»›」』)]】》'“"
_TERMINATORS = ".!?…。！？｡؟۔।॥"
_FULL_STOP = re.compile(r"[。！？｡](?![。！？｡…])")
# sentencex looks at nothing inside brackets, not even at whole sentences.
_BRACKETED = re.compile(r"(?:^|(?<=[.!?…] ))\([^()]*[.!?…] *\)(?=\s)")
_WORDLIKE = re.compile(r"\w")
_MARKS = re.compile(f"[{ANY_MARK}]")
_STRAIGHT = re.compile('"')
_SPACE = re.compile(r"\s+")
_AT_ONCE = 10_000
_TAIL = 200
"""Characters behind a boundary that say whether the sentence goes on; a longer look would take the square of a long line."""


def split_sentences(text: str, language: str) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: Clean text whose paragraphs are separated by line feeds; a sentence never crosses one.
        language: ISO 639-1 code; an unknown one is treated like English.

    Returns:
        Ascending, disjoint spans without white space at either end. Together they cover every other
        character.
    """
    rules = _rules(primary(language))
    return [span for line in _LINE.finditer(text) for span in _split_line(line.group(), line.start(), rules)]


class _Rules(NamedTuple):
    language: str
    titles: frozenset[str]  # abbreviations after which the sentence goes on
    numbered: frozenset[str]  # those that stand before a number
    closing: frozenset[str]  # those that end a sentence when a capital follows
    suffixes: frozenset[str]  # those that end one when a word of `starters` follows
    starters: frozenset[str]
    after_closing: frozenset[str]  # capitalised words that do not start a sentence after `closing`
    domains: frozenset[str]
    attribution: re.Pattern[str] | None  # what continues the sentence after a closing mark
    asked: re.Pattern[str] | None  # what continues it after "?" or "!" and a closing mark
    least: int  # characters each part of a quotation must have to be cut


@lru_cache(maxsize=64)
def _rules(language: str) -> _Rules:
    table = load_table("sentences")
    every, own = table["every"], cast("dict[str, Any]", table.get(language, {}))

    def words(key: str) -> frozenset[str]:
        return frozenset(f"{every.get(key, '')} {own.get(key, '')}".split())

    def pattern(key: str) -> re.Pattern[str] | None:
        return re.compile(own[key]) if key in own else None

    return _Rules(
        language if language in table["splitter"]["languages"].split() else "en",
        words("titles"),
        words("numbered"),
        words("closing"),
        words("suffixes"),
        words("starters") or frozenset(table["en"]["starters"].split()),
        words("after_closing"),
        words("domains"),
        pattern("attribution"),
        pattern("asked"),
        own.get("least", every["least"]),
    )


def _split_line(line: str, offset: int, rules: _Rules) -> Iterator[Span]:
    marked = find_marked(line)
    masked = _mask(line, rules)
    # sentencex takes the full stop in "した。1930" for a decimal point.
    stops = [match.end() for match in _FULL_STOP.finditer(masked)]
    ends = [*_boundaries(masked, stops, rules.language), *stops]
    ends += [match.end() for match in _BRACKETED.finditer(masked)]
    quotes = [match.start() for match in _STRAIGHT.finditer(line)]
    ends = sorted({_behind_marks(line, end, quotes) for end in ends})
    opened = [quotation.start for quotation in marked]
    start = 0
    kept = 0
    for end in [*(e for e in ends if e < len(line.rstrip())), len(line)]:
        if end <= start:
            continue
        if end < len(line) and _continues(line, kept, end, _around(end, marked, opened), rules):
            continue
        piece = line[kept:end]
        stripped = piece.strip()
        if stripped:
            begin = offset + kept + len(piece) - len(piece.lstrip())
            yield Span(begin, begin + len(stripped))
        start = kept = end


def _boundaries(masked: str, stops: list[int], language: str) -> Iterator[int]:
    """Yield the ends that sentencex sees. A long line of Chinese takes it the square of its length, so it gets such a line in pieces."""
    start = 0
    for end in [*stops, len(masked)]:
        if end - start >= _AT_ONCE or end == len(masked):
            for boundary in sentencex.get_sentence_boundaries(language, masked[start:end]):
                yield start + boundary["end_index"]
            start = end


def _around(end: int, marked: list[Marked], opened: list[int]) -> Marked | None:
    """Return the quotation that a place lies inside of; `opened` says where each begins."""
    at = bisect_left(opened, end) - 1
    return marked[at] if at >= 0 and end < marked[at].end else None


def _mask(line: str, rules: _Rules) -> str:
    characters = list(line)
    for found in _MARKS.finditer(line):
        at, character = found.start(), found[0]
        between = 0 < at < len(line) - 1 and line[at - 1].isalnum() and line[at + 1].isalnum()
        characters[at] = character if between and character in "'’" else " "
    for url in _URL.finditer(line):
        stop = len(url.group().rstrip(_TERMINATORS + ",;:)'’")) + url.start()
        characters[url.start() : stop] = "x" * (stop - url.start())
    for dot in _INNER_DOT.finditer(line):
        if not _glued_sentences(line, dot.start(), rules):
            characters[dot.start()] = ","
    for match in _DOTTED.finditer(line):
        _mask_abbreviation(characters, match, rules)
    return "".join(characters)


def _glued_sentences(line: str, dot: int, rules: _Rules) -> bool:
    """Say whether the space after a full stop was forgotten (`selesai.Kemudian`)."""
    before = re.search(r"[^\W\d_]+$", line[max(0, dot - 30) : dot])
    after = re.match(r"[^\W\d_]+", line[dot + 1 : dot + 31])
    if not before or not after or len(before.group()) < 3 or len(after.group()) < 2:
        return False
    word = after.group()
    if not (word[0].isupper() and word[1].islower()) or before.group().lower() in rules.titles:
        return False
    return word.lower() not in rules.domains


def _mask_abbreviation(characters: list[str], match: re.Match[str], rules: _Rules) -> None:
    dotted, space, following = match.group(), match.group(1), match.group(3)
    key = dotted.rstrip(".").lower()
    parts = key.split(".")
    last = match.end() - 1
    several = len(parts) > 1 and all(len(part) <= 4 for part in parts)
    initial = len(key) == 1 and dotted[0].isupper()
    if (key in rules.numbered and following[:1].isdigit()) or (key in rules.titles and (following or not space)):
        characters[last] = ","
    elif key in rules.closing or key in rules.suffixes or several or initial:
        if not following:
            return
        ends = bool(space) and following[0].isupper() and _ends(key, following, rules)
        # Letters nobody knows as an abbreviation make the splitter see an ordinary last word.
        for at in range(match.start(), last):
            characters[at] = "x" if len(dotted) > 2 else "%"
        characters[last] = "." if ends else ","


def _ends(key: str, following: str, rules: _Rules) -> bool:
    if key in rules.closing:
        return following not in rules.after_closing
    return following in rules.starters


def _behind_marks(line: str, end: int, quotes: list[int]) -> int:
    """Move a boundary to right behind the last closing mark of its sentence; `quotes` says where the straight marks stand."""
    at = end
    while at > 0 and (line[at - 1].isspace() or line[at - 1] in ANY_MARK) and line[at - 1] not in _TERMINATORS:
        at -= 1
    if at == 0:
        return end
    while at < len(line):
        if line[at] in _CLOSING and not _is_opening(line, at, quotes):
            at += 1
        elif line[at] in "\u00a0\u202f " and line[at + 1 : at + 2] == "»":
            at += 2
        else:
            break
    return at


def _is_opening(line: str, at: int, quotes: list[int]) -> bool:
    following = line[at + 1 : at + 2]
    if not following or following.isspace() or not following.isalnum():
        return False
    if line[at] == '"':
        return bisect_left(quotes, at) % 2 == 0
    return line[at] in "'“"


def _continues(line: str, start: int, end: int, quotation: Marked | None, rules: _Rules) -> bool:
    """Say whether the sentence that began at `start` goes on behind the boundary at `end`, which may lie in a quotation."""
    head, behind = line[start:end].strip(), _SPACE.match(line, end)
    at = behind.end() if behind else end
    tail = line[at : at + _TAIL]
    if not _WORDLIKE.search(head) or not _WORDLIKE.search(line, end):
        return True
    if _LIST_MARKER.fullmatch(head):
        return True
    if quotation is not None:
        before = end - max(start, quotation.start)
        return before < rules.least or quotation.end - end < rules.least
    if line[end - 1] not in _CLOSING:
        return False
    if tail[0].islower() or tail[0] in ",;，、–—" or (tail[0] == "-" and tail[1:2] == " "):
        return True
    if rules.attribution is not None and rules.attribution.match(tail):
        return True
    stop = line[start:end].rstrip(_CLOSING + " \u00a0\u202f")[-1:]
    return stop in "!?！？؟" and rules.asked is not None and rules.asked.match(tail) is not None
