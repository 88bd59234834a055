"""Measure how far the estimated probability can be believed: `python -m benchmarks.calibration [--plot FILE.svg]`.

Of each sample question that is not about a speaker's words: how sure the assistant is, and whether one of its first three sentences
answers. The selector learned from one half of the questions; the held-out half is the honest one.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from assistant.answer.questions import understand
from assistant.evaluate.corpus import Corpus, is_gold
from assistant.evaluate.datasets import read_question_set
from assistant.evaluate.metrics import area_under_roc, expected_calibration_error, reliability
from assistant.settings import Settings

Estimates = list[tuple[float, bool]]
SIZE, EDGE = 320, 40  # of the plot, in pixels


def main() -> None:
    """Print the tables and write the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="the SVG file to write")
    args = parser.parse_args()
    halves = estimates(Path("seeds/questions.jsonl"))
    for name, found in halves.items():
        sure, right = [p for p, _ in found], [float(ok) for _, ok in found]
        area = area_under_roc(sure, [ok for _, ok in found])
        print(
            f"{name}: {len(found)} questions, area under ROC {area:.3f}, calibration error {expected_calibration_error(sure, right):.3f}\n"
        )
        print("| estimated | came true | questions |\n|---|---|---|")
        for mean, true, size in reliability(sure, right, 5):
            print(f"| {mean:.2f} | {true:.2f} | {size} |")
        print()
    if args.plot:
        args.plot.write_text(plot({name: points(found) for name, found in halves.items()}), "utf-8")


def estimates(path: Path) -> dict[str, Estimates]:
    """Ask every question and return (probability, whether one of the first three sentences answers) for both halves."""
    halves: dict[str, Estimates] = {"held-out half": [], "tuning half": []}
    with Corpus.of(read_question_set(path), Settings()) as corpus:
        for question in read_question_set(path).questions:
            if understand(question.question, question.language).kind in ("said", "metadata"):
                continue
            gold = corpus.gold(question)
            first = corpus.assistant.answering.sentences(question.question)[:3]
            right = any(is_gold(s.candidate.article.id, s.candidate.span, g) for s in first for g in gold)
            halves["held-out half" if question.held_out else "tuning half"].append(
                (corpus.assistant.ask(question.question).confidence, right)
            )
    return halves


def points(found: Estimates) -> list[tuple[float, float, int]]:
    """Return the bins of a reliability plot."""
    return reliability([p for p, _ in found], [float(ok) for _, ok in found], 5)


def plot(lines: dict[str, Sequence[tuple[float, float, int]]]) -> str:
    """Return a reliability plot as SVG: estimated to the right, came true upwards, a dot as large as its bin."""

    def at(x: float, y: float) -> str:
        return f"{EDGE + x * SIZE:.0f},{EDGE + (1 - y) * SIZE:.0f}"

    whole = SIZE + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" font-family="sans-serif" font-size="12">',
        f'<rect width="{whole}" height="{whole}" fill="white"/>',
        f'<polyline points="{at(0, 1)} {at(0, 0)} {at(1, 0)}" fill="none" stroke="black"/>',
        f'<polyline points="{at(0, 0)} {at(1, 1)}" stroke="silver" stroke-dasharray="4"/>',
        f'<text x="{whole / 2}" y="{whole - 10}" text-anchor="middle">estimated probability</text>',
        f'<text x="14" y="{whole / 2}" text-anchor="middle" transform="rotate(-90 14 {whole / 2})">came true</text>',
    ]
    for number, ((name, bins), colour) in enumerate(zip(lines.items(), ("#b3261e", "#1a5fb4"), strict=False)):
        path = " ".join(at(sure, true) for sure, true, _ in bins)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for sure, true, size in bins:
            x, y = at(sure, true).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="{2 + size**0.5:.1f}" fill="{colour}" fill-opacity="0.6"/>')
        parts.append(f'<text x="{EDGE + 12}" y="{EDGE + 12 + 16 * number}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    main()
