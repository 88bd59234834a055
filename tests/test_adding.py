"""Articles that several processes prepare: the index is the one that a single process makes, whatever ends them."""

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import drafting
from assistant.assistant import Assistant
from assistant.errors import WorkerLost
from assistant.ingest import add_items, open_sources
from assistant.records import Failure
from assistant.settings import Settings
from assistant.text.readers import Raw

N = 24
ALONE = Settings(quality="fast", add_processes=1)
APART = replace(ALONE, add_processes=2)
OWN = {"uid", "created"}
"""Facts that no two indexes share."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    towns = ("Bandarlaya", "Surapandan", "Laranta")
    texts = [
        f'Bupati {towns[n % 3]} Sari Wulan{n % 5} membuka pasar ikan nomor {n}. "Kami menunggu {n} kapal," kata Sari di {towns[n % 3]}.\n'
        f"Ia menegaskan bahwa {n * 7} nelayan akan datang pada Senin."
        for n in range(N)
    ]
    records = [{"title": f"Pasar {n}", "text": text, "url": f"https://example.org/{n}"} for n, text in enumerate(texts)]
    records[9] = {"title": "empty", "text": "", "url": "https://example.org/9"}
    records[11] = records[3]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture(autouse=True)
def few_alone(monkeypatch):
    monkeypatch.setattr(drafting, "ALONE", 4)
    monkeypatch.setattr(drafting, "GROUP", 3)


def add(folder: Path, settings: Settings, items) -> object:
    with Assistant.open(folder, settings=settings) as assistant:
        return add_items(assistant.index, assistant.encoder, items, settings)


def read(rows: Path) -> Iterator[Raw | Failure]:
    return open_sources(ALONE).read([rows])


def contents(folder: Path) -> dict[str, list[str]]:
    with sqlite3.connect(folder / "store.sqlite") as store:
        tables = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
        return {name: sorted(repr(row) for row in store.execute(f"SELECT * FROM {name}") if row[0] not in OWN) for name in tables}


def test_two_processes_make_the_index_that_one_makes_and_the_loss_of_one_loses_nothing(rows: Path, tmp_path: Path):
    one = add(tmp_path / "one", ALONE, read(rows))
    taken = []

    def kills(items):
        for n, item in enumerate(items):
            taken.append(item.origin)
            if n == 16:
                os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
            yield item

    with pytest.raises(WorkerLost) as lost:
        add(tmp_path / "two", APART, kills(read(rows)))
    assert "the same command again" in lost.value.hint
    assert len(taken) < N, "it went on without the process"
    with Assistant.open(tmp_path / "two", settings=ALONE) as assistant:
        kept = assistant.index.count().articles
    assert kept >= 4, "what was prepared before is in"
    two = add(tmp_path / "two", APART, read(rows))
    assert two.unchanged >= kept
    with Assistant.open(tmp_path / "whole", settings=APART) as assistant:
        three = add_items(assistant.index, assistant.encoder, read(rows), APART)
    assert three == one
    assert contents(tmp_path / "whole") == contents(tmp_path / "one")
    for table in ("articles", "terms", "vectors", "sentences"):
        assert len(contents(tmp_path / "two")[table]) == len(contents(tmp_path / "one")[table])
    assert not multiprocessing.active_children()


def test_no_process_outlives_an_addition_that_is_killed(rows: Path, tmp_path: Path):
    program = (
        "import os, signal, multiprocessing, sys\nfrom pathlib import Path\nfrom assistant import drafting\nfrom tests.test_adding import *\n"
        "drafting.ALONE, drafting.GROUP = 4, 3\n"
        "def dies(items):\n"
        "    for n, item in enumerate(items):\n"
        "        if n == 12:\n"
        "            print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        yield item\n"
        "if __name__ == '__main__':\n"
        f"    add(Path({str(tmp_path / 'killed')!r}), APART, dies(read(Path({str(rows)!r}))))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = [int(pid) for pid in done.stdout.split()]
    assert len(left) == 2
    ends = time.monotonic() + 30
    while (left := [pid for pid in left if _runs(pid)]) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not left
    with Assistant.open(tmp_path / "killed", settings=ALONE) as assistant:
        add_items(assistant.index, assistant.encoder, read(rows), ALONE)
        assert assistant.index.count().articles == N - 2


def _runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False


def test_an_interrupt_says_what_is_in(rows: Path, tmp_path: Path):
    program = (
        "import os, signal, sys\nfrom assistant import cli, ingest\nfrom assistant.ingest import _Adding\n"
        "ingest.BATCH_ARTICLES = 5\n"
        "take = _Adding.take\n"
        "def taking(self, one):\n    take(self, one)\n    self.report.added and os.kill(os.getpid(), signal.SIGINT)\n"
        "_Adding.take = taking\n"
        f"sys.exit(cli.main(['--index', {str(tmp_path / 'cut')!r}, 'add', {str(rows)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines() == ["interrupted: 5 new articles are in; the same command goes on from there"]


def test_a_generation_is_cut_short_by_size_too(rows: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("assistant.ingest.BATCH_BYTES", 1000)
    with Assistant.open(tmp_path / "small", settings=ALONE) as assistant:
        before = assistant.index.generation
        add_items(assistant.index, assistant.encoder, read(rows), ALONE)
        assert assistant.index.generation - before >= 5
    assert [len(group) for group in drafting.grouped(Raw("a", b"x" * 400_000, "") for _ in range(4))] == [3, 1]
