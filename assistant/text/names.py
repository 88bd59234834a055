"""Read noun phrases that may speak: names with their roles, bodies, bare roles, pronouns.

No model and no list of people: a name is a run of capitalised words (`runs.py`), and the titles, bodies and
places of the language (`cues/*.toml`) say which part of the run is the role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.text.cues import Cues
from assistant.text.lexing import QUOTED, Token, match_phrase
from assistant.text.runs import Phrase, end_of_noun_run, end_of_run, split_run

_MOST_NOUNS = 6
_LONGEST_COMPLEMENT = 7
_DEGREE = re.compile(r"(?:[A-Z][A-Za-z]{0,3}\.)+(?:[A-Z][A-Za-z]{0,3})?|S[HTEPK]|M[HMTAK]|MBA|PhD|SpA")


def read_phrase(tokens: Sequence[Token], at: int, cues: Cues, text: str) -> Phrase | None:
    """Read the noun phrase that starts at token `at`, with the apposition that follows it."""
    phrase = _read_core(tokens, at, cues, text)
    if phrase is None or phrase.kind in ("pronoun", "plural", "pair"):
        return phrase
    if phrase.kind == "person" and not phrase.role and cues.noun_before and is_noun(tokens, phrase.last, cues):
        named = read_named_noun(tokens, phrase.last, cues, text, alone=True)
        known = cues.titles | cues.persons | cues.relations
        if named is not None and named.kind == "person" and any(word in known for word in named.role.lower().split()):
            # "JSX trade division head Hamdi Hassyarbaini"
            return named._replace(first=phrase.first, role=f"{phrase.name} {named.role}")
    if phrase.kind == "role" and cues.head_first and not phrase.definite:
        nouns = _end_of_group(tokens, phrase.last, cues)
        shown = nouns < len(tokens) and tokens[nouns].low in cues.demonstratives
        if nouns > phrase.last and not shown and not any(token.capital for token in tokens[phrase.last : nouns]):
            role = text[tokens[phrase.first].start : tokens[nouns - 1].end]
            phrase = phrase._replace(last=nouns, role=role)  # "saksi mata", "keluarga korban"
    last = _skip_asides(tokens, phrase.last)
    if phrase.kind == "role" and cues.named_nouns:
        last = _past_complement(tokens, last, cues)
    if last < len(tokens) and tokens[last].text == ",":
        joined = _with_apposition(tokens, phrase, last, cues, text)
        if joined is not None:
            return joined
    return phrase._replace(last=_skip_asides(tokens, phrase.last))


def _past_complement(tokens: Sequence[Token], at: int, cues: Cues) -> int:
    """Return the comma behind what a role belongs to, `La portavoz de la compañía,`, else the place itself."""
    last = at
    while last < min(len(tokens), at + _LONGEST_COMPLEMENT) and (tokens[last].low in cues.connectors or is_noun(tokens, last, cues)):
        last += 1
    begins = at < last and tokens[at].low in cues.connectors
    return last if begins and last < len(tokens) and tokens[last].text == "," else at


def _read_core(tokens: Sequence[Token], at: int, cues: Cues, text: str) -> Phrase | None:
    first, definite = at, False
    lone = at + 1 < len(tokens) and tokens[at].low in cues.plurals and tokens[at].low in cues.determiners
    if lone and (match_phrase(tokens, at + 1, cues.verbs) or match_phrase(tokens, at + 1, cues.inverted)):
        return Phrase(at, at + 1, "plural", at=tokens[at].start)  # "one said"
    while at < len(tokens) and tokens[at].low in cues.determiners:
        definite = definite or tokens[at].low in cues.definite
        at += 1
    if at >= len(tokens) or not tokens[at].word:
        return None
    if n := match_phrase(tokens, at, cues.pronouns):
        return Phrase(first, at + n, "pronoun", at=tokens[at].start)
    if n := match_phrase(tokens, at, cues.pairs):
        return Phrase(first, _end_of_group(tokens, at + n, cues), "pair", at=tokens[at].start)
    if tokens[at].low in cues.plurals and (at == first or not cues.nouns_capital):
        return Phrase(first, _end_of_group(tokens, at + 1, cues), "plural", at=tokens[at].start)
    if described := _described(tokens, first, at, cues, text):
        return described
    last = end_of_run(tokens, at, cues)
    if last == at and first < at and not cues.head_first:
        last = end_of_noun_run(tokens, at, cues)
    if last == at:
        return None
    place = Phrase(first, last, "person", determined=at > first)
    phrase = split_run(tokens[at:last], place, cues, text)
    plain = phrase is not None and phrase.kind == "person" and not phrase.role and last - at == 1
    if plain and cues.noun_before and last < len(tokens) and tokens[last].low in cues.plurals:
        return Phrase(first, _end_of_group(tokens, last, cues), "plural", at=tokens[at].start)  # "Health officials"
    if phrase is not None and phrase.kind == "body" and cues.noun_before:
        nouns = _end_of_group(tokens, last, cues)
        if nouns > last:
            return Phrase(first, nouns, "plural", at=tokens[at].start)  # "a European diplomat"
    if phrase is not None and phrase.kind == "body" and cues.named_nouns and is_noun(tokens, last, cues):
        phrase = phrase._replace(name=f"{phrase.name} {tokens[last].text}", last=last + 1)  # "el Gobierno italiano"
    if phrase is not None and last < len(tokens) and tokens[last].low in cues.demonstratives:
        return phrase._replace(last=last + 1, definite=True)
    return phrase and phrase._replace(definite=definite)


def read_named_noun(tokens: Sequence[Token], at: int, cues: Cues, text: str, alone: bool = False) -> Phrase | None:
    """Read a name behind common nouns that say what somebody is: `harbour master Eleni Papadaki`, `dokter forensik Amara Nwosu`.

    With `alone` nothing that follows the name is read.
    """
    first = at
    while at < len(tokens) and tokens[at].low in cues.determiners:
        at += 1
    begun = at
    while at < min(len(tokens), begun + _MOST_NOUNS) and is_noun(tokens, at, cues):
        at += 1
    if at == begun or at >= len(tokens) or not tokens[at].capital:
        return None
    phrase = _read_core(tokens, at, cues, text) if alone else read_phrase(tokens, at, cues, text)
    if phrase is None or phrase.kind not in ("person", "body") or not phrase.name:
        return None
    return phrase._replace(first=first, role=f"{text[tokens[begun].start : tokens[at - 1].end]} {phrase.role}".strip())


def is_noun(tokens: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether a lower-case word can be a noun: it is no function word and no verb that is known or looks like one."""
    if at >= len(tokens):
        return False
    token = tokens[at]
    if not token.word or token.capital or token.text[0].isdigit():
        return False
    if token.low in cues.closed or _ends_like_verb(token.low, cues):
        return False
    if token.low not in cues.cue_firsts and token.low not in cues.pronouns and token.low not in cues.openers:
        return True
    tables = (cues.verbs, cues.acts, cues.weak, cues.naming, cues.inverted, cues.clitic, cues.pronouns, cues.openers, cues.passive)
    return not any(match_phrase(tokens, at, table) for table in tables)


def _end_of_group(tokens: Sequence[Token], at: int, cues: Cues) -> int:
    """Find where the nouns of `sejumlah warga desa`, `several senior officials` end: before a verb, at any other word."""
    last = at
    while last < min(len(tokens), at + 3) and is_noun(tokens, last, cues):
        last += 1
    while cues.head_first and last < min(len(tokens), at + 4) and tokens[last].capital and tokens[last].low not in cues.closed:
        last += 1  # "warga Gang Mawar"
    return last


def _ends_like_verb(low: str, cues: Cues) -> bool:
    return cues.is_verbal(low) and not any(low in listed for listed in (cues.plurals, cues.roles, cues.persons, cues.titles, cues.bodies))


def _described(tokens: Sequence[Token], first: int, at: int, cues: Cues, text: str) -> Phrase | None:
    """Read `pria asal Kroasia itu`: somebody who was named before."""
    if not cues.demonstratives or tokens[at].low not in cues.persons:
        return None
    for last in range(at + 1, min(at + 6, len(tokens))):
        token = tokens[last]
        if token.low in cues.demonstratives:
            role = text[tokens[at].start : tokens[last - 1].end]
            return Phrase(first, last + 1, "role", role=role, definite=True, at=tokens[at].start)
        if not token.word or (not token.capital and cues.is_common(token.low)):
            return None
    return None


def _with_apposition(tokens: Sequence[Token], phrase: Phrase, comma: int, cues: Cues, text: str) -> Phrase | None:
    """Join `Budi, ketua KPK,` and `Presiden Rusia, Vladimir Putin,`."""
    at = comma + 1
    while at < len(tokens) and tokens[at].low in cues.determiners:
        at += 1
    bare = phrase.kind == "person" and " " not in phrase.role  # no role, or one like "Dr."
    begins_role = at < len(tokens) and _role_word(tokens[at].low, cues)
    other = _read_core(tokens, comma + 1, cues, text)
    if other is None or other.kind == "pronoun" or (bare and not phrase.role and not begins_role):
        return None
    if other.kind == "person" and not (bare and not phrase.role):
        return _role_then_name(tokens, phrase, other, cues)
    if bare and begins_role and other.kind != "person":
        return _name_then_role(tokens, phrase, comma, cues, text)
    return None


def _role_then_name(tokens: Sequence[Token], phrase: Phrase, other: Phrase, cues: Cues) -> Phrase | None:
    """Join a role and the name behind it: `Direktur PT Samudra, Gunadi Prawoto,`."""
    last = _skip_asides(tokens, other.last)
    closed = last < len(tokens) and tokens[last].text in ",.;"
    named_role = bool(phrase.role) and " " in other.name and closed and not _listed(tokens, last + 1, cues)
    of_unit = any(word.lower() in cues.units for word in phrase.role.split())
    honorific = " " not in other.role or all(word.lower() in cues.honorifics for word in other.role.split())
    if not (phrase.kind == "role" or named_role or of_unit) or not honorific:
        return None
    if not closed and last < len(tokens):
        return None
    role = f"{phrase.role} {phrase.name}".strip()
    return other._replace(first=phrase.first, last=_past_comma(tokens, last), role=role, apposed=True)


def _name_then_role(tokens: Sequence[Token], phrase: Phrase, comma: int, cues: Cues, text: str) -> Phrase | None:
    """Join a name and the role behind it, up to the next comma: `Budi, ketua KPK periode 2019,`."""
    stops = (i for i in range(comma + 1, min(comma + 12, len(tokens))) if tokens[i].text in (",", ".", ";", QUOTED))
    end = next(stops, None)
    if end is None or _is_clause(tokens[comma + 1 : end], tokens[end].text, cues):
        return None
    role = text[tokens[comma + 1].start : tokens[end - 1].end]
    return phrase._replace(last=_past_comma(tokens, end), role=role)


def _skip_asides(tokens: Sequence[Token], at: int) -> int:
    """Skip degrees and what stands in brackets behind a name."""
    while at < len(tokens):
        if tokens[at].text == "(":
            closing = next((i for i in range(at, min(at + 9, len(tokens))) if tokens[i].text == ")"), None)
            if closing is None:
                return at
            at = closing + 1
        elif tokens[at].text == "," and at + 1 < len(tokens) and _DEGREE.fullmatch(tokens[at + 1].text):
            if at + 2 < len(tokens) and tokens[at + 2].capital and not _DEGREE.fullmatch(tokens[at + 2].text):
                return at  # ", H. Sulaiman": the title of a name
            at += 2
        else:
            return at
    return at


def _is_clause(words: Sequence[Token], stop: str, cues: Cues) -> bool:
    """Say whether what follows a name and a comma is a clause rather than a role."""
    if any(match_phrase(words, i, cues.verbs) for i in range(len(words))):
        return True
    closed = stop == ","
    long = len(words) > 6 and not closed
    blocked = any(word.low in cues.blockers for word in words)
    return long or blocked


def _listed(tokens: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether a list of names goes on: `Presiden Xi, Vladimir Putin, dan ...` is no apposition."""
    return at < len(tokens) and (tokens[at].capital or tokens[at].low in cues.conjunctions)


def _role_word(low: str, cues: Cues) -> bool:
    lists = (cues.titles, cues.roles, cues.persons, cues.bodies, cues.plurals)
    return any(low in words for words in lists)


def _past_comma(tokens: Sequence[Token], at: int) -> int:
    return at + 1 if at < len(tokens) and tokens[at].text == "," else at
