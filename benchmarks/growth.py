"""Measure what more articles cost: `python -m benchmarks.growth --data DIR --folder WORK [--sizes 1000,10000] [--plot FILE.svg]`.

Each size counts passages. Articles are made up (`benchmarks.made_up`), and the passages of some questions of the training data are put
among them, so that there is something to find. Adding and asking each run in a process of their own, whose memory is the greatest it
ever had. An index that `WORK` holds already is asked and not made again; its adding keeps the figures it had.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.evaluate.metrics import mean, percentile
from assistant.settings import Settings
from assistant.train.measure import read_rows
from benchmarks.made_up import articles, write

PASSAGES_PER_ARTICLE = 5.8
"""Of made-up articles of 2,000 characters at the default budget, measured."""
SOURCES = ("qa.facqa_train.id", "qa.tydiqa_goldp_train.en")
PER_SOURCE = 100
WARM_UP = 10
HEAD = (
    "passages", "articles/s", "MB/s", "processor ms an article", "add: MB", "bytes a passage on disk", "p50 ms", "p95 ms", "p99 ms",
    "processor ms an answer", "8 clients: asks/s", "p95 ms", "ask: MB", "found in 5",
)  # fmt: skip


def main() -> None:
    """Measure every size and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train`")
    parser.add_argument("--folder", type=Path, required=True, help="where indexes are made and kept")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--quality", default="fast", choices=("fast", "best"))
    parser.add_argument("--plot", type=Path, help="the SVG file to write")
    parser.add_argument("--step", choices=("add", "ask"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        step = add if args.step == "add" else ask
        print(json.dumps(step(args, int(args.sizes))))
        return
    args.folder.mkdir(parents=True, exist_ok=True)
    measured = []
    for size in args.sizes.split(","):
        figures = {**_kept_add(args, size), **_in_process(args, "ask", size)}
        measured.append(figures)
        print(json.dumps(figures), file=sys.stderr, flush=True)
    print(table(measured))
    for figures in measured:
        print(f"\n{figures['passages']:,} passages, median ms by step: " + ", ".join(f"{k} {v:.1f}" for k, v in figures["steps"].items()))
    if args.plot:
        args.plot.write_text(plot(measured), "utf-8")


def questions_and_passages(data: Path) -> list[dict[str, Any]]:
    """Return the questions that are asked, each with its passage: the same at every size."""
    chosen = random.Random(7)
    rows = [[row for row in read_rows(data / "train" / f"{name}.jsonl.xz") if row["answers"]] for name in SOURCES]
    return [row for known in rows for row in chosen.sample(known, PER_SOURCE)]


def add(args: argparse.Namespace, size: int) -> dict[str, Any]:
    """Make the index of a size and return what that took."""
    planted = questions_and_passages(args.data)
    source = args.folder / f"{size}.jsonl"
    n = max(1, round((size - len(planted)) / PASSAGES_PER_ARTICLE))
    write(source, chain(_planted(planted), articles(args.data, n)))
    began, worked = time.perf_counter(), _processor_s()
    with Assistant.open(args.folder / str(size), settings=Settings(quality="fast")) as assistant:
        report = assistant.add([source])
    taken, worked = time.perf_counter() - began, _processor_s() - worked
    if report.failures:
        raise SystemExit(f"not added: {report.failures[0]}")
    return {
        "articles": len(report.added), "added_passages": report.n_passages, "articles_per_s": len(report.added) / taken,
        "mb_per_s": source.stat().st_size / taken / 1e6, "processor_ms_per_article": 1000 * worked / len(report.added),
        "add_memory_mb": _memory_mb(),
    }  # fmt: skip


def ask(args: argparse.Namespace, size: int) -> dict[str, Any]:
    """Ask all questions one by one, then by eight clients, and return times and memory."""
    asked = [row["question"] for row in questions_and_passages(args.data)]
    path = args.folder / str(size)
    with Assistant.open(path, settings=Settings(quality=args.quality), create=False) as assistant:
        found = [_in_first(assistant, row) for row in questions_and_passages(args.data)]
        for question in asked[:WARM_UP]:
            assistant.ask(question)
        times, steps, worked = [], [], time.process_time()
        for question in asked:
            began = time.perf_counter()
            steps.append(assistant.ask(question).timings)
            times.append(1000 * (time.perf_counter() - began))
        worked = 1000 * (time.process_time() - worked) / len(asked)
        alone = _memory_mb()
        together, rate = _by_clients(assistant, asked, 8)
        passages = assistant.index.count().passages
    disk = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    names = dict.fromkeys(name for step in steps for name in step)
    return {
        "passages": passages, "disk_per_passage": disk / passages, "found": mean(found), "processor_ms": worked, "ask_memory_mb": alone,
        "p50": percentile(times, 0.5), "p95": percentile(times, 0.95), "p99": percentile(times, 0.99),
        "rate_8": rate, "p95_8": percentile(together, 0.95),
        "steps": {name: percentile([step.get(name, 0.0) for step in steps], 0.5) for name in names},
    }  # fmt: skip


def _in_first(assistant: Assistant, row: dict[str, Any], k: int = 5) -> float:
    hits = assistant.search(row["question"], k)
    return float(any(row["answers"][0] in assistant.article(hit.passage.article_id).text for hit in hits))


def _by_clients(assistant: Assistant, asked: Sequence[str], n: int) -> tuple[list[float], float]:
    def timed(question: str) -> float:
        began = time.perf_counter()
        assistant.ask(question)
        return 1000 * (time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(n) as pool:
        times = list(pool.map(timed, asked))
    return times, len(asked) / (time.perf_counter() - began)


def _planted(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for number, text in enumerate(dict.fromkeys(row["context"] for row in rows)):
        yield {"title": "", "text": text, "published": "2020-01-01", "url": f"https://example.org/planted/{number}"}


def _kept_add(args: argparse.Namespace, size: str) -> dict[str, Any]:
    """Return the figures of adding, which stay beside the index that it made."""
    kept = args.folder / f"{size}.json"
    if not kept.exists():
        kept.write_text(json.dumps(_in_process(args, "add", size)), "utf-8")
    figures: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return figures


def _in_process(args: argparse.Namespace, step: str, size: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.growth", "--step", step, "--sizes", size, "--quality", args.quality]
    command += ["--data", str(args.data), "--folder", str(args.folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _processor_s() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(measured: Sequence[dict[str, Any]]) -> str:
    """Return the figures as Markdown, one row a size, and how much slower the greatest is to ask than the smallest."""
    columns = (
        ("passages", ",.0f"), ("articles_per_s", ".0f"), ("mb_per_s", ".2f"), ("processor_ms_per_article", ".1f"), ("add_memory_mb", ".0f"),
        ("disk_per_passage", ",.0f"), ("p50", ".1f"), ("p95", ".1f"), ("p99", ".1f"), ("processor_ms", ".1f"), ("rate_8", ".0f"),
        ("p95_8", ".0f"), ("ask_memory_mb", ".0f"), ("found", ".2f"),
    )  # fmt: skip
    rows = [HEAD, ["---"] * len(HEAD), *([format(m[name], form) for name, form in columns] for m in measured)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    first, last = measured[0], measured[-1]
    growth = f"From {first['passages']:,} to {last['passages']:,} passages the median grows {last['p50'] / first['p50']:.1f} times"
    worked = f"the processor time {last['processor_ms'] / first['processor_ms']:.1f} times."
    return "\n".join([*lines, "", f"{growth}, {worked}"])


def plot(measured: Sequence[dict[str, Any]]) -> str:
    """Return how the times of an answer grow with the passages, both on scales of tens, as SVG."""
    from math import log10

    width, height, edge = 420, 260, 46
    low, high = 2.0, 7.0  # passages, in powers of ten
    floor, top = 0.0, 4.0  # milliseconds, in powers of ten

    def at(passages: float, ms: float) -> tuple[float, float]:
        x = edge + (log10(passages) - low) / (high - low) * (width - 2 * edge)
        return x, height - edge - (log10(max(ms, 1.0)) - floor) / (top - floor) * (height - 2 * edge)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">']
    parts.append(f'<rect width="{width}" height="{height}" fill="#fff"/>')
    for power in range(int(low), int(high) + 1):
        x, y = at(10**power, 1)
        parts.append(f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{x:.0f}" y2="{edge}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.0f}" y="{y + 16:.0f}" text-anchor="middle">10^{power}</text>')
    for power in range(int(floor), int(top) + 1):
        x, y = at(10**low, 10**power)
        parts.append(f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{width - edge}" y2="{y:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{x - 6:.0f}" y="{y + 4:.0f}" text-anchor="end">{10**power}</text>')
    for name, colour in (("p50", "#1a5fb4"), ("p95", "#b3261e")):
        points = [at(m["passages"], m[name]) for m in measured]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        )
        parts.append(f'<text x="{points[-1][0] + 6:.0f}" y="{points[-1][1] + 4:.0f}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">passages</text>')
    parts.append(f'<text x="{edge}" y="{edge - 12}">milliseconds from question to answer</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    main()
