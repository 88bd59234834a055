"""Ask for amounts over the sample articles: `python -m benchmarks.amounts [--half building|held|all] [--fast] [--errors]`.

Questions that a hurried reader types ("berapa korban banjir Laranta?"). Half of them, by the hash of the question, are held back: they are
scored and never shown, so that rules are not made for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluate.corpus import Corpus, is_gold
from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet
from assistant.evaluate.metrics import mean
from assistant.records import Answer
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "amounts.jsonl"
HALVES = ("building", "held", "all")


@dataclass(frozen=True)
class Amount:
    """A question for an amount, with the sentences that give it."""

    question: str
    language: str
    gold: tuple[Gold, ...]

    @property
    def held(self) -> bool:
        """Whether the question is held back."""
        return hashlib.sha256(self.question.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True)
class Told:
    """The answer to a question, and at which place, from 1, the first right sentence is cited; 0 for nowhere."""

    amount: Amount
    answer: Answer
    place: int
    milliseconds: float


def read_amounts(half: str = "all") -> list[Amount]:
    """Read the questions of a half."""
    rows = map(json.loads, GOLDEN.read_text("utf-8").splitlines())
    found = [Amount(row["question"], row["language"], tuple(Gold(g["article"], g["text"]) for g in row["gold"])) for row in rows]
    return [amount for amount in found if half == "all" or amount.held == (half == "held")]


def ask_all(amounts: Sequence[Amount], settings: Settings) -> list[Told]:
    """Ask every question over the sample articles, in an index of their own."""
    told = []
    with Corpus.of(QuestionSet("amounts", (), articles=ROOT / "seeds" / "articles"), settings) as corpus:
        for amount in amounts:
            gold = corpus.gold(EvaluationQuestion("", amount.question, "", "", "", amount.gold))
            began = time.perf_counter()
            answer = corpus.assistant.ask(amount.question, now="2026-06-01")
            spent = (time.perf_counter() - began) * 1000
            right = (n for n, c in enumerate(answer.citations, 1) if any(is_gold(c.article_id, c.span, g) for g in gold))
            told.append(Told(amount, answer, next(right, 0), spent))
    return told


def figures(told: Sequence[Told]) -> dict[str, float]:
    """Return the shares of questions whose first, and whose first three, cited sentences give the amount."""
    return {"first": mean(float(t.place == 1) for t in told), "top_3": mean(float(0 < t.place <= 3) for t in told)}


def main() -> None:
    """Print the table, and with `--errors` what went wrong in the building half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, default="building")
    parser.add_argument("--fast", action="store_true", help="without the reader")
    parser.add_argument("--errors", action="store_true")
    args = parser.parse_args()
    told = ask_all(read_amounts(args.half), Settings(quality="fast") if args.fast else Settings())
    for one in told:
        if args.errors and not one.amount.held and one.place != 1:
            print(one.place, one.amount.question, f"{one.answer.confidence:.2f}", *one.answer.missing)
            cited = one.answer.citations or one.answer.nearest
            print(*(f"    {'-' if one.answer.abstained else '+'} {citation.quote}" for citation in cited[:3]), sep="\n")
    print("| questions | n | first | top 3 | abstained | median ms |\n|---|---|---|---|---|---|")
    for name, held in (("building", False), ("held", True)):
        group = [one for one in told if one.amount.held == held]
        if group:
            shares, median = figures(group), statistics.median(one.milliseconds for one in group)
            abstained = sum(one.answer.abstained for one in group)
            print(f"| {name} | {len(group)} | {shares['first']:.3f} | {shares['top_3']:.3f} | {abstained} | {median:.0f} |")


if __name__ == "__main__":
    main()
