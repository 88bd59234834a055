"""Find who speaks the words in quotation marks of one sentence, by the cues of its language and by where the names stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from assistant.text.cues import Phrases
from assistant.text.joints import chain_end, companions
from assistant.text.lexing import QUOTED, match_phrase
from assistant.text.names import is_noun, read_named_noun, read_phrase
from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence

_PAUSES = frozenset(",-–—:")
_LONGEST_TAIL = 12
_SHORT_TAIL = 5
_MOST_NOUNS = 5

Form = Literal["verb", "inverted", "clitic", "passive", "according"]


class Attribution(NamedTuple):
    """That `speaker` says something: the tokens `[first, last)` are the cue that says so.

    `also` speak together with the speaker; `via` passed the words on. `form` is how the cue stands to its speaker: a verb behind its
    subject, one before it, one with the subject inside, one in the passive, or a preposition.
    """

    first: int
    last: int
    form: Form
    speaker: Phrase | None
    also: tuple[Phrase, ...] = ()
    via: Phrase | None = None
    stated: bool = False  # a complementiser follows: words are reported, whoever said them

    @property
    def begins(self) -> int:
        """The first token of the attribution, its speaker included."""
        return min([self.first, *(phrase.first for phrase in self.also), *([self.speaker.first] if self.speaker else [])])

    @property
    def ends(self) -> int:
        """The token behind the attribution, its speaker included."""
        return max([self.last, *(phrase.last for phrase in self.also), *([self.speaker.last] if self.speaker else [])])


def around(sentence: Sentence, quotation: int) -> Attribution | None:
    """Find the attribution of the quotation at token `quotation`: behind it first, then before it."""
    return _behind(sentence, quotation + 1) or _before(sentence, quotation)


def _behind(sentence: Sentence, at: int) -> Attribution | None:
    tokens, cues = sentence.tokens, sentence.cues
    while at < len(tokens) and (
        tokens[at].text in _PAUSES or (cues.clitic and tokens[at].low in cues.anaphors)
    ):  # `"...," begitu kata Budi`
        at += 1
    if at >= len(tokens):
        return None
    tables: list[tuple[Form, Phrases]] = [("inverted", cues.inverted), ("passive", cues.passive), ("according", cues.according)]
    if cues.free_order:
        tables += [("inverted", cues.verbs), ("inverted", cues.acts)]
    for form, table in tables:
        if n := match_phrase(tokens, at, table):
            subject = subject_behind(sentence, at + n)
            if subject is None and cues.prodrop and table is not cues.according:
                subject = _late_subject(sentence, at + n) or dropped(sentence, at)
            if subject is not None:
                return attribution_at(sentence, at, n, subject, form)
    if n := match_phrase(tokens, at, cues.clitic):
        return attribution_at(sentence, at, n, inside(sentence, at, n), "clitic")
    if cues.clitic and tokens[at].low.endswith("nya") and not tokens[at].capital and at >= 2 and sentence.ends_clause(at + 1):
        return attribution_at(sentence, at, 1, inside(sentence, at, 1), "clitic")  # "bujuknya", "lirihnya": whatever the verb
    subject = sentence.phrase(at) or read_named_noun(tokens, at, cues, sentence.text)
    if subject is not None:
        end = chain_end(sentence, subject)
        end = next((last for first, last in sentence.relatives if first - 1 <= end <= first), end)  # "one nurse, who wept, said"
        verb, n = _verb_from(sentence, end, (cues.verbs, cues.inverted))
        if n:
            return attribution_at(sentence, verb, n, subject, "verb")
    return _unknown_verb(sentence, at)


def inside(sentence: Sentence, at: int, n: int) -> Phrase:
    """Stand for the subject that a verb such as `ujarnya` holds."""
    token = sentence.tokens[at]
    held = next((len(word) for word in sentence.cues.pronouns if token.low.endswith(f"-{word}")), None)  # "a-t-elle raconté"
    return Phrase(at, at + n, "pronoun", at=token.start if held is None else token.end - held)


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
    subject = subject or read_named_noun(tokens, at + 1, cues, sentence.text) or _unnamed(sentence, at + 1)
    if subject is None or subject.kind == "pronoun" or not sentence.ends_clause(subject.last):
        return None
    return attribution_at(sentence, at, 1, subject, "inverted")


def _late_subject(sentence: Sentence, at: int) -> Phrase | None:
    """Find a name far behind its verb, at the end: `disse em nota o diretor da companhia, Danilo Sá.`"""
    late = [phrase for phrase in sentence.phrases if phrase.first >= at and phrase.kind == "person"]
    named = [phrase for phrase in late if sentence.free(phrase, [], at) and sentence.ends_clause(phrase.last)]
    return named[-1] if named else None


def dropped(sentence: Sentence, at: int) -> Phrase:
    """Stand for the subject that a verb carries in itself."""
    return Phrase(at, at, "pronoun", at=sentence.tokens[at].start)


def subject_behind(sentence: Sentence, at: int) -> Phrase | None:
    """Read the subject behind an inverted verb, past adverbs and "by"."""
    tokens, cues = sentence.tokens, sentence.cues
    first = at
    for _ in range(3):
        if at < len(tokens) and (tokens[at].low in cues.by or tokens[at].low in cues.transparent):
            if read_phrase(tokens, at, cues, sentence.text) is not None:
                break
            at += 1
    if at < len(tokens) and tokens[at].low in cues.objective and (sentence.ends_clause(at + 1) or tokens[at + 1].low in cues.openers):
        return Phrase(at, at + 1, "pronoun", at=tokens[at].start)  # "according to him"
    subject = read_phrase(tokens, at, cues, sentence.text) if at < len(tokens) else None
    if subject is None and cues.free_order and at < len(tokens) and tokens[at].low in cues.prepositions:
        # "заявил на церемонии мэр города": what follows a preposition stands between a verb and its subject
        for place in range(at + 2, min(at + 5, len(tokens))):
            subject = read_phrase(tokens, place, cues, sentence.text)
            if subject is not None and subject.kind in ("person", "pronoun"):
                return subject
        return None
    if subject is None or subject.kind == "plural" or (subject.kind == "role" and not subject.definite):
        return (
            _apposed(sentence, at) or read_named_noun(tokens, at, cues, sentence.text) or subject or _unnamed(sentence, max(first, at - 1))
        )
    return subject


def _unnamed(sentence: Sentence, at: int) -> Phrase | None:
    """Read somebody without a name behind a cue: `the regional fire service`, `seorang bekas perancang`; papers say nothing."""
    tokens, cues = sentence.tokens, sentence.cues
    last = at
    while last < len(tokens) and tokens[last].low in cues.determiners:
        last += 1
    begun = last
    while last < min(len(tokens), begun + _MOST_NOUNS) and (is_noun(tokens, last, cues) or (last > begun and tokens[last].capital)):
        last += 1
    while cues.named_nouns and begun < last < len(tokens) and tokens[last].low in cues.connectors and is_noun(tokens, last + 1, cues):
        last += 2  # "une source proche du dossier"
    if last < len(tokens) and tokens[last].low in cues.demonstratives:
        last += 1
    nouns = {token.low for token in tokens[at:last]}
    ends = sentence.ends_clause(last) or (last < len(tokens) and tokens[last].low in cues.relatives)
    if (begun == at and not cues.head_first) or last == begun or nouns & cues.papers or not ends:
        return None
    return Phrase(at, last, "plural", at=tokens[at].start)


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
    introduced: list[tuple[Form, Phrases]] = [("inverted", cues.inverted), ("according", cues.according)]
    start = max((i + 1 for i in range(quotation) if tokens[i].text == QUOTED), default=0)
    for at in range(quotation - 1, start - 1, -1):
        for form, table in introduced:
            if n := match_phrase(tokens, at, table):
                if form == "inverted" and cues.by_needed and sentence.subject_before(at) is not None:
                    continue  # "Hart told The Echo: ...": whom it was told, not who told
                subject = subject_behind(sentence, at + n)
                if subject is not None and _only_pauses(sentence, chain_end(sentence, subject), quotation):
                    return attribution_at(sentence, at, n, subject, form)
        for table in (cues.verbs, cues.acts, cues.weak, cues.gerunds):
            if n := match_phrase(tokens, at, table):
                if sentence.blocked(at):
                    return None
                subject = sentence.subject_before(at)
                close = tokens[quotation - 1].text in ",:" or quotation - at - n <= _LONGEST_TAIL
                return attribution_at(sentence, at, n, subject, "verb") if subject and close else None
    return _before_colon(sentence, start, quotation) or _unknown_before(sentence, quotation)


def _unknown_before(sentence: Sentence, quotation: int) -> Attribution | None:
    """Read `Ustaz Zulkifli berseloroh, "..."`: an unknown verb between a name and a quotation must be one of saying."""
    tokens, cues = sentence.tokens, sentence.cues
    at = quotation - 2
    if at < 1 or tokens[quotation - 1].text not in (",", ":") or not cues.is_verbal(tokens[at].low) or sentence.blocked(at):
        return None
    subject = next((phrase for phrase in sentence.phrases if phrase.last == at and phrase.kind in ("person", "pronoun")), None)
    return attribution_at(sentence, at, 1, subject, "verb") if subject is not None else None


def _before_colon(sentence: Sentence, start: int, quotation: int) -> Attribution | None:
    """Read `Dirjen Imigrasi Silvester Nong blak-blakan: "..."` and `Lars Holm: "..."`: the only person before a colon speaks behind it."""
    tokens = sentence.tokens
    if quotation == 0 or tokens[quotation - 1].text != ":" or sentence.blocked(quotation - 1):
        return None
    persons = [phrase for phrase in sentence.phrases if start <= phrase.first and phrase.last < quotation and phrase.kind == "person"]
    if len(persons) != 1 or quotation - 1 - persons[0].last > _SHORT_TAIL:
        return None
    if persons[0].last == quotation - 1:
        return Attribution(quotation - 1, quotation - 1, "verb", persons[0])
    return attribution_at(sentence, quotation - 2, 1, persons[0], "verb")


def _only_pauses(sentence: Sentence, at: int, end: int) -> bool:
    return all(sentence.tokens[i].text in _PAUSES or sentence.passes(i) for i in range(at, end))


def has_complement(sentence: Sentence, at: int) -> bool:
    """Say whether a complementiser follows a cue that ends at a token."""
    return any(token.low in sentence.cues.complementisers for token in sentence.tokens[at : at + 4])


def attribution_at(sentence: Sentence, at: int, n: int, subject: Phrase | None, form: Form) -> Attribution:
    """Make the attribution whose cue has `n` tokens from `at`: who speaks with the subject, and who passed the words on."""
    stated = has_complement(sentence, at + n)
    if subject is None:
        return Attribution(at, at + n, form, None, (), None, stated)
    relayed = _relayed(sentence, max(subject.last, at + n)) or (_relayed(sentence, subject.last) if form == "verb" else None)
    if relayed is not None:
        return Attribution(at, at + n, form, relayed, (), subject, stated)
    speaker = _speaks_through(sentence, subject) if form == "verb" else None
    if speaker is not None:
        return Attribution(at, at + n, form, speaker, (), subject, stated)
    return Attribution(at, at + n, form, subject, companions(sentence, subject), None, stated)


def _relayed(sentence: Sentence, at: int) -> Phrase | None:
    """Read whom the speaker passes on: `..., mengutip pernyataan Xi Jinping`."""
    for place in range(at, min(at + 3, len(sentence.tokens))):
        if n := match_phrase(sentence.tokens, place, sentence.cues.relay):
            phrase = read_phrase(sentence.tokens, place + n, sentence.cues, sentence.text)
            return phrase if phrase is not None and phrase.kind in ("person", "body") else None
    return None


def _speaks_through(sentence: Sentence, subject: Phrase) -> Phrase | None:
    """Return whose words a speaker passes on: `Fraksi Nurani melalui juru bicaranya, Siti Aminah, mengkritik`."""
    for at in range(max(1, subject.first - 4), subject.first):
        if sentence.tokens[at].low in sentence.cues.passing:
            return next((p for p in sentence.phrases if p.last == at and p.kind in ("person", "body") and sentence.free(p, [], 0)), None)
    return None
