"""Measure what evaluating costs: `python -m benchmarks.evaluating --data DIR --folder WORK [--questions 500] [--passages 10000]`.

Articles are made up (`benchmarks.made_up`) and the questions are those that `assistant questions draft` proposes of them, so every one has
gold. The index and the questions that `WORK` holds already are used again. Processor time is what counts on a machine that others use
too: that of all processes together, which on two idle cores takes at best half as long by the clock.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import resource
import shutil
import time
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluate.datasets import QuestionSet, read_question_set
from assistant.evaluate.draft import as_rows, draft_questions
from assistant.evaluate.figures import stages
from assistant.evaluate.report import report
from assistant.evaluate.runner import Plan, run
from assistant.settings import Settings
from benchmarks.growth import PASSAGES_PER_ARTICLE
from benchmarks.made_up import articles, write


def main() -> None:
    """Make what is missing, ask, and print one row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train`")
    parser.add_argument("--folder", type=Path, required=True, help="where the index and the questions are made and kept")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--quality", default="best", choices=("best", "fast"))
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--profile", action="store_true", help="ask in this process and print where its time goes")
    args = parser.parse_args()
    folder = args.folder / str(args.passages)
    index = _index(args.data, folder, args.passages)
    questions = _questions(folder, index, args.questions)
    settings = Settings(index=str(index), quality=args.quality)
    out = folder / "run"
    shutil.rmtree(out, ignore_errors=True)
    if args.profile:
        _profile(questions, settings, out)
        return
    began, before = time.perf_counter(), _processor_s()
    first: list[float] = []
    made = run(questions, settings, Plan(workers=args.workers, folder=out), lambda done, total: first.append(time.perf_counter() - began))
    wall, spent = time.perf_counter() - began, _processor_s() - before
    began = time.perf_counter()
    size = len(report(made))
    written = time.perf_counter() - began
    n = len(made.rows)
    print("| questions | passages | quality | ready s | wall s | processor s | processor ms a question | report s | load | Success@3 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    figures = f"{first[0]:.1f} | {wall:.1f} | {spent:.1f} | {1000 * spent / n:.1f} | {written:.1f} | {os.getloadavg()[0]:.1f}"
    print(f"| {n} | {args.passages:,} | {args.quality} | {figures} | {made.figures['success_at_3']:.3f} |")
    print(f"\nreport: {size / 1e6:.1f} MB; median ms by stage: " + ", ".join(f"{k} {m:.1f}" for k, (m, _) in stages(made.timings).items()))


def _index(data: Path, folder: Path, n_passages: int) -> Path:
    index = folder / "index"
    if (folder / "made").exists():
        return index
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write(folder / "news.jsonl", articles(data, round(n_passages / PASSAGES_PER_ARTICLE)))
    began = time.perf_counter()
    with Assistant.open(index) as assistant:
        assistant.add([folder / "news.jsonl"])
        count = assistant.index.count()
    print(f"{count.articles} articles, {count.passages} passages added in {time.perf_counter() - began:.0f} s")
    (folder / "made").touch()
    return index


def _questions(folder: Path, index: Path, n: int) -> QuestionSet:
    path = folder / f"questions-{n}.jsonl"
    if not path.exists():
        began = time.perf_counter()
        with Assistant.open(index, create=False) as assistant:
            rows = as_rows(draft_questions(assistant, n))
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        print(f"{len(rows)} questions drafted in {time.perf_counter() - began:.0f} s")
    return read_question_set(path)


def _profile(questions: QuestionSet, settings: Settings, out: Path) -> None:
    with cProfile.Profile(time.process_time) as profile:
        run(questions, settings, Plan(workers=1, folder=out))
    pstats.Stats(profile).sort_stats("cumulative").print_stats(90)


def _processor_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
