"""Read noun phrases that may speak: names with their roles, bodies, bare roles, pronouns.

No model and no list of people: a name is a run of capitalised words, and the titles, bodies and places of the
language (`cues/*.toml`) say which part of the run is the role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from assistant.text.cues import Cues, Phrases

Kind = Literal["person", "body", "role", "pronoun", "plural"]

_TOKEN = re.compile(
    r"[A-Z][a-z]{0,3}\.[A-Z][A-Za-z]{0,3}\.?(?![\w])"  # degrees: S.H., M.Si, Ph.D.
    r"|(?:[^\W\d_]\.)+(?=\s+[^\W\d_]|,|\))"  # initials
    r"|[^\W_](?:[\w'’&.-]*[^\W_])?(?:(?<=s)['’](?=\s[A-Z]))?"
    r"|[^\w\s]"
)
_DEGREE = re.compile(r"(?:[A-Z][A-Za-z]{0,3}\.)+(?:[A-Z][A-Za-z]{0,3})?|S[HTEPK]|M[HMTAK]|MBA|PhD|SpA")
_POSSESSIVE = re.compile(r"['’]s?$")
QUOTED = "\x00"
"""The text of a token that stands for a whole quotation."""


class Token(NamedTuple):
    """A word, a punctuation mark or a whole quotation (`text == QUOTED`) at `[start, end)` of the article."""

    start: int
    end: int
    text: str
    low: str

    @property
    def capital(self) -> bool:
        """Say whether the word starts with a capital letter."""
        return self.text[0].isupper()

    @property
    def word(self) -> bool:
        """Say whether this is a word or number."""
        return self.text[0].isalnum()


class Phrase(NamedTuple):
    """A noun phrase: the tokens `[first, last)`. `name` is "" for a bare role, a pronoun or a plural."""

    first: int
    last: int
    kind: Kind
    name: str = ""
    role: str = ""
    definite: bool = False  # "the", "sang" or "itu" goes with it
    at: int = 0  # where it stands in the article
    relation: bool = False  # the role is somebody's: "juru bicara Biden" need not be Biden


def lex(text: str, start: int, end: int, quoted: Sequence[tuple[int, int]] = ()) -> list[Token]:
    """Cut `[start, end)` of a text into tokens; each of the ascending ranges `quoted` becomes one token."""
    tokens: list[Token] = []
    at = start
    for low, high in [*quoted, (end, end)]:
        for match in _TOKEN.finditer(text, at, min(low, end)):
            word = match.group()
            tokens.append(Token(match.start(), match.end(), word, _POSSESSIVE.sub("", word.lower()).strip(".") or word))
        if low < end:
            tokens.append(Token(max(low, start), min(high, end), QUOTED, QUOTED))
        at = max(at, high)
    return tokens


def match_phrase(tokens: Sequence[Token], at: int, table: Phrases) -> int:
    """Return how many tokens from `at` form a phrase of the table, 0 when none do."""
    if at >= len(tokens):
        return 0
    for words in table.get(tokens[at].low, ()):
        if len(words) == 1 or tuple(token.low for token in tokens[at : at + len(words)]) == words:
            return len(words)
    return 0


def read_phrase(tokens: Sequence[Token], at: int, cues: Cues, text: str) -> Phrase | None:
    """Read the noun phrase that starts at token `at`, with the apposition that follows it."""
    phrase = _read_core(tokens, at, cues, text)
    if phrase is None or phrase.kind in ("pronoun", "plural"):
        return phrase
    last = _skip_asides(tokens, phrase.last)
    if last < len(tokens) and tokens[last].text == ",":
        joined = _with_apposition(tokens, phrase, last, cues, text)
        if joined is not None:
            return joined
    return phrase._replace(last=last)


def _read_core(tokens: Sequence[Token], at: int, cues: Cues, text: str) -> Phrase | None:
    first, definite = at, False
    while at < len(tokens) and tokens[at].low in cues.determiners:
        definite = definite or tokens[at].low in cues.definite
        at += 1
    if at >= len(tokens) or not tokens[at].word:
        return None
    if n := match_phrase(tokens, at, cues.pronouns):
        return Phrase(first, at + n, "pronoun", at=tokens[at].start)
    if tokens[at].low in cues.plurals and at == first:
        return Phrase(first, at + 1, "plural", at=tokens[at].start)
    if described := _described(tokens, first, at, cues, text):
        return described
    last = _end_of_run(tokens, at, cues)
    if last == at and first < at and not cues.head_first:
        last = _end_of_noun_run(tokens, at, cues)
    if last == at:
        return None
    phrase = _split_run(tokens, first, at, last, cues, text)
    if phrase is not None and last < len(tokens) and tokens[last].low in cues.demonstratives:
        return phrase._replace(last=last + 1, definite=True)
    return phrase and phrase._replace(definite=definite)


def _described(tokens: Sequence[Token], first: int, at: int, cues: Cues, text: str) -> Phrase | None:
    """Read `pria asal Kroasia itu`: somebody who was named before."""
    if not cues.demonstratives or tokens[at].low not in cues.persons:
        return None
    for last in range(at + 1, min(at + 6, len(tokens))):
        token = tokens[last]
        if token.low in cues.demonstratives:
            role = text[tokens[at].start : tokens[last - 1].end]
            return Phrase(first, last + 1, "role", role=role, definite=True, at=tokens[at].start)
        verb = cues.common is not None and not token.capital and cues.common.fullmatch(token.low)
        if not token.word or verb:
            return None
    return None


def _end_of_run(tokens: Sequence[Token], at: int, cues: Cues) -> int:
    """Find where the run of capitalised words, titles and what joins them ends; `at` itself when there is none."""
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
        elif token.low in cues.roles and not plain and _soft(tokens, at, cues):
            last = at + 1 if useful else last
        elif at > first and (n := _inside_run(tokens, at, first, cues)):
            at += n
            continue
        elif not (token.text == "." and at > first and tokens[at - 1].low in cues.titles) and not (
            at > first and _joins(tokens, at, cues)
        ):
            break
        at += 1
    return last


def _inside_run(tokens: Sequence[Token], at: int, first: int, cues: Cues) -> int:
    """Count the tokens that a run goes on over: `Badan Bencana (BPBD) Laranta`, `Lembaga pemantau anggaran Mata Kas`."""
    if tokens[at].text == "(":
        closed = at + 2 < len(tokens) and tokens[at + 2].text == ")" and tokens[at + 1].text.isupper()
        titled = any(token.low in cues.titles or token.low in cues.bodies for token in tokens[first:at])
        return 3 if closed and titled and at + 3 < len(tokens) and tokens[at + 3].capital else 0
    if not (cues.head_first and at == first + 1 and tokens[first].low in cues.generic and cues.common is not None):
        return 0
    for n in range(1, 4):
        if at + n >= len(tokens):
            return 0
        low = tokens[at + n - 1].low
        ordinary = tokens[at + n - 1].word and not cues.common.fullmatch(low)
        if not ordinary or low in cues.prepositions or low in cues.transparent or low in cues.demonstratives:
            return 0
        if tokens[at + n].capital:
            return n
    return 0


def _end_of_noun_run(tokens: Sequence[Token], at: int, cues: Cues) -> int:
    """Find the end of a body or title that unknown nouns precede: `the state weather bureau`; `at` when there is none."""
    for place in range(at, min(at + 4, len(tokens) - 1)):
        token = tokens[place]
        verb = cues.common is not None and cues.common.fullmatch(token.low)
        if not token.word or token.capital or verb or token.low in cues.prepositions or token.low in cues.transparent:
            return at
        following = tokens[place + 1]
        if following.low in cues.bodies or following.low in cues.titles:
            return _end_of_run(tokens, place + 1, cues)
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
    """Say whether the lower-case word at `at` belongs to a role: `menteri luar negeri`, but not `Menteri dalam pidatonya`."""
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return tokens[at].low not in cues.prepositions or following in cues.roles


def _joins(tokens: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether `of the`, `van` or the "and" in `Pendidikan dan Kebudayaan` carries the run on."""
    token = tokens[at]
    following = at + 1
    if token.low in cues.conjunctions:
        near = [tokens[i].low for i in (at - 1, following) if i < len(tokens)]
        return len(near) == 2 and all(low in cues.roles for low in near)
    if token.low not in cues.connectors:
        return False
    while following < len(tokens) and tokens[following].low in cues.connectors:
        following += 1
    if following >= len(tokens) or not tokens[following].word:
        return False
    known = cues.titles | cues.bodies | cues.roles
    joins_roles = not cues.head_first or token.low not in cues.prepositions
    return tokens[following].capital or (tokens[following].low in known and joins_roles)


def _split_run(tokens: Sequence[Token], first: int, start: int, last: int, cues: Cues, text: str) -> Phrase | None:
    """Tell the role from the name in the run `[start, last)`; `first` counts the determiners before it."""
    run = tokens[start:last]
    here = run[0].start
    whole = text[here : run[-1].end]
    phrase = Phrase(first, last, "person", at=here)
    if _POSSESSIVE.search(run[-1].text):
        return phrase._replace(kind="plural")  # "the university's" laboratory: nobody we can name
    titled = [i for i, token in enumerate(run) if _titles(run, i, cues)]
    heads_body = run[0].low in cues.bodies and (
        cues.head_first or len(run) == 1 or run[1].low in cues.connectors or not titled
    )
    if len(run) == 1 and run[0].low in cues.generic:
        return phrase._replace(kind="role", role=whole)
    if heads_body:
        return phrase._replace(kind="body", name=whole)
    of = any(token.low in cues.connectors for token in run)
    if not cues.head_first and run[-1].low in cues.bodies and not of:
        return phrase._replace(kind="body", name=whole)
    if not titled:
        if run[0].low in cues.roles and not run[0].capital and run[0].low not in cues.persons | cues.relations:
            return None
        if run[-1].low in cues.bodies or all(token.low in cues.places for token in run):
            return phrase._replace(kind="body", name=whole)
        ordinary = cues.persons | cues.relations
        if run[0].low in ordinary and (not run[0].capital or len(run) == 1 or run[0].low in cues.relations):
            named = next((i for i, token in enumerate(run) if token.capital and i), len(run))
            return _named(phrase, run, named, cues, text)
        if cues.nouns_capital and start > first:
            return phrase._replace(kind="plural")  # "der Bericht": a noun, not a name
        firm = next((i for i, token in enumerate(run[:-1]) if token.low in cues.generic and not token.capital), None)
        if firm is not None and not cues.head_first:
            return _named(phrase, run, firm + 1, cues, text)  # "Adelaide firm Corellawing"
        return _cut_name(phrase, run, 0, cues, text)
    if titled[-1] == len(run) - 1 and run[-1].capital and _plain(run[0], cues) and len(run) > 1:
        return _cut_name(phrase, run, 0, cues, text)  # Martin Luther King
    cut = titled[-1] + 1
    while cut < len(run) and not _plain(run[cut], cues):
        if cut == len(run) - 1 and run[cut].capital and run[cut].low in cues.surnames:
            break
        cut += 1
    if cues.head_first and run[cut - 1].low in cues.units and len(run) - cut > 2:
        cut = len(run) - 2  # "Ketua Koperasi Bahari Joko Lelono": the body has a name too, and most people two
    return _named(phrase, run, cut, cues, text)


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
    listed = token.low in cues.titles or token.low in cues.bodies or token.low in cues.roles or token.low in cues.places
    return not acronym and not listed


def _named(phrase: Phrase, run: Sequence[Token], cut: int, cues: Cues, text: str) -> Phrase:
    """Make the phrase whose role is `run[:cut]` and whose name is the rest."""
    role = text[run[0].start : run[cut - 1].end] if cut else ""
    belongs = any(token.text[-1] in "'’" or _POSSESSIVE.search(token.text) for token in run[:cut])
    relation = any(token.low in cues.relations for token in run[:cut])
    of = cut > 0 and cut < len(run) and run[cut - 1].low in cues.connectors
    if cut == len(run):
        return phrase._replace(kind="role", role=role, relation=relation or belongs)
    cut_phrase = _cut_name(phrase, run, cut, cues, text)
    name = cut_phrase.name
    if of and not cues.head_first:
        # "the head of Tesla": what follows "of" is no name of the person
        return phrase._replace(kind="role", role=f"{role} {name}", relation=relation)
    return cut_phrase._replace(role=role, relation=relation and not cues.noun_before)


def _cut_name(phrase: Phrase, run: Sequence[Token], cut: int, cues: Cues, text: str) -> Phrase:
    """Take `run[cut:]` for the name, up to "of": `Imelda Quarrendon of the University`; a body keeps all of its own."""
    whole = text[run[cut].start : run[-1].end]
    of = next((i for i in range(cut + 1, len(run)) if run[i].low in cues.connectors and run[i].low not in cues.particles), None)
    if of is None or cues.head_first:
        return phrase._replace(name=whole)
    if any(token.low in cues.bodies for token in run[cut:of]):
        return phrase._replace(kind="body", name=whole)
    return phrase._replace(name=text[run[cut].start : run[of - 1].end])


def _skip_asides(tokens: Sequence[Token], at: int) -> int:
    """Skip degrees and what stands in brackets behind a name."""
    while at < len(tokens):
        if tokens[at].text == "(":
            closing = next((i for i in range(at, min(at + 9, len(tokens))) if tokens[i].text == ")"), None)
            if closing is None:
                return at
            at = closing + 1
        elif tokens[at].text == "," and at + 1 < len(tokens) and _DEGREE.fullmatch(tokens[at + 1].text):
            at += 2
        else:
            return at
    return at


def _with_apposition(
    tokens: Sequence[Token], phrase: Phrase, comma: int, cues: Cues, text: str
) -> Phrase | None:
    """Join `Budi, ketua KPK,` and `Presiden Rusia, Vladimir Putin,`."""
    at = comma + 1
    while at < len(tokens) and tokens[at].low in cues.determiners:
        at += 1
    low = tokens[at].low if at < len(tokens) else ""
    bare = phrase.kind == "person" and " " not in phrase.role  # no role, or one like "Dr."
    if bare and not phrase.role and not _role_word(low, cues):
        return None
    other = _read_core(tokens, comma + 1, cues, text)
    if other is None or other.kind == "pronoun" or (other.kind == "plural" and phrase.kind != "person"):
        return None
    if bare and not phrase.role and other.kind == "person":
        return None
    last = _skip_asides(tokens, other.last)
    closed = last < len(tokens) and tokens[last].text in ",.;"
    honorific = " " not in other.role
    in_role = bool(phrase.role) and " " in other.name and closed and not _listed(tokens, last + 1, cues)
    in_role = in_role or any(word.lower() in cues.units for word in phrase.role.split())
    if (phrase.kind == "role" or in_role) and other.kind == "person" and honorific and (closed or last == len(tokens)):
        role = f"{phrase.role} {phrase.name}".strip()
        return other._replace(first=phrase.first, last=_past_comma(tokens, last), role=role)
    if bare and other.kind != "person" and _role_word(low, cues):
        # The rest of the apposition up to its comma belongs to the role: "ketua KPK periode 2019"
        end = next(
            (i for i in range(comma + 1, min(comma + 12, len(tokens))) if tokens[i].text in (",", ".", ";", QUOTED)), None
        )
        if end is None or _is_clause(tokens[comma + 1 : end], tokens[end].text, cues):
            return None
        role = text[tokens[comma + 1].start : tokens[end - 1].end]
        return phrase._replace(last=_past_comma(tokens, end), role=role)
    return None


def _is_clause(words: Sequence[Token], stop: str, cues: Cues) -> bool:
    """Say whether what follows a name and a comma is a clause rather than a role."""
    if any(match_phrase(words, i, cues.verbs) for i in range(len(words))):
        return True
    closed = stop == ","
    long = len(words) > 6 and not closed
    blocked = any(word.low in cues.blockers for word in words)
    return long or blocked


def _listed(tokens: Sequence[Token], at: int, cues: Cues) -> bool:
    """Say whether a list of names goes on: `Presiden Xi, Vladimir Putin, dan ...` is no apposition."""
    return at < len(tokens) and (tokens[at].capital or tokens[at].low in cues.conjunctions)


def _role_word(low: str, cues: Cues) -> bool:
    lists = (cues.titles, cues.roles, cues.persons, cues.bodies, cues.plurals)
    return any(low in words for words in lists)


def _past_comma(tokens: Sequence[Token], at: int) -> int:
    return at + 1 if at < len(tokens) and tokens[at].text == "," else at
