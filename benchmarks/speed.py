"""Time the main steps on the sample articles: `python benchmarks/speed.py`. A figure is the median of the runs in one process."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from assistant.assistant import Assistant
from assistant.evaluate.metrics import percentile
from assistant.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"
SENTENCE = (
    "Pemerintah daerah menyatakan bahwa pembangunan jembatan baru di atas sungai itu akan dimulai pada awal tahun depan "
    "setelah anggaran disetujui oleh dewan {n}."
)


def main() -> None:
    """Measure and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        began = time.perf_counter()
        with Assistant.open(path, settings=Settings()) as assistant:
            opened = time.perf_counter() - began
            assistant.add([SEEDS / "articles"])
            added = time.perf_counter() - began - opened
            times = {"best": ask_all(assistant)}
            speed = encoding_speed(assistant)
        with Assistant.open(path, settings=Settings(quality="fast")) as assistant:
            times["fast"] = ask_all(assistant)
        cold = [run_cold(path) for _ in range(5)]
    print("| step | figure |\n|---|---|")
    print(f"| open an empty index (model loaded) | {opened:.2f} s |")
    print(f"| add the sample articles | {added:.2f} s |")
    for quality, taken in times.items():
        middle, late = median(taken) * 1000, percentile(taken, 0.95) * 1000
        print(f"| question to answer, warm, `{quality}`, median / p95 | {middle:.1f} / {late:.1f} ms |")
    print(f"| `assistant ask`, cold process, median | {median(cold):.2f} s |")
    print(f"| sentences of 21 words encoded | {speed:,.0f} per second |")


def ask_all(assistant: Assistant) -> list[float]:
    """Ask every sample question once and return the seconds each took."""
    questions = [json.loads(line)["question"] for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]
    assistant.ask("warm up")
    times = []
    for question in questions:
        began = time.perf_counter()
        assistant.ask(question)
        times.append(time.perf_counter() - began)
    return times


def encoding_speed(assistant: Assistant) -> float:
    """Return how many sentences are encoded in a second."""
    sentences = [SENTENCE.format(n=n) for n in range(20_000)]
    began = time.perf_counter()
    assistant.encoder.encode_passages(sentences)
    return len(sentences) / (time.perf_counter() - began)


def run_cold(path: Path) -> float:
    """Return the seconds of one `assistant ask` in a process of its own."""
    command = [sys.executable, "-m", "assistant", "--index", str(path), "ask", "what did Biden say?"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
