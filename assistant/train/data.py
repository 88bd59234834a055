"""Read the training data folder: parallel sentences, lexicons and question-passage pairs.

The folder holds `parallel.<lang>.tsv.xz` and `lexicon.<lang>.tsv.xz` (four columns: tier, source, foreign
text, English text) and `qa.<set>.<lang>.jsonl.xz` (question, context, answers, title). Nothing here reads an
evaluation set.
"""

from __future__ import annotations

import json
import lzma
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Recipe = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """One foreign text and its English; `position` is its line, neighbours are of one document."""

    language: str
    source: str
    foreign: str
    english: str
    position: int


@dataclass(frozen=True)
class Question:
    """One question and the passage it is about."""

    language: str
    source: str
    question: str
    passage: str
    title: str
    answer: str


def held_out(text: str, one_in: int) -> bool:
    """Tell whether a text belongs to the part kept for tuning; the same text always does or never does."""
    return zlib.crc32(text.encode()) % one_in == 0


def read_pairs(folder: Path, kind: str, numbers: Recipe) -> Iterator[Pair]:
    """Yield the pairs of `kind` ("parallel" or "lexicon"), language by language, capped per source.

    A capped source gives evenly spaced rows, so that every part of it is there.
    """
    for path in sorted(folder.glob(f"{kind}.*.tsv.xz")):
        language = path.name.split(".")[1]
        rows = list(_clean(path, language, numbers, sentences=kind == "parallel"))
        total = Counter(row.source for row in rows)
        seen: Counter[str] = Counter()
        for row in rows:
            cap = numbers.get("rows", {}).get(row.source, numbers["max_rows_per_source"])
            before, seen[row.source] = seen[row.source], seen[row.source] + 1
            if total[row.source] <= cap or (before + 1) * cap // total[row.source] > before * cap // total[row.source]:
                yield row


def _clean(path: Path, language: str, numbers: Recipe, sentences: bool) -> Iterator[Pair]:
    shortest = numbers["min_characters"] if sentences else 1
    known: set[tuple[str, str]] = set()
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for position, line in enumerate(lines):
            columns = line.rstrip("\n").split("\t")
            if len(columns) != 4:
                continue
            foreign, english = (" ".join(text.split())[: numbers["max_characters"]] for text in columns[2:])
            if min(len(foreign), len(english)) < shortest or (foreign, english) in known:
                continue
            # Chinese and Japanese take a third of English's characters; a further factor is a wrong pair.
            if sentences and not 1 / numbers["longest_ratio"] / 2 < len(foreign) / len(english) < numbers["longest_ratio"]:
                continue
            known.add((foreign, english))
            yield Pair(language, columns[1], foreign, english, position)


def read_questions(folder: Path) -> Iterator[Question]:
    """Yield every question with a passage; an unanswerable one is still about its passage."""
    known: set[tuple[str, str]] = set()
    for path in sorted(folder.glob("qa.*.jsonl.xz")):
        _, source, language = path.name.split(".")[:3]
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if not row.get("context") or (row["question"], row["context"]) in known:
                    continue
                known.add((row["question"], row["context"]))
                answer = (row.get("answers") or [""])[0]
                title = row.get("title") or ""
                yield Question(language, source, row["question"], row["context"], title, answer)


def read_loose_questions(folder: Path) -> Iterator[str]:
    """Yield every English question without a passage, once, on one line."""
    known: set[str] = set()
    for path in sorted(folder.glob("qa.*.en.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                text = " ".join(row["question"].split())
                if not row.get("context") and text not in known:
                    known.add(text)
                    yield text


def windows(pairs: Sequence[Pair], numbers: Recipe) -> list[list[Pair]]:
    """Cut runs of neighbouring pairs of one document-like source into windows of `sentences` pairs."""
    runs: list[list[Pair]] = []
    for pair in pairs:
        if pair.source not in numbers["sources"]:
            continue
        last = runs[-1][-1] if runs else None
        joins = (
            last is not None
            and (pair.language, pair.source) == (last.language, last.source)
            and pair.position <= last.position + 2
            and len(runs[-1]) < numbers["sentences"]
        )
        if joins:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return [run for run in runs if len(run) > 1]
