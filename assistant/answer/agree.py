"""The checks of a claim against what it cites, each a small pure function of the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from assistant.answer.amounts import dates_hold, numbers_hold
from assistant.answer.bodies import body_rows, home
from assistant.answer.cases import MET, Case
from assistant.answer.claims import Matched, Read, clauses, own_words, quoted
from assistant.answer.cover import cover
from assistant.answer.joining import parts_hold, roles_hold, speaker_holds
from assistant.answer.named import TRANSLATED, is_title
from assistant.answer.polarity import Negator, contrary_pairs, may_deny, members, only_lacks, opposite_pairs, side_places, sides
from assistant.answer.words import akin
from assistant.text.terms import folded

REPEATED = 0.35
"""A clause is repeated by a claim that meets so much of it."""
_MINISTER = re.compile(r"minist|menter|secretary|bakan|министр|وزير|وزارة|部长|部長|大臣|相", re.IGNORECASE)
STRANGE = 0.15
"""A rare word of the claim that is met less is no word for anything in the evidence."""
UNTOLD = frozenset(("de", "tr", "fi", "hu"))
"""Languages that make long words of short ones: a rare word is no name there."""
SPOKEN = 3
DENIED_MET = 0.35
"""A word of the evidence that the claim meets so well is one that the claim is about."""


def names_hold(case: Case) -> bool:
    """Say whether every name of the claim stands in the evidence."""
    words = case.claim.words.words
    for run in case.claim.names:
        for i in run:
            if case.met[i] < TRANSLATED and not is_title(words[i]) and not _cannot_tell(case) and not body_rows(words[i].text):
                return False
    return _bodies_hold(case) and _kinds_hold(case) and not _strange_at_first(case)


def _strange_at_first(case: Case) -> bool:
    """Say whether the claim opens with a rare word that is met nowhere: where any word has a capital, that is a name."""
    if case.claim.language in UNTOLD or not len(case.claim.words):
        return False
    word = case.claim.words.words[0]
    return word.capital and word.pieces > 1 and not word.stop and not is_title(word) and case.met[0] < STRANGE and not _cannot_tell(case)


def _bodies_hold(case: Case) -> bool:
    """Say whether every country and body that the tables know stands in the evidence in one of its forms, or word by word."""
    there = frozenset[int]().union(*(rows for sentence in case.sentences for _, _, rows in body_rows(sentence.text)))
    there |= frozenset[int]().union(*(rows for citation in case.cited for _, _, rows in body_rows(citation.outlet)))
    there |= frozenset[int]().union(*(rows for sentence in case.sentences for _, _, rows in body_rows(home(sentence.language))))
    words = case.claim.words.words
    mine = frozenset[int]().union(*(rows for _, _, rows in body_rows(case.claim.text)))
    others = frozenset(
        row
        for sentence in case.sentences
        for start, end, rows in body_rows(sentence.text)
        if _is_long(sentence.text[start:end])
        for row in rows
    )
    for start, end, rows in body_rows(case.claim.text):
        places = [i for i, word in enumerate(words) if start <= word.start and word.end <= end and not word.stop]
        money = any(figure.unit == "dollar" and 0 <= start - figure.end <= 10 for figure in case.claim.figures)
        if rows & there or money:
            continue
        if any(case.met[i] < TRANSLATED for i in places) or (len(places) > 1 and others - mine):
            return False
    return True


def _cannot_tell(case: Case) -> bool:
    """Say whether names cannot be compared: Japanese ones are written in signs that do not tell how they are read."""
    return any(sentence.language == "ja" for sentence in case.sentences) and case.claim.language not in ("ja", "zh")


def _is_long(name: str) -> bool:
    """Say whether a name is an acronym or of several words."""
    return name.isupper() or " " in name


def _kinds_hold(case: Case) -> bool:
    """Say whether nothing of a kind was swapped: north and south, gold and silver."""
    claimed = members(case.claim.text, case.claim.language)
    there: dict[str, set[int]] = {}
    for sentence in case.sentences:
        for kind, found in members(sentence.text, sentence.language).items():
            there.setdefault(kind, set()).update(found)
    ministers = all(_MINISTER.search(text) for text in (case.claim.text, " ".join(sentence.text for sentence in case.sentences)))
    checked = {kind: found for kind, found in claimed.items() if kind != "portfolio" or ministers}
    return all(not there.get(kind) or found <= there[kind] for kind, found in checked.items())


def negation_holds(case: Case) -> bool:
    """Say whether claim and evidence both say it or both deny it: negators and opposites are counted."""
    used = [case.matched[i] for i in case.used]
    marked = [_flat(words) for words in quoted(case.claim.text)]
    own = [n for n in case.claim.negators if not any(n.start >= a and n.end <= b for a, b in _marked(case.claim.text, marked))]
    denied = [
        _claimed(negator.start, matched, case.claim) and (bool(own) or _turns_round(negator, matched))
        for matched in used
        for negator in matched.sentence.negators
        if not any(a <= negator.start < b for a, b in _marked(matched.sentence.text, marked))
    ]
    sentences = [one.sentence for one in used]
    pairs = [*opposite_pairs(), *([("win", "lose")] if _names_met(case) < 2 else [])]
    if _turned(case, sentences, contrary_pairs()):
        return False
    counted = len(own) + sum(denied) + _turned(case, sentences, pairs)
    # A claim that denies may do so in words that meet none of the clause that does.
    doubtful = may_deny(case.claim.text, case.claim.language) != any(may_deny(s.text, s.language) for s in sentences)
    return counted % 2 == 0 or doubtful or (len(own) > sum(denied) < len(denied))


def _marked(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places between quotation marks of words that the claim quotes: what they deny they deny in both."""
    return [
        (text.index(part), text.index(part) + len(part))
        for part in quoted(text)
        if any(_flat(part) in one or one in _flat(part) for one in words)
    ]


def _claimed(start: int, matched: Matched, claim: Read) -> bool:
    """Say whether the clause in which a negator stands is one that the claim repeats."""
    sentence = matched.sentence
    if len(clauses(sentence.text)) == 1:
        return True
    clause = next((a, b) for a, b in clauses(sentence.text) if a <= start < b)
    inside = [
        i for i, word in enumerate(sentence.words.words) if clause[0] <= word.start < clause[1] and not word.stop and word.start != start
    ]
    if not inside or not len(claim.words):
        return True
    weights = np.array([sentence.words.words[i].weight for i in inside])
    met = np.minimum(matched.near[:, inside].max(axis=0), MET) / MET
    return float(weights @ met / max(weights.sum(), 1e-6)) >= REPEATED


def _turns_round(negator: Negator, matched: Matched) -> bool:
    """Say whether a claim that denies nothing goes against a negator: not if that tells what something lacks, and the claim does not."""
    if not only_lacks(matched.sentence.text, negator):
        return True
    behind = (i for i, word in enumerate(matched.sentence.words.words) if word.start >= negator.end and not word.stop)
    place = next(behind, None)
    return place is None or bool(matched.near[:, place].max(initial=0.0) >= DENIED_MET)


def _turned(case: Case, sentences: Sequence[Read], pairs: Sequence[tuple[str, str]]) -> int:
    """Count opposites: the claim has one side and not the other, the evidence the other and not the one."""
    mine = frozenset(
        name
        for start, end, names in side_places(case.claim.text, case.claim.language)
        for name in names
        if not _met_as_written(start, end, case)
    )
    mine = frozenset() if not mine else sides(case.claim.text, case.claim.language) & mine
    theirs = frozenset[str]().union(*(sides(s.text, s.language) for s in sentences))
    return sum(
        (a in mine and b not in mine and b in theirs and a not in theirs)
        or (b in mine and a not in mine and a in theirs and b not in theirs)
        for a, b in pairs
    )


def _met_as_written(start: int, end: int, case: Case) -> bool:
    """Say whether a word of the claim has its own like in the evidence: it is not turned round then."""
    phrase = re.compile(rf"(?<!\w){re.escape(case.claim.text[start:end].casefold())}(?!\w)")
    if any(phrase.search(case.sentences[j].text.casefold()) for j in case.used):
        return True
    for i, word in enumerate(case.claim.words.words):
        if start <= word.start < end and not word.stop and word.low not in ("more", "less", "least", "most"):
            rows = case.claim.words.rows[i]
            for j in case.used:
                theirs = case.sentences[j].words
                if any(rows & other for other in theirs.rows) or any(akin(word, other) for other in theirs.words):
                    return True
    return False


def _names_met(case: Case) -> int:
    """Count the names of the claim that stand in the evidence: of two, `roles_hold` says who won."""
    return sum(any(case.met[i] >= TRANSLATED for i in own_words(run, case.claim)) for run in case.claim.names)


def quotations_hold(case: Case) -> bool:
    """Say whether what stands in quotation marks stands so in one cited sentence."""
    texts = [_flat(sentence.text) for sentence in case.sentences]
    spoken = [words for words in quoted(case.claim.text) if _is_speech(words)]
    return all(any(_flat(words) in text for text in texts) for words in spoken)


def _is_speech(words: str) -> bool:
    """Say whether words between marks are somebody's and no title or nickname, which may be translated."""
    return len(words.split()) >= SPOKEN or len(re.findall(r"[\u3040-\u9fff]", words)) >= 2 * SPOKEN


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[\"“”„«»「」『』]", " ", folded(text).replace("’", "'")).split()).strip(" .,;:!?。、，")


def support_holds(case: Case) -> bool:
    """Say whether every word that says something is met, and sentences are joined only where they may be."""
    return cover(case).sound and parts_hold(case) and roles_hold(case)


def checks() -> Sequence[tuple[str, Callable[[Case], bool]]]:
    """Return the checks in order, each with the reason that it gives."""
    return (
        ("number", numbers_hold), ("date", dates_hold), ("name", names_hold), ("speaker", speaker_holds),
        ("negation", negation_holds), ("quotation", quotations_hold), ("support", support_holds),
    )  # fmt: skip
