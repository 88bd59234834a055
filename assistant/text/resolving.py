"""Say who is meant where an article names a speaker by a short name, a role, a pronoun or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from assistant.text.cast import Cast
from assistant.text.cues import Cues
from assistant.text.runs import Phrase
from assistant.text.subjects import Sentence

_WORD = re.compile(r"\w+")
_MEMORY = 4
"""Sentences after which a pronoun finds nobody any more."""
_MOST_BODIES = 300
_LONGEST_WORD = 40
_PAIR_MEMORY = 5
"""Sentences among which the two persons of `both leaders` are looked for."""


class Meant(NamedTuple):
    """Who is meant: `name` is "" when nobody is known."""

    name: str
    uncertain: bool = False


class Resolver:
    """Follows an article from its first sentence on and remembers whom it was about."""

    def __init__(self, text: str, cues: Cues, sentences: Sequence[Sentence], inside: Sequence[Sentence]) -> None:
        self.text = text
        self.cues = cues
        self.sentences = sentences
        phrases = [phrase for sentence in (*sentences, *inside) for phrase in sentence.phrases]
        self.cast = Cast(sorted(phrases, key=lambda phrase: phrase.at), cues.forenames)
        self.bodies: dict[str, int] = {}  # where each is first named
        for phrase in phrases:
            if phrase.kind == "body":
                self.bodies[phrase.name] = min(phrase.at, self.bodies.get(phrase.name, phrase.at))
        self.persons = [
            [p for p in s.phrases if p.kind == "person" and p.name and not (p.first and s.tokens[p.first - 1].low in cues.locatives)]
            for s in sentences
        ]
        self.people: set[str] = set()
        self.recent: list[tuple[int, str]] = []  # (number of the sentence, who it is about), the latest last
        self.spoke: tuple[int, str] = (-9, "")  # the last sentence with a speaker

    def meant(self, number: int, phrase: Phrase) -> Meant:
        """Return who is meant by a phrase of the sentence with this number."""
        if phrase.kind == "pronoun":
            return self._here(number, phrase) or self.antecedent(number, self.pronoun(phrase))
        if phrase.kind == "body":
            return Meant(phrase.name)
        if phrase.kind == "role":
            return self._holder(number, phrase)
        if phrase.kind != "person" or (phrase.relation and self._kin(phrase)):
            return Meant("")
        if phrase.relation and (" " not in phrase.name or self.cast.known(phrase.name, phrase.at)):
            return Meant("")  # "juru bicara Biden": he or his spokesman
        return Meant(self.person(phrase))

    def _here(self, number: int, phrase: Phrase) -> Meant | None:
        """Return the subject of the same sentence, when it stands before a pronoun: `Ruiz smiled as she said it`."""
        subject = self.sentences[number].subject() if number < len(self.sentences) else None
        if subject is None or subject.kind != "person" or subject.last > phrase.first or phrase.first == phrase.last or self.thing(subject):
            return None
        name, pronoun = self.person(subject), self.pronoun(phrase)
        opening = self.sentences[number].tokens[0].low
        if pronoun not in self.cues.pronouns or opening in self.cues.prepositions:
            return None  # "katanya": whoever spoke before
        unlike = "f" if pronoun in self.cues.pronouns_male else "m" if pronoun in self.cues.pronouns_female else "-"
        if not name or self.cast.gender(name) == unlike or pronoun in self.cues.pronouns_body:
            return None
        self.cast.learn(name, pronoun, self.cues)
        return Meant(name)

    def pair(self, number: int, titled: bool) -> tuple[str, ...]:
        """Return the two persons whom `both leaders` means: the last two named before, else the first two named after.

        With `titled` only persons count who have a role.
        """
        before: list[str] = []
        for at in range(number - 1, max(-1, number - _PAIR_MEMORY), -1):
            for phrase in reversed(self.persons[at]):
                name = self.person(phrase)
                if name not in before and self._fits_pair(phrase, titled):
                    before.insert(0, name)
                if len(before) == 2:
                    return tuple(before)
        if before:
            return ()
        after: list[str] = []
        for at in range(number, min(len(self.persons), number + 3)):
            after += [name for phrase in self.persons[at] if (name := self.person(phrase)) not in after and self._fits_pair(phrase, titled)]
            if len(after) >= 2:
                return tuple(after[:2])
        return ()

    def _fits_pair(self, phrase: Phrase, titled: bool) -> bool:
        return not self.thing(phrase) and (not titled or bool(phrase.role or self.cast.role_of(self.person(phrase))))

    def _kin(self, phrase: Phrase) -> bool:
        """Say whether a name can only be that of somebody else: `adik Tono Hadi`."""
        apposed = self.text.startswith(phrase.name, phrase.at)  # "Pengacara itu, Budi,"
        return not apposed and phrase.role.rpartition(" ")[2].lower() in self.cues.kin

    def person(self, phrase: Phrase) -> str:
        """Return the longest form of a person's name."""
        name = self.cast.full_name(self.cast.trimmed(phrase), phrase.at)
        if phrase.role:
            self.people.add(name)
        return name

    def pronoun(self, phrase: Phrase) -> str:
        """Return the first word of a phrase, lower case."""
        match = _WORD.match(self.text, phrase.at)
        return match.group().lower() if match else ""

    def longer(self, name: str) -> str:
        """Return the name of an earlier speaker that holds a short one."""
        spaced = f" {name} "
        for _, earlier in self.recent[: -_MOST_BODIES - 1 : -1]:
            if spaced in f" {earlier} " or (name[:1] > "\u2e7f" and len(name) > 1 and name in earlier):
                return earlier
        return name

    def antecedent(self, number: int, pronoun: str) -> Meant:
        """Return whom a pronoun means: the last who was spoken of and whom it fits."""
        if pronoun in self.cues.pronouns_body:
            return Meant(next((name for name in self._lately(number) if self._is_body(name)), ""))
        unlike = "f" if pronoun in self.cues.pronouns_male else "m" if pronoun in self.cues.pronouns_female else "-"
        for then, name in reversed(self.recent):
            if number - then > _MEMORY or not name:
                break  # somebody whom we could not name spoke last: a pronoun may mean them
            if name not in self.bodies and self.cast.gender(name) != unlike:
                uncertain = self._rival(then, name, unlike)
                self.cast.learn(name, pronoun, self.cues)
                self.people.add(name)
                return Meant(name, uncertain)
        return Meant("")

    def _rival(self, then: int, name: str, unlike: str) -> bool:
        """Say whether somebody else who fits stands beside the one found, so that either may be meant."""
        spoke = self.spoke[1] == name
        if spoke or self.cast.gender(name) or then >= len(self.persons):
            return False
        others = {self.cast.full_name(phrase.name, phrase.at) for phrase in self.persons[then] if not self.thing(phrase)} - {name}
        return any(self.cast.gender(other) != unlike for other in others)

    def _body(self, number: int, phrase: Phrase) -> Meant:
        """Find which body "the company" means.

        One whose name holds the word, else the last that spoke and is no person.
        """
        word = phrase.role.lower()
        for name in islice(reversed(self.bodies), _MOST_BODIES):
            if self.bodies[name] < phrase.at and word in name.lower():
                return Meant(name)
        lately = next((name for name in self._lately(number) if name and name not in self.people), "")
        return Meant(lately if phrase.definite else "")

    def _lately(self, number: int) -> Iterator[str]:
        """Yield whom the last sentences were about, the latest first."""
        for then, name in reversed(self.recent):
            if number - then > _MEMORY:
                return
            yield name

    def _is_body(self, name: str) -> bool:
        """Say whether a name is a body's: it holds the word for one, or the role in front of it does."""
        words = self.cast.role_of(name).lower().split()
        return name in self.bodies or any(word in self.cues.generic or word in self.cues.bodies for word in words)

    def _holder(self, number: int, phrase: Phrase) -> Meant:
        """Find the person whom a bare role means; a body's role without a person speaks for itself."""
        if phrase.role.lower() in self.cues.generic:
            return self._body(number, phrase)
        if phrase.relation and not phrase.definite and not self._of_body(phrase.role):
            return Meant("")
        if name := self.cast.titled(phrase.role, phrase.at):
            return Meant(name)
        if phrase.definite and not phrase.relation:
            return self.antecedent(number, "")
        specific = " " in phrase.role and not self._indefinite(phrase)
        return Meant(phrase.role if specific else "")

    def _of_body(self, role: str) -> bool:
        return any(word.lower() in self.cues.bodies for word in _WORD.findall(role))

    def _indefinite(self, phrase: Phrase) -> bool:
        return self.text[max(0, phrase.at - _LONGEST_WORD) : phrase.at].rstrip().rpartition(" ")[2].lower() in self.cues.determiners

    def spoken(self, number: int, name: str) -> None:
        """Note who spoke in a sentence, "" when somebody without a name did."""
        self.recent.append((number, name))
        if name:
            self.spoke = (number, name)

    def about(self, number: int, sentence: Sentence) -> None:
        """Note whom a sentence is about in which nobody speaks: its subject."""
        subject = sentence.subject()
        if subject is not None and subject.kind == "role":
            subject = self._apposed(sentence) or subject
        if subject is not None and subject.kind == "person" and not self.thing(subject):
            self.recent.append((number, self.person(subject)))

    def _apposed(self, sentence: Sentence) -> Phrase | None:
        """Return the only person between commas: `Kepala mekanik tim, Kenji Moriwaki, sependapat`."""
        tokens = sentence.tokens
        enclosed = [
            phrase
            for phrase in sentence.phrases
            if phrase.kind == "person"
            and tokens[phrase.first - 1].text == ","
            and "," in (tokens[phrase.last - 1].text, tokens[min(phrase.last, len(tokens) - 1)].text)
        ]
        return enclosed[0] if len(enclosed) == 1 else None

    def thing(self, phrase: Phrase) -> bool:
        """Say whether a name is one of a ship or a bridge rather than of somebody."""
        words = _WORD.findall(phrase.name)
        acronym = any(len(word) > 1 and word.isupper() for word in words)
        return acronym or phrase.definite or any(word.lower() in self.cues.things for word in words)
