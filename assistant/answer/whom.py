"""Whom a name means that somebody typed: which persons and bodies of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.answer.naming import Name, compatible, is_unspaced, parse_name, role_words
from assistant.answer.people import People, Person
from assistant.text.cues import load_table
from assistant.text.mentions import names
from assistant.text.terms import folded
from assistant.text.transliteration import script, sounds_like


@dataclass(frozen=True)
class Whom:
    """Finds people by name."""

    people: People

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, person in enumerate(self.people.persons):
            for word in {token for form in person.forms for token in form.tokens}:
                found[word].append(number)
        return found

    @cached_property
    def _by_script(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, person in enumerate(self.people.persons):
            found[script(person.name)].append(number)
        return found

    def find(self, asked: str) -> list[int]:
        """Return the positions in `people.persons` of those whom a name means, in order; none for an unknown name.

        Case, accents, titles and what precedes a name do not matter, and a part of a name means everybody who has it. What is asked for
        in full means nobody who has only a part of it, unless no full name fits. Without a match by letters, names in other scripts are
        compared by their sound.
        """
        wanted = parse_name(asked, typed=True)
        if not wanted.tokens:
            return []
        near = sorted({number for token in self._words(wanted) for number in self._by_word.get(token, ())})
        for rule in (_is_full, _has_all, _is_within, _with_role):
            if found := [number for number in near if rule(wanted, self.people.persons[number])]:
                return found
        return self._by_sound(" ".join(names(f"x {asked}")) or asked)

    def _words(self, wanted: Name) -> Iterable[str]:
        yield from wanted.tokens
        for token in wanted.tokens:
            if is_unspaced(token):  # a surname or a title cannot be told by a space: `小林`, `校长林秀英`
                yield from (word for word in self._by_word if is_unspaced(word) and (word.startswith(token) or word in token))

    def _by_sound(self, name: str) -> list[int]:
        persons = self.people.persons
        others = [number for known, numbers in self._by_script.items() if known != script(name) for number in numbers]
        return sorted(n for n in others if any(sounds_like(name, form.shown) for form in persons[n].forms))


def _is_full(wanted: Name, person: Person) -> bool:
    return len(wanted.tokens) > 1 and any(form.tokens == wanted.tokens or compatible(wanted, form) for form in person.forms)


def _has_all(wanted: Name, person: Person) -> bool:
    if len(wanted.tokens) == 1 and len(wanted.tokens[0]) > 1 and is_unspaced(wanted.tokens[0]):
        return any(form.tokens[0].startswith(wanted.tokens[0]) for form in person.forms if form.tokens)
    return any(set(wanted.tokens) <= set(form.tokens) for form in person.forms)


def _is_within(wanted: Name, person: Person) -> bool:
    """Say whether the asked words hold a name of the person: `the fishermen's leader Abdul Wadoud`."""
    words = set(wanted.tokens)
    full = [form for form in person.forms if len(form.tokens) > 1]
    if full:
        return any(set(form.tokens) <= words for form in full)
    if any(
        is_unspaced(form.tokens[0]) and len(form.tokens[0]) > 1 and form.tokens[0] in "".join(wanted.tokens)
        for form in person.forms
        if form.tokens
    ):
        return True
    return any(form.tokens[0] in (wanted.tokens[0], wanted.tokens[-1]) for form in person.forms if form.tokens)


def _with_role(wanted: Name, person: Person) -> bool:
    """Say whether the asked words are a name of the person and words of a role: `Menteri Pertahanan Prabowo`."""
    roles = {word for role in person.roles for word in role_words(role)}
    rest = {token for token in wanted.tokens if token not in roles and token not in _words_of_roles()}
    if not rest or not rest & {wanted.tokens[0], wanted.tokens[-1]}:
        return False
    return any(rest <= set(form.tokens) for form in person.forms)


@lru_cache(maxsize=1)
def _words_of_roles() -> frozenset[str]:
    lists = (
        load_table(language).get(key, "")
        for language in ("en", "id", "ms", "es", "fr", "de", "pt")
        for key in ("titles", "roles", "persons")
    )
    return frozenset(folded(part) for listed in lists for item in listed.split() for part in item.split("_"))
