"""Who occurs in an article: short names, titles and pronouns resolved to the person they stand for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from assistant.text.cues import Cues, load_table
from assistant.text.runs import Phrase
from assistant.text.terms import folded

_NAME_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST_NAME = 6
_MOST_FORMS = 100
"""Names that share a word, among which one is looked for."""


def name_tokens(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, without a possessive ending."""
    return tuple(folded(re.sub(r"['’]s$|['’]", "", word)) for word in _NAME_WORD.findall(name))


class Mention(NamedTuple):
    """A name with its role at a place in the article."""

    at: int
    name: str
    role: str
    tokens: tuple[str, ...]


class Cast:
    """The persons and bodies that an article names, in the order of their mentions."""

    def __init__(self, phrases: Iterable[Phrase], forenames: frozenset[str] = frozenset()) -> None:
        self._forenames = forenames
        persons = [phrase for phrase in phrases if phrase.kind == "person" and phrase.name]
        plain = Counter(name_tokens(phrase.name) for phrase in persons if not phrase.role)
        self._plain = plain
        self._mentions = [Mention(phrase.at, name, phrase.role, name_tokens(name)) for phrase in persons if (name := self.trimmed(phrase))]
        self._counts = Counter(mention.tokens for mention in self._mentions)
        self._genders: dict[str, str] = {}
        # Every form of a name once, where it first stands, by each of its words: an article may name somebody ten thousand times.
        self._forms: dict[str, list[Mention]] = {}
        self._roles: dict[tuple[str, ...], str] = {}
        self._titled: dict[str, list[Mention]] = {}
        first: set[tuple[str, ...]] = set()
        for mention in self._mentions:
            if mention.tokens not in first:
                first.add(mention.tokens)
                for token in dict.fromkeys(mention.tokens):
                    self._forms.setdefault(token, []).append(mention)
            if mention.role:
                self._roles.setdefault(mention.tokens, mention.role)
                for token in dict.fromkeys(name_tokens(mention.role)):
                    self._titled.setdefault(token, []).append(mention)

    def trimmed(self, phrase: Phrase) -> str:
        """Return the name of a phrase without the words of its role that were taken for one.

        In `Bupati Laranta Rosnawati Gebang` the person is whoever `Rosnawati` is elsewhere in the article.
        """
        words = phrase.name.split(" ")
        if not phrase.role or len(words) < 3 or phrase.apposed:
            return phrase.name
        tokens = [name_tokens(word) for word in words]
        if words[0].lower() in self._forenames:
            return phrase.name
        for start in range(1, len(words) - 1):
            rest = tuple(token for word in tokens[start:] for token in word)
            if self._plain[tokens[start]] or self._plain[rest]:
                return " ".join(words[start:])
        return phrase.name

    def full_name(self, name: str, before: int) -> str:
        """Return the longest form of a name that stands before a place, else anywhere.

        It is the name itself when several persons might be meant.
        """
        tokens = name_tokens(name)
        forms = self._forms.get(tokens[0], [])[:_MOST_FORMS] if tokens else []
        for limit in (before, None):
            longer = {
                mention.tokens: mention.name
                for mention in reversed(forms)
                if (limit is None or mention.at < limit)
                and len(tokens) < len(mention.tokens) <= _LONGEST_NAME
                and _contains(mention.tokens, tokens)
            }
            if longer:
                return self._choose(longer) or name
        return name

    def uninflected(self, name: str, at: int) -> str:
        """Return the name in its first case, where the article has it elsewhere: `Анна Смирнова` for `Смирновой`."""
        tokens = name_tokens(name)
        for mention in self._mentions[:_MOST_FORMS]:
            longer = mention.tokens != tokens and len(mention.tokens) >= len(tokens)
            if longer and all(any(_same_stem(token, other) for other in mention.tokens) for token in tokens):
                return self.full_name(mention.name, at) or mention.name
        return name

    def _choose(self, longer: dict[tuple[str, ...], str]) -> str:
        """Choose among names that contain a short one: they must be forms of one person."""
        longest = max(longer, key=lambda tokens: (self._counts[tokens], len(tokens)))
        for tokens in longer:
            if not (_contains(tokens, longest) or _contains(longest, tokens)):
                return ""
        return longer[longest]

    def known(self, name: str, at: int) -> bool:
        """Say whether the name stands elsewhere than at a place."""
        tokens = name_tokens(name)
        forms = self._forms.get(tokens[0], [])[:_MOST_FORMS] if tokens else []
        return any((mention.at != at or self._counts[mention.tokens] > 1) and _contains(mention.tokens, tokens) for mention in forms)

    def titled(self, role: str, before: int) -> str:
        """Return the person who was last introduced with all words of a role, "" when there is none."""
        wanted = set(name_tokens(role))
        if not wanted:
            return ""
        holders = min((self._titled.get(token, []) for token in wanted), key=len)
        last = bisect_left(holders, before, key=lambda mention: mention.at)
        for mention in reversed(holders[max(0, last - _MOST_FORMS) : last]):
            if wanted <= set(name_tokens(mention.role)):
                return self.full_name(mention.name, mention.at + 1)
        return ""

    def role_of(self, name: str) -> str:
        """Return the role with which a person was first introduced, "" when there is none."""
        return self._roles.get(name_tokens(name), "")

    def gender(self, name: str) -> str:
        """Return what the pronouns so far said of a person: "m", "f" or ""."""
        return self._genders.get(name, "")

    def learn(self, name: str, pronoun: str, cues: Cues) -> None:
        """Note by which pronoun a person was called."""
        if pronoun in cues.pronouns_male:
            self._genders[name] = "m"
        elif pronoun in cues.pronouns_female:
            self._genders[name] = "f"


def _same_stem(word: str, other: str) -> bool:
    """Say whether two words differ in their last two letters at most."""
    shared = max(3, min(len(word), len(other)) - 2)
    return abs(len(word) - len(other)) <= 3 and word[:shared] == other[:shared]


def _contains(tokens: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Say whether the words of `part` stand in `tokens` in the same order."""
    rest = iter(tokens)
    return all(word in rest for word in part)


def speaker_matches(asked: str, speaker: str) -> bool:
    """Say whether a name as typed in a question means a stored speaker.

    Case, accents and titles do not matter. Every word that was asked for must be a word of the speaker;
    where more is asked than is stored, every word of the speaker must be one of those, a single one at
    either end of the asked name.
    """
    wanted, stored = _content(asked), _content(speaker)
    if not wanted or not stored:
        return False
    if set(wanted) <= set(stored):
        return True
    return set(stored) <= set(wanted) and (len(stored) > 1 or stored[0] in (wanted[0], wanted[-1]))


def _content(name: str) -> list[str]:
    tokens = name_tokens(name)
    titles = {word for listed in load_table("titles").values() for word in listed.split()}
    return [word for word in tokens if word not in titles] or list(tokens)
