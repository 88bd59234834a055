"""Several questions in one: where one ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.answer.kinds import helpers_of, patterns_of, tongues
from assistant.answer.moments import any_word
from assistant.answer.sources import find_source

MOST_PARTS = 5
LEAST_WORDS = 2
"""A part of fewer words is no question of its own (`when and where?`)."""
_ENDS = " \t?？!！.。؟¿¡,，、;；،؛"
_SENTENCE = re.compile(r"[?？؟]+\s*|[;；؛]\s+")
_COMMA = re.compile(r"[,，、；;]")
_QUOTED = re.compile(r"[\"“„«「『《][^\"“”„«»「」『』《》]*[\"”“»」』》]")
_WIDE = frozenset({"zh", "ja"})
_SUBJECT = r"(?:he|she|it|they|we|you|the|a|an|any|anyone|anybody|this|that|there|these|those|his|her|its|their|(?-i:[A-Z])\w*)"


def split_questions(question: str, language: str) -> tuple[str, ...]:
    """Return the questions that one text asks, as written and in order, without what joins them; the text itself when it is only one.

    Words that ask inside a clause (`did he say why it failed and how ...`) begin no new question.
    """
    whole = " ".join(question.split())
    parts = [part for sentence in _sentences(whole) for part in _split(sentence, language)]
    return tuple(parts) if 1 < len(parts) <= MOST_PARTS else (whole.strip(_ENDS) or whole,)


def _sentences(text: str) -> Iterator[str]:
    hidden = _hidden(text)
    start = 0
    for found in [*_SENTENCE.finditer(hidden), None]:
        part = text[start : found.start() if found else len(text)].strip(_ENDS)
        if part:
            yield part
        start = found.end() if found else 0


def _hidden(text: str) -> str:
    """Blank what stands in quotation marks; every place stays what it was."""
    return _QUOTED.sub(lambda quoted: "\ue001" * len(quoted[0]), text)


def _split(text: str, language: str) -> list[str]:
    code = tongues(language)[0]
    source = find_source(text, (code,))
    hidden = _hidden(text)
    if source and text.endswith(source.rest):  # `as X writes, who ...`: what stands in front asks nothing
        hidden = "\ue001" * (len(text) - len(source.rest)) + source.rest
    cuts = _wide_cuts(hidden, code) if code in _WIDE else _cuts(hidden, code)
    parts, start = [], 0
    for end, begin in cuts:
        parts.append(text[start:end].strip(_ENDS))
        start = begin
    parts.append(text[start:].strip(_ENDS))
    return [part for part in parts if part]


def _cuts(text: str, code: str) -> list[tuple[int, int]]:
    """Return where questions end and the next begin, in a language that writes spaces."""
    joint, opening = _joints(code), patterns_of(code).opening
    if joint is None or opening is None:
        return []
    cuts: list[tuple[int, int]] = []
    start = 0
    for found in joint.finditer(text):
        left = text[start : found.start()]
        right = text[found.end() :]
        if _whole(left, code) and len(right.split()) >= LEAST_WORDS and not _inside(left, right, code):
            cuts.append((found.start(), found.end()))
            start = found.end()
    return cuts


@lru_cache(maxsize=32)
def _joints(code: str) -> re.Pattern[str] | None:
    """Return what joins two questions: `and`, a comma or both, in front of a word that asks."""
    patterns = patterns_of(code)
    if patterns.joint is None or patterns.opening is None:
        return None
    helpers = any_word(helpers_of(code))
    preposition = r"(?:\w{1,5}\s+)?"
    comma = r"|\s*[,،]\s*(?:¿\s*)?" if patterns.comma else r"|\s*,\s*¿\s*"
    joint = rf"(?:\s*[,،]?\s+{patterns.joint.pattern}\s+(?:¿\s*)?{comma})"
    either = rf"{joint}(?:(?={preposition}{patterns.opening.pattern})|(?={helpers}\s+{_SUBJECT}\b))"
    if patterns.glued:
        either += rf"|\s*[,،]?\s+و(?={patterns.glued.pattern})"
    return re.compile(either, re.IGNORECASE)


def _whole(left: str, code: str) -> bool:
    """Say whether what stands in front is a question of its own: long enough, and one that asks."""
    asking = patterns_of(code).asking
    helper = re.match(rf"\W*{any_word(helpers_of(code))}\b", left, re.IGNORECASE)
    return len(left.split()) >= LEAST_WORDS and bool(helper or (asking and asking.search(left)) or _verb_first(left, code))


def _verb_first(left: str, code: str) -> bool:
    yes_no = next((pattern for kind, pattern in patterns_of(code).kinds if kind == "yes_no"), None)
    return bool(yes_no and yes_no.match(left.strip(" ¿")))


def _inside(left: str, right: str, code: str) -> bool:
    """Say whether the word that asks stands in a clause: the question in front has it too, but not at its beginning, or opens with none."""
    asking, opening = patterns_of(code).asking, patterns_of(code).opening
    if asking is None or opening is None:
        return False
    places = [found.start() for found in asking.finditer(left)]
    word = asking.match(right)
    if word and any(left[place : place + len(word[0])].casefold() == word[0].casefold() and left[:place].strip(" ¿") for place in places):
        return True
    first = len(left) - len(left.lstrip(" ¿"))
    return bool(places) and _verb_first(left, code) and places[0] > first + 1 and not opening.match(left.lstrip(" ¿"))


def _wide_cuts(text: str, code: str) -> list[tuple[int, int]]:
    """Return the cuts at commas between clauses that each hold a word that asks."""
    patterns = patterns_of(code)
    if patterns.asking is None:
        return []
    cuts: list[tuple[int, int]] = []
    start = 0
    for comma in _COMMA.finditer(text):
        begin = comma.end()
        if patterns.joint and (joint := patterns.joint.match(text, begin)):
            begin = joint.end()
            begin += len(text[begin:]) - len(text[begin:].lstrip("、，, "))
        later = _COMMA.search(text, begin)
        clause = text[begin : later.start() if later else len(text)]
        if patterns.asking.search(text[start : comma.start()]) and patterns.asking.search(clause) and len(clause) > LEAST_WORDS:
            cuts.append((comma.start(), begin))
            start = begin
    return cuts
