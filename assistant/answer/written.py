"""Cut a language model's text into claims while it comes: whole sentences, each with the numbers that it cites.

Markers are read here and nowhere else, from the model's text; what leaves this module holds none. A sentence is given away once the next
has begun: its marker may stand behind its full stop, and its end may turn out to be an abbreviation's.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assistant.text.sentences import split_sentences

MAX_ANSWER_CHARS = 4_000
"""Five sentences are asked for; what is longer than this goes nowhere, and the rest is not read."""
_STEP = 16
"""Characters between two looks at what has come: fewer would look at each word again and again."""
_MARKER = re.compile(r"\s*[\[【［]\s*\^?(\d{1,3}(?:(?:[\s,;،、&–-]|and|dan)+\d{1,3})*)\s*(?:†[^\]】］]*)?[\]】］]")
_NUMBERS = re.compile(r"(\d{1,3})(?:\s*[–-]\s*(\d{1,3}))?")
_WIDEST_RANGE = 12
_LEAST_NEXT = 8
"""Characters of the next sentence that must have come before the one before it is given away: `Dr.` may be followed by a name."""
_LONGEST_OPEN = 300
_PAIRS = (("[", "]"), ("【", "】"), ("［", "］"), ("<", ">"), ("(", ")"))
_QUOTES = (('"', '"'), ("“", "”"), ("«", "»"), ("「", "」"))
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]{0,300}\](?:\([^)]{0,300}\))?")
_LINK = re.compile(r"\[([^\]]{0,300})\]\([^)]{0,300}\)")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_BULLET = re.compile(r"^\s*(?:(?:[-*•–]|#{1,6}|\d{1,2}[.)])\s+|>\s*)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.,!?])[*_](?!\w)|`+")
_BRACKETS = str.maketrans("[]【】［］", "()()()")
_WORD = re.compile(r"\w")
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//\S+|(?:javascript|data|mailto|vbscript|tel):\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b\S*", re.IGNORECASE
)


class Claim(NamedTuple):
    """A sentence of the model: plain text without markers, the numbers that it cites, and whether it begins a line."""

    text: str
    numbers: tuple[int, ...]
    begins_line: bool


def claims(pieces: Iterable[str], language: str) -> Iterator[Claim]:
    """Yield the claims of a text that comes in pieces, each as soon as it is whole."""
    text, n_looked_at, n_given = "", 0, 0
    for piece in pieces:
        text += piece
        if len(text) > MAX_ANSWER_CHARS:
            break
        if len(text) - n_looked_at < _STEP and "\n" not in piece:
            continue
        n_looked_at = len(text)
        whole = _claims_in(_settled(text), language, ended=False)
        yield from whole[n_given:]
        n_given = max(n_given, len(whole))
    yield from _claims_in(text[:MAX_ANSWER_CHARS], language, ended=True)[n_given:]


def addresses(text: str) -> list[str]:
    """Return what looks like an address of the web in a text."""
    return [found.group() for found in _ADDRESS.finditer(text)]


def without_addresses(text: str) -> str:
    """Return a text with its addresses blotted out."""
    return _ADDRESS.sub("…", text)


def _claims_in(text: str, language: str, ended: bool) -> list[Claim]:
    """Return the claims of a text; while it has not ended, the last sentence of its last line is not whole."""
    lines = _THOUGHTS.sub("", text).split("\n")
    found = [_claims_of(line, language) for line in lines]
    if not ended:
        found[-1] = _whole(found[-1])
    return [claim for line in found for claim in line]


def _settled(text: str) -> str:
    """Return a text without a marker, a link or a tag at its end that has not come whole."""
    end = len(text)
    for opening, ending in _PAIRS:
        at = text.rfind(opening, max(len(text) - _LONGEST_OPEN, 0))
        if at >= 0 and ending not in text[at:]:
            end = min(end, at)
    return text[:end].rstrip()


def _whole(found: list[Claim]) -> list[Claim]:
    """Return the sentences that are whole while their line still grows: others follow, and no quotation is open."""
    if found and len(found[-1].text) < _LEAST_NEXT:
        found = found[:-1]
    ready = found[:-1]
    for at, claim in enumerate(ready):
        if any(claim.text.count(o) % 2 if o == c else claim.text.count(o) > claim.text.count(c) for o, c in _QUOTES):
            return ready[:at]
    return ready


def _claims_of(line: str, language: str) -> list[Claim]:
    text, markers = _without_markers(_plain(line))
    spans = [span for span in split_sentences(text, language) if _WORD.search(span.of(text))]
    numbers: list[list[int]] = [[] for _ in spans]
    starts = [span.start for span in spans]
    for offset, given in markers:
        if spans:  # a marker belongs to the sentence that it stands in or behind
            numbers[max(bisect_right(starts, offset - 1) - 1, 0)] += given
    return [Claim(span.of(text), tuple(dict.fromkeys(given)), at == 0) for at, (span, given) in enumerate(zip(spans, numbers, strict=True))]


def _plain(line: str) -> str:
    """Return a line without Markdown, HTML and invisible characters; a link leaves its words."""
    kept = "".join(" " if c.isspace() else c for c in line if c.isspace() or c in "\u200c\u200d" or unicodedata.category(c)[0] != "C")
    linked = _LINK.sub(lambda found: f"[{found[1]}]" if found[1].strip("^ ").isdigit() else found[1], _IMAGE.sub("", kept))
    return _EMPHASIS.sub("", _BULLET.sub("", _TAG.sub("", linked))).strip()


def _without_markers(line: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """Return a line without its markers, and where each stood with its numbers; other brackets become round ones."""
    text, at = "", 0
    markers = []
    for found in _MARKER.finditer(line):
        text += line[at : found.start()]
        at = found.end()
        markers.append((len(text), _numbers(found[1])))
    return (text + line[at:]).translate(_BRACKETS), markers


def _numbers(written: str) -> list[int]:
    given = []
    for first, last in _NUMBERS.findall(written):
        start, end = int(first), int(last or first)
        given += list(range(start, end + 1)) if end - start < _WIDEST_RANGE else [start, end]
    return given
