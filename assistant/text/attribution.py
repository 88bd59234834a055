"""Find who speaks in one sentence, by the cues of its language and by where the names stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assistant.text.cues import Phrases
from assistant.text.lexing import QUOTED, match_phrase
from assistant.text.names import read_phrase
from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence

_PAUSES = frozenset(",-–—:")
_LONGEST_TAIL = 12


class Attribution(NamedTuple):
    """That `speaker` says something: the `cue` that says so stands at `at`; `via` passed the words on."""

    cue: str
    at: int
    speaker: Phrase | None
    via: Phrase | None = None
    quoted: bool = False  # it stands next to a quotation
    stated: bool = False  # a complementiser follows: words are reported, whoever said them


def around(sentence: Sentence, quotation: int) -> Attribution | None:
    """Find the attribution of the quotation at token `quotation`: behind it first, then before it."""
    return _behind(sentence, quotation + 1) or _before(sentence, quotation)


def _behind(sentence: Sentence, at: int) -> Attribution | None:
    tokens, cues = sentence.tokens, sentence.cues
    while at < len(tokens) and tokens[at].text in _PAUSES:
        at += 1
    if at >= len(tokens):
        return None
    tables = (
        cues.inverted,
        cues.passive,
        cues.according,
        *((cues.verbs, cues.acts) if cues.free_order else ()),
    )
    for table in tables:
        if n := match_phrase(tokens, at, table):
            subject = _subject_behind(sentence, at + n)
            if subject is None and cues.prodrop and table is not cues.according:
                subject = _late_subject(sentence, at + n) or _dropped(sentence, at)
            if subject is not None:
                return _attribution(sentence, at, n, subject, quoted=True)
    if n := match_phrase(tokens, at, cues.clitic):
        return _attribution(sentence, at, n, Phrase(at, at + n, "pronoun", at=tokens[at].start), quoted=True)
    subject = sentence.phrase(at)
    if subject is not None:
        verb, n = _verb_from(sentence, subject.last, (cues.verbs, cues.inverted))
        if n:
            return _attribution(sentence, verb, n, subject, quoted=True)
    return _unknown_verb(sentence, at)


def _unknown_verb(sentence: Sentence, at: int) -> Attribution | None:
    """Read `"...", sighed Ruiz.`: an unknown word between a quotation and a name must be a verb of saying."""
    tokens, cues = sentence.tokens, sentence.cues
    word = tokens[at]
    listed = (
        cues.prepositions,
        cues.blockers,
        cues.openers,
        cues.conjunctions,
        cues.plurals,
        cues.transparent,
        cues.determiners,
    )
    if not word.word or word.capital or any(word.low in words for words in listed):
        return None
    subject = sentence.phrase(at + 1)
    if subject is None or subject.kind != "person" or not sentence.ends_clause(subject.last):
        return None
    return _attribution(sentence, at, 1, subject, quoted=True)


def _late_subject(sentence: Sentence, at: int) -> Phrase | None:
    """Find a name far behind its verb, at the end: `disse em nota o diretor da companhia, Danilo Sá.`"""
    late = [phrase for phrase in sentence.phrases if phrase.first >= at and phrase.kind == "person"]
    named = [phrase for phrase in late if sentence.free(phrase, [], at) and sentence.ends_clause(phrase.last)]
    return named[-1] if named else None


def _dropped(sentence: Sentence, at: int) -> Phrase:
    """Stand for the subject that a verb carries in itself."""
    return Phrase(at, at, "pronoun", at=sentence.tokens[at].start)


def _subject_behind(sentence: Sentence, at: int) -> Phrase | None:
    """Read the subject behind an inverted verb, past adverbs and "by"."""
    tokens, cues = sentence.tokens, sentence.cues
    for _ in range(3):
        if at < len(tokens) and (tokens[at].low in cues.by or tokens[at].low in cues.transparent):
            if read_phrase(tokens, at, cues, sentence.text) is not None:
                break
            at += 1
    subject = read_phrase(tokens, at, cues, sentence.text) if at < len(tokens) else None
    if subject is None and cues.free_order and at < len(tokens) and tokens[at].low in cues.prepositions:
        # "заявил на церемонии мэр города": what follows a preposition stands between a verb and its subject
        for place in range(at + 2, min(at + 5, len(tokens))):
            subject = read_phrase(tokens, place, cues, sentence.text)
            if subject is not None and subject.kind in ("person", "pronoun"):
                return subject
        return None
    if subject is None or (subject.kind == "role" and not subject.definite):
        return _apposed(sentence, at) or subject
    return subject


def _apposed(sentence: Sentence, at: int) -> Phrase | None:
    """Read the name behind an unknown role: `kata jurucakapnya, Hanafi Megat.`"""
    tokens = sentence.tokens
    comma = at
    while comma < min(at + 5, len(tokens)) and tokens[comma].word and not tokens[comma].capital:
        if tokens[comma].low in sentence.cues.prepositions or match_phrase(tokens, comma, sentence.cues.verbs):
            return None
        comma += 1
    if comma == at or comma + 1 >= len(tokens) or tokens[comma].text != ",":
        return None
    subject = read_phrase(tokens, comma + 1, sentence.cues, sentence.text)
    if subject is None or subject.kind != "person" or not sentence.ends_clause(subject.last):
        return None
    return subject._replace(first=at, role=sentence.text[tokens[at].start : tokens[comma - 1].end])


def _verb_from(sentence: Sentence, at: int, tables: Sequence[Phrases]) -> tuple[int, int]:
    """Find a verb that follows a subject directly; returns its place and length, (at, 0) when none does."""
    for place in range(at, min(at + _LONGEST_TAIL, len(sentence.tokens))):
        for table in tables:
            if n := match_phrase(sentence.tokens, place, table):
                return (place, n) if not sentence.blocked(place) else (at, 0)
        if not sentence.passes(place):
            return at, 0
    return at, 0


def _before(sentence: Sentence, quotation: int) -> Attribution | None:
    """Find the cue that introduces a quotation: `Biden said on Monday: "..."`, `Menurut Budi, "..."`."""
    tokens, cues = sentence.tokens, sentence.cues
    start = max((i + 1 for i in range(quotation) if tokens[i].text == QUOTED), default=0)
    for at in range(quotation - 1, start - 1, -1):
        for table in (cues.inverted, cues.according):
            if n := match_phrase(tokens, at, table):
                subject = _subject_behind(sentence, at + n)
                if subject is not None and _only_pauses(sentence, subject.last, quotation):
                    return _attribution(sentence, at, n, subject, quoted=True)
        for table in (cues.verbs, cues.acts, cues.weak, cues.gerunds):
            if n := match_phrase(tokens, at, table):
                if sentence.blocked(at):
                    return None
                subject = sentence.subject_before(at)
                close = tokens[quotation - 1].text in ",:" or quotation - at - n <= _LONGEST_TAIL
                return _attribution(sentence, at, n, subject, quoted=True) if subject and close else None
    return None


def _only_pauses(sentence: Sentence, at: int, end: int) -> bool:
    return all(sentence.tokens[i].text in _PAUSES or sentence.passes(i) for i in range(at, end))


def reported(sentence: Sentence) -> list[Attribution]:
    """Find the indirect speech of the sentence: the first speaker, and others in clauses of their own."""
    tokens = sentence.tokens
    found: list[Attribution] = []
    at = 0
    if tokens and tokens[-1].text == "?":
        return []  # "What did Biden say to Xi?"
    while at < len(tokens):
        attribution, n = _reported_at(sentence, at)
        if attribution is not None and (not found or _new_clause(sentence, found[-1].at, at)):
            found.append(attribution)
        at += max(n, 1)
    return found


def _new_clause(sentence: Sentence, before: int, at: int) -> bool:
    """Say whether a coordinate clause begins between two cues: what Xi says that Biden said is Xi's."""
    between = [token.low for token in sentence.tokens[:at] if token.start > before]
    return any(low in sentence.cues.coordinators or low == ";" for low in between)


def _reported_at(sentence: Sentence, at: int) -> tuple[Attribution | None, int]:
    tokens, cues = sentence.tokens, sentence.cues
    if n := match_phrase(tokens, at, cues.according):
        subject = _subject_behind(sentence, at + n)
        return (_attribution(sentence, at, n, subject) if subject and subject.kind != "plural" else None), n
    if n := match_phrase(tokens, at, cues.clitic):
        return _attribution(sentence, at, n, Phrase(at, at + n, "pronoun", at=tokens[at].start)), n
    if n := match_phrase(tokens, at, cues.passive):
        return _passive_at(sentence, at, n), n
    if (n := match_phrase(tokens, at, cues.inverted)) and at and tokens[at - 1].text in (",", QUOTED):
        subject = _subject_behind(sentence, at + n)
        if subject is not None and sentence.ends_clause(subject.last):
            return _attribution(sentence, at, n, subject), n
    for table in (cues.verbs, cues.acts, cues.naming, cues.weak, cues.gerunds):
        if n := match_phrase(tokens, at, table):
            if sentence.blocked(at) or (table is cues.weak and not _has_complement(sentence, at + n)):
                return None, n
            if table is cues.naming and at + n < len(tokens) and tokens[at + n].capital:
                return None, n
            subject = sentence.subject_before(at)
            if subject is None and cues.prodrop and sentence.begins(at):
                subject = _dropped(sentence, at)
            if subject is None and tokens[0].low in cues.blockers:
                return None, n  # "If Putin said that"
            if subject is None and not _has_complement(sentence, at + n):
                return None, n
            found = _attribution(sentence, at, n, subject)
            clear = table is cues.verbs and subject is not None and (subject.kind == "person" or subject.relation)
            return found._replace(stated=found.stated or clear), n
    return None, 1


def _passive_at(sentence: Sentence, at: int, n: int) -> Attribution | None:
    if sentence.blocked(at):
        return None
    behind = sentence.tokens[at + n].low if at + n < len(sentence.tokens) else ""
    subject = _subject_behind(sentence, at + n)
    if subject is None or subject.kind == "plural" or (sentence.cues.by_needed and behind not in sentence.cues.by):
        return None
    return _attribution(sentence, at, n, subject)


def _has_complement(sentence: Sentence, at: int) -> bool:
    return any(token.low in sentence.cues.complementisers for token in sentence.tokens[at : at + 4])


def _attribution(sentence: Sentence, at: int, n: int, subject: Phrase | None, quoted: bool = False) -> Attribution:
    cue = sentence.text[sentence.tokens[at].start : sentence.tokens[at + n - 1].end]
    where = sentence.tokens[at].start
    stated = quoted or _has_complement(sentence, at + n)
    if subject is None:
        return Attribution(cue, where, None, None, quoted, stated)
    relayed = _relayed(sentence, max(subject.last, at + n))
    if relayed is not None:
        return Attribution(cue, where, relayed, subject, quoted, stated)
    return Attribution(cue, where, subject, _source(sentence), quoted, stated)


def _relayed(sentence: Sentence, at: int) -> Phrase | None:
    """Read whom the speaker passes on: `..., mengutip pernyataan Xi Jinping`."""
    for place in range(at, min(at + 3, len(sentence.tokens))):
        if n := match_phrase(sentence.tokens, place, sentence.cues.relay):
            phrase = read_phrase(sentence.tokens, place + n, sentence.cues, sentence.text)
            return phrase if phrase is not None and phrase.kind == "person" else None
    return None


def _source(sentence: Sentence) -> Phrase | None:
    for at in range(len(sentence.tokens)):
        if n := match_phrase(sentence.tokens, at, sentence.cues.sources):
            phrase = read_phrase(sentence.tokens, at + n, sentence.cues, sentence.text)
            if phrase is not None and phrase.kind in ("person", "body"):
                return phrase
    return None
