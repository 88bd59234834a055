"""Find who speaks together: the names and bodies that commas and an "and" join to one that speaks."""

from __future__ import annotations

from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence

_MOST_JOINED = 6
"""Speakers of one statement that are looked for."""


def _joinable(phrase: Phrase) -> bool:
    return phrase.kind in ("person", "body") or (phrase.kind == "role" and phrase.definite)


def companions(sentence: Sentence, phrase: Phrase) -> tuple[Phrase, ...]:
    """Return the phrases joined to one that speaks, in the order of the text: `A, B and` before it, `and C` behind it."""
    if not _joinable(phrase):
        return ()
    return (*_joined_before(sentence, phrase), *_joined_behind(sentence, phrase))


def chain_end(sentence: Sentence, phrase: Phrase) -> int:
    """Return the token behind a phrase and those that are joined to it."""
    joined = _joined_behind(sentence, phrase) if _joinable(phrase) else ()
    return joined[-1].last if joined else phrase.last


def _joined_before(sentence: Sentence, phrase: Phrase) -> tuple[Phrase, ...]:
    joined: list[Phrase] = []
    joint, first = sentence.cues.together, phrase.first
    while first > 1 and (sentence.tokens[first - 1].low in joint or (joined and sentence.tokens[first - 1].text == ",")):
        if sentence.tokens[first - 1].low in joint and sentence.tokens[first - 2].text == ",":
            first -= 1  # "A, B, and C"
        ends = (first - 1, first) if sentence.tokens[first - 1].text == "," else (first - 1,)
        other = next((p for p in sentence.phrases if p.last in ends and p.first < first - 1), None)
        if other is None or not _joinable(other) or not sentence.free(other, [p for p in sentence.phrases if p.last <= other.first], 0):
            break
        joined.insert(0, other)
        first = other.first
    return tuple(joined)


def _joined_behind(sentence: Sentence, phrase: Phrase) -> tuple[Phrase, ...]:
    joined: list[Phrase] = []
    at, joint = phrase.last, sentence.cues.together
    listed = False
    while at + 1 < len(sentence.tokens) and len(joined) < _MOST_JOINED:
        comma = sentence.tokens[at].text == "," or sentence.tokens[at - 1].text == ","
        at += sentence.tokens[at].text == ","
        listed = at < len(sentence.tokens) and sentence.tokens[at].low in joint
        if not listed and not comma:
            break
        at += listed
        other = sentence.phrase(at) if at < len(sentence.tokens) else None
        if other is None or not _joinable(other) or (comma and (other.role or other.kind == "body")):
            return ()  # "Budi, kepala dinas perikanan dan kelautan": an apposition
        joined.append(other)
        at = other.last
        if listed:
            return tuple(joined)
    return ()
