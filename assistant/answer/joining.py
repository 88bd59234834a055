"""Say whether a claim joins what belongs together: speaker and words, doer and deed, facts and whom they are told of."""

from __future__ import annotations

import re

import numpy as np

from assistant.answer.bodies import same_bodies
from assistant.answer.cases import MARGIN, MET, OWN, Case
from assistant.answer.claims import Read, own_words
from assistant.answer.days import touches
from assistant.answer.named import TRANSLATED, is_title, speech, stands, title_words
from assistant.answer.polarity import passive
from assistant.answer.words import Words, nearness
from assistant.records import Quotation, Span
from assistant.text.quotations import find_quotations
from assistant.text.terms import folded, is_stopword
from assistant.text.transliteration import script

ALIKE = 0.3
"""Words that call a speaker something are the same from this nearness on."""
NEARLY = 0.9
"""A sentence that meets so much of what the best one meets may be meant as well."""
OFFICE = 60
"""Characters before a speaker's name among which his office stands."""
_CLAUSE = re.compile(
    r"[,;]\s+(?:but|while|whereas|although|tetapi|tapi|namun|sedangkan|sementara|pero|mientras|mais|tandis|aber|während|mas|enquanto|но|а|ama|ancak)\b"
)
_PRONOUN = re.compile(
    r"(?:he|she|they|it|ia|dia|beliau|mereka|él|ella|ellos|il|elle|ils|elles|er|sie|ele|ela|eles|он|она|они|o|onlar)\b|彼|他|她",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:this|that|these|those|itu|tersebut|ini|ese|esa|este|esta|dicho|dicha|ce|cette|ces|cet|dies\w*|jene\w*|esse|essa|aquel\w*|этот|эта|это|эти|этого|этой|bu|şu)\b"
    r"|هذا|هذه|ذلك|تلك|这|那|この|その|これ|それ",
    re.IGNORECASE,
)


def said(text: str, language: str) -> list[Quotation]:
    """Return who says what in a claim or a sentence."""
    return find_quotations(text, [Span(0, len(text))], language)


def speaker_holds(case: Case) -> bool:
    """Say whether whoever the claim lets speak is who speaks in the sentence that has the words."""
    claim = case.claim
    for quotation in said(claim.text, claim.language):
        if not quotation.speaker or quotation.cue.casefold() in speech("doubtful"):
            continue
        words = quotation.words if quotation.direct else _first_clause(quotation.words, claim.text)
        inside = [i for i in claim.content if words.start <= claim.words.words[i].start < words.end]
        named = [i for run in claim.names for i in run if words.start <= claim.words.words[i].start < words.end and i not in inside]
        if not inside and not named:
            continue
        scores = [_meets(case, j, inside or named, quotation) for j in range(len(case.matched))]
        meant = [j for j, score in enumerate(scores) if score >= NEARLY * max(scores)]
        if quotation.negated:
            meant += [j for j in case.used if case.cited[j].speaker]  # who denies may stand beside whom he answers
        if not any(_speaks(quotation.speaker, case, j) for j in meant):
            return False
    return True


def _first_clause(words: Span, text: str) -> Span:
    """Return reported words without the clause behind them: `..., but he refused`."""
    cut = _CLAUSE.search(text, words.start + 1, words.end)
    return Span(words.start, cut.start()) if cut else words


def _meets(case: Case, j: int, inside: list[int], quotation: Quotation) -> float:
    words = case.claim.words.words
    met = sum(words[i].weight * min(float(case.matched[j].met[i]), 0.6) for i in inside)
    figures = [f for f in case.claim.figures if quotation.words.start <= f.start < quotation.words.end]
    return met + 2.0 * sum(case.has_figure(f, j) for f in figures)


def _speaks(name: str, case: Case, j: int) -> bool:
    """Say whether a name is that of the sentence's speaker; where none is told, whether the sentence has it."""
    citation, sentence = case.cited[j], case.sentences[j]
    if not citation.speaker:
        speakers = [one.speaker for one in said(sentence.text, sentence.language) if one.speaker]
        return not speakers or any(_same(name, one, case, sentence.language) for one in [*speakers, citation.outlet])
    named = [one for one in (citation.speaker, citation.via) if one]
    if any(_same(name, one, case, sentence.language) for one in named):
        return True
    at = sentence.text.find(citation.speaker)
    if at >= 0 and same_bodies(name, sentence.text[max(0, at - OFFICE) : at]):
        return True  # "Polres Walengka, AKP Wira Bastian": the police
    roles = [one.role for one in said(sentence.text, sentence.language) if one.role]
    return any(_same(name, role, case, sentence.language) for role in roles)


def _same(name: str, speaker: str, case: Case, language: str) -> bool:
    mine = case.vocabulary.words(name, case.claim.language)
    theirs = case.vocabulary.words(speaker, language)
    if language == "ja" and script(speaker) == "CJK" and script(name) != "CJK":
        return True  # its signs do not tell how it is read
    near = nearness(mine, theirs)
    named = [
        i for i, word in enumerate(mine.words) if (word.capital or script(word.text) not in ("LATIN", "CYRILLIC")) and not is_title(word)
    ]
    if named:
        return any(stands(mine.words[i], mine, theirs, near[i].tolist()) for i in named)
    return near.size == 0 or float(near.max()) >= ALIKE


def parts_hold(case: Case) -> bool:
    """Say whether sentences are joined only where they tell of the same: each one's subject and dates are the claim's too."""
    used = case.used
    if len(used) < 2:
        return True
    return all(_may_join(case, j) for j in used) and not any(_lends_a_speaker(case, j) for j in used)


def _lends_a_speaker(case: Case, j: int) -> bool:
    """Say whether a sentence gives the claim nothing but its speaker, for what somebody else says in another."""
    speaker = case.cited[j].speaker
    others = [k for k in case.used if k != j and case.cited[k].speaker and case.cited[k].speaker != speaker]
    if not speaker or not others or case.claim.negators:
        return False
    named = any(_is_speaker(run, j, case) for run in case.claim.names)
    answered = any(_is_speaker(run, k, case) for run in case.claim.names for k in others)
    content = [i for i in case.claim.content if not is_title(case.claim.words.words[i])]
    mine, theirs = (sum(float(case.matched[k].met[i]) for i in content) for k in (j, others[0]))
    figures = any(case.has_figure(f, j) and not case.has_figure(f, others[0]) for f in case.claim.figures)
    return named and not answered and not figures and mine < theirs


def _may_join(case: Case, j: int) -> bool:
    sentence, claim = case.sentences[j], case.claim
    dates = [d for d in sentence.dates if d.grain != "week"]
    if dates and claim.dates and tells(case, j) and not any(touches(mine, theirs) for mine in claim.dates for theirs in dates):
        return False
    subject = leading_name(sentence, case.cited[j].speaker, case)
    if subject is None or _in_claim(subject, case):
        return True
    strangers = [run for run in claim.names if not _stands_in(run, j, case) and any(_stands_in(run, k, case) for k in case.used if k != j)]
    pointed = [k for k in case.used if k > j and _POINTING.search(case.sentences[k].text)]
    return not strangers or any(_stands_in(run, k, case) for run in strangers for k in pointed)


def tells(case: Case, j: int) -> bool:
    """Say whether a sentence gives the claim a figure or a word that no other gives, more than a name."""
    others = [k for k in case.used if k != j]
    if not others:
        return True
    if any(case.has_figure(f, j) and not any(case.has_figure(f, k) for k in others) for f in case.claim.figures):
        return True
    return any(
        case.matched[j].met[i] - max(case.matched[k].met[i] for k in others) >= MARGIN
        for i in case.claim.content
        if case.matched[j].met[i] >= OWN
    )


def leading_name(sentence: Read, speaker: str, case: Case) -> Words | None:
    """Return the first name of a sentence, or its speaker's; none where it points to what was told before (`The plant`, `kapal itu`)."""
    runs = [run for run in sentence.names if any(not is_title(sentence.words.words[i]) for i in run)]
    if not runs:
        return case.vocabulary.words(speaker, sentence.language) if speaker else None
    first = sentence.words.words[runs[0][0]]
    if first.start > 0.5 * len(sentence.text) and speaker:
        return None  # "..., chief executive Helen Marsh said"
    if _POINTING.search(sentence.text[: first.start]):
        return None
    last = sentence.words.words[runs[0][-1]]
    return case.vocabulary.words(sentence.text[first.start : last.end], sentence.language)


def _in_claim(name: Words, case: Case) -> bool:
    near = nearness(name, case.claim.words)
    words = [i for i, word in enumerate(name.words) if not is_title(word) and not word.stop]
    if any(stands(name.words[i], name, case.claim.words, near[i].tolist()) for i in words):
        return True
    return bool(same_bodies(name.text, case.claim.text)) or _cannot_tell(name, case)


def _cannot_tell(name: Words, case: Case) -> bool:
    return script(name.text) == "CJK" and name.language == "ja" and case.claim.language not in ("ja", "zh")


def _stands_in(run: tuple[int, ...], j: int, case: Case) -> bool:
    return any(case.matched[j].met[i] >= TRANSLATED for i in own_words(run, case.claim))


def roles_hold(case: Case) -> bool:
    """Say whether of two who are named in one sentence the claim lets the same one act."""
    return all(_same_roles(case, j) for j in case.used)


def _same_roles(case: Case, j: int) -> bool:
    claim, sentence = case.claim, case.sentences[j]
    places = [(run, at) for run in claim.names if (at := _place(run, j, case)) is not None]
    strangers = [run for run in claim.names if _place(run, j, case) is None]
    if strangers and j and _PRONOUN.match(sentence.text) and _stands_in(strangers[0], j - 1, case):
        places.append((strangers[0], -1))  # "Elle remplace Paul Lenoir": she is whom the claim names beside him
        places.sort()
    for (one, first), (other, second) in ((places[0], place) for place in places[1:]):
        if first == second or _is_speaker(one, j, case) or _is_speaker(other, j, case) or _listed(claim, one, other):
            continue
        between = claim.text[claim.words.words[one[-1]].end : claim.words.words[other[0]].start]
        low, high = sorted((first, second))
        theirs = sentence.text[sentence.words.words[low].end if low >= 0 else 0 : sentence.words.words[high].start]
        adjuncts = (_adjunct(claim, claim.words.words[run[0]].start) for run in (one, other))
        if (
            _apposed(between, claim.language)
            or _apposed(theirs, sentence.language)
            or not (_verb_met(one, other, j, case) or _bare(claim, one, other))
            or any(adjuncts)
            or any(_adjunct(sentence, _start(at, sentence)) for at in (first, second) if at >= 0)
        ):
            continue
        turned = passive(_main(between), claim.language) != passive(_main(theirs), sentence.language)
        if (first > second) != turned:
            return False
    return True


def _apposed(between: str, language: str) -> bool:
    """Say whether nothing but titles stands between two names: `Hendra Gunarso, direktur PT Samudra`."""
    words = re.findall(r"\w+", between)
    return all(folded(word) in title_words() or is_stopword(folded(word), language) for word in words)


def _verb_met(one: tuple[int, ...], other: tuple[int, ...], j: int, case: Case) -> bool:
    """Say whether what is told between two names of the claim is told in the sentence in the same words: else their order says nothing."""
    words = case.claim.words
    light = [i for i in range(one[-1] + 1, other[0]) if i not in case.claim.content]
    if any(words.rows[i] & theirs for i in light for theirs in case.sentences[j].words.rows):
        return True
    between = [i for i in case.claim.content if one[-1] < i < other[0] and not is_title(case.claim.words.words[i])]
    return any(case.matched[j].met[i] >= MET for i in between)


def _bare(claim: Read, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Say whether a verb alone stands between two names, `A beat B`: whatever the verb, the first is the doer."""
    return 1 <= sum(not word.stop for word in claim.words.words[one[-1] + 1 : other[0]]) <= 1


def _main(between: str) -> str:
    """Return what stands between two names, up to a relative clause."""
    return re.split(r"\b(?:yang|that|which|who|que|qui|котор\w+)\b|\bالذي\b|\bالتي\b", between)[0] or between


def _listed(claim: Read, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    between = folded(claim.text[claim.words.words[one[-1]].end : claim.words.words[other[0]].start]).strip(" ,")
    return between in ("", "and", "dan", "y", "e", "et", "und", "и", "ve", "serta", "with", "dengan")


_BEFORE = re.compile(
    r"(?:\b(?:in|at|on|near|from|of|for|through|under|dari|di|pada|ke|untuk|dekat|asal|en|de|del|desde|à|au|aux|des|du|en|dans|près|in|im|bei|aus|von|em|do|da|no|na|в|на|из|по|под)\s+(?:\w+\s+){0,2}|l['’]|d['’])$",
    re.IGNORECASE,
)


_SUCCEEDS = re.compile(r"\b(?:over from|in for|place of|lugar de|place de|mengambil alih dari)\s$")
"""Behind these stands whom somebody replaces."""


def _adjunct(text: Read, start: int) -> bool:
    """Say whether the name at a place is only where something happens or whose it is: `in Corvale`, `of the Brunner Gallery`."""
    before = text.text[:start]
    return _BEFORE.search(before) is not None and _SUCCEEDS.search(before) is None


def _start(at: int, sentence: Read) -> int:
    """Return where the name begins that has a word at a place."""
    run = next((run for run in sentence.names if at in run), (at,))
    return sentence.words.words[run[0]].start


def _place(run: tuple[int, ...], j: int, case: Case) -> int | None:
    """Return where in a sentence a name of the claim stands."""
    near = case.matched[j].near
    for i in reversed(own_words(run, case.claim)):
        if case.matched[j].met[i] >= TRANSLATED and near.shape[1]:
            at = int(np.argmax(near[i]))
            if near[i, at] >= 0.3:
                return at
    return None


def _is_speaker(run: tuple[int, ...], j: int, case: Case) -> bool:
    speaker = case.cited[j].speaker
    if not speaker:
        return False
    theirs = case.vocabulary.words(speaker, case.sentences[j].language)
    words = case.claim.words
    near = nearness(words, theirs)
    return any(stands(words.words[i], words, theirs, near[i].tolist()) for i in own_words(run, case.claim))
