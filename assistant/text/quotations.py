"""Find who said what: direct and indirect speech with its speaker, resolved inside the article.

1. mark: what stands in quotation marks becomes one token of its sentence (`marks.py`);
2. attribute: cues of the language and the places of names say who speaks in the sentence (`attribution.py`);
3. resolve: short names, titles and pronouns become the name they stand for (`cast.py`).

Words are never given to somebody who is only mentioned: where the rules are not sure, the speaker is "".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.records import Quotation, Span
from assistant.text.attribution import Attribution, around, reported
from assistant.text.cast import Cast, speaker_matches
from assistant.text.cues import Cues, cues_for
from assistant.text.lexing import QUOTED, lex, sure_names
from assistant.text.marks import FINAL, Marked, Stretch, find_marked, is_speech, stretches
from assistant.text.patterns import match_patterns
from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence

__all__ = ["RULES_VERSION", "find_quotations", "speaker_matches"]

RULES_VERSION = 1
"""Grows when the rules find other quotations: an index whose quotations an older version found has them found again."""

_WORD = re.compile(r"\w+")
_LINE = re.compile(r"[^\n]+")
_LONE_WORDS = 5
"""A quotation with nobody near it counts as speech from this many words on."""
_SHORT_WORDS = 2
"""The same for one that goes on with the words of the sentence before."""
_MEMORY = 4
"""Sentences after which a pronoun finds nobody any more."""


def find_quotations(text: str, sentences: Sequence[Span], language: str) -> list[Quotation]:
    """Find every stretch of sentences in which somebody speaks.

    Args:
        text: The clean text of an article.
        sentences: Its sentences, as `split_sentences` returns them.
        language: ISO 639-1 code.

    Returns:
        Quotations in the order of the text, with an empty `article_id`. Each span begins and ends
        with a sentence.
    """
    cues = cues_for(language)
    marked = [found for line in _LINE.finditer(text) for found in find_marked(text, line.start(), line.end())]
    speech = [found for found in marked if is_speech(text, found)]
    reader = _Reader(text, cues, stretches(sentences, speech), speech)
    return [found for found in reader.read() if not _only_referred_to(found, text, cues)]


def _only_referred_to(found: Quotation, text: str, cues: Cues) -> bool:
    """Say whether words are no more than mentioned: what is `lebih banyak daripada yang diumumkan pemerintah` is not the government's."""
    cue = found.cue.casefold()
    if found.direct or not cue or cue.split()[0] not in cues.passive:
        return False
    words = found.span.of(text).casefold()
    return any(f" {pronoun} {cue}" in words for pronoun in cues.relative)


class _Reader:
    """Goes through an article once, from the first sentence to the last."""

    def __init__(self, text: str, cues: Cues, groups: Sequence[Stretch], speech: Sequence[Marked]) -> None:
        self.text = text
        self.cues = cues
        self.groups = groups
        tokens = [lex(text, group.span.start, group.span.end, [(m.start, m.end) for m in group.quoted]) for group in groups]
        names = sure_names(tokens, cues)
        self.sentences = [Sentence(one, cues, text, names) for one in tokens]
        inside = [Sentence(lex(text, m.start + 1, m.end - 1), cues, text, names) for m in speech]
        phrases = [phrase for sentence in (*self.sentences, *inside) for phrase in sentence.phrases]
        self.cast = Cast(sorted(phrases, key=lambda phrase: phrase.at))
        self.bodies = [(phrase.at, phrase.name) for phrase in phrases if phrase.kind == "body"]
        self.body_names = frozenset(name for _, name in self.bodies)
        self.people: set[str] = set()
        self.recent: list[tuple[int, str]] = []  # (number of the sentence, who it is about), the latest last
        self.spoke: tuple[int, str] = (-9, "")  # the last sentence with a speaker

    def read(self) -> list[Quotation]:
        found: list[Quotation] = []
        read = self._read_patterns if self.cues.patterns else self._read
        for number, (group, sentence) in enumerate(zip(self.groups, self.sentences, strict=True)):
            quotations = list(read(number, group, sentence))
            found.extend(quotations)
            self._remember(number, sentence, quotations)
        return found

    def _read(self, number: int, group: Stretch, sentence: Sentence) -> Iterator[Quotation]:
        places = [i for i, token in enumerate(sentence.tokens) if token.text == QUOTED]
        beside = (around(sentence, place) for place in places)
        attributions = [found for found in beside if found is not None][:1] or reported(sentence)
        direct = bool(places)
        seen: set[str] = set()
        for attribution in attributions:
            quotation = self._quotation(number, group, attribution, direct)
            if quotation.speaker not in seen and (quotation.speaker or attribution.stated):
                seen.add(quotation.speaker)
                yield quotation
        continued = self._continued(number)
        if not attributions and self._stands_alone(group, _SHORT_WORDS if continued else _LONE_WORDS):
            speaker = continued or self._continues(number)
            yield Quotation("", group.span, group.span, speaker, role=self.cast.role_of(speaker) if speaker else "", direct=True)

    def _read_patterns(self, number: int, group: Stretch, sentence: Sentence) -> Iterator[Quotation]:
        found = match_patterns(self.text, group.span, group.quoted, self.cues)
        if found is not None:
            name = self._longer(found.name) if found.pronoun is None else self._antecedent(number, found.pronoun)
            yield Quotation("", group.span, group.span, name, role=found.role, cue=found.cue, direct=bool(group.quoted))
        elif self._stands_alone(group, _SHORT_WORDS):
            yield Quotation("", group.span, group.span, self._continued(number), direct=True)

    def _longer(self, name: str) -> str:
        """Return the name of an earlier speaker that holds a short one."""
        spaced = f" {name} "
        for _, earlier in reversed(self.recent):
            if spaced in f" {earlier} " or (name[:1] > "\u2e7f" and len(name) > 1 and name in earlier):
                return earlier
        return name

    def _quotation(self, number: int, group: Stretch, attribution: Attribution, direct: bool) -> Quotation:
        phrase = attribution.speaker
        speaker = self._resolve(number, phrase) if phrase is not None else ""
        role = (phrase.role if phrase is not None else "") or (self.cast.role_of(speaker) if speaker else "")
        via = self._resolve(number, attribution.via) if attribution.via is not None else ""
        via = "" if via == speaker else via
        return Quotation("", group.span, group.span, speaker, role=role, cue=attribution.cue, direct=direct, via=via)

    def _stands_alone(self, group: Stretch, least: int) -> bool:
        """Say whether a sentence begins with a quotation of `least` words that ends like a sentence."""
        if not group.quoted:
            return False
        first = group.quoted[0]
        inside = self.text[first.start : first.end].rstrip("\"'”’»」』“")
        return first.start <= group.span.start and len(_WORD.findall(inside)) >= least and inside[-1:] in FINAL

    def _continued(self, number: int) -> str:
        """A quotation alone goes on with the words of whoever spoke in the sentence before."""
        group = self.groups[number]
        if not group.quoted:
            return ""
        alone = not _WORD.search(self.text, group.quoted[-1].end, group.span.end)
        return self.spoke[1] if alone and number - self.spoke[0] == 1 else ""

    def _continues(self, number: int) -> str:
        """Return the speaker of a quotation that its paragraph leaves open: one of the next names them."""
        while number + 1 < len(self.groups) and self.groups[number].quoted and not self.groups[number].quoted[-1].closed:
            number += 1
            sentence = self.sentences[number]
            if not sentence.tokens or sentence.tokens[0].text != QUOTED:
                return ""
            attribution = around(sentence, 0)
            if attribution is not None and attribution.speaker is not None:
                return self._resolve(number, attribution.speaker)
        return ""

    def _resolve(self, number: int, phrase: Phrase) -> str:
        if phrase.kind == "plural":
            return ""
        if phrase.kind == "pronoun":
            return self._antecedent(number, self._pronoun(phrase))
        if phrase.kind == "body":
            return phrase.name
        if phrase.kind == "role":
            return self._holder(number, phrase)
        if phrase.relation and self._kin(phrase):
            return ""
        if phrase.relation and (" " not in phrase.name or self.cast.known(phrase.name, phrase.at)):
            return ""  # "juru bicara Biden": he or his spokesman
        return self._person(phrase)

    def _kin(self, phrase: Phrase) -> bool:
        """Say whether a name can only be that of somebody else: `adik Tono Hadi`."""
        apposed = self.text.startswith(phrase.name, phrase.at)  # "Pengacara itu, Budi,"
        return not apposed and phrase.role.rpartition(" ")[2].lower() in self.cues.kin

    def _person(self, phrase: Phrase) -> str:
        name = self.cast.full_name(self.cast.trimmed(phrase), phrase.at)
        if phrase.role:
            self.people.add(name)
        return name

    def _pronoun(self, phrase: Phrase) -> str:
        match = _WORD.match(self.text, phrase.at)
        return match.group().lower() if match else ""

    def _antecedent(self, number: int, pronoun: str) -> str:
        unlike = "f" if pronoun in self.cues.pronouns_male else "m" if pronoun in self.cues.pronouns_female else "-"
        for then, name in reversed(self.recent):
            if number - then > _MEMORY or not name:
                break  # somebody whom we could not name spoke last: a pronoun may mean them
            if name not in self.body_names and self.cast.gender(name) != unlike:
                self.cast.learn(name, pronoun, self.cues)
                self.people.add(name)
                return name
        return ""

    def _body(self, number: int, phrase: Phrase) -> str:
        """Find which body "the company" means.

        One whose name holds the word, else the last that spoke and is no person.
        """
        word = phrase.role.lower()
        for at, name in reversed(self.bodies):
            if at < phrase.at and word in name.lower():
                return name
        recent = [name for then, name in self.recent if number - then <= _MEMORY and name and name not in self.people]
        return recent[-1] if recent and phrase.definite else ""

    def _holder(self, number: int, phrase: Phrase) -> str:
        """Find the person whom a bare role means; a body's role without a person speaks for itself."""
        if phrase.role.lower() in self.cues.generic:
            return self._body(number, phrase)
        if phrase.relation and not phrase.definite and not self._of_body(phrase.role):
            return ""
        if name := self.cast.titled(phrase.role, phrase.at):
            return name
        if phrase.definite and not phrase.relation:
            return self._antecedent(number, "")
        specific = " " in phrase.role and not self._indefinite(phrase)
        return phrase.role if specific else ""

    def _of_body(self, role: str) -> bool:
        return any(word.lower() in self.cues.bodies for word in _WORD.findall(role))

    def _indefinite(self, phrase: Phrase) -> bool:
        return self.text[: phrase.at].rstrip().rpartition(" ")[2].lower() in self.cues.determiners

    def _remember(self, number: int, sentence: Sentence, quotations: Sequence[Quotation]) -> None:
        """Note whom the sentence is about: its speaker, else its subject."""
        if quotations:
            name = quotations[-1].speaker
            self.recent.append((number, name))
            if name:
                self.spoke = (number, name)
            return
        subject = sentence.subject()
        if subject is not None and subject.kind == "person" and not self._thing(subject):
            self.recent.append((number, self._person(subject)))

    def _thing(self, phrase: Phrase) -> bool:
        """Say whether a name is one of a ship or a bridge rather than of somebody."""
        words = _WORD.findall(phrase.name)
        acronym = any(len(word) > 1 and word.isupper() for word in words)
        return acronym or phrase.definite or any(word.lower() in self.cues.things for word in words)
