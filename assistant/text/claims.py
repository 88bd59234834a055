"""Say whether a verb of saying reports anything where it stands, and whether its subject can speak."""

from __future__ import annotations

import re

from assistant.text.attribution import has_complement
from assistant.text.cues import Cues, Phrases
from assistant.text.lexing import POSSESSIVE, QUOTED, match_phrase
from assistant.text.marks import ANY_MARK
from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence


def no_utterance(sentence: Sentence, at: int, n: int, table: Phrases) -> bool:
    """Say whether a verb reports nothing here, by the words around it."""
    tokens, cues = sentence.tokens, sentence.cues
    before = tokens[at - 1] if at else None
    behind = tokens[at + n] if at + n < len(tokens) else None
    stated, quotes = has_complement(sentence, at + n), _quotes(sentence, at + n)
    if table is cues.weak and not stated and not quotes:
        return True
    if behind is not None and (
        (cues.by_needed and behind.low in cues.by) or (tokens[at].low in cues.deeds and behind.low in cues.deed_objects)
    ):
        return True  # "questions asked by agents", "memastikan kemenangan"
    if before is not None and (before.low in cues.reducers or (before.text == "," and tokens[at].low in cues.asked and stated)):
        return True  # "when asked who", "Vale, asked if she would resign, said"
    if before is not None and before.text == "," and match_phrase(tokens, at, cues.relay) and not sentence.ends_clause(at + n):
        return True  # "the palace, relaying a message from the king, said": the verb behind it tells
    issued = before is not None and before.low in cues.media
    if table is cues.gerunds and before is not None and before.text not in (",", QUOTED) and not stated and not issued:
        return True
    return table is cues.naming and not quotes and behind is not None and behind.capital


def may_speak(sentence: Sentence, subject: Phrase, at: int, n: int, table: Phrases) -> bool:
    """Say whether a subject of a verb can be somebody who speaks: no paper, no hope of somebody's, no adjective of a country."""
    tokens, cues = sentence.tokens, sentence.cues
    if subject.kind == "person" and subject.name.lower() in cues.papers:
        return False
    if subject.kind in ("plural", "pronoun") and tokens[subject.first].low in cues.first_person:
        return False  # whose words these are stands elsewhere
    if subject.kind == "plural" and POSSESSIVE.search(tokens[subject.last - 1].text):
        return False  # "Iraq's hopes"
    if subject.kind == "body" and _adjective(subject.name, cues) and tokens[at].low.endswith("s") and tokens[at].low not in cues.inverted:
        return False  # "European demands"
    if subject.kind != "plural" or has_complement(sentence, at + n):
        return True
    # "residents called the place "the green village""
    spoken = any(token.text == QUOTED for token in tokens[at + n :])
    return table is not cues.weak and (table is not cues.naming or spoken)


def people(sentence: Sentence, group: Phrase) -> bool:
    """Say whether a group of nouns holds a word for people or a body."""
    cues = sentence.cues
    known = cues.plurals | cues.persons | cues.titles | cues.bodies | cues.generic
    return any(token.low in known for token in sentence.tokens[group.first : group.last])


def _adjective(name: str, cues: Cues) -> bool:
    """Say whether the name of a country is its adjective."""
    return cues.noun_before and re.search(r"(?:an|ish|ese|i|ch)$", name) is not None and name.lower() in cues.places


def _quotes(sentence: Sentence, at: int) -> bool:
    """Say whether words in quotation marks follow in the clause: `called the bill "a gift to every crook"`."""
    for token, opened in zip(sentence.tokens[at:], sentence.tokens[at + 1 :], strict=False):
        if token.text == QUOTED:
            return True
        if token.text in ANY_MARK:
            return not opened.capital  # a ship that is called "Si Hitam" is only named
        if token.text in (",", ";") or token.low in sentence.cues.breaks:
            return False
    return False


def head(sentence: Sentence, first: int, last: int) -> str:
    """Return the noun that a group is about: the first one, or where it comes last the one before a preposition."""
    cues = sentence.cues
    nouns = [token.low for token in sentence.tokens[first:last] if token.low not in cues.determiners]
    if cues.head_first:
        return nouns[0] if nouns else ""
    end = next((i for i, low in enumerate(nouns) if low in cues.prepositions), len(nouns))
    return nouns[end - 1] if end else ""
