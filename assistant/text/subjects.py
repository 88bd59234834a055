"""Find the subject of a verb in one sentence, by where its noun phrases stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from assistant.text.cues import Cues
from assistant.text.lexing import QUOTED, Token, match_phrase
from assistant.text.names import read_named_noun, read_phrase
from assistant.text.runs import Phrase


class Sentence:
    """The tokens of a sentence with the noun phrases in it that may be subjects."""

    def __init__(self, tokens: Sequence[Token], cues: Cues, text: str, names: frozenset[str]) -> None:
        self.tokens = tokens
        self.cues = cues
        self.text = text
        self.names = names
        self._first_word = next((at for at, token in enumerate(tokens) if token.word), len(tokens))

    @cached_property
    def phrases(self) -> list[Phrase]:
        """The noun phrases, first to last; read when they are first asked for, as in many a sentence nobody speaks."""
        found: list[Phrase] = []
        tokens, firsts = self.tokens, self.cues.phrase_firsts
        at = 0
        while at < len(tokens):
            token = tokens[at]
            likely = token.word and (token.capital or token.low in firsts or self._may_begin(at))
            phrase = self.phrase(at) if likely else None
            if phrase is None:
                at += 1
            else:
                found.append(phrase)
                at = max(phrase.last, at + 1)
        return found

    def phrase(self, at: int) -> Phrase | None:
        """Read a phrase, unless its only name is the capitalised first word of the sentence."""
        tokens = self.tokens
        if at >= len(tokens) or not tokens[at].word:
            return None
        first = tokens[at]
        likely = first.capital or first.low in self.cues.phrase_firsts
        phrase = read_phrase(tokens, at, self.cues, self.text) if likely else None
        if phrase is not None and phrase.kind == "person" and phrase.name[-1:].isdigit() and " " not in phrase.name:
            return None  # "Rp91.8", "H5N1"
        if phrase is not None and phrase.kind == "person" and not phrase.role and first.low in self.cues.papers:
            return None  # "Laporan itu"
        if phrase is None and self._may_begin(at):
            return read_named_noun(tokens, at, self.cues, self.text)
        if phrase is None or phrase.kind in ("pair", "plural", "pronoun") or not self.begins(at) or not tokens[at].capital:
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
            joined = following in cues.conjunctions
            beyond = tokens[at + 2].low if at + 2 < len(tokens) else ""
            paused = at + 2 < len(tokens) and tokens[at + 1].text == ","
            related = paused and (
                (cues.head_first and beyond in cues.prepositions)
                or beyond in cues.relatives
                or (tokens[at + 2].capital and beyond in cues.transparent)
            )
            return phrase if verb or joined or related or (following in cues.transparent and following not in cues.prepositions) else None
        return phrase

    def _may_begin(self, at: int) -> bool:
        """Say whether a noun phrase may begin at a token: a clause does, or a comma or a conjunction stands before it."""
        if self.begins(at):
            return True
        before = self.tokens[at - 1]
        return before.text in (",", "—", "–", ";") or before.low in self.cues.conjunctions or before.low in self.cues.coordinators

    @cached_property
    def relatives(self) -> list[tuple[int, int]]:
        """The clauses such as `, who wept during the hearing,`: whoever is named in one does not speak outside it."""
        found: list[tuple[int, int]] = []
        for at in range(1, len(self.tokens)):
            if self.tokens[at].low in self.cues.relatives and self.tokens[at - 1].text == ",":
                closing = next((i for i in range(at + 1, len(self.tokens)) if self.tokens[i].text in (",", QUOTED, ";")), None)
                if closing is not None:
                    found.append((at, closing))
        return found

    def _in_relative(self, phrase: Phrase, verb: int) -> bool:
        """Say whether a phrase stands in a relative clause that a verb does not belong to."""
        return any(first <= phrase.first < last <= verb for first, last in self.relatives)

    def begins(self, at: int) -> bool:
        """Say whether a sentence begins at a token, the quoted or introduced one too."""
        return at <= self._first_word or self.tokens[at - 1].text in (QUOTED, ":", '"', "“")

    def subject(self) -> Phrase | None:
        """Return the first phrase that may be a subject: whom the sentence is about."""
        for i, phrase in enumerate(self.phrases):
            if self.free(phrase, self.phrases[:i], 0) or self._behind_noun(phrase, 0):
                return phrase
        return None

    def ends_clause(self, at: int) -> bool:
        """Say whether no verb follows.

        `..., kata Teguh, Rabu`, but not `Brankworth, who ..., said she had kept`.
        """
        if at >= len(self.tokens):
            return True
        token = self.tokens[at]
        adverb = token.low in self.cues.transparent and (self.cues.head_first or token.capital)
        return not token.word or token.low in self.cues.prepositions or token.low in self.cues.addressing or adverb

    def blocked(self, at: int) -> bool:
        """Say whether a negation, an infinitive, a passive or a determiner makes a verb no utterance."""
        cues = self.cues
        if cues.noun_before and at and self.tokens[at - 1].low in cues.determiners | cues.prepositions:
            return True  # "the warning", "of confirmed cases": no verbs
        if at + 1 < len(self.tokens) and self.tokens[at + 1].low in cues.void:
            return True
        if cues.nouns_capital and at and self.tokens[at - 1].low in cues.determiners and self.tokens[at + 1 : at + 2]:
            return self.tokens[at + 1].capital  # "eine bestätigte Reservierung"
        for back in range(at - 1, -1, -1):
            token = self.tokens[back]
            if token.low in self.cues.blockers and (back == 0 or not token.capital):
                return True
            if token.low not in self.cues.transparent:
                return False
        return False

    def subject_before(self, verb: int) -> Phrase | None:
        """Find the subject of a verb: the phrase that reaches up to it, else the first free one.

        A subject behind "if" says nothing.
        """
        subject = self._nearest_subject(verb)
        if subject is not None and subject.first and self.tokens[subject.first - 1].low in self.cues.blockers:
            return None
        return subject

    def _nearest_subject(self, verb: int) -> Phrase | None:
        start = self.clause_start(verb)
        candidates = [p for p in self.phrases if start <= p.first and p.last <= verb and not self._in_relative(p, verb)]
        if not candidates:
            coordinated = start > 1 and self.tokens[start - 1].low in self.cues.coordinators
            return self._nearest_subject(start - 1) if coordinated else self._first(verb)
        nearest = candidates[-1]
        named = candidates[0].kind != "role" or all(phrase.kind != "person" for phrase in candidates)
        enclosed = next((phrase for phrase in candidates if self._apposed(phrase, start, verb)), None) if named else None
        if enclosed is not None:
            return enclosed
        free = [phrase for i, phrase in enumerate(candidates) if self.free(phrase, candidates[:i], start)]
        adjacent = all(self.passes(i) or any(a <= i <= b for a, b in self.relatives) for i in range(nearest.last, verb))
        named = self._aside(nearest.last, verb) and self._behind_noun(nearest, start)
        if adjacent and named and nearest not in free:
            return nearest
        if adjacent and (nearest in free or (nearest.kind == "pronoun" and nearest.last == verb)):
            return nearest
        if not free and nearest.last == verb and nearest.name and self.tokens[verb - 1].text == ",":
            # "Seorang dari tiga hakim, Lestiana Darupono, menyampaikan": the apposition ends at the verb
            return nearest
        if self._trails(verb):
            return None
        if free and free[0].kind == "role":
            persons = [phrase for phrase in free if phrase.kind == "person"]
            free = [phrase for phrase in persons if self.tokens[phrase.first - 1].text == ","] or free
        return free[0] if free else None

    def _first(self, verb: int) -> Phrase | None:
        """Read the lone capitalised first word as the subject of a second verb: `Rice met both but said she was not hopeful`."""
        joints = self.cues.conjunctions | self.cues.coordinators
        before = self.tokens[verb - 1]
        participle = before.text == "," and match_phrase(self.tokens, verb, self.cues.gerunds) > 0  # "Ade hid nothing, telling reporters"
        if not self.tokens[0].capital or verb < 3 or (before.low not in joints and not participle):
            return None
        if self.cues.is_common(self.tokens[0].low) or self.tokens[0].low in self.cues.closed:
            return None
        phrase = read_phrase(self.tokens, 0, self.cues, self.text)
        return phrase if phrase is not None and phrase.kind == "person" else None

    def _apposed(self, phrase: Phrase, start: int, verb: int) -> bool:
        """Say whether all that stands between a phrase and a verb is enclosed in commas: `Yusuf, a pilot who guided Ann, said`."""
        last = verb
        while last > phrase.last and self.tokens[last - 1].low in self.cues.transparent:
            last -= 1
        opened = phrase.last < last and "," in (self.tokens[phrase.last].text, self.tokens[phrase.last - 1].text)
        leads = phrase.first == start or self.tokens[phrase.first - 1].text == ","
        leads = leads or all(token.low in self.cues.closed for token in self.tokens[start : phrase.first])
        return opened and leads and self.tokens[last - 1].text == "," and phrase.kind != "pronoun" and self.free(phrase, [], start)

    def _aside(self, at: int, end: int) -> bool:
        """Say whether nothing but an age between commas stands in `[at, end)`."""
        between = self.tokens[at:end]
        return not between or (any(token.text.isdigit() for token in between) and all(not t.word or t.text.isdigit() for t in between))

    def _trails(self, verb: int) -> bool:
        """Say whether a sentence ends in its verb: then only who stands right before it may speak."""
        after = [token for token in self.tokens[verb + 1 : verb + 4] if token.low not in self.cues.prepositions]
        return not after or after[0].text in (".", "!", "?") or (after[0].capital and after[0].low in self.cues.transparent)

    def clause_start(self, verb: int) -> int:
        """Return the first token of the clause of a verb."""
        for at in range(verb - 1, -1, -1):
            token = self.tokens[at]
            titled = token.text == QUOTED and at > 0 and self.tokens[at - 1].word and self.tokens[at - 1].low not in self.cues.cue_firsts
            if token.text == ";" or (token.text == QUOTED and not titled) or token.low in self.cues.breaks:
                return at + 1
        return 0

    def free(self, phrase: Phrase, before: Sequence[Phrase], start: int) -> bool:
        """Say whether a phrase can be a subject: no preposition or verb stands before it."""
        at = phrase.first - 1
        if at < start or at < 0 or self.tokens[phrase.first].low in self.cues.nominative:
            return True
        token = self.tokens[at]
        if token.low in self.cues.conjunctions:
            # Joined to a phrase that depends on a preposition it depends on that too.
            joined = [other for other in before if other.last == at]
            return not joined or self.free(joined[0], [b for b in before if b is not joined[0]], start)
        if token.text == ",":
            return True
        if self._behind_role(phrase, at, start) or self._behind_article(phrase, at, start):
            return True
        if not token.word:
            return token.text in ("-", "–", "—", ":", ")")
        return any(match_phrase(self.tokens, back, self.cues.openers) == at - back + 1 for back in range(max(start, at - 2), at + 1))

    def _behind_noun(self, phrase: Phrase, start: int) -> bool:
        """Say whether an unknown noun right before a name is its role: `assemblyman Gobind Maniam said`."""
        at = phrase.first - 1
        if not self.cues.noun_before or phrase.kind not in ("person", "body") or at < start:
            return False
        token = self.tokens[at]
        listed = (
            self.cues.prepositions,
            self.cues.blockers,
            self.cues.relations,
            self.cues.transparent,
            self.cues.conjunctions,
        )
        verb = self.cues.common is not None and self.cues.common.fullmatch(token.low)
        return token.word and (not token.capital or at == 0) and not verb and not any(token.low in w for w in listed)

    def _behind_article(self, phrase: Phrase, at: int, start: int) -> bool:
        """Say whether an article and a noun stand before a name: `O ambientalista Tião Malaquias`."""
        cues = self.cues
        if not cues.named_nouns or phrase.kind != "person" or at <= start or self.tokens[at].capital:
            return False
        if self.tokens[at].low in cues.prepositions or self.tokens[at - 1].low not in cues.determiners:
            return False
        before = self.tokens[at - 2] if at - 2 >= start else None
        return before is None or not before.word

    def _behind_role(self, phrase: Phrase, at: int, start: int) -> bool:
        """Say whether only a role stands before a name between commas: `, auditor internal Sulastri,`."""
        closed = phrase.last < len(self.tokens) and "," in (
            self.tokens[phrase.last].text,
            self.tokens[phrase.last - 1].text,
        )
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

    def passes(self, at: int) -> bool:
        """Say whether a token may stand between a subject and its verb."""
        token = self.tokens[at]
        cues = self.cues
        if token.low in cues.transparent or token.low in cues.prepositions or not token.word:
            return token.text not in (";", QUOTED, ".")
        if token.text.isdigit() or token.text.replace("/", "").isdigit():
            return True
        return at > 0 and self.tokens[at - 1].low in cues.prepositions
