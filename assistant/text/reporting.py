"""Find the indirect speech of one sentence: who is said to have said something."""

from __future__ import annotations

from functools import lru_cache

from assistant.records import Quotation
from assistant.text.attribution import (
    Attribution,
    attribution_at,
    dropped,
    has_complement,
    inside,
    subject_behind,
)
from assistant.text.claims import head, may_speak, no_utterance, people
from assistant.text.cues import Cues, Phrases
from assistant.text.joints import chain_end
from assistant.text.lexing import QUOTED, match_phrase
from assistant.text.marks import ANY_MARK
from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence

_SHORTEST_CLAUSE = 2
_LISTENERS = 4
"""Words that may name to whom something was told at the end of a sentence."""
_LONGEST_GROUP = 7
"""Words of an unnamed speaker: `a spokesman for the hauliers' union`."""


def reported(sentence: Sentence) -> list[Attribution]:
    """Find the indirect speech of the sentence: the first speaker, and others in clauses of their own."""
    tokens = sentence.tokens
    found: list[Attribution] = []
    at = 0
    if tokens and tokens[-1].text == "?":
        return []  # "What did Biden say to Xi?"
    while at < len(tokens):
        named = tokens[at].capital and at > 0 and (tokens[at - 1].word or tokens[at - 1].text in ANY_MARK)  # "the United States"
        if named or (tokens[at].low not in sentence.cues.cue_firsts and not _unlisted(sentence, at)):
            at += 1
            continue
        attribution, n = _reported_at(sentence, at)
        if attribution is not None and found and _closes(sentence, attribution):
            found = [attribution]  # "Bek hopes to finish by May, he told the court"
        elif attribution is not None and (not found or boundary(sentence, found[-1], attribution) is not None):
            found.append(attribution)
        at += max(n, 1)
    return found


def _closes(sentence: Sentence, found: Attribution) -> bool:
    """Say whether an attribution behind a comma ends its sentence, so that all before it is what was said."""
    tokens, cues = sentence.tokens, sentence.cues
    if found.form != "verb" or found.begins == 0 or tokens[found.begins - 1].text != "," or not cues.noun_before:
        return False
    rest = [token for token in tokens[found.ends :] if token.word]
    told = tokens[found.last - 1].low in cues.telling and len(rest) <= _LISTENERS
    return not rest or told or all(token.low in cues.transparent or token.low in cues.prepositions for token in rest)


def boundary(sentence: Sentence, before: Attribution, after: Attribution) -> int | None:
    """Return the token between two attributions at which a coordinate clause begins, None when none does.

    What Xi says that Biden said is Xi's.
    """
    tokens = sentence.tokens
    for at in range(after.first - 1, before.last - 1, -1):
        if tokens[at].low in sentence.cues.coordinators or tokens[at].text == ";":
            shared = after.form == "verb" and after.begins < at  # "praised X and said that Y": one subject
            return None if shared else at
    listed = after.begins - 1
    named = after.speaker is not None and after.speaker.kind in ("person", "body") and after.form == "verb"
    if named and tokens[listed].text == "," and listed - before.ends >= _SHORTEST_CLAUSE:
        return listed
    return None


def _reported_at(sentence: Sentence, at: int) -> tuple[Attribution | None, int]:
    tokens, cues = sentence.tokens, sentence.cues
    if tokens[at].low in cues.as_:
        return _as_said(sentence, at), 1
    if n := match_phrase(tokens, at, cues.according):
        return _according_at(sentence, at, n), n
    if (n := match_phrase(tokens, at, cues.clitic)) and _stands_apart(sentence, at, n):
        return attribution_at(sentence, at, n, inside(sentence, at, n), "clitic"), n
    if (n := match_phrase(tokens, at, cues.passive)) and (found := _passive_at(sentence, at, n)):
        return found, n
    paused = not at or tokens[at - 1].text in (",", QUOTED, "—", "–")
    if (n := match_phrase(tokens, at, cues.inverted)) and paused and not _behind_relative(sentence, at):
        subject = subject_behind(sentence, at + n)
        end = chain_end(sentence, subject) if subject is not None else at
        closed = end >= len(tokens) or tokens[end].text != QUOTED
        if cues.by_needed and end < len(tokens) and tokens[end].word and (subject is None or subject.kind in ("plural", "role", "pronoun")):
            subject = None  # "Mr Pym, who wept, begged the thief to stop", "Ada, her sister, admitted they had lied"
        if subject is not None and at == 0 and (subject.kind not in ("person", "pronoun") or end >= len(tokens) or tokens[end].word):
            return None, n  # "Pesan kami kepada Amerika"
        if (
            subject is not None
            and subject.kind in ("role", "plural")
            and head(sentence, subject.first, subject.last) in cues.papers | cues.media
        ):
            return None, n  # "read the statement"
        named = subject is not None and (subject.kind != "pronoun" if cues.head_first else cues.nouns_capital and subject.kind != "plural")
        sure = at and tokens[at - 1].text == "," and named
        if subject is not None and closed and (sure or sentence.ends_clause(end)):
            return attribution_at(sentence, at, n, subject, "inverted"), n
    for table in (cues.verbs, cues.acts, cues.naming, cues.weak, cues.gerunds):
        if n := match_phrase(tokens, at, table):
            return _verb_at(sentence, at, n, table), n
    if _unlisted(sentence, at):
        return _verb_at(sentence, at, 1, cues.weak), 1
    return None, 1


def _behind_relative(sentence: Sentence, at: int) -> bool:
    """Say whether a verb follows a relative clause of its subject: `Blair, der lange regierte, sagte Anna Berg`."""
    return any(stop == at - 1 for _, stop in sentence.relatives) and sentence.subject_before(at) is not None


def _unlisted(sentence: Sentence, at: int) -> bool:
    """Say whether an unknown verb has a complementiser right behind it: `berkelit bahwa`; one of knowing or showing says nothing."""
    tokens, cues = sentence.tokens, sentence.cues
    if not cues.mental or at + 1 >= len(tokens) or tokens[at + 1].low not in cues.bare_complementisers:
        return False
    low = tokens[at].low
    return cues.is_verbal(low) and low not in cues.mental and low not in cues.passive


def _stands_apart(sentence: Sentence, at: int, n: int) -> bool:
    """Say whether a verb with its subject inside is an attribution: `..., nilainya.`, but not `namun nilainya turun`."""
    before = sentence.tokens[at - 1] if at else None
    opens = before is None or not before.word or before.low in sentence.cues.coordinators
    return opens and sentence.ends_clause(at + n)


def _as_said(sentence: Sentence, at: int) -> Attribution | None:
    """Read `wie die Polizei am Montag mitteilte`: the verb stands at the end."""
    tokens, cues = sentence.tokens, sentence.cues
    clause = range(at + 2, min(len(tokens), at + _LONGEST_GROUP + 4))
    verb = next((i for i in clause if tokens[i].text == "," or tokens[i].low in cues.final), None)
    subject = subject_behind(sentence, at + 1) if verb is not None and tokens[verb].low in cues.final else None
    if verb is None or subject is None or subject.last > verb or (verb + 1 < len(tokens) and tokens[verb + 1].word):
        return None
    return attribution_at(sentence, at, verb + 1 - at, subject, "according")


def _according_at(sentence: Sentence, at: int, n: int) -> Attribution | None:
    relays = match_phrase(sentence.tokens, at, sentence.cues.relay)
    if relays and any(phrase.last <= at and phrase.kind in ("person", "body") for phrase in sentence.phrases):
        return None  # "the ministry, quoting Xi, said": the verb tells
    subject = subject_behind(sentence, at + n)
    if subject is None or head(sentence, subject.first, subject.last) in sentence.cues.papers:
        return None
    if subject.kind in ("plural", "role") and any(
        token.low in sentence.cues.papers for token in sentence.tokens[subject.first : subject.last + 1]
    ):
        return None
    return attribution_at(sentence, at, n, subject, "according")


def _verb_at(sentence: Sentence, at: int, n: int, table: Phrases) -> Attribution | None:
    tokens, cues = sentence.tokens, sentence.cues
    if table is cues.gerunds and at > 1 and tokens[at - 1].low == "as":
        return _quoted_as(sentence, at, n)
    if sentence.blocked(at) or no_utterance(sentence, at, n, table):
        return None
    if table is cues.gerunds and at and tokens[at - 1].low in cues.media:
        issuer = sentence.subject()  # "Holt issued a statement saying"
        return attribution_at(sentence, at, n, issuer, "verb") if issuer is not None and issuer.last < at else None
    subject = _subject_at(sentence, at, n, table)
    if subject is None or not may_speak(sentence, subject, at, n, table):
        return None
    found = attribution_at(sentence, at, n, subject, "verb")
    clear = table is cues.verbs and (subject.kind in ("person", "plural") or subject.relation)
    return found._replace(stated=found.stated or clear)


def _subject_at(sentence: Sentence, at: int, n: int, table: Phrases) -> Phrase | None:
    tokens, cues = sentence.tokens, sentence.cues
    subject = sentence.subject_before(at)
    if subject is None and cues.prodrop and sentence.begins(at):
        subject = dropped(sentence, at)
    if subject is not None or tokens[0].low in cues.blockers:
        return subject  # nobody in "If Putin said that"
    impersonal = tokens[at].low in cues.impersonal
    strong = not impersonal and table in (cues.verbs, cues.acts)
    if not strong and not (table in (cues.verbs, cues.weak) and has_complement(sentence, at + n)):
        return None
    group = unnamed_before(sentence, at)
    return None if group is None or (impersonal and not people(sentence, group)) else group  # "the results suggest that"


def _quoted_as(sentence: Sentence, at: int, n: int) -> Attribution | None:
    """Read `Smith was quoted by the Record as saying that`: who was quoted speaks."""
    tokens, cues = sentence.tokens, sentence.cues
    for back in range(at - 2, max(0, at - 9), -1):
        if tokens[back].low in ("quotes", "quoted", "cites", "cited") and tokens[back - 1].low not in cues.auxiliaries:
            quoted = sentence.phrase(back + 1)  # "the report quotes Lind as saying"
            return attribution_at(sentence, at, n, quoted, "verb") if quoted is not None and quoted.kind == "person" else None
        if tokens[back].low in ("quoted", "cited", "reported") and tokens[back - 1].low in cues.auxiliaries:
            subject = sentence.subject_before(back - 1)
            return attribution_at(sentence, at, n, subject, "verb") if subject is not None else None
    return None


def unnamed_before(sentence: Sentence, verb: int) -> Phrase | None:
    """Read a subject without a name right before its verb: `firefighters at the scene said`; papers and signs say nothing."""
    tokens, cues = sentence.tokens, sentence.cues
    last = next((first - 1 for first, stop in sentence.relatives if stop == verb - 1), verb)
    while last > 0 and tokens[last - 1].low in cues.transparent and tokens[last - 1].low not in cues.determiners:
        last -= 1
    first = last
    while first > 0 and last - first < _LONGEST_GROUP:
        token = tokens[first - 1]
        if not token.word or token.low in cues.openers or token.low in cues.breaks or token.low in cues.coordinators:
            break
        first -= 1
    group = tokens[first:last]
    if not group or (first > 0 and tokens[first - 1].word and tokens[first - 1].low not in clause_openers(cues)):
        return None
    lows = [token.low for token in group]
    if lows[0] in cues.within and (len(lows) == 1 or lows[1] in cues.transparent):
        return None  # "в среду Трамп"
    if head(sentence, first, last) in cues.papers or any(low in cues.blockers or low in cues.complementisers for low in lows):
        return None
    if lows[0] in cues.no_speaker:
        return None
    if any(match_phrase(group, i, table) for i in range(len(group)) for table in (cues.verbs, cues.acts, cues.pronouns)):
        return None
    if all(
        low in cues.determiners | cues.prepositions | cues.transparent or not token.word for low, token in zip(lows, group, strict=True)
    ):
        return None
    if (lows[0] in cues.prepositions and lows[0] not in cues.within) or (first == last - 1 and group[0].capital and first > 0):
        return None
    if any(cues.is_verbal(low) and low not in cues.persons | cues.plurals | cues.titles for low in lows):
        return None
    return Phrase(first, last, "plural", at=group[0].start)


@lru_cache(maxsize=64)
def clause_openers(cues: Cues) -> frozenset[str]:
    """Return the words behind which a clause may begin."""
    return cues.breaks | cues.coordinators | cues.conjunctions | frozenset(cues.openers)


def _passive_at(sentence: Sentence, at: int, n: int) -> Attribution | None:
    begun = at
    while begun > 0 and sentence.tokens[begun - 1].low in sentence.cues.auxiliaries:
        begun -= 1
    if sentence.blocked(begun) or (sentence.cues.by_needed and begun == at and at and sentence.tokens[at - 1].word):
        return None  # "those endorsed by the government"
    behind = sentence.tokens[at + n].low if at + n < len(sentence.tokens) else ""
    subject = subject_behind(sentence, at + n)
    stated = behind in sentence.cues.by
    if subject is None or (not stated and (sentence.cues.by_needed or subject.kind == "plural")):
        return None
    return attribution_at(sentence, at, n, subject, "passive")


def only_referred_to(found: Quotation, text: str, cues: Cues) -> bool:
    """Say whether words are no more than mentioned: what is `lebih banyak daripada yang diumumkan pemerintah` is not the government's."""
    cue = found.cue.casefold()
    if found.direct or not cue or cue.split()[0] not in cues.passive:
        return False
    words = found.span.of(text).casefold()
    return any(f" {pronoun} {cue}" in words for pronoun in cues.relative)
