"""People across articles: which names in the ledger are one person's or body's.

The rules, in order. A row is a name with a role in an article.

1. Bodies join only with themselves, up to case, an article, the form of a company, and an acronym in brackets.
2. Full names (two words or more) join when they can be one person's (`naming.compatible`): the fullest form leads, and every other
   joins the one leading form that it fits. A form that fits several (`J. Biden`) is treated as a short one.
3. A short form, such as a bare surname, stands for one of the full names that hold it, by the first of these that leaves exactly one:
   a full name in the same article; a full name whose roles name the same office; the only full name in the index, when the word is its
   surname, or a first name that is no common one. When none leaves exactly one, it stays apart.
4. Full names in two scripts join when they sound the same and no other does.
5. Namesakes: a full name is parted only when articles give it careers that nobody has both of (a goalkeeper, a judge) and no article
   gives it both: roles change in a life, so offices and places part nobody. Articles that tell no career follow the one whose role
   they share, else they stay apart from both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from assistant.answer.naming import (
    Name,
    careers_of,
    compatible,
    given_forms,
    offices_of,
    parse_name,
    role_words,
    same_given,
    tables_of_names,
)
from assistant.index.rows import Utterances
from assistant.text.transliteration import script, skeleton

LEAST_SOUND = 6
"""Names in two scripts whose skeletons are shorter than this are never joined by their sound."""

NOBODY: frozenset[int] = frozenset()


class Row(Protocol):
    """What says who speaks: `Utterances` and `Quotation` do."""

    @property
    def speaker(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def article_id(self) -> str: ...  # noqa: D102
    @property
    def joint(self) -> tuple[str, ...]: ...  # noqa: D102


Key = tuple[str, str, str]
"""A name, a role and the id of an article: what is joined."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person or body: the fullest name, all names and roles as written, the most frequent first, and the forms of the names."""

    name: str
    names: tuple[str, ...]
    roles: tuple[str, ...]
    forms: tuple[Name, ...]


@dataclass(frozen=True)
class People:
    """Everybody who speaks, and who is meant by each name in each article."""

    persons: tuple[Person, ...]
    meant: Mapping[Key, int]

    def of(self, row: Row) -> tuple[int, ...]:
        """Return the positions in `persons` of those who speak in a row: one, or all of a joint statement; none for an unknown row."""
        return tuple(dict.fromkeys(self.meant[key] for key in keys_of(row) if key in self.meant))


def keys_of(row: Row) -> list[Key]:
    """Return a row's key, or one for each who speaks in a joint statement, without a role."""
    if row.joint:
        return [(name, "", row.article_id) for name in row.joint]
    return [(row.speaker, row.role, row.article_id)]


def join_people(rows: Iterable[Utterances]) -> People:
    """Join the rows; every key belongs to exactly one person, whatever the order of the rows."""
    counts: Counter[Key] = Counter()
    for row in rows:
        for key in keys_of(row):
            counts[key] += row.n
    joining = _Joining(sorted(counts))
    groups: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key in joining.keys:
        groups[joining.group(key)].append(key)
    parted = [part for _, keys in sorted(groups.items()) for part in _namesakes(keys)]
    persons = [_person(keys, counts) for keys in parted]
    return People(tuple(persons), {key: number for number, keys in enumerate(parted) for key in keys})


class _Joining:
    """Finds for each key the group it belongs to; a group is named by what leads it."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = keys
        self._names = _without_disguised_bodies({name: parse_name(name) for name in {key[0] for key in keys}})
        self._titled = {written: offices_of(" ".join(name.titles)) for written, name in self._names.items()}
        self._leaders = _Leaders()
        forms = {name.form: name for name in self._names.values() if not name.is_body and not name.bare}
        fitting: dict[tuple[str, ...], list[int]] = {}
        for form, name in sorted(forms.items(), key=lambda item: (tuple(-n for n in item[1].weight), item[0])):
            fitting[form] = self._leaders.fitting(name) or [self._leaders.add(name)]
        same = _same_sound(self._leaders.names)
        self._led = {form: frozenset(same.get(leader, leader) for leader in led) for form, led in fitting.items()}
        self._acronyms = _acronyms(self._names.values())
        self._in_article: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._in_office: dict[tuple[str, int], set[int]] = defaultdict(set)
        self._in_index: dict[str, set[int]] = defaultdict(set)
        self._loose: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._gather()

    def _gather(self) -> None:
        """Note which leaders hold a word, by article, by office, and anywhere; and the offices of short forms."""
        full: dict[str, tuple[int, tuple[str, ...]]] = {}
        for written, name in self._names.items():
            if len(led := self._led.get(name.form, NOBODY)) == 1:
                full[written] = min(led), self._leaders.words(min(led), name)
            elif name.bare and name.titles:
                self._loose[name.form] |= self._titled[written]
        for written, role, article in self.keys:
            if written in full:
                leader, words = full[written]
                offices = self._titled[written] | offices_of(role)
                for word in words:
                    self._in_article[word, article].add(leader)
                    for office in offices:
                        self._in_office[word, office].add(leader)
        for form, led in self._led.items():
            if len(led) == 1:
                for word in _standing_alone(form):
                    self._in_index[word] |= led

    def group(self, key: Key) -> tuple[str, ...]:
        """Return the name of the group of a key."""
        written, role, article = key
        name = self._names[written]
        if name.is_body:
            full = self._acronyms.get(name.tokens[0], ()) if len(name.tokens) == 1 else ()
            return "body", *(full[0] if len(full) == 1 else name.tokens)
        led = self._led.get(name.form, NOBODY)
        meant = led if len(led) == 1 else self._meant(name, self._titled[written] | offices_of(role), article, led)
        if len(meant) == 1:
            return "person", str(min(meant))
        own = self._titled[written] or self._loose.get(name.form, NOBODY)
        return "apart", *name.form, str(min(own)) if len(own) == 1 or (name.titles and own) else ""

    def _meant(self, name: Name, offices: frozenset[int], article: str, fitting: frozenset[int]) -> Set[int]:
        """Return the leader that a short form stands for, none when that is not sure."""
        word = name.tokens[-1]
        here = self._in_article.get((word, article), NOBODY)
        in_office = NOBODY.union(*(self._in_office.get((word, office), NOBODY) for office in offices)) if offices else NOBODY
        for found in (here, here & in_office) if here else (in_office, self._in_index.get(word, NOBODY)):
            possible = found & fitting if fitting else found
            if len(possible) == 1:
                return possible
        return NOBODY


class _Leaders:
    """The leading forms, found by surname and given name."""

    def __init__(self) -> None:
        self.names: list[Name] = []
        self._by_pair: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._given: list[set[str]] = []

    def words(self, number: int, name: Name) -> tuple[str, ...]:
        """Return the words of a leader and of a form of it, each once."""
        leading = self.names[number].tokens
        return leading if name.tokens == leading else tuple({*leading, *name.tokens})

    def fitting(self, name: Name) -> list[int]:
        """Return the leaders that a name can be a form of."""
        last, first = name.tokens[-1], name.tokens[0]
        wanted = [first + "*"] if len(first) == 1 else []
        seen = dict.fromkeys(n for given in [*sorted(given_forms(first)), first[0], *wanted] for n in self._by_pair.get((last, given), ()))
        found = [n for n in seen if compatible(name, self.names[n]) and not self._contradicts(name, n)]
        if len(found) == 1:
            self._given[found[0]].add(first)
        return found

    def _contradicts(self, name: Name, leader: int) -> bool:
        """Say whether another form of the leader has another given name where the leader has only an initial."""
        leading, first = self.names[leader].tokens, name.tokens[0]
        if len(leading[0]) > 1 or len(first) == 1:
            return False
        return not all(same_given(first, given) for given in self._given[leader])

    def add(self, name: Name) -> int:
        """Make a name a leading form and return its number."""
        number = len(self.names)
        self.names.append(name)
        self._given.append({name.tokens[0]})
        for i, last in enumerate(name.tokens):
            for given in name.tokens[:i] or name.tokens[:1]:
                for form in (given,) if len(given) == 1 else (*given_forms(given), given[0] + "*"):
                    self._by_pair[last, form].append(number)
        return number


def _standing_alone(form: Sequence[str]) -> set[str]:
    """Return the words by which somebody may be called in an article that does not give the full name."""
    first, last = form[0], form[-2] if form[-1].startswith("/") else form[-1]
    return {last} if first in tables_of_names().given or len(first) == 1 else {first, last}


def _without_disguised_bodies(names: dict[str, Name]) -> dict[str, Name]:
    """Take for bodies what has the words of one: `Linao Hydro` beside `Linao Hydro Corp.`."""
    bodies = {name.tokens for name in names.values() if name.is_body and len(name.tokens) > 1}
    return {
        written: Name(name.tokens, name.shown, is_body=True) if not name.is_body and not name.titles and name.tokens in bodies else name
        for written, name in names.items()
    }


def _acronyms(names: Iterable[Name]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for name in names:
        if name.acronym:
            found[name.acronym].add(name.tokens)
    return {acronym: sorted(tokens) for acronym, tokens in found.items()}


def _same_sound(leaders: Sequence[Name]) -> dict[int, int]:
    """Return leader -> the leader in another script that sounds the same, for the second of each pair."""
    if len({script(name.shown) for name in leaders}) < 2:
        return {}
    by_sound: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(leaders):
        sound = skeleton(" ".join(name.tokens)) if len(name.tokens) > 1 else ""
        if len(sound) >= LEAST_SOUND:
            by_sound[sound].append(number)
    pairs = (numbers for numbers in by_sound.values() if len(numbers) == 2)
    return {b: a for a, b in pairs if script(leaders[a].shown) != script(leaders[b].shown)}


def _namesakes(keys: Sequence[Key]) -> list[list[Key]]:
    """Part the keys of one full name when its articles tell careers that nobody has both of."""
    if not any(careers_of(role) for _, role, _ in keys):
        return [list(keys)]
    careers: dict[str, frozenset[int]] = {}
    for _, role, article in keys:
        careers[article] = careers.get(article, frozenset()) | careers_of(role)
    told = {min(found) for found in careers.values() if len(found) == 1}
    if len(told) < 2 or any(len(found) > 1 for found in careers.values()):
        return [list(keys)]
    words: dict[int, set[str]] = defaultdict(set)
    for _, role, article in keys:
        if careers[article]:
            words[min(careers[article])].update(role_words(role))
    parts: dict[int, list[Key]] = defaultdict(list)
    for key in keys:
        sharing = [career for career in sorted(told) if words[career] & set(role_words(key[1]))]
        parts[min(careers[key[2]]) if careers[key[2]] else sharing[0] if len(sharing) == 1 else -1].append(key)
    return [part for _, part in sorted(parts.items())]


def _person(keys: Sequence[Key], counts: Mapping[Key, int]) -> Person:
    names: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    for key in keys:
        names[key[0]] += counts[key]
        roles[key[1]] += counts[key]
    ordered = tuple(sorted(names, key=lambda name: (-names[name], name)))
    fullest = (
        ordered[0]
        if len(ordered) == 1
        else max(ordered, key=lambda name: (parse_name(name).weight, len(parse_name(name).shown.split()), names[name], name))
    )
    held = tuple(role for role in sorted(roles, key=lambda role: (-roles[role], role)) if role)
    return Person(parse_name(fullest).shown, ordered, held, tuple(dict.fromkeys(map(parse_name, ordered))))
