import random
import zlib

import numpy as np
import pytest

from assistant.errors import IndexNotWritable
from assistant.index import snapshots
from assistant.index.store import Store
from tests.index.made import article, assert_holds, open_index, vector


@pytest.fixture(autouse=True)
def _small_snapshots(monkeypatch):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 5)


def everything(path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file())


def traces(prepared) -> list[bytes]:
    """What must not be left: words of every field, the compressed original, the bytes of the vectors."""
    fields = (
        prepared.article.title,
        prepared.article.text[:20],
        prepared.article.origin,
        prepared.article.author,
    )
    rows = [row.tobytes() for row in prepared.vectors.astype(np.float16)]
    speakers = [quotation.speaker.encode() for quotation in prepared.quotations]
    return [*(f.encode() for f in fields if f), zlib.compress(prepared.original), *rows, *speakers]


@pytest.mark.parametrize("seed", range(3))
def test_not_a_byte_of_a_removed_article_is_left(tmp_path, seed):
    chance = random.Random(seed)
    kept, gone = {}, []
    with open_index(tmp_path) as index:
        made = {}
        for _ in range(6):
            batch = [
                article(
                    f"{chance.choice('abcdef')}{chance.getrandbits(60):x}",
                    f"/{chance.getrandbits(60):x}",
                    1 + n % 9,
                )
                for n in range(chance.randrange(1, 12))
            ]
            made.update(zip(index.add(batch), batch, strict=True))
        assert index.manifest.vectors is not None
        segments = {file.name for file in (tmp_path / "lexical").glob("*.term")}
        before = everything(tmp_path)
        assert all(trace in before for item in made.values() for trace in traces(item)[:4])
        chosen = chance.sample(sorted(made), len(made) // 2)
        assert index.remove(chosen) == len(chosen)
        after = everything(tmp_path)  # while the index is open: the log counts too
        gone = [made.pop(i) for i in chosen]
        kept = {i: item.article.title.removeprefix("Judul ") for i, item in made.items()}
        alive = {trace for item in made.values() for trace in traces(item)}
        for item in gone:
            for trace in traces(item):
                assert trace in alive or trace not in after
        assert not segments & {file.name for file in (tmp_path / "lexical").glob("*.term")}
        assert_holds(index, kept)
        assert index.check() == []
    with open_index(tmp_path) as index:
        assert_holds(index, kept, gone={item.terms[0][0].split(".")[0] for item in gone})


def test_a_reader_that_is_open_does_not_keep_what_is_removed(tmp_path):
    secret = article("rahasia", n_passages=3)
    with open_index(tmp_path) as index, open_index(tmp_path) as reader:
        index.add([secret, *(article(f"w{n}") for n in range(10))])
        assert len(reader.search_terms(["rahasia.1"], 5)) == 1
        assert len(reader.search_vectors(vector("x"), 99)) == 13
        index.remove(["1"])
        assert all(trace not in everything(tmp_path) for trace in traces(secret))
        assert reader.search_terms(["rahasia.1"], 5) == []
        assert len(reader.search_vectors(vector("x"), 99)) == 10


def test_without_compaction_it_is_unfindable_and_its_bytes_go_with_its_versions(tmp_path):
    old, new = article("lama", "/a", 3), article("baru", "/a", 3)
    with open_index(tmp_path) as index:
        index.add([old, article("lain")])
        index.add([new])
        index.remove(["2"], compact=False)
        assert_holds(index, {"3": "baru"}, gone={"lama", "lain"})
        assert index.forget_versions("3") == 1
        title, text, _, original, *_ = traces(old)  # the new version has the origin and the speaker of the old one
        assert all(trace not in everything(tmp_path) for trace in (title, text, original))
        assert_holds(index, {"3": "baru"})
        assert index.check() == []


def fail(store):
    raise IndexNotWritable("the disk is full", "free some space")


def test_a_compaction_that_fails_is_made_up_for_by_the_next_opening(tmp_path, monkeypatch):
    secret = article("rahasia")
    with open_index(tmp_path) as index:
        index.add([secret, article("lain")])
        monkeypatch.setattr(Store, "vacuum", fail)
        with pytest.raises(IndexNotWritable):
            index.remove(["1"])
        monkeypatch.undo()
        assert_holds(index, {"2": "lain"}, gone={"rahasia"})
        assert index.remove(["2"], compact=False) == 1
        assert all(trace not in everything(tmp_path) for trace in traces(secret))


def test_a_reader_in_the_way_of_the_log_only_delays_the_last_step(tmp_path, monkeypatch):
    secret = article("rahasia")
    with open_index(tmp_path) as index:
        index.add([secret, article("lain")])
        checkpoint = Store.checkpoint
        monkeypatch.setattr(Store, "checkpoint", lambda self: False)
        index.remove(["1"])
        monkeypatch.setattr(Store, "checkpoint", checkpoint)
        monkeypatch.setattr(Store, "vacuum", lambda self: pytest.fail("only the last step was due"))
        index.add([article("baru")])
        assert all(trace not in everything(tmp_path) for trace in traces(secret))
        assert_holds(index, {"2": "lain", "3": "baru"})
