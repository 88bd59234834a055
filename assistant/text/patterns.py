"""Find who speaks in languages without capital letters, by the patterns of their tables (`cues/zh.toml`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from assistant.records import JOINED, Quotation, Span
from assistant.text.cues import Cues
from assistant.text.lexing import QUOTED
from assistant.text.marks import Marked

_PAUSES = " \t\n\u3000\u00a0，,、:：。.！!？?؛،؟।;；|—-"
_OUTSIDE = _PAUSES + "\"'“”‘’«»„「」『』"
_STRIPPED = " \t\u3000،,:：，、"
_ASKING = ("?", "？", "؟")
_LETTER = re.compile(r"[^\W_]")
_LONGEST_LINE = 600
"""Characters of a sentence that are read, a quotation counted as one: patterns may take the square of it."""
_SHORT_NAME = 3
_READ_NAMES = 5_000
"""Characters of an article in which the full form of a short name is looked for."""
_MOST_FOUND = 6
_MOSTLY = 0.8
"""The share of the words in quotation marks from which on they are direct."""


class Matched(NamedTuple):
    """What a pattern found: the cue, who speaks and what is said.

    `name` is "" when nobody is named; `pronoun` is not None when the name is to be looked up.
    """

    cue: str
    name: str
    role: str
    written: str
    pronoun: str | None = None
    joint: tuple[str, ...] = ()
    words: Span = Span(0, 0)
    direct: bool = False
    negated: bool = False
    medium: str = ""
    addressee: str = ""

    def quotation(self, span: Span, speaker: str) -> Quotation:
        """Make the quotation of a stretch of text whose speaker is known by this name."""
        found = Quotation("", span, self.words, speaker, self.written, self.role, self.cue, self.direct)
        return replace(found, negated=self.negated, joint=self.joint, medium=self.medium, addressee=self.addressee)


class _Line(NamedTuple):
    """A sentence with one character for each quotation, and where in the article each character stands."""

    text: str
    places: list[int]
    article: str

    def span(self, first: int, last: int, outside: str = _OUTSIDE) -> Span:
        """Return the characters of the article that `[first, last)` of the line stands for, without what surrounds words."""
        start, end = self.places[first], self.places[last]
        words = self.article[start:end]
        left, right = len(words) - len(words.lstrip(outside)), len(words.rstrip(outside))
        return Span(start + left, start + right) if left < right else Span(start, start)

    def has_words(self, first: int, last: int) -> bool:
        """Say whether a letter or a quotation stands in `[first, last)`."""
        return first < last and (QUOTED in self.text[first:last] or _LETTER.search(self.text, first, last) is not None)


def match_patterns(text: str, span: Span, quoted: Sequence[Marked], cues: Cues) -> list[Matched]:
    """Return who a stretch of text says to have said what, in its order; what an earlier pattern found no later one reads again."""
    line = _masked(text, span, quoted)
    if not quoted and line.text.rstrip().endswith(_ASKING):
        return []
    taken: list[tuple[re.Match[str], Matched]] = []
    for pattern in cues.patterns:
        at = 0
        while len(taken) < _MOST_FOUND and (match := pattern.search(line.text, at)):
            first, last = _reach(match)
            clear = all(last <= _reach(other)[0] or _reach(other)[1] <= first for other, _ in taken)
            found = _speaker(match, cues) if clear else None
            if found is not None:
                taken.append((match, found))
            at = match.end() if found is not None else match.start() + 1
    taken.sort(key=lambda item: _reach(item[0]))
    worded = [_worded(line, taken, i, cues) for i in range(len(taken))]
    return [found for found in worded if _LETTER.search(found.words.of(text))]


def _masked(text: str, span: Span, quoted: Sequence[Marked]) -> _Line:
    parts: list[str] = []
    places: list[int] = []
    at = span.start
    for mark in [*quoted, Marked(span.end, span.end, True)]:
        opens, closes = max(mark.start, at), min(mark.end, span.end)
        plain = text[at : min(opens, at + _LONGEST_LINE)]
        parts.append(plain)
        places.extend(range(at, at + len(plain)))
        if len(places) >= _LONGEST_LINE or mark.start >= span.end:
            break
        parts.append(QUOTED)
        places.append(opens)
        at = closes
    return _Line("".join(parts), [*places, min(span.end, at + len(plain))], text)


def _reach(match: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last place of the speaker, the cue and the words of a match."""
    spans = [match.span(name) for name in ("speaker", "cue", "words") if match.groupdict().get(name)]
    return min(span[0] for span in spans), max(span[1] for span in spans)


# What is said


def _worded(line: _Line, taken: Sequence[tuple[re.Match[str], Matched]], i: int, cues: Cues) -> Matched:
    """Say which words a match reports: its group `words`, else what follows it, else what stands before it."""
    match, found = taken[i]
    since = _reach(taken[i - 1][0])[1] if i else 0
    until = _reach(taken[i + 1][0])[0] if i + 1 < len(taken) else len(line.text)
    first, last = _bounds(line, match, since, until, cues)
    if line.text[first : first + 1] == QUOTED:
        ends = line.text.rfind(QUOTED, first, max(last, until)) + 1
        return found._replace(words=line.span(first, ends), direct=True)
    words = line.span(first, last, _PAUSES if QUOTED in line.text[first:last] else _OUTSIDE)
    marked = sum(line.places[at + 1] - line.places[at] for at in range(first, last) if line.text[at] == QUOTED)
    if marked >= _MOSTLY * max(1, words.end - words.start):
        return found._replace(words=line.span(first, last), direct=True)
    return found._replace(words=words)


def _bounds(line: _Line, match: re.Match[str], since: int, until: int, cues: Cues) -> tuple[int, int]:
    if match.groupdict().get("words"):
        first, last = match.span("words")
    else:
        first, last = match.end(), max(match.end(), until)
        if cues.words_end is not None and (end := cues.words_end.search(line.text, first, last)):
            last = end.start()
        if not line.has_words(first, last):
            first, last = since, _reach(match)[0]
    if cues.words_lead is not None and (lead := cues.words_lead.match(line.text, first, last)):
        first = lead.end() if line.has_words(lead.end(), last) else first
    while first < last and line.text[first] in _OUTSIDE:
        first += 1
    return first, last


# Who speaks


def _speaker(match: re.Match[str], cues: Cues) -> Matched | None:
    """Read the groups of a match; None when they name nobody who can speak."""
    groups = {name: value or "" for name, value in match.groupdict().items()}
    cue = groups["cue"]
    found = Matched(
        cue,
        "",
        groups.get("role", "").strip(_STRIPPED),
        "",
        negated=any(denial in cue for denial in cues.denials),
        medium=groups.get("medium", "").strip(_OUTSIDE),
        addressee=groups.get("addressee", "").strip(_STRIPPED),
    )
    speaker = groups["speaker"].strip(_STRIPPED)
    if cues.lead is not None:
        speaker = cues.lead.sub("", speaker)
    if (not speaker and not groups["speaker"]) or speaker in cues.pronouns:
        return found._replace(pronoun=speaker, written=speaker)
    if speaker and _listed(speaker, cues.blockers, last=True):
        return None
    if cues.trim is not None:
        speaker = cues.trim.sub("", speaker).strip(_STRIPPED)
    if speaker in cues.pronouns:
        return found._replace(pronoun=speaker, written=speaker)
    if not speaker or _listed(speaker, cues.blockers, last=True) or _listed(speaker, cues.papers, last=False):
        return None
    if speaker[0] > "\u2e7f" and (pronoun := _pronoun(speaker, cues)):
        return found._replace(pronoun=pronoun, written=pronoun)
    indefinite = _listed(speaker, cues.plurals, last=False)
    if cues.article is not None and (article := cues.article.match(speaker)):
        indefinite, speaker = True, speaker[article.end() :].strip(_STRIPPED)
    if not speaker:
        return None
    joint = _joined(speaker, cues)
    if joint:
        return found._replace(name=JOINED.join(joint), written=speaker, joint=joint)
    role, name = _named(speaker, cues)
    if indefinite and name == speaker:
        return found._replace(written=speaker)
    return found._replace(name=name, role=f"{found.role} {role}".strip(), written=speaker)


def _pronoun(speaker: str, cues: Cues) -> str:
    """Return the pronoun that adverbs follow, but not one of possession: `他在现场`, not `他的律师`."""
    pronoun = max((word for word in cues.pronouns if speaker.startswith(word)), key=len, default="")
    return "" if speaker[len(pronoun) : len(pronoun) + 1] in cues.possessive else pronoun


def fuller_name(text: str, name: str, cues: Cues) -> str:
    """Return the longer form of a short name that the beginning of an article spells out: `国枝勝被告` for `国枝`."""
    if not cues.fuller or len(name) > _SHORT_NAME:
        return name
    match = re.compile(cues.fuller.replace("<name>", re.escape(name))).search(text, 0, _READ_NAMES)
    return name + match["more"] if match else name


def _named(speaker: str, cues: Cues) -> tuple[str, str]:
    """Tell the role from the name."""
    role, name = "", speaker
    if cues.title_before is not None and (match := cues.title_before.match(speaker)) and match.end() < len(speaker):
        role, name = match.group().strip(_STRIPPED), speaker[match.end() :].strip()
    if cues.title_after is not None and (match := cues.title_after.search(name)) and match.start() > 1:
        role, name = f"{role} {match.group().strip()}".strip(), name[: match.start()].strip()
    return role, name or speaker


def _joined(speaker: str, cues: Cues) -> tuple[str, ...]:
    """Return the names of two who speak together, when each of them has a title or the form of a name."""
    if cues.joins is None or cues.named is None:
        return ()
    for match in cues.joins.finditer(speaker):
        parts = [speaker[: match.start()].strip(_STRIPPED), speaker[match.end() :].strip(_STRIPPED)]
        named = [_named(part, cues) for part in parts]
        if all(part and (role or cues.named.fullmatch(name)) for part, (role, name) in zip(parts, named, strict=True)):
            return tuple(name for _, name in named)
    return ()


def _listed(speaker: str, words: frozenset[str], last: bool) -> bool:
    """Say whether a phrase holds a listed word, or, with `last`, ends in one.

    In a script without spaces: whether it begins or ends with its characters.
    """
    if speaker[0] > "\u2e7f":
        return any(speaker.endswith(word) if last else speaker.startswith(word) for word in words)
    parts = speaker.split()
    return parts[-1] in words if last else any(part in words for part in parts)
