"""Read runs of capitalised words and titles, and tell the role in them from the name.

`Presiden China Xi Jinping` is a role and a name, `Kementerian Luar Negeri China` a body, `juru bicara itu`
a bare role.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from assistant.text.cues import Cues
from assistant.text.lexing import POSSESSIVE, Token, match_phrase

_LONG_NAME = 4
_CLOSING = ("»", "“", "”", '"')

Kind = Literal["person", "body", "role", "pronoun", "plural", "pair"]


class Phrase(NamedTuple):
    """A noun phrase: the tokens `[first, last)`. `name` is "" for a bare role, a pronoun or a plural.

    A plural is anybody without a name (`residents`), a pair stands for two who are named elsewhere (`both leaders`).
    """

    first: int
    last: int
    kind: Kind
    name: str = ""
    role: str = ""
    definite: bool = False  # "the", "sang" or "itu" goes with it
    at: int = 0  # where it stands in the article
    determined: bool = False  # any determiner stands before it
    apposed: bool = False  # its name stands between commas, so it is all of it
    relation: bool = False  # the role is somebody's: "juru bicara Biden" need not be Biden


def end_of_run(tokens: Sequence[Token], at: int, cues: Cues) -> int:
    """Find where the run of capitalised words, titles and their joints ends; `at` when there is none."""
    first, last, useful = at, at, False
    plain = False  # the token before is a capitalised word that is no title, body or role
    while at < len(tokens):
        token = tokens[at]
        role = token.low in cues.titles or token.low in cues.bodies or token.low in cues.persons
        if token.word and (token.capital or role) and not (plain and cues.head_first and not token.capital):
            if token.low in cues.not_names and not role and not _also_name(tokens, at, first, cues):
                break
            useful, last = True, at + 1
            plain = not role and token.low not in cues.roles
        elif cues.head_first and at > first and token.text.isdigit() and not plain and at + 1 < len(tokens) and tokens[at + 1].capital:
            pass  # "Ketua RT 04 Karangsari"
        elif token.low in cues.roles and not plain and _soft(tokens, at, cues):
            last = at + 1 if useful else last
        elif at > first and (n := _inside_run(tokens, at, first, cues)):
            at += n
            continue
        elif not (token.text == "." and at > first and tokens[at - 1].low in cues.titles) and not (at > first and _joins(tokens, at, cues)):
            break
        at += 1
    return last


def _inside_run(tokens: Sequence[Token], at: int, first: int, cues: Cues) -> int:
    """Count the tokens that a run passes over.

    They are the brackets in `Badan Bencana (BPBD) Laranta`, and `pemantau anggaran` in `Lembaga pemantau
    anggaran Mata Kas`.
    """
    if tokens[at].text == "(":
        closed = at + 2 < len(tokens) and tokens[at + 2].text == ")" and tokens[at + 1].text.isupper()
        titled = any(token.low in cues.titles or token.low in cues.bodies for token in tokens[first:at])
        return 3 if closed and titled and at + 3 < len(tokens) and tokens[at + 3].capital else 0
    if tokens[at].text in '«„“"' and cues.free_order and (n := _inside_marks(tokens, at)):
        return n
    head = tokens[first].low
    if not (cues.head_first and at == first + 1 and (head in cues.generic or head in cues.persons or head in cues.titles)):
        return 0
    for n in range(1, 4):
        if at + n >= len(tokens):
            return 0
        low = tokens[at + n - 1].low
        verb = any(match_phrase(tokens, at + n - 1, table) for table in (cues.verbs, cues.acts, cues.naming, cues.weak))
        ordinary = tokens[at + n - 1].word and not cues.is_common(low) and not verb
        if not ordinary or low in cues.prepositions or low in cues.transparent or low in cues.demonstratives:
            return 0
        if tokens[at + n].capital or (cues.free_order and tokens[at + n].text in "«„" and _inside_marks(tokens, at + n)):
            return n
    return 0


def _inside_marks(tokens: Sequence[Token], at: int) -> int:
    """Count the tokens of a name between quotation marks that more of a name follows: `Тренер «Искры» Пётр Ван-Дейк`."""
    for closing in range(at + 2, min(at + 6, len(tokens) - 1)):
        if tokens[closing].text in '»“”"':
            return closing + 1 - at if tokens[closing + 1].capital else 0
    return 0


def end_of_noun_run(tokens: Sequence[Token], at: int, cues: Cues) -> int:
    """Find the end of a body or title that unknown nouns precede, `the state weather bureau`, or `at`."""
    for place in range(at, min(at + 4, len(tokens) - 1)):
        token = tokens[place]
        adjective = cues.noun_before and token.low.endswith("ing")
        if not token.word or token.capital or (cues.is_common(token.low) and not adjective):
            return at
        if token.low in cues.prepositions or token.low in cues.transparent:
            return at
        following = tokens[place + 1]
        if following.low in cues.bodies or following.low in cues.titles:
            return end_of_run(tokens, place + 1, cues)
    return at


def _also_name(tokens: Sequence[Token], at: int, first: int, cues: Cues) -> bool:
    """`Theresa May` and `Sunday Ekpere` are names, `May 5` and `on Sunday` are dates."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if at > first:
        return tokens[at].low in cues.also_names and not following[:1].isdigit()
    before = tokens[at - 1].low if at else ""
    named = following[:1].isupper() and following.lower() not in cues.not_names
    return named and tokens[at].low in cues.day_names and before not in cues.prepositions and at > 0


def _soft(tokens: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether a word belongs to a role: `menteri luar negeri`, but not `Menteri dalam pidatonya`."""
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return tokens[at].low not in cues.prepositions or following in cues.roles


def _joins(tokens: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether `of the`, `van` or the "and" in `Pendidikan dan Kebudayaan` carries the run on."""
    token = tokens[at]
    following = at + 1
    if token.low in cues.conjunctions:
        near = [tokens[i].low for i in (at - 1, following) if i < len(tokens)]
        if len(near) == 2 and all(low in cues.roles for low in near):
            return True
        # "for the Maritime and Coastguard Agency": one body
        led = any(token.low in cues.connectors for token in tokens[max(0, at - 5) : at])
        capitals = following < len(tokens) and tokens[at - 1].capital and tokens[following].capital
        return cues.noun_before and led and capitals and any(t.low in cues.bodies for t in tokens[following : following + 3])
    if token.low not in cues.connectors:
        return False
    while following < len(tokens) and tokens[following].low in cues.connectors:
        following += 1
    if following >= len(tokens) or not tokens[following].word:
        return False
    known = cues.titles | cues.bodies | cues.roles
    joins_roles = not cues.head_first or token.low not in cues.prepositions
    return tokens[following].capital or (tokens[following].low in known and joins_roles)


def split_run(run: Sequence[Token], phrase: Phrase, cues: Cues, text: str) -> Phrase | None:
    """Tell the role from the name in a run; `phrase` says where the run stands, its determiners included."""
    phrase = phrase._replace(at=run[0].start)
    whole = _written(run, text, cues)
    if POSSESSIVE.search(run[-1].text):
        return phrase._replace(kind="plural")  # "the university's" laboratory: nobody we can name
    if len(run) == 1 and run[0].low in cues.generic:
        return phrase._replace(kind="role", role=whole)
    titled = [i for i in range(len(run)) if _titles(run, i, cues)]
    spoken_for = not cues.head_first and bool(titled) and titled[-1] < len(run) - 1 and titled[-1] > 0 and not run[titled[-1]].capital
    if not spoken_for and _is_body(run, bool(titled), cues):
        return phrase._replace(kind="body", name=whole)
    if not titled:
        return _split_untitled(run, phrase, cues, text)
    if len(run) > 1 and titled[-1] == len(run) - 1 and run[-1].capital and _plain(run[0], cues):
        return _cut_name(phrase, run, 0, cues, text)  # Martin Luther King
    cut = titled[-1] + 1
    while cut < len(run) and not _plain(run[cut], cues):
        if cut == len(run) - 1 and run[cut].capital and run[cut].low in cues.surnames:
            break
        cut += 1
    if cues.head_first:
        # "Wakil Ketua Panitia Pengawas Anggaran DPRD Hana Kusuma": the name begins behind the last word that is none
        last = next((i for i in range(len(run) - 2, cut, -1) if run[i].word and run[i].text.isupper() and len(run[i].text) > 2), None)
        cut = last + 1 if last is not None else cut
    while cues.free_order and cut < len(run) - 1 and run[cut].word and not run[cut].capital and run[cut].low not in cues.connectors:
        cut += 1  # "жительница посёлка Нина Орлова"
    closing = next((i for i in range(len(run) - 2, cut, -1) if run[i].text in _CLOSING), None)
    if closing is not None and cues.free_order:
        cut = closing + 1  # "Тренер «Искры» Пётр Ван-Дейк"
    if run[cut - 1].low in cues.territorial and len(run) - cut >= _LONG_NAME and run[cut].low not in cues.forenames:
        # "Bupati Tanah Merah Hotman Parulian Sitorus": few have four names, so the first are the place's
        cut = len(run) - _LONG_NAME + 1
    if cues.head_first and run[cut - 1].low in cues.units and len(run) - cut > 2:
        # "Ketua Koperasi Bahari Joko Lelono": the body has a name too, and most people have two
        cut = len(run) - 2
    return _named(phrase, run, cut, cues, text)


def _is_body(run: Sequence[Token], titled: bool, cues: Cues) -> bool:
    """Say whether the run names a body: by its first word, or by its last where the head comes last."""
    if run[0].low in cues.bodies:
        return cues.head_first or len(run) == 1 or run[1].low in cues.connectors or not titled
    if not titled and all(token.low in cues.places for token in run):
        return True  # a country speaks
    joined = any(token.low in cues.connectors for token in run)
    return run[-1].low in cues.bodies and (not titled or not (cues.head_first or joined))


def _split_untitled(run: Sequence[Token], phrase: Phrase, cues: Cues, text: str) -> Phrase | None:
    first = run[0]
    if first.low in cues.roles and not first.capital and first.low not in cues.persons | cues.relations:
        return None
    ordinary = first.low in cues.persons and (not first.capital or len(run) == 1)
    if ordinary or first.low in cues.relations:
        named = next((i for i, token in enumerate(run) if token.capital and i), len(run))
        return _named(phrase, run, named, cues, text)
    if cues.nouns_capital and phrase.determined:
        return phrase._replace(kind="plural")  # "der Bericht": a noun, not a name
    if not cues.head_first:
        for i, token in enumerate(run[:-1]):
            if token.low in cues.generic and not token.capital:
                return _named(phrase, run, i + 1, cues, text)  # "Adelaide firm Corellawing"
    return _cut_name(phrase, run, 0, cues, text)


def _titles(run: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether a word is a title here: `Judge Ruiz`, but not `Mr Judge`."""
    token = run[at]
    if token.low not in cues.titles:
        return False
    before_name = at + 1 < len(run) and run[at + 1].capital
    return token.low not in cues.surnames or not token.capital or before_name


def _plain(token: Token, cues: Cues) -> bool:
    """Say whether a token of a run can be part of a person's name: no title, body, place, role or acronym."""
    if not token.word or token.low in cues.connectors:
        return False
    acronym = len(token.text) > 1 and token.text.isupper() and "." not in token.text
    listed = any(token.low in words for words in (cues.titles, cues.bodies, cues.roles, cues.places))
    return not acronym and not listed


def _written(run: Sequence[Token], text: str, cues: Cues) -> str:
    """Return a run as written, without an article that its first word has swallowed: `L'OMS`."""
    whole = text[run[0].start : run[-1].end]
    return cues.elided.sub("", whole) if cues.elided is not None else whole


def _named(phrase: Phrase, run: Sequence[Token], cut: int, cues: Cues, text: str) -> Phrase:
    """Make the phrase whose role is `run[:cut]` and whose name is the rest."""
    role = text[run[0].start : run[cut - 1].end] if cut else ""
    belongs = any(token.text[-1] in "'’" or POSSESSIVE.search(token.text) for token in run[:cut])
    relation = any(token.low in cues.relations for token in run[:cut])
    of = cut > 0 and cut < len(run) and run[cut - 1].low in cues.connectors
    lower = cues.head_first and not any(token.capital for token in run[cut:])  # "ibu korban"
    if cut == len(run) or lower:
        role = text[run[0].start : run[-1].end] if lower else role
        return phrase._replace(kind="role", role=role, relation=relation or belongs)
    cut_phrase = _cut_name(phrase, run, cut, cues, text)
    name = cut_phrase.name
    if of and not cues.head_first:
        # "the head of Tesla": what follows "of" is no name of the person
        return phrase._replace(kind="role", role=f"{role} {name}", relation=relation)
    return cut_phrase._replace(role=role, relation=relation and not cues.noun_before)


def _cut_name(phrase: Phrase, run: Sequence[Token], cut: int, cues: Cues, text: str) -> Phrase:
    """Take `run[cut:]` for the name, of a person only up to "of": `Imelda Quarrendon of the University`."""
    whole = _written(run[cut:], text, cues)
    joins = cues.connectors - cues.particles
    owner = next((i for i in range(len(run) - 2, cut - 1, -1) if POSSESSIVE.search(run[i].text)), None)
    if owner is not None and phrase.kind == "person" and run[-1].low not in cues.bodies:
        # "Norway's Ingrid Solheim"
        role = f"{phrase.role} {text[run[cut].start : run[owner].end]}".strip()
        return _cut_name(phrase._replace(role=role), run, owner + 1, cues, text)
    of = next((i for i in range(cut + 1, len(run)) if run[i].low in joins), None)
    if of is None or cues.head_first:
        return phrase._replace(name=whole)
    if any(token.low in cues.bodies for token in run[cut:of]):
        return phrase._replace(kind="body", name=whole)
    return phrase._replace(name=text[run[cut].start : run[of - 1].end])
