"""Measure what each command costs in a cold process: `python -m benchmarks.start [--runs N]`.

Compiled bytecode is there, as after an installation: it is written to a folder of its own by a first run. Processor time tells the same
on a busy machine, where elapsed time does not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from assistant.assistant import Assistant
from assistant.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds" / "articles"
COMMANDS = (
    (("--help",), 0.15), (("list",), 0.3), (("show", "1"), 0.3), (("models",), None), (("quotations", "1"), None),
    (("ask", "what did Biden say?"), 1.5),
)  # fmt: skip
"""Each command with its target in seconds."""
HEAVY = ("numpy", "tantivy", "faiss", "tokenizers", "onnxruntime", "torch", "gradio", "trafilatura", "lxml", "httpx", "fastapi")
COUNT = (
    "import sys\nfrom assistant.cli import main\nsys.argv[0] = 'assistant'\ntry: main()\nexcept SystemExit: pass\n"
    "peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
    f"known = {HEAVY!r}\nprint(peak, len(sys.modules), *(name for name in known if name in sys.modules), file=sys.stderr)"
)
"""Runs a command and tells its greatest memory in kB (what the system says of a child counts its parent's too), and what it loaded."""


class Cost(NamedTuple):
    """What one run took."""

    elapsed_s: float
    processor_s: float


def main() -> None:
    """Measure every command and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        with Assistant.open(index, settings=Settings()) as assistant:
            assistant.add([SEEDS])
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        print("| command | elapsed, median | target | processor, least | memory | modules | heavy ones |\n|---|---|---|---|---|---|---|")
        bare = measured([sys.executable, "-c", "pass"], environment, runs)
        print(f"| `python -c pass` | {bare.elapsed_s:.2f} s | | {bare.processor_s:.2f} s | | | |")
        for words, target_s in COMMANDS:
            options = ["--index", str(index), *words]
            loaded = subprocess.run(
                [sys.executable, "-c", COUNT, *options],
                env=environment,
                check=True,
                text=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            peak, n, *heavy = loaded.stderr.splitlines()[-1].split()
            cost = measured([sys.executable, "-m", "assistant", *options], environment, runs)
            cells = (
                f"`assistant {' '.join(words)}`", f"{cost.elapsed_s:.2f} s", f"{target_s} s" if target_s else "",
                f"{cost.processor_s:.2f} s", f"{int(peak) / 1024:.0f} MB", n, ", ".join(heavy) or "none",
            )  # fmt: skip
            print(f"| {' | '.join(cells)} |", flush=True)


def measured(command: list[str], environment: dict[str, str], runs: int) -> Cost:
    """Return the median time, and the least processor time, of some runs."""
    costs = [_once(command, environment) for _ in range(runs)]
    return Cost(median(c.elapsed_s for c in costs), min(c.processor_s for c in costs))


def _once(command: list[str], environment: dict[str, str]) -> Cost:
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"{command} ended with {running.returncode}")
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime)


if __name__ == "__main__":
    main()
