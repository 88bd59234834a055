"""Prefer sentences by what the learned scores know nothing of: the amount that is asked for, and words of other languages for one thing.

The selector learned from questions of encyclopaedias; the weights here were chosen on the building halves of the golden amounts and
dialogues and on the tuning half of the sample questions.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources

from assistant.answer.claims import told_parts
from assistant.answer.counting import people_counted, people_in, told, wanted_amount
from assistant.answer.listed import TWINS, AnyOf
from assistant.answer.questions import Asked
from assistant.answer.select import Selected
from assistant.answer.words import alike_rows, rows_in
from assistant.records import Span
from assistant.text.cues import primary
from assistant.text.language import same_language

AMOUNT, KNOWN_AMOUNT = 2.0, 5.0
"""What telling an amount is worth in score, and what telling the very one, where the question says what is counted or measured."""
PEOPLE, REASON = 1.5, 1.0
"""What telling of those people is worth, and what a word for `because` is."""
THEME = 1.2
"""What it is worth that a sentence in another language speaks of all that the question does. Within a language terms do that already: there
it gained one dialogue turn of 107 and lost two first sentences of 121."""


def preferred(asked: Asked, selected: Sequence[Selected]) -> list[Selected]:
    """Return the sentences, best first, with scores that know of themes, amounts, what befell people, and reasons."""
    themed = by_theme(asked.question, asked.language, selected)
    if asked.kind == "number":
        return by_amount(asked, themed)
    return by_reason(asked, by_people(asked, themed))


def by_amount(asked: Asked, selected: Sequence[Selected]) -> list[Selected]:
    """Lower the scores of sentences that do not tell the amount a question wants."""
    wanted = wanted_amount(asked.question, asked.language)
    worth = KNOWN_AMOUNT if wanted.people or wanted.kinds else AMOUNT
    lost = (-worth * (1 - told(wanted, item.candidate.text, item.candidate.article.language)) for item in selected)
    return _scored([_marked(item, wanted.people[0]) if wanted.people else item for item in selected], lost)


def _marked(item: Selected, row: str) -> Selected:
    """Mark the figure that counts those people, where just one does: in `seven died, 19 others were hurt` a reader may take the other."""
    candidate = item.candidate
    counted = people_counted(candidate.text, candidate.article.language, told_parts(candidate.text))
    figures = [figure for figure, rows in counted if row in rows]
    if item.focus is None or len(figures) != 1:
        return item
    start = candidate.span.start
    figure = Span(start + figures[0].start, start + figures[0].end)
    return item if figure.overlaps(item.focus) else replace(item, focus=figure)


def by_people(asked: Asked, selected: Sequence[Selected]) -> list[Selected]:
    """Raise the scores of sentences that tell of dead, hurt, missing ... where the question asks for such."""
    rows = wanted_amount(asked.question, asked.language).people
    if not rows:
        return list(selected)
    told_of = (people_in(item.candidate.text, item.candidate.article.language) for item in selected)
    return _scored(selected, (PEOPLE if any(row in there for row in rows) else 0.0 for there in told_of))


def by_reason(asked: Asked, selected: Sequence[Selected]) -> list[Selected]:
    """Raise the scores of sentences that tell why, where the question asks that."""
    if asked.kind != "reason":
        return list(selected)
    because = (_because(primary(item.candidate.article.language)).stand_in(item.candidate.text.casefold()) for item in selected)
    return _scored(selected, (REASON if found else 0.0 for found in because))


@cache
def _because(language: str) -> AnyOf:
    rules = tomllib.loads(resources.files("assistant.answer").joinpath("prefer.toml").read_text("utf-8"))
    return _words(rules["because"], language)


def by_theme(question: str, language: str, selected: Sequence[Selected]) -> list[Selected]:
    """Raise the scores of sentences in other languages that speak of what the question asks; a theme that few speak of counts more."""
    foreign = [not same_language(language, item.candidate.article.language) for item in selected]
    rows = rows_in(question, language) if any(foreign) else ()
    met = {row: [speaks_of(row, item.candidate.text, item.candidate.article.language) for item in selected] for row in rows}
    weights = {row: math.log((1 + len(selected)) / (1 + sum(there))) for row, there in met.items() if any(there)}
    total = sum(weights.values())
    if not total:
        return list(selected)
    shares = (sum(weight for row, weight in weights.items() if met[row][at]) / total for at in range(len(selected)))
    return _scored(selected, (THEME * share if other else 0.0 for share, other in zip(shares, foreign, strict=True)))


@lru_cache(maxsize=1 << 15)
def speaks_of(row: str, sentence: str, language: str) -> bool:
    """Say whether a word of a row of `alike.toml` stands in a sentence."""
    return _alike(row, primary(language)).stand_in(sentence.casefold())


@cache
def _alike(row: str, language: str) -> AnyOf:
    return _words(alike_rows()[row], language)


def _words(row: str, language: str) -> AnyOf:
    listed = (part.partition(":") for part in row.split(" | "))
    return AnyOf.of(word for code, _, words in listed if code.strip() in (language, TWINS.get(language)) for word in words.split())


def _scored(selected: Sequence[Selected], gains: Iterable[float]) -> list[Selected]:
    scored = [_gained(item, gain) if gain else item for item, gain in zip(selected, gains, strict=True)]
    return sorted(scored, key=lambda item: -round(item.score, 6))


def _gained(item: Selected, gain: float) -> Selected:
    return replace(item, score=item.score + gain, gain=item.gain + gain)
