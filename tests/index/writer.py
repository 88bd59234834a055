"""A process that writes: started by the tests, killed or broken at a chosen moment.

python -m tests.index.writer FOLDER LOG loop SEED      change the index until killed, and log it
python -m tests.index.writer FOLDER LOG break POINT    do one change and die at a named point of the commit
python -m tests.index.writer FOLDER LOG break "statement N"   die before the N-th statement that changes the store
python -m tests.index.writer FOLDER LOG add PREFIX N   add N articles, one generation each
python -m tests.index.writer FOLDER LOG fill PREFIX S  add articles for S seconds and log their words
python -m tests.index.writer FOLDER LOG read _ S       ask for S seconds and log what went wrong
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.index import compaction, files, lexical, manifest, parts, snapshots
from assistant.index.snapshots import Snapshots
from assistant.index.store import Store
from tests.index.made import ENCODER, article, open_index, vector

POINTS: dict[str, tuple[object, str]] = {
    "lexical update": (lexical, "update"),
    "lexical rebuild": (lexical, "rebuild"),
    "lexical commit": (lexical, "_commit"),
    "lexical rename": (Path, "rename"),
    "manifest": (parts, "write_manifest"),
    "manifest bytes": (manifest, "write_atomic"),
    "snapshot": (Snapshots, "save"),
    "replace": (files.os, "replace"),
    "sync": (files, "sync_folder"),
    "vacuum": (Store, "vacuum"),
    "checkpoint": (Store, "checkpoint"),
    "due": (compaction, "_set_due"),
}


def breaking(point: str, act: Callable[[], None]) -> None:
    """Act before or after the n-th call of a step, as in "manifest before 2"."""
    name, when, count = point.rsplit(" ", 2)
    owner, attribute = POINTS[name]
    step, calls = getattr(owner, attribute), [0]

    def broken(*args, **kwargs):
        calls[0] += 1
        if calls[0] == int(count) and when == "before":
            act()
        value = step(*args, **kwargs)
        if calls[0] == int(count) and when == "after":
            act()
        return value

    setattr(owner, attribute, broken)


def loop(folder: Path, log: int, seed: int) -> None:
    chance = random.Random(seed)
    with open_index(folder) as index:
        os.write(log, b"ready\n")
        while True:
            n = chance.getrandbits(40)
            ids = [a.id for a in index.articles()]
            if ids and chance.random() < 0.2:
                os.write(log, b"begin again\n")
                if chance.random() < 0.5:
                    index.reencode(ENCODER, lambda texts: np.stack([vector(text) for text in texts]), batch=3)
                else:
                    chosen = chance.choice(ids)
                    index.rearrange([(chosen, article(index.article(chosen).title.removeprefix("Judul "), n_passages=2))])
            elif len(ids) > 4 and chance.random() < 0.3:
                chosen = chance.sample(ids, 2)
                os.write(log, f"begin remove {' '.join(chosen)}\n".encode())
                index.remove(chosen, compact=chance.random() < 0.5)
            else:
                origin = chance.choice(["-", "/a", "/b"])
                words = [f"w{n}x{i}" for i in range(chance.randrange(1, 4))]
                os.write(log, f"begin add {origin} {' '.join(words)}\n".encode())
                index.add([article(word, "" if origin == "-" else origin, 2) for word in words])
            os.write(log, b"done\n")


def main() -> None:
    folder, log = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    snapshots.SNAPSHOT_MIN = 3
    kind, what = sys.argv[3:5]
    if kind == "loop":
        loop(folder, log, int(what))
        return
    if kind == "add":
        with open_index(folder) as index:
            for n in range(int(sys.argv[5])):
                index.add([article(f"{what}{n}", n_passages=1 + n % 3)])
        return
    if kind in ("fill", "read"):
        (fill if kind == "fill" else read)(folder, log, what, float(sys.argv[5]))
        return
    with open_index(folder) as index:
        if what.startswith("statement "):
            breaking_statement(index, int(what.split()[1]))
        else:
            breaking(what, lambda: os._exit(9))
        change(index)
    os._exit(0)


def breaking_statement(index, count: int) -> None:
    """Die before the n-th statement that changes the store, or that commits it."""
    calls = [0]

    def seen(statement: str) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE", "COMMIT", "VACUUM")):
            calls[0] += 1
            if calls[0] == count:
                os._exit(9)

    connect = index._store._connect

    def traced():
        connection = connect()
        connection.set_trace_callback(seen)
        return connection

    index._store._connect = traced
    while not index._store._pool.empty():
        index._store._pool.get().close()


def fill(folder: Path, log: int, prefix: str, seconds: float) -> None:
    stop, n = time.monotonic() + seconds, 0
    with open_index(folder) as index:
        index._lock.timeout_s = 300.0
        while time.monotonic() < stop:
            words = [f"{prefix}{n}x{i}" for i in range(3)]
            index.add([article(word, n_passages=2) for word in words])
            os.write(log, (" ".join(words) + "\n").encode())
            n += 1


def read(folder: Path, log: int, what: str, seconds: float) -> None:
    stop, n = time.monotonic() + seconds, 0
    with open_index(folder) as index:
        while time.monotonic() < stop:
            found = index.search_terms(["kata"], 20) + index.search_vectors(vector(str(n)), 5)
            for passage in index.passages([i for i, _ in found]):
                text = index.article(passage.article_id).text
                if f".{passage.position} ada di sini." not in passage.span.of(text):
                    os.write(log, f"wrong {passage}\n".encode())
            n += 1
    os.write(log, f"asked {n}\n".encode())


def change(index) -> None:
    """A change that goes through every step: replaces an article, adds some, encodes all again, removes one with compaction."""
    index.add([article("baru", "/a", 2), *(article(f"lagi{n}") for n in range(6))])
    index.reencode(ENCODER, lambda texts: np.stack([vector(text) for text in texts]), batch=4)
    index.rearrange([("7", article("baru", n_passages=2))])
    index.remove(["2"])


if __name__ == "__main__":
    main()
