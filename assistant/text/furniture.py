"""Lines of a page that are no story: links to other articles, invitations to follow, buttons, copyright.

A line is dropped only when it matches a rule of `languages/*.toml` as a whole and does not read like a
sentence.
"""

from __future__ import annotations

import re
from functools import cache

from assistant.text import rules

MAX_LINK = 200
"""The longest line that a link may be: titles of other articles are shorter, paragraphs are longer."""
MAX_TITLE = 150
BULLETS = " \t>»«→▶►▸•●◆■*·-–—|[(（【_"
SENTENCE_END = re.compile(r"[.!?。！？؟।…][\"'”’»」』)\]]*$")
QUOTED = re.compile(r"[\"'“”‘’«»„「『]")
WITHIN = re.compile(r"[.!?。！？؟।][\"'”’»)]*\s+[^\W\d_a-z]")


def without_furniture(lines: list[str]) -> list[str]:
    """Return the lines that may be story, with links inside of them cut out."""
    kept: list[str] = []
    titles_from = _titles_from(lines)
    at = 0
    while at < len(lines):
        line = _trimmed(lines[at])
        at += 1
        if not line or is_furniture(line):
            continue
        if label_alone(line):
            at = _after_links(lines, at, titles_from)
            continue
        kept.append(line)
    return kept


def is_furniture(line: str) -> bool:
    """Say whether the whole line is a link, an invitation, a button or the like."""
    if len(line) > 400:
        return False
    bare = line.strip(BULLETS + "]）)】<").rstrip(" :")
    if _lines().fullmatch(line) or (bare and _lines().fullmatch(bare)):
        return True
    return _is_link(line)


def label_alone(line: str) -> bool:
    """Say whether the line is nothing but the words that introduce a link: `Baca juga:`."""
    bare = line.strip(BULLETS + "]）)】<")
    match = _strong().match(bare)
    return bool(match and not bare[match.end() :].strip(" :：-–—|>»."))


def _is_link(line: str) -> bool:
    bare = line.lstrip(BULLETS)
    if len(bare) > MAX_LINK:
        return False
    if (match := _strong().match(bare)) is not None:
        rest = bare[match.end() :]
        if re.match(r"\s*(?:[:：>»|]|[-–—]\s)\s*\S", rest):
            return not WITHIN.search(rest)
        if re.match(r"\s+[\w ]{2,20}[:：]\s*\S", rest):  # `Simak juga video: ...`
            return not SENTENCE_END.search(rest.rstrip("?"))
        # Without a colon it may be a sentence that begins with the same words.
        word = rest.lstrip(" \"'“‘«")
        opens = not word[:1].islower() or not word
        return bool(rest.strip(" :：-–—|>»")) and opens and not SENTENCE_END.search(rest) and not rest.endswith(('"', "”"))
    match = _weak().match(bare)
    return bool(
        match and not QUOTED.match(bare[match.end() :].strip()) and not SENTENCE_END.search(bare.rstrip("?")) and not WITHIN.search(bare)
    )


def _after_links(lines: list[str], at: int, titles_from: int) -> int:
    """Return where the story goes on after a label on its own line: one link follows, or only links."""
    if at >= titles_from:
        return len(lines)
    while at < len(lines) and not lines[at]:
        at += 1
    return at + 1 if at < len(lines) and _title_like(lines[at]) else at


def _titles_from(lines: list[str]) -> int:
    """Return where the last lines begin that could all be titles of other articles."""
    at = len(lines)
    while at and (not lines[at - 1] or _title_like(lines[at - 1])):
        at -= 1
    return at


def _title_like(line: str) -> bool:
    return len(line) <= MAX_TITLE and not SENTENCE_END.search(line.rstrip("?")) and not line.endswith(('"', "”", ":", ","))


def _trimmed(line: str) -> str:
    """Cut links and marks that share a line with the story, when it is certain where they end."""
    line = _tails().sub("", line.strip())
    line = _bracketed().sub(" ", line) if "(" in line or "[" in line else line
    match = _inline().search(line)
    if match and len(line) - match.start("link") <= MAX_TITLE + 20 and not WITHIN.search(line[match.start("link") :]):
        line = line[: match.start("link")]
    return " ".join(line.split())


@cache
def _lines() -> re.Pattern[str]:
    patterns = [pattern for _, table in rules.sections("furniture") for pattern in table.get("lines", ())]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


@cache
def _tails() -> re.Pattern[str]:
    patterns = [pattern for _, table in rules.sections("furniture") for pattern in table.get("line_tails", ())]
    return re.compile(f"(?:{'|'.join(patterns)})$", re.IGNORECASE)


@cache
def _strong() -> re.Pattern[str]:
    # A label in a script without blanks may be followed by anything, in the others by the end of a word.
    return re.compile(rf"{rules.alternatives(rules.words('furniture', 'links'))}(?![^\W\u0e00-\uffff])", re.IGNORECASE)


@cache
def _weak() -> re.Pattern[str]:
    return re.compile(rf"{rules.alternatives(rules.words('furniture', 'links_colon'))}\s*[:：]\s*(?=\S)", re.IGNORECASE)


@cache
def _bracketed() -> re.Pattern[str]:
    labels = rules.alternatives(rules.words("furniture", "links"))
    link = rf"{labels}\s*(?:[:：][^()\[\]]{{0,200}})?"
    return re.compile(rf"\s*(?:\({link}\)|\[{link}\])\s*", re.IGNORECASE)


@cache
def _inline() -> re.Pattern[str]:
    labels = rules.alternatives(rules.words("furniture", "links"))
    return re.compile(rf"[.!?。！？؟।][\"'”’»」』)]*\s+(?P<link>[>»→▶►•*|\s-]*{labels}\s*[:：].*)$", re.IGNORECASE)
