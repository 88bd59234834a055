"""Find the names and numbers in a question: what stays the same when it is asked in another language."""

from __future__ import annotations

import re

from assistant.text.terms import analyse, folded

_WORD = re.compile(r"\w[\w'’.-]*")
_DIGITS = re.compile(r"\d+(?:[.,:/]\d+)*")
_OPENING = " \t\"'“”‘’«»„(¿¡"


def names(text: str) -> list[str]:
    """Return the runs of capitalised words; a capital that only opens the text is none unless another follows it."""
    runs: list[list[re.Match[str]]] = []
    for match in _WORD.finditer(text):
        if not match.group()[0].isupper():
            continue
        if runs and text[runs[-1][-1].end() : match.start()].strip() == "":
            runs[-1].append(match)
        else:
            runs.append([match])
    start = len(text) - len(text.lstrip(_OPENING))
    return [text[run[0].start() : run[-1].end()] for run in runs if len(run) > 1 or run[0].start() > start]


def numbers(text: str) -> set[str]:
    """Return the numbers that stand in digits in the text."""
    return set(_DIGITS.findall(text))


def name_terms(question: str) -> list[str]:
    """Return the search terms of the names and numbers in a question, in order, each once."""
    words = [term for name in names(question) for term in analyse(name, "")]
    return list(dict.fromkeys([*words, *(folded(number) for number in sorted(numbers(question)))]))
