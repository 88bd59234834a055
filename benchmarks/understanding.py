"""Measure how questions are understood: `python -m benchmarks.understanding [--half building|held|all] [--errors]`.

The language is detected, not given. A type is right when it is the golden one or one that the row accepts too; dates are right when both
ends are, speakers when all are the same but for articles in front; names are an F1 over all rows. Half of the questions, by their hash,
are held back: they are scored and never shown, so that rules are not made for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.answer.parts import split_questions
from assistant.answer.questions import Asked, understand
from assistant.text.language import detect_language
from assistant.text.terms import folded

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "understanding.jsonl"
HALVES = ("building", "held", "all")
LANGUAGES = ("en", "id", "es", "fr", "de", "pt", "ru", "ar", "zh", "ja")
FIELDS = ("language", "type", "dates", "speakers", "outlet", "author", "parts")
_ARTICLE = re.compile(r"^(?:(?:the|a|el|la|los|las|le|les|der|die|das|dem|den|o|os|as|il|lo) |l['’])(?=\w)|(?:氏|さん)$", re.IGNORECASE)
_ENDS = " ?？؟.。,，、¿¡"


@dataclass(frozen=True)
class Scored:
    """What was right of a question, by field, with the names found and missed, and the time it took."""

    row: Mapping[str, Any]
    right: Mapping[str, bool]
    names: tuple[int, int, int]
    milliseconds: float
    found: Mapping[str, Any]


def rows(half: str) -> Iterator[Mapping[str, Any]]:
    """Yield the golden questions of a half."""
    for line in GOLDEN.read_text("utf-8").splitlines():
        row = json.loads(line)
        held = hashlib.sha256(row["question"].encode()).digest()[0] % 2 == 1
        if half == "all" or held == (half == "held"):
            yield row


def score(row: Mapping[str, Any]) -> Scored:
    """Understand a question and compare."""
    began = time.process_time()
    language = detect_language(row["question"], LANGUAGES)
    asked = understand(row["question"], language, row["now"])
    parts = split_questions(row["question"], language)
    took = (time.process_time() - began) * 1000
    kind = type_of(asked)
    speakers = [] if asked.asks in ("who", "spoke") else list(asked.speakers)
    wanted_parts = row["parts"] or [row["question"]]
    right = {
        "language": language == row["language"],
        "type": kind in (row["type"], *row.get("also", ())),
        "dates": (asked.since, asked.until) == (row["since"], row["until"]),
        "speakers": sorted(map(_plain, speakers)) == sorted(map(_plain, row["speaker"])),
        "outlet": _plain(asked.outlet) == _plain(row["outlet"]),
        "author": _plain(asked.author) == _plain(row["author"]),
        "parts": [_plain(part) for part in parts] == [_plain(part) for part in wanted_parts],
    }
    found, golden = {_plain(name) for name in asked.names}, {_plain(name) for name in row["names"]}
    shown = {
        "language": language, "type": kind, "dates": (asked.since, asked.until), "speakers": speakers,
        "outlet": asked.outlet, "author": asked.author, "parts": parts, "names": asked.names,
    }  # fmt: skip
    return Scored(row, right, (len(found & golden), len(found - golden), len(golden - found)), took, shown)


def type_of(asked: Asked) -> str:
    """Return the kind of answer wanted, in the words of the golden set."""
    return {"said": "words", "metadata": "what"}.get(asked.kind, asked.kind)


def _plain(text: str) -> str:
    return _ARTICLE.sub("", folded(" ".join(text.split())).strip(_ENDS))


def share(scored: Sequence[Scored], field: str) -> float:
    """Return the share of questions of which a field is right."""
    return sum(one.right[field] for one in scored) / len(scored) if scored else 1.0


def names_f1(scored: Sequence[Scored]) -> float:
    """Return the F1 of the names over all questions."""
    right, more, missed = (sum(one.names[i] for one in scored) for i in range(3))
    return 2 * right / (2 * right + more + missed) if right + more + missed else 1.0


def table(scored: Sequence[Scored]) -> Iterator[str]:
    """Yield the lines of the table, a language a line."""
    yield "| language | n | " + " | ".join(FIELDS) + " | names F1 | median CPU ms |"
    yield "|---" * (len(FIELDS) + 4) + "|"
    for code in ("all", *LANGUAGES):
        here = [one for one in scored if code in ("all", one.row["language"])]
        figures = [f"{share(here, field):.3f}" for field in FIELDS]
        yield f"| {code} | {len(here)} | {' | '.join(figures)} | {names_f1(here):.3f} | {median(o.milliseconds for o in here):.2f} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and, of the building half only, what was wrong."""
    parser = argparse.ArgumentParser(description="measure how questions are understood")
    parser.add_argument("--half", choices=HALVES, default="building")
    parser.add_argument("--errors", action="store_true", help="show what was wrong, never of the half that is held back")
    args = parser.parse_args(arguments)
    if args.errors and args.half != "building":
        parser.error("errors are shown of the building half only")
    chosen = list(rows(args.half))
    for row in chosen[:: max(1, len(chosen) // 40)]:
        score(row)  # the patterns are compiled once
    scored = [score(row) for row in chosen]
    print("\n".join(table(scored)))
    if args.errors:
        for one in scored:
            for field in FIELDS:
                if not one.right[field]:
                    print(f"{one.row['language']} {field}: {one.row['question']} | {one.found[field]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
