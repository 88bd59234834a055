"""Read the quotations of one sentence: which attribution each belongs to, and whether it is a part of somebody's clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assistant.records import Span
from assistant.text.attribution import Attribution, around
from assistant.text.lexing import QUOTED, match_phrase
from assistant.text.subjects import Sentence

_MARKS = " \t\n\u00a0\u202f,\"'“”‘’«»„‚「」『』‹›"


class Quoted(NamedTuple):
    """Quotation marks of one sentence that one attribution holds: the tokens and the marks, first to last."""

    attribution: Attribution | None
    places: tuple[int, ...]


def quoted_in(sentence: Sentence) -> list[Quoted]:
    """Give every quotation of a sentence its attribution; those of one attribution are one."""
    found: list[Quoted] = []
    for place, token in enumerate(sentence.tokens):
        if token.text != QUOTED:
            continue
        attribution = None if embedded(sentence, place) else around(sentence, place)
        last = found[-1] if found else None
        same = last is not None and (attribution is None or (last.attribution is not None and last.attribution.first == attribution.first))
        if last is not None and same and not embedded(sentence, place):
            found[-1] = Quoted(last.attribution, (*last.places, place))
        else:
            found.append(Quoted(attribution, (place,)))
    return found


def embedded(sentence: Sentence, place: int) -> bool:
    """Say whether a quotation is a part of somebody's clause: `called it "a gift to all thieves"`."""
    tokens, cues = sentence.tokens, sentence.cues
    if place == 0 or not tokens[place - 1].word:
        return False
    tables = (cues.verbs, cues.weak, cues.inverted, cues.clitic, cues.gerunds, cues.acts)
    cued = [table for table in tables for at in range(max(0, place - 3), place) if match_phrase(tokens, at, table) == place - at]
    if cues.named_nouns and cued and cued[-1] is cues.acts and place + 1 < len(tokens) and tokens[place + 1].low in cues.prepositions:
        return True  # "a dénoncé « un mépris » de la direction": the quotation is a part of the object
    felt = bool(cued) and all(table is cues.weak for table in cued)  # "said she felt "well enough to argue""
    return (not cued or (felt and _told_before(sentence, place))) and _clause_goes_on(sentence, place)


def _told_before(sentence: Sentence, place: int) -> bool:
    """Say whether a plain verb of saying stands before a quotation."""
    return any(match_phrase(sentence.tokens, at, sentence.cues.verbs) for at in range(place))


def _clause_goes_on(sentence: Sentence, place: int) -> bool:
    """Say whether a verb of saying stands before a quotation with words between, so that the words are a clause."""
    between = 0
    for at in range(place - 1, -1, -1):
        token = sentence.tokens[at]
        if any(match_phrase(sentence.tokens, at, table) for table in (sentence.cues.verbs, sentence.cues.acts, sentence.cues.naming)):
            return between > 0 and not _only_listener(sentence, at + 1, place)
        between += token.word
    return True


def _only_listener(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether only asides and who was told stand between a cue and a quotation: `told reporters "..."`."""
    tokens, cues = sentence.tokens, sentence.cues
    known = cues.addressing | cues.listeners | cues.transparent | cues.prepositions | cues.determiners
    return all(
        token.low in known or tokens[i - 1].low in cues.prepositions for i, token in enumerate(tokens[first:last], first) if token.word
    )


def mostly_marked(sentence: Sentence, words: Span) -> bool:
    """Say whether nearly all of the reported words stand in quotation marks."""
    marked = sum(
        token.end - token.start for token in sentence.tokens if token.text == QUOTED and words.overlaps(Span(token.start, token.end))
    )
    return marked >= 0.8 * (words.end - words.start)


def marked_words(sentence: Sentence, places: Sequence[int]) -> Span:
    """Return what stands between the first and the last quotation mark of these tokens."""
    start, end = sentence.tokens[places[0]].start, sentence.tokens[places[-1]].end
    words = sentence.text[start:end]
    left, right = len(words) - len(words.lstrip(_MARKS)), len(words.rstrip(_MARKS))
    return Span(start + left, start + right) if left < right else Span(start, end)
