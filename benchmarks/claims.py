"""Measure the verification of claims: `python -m benchmarks.claims [--half building|held|all] [--errors]`.

Half of the rows, by the hash of their first cited sentence, are held back: they are scored and never shown, so that rules are not made
for them. A row's claim is supported or wrong in one way; both shares count: wrong claims caught, right claims kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answer.support import Verdict, Verifier
from assistant.encoders import open_encoder
from assistant.records import Citation, Span

GOLDEN = Path(__file__).parent.parent / "tests" / "golden"
HALVES = ("building", "held", "all")


@dataclass(frozen=True)
class Row:
    """A labelled claim and what it cites."""

    id: str
    claim: str
    cited: tuple[Citation, ...]
    label: str
    languages: tuple[str, str]

    @property
    def held(self) -> bool:
        """Whether the row is held back."""
        return hashlib.sha256(self.cited[0].quote.encode()).digest()[0] % 2 == 1

    @property
    def pair(self) -> str:
        """The languages of claim and evidence."""
        return ">".join(self.languages)


def read_rows(folder: Path = GOLDEN, half: str = "all") -> Iterator[Row]:
    """Yield the rows of every `claims.*.jsonl`, or of one half of them."""
    for path in sorted(folder.glob("claims.*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            cited = tuple(
                Citation(n, str(n), "", "", e["outlet"], e["published"], Span(0, len(e["text"])), e["text"], speaker=e["speaker"])
                for n, e in enumerate(item["evidence"], 1)
            )
            row = Row(item["id"], item["claim"], cited, item["label"], (item["language"], item["evidence_language"]))
            if half == "all" or row.held == (half == "held"):
                yield row


def judged(rows: Sequence[Row], verifier: Verifier) -> tuple[list[Verdict], list[float]]:
    """Return the verdict of each row and the seconds it took, the second time it was asked."""
    verdicts, seconds = [], []
    for row in rows:
        verifier.check(row.claim, row.cited)
        start = time.perf_counter()
        verdicts.append(verifier.check(row.claim, row.cited))
        seconds.append(time.perf_counter() - start)
    return verdicts, seconds


def shares(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Return the share of wrong claims that are caught and of right claims that are kept."""
    wrong = [not verdict.supported for row, verdict in zip(rows, verdicts, strict=True) if row.label != "supported"]
    right = [verdict.supported for row, verdict in zip(rows, verdicts, strict=True) if row.label == "supported"]
    return {"caught": sum(wrong) / max(1, len(wrong)), "kept": sum(right) / max(1, len(right))}


def table(rows: Sequence[Row], verdicts: Sequence[Verdict], key: Callable[[Row], str]) -> Iterator[str]:
    """Yield a line for each value of the key: how many wrong claims are caught, how many right ones kept."""
    for name in sorted({key(row) for row in rows}):
        pairs = [(row, verdict) for row, verdict in zip(rows, verdicts, strict=True) if key(row) == name]
        wrong = [not verdict.supported for row, verdict in pairs if row.label != "supported"]
        right = [verdict.supported for row, verdict in pairs if row.label == "supported"]
        yield f"| {name:13} | {_of(wrong):>14} | {_of(right):>14} |"


def _of(right: Sequence[bool]) -> str:
    return f"{sum(right)}/{len(right)} {sum(right) / len(right):.3f}" if right else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="all")
    parser.add_argument("--errors", action="store_true", help="show what goes wrong; never of the held half")
    given = parser.parse_args(arguments)
    rows = list(read_rows(half=given.half))
    verdicts, seconds = judged(rows, Verifier(open_encoder()))
    if given.errors:
        for row, verdict in zip(rows, verdicts, strict=True):
            if not row.held and verdict.supported != (row.label == "supported"):
                print(f"{row.id} {row.label} {row.pair} -> {verdict.reason or 'supported'}\n  {row.claim}")
                print(*(f"    {c.quote} [{c.speaker}] {c.published}" for c in row.cited), sep="\n")
    print("| claims        |   wrong caught |     right kept |\n|---|---|---|")
    for key in (lambda row: row.label, lambda row: row.pair, lambda row: "all"):
        print(*table(rows, verdicts, key), sep="\n")
    print(f"\n{statistics.median(seconds) * 1000:.1f} ms a claim (median), {max(seconds) * 1000:.1f} ms at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
