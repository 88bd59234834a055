"""Plant a fall of about three points on 240 questions, and see that the comparison finds and names it: `python -m benchmarks.planted OUT`.

The loss is a real one: a reader of articles that drops sentences. Of the articles of the seed set those sentences are taken out that answer
the first date questions, until seven questions have lost what answers them (2.9 points of 240); all are asked before and after. The folder
OUT then holds both runs and `after/report.html`, and the lines that the comparison says are printed.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.evaluate.command import progress_bar, write_reports
from assistant.evaluate.comparison import compare_runs
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet, read_question_set
from assistant.evaluate.runner import Plan, run
from assistant.evaluate.runs import Run
from assistant.evaluate.summary import changes_table
from assistant.settings import Settings

N_QUESTIONS, N_LOST = 240, 7
KIND = "date"


def planted(asked: QuestionSet, before: Run, folder: Path) -> list[str]:
    """Write the articles without what answers some of the questions that were answered rightly, and return the ids of those."""
    assert asked.articles is not None
    shutil.copytree(asked.articles, folder)
    right = {row.id for row in before.rows if row.measures.get("success_at_1") == 1}
    lost: list[str] = []
    for question in asked.questions:
        if question.kind != KIND or question.id not in right or len(lost) >= N_LOST or not _drop(question, folder):
            continue
        lost += [one.id for one in _asking(question, asked.questions) if one.id in right and one.id not in lost]
    return lost


def _asking(question: EvaluationQuestion, questions: Sequence[EvaluationQuestion]) -> list[EvaluationQuestion]:
    return [one for one in questions if set(one.gold) & set(question.gold)]


def _drop(question: EvaluationQuestion, folder: Path) -> bool:
    """Take the sentences that answer a question out of their files; say whether they were there as they stand."""
    texts = {gold: (folder / gold.article).read_text("utf-8") for gold in question.gold}
    if not all(gold.text in text for gold, text in texts.items()):
        return False
    for gold in texts:
        path = folder / gold.article
        path.write_text(path.read_text("utf-8").replace(gold.text, ""), "utf-8")
    return True


def main() -> None:
    """Ask before and after, compare, and print what the comparison says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help="a folder for both runs; what is there goes on")
    parser.add_argument("--set", type=Path, default=Path("seeds/questions.jsonl"), help="the question set, with its articles beside it")
    parser.add_argument("--quality", default="best", choices=("best", "fast"))
    args = parser.parse_args()
    whole = read_question_set(args.set)
    asked = replace(whole, questions=whole.questions[:N_QUESTIONS])
    settings = Settings(quality=args.quality)
    with progress_bar() as progress:
        before = run(asked, settings, Plan(workers=0, folder=args.out / "before", label="before"), progress)
    shutil.rmtree(args.out / "articles", ignore_errors=True)
    lost = planted(asked, before, args.out / "articles")
    with progress_bar() as progress:
        without = replace(asked, articles=args.out / "articles")
        after = run(without, settings, Plan(workers=0, folder=args.out / "after", label="a reader that drops sentences"), progress)
    comparison = compare_runs(before, after)
    write_reports(args.out / "after", after, comparison, "http://127.0.0.1:7860")
    print(f"planted in {len(lost)} of {len(asked.questions)} questions: {', '.join(lost)}")
    print("\n".join(comparison.lines()))
    print(changes_table(comparison))


if __name__ == "__main__":
    main()
