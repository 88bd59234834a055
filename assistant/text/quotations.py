"""Find who said what: direct and indirect speech with its words and its speaker, resolved inside the article.

1. mark: what stands in quotation marks becomes one token of its sentence (`marks.py`);
2. attribute: cues of the language and the places of names say who speaks in the sentence (`attribution.py`, `reporting.py`);
3. word: which words the attribution reports, to whom, where (`wording.py`);
4. resolve: short names, titles and pronouns become the name they stand for (`resolving.py`).

Words are never given to somebody who is only mentioned: where the rules are not sure, the speaker is "", or marked as uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.records import JOINED, Quotation, Span
from assistant.text.attribution import Attribution, around
from assistant.text.cast import speaker_matches
from assistant.text.cues import Cues, cues_for
from assistant.text.lexing import QUOTED, lex, match_phrase, sure_names
from assistant.text.marks import ANY_MARK, FINAL, Marked, Stretch, stretches
from assistant.text.patterns import Matched, fuller_name, match_patterns
from assistant.text.quoted import Quoted, embedded, marked_words, mostly_marked, quoted_in
from assistant.text.reporting import boundary, only_referred_to, reported
from assistant.text.resolving import Resolver
from assistant.text.runs import Phrase
from assistant.text.speech import find_speech
from assistant.text.subjects import Sentence
from assistant.text.wording import addressee_of, medium_of, reported_words, span_of

__all__ = ["RULES_VERSION", "find_quotations", "speaker_matches"]

RULES_VERSION = 1
"""Grows when the rules find other quotations: an index whose quotations an older version found has them found again."""

_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W_]")
_LONE_WORDS = 5
"""A quotation with nobody near it counts as speech from this many words on."""
_NEAR = 3
"""Characters between a sentence and the one that says whose words it is."""
_SHORT_ASIDE = 9
"""Tokens of a sentence between two quotations of one speaker."""
_SHORT_WORDS = 2
"""The same for one that goes on with the words of the sentence before."""
_READ_INSIDE = 5_000
"""Characters of a quotation in which names are looked for."""
_LONGEST_SENTENCE = 400
"""Tokens of a sentence that are read: what is longer is a table or a mistake, and reading takes the square of it."""
_STOPS = (".", "!", "?", "…")


def find_quotations(text: str, sentences: Sequence[Span], language: str) -> list[Quotation]:
    """Find every stretch of sentences in which somebody speaks.

    Args:
        text: The clean text of an article.
        sentences: Its sentences, as `split_sentences` returns them.
        language: ISO 639-1 code.

    Returns:
        Quotations in the order of the text, with an empty `article_id`. Each span begins and ends
        with a sentence, and holds the words.
    """
    cues = cues_for(language)
    speech = find_speech(text, cues)
    reader = _Reader(text, cues, stretches(sentences, speech), speech)
    return [found for found in reader.read() if _sound(found, text) and not only_referred_to(found, text, cues)]


def _sound(found: Quotation, text: str) -> bool:
    """Say whether the words of a quotation are words, inside its span."""
    inside = found.span.start <= found.words.start < found.words.end <= found.span.end
    return inside and _LETTER.search(text, found.words.start, found.words.end) is not None


class _Reader:
    """Goes through an article once, from the first sentence to the last."""

    def __init__(self, text: str, cues: Cues, groups: Sequence[Stretch], speech: Sequence[Marked]) -> None:
        self.text = text
        self.cues = cues
        self.groups = groups
        tokens = [lex(text, group.span.start, group.span.end, [(m.start, m.end) for m in group.quoted]) for group in groups]
        names = sure_names(tokens, cues)
        self.sentences = [Sentence(one[:_LONGEST_SENTENCE], cues, text, names) for one in tokens]
        self.found: list[Quotation] = []
        self._names, self._speech = names, speech
        self._resolver: Resolver | None = None
        self._silent: list[int] = []  # sentences in which nobody speaks, which the resolver has not heard of yet

    @property
    def resolver(self) -> Resolver:
        """Who is meant by whom, up to the sentence that is read; an article in which nobody speaks needs none."""
        if self._resolver is None:
            spans = [(m.start + 1, min(m.end - 1, m.start + _READ_INSIDE)) for m in self._speech]
            inside = [Sentence(lex(self.text, *span), self.cues, self.text, self._names) for span in spans]
            self._resolver = Resolver(self.text, self.cues, self.sentences, inside)
        for number in self._silent:
            self._resolver.about(number, self.sentences[number])
        self._silent.clear()
        return self._resolver

    def read(self) -> list[Quotation]:
        read = self._read_patterns if self.cues.patterns else self._read
        for number, (group, sentence) in enumerate(zip(self.groups, self.sentences, strict=True)):
            if match_phrase(sentence.tokens, 0, self.cues.links):
                continue  # "Read also: ..."
            quotations = sorted(read(number, group, sentence), key=lambda quotation: quotation.words)
            self.found.extend(quotations)
            if quotations:
                self.resolver.spoken(number, quotations[-1].speaker)
            else:
                self._silent.append(number)
        return self.found

    def _of_words_before(self, number: int, group: Stretch, found: Attribution) -> Iterator[Quotation]:
        """Read `Demikian dikatakan Budi.` and `He smiled as he said it.`: the words stand in the sentence before."""
        last = self.found[-1] if self.found else None
        if last is not None and last.direct and not last.speaker and not last.cue and last.span == self.groups[number - 1].span:
            told = self._quotation(number, group, found, last.words)
            self.found[-1] = replace(told, span=last.span)
            self.resolver.spoken(number - 1, told.speaker)
        elif found.form in ("passive", "inverted") and found.begins > 0:
            before = self.groups[number - 1].span if number else None
            silent = before is not None and before.end + _NEAR > group.span.start and (last is None or last.span.end <= before.start)
            if silent and before is not None:  # "Pencarian dihentikan. Keputusan itu disampaikan Agus."
                whole = Span(before.start, group.span.end)
                words = Span(before.start, before.start + len(before.of(self.text).rstrip(" .")))
                yield replace(self._quotation(number, group, found, words, False), span=whole)
            else:
                words = span_of(self.sentences[number], 0, found.begins) or group.span
                yield self._quotation(number, group, found, words, False)

    # One sentence

    def _read(self, number: int, group: Stretch, sentence: Sentence) -> Iterator[Quotation]:
        quoted = quoted_in(sentence)
        beside = [one for one in quoted if one.attribution is not None]
        for one in beside:
            if one.attribution is not None:
                yield self._quotation(number, group, one.attribution, marked_words(sentence, one.places))
        yield from self._indirect(number, group, sentence, beside)
        alone = [one for one in quoted if one.attribution is None and not embedded(sentence, one.places[0])]
        if alone and not beside:
            only = self._only_person(sentence, alone[0].places[-1])
            if only is not None and self._stands_alone(group, 1):
                lone = Attribution(only.first, only.first, "inverted", only)
                yield replace(self._quotation(number, group, lone, marked_words(sentence, alone[0].places)), uncertain=True)
            else:
                yield from self._unattributed(number, group, sentence, alone[0].places)

    def _only_person(self, sentence: Sentence, place: int) -> Phrase | None:
        """Return the one person who is named behind a quotation: `"Close the gates!" was the order that rang from Eleni Papadaki`."""
        behind = [phrase for phrase in sentence.phrases if phrase.first > place and phrase.kind in ("person", "pronoun")]
        return behind[0] if len(behind) == 1 and behind[0].name and not self.resolver.thing(behind[0]) else None

    def _indirect(self, number: int, group: Stretch, sentence: Sentence, beside: Sequence[Quoted]) -> Iterator[Quotation]:
        """Read the reported clauses of a sentence; beside quotations only those that say so."""
        taken = [one.attribution for one in beside if one.attribution is not None]
        clear = [found for found in reported(sentence) if not any(found.first < other.ends and other.first < found.last for other in taken)]
        attributions = [found for found in clear if found.stated or not taken]
        attributions.sort(key=lambda found: found.first)
        for i, found in enumerate(attributions):
            start = 0 if i == 0 else (boundary(sentence, attributions[i - 1], found) or attributions[i - 1].ends) + 1
            stop = len(sentence.tokens)
            if i + 1 < len(attributions):
                stop = boundary(sentence, found, attributions[i + 1]) or attributions[i + 1].begins
            for one in beside:
                if one.places[0] > found.first:
                    stop = min(
                        stop, one.places[0], one.attribution.begins if one.attribution and one.attribution.first > found.first else stop
                    )
                else:
                    start = max(start, one.places[-1] + 1)
            words = reported_words(sentence, found, start, max(start, stop))
            if words is not None:
                yield self._quotation(number, group, found, words, mostly_marked(sentence, words))
            elif not beside:
                yield from self._of_words_before(number, group, found)

    def _unattributed(self, number: int, group: Stretch, sentence: Sentence, places: Sequence[int]) -> Iterator[Quotation]:
        if number and self.sentences[number - 1].tokens and self.sentences[number - 1].tokens[-1].text == ":":
            yield from self._announced(number, group, marked_words(sentence, places))
            return
        continued = self._continued(number)
        if self._stands_alone(group, _SHORT_WORDS if continued else _LONE_WORDS):
            speaker = continued or self._continues(number)
            role = self.resolver.cast.role_of(speaker) if speaker else ""
            yield Quotation("", group.span, marked_words(sentence, places), speaker, role=role, direct=True)

    def _announced(self, number: int, group: Stretch, words: Span) -> Iterator[Quotation]:
        """Read a quotation behind a line that ends in a colon: `Ruiz wrote:`; an inscription or a poem is nobody's."""
        named = [found for found in reported(self.sentences[number - 1]) if found.speaker is not None]
        if named:
            yield replace(self._quotation(number - 1, group, named[-1], words), span=group.span)

    def _read_patterns(self, number: int, group: Stretch, sentence: Sentence) -> Iterator[Quotation]:
        found = match_patterns(self.text, group.span, group.quoted, self.cues)
        if found:
            yield from (self._matched(number, group, one) for one in found)
        elif self._stands_alone(group, _SHORT_WORDS):
            places = [i for i, token in enumerate(sentence.tokens) if token.text == QUOTED]
            yield Quotation("", group.span, marked_words(sentence, places), self._continued(number), direct=True)

    def _matched(self, number: int, group: Stretch, one: Matched) -> Quotation:
        """Make the quotation of what a pattern found, and remember who spoke for the pronouns behind it."""
        name = self.resolver.antecedent(number, one.pronoun).name if one.pronoun is not None else one.name
        if name and not one.joint:
            longer = self.resolver.longer(name)
            name = fuller_name(self.text, name, self.cues) if longer == name else longer
        self.resolver.spoken(number, name)
        return one.quotation(group.span, name)

    def _quotation(self, number: int, group: Stretch, found: Attribution, words: Span, direct: bool = True) -> Quotation:
        sentence, resolver = self.sentences[number], self.resolver
        phrase = found.speaker
        joint: tuple[str, ...] = ()
        name, uncertain = resolver.meant(number, phrase) if phrase is not None else ("", False)
        if self.cues.inflected and found.form == "according" and name and phrase is not None and phrase.kind == "person":
            name = resolver.cast.uninflected(name, phrase.at)
        if phrase is not None and phrase.kind == "pair":
            joint = resolver.pair(number, titled=sentence.tokens[phrase.last - 1].low in self.cues.ranks)
        elif phrase is not None and found.also:
            spoken = sorted((phrase, *found.also), key=lambda one: one.first)
            joint = tuple(dict.fromkeys(resolver.meant(number, one).name or self._written(sentence, one) for one in spoken))
        if self._one_body(sentence, found):
            joint, name = (), self._written(sentence, phrase._replace(first=found.begins, last=found.ends)) if phrase else name
        name = JOINED.join(joint) or name
        role = "" if joint or phrase is None else phrase.role or (resolver.cast.role_of(name) if name else "")
        via = resolver.meant(number, found.via).name if found.via is not None else ""
        return Quotation(
            article_id="",
            span=group.span,
            words=words,
            speaker=name,
            written=self._written(sentence, phrase) if phrase is not None else "",
            role=role,
            cue=self._cue(sentence, found),
            direct=direct,
            via="" if via == name else via,
            medium=medium_of(sentence, found),
            addressee=addressee_of(sentence, found),
            negated=self._negated(sentence, found),
            joint=joint if len(joint) > 1 else (),
            uncertain=uncertain,
        )

    def _one_body(self, sentence: Sentence, found: Attribution) -> bool:
        """Say whether two joined phrases are one name: `Centers for Disease Control and Prevention`."""
        both = sorted((*found.also, *([found.speaker] if found.speaker else [])), key=lambda phrase: phrase.first)
        if len(both) != 2 or found.form != "verb":
            return False
        words = {token.low for token in sentence.tokens[both[0].first : both[0].last]}
        bodily = both[0].kind == "body" or bool(words & self.cues.bodies)
        return (
            bodily
            and both[1].kind == "person"
            and not both[1].role
            and " " not in both[1].name
            and not self.resolver.cast.known(both[1].name, both[1].at)
        )

    def _written(self, sentence: Sentence, phrase: Phrase) -> str:
        tokens = sentence.tokens[phrase.first : phrase.last]
        while phrase.kind in ("plural", "role") and len(tokens) > 1 and tokens[0].low in self.cues.articles:
            tokens = tokens[1:]
        while tokens and not tokens[-1].word and tokens[-1].text != ")":
            tokens = tokens[:-1]
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""

    def _cue(self, sentence: Sentence, found: Attribution) -> str:
        return self.text[sentence.tokens[found.first].start : sentence.tokens[found.last - 1].end] if found.first < found.last else ""

    def _negated(self, sentence: Sentence, found: Attribution) -> bool:
        return any(token.low in self.cues.denials for token in sentence.tokens[found.first : found.last])

    # Quotations with nobody beside them

    def _stands_alone(self, group: Stretch, least: int) -> bool:
        """Say whether a sentence begins with a quotation of `least` words that ends like a sentence."""
        if not group.quoted:
            return False
        first = group.quoted[0]
        if self.text[first.start] not in ANY_MARK and not self.cues.inner:
            return False
        inside = self.text[first.start : first.end].rstrip("\"'”’»」』“ \u00a0\u202f")
        ends = inside[-1:] in FINAL or self.text[first.end : group.span.end].strip() in _STOPS  # or behind the mark: «...».
        return first.start <= group.span.start and len(_WORD.findall(inside)) >= least and ends

    def _continued(self, number: int) -> str:
        """A quotation alone goes on with the words of whoever spoke in the sentence before."""
        group = self.groups[number]
        if not group.quoted:
            return ""
        alone = not _WORD.search(self.text, group.quoted[-1].end, group.span.end)
        since = number - self.resolver.spoke[0]
        between = self.sentences[number - 1].tokens
        aside = since == 2 and 0 < len(between) <= _SHORT_ASIDE and between[0].low in self.cues.pronouns  # "He shakes his head."
        return self.resolver.spoke[1] if alone and (since == 1 or aside) else ""

    def _continues(self, number: int) -> str:
        """Return the speaker of a quotation that its paragraph leaves open: one of the next names them."""
        while number + 1 < len(self.groups) and self.groups[number].quoted and not self.groups[number].quoted[-1].closed:
            number += 1
            sentence = self.sentences[number]
            if not sentence.tokens or sentence.tokens[0].text != QUOTED:
                return ""
            attribution = around(sentence, 0)
            if attribution is not None and attribution.speaker is not None:
                return self.resolver.meant(number, attribution.speaker).name
        return ""
