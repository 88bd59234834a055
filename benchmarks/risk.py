"""Measure how often answers are wrong the more questions are answered: `python -m benchmarks.risk [--plot FILE.svg] [--data DIR]`.

Every question is answered, however unsure; then the surest share of them is looked at (risk-coverage curve; El-Yaniv and Wiener 2010). An
answer is wrong when none of its first three citations is a gold sentence, or when the articles do not answer the question. What the
assistant cannot cite anything for is never counted as answered. The selector learned from one half of the sample questions; the held-out
half is the honest one. With `--data` the test questions of IDK-MRC, a third of them unanswerable, are asked of all its passages.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from assistant.answer.answers import Answering
from assistant.answer.strictness import strictness
from assistant.evaluate.corpus import Corpus, is_gold
from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet, read_question_set
from assistant.evaluate.metrics import mean
from assistant.settings import STRICTNESSES, Settings
from benchmarks.sets import IDK, first_in, is_answerable, rows_of, sampled

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
WIDTH, HEIGHT, EDGE = 420, 280, 44  # of the plot, in pixels
MOST_RISK = 0.5
"""The top of the plot."""
COLOURS = ("#b3261e", "#1a5fb4", "#26733a")


class Outcome(NamedTuple):
    """How sure an answer was, whether it was right, and whether the articles answer the question at all; -1 when nothing was cited."""

    confidence: float
    right: bool
    answerable: bool


def main() -> None:
    """Print the tables and write the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="the SVG file to write")
    parser.add_argument("--data", type=Path, help="the folder with `train` and `eval`, for the public unanswerable set")
    parser.add_argument("--sample", type=int, default=0, help="ask only so many questions of the public set")
    parser.add_argument("--tuning-only", action="store_true", help="leave the held-out half alone")
    args = parser.parse_args()
    samples = read_question_set(Path("seeds/questions.jsonl"))
    tuning = [question for question in samples.questions if not question.held_out]
    held = [] if args.tuning_only else [question for question in samples.questions if question.held_out]
    lines = {"samples, tuning half": outcomes(samples, tuning)}
    if held:
        lines = {"samples, held-out half": outcomes(samples, held), **lines}
    if args.data:
        public = sampled(unanswerable_set(args.data), args.sample)
        lines["IDK-MRC, test"] = outcomes(public, public.questions)
    print(table(lines))
    if args.plot:
        args.plot.write_text(plot({name: curve(found) for name, found in lines.items()}), "utf-8")


def unanswerable_set(data: Path) -> QuestionSet:
    """Return the test questions of IDK-MRC, those without an answer too, over the passages of all its parts."""
    contexts: dict[str, int] = {}
    questions = []
    for row in rows_of(IDK[0], data):
        number = contexts.setdefault(row["context"], len(contexts))
        answer = first_in(row["context"], row["answers"]) if is_answerable(row) else ""
        if answer or not is_answerable(row):
            gold = (Gold(str(number), answer),) if answer else ()
            questions.append(EvaluationQuestion(str(row["id"]), row["question"], "id", "id", "", gold))
    for other in IDK[1:]:
        for row in rows_of(other, data):
            contexts.setdefault(row["context"], len(contexts))
    return QuestionSet("IDK-MRC", tuple(questions), contexts=tuple(contexts))


def outcomes(corpus_of: QuestionSet, questions: Sequence[EvaluationQuestion]) -> list[Outcome]:
    """Ask the questions, never abstaining for want of confidence."""
    found = []
    with Corpus.of(corpus_of, Settings()) as corpus:
        drafting = corpus.assistant.answering.drafting
        never = replace(drafting, strictness=drafting.strictness._replace(abstain_below=0.0))
        corpus.assistant.answering = Answering(never)
        for question in questions:
            gold = corpus.gold(question)
            answer = corpus.assistant.ask(question.question)
            right = any(is_gold(c.article_id, c.span, g) for c in answer.citations[:3] for g in gold)
            found.append(Outcome(answer.confidence if answer.citations else -1.0, right, question.answerable))
    return found


def curve(found: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Return (share answered, share of these that are wrong) from the surest answer on; equally sure answers are added together."""
    ordered = sorted((outcome for outcome in found if outcome.confidence >= 0), key=lambda outcome: -outcome.confidence)
    points, wrong = [], 0
    for number, outcome in enumerate(ordered, 1):
        wrong += not outcome.right
        if number == len(ordered) or ordered[number].confidence < outcome.confidence:
            points.append((number / len(found), wrong / number))
    return points


def risk_at(points: Sequence[tuple[float, float]], share: float) -> float | None:
    """Return the share of wrong answers among the surest `share` of the questions; None if so many are never answered."""
    return next((risk for answered, risk in points if answered >= share), None)


def coverage_at(points: Sequence[tuple[float, float]], risk: float) -> float:
    """Return the greatest share answered of which at most `risk` are wrong, 0 when there is none."""
    return max((answered for answered, wrong in points if wrong <= risk), default=0.0)


def table(lines: dict[str, list[Outcome]]) -> str:
    """Return the figures as Markdown: the share wrong at some shares answered, and what each setting of `strictness` gives."""
    heads = [f"wrong at {share:.0%}" for share in SHARES]
    rows = [f"| questions | n | {' | '.join(heads)} | answered at 5 % wrong |", "|---" * (len(SHARES) + 3) + "|"]
    for name, found in lines.items():
        points = curve(found)
        cells = ["-" if (risk := risk_at(points, share)) is None else f"{risk:.3f}" for share in SHARES]
        rows.append(f"| {name} | {len(found)} | {' | '.join(cells)} | {coverage_at(points, 0.05):.2f} |")
    rows += ["", "| questions | strictness | answered | wrong | answerable answered | unanswerable refused |", "|---" * 6 + "|"]
    for name, found in lines.items():
        for setting in STRICTNESSES:
            given = [outcome.confidence >= strictness(setting).abstain_below for outcome in found]
            wrong = mean(not outcome.right for outcome, is_given in zip(found, given, strict=True) if is_given)
            kept = mean(is_given for outcome, is_given in zip(found, given, strict=True) if outcome.answerable)
            refused = mean(not is_given for outcome, is_given in zip(found, given, strict=True) if not outcome.answerable)
            rows.append(f"| {name} | {setting} | {mean(given):.2f} | {wrong:.3f} | {kept:.2f} | {refused:.2f} |")
    return "\n".join(rows)


def plot(lines: dict[str, list[tuple[float, float]]]) -> str:
    """Return the curves as SVG: share answered to the right, share wrong upwards; the dot is the target, 5 % wrong at 70 % answered."""

    def at(answered: float, wrong: float) -> str:
        return f"{EDGE + answered * WIDTH:.1f},{EDGE + (1 - min(wrong, MOST_RISK) / MOST_RISK) * HEIGHT:.1f}"

    width, height = WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<polyline points="{at(0, MOST_RISK)} {at(0, 0)} {at(1, 0)}" fill="none" stroke="black"/>',
        f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">share of questions answered</text>',
        f'<text x="12" y="{height / 2}" text-anchor="middle" transform="rotate(-90 12 {height / 2})">share of these that are wrong</text>',
    ]
    for share in (0.1, 0.2, 0.3, 0.4, 0.5):
        x, y = at(0, share).split(",")
        parts.append(f'<polyline points="{at(0, share)} {at(1, share)}" stroke="gainsboro"/>')
        parts.append(f'<text x="{float(x) - 6}" y="{float(y) + 4}" text-anchor="end">{share:.1f}</text>')
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        x, y = at(share, 0).split(",")
        parts.append(f'<text x="{x}" y="{float(y) + 16}" text-anchor="middle">{share:.1f}</text>')
    for number, ((name, points), colour) in enumerate(zip(lines.items(), COLOURS, strict=False)):
        path = " ".join(at(*point) for point in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{EDGE + 12}" y="{EDGE + 8 + 16 * number}" fill="{colour}">{name}</text>')
    x, y = at(0.7, 0.05).split(",")
    parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="black"/>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    main()
