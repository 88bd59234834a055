"""Many threads and processes at one index."""

import logging
import os
import random
import subprocess
import sys
import threading
import time

import pytest
from filelock import FileLock

from assistant.errors import IndexBusy, IndexNotWritable
from assistant.index import following, parts, snapshots
from tests.index.made import DIMENSIONS, article, assert_holds, open_index, vector

logger = logging.getLogger(__name__)


def writer(folder, prefix: str, n: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.index.writer", str(folder), os.devnull, "add", prefix, str(n)]
    return subprocess.Popen(command)


def test_two_processes_that_add_at_once_lose_nothing(tmp_path):
    processes = [writer(tmp_path / "index", prefix, 15) for prefix in ("a", "b")]
    assert [process.wait() for process in processes] == [0, 0]
    with open_index(tmp_path / "index") as index:
        words = {a.id: a.title.removeprefix("Judul ") for a in index.articles()}
        assert sorted(words.values()) == sorted(f"{prefix}{n}" for prefix in "ab" for n in range(15))
        assert index.generation == 30
        assert_holds(index, words)
        assert index.check() == []


def crowd(folder, n_writers: int, n_readers: int, seconds: float) -> tuple[int, int]:
    """Let processes write and read at once; return how many articles there are and how often was asked."""
    open_index(folder / "index").close()
    jobs = [("fill", f"p{n}y") for n in range(n_writers)] + [("read", f"r{n}") for n in range(n_readers)]
    command = [sys.executable, "-m", "tests.index.writer", str(folder / "index")]
    running = [subprocess.Popen([*command, str(folder / name), kind, name, str(seconds)]) for kind, name in jobs]
    assert [process.wait() for process in running] == [0] * len(jobs)
    logs = {name: (folder / name).read_text().split("\n") for _, name in jobs}
    told = {word for (kind, name) in jobs if kind == "fill" for line in logs[name] for word in line.split()}
    asked = [line for (kind, name) in jobs if kind == "read" for line in logs[name] if line]
    assert [line for line in asked if not line.startswith("asked ")] == []
    with open_index(folder / "index") as index:
        words = {a.title.removeprefix("Judul ") for a in index.articles()}
        assert words == told
        assert index.check() == []
        return len(words), sum(int(line.split()[1]) for line in asked)


def test_readers_see_no_error_while_processes_add(tmp_path):
    n_articles, n_asked = crowd(tmp_path, 2, 2, 1.0)
    assert n_articles
    assert n_asked


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_eight_readers_see_no_error_while_four_processes_add_for_three_minutes(tmp_path):
    logger.info("%d articles, asked %d times", *crowd(tmp_path, 4, 8, 180.0))


def test_a_reader_sees_what_another_process_commits(tmp_path):
    with open_index(tmp_path) as reader:
        reader.add([article("lama")])
        assert_holds(reader, {"1": "lama"})
        process = writer(tmp_path, "baru", 3)
        seen = set()
        while process.poll() is None:
            seen.add(len(reader.search_vectors(vector("x"), 99)))
            for passage_id, _ in reader.search_terms(["kata"], 99):
                assert reader.passages([passage_id])
        assert_holds(reader, {"1": "lama", "2": "baru0", "3": "baru1", "4": "baru2"})
        assert reader.manifest.generation == reader.generation == 4
        assert reader.languages() == {"": 4}
        assert seen <= {1, 2, 4, 7}


def test_threads_search_while_others_write(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 5)
    done, errors, n_searches = threading.Event(), [], [0] * 8
    with open_index(tmp_path) as index:
        index.add([article(f"w{n}", n_passages=2) for n in range(20)])
        removed: set[str] = set()

        def search(number: int) -> None:
            chance = random.Random(number)
            try:
                while not done.is_set():
                    before = set(removed)
                    word = f"w{chance.randrange(20)}"
                    for found in (
                        index.search_terms([word + ".1", "kata"], 5),
                        index.search_vectors(vector(word), 5),
                    ):
                        hits = index.passages([i for i, _ in found])
                        assert hits
                        assert not before & {hit.article_id for hit in hits}
                    n_searches[number] += 1
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=search, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        began, n = time.monotonic(), 0
        while time.monotonic() - began < 3:
            n += 1
            (new,) = index.add([article(f"baru{n}", "/same" if n % 2 else "", 3)])
            assert [i for i, _ in index.search_terms([f"baru{n}.2"], 2)] == [index.article_passages(new)[2].id]
            if n % 5 == 0:
                index.remove([new])
                removed.add(new)
        done.set()
        for thread in threads:
            thread.join()
        assert errors == []
        assert min(n_searches) > 0
        assert index.check() == []


def test_a_second_writer_waits_and_then_says_that_the_index_is_busy(tmp_path):
    with open_index(tmp_path) as index:
        index.add([article("satu")])
        index._lock.timeout_s = 0.1
        with FileLock(tmp_path / "write.lock"):
            with pytest.raises(IndexBusy, match="another process") as caught:
                index.add([article("dua")])
            assert "wait" in caught.value.hint
            assert_holds(index, {"1": "satu"})  # reading goes on
        index.add([article("dua")])
        assert_holds(index, {"1": "satu", "2": "dua"})


def test_a_reader_makes_do_with_the_store_while_a_writer_is_at_work(tmp_path, monkeypatch):
    import shutil

    monkeypatch.setattr(parts, "OPEN_WAIT_S", 0.2)
    with open_index(tmp_path) as index:
        index.add([article("satu")])
    shutil.rmtree(tmp_path / "lexical")
    with FileLock(tmp_path / "write.lock"):
        began = time.monotonic()
        with open_index(tmp_path) as index:
            assert time.monotonic() - began < 5
            assert_holds(index, {"1": "satu"})
        assert not (tmp_path / "lexical").exists()
    with open_index(tmp_path) as index:
        assert_holds(index, {"1": "satu"})
        assert (tmp_path / "lexical").exists()


def fail(*arguments):
    raise IndexNotWritable("the disk is full", "free some space")


def test_what_is_removed_is_not_shown_while_the_lexical_part_is_behind(tmp_path, monkeypatch):
    with open_index(tmp_path) as index, open_index(tmp_path) as reader:
        index.add([article("satu"), article("dua")])
        assert len(reader.search_terms(["kata"], 5)) == 2
        monkeypatch.setattr(parts.lexical, "update", fail)
        with pytest.raises(IndexNotWritable):
            index.remove(["1"], compact=False)
        assert [i for i, _ in reader.search_terms(["kata"], 5)] == [2]
        assert [i for i, _ in index.search_terms(["kata"], 5)] == [2]
        monkeypatch.undo()
        index.add([article("tiga")])
        assert_holds(reader, {"2": "dua", "3": "tiga"}, gone={"satu"})


READ_ONLY = """
import os, sys
from pathlib import Path
from assistant.errors import IndexNotWritable
from tests.index.made import article, assert_holds, open_index, vector
import tempfile, filelock
with tempfile.TemporaryDirectory() as warm, open_index(Path(warm) / "x") as index:  # imports what comes late
    index.add([article("x")]); assert_holds(index, {"1": "x"}); index.check()
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
tempfile.tempdir = None
folder = Path(sys.argv[1])
with open_index(folder) as index:
    assert_holds(index, {"1": "satu", "2": "dua"})
    print([p.part for p in index.check()], index.generation)
    add, remove = (lambda: index.add([article("tiga")])), (lambda: index.remove(["1"]))
    for act in (add, remove, index.compact, index.repair):
        try:
            act()
        except IndexNotWritable as error:
            print("refused", error.hint != "")
    assert_holds(index, {"1": "satu", "2": "dua"})
try:
    open_index(folder / "new")
except IndexNotWritable as error:
    print("refused", error.hint != "")
"""


def read_only(folder, *modes) -> list[str]:
    """Read as one who may not write, whoever runs the tests."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        command = [sys.executable, "-c", READ_ONLY, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def complete(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 1)
    tmp_path.chmod(0o755)
    with open_index(tmp_path / "index") as index:
        index.add([article("satu", n_passages=2), article("dua")])
    return tmp_path / "index"


def test_an_index_that_may_only_be_read_is_read(complete):
    assert read_only(complete) == ["[] 1", *["refused True"] * 5]
    assert not list(complete.glob("*-wal"))


@pytest.mark.parametrize("missing", ["manifest.json", "vectors.faiss", "lexical/meta.json"])
def test_a_part_that_is_missing_where_nothing_may_be_written_comes_from_the_store(complete, missing):
    (complete / missing).unlink()
    first, *rest = read_only(complete)
    assert first.endswith(" 1")
    assert rest == ["refused True"] * 5


def test_one_who_may_only_read_reads_beside_one_who_writes(complete):
    with open_index(complete) as index:
        index._store.generation()
        assert read_only(complete) == ["[] 1", *["refused True"] * 5]


def test_what_a_crash_left_is_not_read_where_it_cannot_be_finished(complete):
    with open_index(complete) as index:
        index.add([article("tiga")])
        left = {name: (complete / name).read_bytes() for name in ("store.sqlite", "store.sqlite-wal")}
    for name, data in left.items():
        (complete / name).write_bytes(data)
    with pytest.raises(AssertionError, match="left in the middle of a write"):
        read_only(complete)
    with open_index(complete) as index:
        assert_holds(index, {"1": "satu", "2": "dua", "3": "tiga"})


def test_an_add_rewrites_nothing_that_grows_with_the_index(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 50)
    with open_index(tmp_path) as index:
        index.add([article(f"w{n}", n_passages=10) for n in range(60)])
        snapshot = (tmp_path / "vectors.faiss").stat()
        segments = {file.name for file in (tmp_path / "lexical").glob("*.term")}
        index._store.checkpoint()
        for n in range(3):
            index.add([article(f"baru{n}")])
        assert (tmp_path / "store.sqlite-wal").stat().st_size < 400_000
        assert (tmp_path / "vectors.faiss").stat() == snapshot
        assert segments < {file.name for file in (tmp_path / "lexical").glob("*.term")}
        index.add([article("banyak", n_passages=70)])
        assert (tmp_path / "vectors.faiss").stat() != snapshot
        assert index.check() == []


def test_what_follows_a_commit_reads_only_what_is_new(tmp_path):
    with open_index(tmp_path) as index:
        index.add([article(f"w{n}", n_passages=100) for n in range(20)])
        index.remove([str(n + 1) for n in range(10)], compact=False)
        index.add([article("baru")])
        steps = []
        with index._store.read() as connection:
            connection.set_progress_handler(lambda: steps.append(1), 100)
            assert len(list(following.documents(connection, 2))) == 1
            assert sum(len(change.added) for change in following.vector_changes(connection, 2, DIMENSIONS)) == 1
            assert len(following.removed_since(connection, 2)) == 0
            connection.set_progress_handler(None, 0)
        assert len(steps) < 10
