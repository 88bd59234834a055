"""What the page costs its readers, as a browser measures it, and what many readers at once cost the server.

    python -m benchmarks.page [--runs 5]                   first paint, first answer after Enter, weight, requests that leave the host
    python -m benchmarks.page --users 50 --seconds 60      readers who have signed in and ask through the page's own queue

Each reader asks distinct questions over the sample articles, the next one `--pause` seconds after an answer. The server runs in a process
of its own on a folder of its own. A busy machine makes every time longer; the processor time an ask does not depend on what else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from assistant.accounts.store import Accounts
from assistant.accounts.users import Users
from assistant.assistant import Assistant
from benchmarks.load import SEEDS, questions, resident_mb, spent

PASSWORD = "a long enough sentence"
ASKED = (
    "what did Biden say?",
    "apa kata Xi Jinping?",
    "who wrote about the ferry?",
    "what did Talia Fonokava say?",
    "when was the mill explosion?",
)
ENTER = """async question => {
    const area = document.querySelector('#question textarea');
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, question);
    area.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(done => setTimeout(done, 50));
    const before = document.querySelectorAll('#transcript .answer').length;
    const began = performance.now();
    for (const kind of ['keydown', 'keypress']) area.dispatchEvent(new KeyboardEvent(kind, { key: 'Enter', bubbles: true }));
    return await new Promise((done, fail) => {
        const look = () => {
            if (document.querySelectorAll('#transcript .answer').length > before) done(performance.now() - began);
            else if (performance.now() - began > 60000) fail(new Error('no answer'));
            else requestAnimationFrame(look);
        };
        look();
    });
}"""
Row = tuple[str, str, str]


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve the samples from a folder that looks like a checkout, and yield the process and its port."""
    command = [sys.executable, "-m", "assistant", "serve", "--samples", "--port", "0"]
    known = {**os.environ, "PYTHONPATH": str(SEEDS.parent), **environment}
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=known)
    try:
        assert server.stdout is not None
        found = next((one for line in server.stdout if (one := re.search(r"is open at \S+:(\d+)/", line))), None)
        assert found, "the server did not start"
        yield server, int(found[1])
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def made_checkout(folder: Path, n_users: int = 0) -> list[str]:
    """Make the samples' index and users in a folder, and return the secret of each user's session."""
    (folder / "indexes").mkdir()
    (folder / "seeds").symlink_to(SEEDS)
    with Assistant.open(folder / "indexes" / "seeds", samples=True) as assistant:
        assistant.add([SEEDS / "articles"])
    if not n_users:
        return []
    accounts = Accounts.open(folder / "indexes" / "accounts.sqlite")
    users = Users(accounts)
    users.add("reader", PASSWORD)
    with accounts.transaction() as connection:  # one password for all: hashing is meant to take long
        for number in range(1, n_users):
            connection.execute(
                "INSERT INTO users (name, password, role, created) SELECT ?, password, role, created FROM users LIMIT 1", (f"r{number}",)
            )
    found = [users.begin_session(user, 8) for user in users.listed()]
    accounts.close()
    return found


# What a browser measures


def browsed(runs: int) -> list[Row]:
    """Return what a browser measures: name, figure, and what is wanted."""
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import on_path

    with tempfile.TemporaryDirectory(prefix="page-") as name, sync_playwright() as playwright:
        made_checkout(Path(name))
        browser = playwright.chromium.launch(executable_path=on_path(), args=["--no-sandbox", "--disable-gpu"])
        with serving(Path(name)) as (_, port):
            first = _visit(browser, port, ASKED)
            visits = [_visit(browser, port, ASKED) for _ in range(runs - 1)]
        browser.close()
    visits = [first, *visits]
    warm = [answer for visit in visits for answer in visit["answers"][1:]] + [visit["answers"][0] for visit in visits[1:]]
    foreign = sum(visit["foreign"] for visit in visits)
    return [
        ("first paint, first visit after the start", f"{first['paint']:.2f} s", "under 1.5"),
        (f"first paint, median of {len(visits)} visits", f"{median(visit['paint'] for visit in visits):.2f} s", "under 1.5"),
        ("first answer after Enter, first question after the start", f"{first['answers'][0]:.2f} s", "under 0.3"),
        (f"first answer after Enter, median of {len(warm)}", f"{median(warm):.2f} s", "under 0.3"),
        ("the slowest of them", f"{max(warm):.2f} s", ""),
        ("transferred, first visit and its questions", f"{first['bytes'] / 1000:.0f} kB", "under 1,000"),
        (f"requests of {len(visits)} visits", f"{sum(visit['requests'] for visit in visits)}", ""),
        ("of these to any other host", str(foreign), "0"),
    ]


def _visit(browser: Any, port: int, asked: tuple[str, ...]) -> dict[str, Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(60_000)
    seen: dict[str, float] = {"bytes": 0, "requests": 0, "foreign": 0}
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")

    def sent(event: dict[str, Any]) -> None:
        address = urlsplit(event["request"]["url"])
        seen["requests"] += 1
        seen["foreign"] += address.scheme not in ("data", "blob") and address.netloc != f"127.0.0.1:{port}"

    def loaded(event: dict[str, Any]) -> None:
        seen["bytes"] += event["encodedDataLength"]

    network.on("Network.requestWillBeSent", sent)
    network.on("Network.loadingFinished", loaded)
    page.goto(f"http://127.0.0.1:{port}/")
    page.wait_for_selector("#transcript .welcome")
    page.wait_for_selector("#question textarea")
    page.evaluate("window.arrival")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    answers = []
    for question in asked:
        answers.append(page.evaluate(ENTER, question) / 1000)
        page.wait_for_function("!document.querySelector('#transcript .growing')")
    page.close()
    return {"paint": paint, "answers": answers, **seen}


# Many readers at once


class Reader:
    """One reader's page: its connections, its session, and what the questions took."""

    def __init__(self, port: int, cookie: str, config: dict[str, Any]) -> None:
        self.port, self.cookie = port, cookie
        self.session = secrets.token_hex(6)
        self.times: list[float] = []
        self.errors: list[str] = []
        known = {(one["props"].get("elem_id"), one["id"]) for one in config["components"]}
        ids = {name: number for name, number in known if name}
        asks = (one for one in config["dependencies"] if [ids["question"], "submit"] in [list(target) for target in one["targets"]])
        self.event = next(asks)["id"]
        self.index = next(one["props"]["value"] for one in config["components"] if one["id"] == ids["switch"])
        self.trigger = ids["question"]

    async def run(self, asked: Iterator[str], until: float, pause: float) -> None:
        """Ask one question after another until the time is up."""
        while time.perf_counter() < until:
            began = time.perf_counter()
            try:
                await self._ask(next(asked))
                self.times.append(time.perf_counter() - began)
            except (OSError, ValueError, asyncio.IncompleteReadError) as error:
                self.errors.append(f"{type(error).__name__}: {error}"[:200])
            await asyncio.sleep(pause)

    async def _ask(self, question: str) -> None:
        data = {"data": [question, self.index, None], "fn_index": self.event, "session_hash": self.session, "trigger_id": self.trigger}
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        try:
            status, body = await self._request(reader, writer, "POST", "/gradio_api/queue/join", json.dumps(data).encode())
            if status != 200:
                raise ValueError(f"{status} {body[:100]!r}")
            self._write(writer, "GET", f"/gradio_api/queue/data?session_hash={self.session}", b"")
            await reader.readuntil(b"\r\n\r\n")
            async for event in _events(reader):
                if event["msg"] == "process_completed":
                    shown = json.dumps(event["output"])
                    if not event["success"] or 'class=\\"answer' not in shown:
                        raise ValueError(f"no answer: {shown[:100]}")
                    return
            raise ValueError("the stream ended without an answer")
        finally:
            writer.close()

    async def _request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: bytes
    ) -> tuple[int, bytes]:
        self._write(writer, method, path, body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        return int(head.split(b" ", 2)[1]), await reader.readexactly(int(length[1])) if length else b""

    def _write(self, writer: asyncio.StreamWriter, method: str, path: str, body: bytes) -> None:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: assistant_session={self.cookie}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


async def _events(reader: asyncio.StreamReader) -> Any:
    """Yield the events of a stream that comes in pieces."""
    held = b""
    while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
        held += await reader.readexactly(size)
        await reader.readexactly(2)
        while b"\n\n" in held:
            one, held = held.split(b"\n\n", 1)
            if one.startswith(b"data: "):
                yield json.loads(one[6:])


async def crowd(port: int, cookies: list[str], asked: Iterator[str], seconds: float, pause: float) -> tuple[list[Reader], float]:
    """Let every reader ask until the time is up, and return them with the seconds that it took."""
    first = Reader.__new__(Reader)
    first.port, first.cookie = port, cookies[0]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    _, config = await first._request(reader, writer, "GET", "/config", b"")
    writer.close()
    readers = [Reader(port, cookie, json.loads(config)) for cookie in cookies]
    began = time.perf_counter()
    await asyncio.gather(*(one.run(asked, began + seconds, pause) for one in readers))
    return readers, time.perf_counter() - began


def crowded(args: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of many readers at once."""
    with tempfile.TemporaryDirectory(prefix="page-") as name:
        cookies = made_checkout(Path(name), args.users)
        with Assistant.open(Path(name) / "indexes" / "seeds") as index:
            asked = questions(index)
            first = [next(asked) for _ in range(4000)]
        with serving(Path(name), ASSISTANT_SIGN_IN="true", ASSISTANT_QUALITY=args.quality) as (server, port):
            asyncio.run(crowd(port, cookies[:1], iter(first[:500]), 5, 0))  # what is loaded at the first question
            cpu, own = spent(server.pid), time.process_time()
            readers, seconds = asyncio.run(crowd(port, cookies, itertools.chain(first[500:], asked), args.seconds, args.pause))
            used, ours, memory = spent(server.pid) - cpu, time.process_time() - own, resident_mb(server.pid)
    times = sorted(one for reader in readers for one in reader.times)
    errors = [one for reader in readers for one in reader.errors]
    for told in sorted(set(errors))[:5]:
        print("error:", told, file=sys.stderr)
    n = max(1, len(times))
    return {
        "users": args.users, "quality": args.quality, "pause s": args.pause, "asks": len(times), "seconds": seconds,
        "asks/s": len(times) / seconds,
        "p50 ms": 1000 * times[n // 2], "p95 ms": 1000 * times[int(n * 0.95)], "max ms": 1000 * times[-1], "errors": len(errors),
        "server CPU ms/ask": 1000 * used / n, "clients CPU ms/ask": 1000 * ours / n, "MB": memory,
    }  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="visits of the browser")
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--quality", default="best")
    args = parser.parse_args()
    if not args.users:
        print("| what | measured | wanted |\n|---|---|---|")
        for row in browsed(args.runs):
            print("| " + " | ".join(row) + " |")
        return
    figures = crowded(args)
    print("| " + " | ".join(figures) + " |")
    print("|" + "---|" * len(figures))
    print("| " + " | ".join(f"{value:.1f}" if isinstance(value, float) else str(value) for value in figures.values()) + " |")


if __name__ == "__main__":
    main()
