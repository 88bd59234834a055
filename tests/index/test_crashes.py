"""A crash at any moment leaves the last complete generation, and what was committed is never lost."""

import errno
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from assistant.errors import IndexNotWritable
from assistant.index import snapshots
from assistant.index.store import Store
from tests.index.made import article, assert_holds, open_index
from tests.index.writer import POINTS, breaking, change


def start(folder, log, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "tests.index.writer", str(folder), str(log), *arguments])


def words_of(index) -> dict[str, str]:
    return {a.id: a.title.removeprefix("Judul ") for a in index.articles()}


class Model:
    """What the log of a writer says the index holds: words by origin."""

    def __init__(self):
        self.words: dict[str, str] = {}  # id -> word
        self.origins: dict[str, str] = {}
        self.last = 0

    def apply(self, line: list[str]) -> None:
        if line[0] == "again":
            return
        if line[0] == "remove":
            for article_id in line[1:]:
                del self.words[article_id]
            self.origins = {origin: i for origin, i in self.origins.items() if i in self.words}
            return
        for word in line[2:]:
            self.last += 1
            if line[1] != "-":
                self.words.pop(self.origins.get(line[1], ""), None)
                self.origins[line[1]] = str(self.last)
            self.words[str(self.last)] = word


def kill_rounds(tmp_path, rounds: int) -> None:
    folder, log, model, chance = tmp_path / "index", tmp_path / "log", Model(), random.Random(20231116)
    n_done = 0
    for number in range(rounds):
        log.unlink(missing_ok=True)
        process = start(folder, log, "loop", str(number))
        while not log.exists() or b"done" not in log.read_bytes():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.4))
        process.kill()
        process.wait()
        begun = None
        for line in log.read_text().splitlines()[1:]:
            if line == "done":
                model.apply(begun)
                begun, n_done = None, n_done + 1
            else:
                begun = line.split()[1:]
        with open_index(folder) as index:
            found = words_of(index)
            if begun is not None and found != model.words:
                model.apply(begun)  # the last change was committed and not yet said to be
            assert found == model.words
            assert_holds(index, model.words)
            assert [p for p in index.check() if "snapshot" not in p.message] == []
            assert index.repair() == [] or index.check() == []
            leftovers = [file.name for file in folder.iterdir() if "partial" in file.name]
            assert leftovers == []
    assert n_done >= rounds


def test_a_killed_writer_loses_nothing_that_was_committed(tmp_path):
    kill_rounds(tmp_path, 6)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_writer_killed_two_hundred_times_loses_nothing_that_was_committed(tmp_path):
    kill_rounds(tmp_path, 200)


def base(folder) -> None:
    with open_index(folder) as index:
        index.add([article("lama", "/a", 2), *(article(f"w{n}") for n in range(5))])


FIRST = {"1": "lama", **{str(n + 2): f"w{n}" for n in range(5)}}
REST = {str(n + 2): f"w{n}" for n in range(5)}
SECOND = {**REST, "7": "baru", **{str(n + 8): f"lagi{n}" for n in range(6)}}
THIRD = {article_id: word for article_id, word in SECOND.items() if article_id != "2"}

MOMENTS = [f"{name} {when}" for name in POINTS for when in ("before 1", "after 1", "after 2")]
GENERATIONS = {1: FIRST, 2: SECOND, 3: SECOND, 4: SECOND, 5: THIRD}


def no_space() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_failure_between_any_two_steps_leaves_a_complete_generation(tmp_path, monkeypatch, moment):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 3)
    base(tmp_path)
    with open_index(tmp_path) as reader, open_index(tmp_path) as index:
        assert_holds(reader, FIRST)
        owner, attribute = POINTS[moment.rsplit(" ", 2)[0]]
        monkeypatch.setattr(owner, attribute, getattr(owner, attribute))  # so that it is put back
        breaking(moment, no_space)
        with suppress(IndexNotWritable):  # and nothing else
            change(index)
        monkeypatch.undo()
        monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 3)
        reader._parts.retry_at = 0.0
        expected = GENERATIONS[index.generation]
        assert_holds(reader, expected)
        assert_holds(index, expected)
        (new,) = index.add([article("sesudah")])
        assert int(new) > max(map(int, expected))
        assert_holds(index, {**expected, new: "sesudah"}, gone=set(FIRST.values()) - set(expected.values()))
        assert_holds(reader, {**expected, new: "sesudah"})
        assert index.check() == []


DEATHS = ["lexical commit before 1", "lexical update after 1", "manifest before 1", "snapshot before 1",
          "snapshot after 1", "lexical rename after 1", "vacuum after 1", "checkpoint after 1"]  # fmt: skip


@pytest.mark.parametrize("moment", DEATHS)
def test_a_death_between_any_two_steps_leaves_a_complete_generation(tmp_path, moment):
    base(tmp_path / "index")
    process = start(tmp_path / "index", tmp_path / "log", "break", moment)
    assert process.wait() == 9
    with open_index(tmp_path / "index") as index:
        assert_holds(index, GENERATIONS[index.generation])
        assert index.check() == []
        assert index.manifest.generation == index.generation


def dies_at(tmp_path, count: int) -> bool:
    shutil.rmtree(tmp_path / "index", ignore_errors=True)
    base(tmp_path / "index")
    code = start(tmp_path / "index", tmp_path / "log", "break", f"statement {count}").wait()
    assert code in (0, 9)
    with open_index(tmp_path / "index") as index:
        assert_holds(index, GENERATIONS[index.generation])
        assert index.check() == []
    return code == 9


@pytest.mark.parametrize("count", [60, 120, 175])
def test_a_death_before_any_statement_leaves_a_complete_generation(tmp_path, count):
    assert dies_at(tmp_path, count)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_death_before_every_fourth_statement_leaves_a_complete_generation(tmp_path):
    count = 1
    while dies_at(tmp_path, count):
        count += 4
    assert count > 175


def test_a_crash_while_the_index_is_made_leaves_a_folder_that_can_be_used(tmp_path):
    (tmp_path / "write.lock").touch()
    (tmp_path / "manifest.json.partial").write_bytes(b"{")
    (tmp_path / "store.sqlite").touch()
    with open_index(tmp_path) as index:
        index.add([article("satu")])
        assert_holds(index, {"1": "satu"})


def test_a_store_from_a_backup_takes_the_other_parts_back_with_it(tmp_path):
    base(tmp_path)
    backup = (tmp_path / "store.sqlite").read_bytes()
    with open_index(tmp_path) as index:
        index.add([article("nanti")])
    (tmp_path / "store.sqlite").write_bytes(backup)
    with open_index(tmp_path) as index:
        assert_holds(index, FIRST, gone={"nanti"})
        assert index.check() == []


def test_parts_of_another_index_are_not_trusted(tmp_path):
    base(tmp_path / "one")
    with open_index(tmp_path / "two") as other:
        other.add([article(f"lain{n}") for n in range(6)])
    for part in ("lexical", "manifest.json"):
        target = tmp_path / "one" / part
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        source = tmp_path / "two" / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        with open_index(tmp_path / "one") as index:
            assert_holds(index, FIRST, gone={"lain1"})
            assert index.check() == []


def test_repair_heals_what_opening_cannot_see(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 3)
    base(tmp_path)
    with open_index(tmp_path) as index:
        with index._store.write() as connection:
            connection.execute("UPDATE meta SET value = '99' WHERE key = 'n_sentences'")
        segment = max((tmp_path / "lexical").glob("*.idx"), key=lambda file: file.stat().st_size)
        data = bytearray(segment.read_bytes())
        data[3] ^= 1
        segment.write_bytes(data)
        (tmp_path / "vectors.faiss").write_bytes(b"x")
        found = {problem.part: problem for problem in index.check()}
        assert set(found) == {"store", "lexical", "vectors"}
        assert not any(problem.repaired for problem in found.values())
        assert all(problem.repaired for problem in index.repair())
        assert index.check() == index.repair() == []
        assert_holds(index, FIRST)


@pytest.mark.parametrize("seed", range(20))
def test_any_flipped_bit_in_the_lexical_part_is_noticed_when_it_is_opened(tmp_path, seed):
    base(tmp_path)
    chance = random.Random(seed)
    files = [f for f in sorted((tmp_path / "lexical").iterdir()) if f.stat().st_size and f.name[0] != "."]
    file = files[seed % len(files)]
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    with open_index(tmp_path) as index:
        assert_holds(index, FIRST)
        assert index.check() == []
        index.add([article("sesudah")])
        assert index.check() == []


def test_what_cannot_be_repaired_is_said(tmp_path):
    base(tmp_path)
    with open_index(tmp_path) as index:
        with index._store.write() as connection:
            connection.execute("UPDATE sentences SET stop = 9999 WHERE article_id = 1")
            connection.execute("UPDATE originals SET compressed = x'00' WHERE article_id = 2")
        messages = {problem.message: problem.repaired for problem in index.repair()}
        assert not any(messages.values())
        assert any("outside its text" in message for message in messages)
        assert any("original" in message for message in messages)


def test_a_full_disk_stores_nothing_of_the_call(tmp_path):
    base(tmp_path)
    with open_index(tmp_path) as index:
        with index._store._connection() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(IndexNotWritable, match="no space"):
            index.add([article(f"besar{n}", n_passages=50) for n in range(20)])
        assert_holds(index, FIRST)
        with index._store._connection() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        index.add([article("sesudah")])
        assert len(words_of(index)) == 7
        assert index.check() == []


LIMITED = """
import resource, sys
from pathlib import Path
from assistant.errors import IndexNotWritable
from tests.index.made import article, open_index
with open_index(Path(sys.argv[1])) as index:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    n = 0
    try:
        while n < 400:
            index.add([article(f"besar{n}", n_passages=20)])
            n += 1
    except IndexNotWritable as error:
        print(n, error)
import os
os._exit(0)
"""


@pytest.mark.parametrize("limit", [30_000, 250_000, 600_000])
def test_files_that_may_not_grow_lose_nothing(tmp_path, limit):
    with open_index(tmp_path):
        pass
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path), str(limit)], capture_output=True, text=True)
    assert "no space" in done.stdout, done.stderr
    n_added = int(done.stdout.split()[0])
    with open_index(tmp_path) as index:
        words = words_of(index)
        assert n_added <= len(words) <= n_added + 1
        assert_holds(index, words)
        assert index.check() == []


def test_a_snapshot_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 3)
    monkeypatch.setattr("assistant.index.vectors.replace_file", lambda partial, path: no_space())
    base(tmp_path)
    with open_index(tmp_path) as index:
        assert_holds(index, FIRST)
        assert index.manifest.vectors is None
        assert not (tmp_path / "vectors.faiss").exists()


def test_the_store_is_closed_after_a_failed_opening(tmp_path, monkeypatch):
    base(tmp_path)
    closed = []
    monkeypatch.setattr(Store, "close", lambda self, close=Store.close: (closed.append(1), close(self)))
    monkeypatch.setattr("assistant.index.parts.Parts.open", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_index(tmp_path)
    assert closed
