"""Find which words of a sentence an attribution reports, to whom they were said, and where."""

from __future__ import annotations

from collections.abc import Container

from assistant.records import Span
from assistant.text.attribution import Attribution
from assistant.text.lexing import QUOTED, match_phrase
from assistant.text.names import is_noun, read_phrase
from assistant.text.subjects import Sentence

_CLAUSE = 4
_OPENING = ("„", "«", "“", '"')
_LONGEST_ASIDE = 9
_GOES_ON = 3
"""Words from which on what follows an attribution and a comma belongs to what is said."""


def reported_words(sentence: Sentence, found: Attribution, start: int, stop: int) -> Span | None:
    """Return the span of what is reported, of the tokens `[start, stop)` that belong to this attribution; None when there is nothing."""
    denied = any(token.low in sentence.cues.denials for token in sentence.tokens[found.first : found.last])
    if denied and found.form == "verb" and (asked := _asked_about(sentence, found)) is not None:
        return asked
    if denied and found.form == "verb" and found.last - found.first > 1 and not _has_words(sentence, found.ends, stop):
        return span_of(sentence, found.first, found.last)  # "asked about it, the firm declined to comment"
    stop = next((i for i in range(min(found.ends, stop), stop) if sentence.tokens[i].text == ";"), stop)
    first, last = _bounds(sentence, found, start, stop)
    while found.form == "passive" and last - first > 1 and sentence.tokens[last - 1].low in sentence.cues.auxiliaries:
        last -= 1
    words = span_of(sentence, first, last)
    lows = [token.low for token in sentence.tokens[first:last] if token.word]
    passed = found.form == "passive" and len(lows) == 2 and lows[-1] in sentence.cues.demonstratives  # "Keputusan itu disampaikan"
    if words is None or passed or all(low in sentence.cues.anaphors for low in lows):
        return span_of(sentence, found.first, found.last) if denied else None
    return words


def _asked_about(sentence: Sentence, found: Attribution) -> Span | None:
    """Return what somebody was asked who then declines to say it: `Asked about the missing millions, Aas declined to comment`."""
    tokens, cues = sentence.tokens, sentence.cues
    if tokens[0].low not in cues.asked or found.last - found.first < 2:
        return None
    comma = next((i for i in range(1, found.begins) if tokens[i].text == ","), None)
    first = 1
    while comma is not None and first < comma and tokens[first].low in cues.prepositions:
        first += 1
    return span_of(sentence, first, comma) if comma is not None else None


def span_of(sentence: Sentence, first: int, last: int) -> Span | None:
    """Return the characters of the tokens `[first, last)` without punctuation at either end, None when no word is among them."""
    tokens = sentence.tokens
    while first < last and not _weighs(sentence, first):
        first += 1
    while last > first and not _weighs(sentence, last - 1):
        last -= 1
    return Span(tokens[first].start, tokens[last - 1].end) if first < last else None


def _weighs(sentence: Sentence, at: int) -> bool:
    token = sentence.tokens[at]
    return token.word or token.text in (QUOTED, ")", "(", "$", "€", "£", "%", "#", "@", "+", "°")


def _bounds(sentence: Sentence, found: Attribution, start: int, stop: int) -> tuple[int, int]:
    begins, ends = max(start, found.begins), min(stop, found.ends)
    if found.form == "passive":
        behind = _behind_complementiser(sentence, ends, stop)
        if behind is not None:
            return behind, stop
        return (start, begins) if _has_words(sentence, start, begins) else (ends, stop)
    if found.form == "verb":
        return _around_verb(sentence, found, start, stop)
    before = _has_words(sentence, start, begins)
    after = skip_asides(sentence, ends, stop)
    if not before:
        behind = _behind_complementiser(sentence, ends, stop)
        if behind is None and found.form == "according":
            behind = next((i + 1 for i in range(ends - 1, min(stop, ends + 12)) if sentence.tokens[i].text == ","), None)
            relative = next((last for first, last in sentence.relatives if behind is not None and first == behind), None)
            behind = relative + 1 if relative is not None else behind  # "according to Yusuf, who led the study, ..."
        return (behind if behind is not None else after if _has_words(sentence, after, stop) else ends), stop
    return start, stop if _goes_on(sentence, found, ends, stop) else begins


def _goes_on(sentence: Sentence, found: Attribution, ends: int, stop: int) -> bool:
    """Say whether what follows an attribution inside a sentence belongs to what is said: `The river, said Ruiz, had smelled`."""
    tokens, cues = sentence.tokens, sentence.cues
    relative = next((last for first, last in sentence.relatives if first in (ends, ends + 1)), None)
    at = relative if relative is not None else ends
    comma = at < stop and (tokens[at].text in (",", "—", "–") or tokens[at - 1].text == ",")
    at += at < stop and not tokens[at].word
    if not comma or at >= stop or _count_words(sentence, at, stop) < _GOES_ON:
        return False
    first = tokens[at]
    aside = first.low in cues.prepositions - cues.purposes or first.low in cues.relatives | cues.determiners or first.text[0].isdigit()
    return not aside and not (first.capital and not cues.nouns_capital) and not (cues.noun_before and first.low.endswith("ing"))


def _around_verb(sentence: Sentence, found: Attribution, start: int, stop: int) -> tuple[int, int]:
    """Find what a verb behind its subject reports: mostly what follows it."""
    tokens = sentence.tokens
    begins, ends = max(start, found.begins), found.ends
    behind = _behind_complementiser(sentence, ends, stop)
    if behind is not None:
        return behind, stop
    listener = listener_at(sentence, found)
    if listener is not None and listener[0] <= skip_asides(sentence, found.last, listener[0] + 1):
        ends = max(ends, listener[1])
        behind = _behind_complementiser(sentence, ends, stop)
        if behind is not None:
            return behind, stop
    if sentence.cues.free_order and (behind := _behind_late_complementiser(sentence, ends, stop)) is not None:
        return behind, stop
    after = skip_asides(sentence, ends, stop)
    comma_before = begins > start and tokens[begins - 1].text in (",", QUOTED, "—", "–")
    before = comma_before and _has_words(sentence, start, begins - 1)
    if not _has_words(sentence, after, stop):
        comma = next((i for i in range(begins - 1, start, -1) if tokens[i].text in (",", QUOTED, "—", "–")), start)
        return (start, comma) if _has_words(sentence, start, comma) else (ends, stop)
    told = ends < stop and tokens[ends].low in (sentence.cues.prepositions | sentence.cues.transparent) - sentence.cues.addressing
    act = match_phrase(tokens, found.first, sentence.cues.acts) > 0
    clause = start < len(tokens) and tokens[start].low not in sentence.cues.prepositions
    if before and told and clause and not act and _count_words(sentence, start, begins) >= _CLAUSE:
        return start, begins  # "..., the minister said after a meeting"
    enclosed = not sentence.cues.head_first and ends < stop and tokens[ends].text in (",", "—", "–")
    if before and enclosed and _count_words(sentence, max(start, sentence.clause_start(begins)), begins) > 1:
        return start, stop
    pause = next((i for i in range(after - 1, ends - 1, -1) if tokens[i].text in (",", ":")), None)
    if pause is not None:
        return pause + 1, stop  # what is said begins behind the comma, be it with a number or a time
    return (after if _only_when(sentence, ends, after) else ends), stop


def _only_when(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether the tokens only tell when: `on Monday`, `Senin (3/4)`."""
    words = [token for token in sentence.tokens[first:last] if token.word]
    timely = sentence.cues.transparent | sentence.cues.prepositions
    return bool(words) and not words[0].text[0].isdigit() and all(token.low in timely or token.text[0].isdigit() for token in words)


def _behind_complementiser(sentence: Sentence, at: int, stop: int) -> int | None:
    """Return the token behind the complementiser that follows a cue, past asides such as `kepada wartawan di Jakarta`."""
    cues = sentence.cues
    if at < stop and sentence.tokens[at].text == ",":
        closing = next((i for i in range(at + 1, min(stop - 1, at + 20)) if sentence.tokens[i].text == ","), None)
        if closing is not None and sentence.tokens[closing + 1].low in cues.bare_complementisers:
            return closing + 2  # "mengungkap, tanpa merinci lokasinya, bahwa"
    while at < stop and sentence.tokens[at].low not in cues.complementisers:
        further = skip_asides(sentence, at, stop, stops=cues.complementisers)
        if further == at:
            return None
        at = further
    if at >= stop:
        return None
    return at + 1 if sentence.tokens[at].low in cues.bare_complementisers else at


def _behind_late_complementiser(sentence: Sentence, at: int, stop: int) -> int | None:
    """Return the token behind a complementiser that asides precede: `sagte der Zeitung am 10. Mai, dass`, `dijo en forma clara que`."""
    tokens, cues = sentence.tokens, sentence.cues
    told = at < stop and tokens[at].low in cues.prepositions
    for place in range(at, min(stop - 1, at + _LONGEST_ASIDE)):
        if tokens[place].text == QUOTED:
            return None
        if tokens[place].text == ",":
            return place + 2 if tokens[place + 1].low in cues.bare_complementisers else None
        if told and tokens[place].low in cues.bare_complementisers:
            return place + 1
    return None


def skip_asides(sentence: Sentence, at: int, stop: int, stops: Container[str] = ()) -> int:
    """Return the first token from `at` that is one of `stops`, or no adverb, date, comma or phrase with a preposition."""
    tokens, cues = sentence.tokens, sentence.cues
    while at < stop:
        token = tokens[at]
        if token.low in stops:
            return at
        if token.text == "(":
            closing = next((i for i in range(at, min(stop, at + 9)) if tokens[i].text == ")"), None)
            if closing is None:
                return at
            at = closing + 1
        elif token.low in cues.prepositions and at + 1 < stop:
            at = _end_of_prepositional(sentence, at + 1, stop)
        elif sentence.passes(at) or (token.capital and at and tokens[at - 1].low in cues.transparent):
            at += 1
        else:
            return at
    return min(at, stop)


def _end_of_prepositional(sentence: Sentence, at: int, stop: int) -> int:
    """Return the token behind what follows a preposition: a name, or a noun or two with their article."""
    tokens, cues = sentence.tokens, sentence.cues
    phrase = read_phrase(tokens, at, cues, sentence.text)
    if phrase is not None:
        last = phrase.last
    else:
        last = at
        while last < stop and tokens[last].low in cues.determiners:
            last += 1
        most = last + (2 if last > at else 1)
        while last < min(stop, most) and is_noun(tokens, last, cues):
            last += 1
        last = max(last, at + 1)
    while last < stop and tokens[last].capital and tokens[last - 1].text != ",":
        last += 1
    return last


def listener_at(sentence: Sentence, found: Attribution) -> tuple[int, int] | None:
    """Return the tokens that say to whom: `kepada wartawan`, `told reporters`, `to the court`."""
    tokens, cues = sentence.tokens, sentence.cues
    if tokens[found.last - 1].low in cues.telling and found.form == "verb":
        told = _noun_phrase(sentence, found.last)
        sure = tokens[found.last - 1].low.startswith(("t", "in", "re"))  # told, informed, reminded: nothing else can follow
        return told if told is None or sure or cues.head_first or _names_somebody(sentence, *told) else None
    for at in range(found.last, min(len(tokens), max(found.ends, found.last) + 7)):
        if tokens[at].text in (QUOTED, ";") or tokens[at].low in cues.complementisers:
            return None
        if found.speaker is not None and found.speaker.first <= at < found.speaker.last:
            continue
        if tokens[at].low in cues.determiners and at > found.ends:
            continue  # "der" is an article, unless it follows at once: "sagte er der dpa"
        if tokens[at].low in cues.addressing:
            phrase = _noun_phrase(sentence, at + 1)
            return phrase if phrase is not None and _names_somebody(sentence, *phrase) else None
    return None


def _names_somebody(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether a phrase behind "to" is somebody and no verb: `to reporters`, not `to exert efforts`."""
    tokens, cues = sentence.tokens[first:last], sentence.cues
    known = (cues.determiners, cues.listeners, cues.plurals, cues.media, cues.persons, cues.titles, cues.bodies)
    return any(token.capital or any(token.low in words for words in known) for token in tokens)


def _noun_phrase(sentence: Sentence, at: int) -> tuple[int, int] | None:
    """Read the tokens of a noun phrase, with or without a name."""
    tokens, cues = sentence.tokens, sentence.cues
    at += at < len(tokens) and tokens[at].text in _OPENING
    if at >= len(tokens) or not tokens[at].word:
        return None
    phrase = read_phrase(tokens, at, cues, sentence.text)
    if phrase is not None and phrase.kind != "plural":
        return phrase.first, phrase.last - (tokens[phrase.last - 1].text == ",")
    last = at
    while last < len(tokens) and tokens[last].low in cues.determiners:
        last += 1
    begun = last
    while last < min(len(tokens), begun + 3) and tokens[last].word and not _ends_noun(sentence, last):
        last += 1
        if not cues.head_first and tokens[last - 1].low in cues.listeners:
            break
    while last > begun and last < len(tokens) and tokens[last].capital and tokens[last - 1].low in cues.media:
        last += 1
    return (at, last) if last > begun else None


def _ends_noun(sentence: Sentence, at: int) -> bool:
    token, cues = sentence.tokens[at], sentence.cues
    words = (cues.prepositions, cues.transparent, cues.complementisers, cues.conjunctions, cues.pronouns, cues.blockers, cues.determiners)
    return any(token.low in listed for listed in words) or token.text.isdigit()


def addressee_of(sentence: Sentence, found: Attribution) -> str:
    """Return to whom something was said, as written and without an article, "" when that is not told or is a medium."""
    listener = listener_at(sentence, found)
    if listener is None and found.form == "verb" and sentence.tokens[found.last - 1].low in sentence.cues.asking:
        asked = _noun_phrase(sentence, found.last)
        listener = (
            asked if asked is not None and _names_somebody(sentence, *asked) else None
        )  # "mengimbau warga agar": they are told, and a part of what is said
    if listener is None:
        return ""
    written = _written(sentence, *listener)
    return "" if _is_medium(sentence, *listener) else written


def medium_of(sentence: Sentence, found: Attribution) -> str:
    """Return where something was said or published, as written and without an article, "" when that is not told."""
    tokens, cues = sentence.tokens, sentence.cues
    listener = listener_at(sentence, found)
    if listener is not None and _is_medium(sentence, *listener):
        return _written(sentence, *listener)
    for at in range(len(tokens)):
        if tokens[at].low in cues.through:
            phrase = _noun_phrase(sentence, at + 1)
            if phrase is not None and _is_medium(sentence, *phrase):
                return _written(sentence, *phrase)
        if n := match_phrase(tokens, at, cues.sources):
            phrase = _noun_phrase(sentence, at + n)
            if phrase is not None:
                return _written(sentence, *phrase)
    return ""


def _is_medium(sentence: Sentence, first: int, last: int) -> bool:
    return any(token.low in sentence.cues.media for token in sentence.tokens[first:last])


def _written(sentence: Sentence, first: int, last: int) -> str:
    tokens, cues = sentence.tokens, sentence.cues
    while first < last - 1 and tokens[first].low in cues.determiners:
        first += 1
    return sentence.text[tokens[first].start : tokens[last - 1].end]


def _has_words(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether more than a conjunction or an adverb stands in a range of tokens."""
    empty = sentence.cues.openers.keys() | sentence.cues.transparent | sentence.cues.conjunctions
    return any((token.word and token.low not in empty) or token.text == QUOTED for token in sentence.tokens[first:last])


def _count_words(sentence: Sentence, first: int, last: int) -> int:
    return sum(token.word for token in sentence.tokens[first:last])
