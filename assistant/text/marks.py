"""Find what stands between quotation marks: straight, curly, angled, low-high, corner; and single ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.records import Span

# What may close what: newsrooms mix them.
CLOSERS = {
    '"': '"”“',
    "“": '”"',
    "”": '”"',
    "„": '“”"',
    "‟": "”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "＂": "＂",
    "‘": "’'",
    "‚": "‘’",
    "'": "'’",
}
ANY_MARK = "".join(CLOSERS) + "’」』"
_MARK = re.compile(f"[{ANY_MARK}]")
_SINGLE = "'’‘‚"
_DEEPEST = 3
_LONGEST_SINGLE = 2_000
"""Characters between single marks: an apostrophe that opens nothing must not be followed to the end of a long line."""
# Languages without spaces open a quotation right behind a word.
_ALWAYS_OPEN = "“„«「『‹"
# A mark that looks like both opens behind these.
_BEFORE_OPENING = " \t\u00a0\u202f\u3000([{-–—:,/>\"'“‘«„：，、（"

_WORD = re.compile(r"\w+")
_COMMA = re.compile(r"\s*[,，،]")
FINAL = ".!?…,。！？，،؟।"
_CORNERS = "「『"
_SCARE_WORDS = 4
"""Fewer words in quotation marks, without a mark of their own at the end, are a name or a scare quote."""


_SHORT_WORD = 3
"""Characters of words that titles may write with a small letter."""
_SPACES = 16
"""Characters before a quotation in which the end of the sentence before is looked for."""


class Marked(NamedTuple):
    """What stands between two quotation marks, marks included.

    `closed` is false when its line ended first.
    """

    start: int
    end: int
    closed: bool


def find_marked(text: str, start: int = 0, end: int | None = None) -> list[Marked]:
    """Find the outermost quotations of one line.

    Args:
        text: The text in which the line stands.
        start: Where the line begins.
        end: Where it ends; the end of the text when None.

    Returns:
        Ascending and disjoint ranges of `text`. A quotation that is not closed runs to the end of the line.
    """
    end = len(text) if end is None else end
    found: list[Marked] = []
    position = start
    while match := _MARK.search(text, position, end):
        opening = match.start()
        position = opening + 1
        if not _opens(text, opening, start, end):
            continue
        closing = _closing(text, opening, start, end)
        if closing is None and text[opening] in _SINGLE:
            continue  # an apostrophe
        found.append(Marked(opening, end if closing is None else closing + 1, closing is not None))
        position = found[-1].end
    return found


def unopened(text: str, start: int, end: int) -> Marked | None:
    """Find a quotation that nobody opened: a mark in a line without one before it that closes the words behind a comma or a full stop."""
    match = _MARK.search(text, start + 1, end)
    if match is None or text[match.start()] in _SINGLE or _opens(text, match.start(), start, end):
        return None
    spoken = text[match.start() - 1] in ",.!?" and (match.end() >= end or text[match.end()].isspace())
    return Marked(start, match.end(), True) if spoken else None


def _opens(text: str, at: int, start: int, end: int) -> bool:
    mark = text[at]
    if mark not in CLOSERS or at + 1 >= end:
        return False
    if mark in _ALWAYS_OPEN:
        return mark != "“" or text[at + 1] not in ",.;:!?) \n"  # „...“, said: here it closes
    if text[at + 1].isspace() and mark != "»":
        return False
    before = text[at - 1] if at > start else " "
    if mark in _SINGLE and not text[at + 1].isalnum():
        return False
    return before in _BEFORE_OPENING or (mark in '"＂' and not before.isalnum() and before not in ".,!?…%)")


def _closing(text: str, opening: int, start: int, end: int) -> int | None:
    """Find the mark that closes the one at `opening`, past those that are opened and closed inside it."""
    mark = text[opening]
    depth = 1
    if mark in _SINGLE:
        end = min(end, opening + _LONGEST_SINGLE)
    for match in _MARK.finditer(text, opening + 1, end):
        at = match.start()
        other = text[at]
        if other in CLOSERS[mark] and not _reopens(text, at, mark, end):
            if mark in _SINGLE and at + 1 < end and text[at + 1].isalnum():
                continue  # an apostrophe inside a word
            depth -= 1
            if depth == 0:
                return at
        elif other == mark and _reopens(text, at, mark, end):
            depth += 1
            if depth > _DEEPEST and mark in _SINGLE:
                return None  # apostrophes: each would be looked for to the end of the line
    return None


def _reopens(text: str, at: int, mark: str, end: int) -> bool:
    """Say whether the same mark, met inside a quotation, opens another one."""
    if text[at] != mark:
        return False
    if mark in CLOSERS[mark]:
        return text[at - 1] in " (" and at + 1 < end and not text[at + 1].isspace()
    return True


def is_speech(text: str, marked: Marked) -> bool:
    """Say whether a quotation is more than a title or a scare quote."""
    inside = text[marked.start + 1 : marked.end].rstrip("\"'”’»」』“")
    n_words = len(_WORD.findall(inside))
    unspaced = sum(character > "\u2e7f" for character in inside) // 2
    if inside.rstrip()[-1:] in FINAL:
        return True
    long = [word for word in _WORD.findall(inside) if len(word) > _SHORT_WORD]
    announced = text[max(0, marked.start - _SPACES) : marked.start].rstrip(" ")[-1:] == ":"
    if len(long) > 1 and all(word[0].isupper() for word in long) and not announced:
        return False  # "A Winter of Small Lies and Large Debts"
    if max(n_words, unspaced) >= _SCARE_WORDS:
        return True
    if unspaced * 2 > _SCARE_WORDS and text[marked.start] in _CORNERS and text[marked.end : marked.end + 1] == "と":
        return True  # 「もう限界です」と語った
    begins = text[max(0, marked.start - _SPACES) : marked.start].rstrip(" ")[-1:] in ("", "\n", *".!?。")
    return begins and _COMMA.match(text, marked.end) is not None


class Stretch(NamedTuple):
    """Sentences that one quotation holds together."""

    span: Span
    quoted: tuple[Marked, ...]


def stretches(sentences: Sequence[Span], speech: Sequence[Marked]) -> list[Stretch]:
    """Group the sentences so that no quotation is cut.

    A group is one sentence unless a quotation holds more.
    """
    groups: list[Stretch] = []
    at = 0
    for sentence in sentences:
        while at < len(speech) and speech[at].end <= sentence.start:
            at += 1
        touched = [m for m in speech[at : at + 20] if m.start < sentence.end and m.end > sentence.start]
        last = groups[-1] if groups else None
        if last and last.quoted and touched and last.quoted[-1] == touched[0]:
            groups[-1] = Stretch(Span(last.span.start, sentence.end), (*last.quoted, *touched[1:]))
        else:
            groups.append(Stretch(sentence, tuple(touched)))
    return groups
