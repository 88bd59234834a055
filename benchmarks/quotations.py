"""Measure who-said-what on the golden tables: `python -m benchmarks.quotations [--half building|held|all] [--errors]`.

A found quotation is right when it and a golden one, of the same kind, share at least half of the characters that either covers. Half of
the rows, by the hash of their text, are held back: they are scored and never shown, so that rules are not made for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.records import Quotation, Span
from assistant.text.quotations import find_quotations
from assistant.text.sentences import split_sentences
from assistant.text.terms import folded

GOLDEN = Path(__file__).parent.parent / "tests" / "golden"
LEAST_OVERLAP = 0.5
HALVES = ("building", "held", "all")
_ARTICLE = re.compile(r"^(?:the|a|an|para|sang|si|el|la|los|las|le|les|l'|der|die|das|o|os|as|une?|una|un|uma?|eine?) ", re.IGNORECASE)


@dataclass(frozen=True)
class Golden:
    """A golden quotation; `kind` is direct, indirect or mixed, which is either."""

    words: Span
    kind: str
    speaker: str
    written: str
    fields: Mapping[str, Any]

    @property
    def direct(self) -> bool:
        """Whether it counts among the direct ones."""
        return self.kind == "direct"

    @property
    def resolved(self) -> bool:
        """Whether the article says who it is elsewhere than where the words stand."""
        return _plain(self.speaker) not in _plain(self.written)


@dataclass(frozen=True)
class Row:
    """A golden text and who speaks in it."""

    language: str
    text: str
    said: tuple[Golden, ...]

    @property
    def held(self) -> bool:
        """Whether the row is held back."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


@dataclass
class Tally:
    """Counts over rows: what was found, what was there, and of what was found rightly how much is said of the speaker rightly."""

    found: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    golden: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    right: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    speakers: dict[bool, list[bool]] = field(default_factory=lambda: {True: [], False: []})
    silent: list[bool] = field(default_factory=list)
    others: dict[str, list[bool]] = field(default_factory=dict)

    def f1(self, direct: bool) -> tuple[float, float, float]:
        """Return precision, recall and F1 of the direct or the indirect ones; 1.0 where there is nothing to find and nothing found."""
        precision = self.right[direct] / self.found[direct] if self.found[direct] else 1.0
        recall = self.right[direct] / self.golden[direct] if self.golden[direct] else 1.0
        return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def read_rows(folder: Path = GOLDEN, half: str = "all") -> Iterator[Row]:
    """Yield the rows of every `quotations.<language>.tsv`, or of one half of them."""
    for path in sorted(folder.glob("quotations.*.tsv")):
        for line in path.read_text("utf-8").splitlines()[1:]:
            text, said = line.split("\t")
            text = text.replace("\\n", "\n")
            row = Row(path.name.split(".")[1], text, tuple(_golden(text, item) for item in json.loads(said)))
            if half == "all" or row.held == (half == "held"):
                yield row


def _golden(text: str, item: dict[str, Any]) -> Golden:
    words = item["words"].replace("\\n", "\n")
    start = text.index(words)
    return Golden(Span(start, start + len(words)), item["kind"], item["speaker"], item["written"], item)


def found_in(row: Row) -> list[Quotation]:
    """Return what the program finds in a row."""
    return find_quotations(row.text, split_sentences(row.text, row.language), row.language)


def pairs(found: Sequence[Quotation], said: Sequence[Golden]) -> list[tuple[int, int]]:
    """Match found and golden quotations one to one, the most overlapping first."""
    scored = [(_overlap(q.words, g.words), i, j) for i, q in enumerate(found) for j, g in enumerate(said) if g.kind in ("mixed", _kind(q))]
    matched: dict[int, int] = {}
    for overlap, i, j in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        if overlap >= LEAST_OVERLAP and i not in matched and j not in matched.values():
            matched[i] = j
    return sorted(matched.items())


def _kind(quotation: Quotation) -> str:
    return "direct" if quotation.direct else "indirect"


def _overlap(one: Span, other: Span) -> float:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(0, shared) / (max(one.end, other.end) - min(one.start, other.start))


def named(quotation: Quotation) -> str:
    """Return the speaker, as written where nobody is known by name."""
    return quotation.speaker or quotation.written


def same_speaker(found: str, golden: str) -> bool:
    """Say whether two names are the same but for case, accents and a leading article."""
    return _plain(found) == _plain(golden)


def _plain(name: str) -> str:
    return folded(_ARTICLE.sub("", name.strip())).strip(" .,")


def count(tally: Tally, row: Row, found: Sequence[Quotation]) -> list[str]:
    """Add a row to a tally and return its errors in words."""
    matched = pairs(found, row.said)
    errors: list[str] = []
    if not row.said:
        tally.silent.append(not found)
    by_found = dict(matched)
    for i, quotation in enumerate(found):
        direct = row.said[by_found[i]].direct if i in by_found else quotation.direct
        tally.found[direct] += 1
        if i not in by_found:
            errors.append(f"  extra {_kind(quotation)} [{named(quotation)} | {quotation.cue}] {quotation.words.of(row.text)!r}")
    for j, golden in enumerate(row.said):
        tally.golden[golden.direct] += 1
        if j not in by_found.values():
            errors.append(f"  missed {golden.kind} [{golden.speaker} | {golden.fields['cue']}] {golden.words.of(row.text)!r}")
    for i, j in matched:
        quotation, golden = found[i], row.said[j]
        tally.right[golden.direct] += 1
        right = same_speaker(named(quotation), golden.speaker)
        tally.speakers[golden.resolved].append(right)
        if not right:
            errors.append(f"  speaker {named(quotation)!r}, not {golden.speaker!r} (written {golden.written!r})")
        for name in ("via", "medium", "addressee", "negated", "joint", "uncertain"):
            value, wanted = getattr(quotation, name), golden.fields.get(name, "")
            if value or wanted:
                agrees = bool(value) == bool(wanted) if name in ("negated", "joint", "uncertain") else same_speaker(value, wanted)
                tally.others.setdefault(name, []).append(agrees)
                if not agrees:
                    errors.append(f"  {name} {value!r}, not {wanted!r}")
    return errors


def tallies(rows: Sequence[Row]) -> dict[str, Tally]:
    """Return the tally of every language."""
    found: dict[str, Tally] = {}
    for row in rows:
        count(found.setdefault(row.language, Tally()), row, found_in(row))
    return found


def figures(tally: Tally) -> dict[str, float]:
    """Return what floors are pinned for: F1 of both kinds, speakers named there and elsewhere, silence where nobody speaks."""
    shares = {
        "speaker_here": tally.speakers[False],
        "speaker_resolved": tally.speakers[True],
        "silent": tally.silent,
    }
    return {
        "direct_f1": tally.f1(True)[2],
        "indirect_f1": tally.f1(False)[2],
        **{name: sum(right) / len(right) if right else 1.0 for name, right in shares.items()},
    }


def digest(folder: Path = GOLDEN) -> str:
    """Return the hash of the golden tables."""
    hashed = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.glob("quotations.*.tsv")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


HEAD = "| language | rows | direct P | R | F1 | indirect P | R | F1 | speaker here | speaker resolved | nobody speaks |"


def table(rows: Sequence[Row]) -> list[str]:
    """Return a Markdown table with a row for every language."""
    lines = [HEAD, "|---" * (HEAD.count("|") - 1) + "|"]
    for language, tally in sorted(tallies(rows).items(), key=lambda item: (item[0] not in ("id", "en"), item[0])):
        n = sum(row.language == language for row in rows)
        figures = [f"{figure:.3f}" for direct in (True, False) for figure in tally.f1(direct)]
        shares = [_share(tally.speakers[False]), _share(tally.speakers[True]), _share(tally.silent)]
        lines.append(f"| {language} | {n} | " + " | ".join([*figures, *shares]) + " |")
    return lines


def _share(right: Sequence[bool]) -> str:
    return f"{sum(right) / len(right):.3f} ({len(right)})" if right else "-"


def speed(rows: Sequence[Row], language: str, seconds: float = 2.0) -> float:
    """Return the sentences a second of processor time of one language's rows joined to articles, splitting not counted."""
    texts = [row.text for row in rows if row.language == language]
    articles = ["\n".join(texts[at : at + 8]) for at in range(0, len(texts), 8)]
    split = [split_sentences(text, language) for text in articles]
    n, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        for text, sentences in zip(articles, split, strict=True):
            find_quotations(text, sentences, language)
            n += len(sentences)
    return n / (time.process_time() - started)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table of a half; with `--errors` what is wrong in the rows that may be looked at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, default="building")
    parser.add_argument("--errors", action="store_true", help="show the errors, of the half for building alone")
    parser.add_argument("--language", default="")
    args = parser.parse_args(argv)
    rows = [row for row in read_rows(half=args.half) if args.language in ("", row.language)]
    if args.errors:
        for row in rows:
            if not row.held and (errors := count(Tally(), row, found_in(row))):
                print(f"{row.language}: {row.text}", *errors, sep="\n")
    print(*table(rows), sep="\n")
    total = Tally()
    for row in rows:
        count(total, row, found_in(row))
    print(", ".join(f"{name} {_share(right)}" for name, right in total.others.items()))
    for language in ("id", "en"):
        if any(row.language == language for row in rows):
            print(f"{language}: {speed(rows, language):,.0f} sentences a second")


if __name__ == "__main__":
    sys.exit(main())
