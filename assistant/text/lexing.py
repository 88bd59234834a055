"""Cut a sentence into tokens: words, punctuation marks, and whole quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.text.cues import Cues, Phrases

_TOKEN = re.compile(
    r"[A-Z][a-z]{0,3}\.[A-Z][A-Za-z]{0,3}\.?(?![\w])"  # degrees: S.H., M.Si, Ph.D.
    r"|(?:[^\W\d_]\.)+(?=\s+[^\W\d_]|,|\))"  # initials
    r"|[^\W_](?:[\w'’&.-]*[^\W_])?(?:(?<=s)['’](?=\s[A-Z]))?"
    r"|[^\w\s]"
)
_ARABIC = re.compile(r"(?:[aeu][a-z]{1,2}|d|l)[-'’][A-Z]")
"""`al-Habsyi`, `d'Angelo`: names that begin with a small letter."""
POSSESSIVE = re.compile(r"['’]s?$")
QUOTED = "\x00"
"""The text of a token that stands for a whole quotation."""


class Token(NamedTuple):
    """A word, a punctuation mark or a whole quotation (`text == QUOTED`) at `[start, end)` of the article."""

    start: int
    end: int
    text: str
    low: str
    capital: bool  # it starts with a capital letter
    word: bool  # it is a word or a number


def lex(text: str, start: int, end: int, quoted: Sequence[tuple[int, int]] = ()) -> list[Token]:
    """Cut `[start, end)` of a text into tokens; each of the ascending ranges `quoted` becomes one token."""
    tokens: list[Token] = []
    made = tuple.__new__  # half the time of `Token(...)`, and an article has hundreds
    at = start
    for opens, closes in [*quoted, (end, end)]:
        for match in _TOKEN.finditer(text, at, min(opens, end)):
            word = match.group()
            low = word.lower()
            if low.endswith("-year-old"):
                low = "year-old"
            elif not low.isalnum():
                low = POSSESSIVE.sub("", low).strip(".").replace("’", "'") or word
            first = word[0]
            capital = first.isupper() or (first.islower() and len(word) > 3 and _ARABIC.match(word) is not None)
            tokens.append(made(Token, (*match.span(), word, low, capital, first.isalnum())))
        if opens < end:
            tokens.append(Token(max(opens, start), min(closes, end), QUOTED, QUOTED, False, False))
        at = max(at, closes)
    return tokens


def match_phrase(tokens: Sequence[Token], at: int, table: Phrases) -> int:
    """Return how many tokens from `at` form a phrase of the table, 0 when none do."""
    if at >= len(tokens):
        return 0
    for words in table.get(tokens[at].low, ()):
        n = len(words)
        if n == 1:
            return 1
        if at + n <= len(tokens) and tokens[at + 1].low == words[1] and all(tokens[at + i].low == words[i] for i in range(2, n)):
            return n
    return 0


def sure_names(sentences: Sequence[Sequence[Token]], cues: Cues) -> frozenset[str]:
    """Collect the words that are capitalised inside sentences, alone or in a name, and never lower-case."""
    capital: set[str] = set()
    lower: set[str] = set()
    for tokens in sentences:
        begun = in_body = False
        for token in tokens:
            if not token.word:
                begun = begun and token.text not in (QUOTED, ":", '"', "“", "‘")
                in_body = False
            elif not token.capital:
                lower.add(token.low)
                begun, in_body = True, False
            else:
                # A word of "Badan Perlindungan Data Nasional" is not yet a name by itself.
                in_body = in_body or token.low in cues.bodies or token.low in cues.things
                if begun and not in_body:
                    capital.add(token.low)
                begun = True
    return frozenset(capital - lower)
