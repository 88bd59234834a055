"""How many questions a second the API answers, and how fast: distinct questions over the sample articles, without any answer remembered.

    python -m benchmarks.load [--workers 2] [--clients 32] [--seconds 60] [--quality fast] [--requests N]

The server runs in processes of its own, the clients in this one. On a busy machine the rate says little; the processor time per question
does not depend on what else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.settings import load_settings

SEEDS = Path(__file__).parent.parent / "seeds"
TICKS = os.sysconf("SC_CLK_TCK")
TEMPLATES = (
    "what did {name} say about {one}?", "when did {name} speak of {one} and {two}?", "apa kata {name} soal {one}?",
    "how many {one} were there in {name}?", "why was {one} {two}?", "siapa yang bicara tentang {one} dan {two}?",
    "where is {name} in the matter of {one}?", "what happened with {one} and {two}?", "berapa {one} di {name}?",
)  # fmt: skip


def questions(index: Assistant, seed: int = 7) -> Iterator[str]:
    """Yield distinct questions without end: those of the samples' set, then such as are made from the articles' own names and words."""
    written = [json.loads(line)["question"] for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]
    yield from dict.fromkeys(written)
    text = "\n".join(article.text for article in index.articles())
    names = sorted({speaker.name for speaker in index.speakers()})
    words = sorted(set(re.findall(r"\b[^\W\d_]{6,12}\b", text)))
    dice, seen = random.Random(seed), set(written)
    while True:
        made = dice.choice(TEMPLATES).format(name=dice.choice(names), one=dice.choice(words), two=dice.choice(words))
        if made not in seen:
            seen.add(made)
            yield made


class Load:
    """What clients ask and how long it takes."""

    def __init__(self, port: int, asked: Iterator[str]) -> None:
        self.port = port
        self.asked = asked
        self.times: list[float] = []
        self.errors: list[str] = []

    async def run(self, clients: int, seconds: float, requests: int) -> float:
        """Ask until the time is up or enough was asked, and return the seconds that it took."""
        began = time.perf_counter()
        numbers = itertools.count(1)
        await asyncio.gather(*(self._client(began + seconds, numbers, requests) for _ in range(clients)))
        return time.perf_counter() - began

    async def _client(self, until: float, numbers: Iterator[int], requests: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while time.perf_counter() < until and next(numbers) <= requests:
            body = json.dumps({"question": next(self.asked)}).encode()
            head = f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            began = time.perf_counter()
            writer.write(head.encode() + body)
            status, answer = await _response(reader)
            self.times.append(time.perf_counter() - began)
            if status != 200 or b'"citations"' not in answer:
                self.errors.append(f"{status} {answer[:200]!r}")
        writer.close()


async def _response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return int(head.split(b" ", 2)[1]), await reader.readexactly(int(length[1])) if length else b""


def family(pid: int) -> list[int]:
    """Return a process and all that came from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def spent(pid: int) -> float:
    """Return the processor seconds of a process and all that came from it."""
    fields = [Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split() for one in family(pid)]
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and all that came from it."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def start(index: str, workers: int, quality: str) -> tuple[subprocess.Popen[str], int]:
    """Start the server and return it with its port."""
    environment = {**os.environ, "ASSISTANT_QUALITY": quality}
    command = [sys.executable, "-m", "assistant", "--index", index, "serve", "--no-ui", "--port", "0", "--workers", str(workers)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert server.stdout is not None
    found = re.search(r":(\d+)/", server.stdout.readline())
    assert found, "the server did not start"
    return server, int(found[1])


async def _ready(port: int, workers: int) -> None:
    """Wait until every worker answers: each has its own first question."""
    for _ in range(600):
        try:
            load = Load(port, iter(["ready?"] * 8 * workers))
            await load.run(4 * workers, 60, 8 * workers)
            if not load.errors:
                return
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.5)
    raise SystemExit("the server is not ready")


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Run the load and return the figures."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        path = Path(folder) / "samples"
        with Assistant.open(path, samples=True, settings=load_settings(quality=args.quality)) as index:
            index.add([SEEDS / "articles"])
            asked = questions(index)
            first = [next(asked) for _ in range(10_000)]
        server, port = start(str(path), args.workers, args.quality)
        try:
            asyncio.run(_ready(port, args.workers))
            load = Load(port, itertools.chain(first, asked))
            cpu, own, memory = spent(server.pid), time.process_time(), resident_mb(server.pid)
            seconds = asyncio.run(load.run(args.clients, args.seconds, args.requests))
            used, ours, after = spent(server.pid) - cpu, time.process_time() - own, resident_mb(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
    times, n = sorted(load.times), len(load.times)
    return {
        "workers": args.workers, "clients": args.clients, "asks": n, "seconds": seconds, "asks/s": n / seconds,
        "p50 ms": 1000 * times[n // 2], "p95 ms": 1000 * times[int(n * 0.95)], "max ms": 1000 * times[-1], "errors": len(load.errors),
        "server CPU ms/ask": 1000 * used / n, "clients CPU ms/ask": 1000 * ours / n, "MB before": memory, "MB after": after,
    }  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--requests", type=int, default=10**9)
    parser.add_argument("--quality", default="fast")
    figures = measure(parser.parse_args())
    print("| " + " | ".join(figures) + " |")
    print("|" + "---|" * len(figures))
    print("| " + " | ".join(f"{value:.1f}" if isinstance(value, float) else str(value) for value in figures.values()) + " |")


if __name__ == "__main__":
    main()
