"""Find who speaks in one sentence, by the cues of its language and by where the names stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assistant.text.cues import Cues, Phrases
from assistant.text.names import QUOTED, Phrase, Token, match_phrase, read_phrase

_PAUSES = frozenset(",-–—:")
_LONGEST_TAIL = 12


class Attribution(NamedTuple):
    """That `speaker` says something, by the cue at `[start, end)` of the article; `via` passed it on."""

    cue: str
    at: int
    speaker: Phrase | None
    via: Phrase | None = None
    quoted: bool = False  # it stands next to a quotation
    stated: bool = False  # a complementiser follows: words are reported, whoever said them


class Sentence:
    """The tokens of a sentence with the noun phrases in it that may be subjects."""

    def __init__(self, tokens: Sequence[Token], cues: Cues, text: str, names: frozenset[str]) -> None:
        self.tokens = tokens
        self.cues = cues
        self.text = text
        self.names = names
        self.phrases = self._read_phrases()

    def _read_phrases(self) -> list[Phrase]:
        found: list[Phrase] = []
        at = 0
        while at < len(self.tokens):
            phrase = self._phrase(at)
            if phrase is None:
                at += 1
            else:
                found.append(phrase)
                at = max(phrase.last, at + 1)
        return found

    def _phrase(self, at: int) -> Phrase | None:
        """Read a phrase, unless its only name is the capitalised first word of the sentence."""
        tokens = self.tokens
        if at >= len(tokens) or not tokens[at].word:
            return None
        phrase = read_phrase(tokens, at, self.cues, self.text)
        if phrase is None or not self._begins(at) or not tokens[at].capital:
            return phrase
        low = tokens[at].low
        cues = self.cues
        if low in cues.titles or low in cues.bodies or low in cues.persons or low in cues.roles:
            return phrase
        if cues.common is not None and cues.common.fullmatch(low) and low not in self.names:
            return None
        if phrase.kind == "person" and phrase.last == at + 1 and low not in self.names:
            verb = any(match_phrase(tokens, at + 1, table) for table in (self.cues.verbs, self.cues.acts))
            following = tokens[at + 1].low if at + 1 < len(tokens) else ""
            joined = following in cues.conjunctions and at + 2 < len(tokens) and tokens[at + 2].capital
            return phrase if verb or joined or following in cues.transparent else None
        return phrase

    def _begins(self, at: int) -> bool:
        return at == 0 or self.tokens[at - 1].text in (QUOTED, ":", '"', "“") or not any(
            token.word for token in self.tokens[:at]
        )

    def subject(self) -> Phrase | None:
        """Return the first phrase that may be a subject: whom the sentence is about."""
        for i, phrase in enumerate(self.phrases):
            if self._free(phrase, self.phrases[:i], 0):
                return phrase
        return None

    # Around a quotation

    def around(self, quotation: int) -> Attribution | None:
        """Find the attribution of the quotation at token `quotation`: behind it first, then before it."""
        return self._behind(quotation + 1) or self._before(quotation)

    def _behind(self, at: int) -> Attribution | None:
        tokens, cues = self.tokens, self.cues
        while at < len(tokens) and tokens[at].text in _PAUSES:
            at += 1
        if at >= len(tokens):
            return None
        tables = (cues.inverted, cues.passive, cues.according, *((cues.verbs, cues.acts) if cues.free_order else ()))
        for table in tables:
            if n := match_phrase(tokens, at, table):
                subject = self._subject_behind(at + n)
                if subject is None and cues.prodrop and table is not cues.according:
                    subject = self._late_subject(at + n) or self._dropped(at)
                if subject is not None:
                    return self._attribution(at, n, subject, quoted=True)
        if n := match_phrase(tokens, at, cues.clitic):
            return self._attribution(at, n, Phrase(at, at + n, "pronoun", at=tokens[at].start), quoted=True)
        subject = self._phrase(at)
        if subject is not None:
            verb, n = self._verb_from(subject.last, (cues.verbs, cues.inverted))
            if n:
                return self._attribution(verb, n, subject, quoted=True)
        return self._unknown_verb(at)

    def _unknown_verb(self, at: int) -> Attribution | None:
        """Read `"...", sighed Ruiz.`: one unknown word between a quotation and a name must be a verb of saying."""
        tokens, cues = self.tokens, self.cues
        word = tokens[at]
        listed = (cues.prepositions, cues.blockers, cues.openers, cues.conjunctions, cues.plurals, cues.transparent, cues.determiners)
        if not word.word or word.capital or any(word.low in words for words in listed):
            return None
        subject = self._phrase(at + 1)
        if subject is None or subject.kind != "person" or not self._ends_clause(subject.last):
            return None
        return self._attribution(at, 1, subject, quoted=True)

    def _late_subject(self, at: int) -> Phrase | None:
        """Find a name that ends the sentence far behind its verb: `disse em nota o diretor da companhia, Danilo Sá.`"""
        late = [phrase for phrase in self.phrases if phrase.first >= at and phrase.kind == "person"]
        named = [phrase for phrase in late if self._free(phrase, [], at) and self._ends_clause(phrase.last)]
        return named[-1] if named else None

    def _dropped(self, at: int) -> Phrase:
        """Stand for the subject that a verb carries in itself."""
        return Phrase(at, at, "pronoun", at=self.tokens[at].start)

    def _subject_behind(self, at: int) -> Phrase | None:
        """Read the subject behind an inverted verb, past adverbs and "by"."""
        tokens, cues = self.tokens, self.cues
        for _ in range(3):
            if at < len(tokens) and (tokens[at].low in cues.by or tokens[at].low in cues.transparent):
                if read_phrase(tokens, at, cues, self.text) is not None:
                    break
                at += 1
        subject = read_phrase(tokens, at, cues, self.text) if at < len(tokens) else None
        if subject is None and cues.free_order and at < len(tokens) and tokens[at].low in cues.prepositions:
            # "заявил на церемонии мэр города": what follows a preposition stands between a verb and its subject
            for place in range(at + 2, min(at + 5, len(tokens))):
                subject = read_phrase(tokens, place, cues, self.text)
                if subject is not None and subject.kind in ("person", "pronoun"):
                    return subject
            return None
        if subject is None or (subject.kind == "role" and not subject.definite):
            return self._apposed(at) or subject
        return subject

    def _apposed(self, at: int) -> Phrase | None:
        """Read the name behind an unknown role: `kata jurucakapnya, Hanafi Megat.`"""
        tokens = self.tokens
        comma = at
        while comma < min(at + 5, len(tokens)) and tokens[comma].word and not tokens[comma].capital:
            if tokens[comma].low in self.cues.prepositions or match_phrase(tokens, comma, self.cues.verbs):
                return None
            comma += 1
        if comma == at or comma + 1 >= len(tokens) or tokens[comma].text != ",":
            return None
        subject = read_phrase(tokens, comma + 1, self.cues, self.text)
        if subject is None or subject.kind != "person" or not self._ends_clause(subject.last):
            return None
        return subject._replace(first=at, role=self.text[tokens[at].start : tokens[comma - 1].end])

    def _verb_from(self, at: int, tables: Sequence[Phrases]) -> tuple[int, int]:
        """Find a verb that follows a subject directly; returns its place and length, (at, 0) when none does."""
        for place in range(at, min(at + _LONGEST_TAIL, len(self.tokens))):
            for table in tables:
                if n := match_phrase(self.tokens, place, table):
                    return (place, n) if not self._blocked(place) else (at, 0)
            if not self._passes(place):
                return at, 0
        return at, 0

    def _before(self, quotation: int) -> Attribution | None:
        """Find the cue that introduces a quotation: `Biden said on Monday: "..."`, `Menurut Budi, "..."`."""
        tokens, cues = self.tokens, self.cues
        start = max((i + 1 for i in range(quotation) if tokens[i].text == QUOTED), default=0)
        for at in range(quotation - 1, start - 1, -1):
            for table in (cues.inverted, cues.according):
                if n := match_phrase(tokens, at, table):
                    subject = self._subject_behind(at + n)
                    if subject is not None and self._only_pauses(subject.last, quotation):
                        return self._attribution(at, n, subject, quoted=True)
            for table in (cues.verbs, cues.acts, cues.weak, cues.gerunds):
                if n := match_phrase(tokens, at, table):
                    if self._blocked(at):
                        return None
                    subject = self._subject_before(at)
                    close = tokens[quotation - 1].text in ",:" or quotation - at - n <= _LONGEST_TAIL
                    return self._attribution(at, n, subject, quoted=True) if subject and close else None
        return None

    def _only_pauses(self, at: int, end: int) -> bool:
        return all(self.tokens[i].text in _PAUSES or self._passes(i) for i in range(at, end))

    # Without a quotation

    def reported(self) -> list[Attribution]:
        """Find the indirect speech of the sentence: the first speaker, and others in clauses of their own."""
        tokens, cues = self.tokens, self.cues
        found: list[Attribution] = []
        at = 0
        while at < len(tokens):
            attribution, n = self._reported_at(at)
            if attribution is not None and (not found or self._new_clause(found[-1].at, at)):
                found.append(attribution)
            at += max(n, 1)
        return found

    def _new_clause(self, before: int, at: int) -> bool:
        """Say whether a coordinate clause begins between two cues: what Xi says that Biden said is Xi's."""
        between = [token.low for token in self.tokens[:at] if token.start > before]
        return any(low in self.cues.coordinators or low == ";" for low in between)

    def _reported_at(self, at: int) -> tuple[Attribution | None, int]:
        tokens, cues = self.tokens, self.cues
        if n := match_phrase(tokens, at, cues.according):
            subject = self._subject_behind(at + n)
            return (self._attribution(at, n, subject) if subject and subject.kind != "plural" else None), n
        if n := match_phrase(tokens, at, cues.clitic):
            return self._attribution(at, n, Phrase(at, at + n, "pronoun", at=tokens[at].start)), n
        if n := match_phrase(tokens, at, cues.passive):
            return self._passive_at(at, n), n
        if (n := match_phrase(tokens, at, cues.inverted)) and at and tokens[at - 1].text in (",", QUOTED):
            subject = self._subject_behind(at + n)
            if subject is not None and self._ends_clause(subject.last):
                return self._attribution(at, n, subject), n
        for table in (cues.verbs, cues.acts, cues.naming, cues.weak, cues.gerunds):
            if n := match_phrase(tokens, at, table):
                if self._blocked(at) or (table is cues.weak and not self._has_complement(at + n)):
                    return None, n
                if table is cues.naming and at + n < len(tokens) and tokens[at + n].capital:
                    return None, n
                subject = self._subject_before(at)
                if subject is None and cues.prodrop and self._begins(at):
                    subject = self._dropped(at)
                if subject is None and not self._has_complement(at + n):
                    return None, n
                found = self._attribution(at, n, subject)
                clear = table is cues.verbs and subject is not None and (subject.kind == "person" or subject.relation)
                return found._replace(stated=found.stated or clear), n
        return None, 1

    def _ends_clause(self, at: int) -> bool:
        """Say whether no verb follows: `..., kata Teguh, Rabu`, but not `Brankworth, who ..., said she had kept`."""
        if at >= len(self.tokens):
            return True
        token = self.tokens[at]
        adverb = token.low in self.cues.transparent and (self.cues.head_first or token.capital)
        return not token.word or token.low in self.cues.prepositions or adverb

    def _passive_at(self, at: int, n: int) -> Attribution | None:
        if self._blocked(at):
            return None
        behind = self.tokens[at + n].low if at + n < len(self.tokens) else ""
        subject = self._subject_behind(at + n)
        if subject is None or subject.kind == "plural" or (self.cues.by_needed and behind not in self.cues.by):
            return None
        return self._attribution(at, n, subject)

    def _has_complement(self, at: int) -> bool:
        return any(token.low in self.cues.complementisers for token in self.tokens[at : at + 4])

    def _blocked(self, at: int) -> bool:
        """Say whether what stands before a verb makes it no utterance: a negation, an infinitive, a passive."""
        cues = self.cues
        if cues.noun_before and at and self.tokens[at - 1].low in cues.determiners | cues.prepositions:
            return True  # "the warning", "of confirmed cases": no verbs
        for back in range(at - 1, -1, -1):
            token = self.tokens[back]
            if token.low in self.cues.blockers and (back == 0 or not token.capital):
                return True
            if token.low not in self.cues.transparent:
                return False
        return False

    def _subject_before(self, verb: int) -> Phrase | None:
        """Find the subject of a verb: the phrase that reaches up to it, else the first free one of its clause."""
        start = self._clause_start(verb)
        candidates = [phrase for phrase in self.phrases if start <= phrase.first and phrase.last <= verb]
        if not candidates:
            coordinated = start > 1 and self.tokens[start - 1].low in self.cues.coordinators
            return self._subject_before(start - 1) if coordinated else None
        nearest = candidates[-1]
        free = [phrase for i, phrase in enumerate(candidates) if self._free(phrase, candidates[:i], start)]
        adjacent = all(self._passes(i) for i in range(nearest.last, verb))
        if adjacent and nearest not in free and self._aside(nearest.last, verb) and self._behind_noun(nearest, start):
            return nearest
        if nearest in free and adjacent:
            return nearest if not self._coordinated(nearest, candidates) else None
        if not free and nearest.last == verb and nearest.name and self.tokens[verb - 1].text == ",":
            return nearest  # "Seorang dari tiga hakim, Lestiana Darupono, menyampaikan": the apposition ends at the verb
        if self._trails(verb):
            return None
        if free and free[0].kind == "role":
            named = [phrase for phrase in free if phrase.kind == "person" and self.tokens[phrase.first - 1].text == ","]
            free = named or free
        return free[0] if free and not self._coordinated_on(free[0], candidates) else None

    def _aside(self, at: int, end: int) -> bool:
        """Say whether nothing but an age between commas stands in `[at, end)`."""
        between = self.tokens[at:end]
        return not between or (
            any(token.text.isdigit() for token in between) and all(not t.word or t.text.isdigit() for t in between)
        )

    def _trails(self, verb: int) -> bool:
        """Say whether a sentence ends in its verb: then who stands right before it speaks, or nobody we know."""
        after = [token for token in self.tokens[verb + 1 : verb + 4] if token.low not in self.cues.prepositions]
        return not after or after[0].text in (".", "!", "?") or (after[0].capital and after[0].low in self.cues.transparent)

    def _clause_start(self, verb: int) -> int:
        for at in range(verb - 1, -1, -1):
            token = self.tokens[at]
            if token.text in (";", QUOTED) or token.low in self.cues.breaks:
                return at + 1
        return 0

    def _free(self, phrase: Phrase, before: Sequence[Phrase], start: int) -> bool:
        """Say whether a phrase can be a subject: no preposition or verb stands before it."""
        at = phrase.first - 1
        if at < start or at < 0 or self.tokens[phrase.first].low in self.cues.nominative:
            return True
        token = self.tokens[at]
        if token.low in self.cues.conjunctions:
            # Joined to a phrase that depends on a preposition it depends on that too.
            joined = [other for other in before if other.last == at]
            return not joined or self._free(joined[0], [b for b in before if b is not joined[0]], start)
        if token.text == ",":
            return True
        if self._behind_role(phrase, at, start):
            return True
        if not token.word:
            return token.text in ("-", "–", "—", ":", ")")
        return any(
            match_phrase(self.tokens, back, self.cues.openers) == at - back + 1 for back in range(max(start, at - 2), at + 1)
        )

    def _behind_noun(self, phrase: Phrase, start: int) -> bool:
        """In English an unknown noun right before a name says what the person is: `assemblyman Gobind Maniam said`."""
        at = phrase.first - 1
        if not self.cues.noun_before or phrase.kind != "person" or at < start:
            return False
        token = self.tokens[at]
        listed = (self.cues.prepositions, self.cues.blockers, self.cues.relations, self.cues.transparent, self.cues.conjunctions)
        verb = self.cues.common is not None and self.cues.common.fullmatch(token.low)
        return token.word and (not token.capital or at == 0) and not verb and not any(token.low in w for w in listed)

    def _behind_role(self, phrase: Phrase, at: int, start: int) -> bool:
        """Say whether only an unknown role stands before a name between commas: `, auditor internal Sulastri Widyaka,`."""
        closed = phrase.last < len(self.tokens) and "," in (self.tokens[phrase.last].text, self.tokens[phrase.last - 1].text)
        if phrase.kind != "person" or not closed:
            return False
        cues = self.cues
        for back in range(at, max(start, at - 4) - 1, -1):
            token = self.tokens[back]
            if token.text == "," or (back == start and token.low in cues.titles):
                return True
            if not token.word or token.capital or token.low in cues.prepositions or token.low in cues.relations:
                return False
            if cues.common is not None and cues.common.fullmatch(token.low):
                return False
        return False

    def _coordinated(self, phrase: Phrase, candidates: Sequence[Phrase]) -> bool:
        """Say whether "X and" stands right before a phrase: then two speak."""
        at = phrase.first - 1
        return at > 0 and self.tokens[at].low in self.cues.conjunctions and any(c.last == at for c in candidates)

    def _coordinated_on(self, phrase: Phrase, candidates: Sequence[Phrase]) -> bool:
        at = phrase.last
        return self.tokens[at].low in self.cues.conjunctions and any(c.first == at + 1 for c in candidates)

    def _passes(self, at: int) -> bool:
        """Say whether a token may stand between a subject and its verb."""
        token = self.tokens[at]
        cues = self.cues
        if token.low in cues.transparent or token.low in cues.prepositions or not token.word:
            return token.text not in (";", QUOTED, ".")
        if token.text.isdigit() or token.text.replace("/", "").isdigit():
            return True
        return at > 0 and self.tokens[at - 1].low in cues.prepositions

    def _attribution(self, at: int, n: int, subject: Phrase | None, quoted: bool = False) -> Attribution:
        cue = self.text[self.tokens[at].start : self.tokens[at + n - 1].end]
        where = self.tokens[at].start
        stated = quoted or self._has_complement(at + n)
        if subject is None:
            return Attribution(cue, where, None, None, quoted, stated)
        relayed = self._relayed(max(subject.last, at + n))
        if relayed is not None:
            return Attribution(cue, where, relayed, subject, quoted, stated)
        return Attribution(cue, where, subject, self._source(), quoted, stated)

    def _relayed(self, at: int) -> Phrase | None:
        """Read whom the speaker passes on: `..., mengutip pernyataan Xi Jinping`."""
        for place in range(at, min(at + 3, len(self.tokens))):
            if n := match_phrase(self.tokens, place, self.cues.relay):
                phrase = read_phrase(self.tokens, place + n, self.cues, self.text)
                return phrase if phrase is not None and phrase.kind == "person" else None
        return None

    def _source(self) -> Phrase | None:
        for at in range(len(self.tokens)):
            if n := match_phrase(self.tokens, at, self.cues.sources):
                phrase = read_phrase(self.tokens, at + n, self.cues, self.text)
                if phrase is not None and phrase.kind in ("person", "body"):
                    return phrase
        return None
