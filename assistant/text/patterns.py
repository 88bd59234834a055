"""Find who speaks in languages without capital letters, by the patterns of their tables (`cues/zh.toml`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.records import Span
from assistant.text.cues import Cues
from assistant.text.lexing import QUOTED
from assistant.text.marks import Marked

_OUTSIDE = " \t\n,，、:：。.！!？?؛،؟।|\"'“”‘’«»„「」『』"
_STRIPPED = " \t،,:：，、"


class Matched(NamedTuple):
    """What a pattern found: the cue, the speaker's name and role.

    `pronoun` when the name is to be looked up.
    """

    cue: str
    name: str
    role: str
    pronoun: str | None
    words: Span = Span(0, 0)


def match_patterns(text: str, span: Span, quoted: Sequence[Marked], cues: Cues) -> Matched | None:
    """Return the first speaker that a pattern finds in a stretch of text, None when there is none."""
    masked = list(span.of(text))
    for mark in quoted:
        low, high = max(mark.start, span.start) - span.start, min(mark.end, span.end) - span.start
        masked[low:high] = QUOTED * (high - low)
    line = "".join(masked)
    for pattern in cues.patterns:
        for match in pattern.finditer(line):
            speaker = match["speaker"].strip(_STRIPPED)
            if _listed(speaker, cues.blockers, last=True):
                continue
            role = match.groupdict().get("role") or ""
            found = _speaker(speaker, role, match["cue"], cues)
            if found is not None:
                return found._replace(words=_words(text, span, quoted, match))
    return None


def _words(text: str, span: Span, quoted: Sequence[Marked], match: re.Match[str]) -> Span:
    """Return what is said: what stands in quotation marks, else the group `words`, else what follows the cue or stands before it."""
    if quoted:
        return _trimmed(text, Span(max(quoted[0].start, span.start), min(quoted[-1].end, span.end)))
    if match.groupdict().get("words"):
        start, end = match.span("words")
        return _trimmed(text, Span(span.start + start, span.start + end))
    behind = _trimmed(text, Span(span.start + match.end(), span.end))
    return behind if behind.end - behind.start > 1 else _trimmed(text, Span(span.start, span.start + match.start()))


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    left, right = len(words) - len(words.lstrip(_OUTSIDE)), len(words.rstrip(_OUTSIDE))
    return Span(span.start + left, span.start + right) if left < right else span


def _speaker(speaker: str, role: str, cue: str, cues: Cues) -> Matched | None:
    if not speaker or speaker in cues.pronouns:
        return Matched(cue, "", "", speaker)
    if _listed(speaker, cues.plurals, last=False):
        return None
    if cues.trim is not None:
        speaker = cues.trim.sub("", speaker) or speaker
    name = speaker
    if cues.title_before is not None and (match := cues.title_before.match(speaker)):
        role, name = f"{role} {match.group().strip()}".strip(), speaker[match.end() :].strip()
    if cues.title_after is not None and (match := cues.title_after.search(name)) and match.start() > 1:
        role, name = (role + " " + match.group()).strip(), name[: match.start()].strip()
    return Matched(cue, name or speaker, role, None)


def _listed(speaker: str, words: frozenset[str], last: bool) -> bool:
    """Say whether a phrase holds a listed word, or, with `last`, ends in one.

    In a script without spaces: whether it begins or ends with its characters.
    """
    if speaker and speaker[0] > "\u2e7f":
        return any(speaker.endswith(word) if last else speaker.startswith(word) for word in words)
    parts = speaker.split()
    return bool(parts) and (parts[-1] in words if last else any(part in words for part in parts))
