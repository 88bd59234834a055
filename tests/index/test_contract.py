"""What every engine of an index does: the local folder, and Milvus (Milvus Lite behind its server's protocol)."""

from __future__ import annotations

import itertools
import random
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from assistant.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexProblem, NotOffered, UnknownArticle
from assistant.index.index import LocalIndex
from assistant.index.milvus import MilvusIndex
from assistant.index.milvus_client import Tables
from assistant.index.milvus_root import LEASE_S, _put_lease
from assistant.index.protocol import Index
from assistant.records import Filters, Quotation, Span
from tests.index.made import ENCODER, OTHER, article, stored, vector

pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed: pip install 'article-assistant[milvus]'")

NAMES = (f"news_{n}" for n in itertools.count())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of Milvus Lite."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("milvus") / "lite.db"))
    yield f"milvus://127.0.0.1:{port}"
    server.stop(grace=0)
    database.close()


@pytest.fixture
def milvus(server: str) -> str:
    """The address of an index that is not there yet."""
    return f"{server}/{next(NAMES)}"


@pytest.fixture(params=["local", "milvus"])
def index(request: pytest.FixtureRequest, tmp_path) -> Iterator[Index]:
    if request.param == "local":
        opened: LocalIndex | MilvusIndex = LocalIndex.open(tmp_path / "index", ENCODER)
    else:
        opened = MilvusIndex.open(request.getfixturevalue("milvus"), ENCODER)
    with opened:
        yield opened


def assert_holds(index: Index, words: dict[str, str], gone: set[str] = frozenset()) -> None:
    """Assert that the index holds just these articles (id -> word), each found by its vectors and terms."""
    assert [a.id for a in index.articles()] == sorted(words, key=int)
    assert index.count().articles == len(words)
    for article_id, word in words.items():
        text = index.article(article_id).text
        for passage in index.article_passages(article_id):
            term = f"{word}.{passage.position}"
            assert term in passage.span.of(text)
            assert [i for i, _ in index.search_terms([term], 5)] == [passage.id]
            assert index.document_frequencies([term]) == [1]
            found, score = index.search_vectors(vector(passage.span.of(text)), 1)[0]
            assert (found, round(score, 2)) == (passage.id, 1.0)
            assert index.passages([passage.id]) == [passage]
            assert index.find_hash(index.article(article_id).content_hash) == article_id
    for word in gone:
        assert index.search_terms([word + ".0"], 5) == []
        assert index.document_frequencies([word + ".0"]) == [0]
    assert len(index.search_terms(["kata"], 10_000)) == index.count().passages
    assert len(index.search_vectors(vector("x"), 10_000)) == index.count().passages
    assert not index.check()


def test_what_is_added_replaced_and_removed_is_what_is_found(index: Index):
    first, second = index.add([article("abc", "here", 2), article("def", "there")])
    assert_holds(index, {first: "abc", second: "def"})
    [third] = index.add([article("ghi", "here", 3)])
    assert_holds(index, {second: "def", third: "ghi"}, {"abc"})
    assert (index.find_origin("here"), index.find_origin("nowhere")) == ((third, index.article(third).content_hash), None)
    assert index.remove([second]) == 1
    [fourth] = index.add([article("jkl", "there")])
    assert_holds(index, {third: "ghi", fourth: "jkl"}, {"abc", "def"})
    assert int(first) < int(second) < int(third) < int(fourth)
    assert index.generation == 4


def test_the_last_of_an_origin_stays_within_one_call(index: Index):
    ids = index.add([article("abc", "here"), article("def", "here"), article("ghi", "there")])
    assert_holds(index, {ids[1]: "def", ids[2]: "ghi"}, {"abc"})


def test_removing_what_is_not_there_removes_nothing(index: Index):
    [there] = index.add([article("abc")])
    for strange in ("999", "x", "-1", "01", ""):
        with pytest.raises(UnknownArticle):
            index.remove([there, strange])
        with pytest.raises(UnknownArticle):
            index.article(strange)
    assert_holds(index, {there: "abc"})


def test_an_article_comes_back_as_it_was_however_long_and_strange(index: Index):
    text = "".join(random.Random(5).choices('a\u00e9\u4e2d\U0001f600" \\\n\t[1]', k=50_000))
    strange = article("abc", 'C:\\x "y"\udcff')
    whole = replace(
        strange.article,
        title='Half of a pair \udcff and "quotes" \\',
        text=text,
        inferred=("title",),
        pages=(0, 17),
        provenance={"title": "story"},
        published="2024-05-06T07:08:09+07:00",
    )
    quoted = Quotation("", Span(0, 9), Span(2, 7), 'Ana "Ma" \\ Lie', "ia", "minister", "said", True, joint=("Ana", "Lie"))
    spans = (Span(0, 30_000), Span(30_000, 50_000))
    [there] = index.add([replace(strange, article=whole, sentences=spans, passages=((0, 2),), quotations=(quoted,))])
    read = index.article(there)
    plain = {"id": there, "title": read.title, "origin": read.origin}
    assert read == replace(whole, **plain)
    assert (read.text, dict(read.provenance), index.sentences(there)) == (text, {"title": "story"}, spans)
    assert index.quotations((there,)) == index.quotations_of(quoted.speaker) == [replace(quoted, article_id=there)]
    assert index.article_passages(there)[0].sentences == spans


FILTERS = [
    Filters(outlet="kontan"), Filters(outlet="detik"), Filters(author="jane doe"), Filters(speaker="s"), Filters(speaker="Nobody"),
    Filters(language="id"), Filters(since="2024"), Filters(until="2023"), Filters(since="2023-06", until="2023-06-30"),
    Filters(article_ids=("1", "3", "77", "x")), Filters(article_ids=("x",)), Filters(outlet='a "b" \\ c'),
    Filters(outlet="Kontan", language="en", since="2023"),
]  # fmt: skip


def filtered() -> list:
    return [
        article("abc", outlet="KONTAN.co.id", language="id", published="2023-06-30T09:00:00", author="By Jane Doe and others"),
        article("sde", outlet="detikcom", language="id", published="2024-01-01", source="Antara"),
        article("fgh", outlet='a "b" \\ c', language="en", published="", author="Jane Doerr"),
        article("ijk", source="kontan", language="en", published="2023-06-01", n_passages=2),
        article("lmn", outlet="Kompas", language="en", published="2025-12-31"),
    ]


def test_both_engines_allow_the_same_passages(tmp_path, milvus: str):
    with LocalIndex.open(tmp_path / "index", ENCODER) as local, MilvusIndex.open(milvus, ENCODER) as far:
        assert local.add(filtered()) == far.add(filtered())
        for filters in FILTERS:
            wanted = local.search_terms(["kata"], 100, filters)
            assert {i for i, _ in far.search_terms(["kata"], 100, filters)} == {i for i, _ in wanted}, filters
            one, other = (dict(index.search_vectors(vector("x"), 100, filters)) for index in (local, far))
            assert one.keys() == other.keys()
            assert all(score == pytest.approx(other[i], abs=1e-6) for i, score in one.items())
            assert local.article_dates(filters) == far.article_dates(filters)
            assert [a.id for a in local.articles(filters)] == [a.id for a in far.articles(filters)]
        for read in ("speakers", "sources", "languages", "utterances", "article_dates", "quotations", "count"):
            assert getattr(local, read)() == getattr(far, read)(), read
        assert dict(local.article_languages()) == dict(far.article_languages())


def test_both_engines_score_terms_alike(tmp_path, milvus: str):
    dice = random.Random(3)
    words = [f"w{n}" for n in range(40)]
    made = []
    for n in range(60):
        item = article(f"x{n}")
        made.append(replace(item, terms=(tuple(dice.choices(words, weights=range(1, 41), k=dice.randint(8, 40))),)))
    with LocalIndex.open(tmp_path / "index", ENCODER) as local, MilvusIndex.open(milvus, ENCODER) as far:
        local.add(made), far.add(made)
        for _ in range(10):
            query = dice.choices(words, k=4)
            one, other = (dict(index.search_terms(query, 100)) for index in (local, far))
            assert one.keys() == other.keys()
            # tantivy keeps lengths in a byte
            assert all(score == pytest.approx(other[i], rel=0.05) for i, score in one.items())
            assert local.rarity(query) == pytest.approx(far.rarity(query))


def test_vectors_are_kept_as_halves(index: Index):
    [there] = index.add([article("abc", n_passages=2)])
    texts = [passage.span.of(index.article(there).text) for passage in index.article_passages(there)]
    assert np.array_equal(index.passage_vectors(there), [stored(text) for text in texts])


def test_another_encoder_is_refused(milvus: str):
    with MilvusIndex.open(milvus, ENCODER) as index:
        index.add([article("abc")])
    with pytest.raises(IndexMismatch, match="hash"):
        MilvusIndex.open(milvus, OTHER)
    with MilvusIndex.open(milvus, create=False) as index:
        assert (index.encoder, index.count().articles) == (ENCODER, 1)


def test_no_index_is_made_by_looking_for_one(milvus: str, tmp_path):
    for address in (milvus, f"milvus:{tmp_path / 'none.db'}"):
        with pytest.raises(IndexMismatch):
            MilvusIndex.open(address, ENCODER, create=False)
    assert not (tmp_path / "none.db").exists()


class Broken(Exception):
    """The writer dies."""


def break_at(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """Have the n-th write from now on, and all after it, fail."""
    left = itertools.count(1)
    for name in ("put", "drop"):
        real = getattr(Tables, name)

        def maybe(self, table, rows, real=real):
            if next(left) >= nth:
                raise Broken
            return real(self, table, rows)

        monkeypatch.setattr(Tables, name, maybe)


def test_a_write_that_breaks_off_anywhere_leaves_the_old_state_or_the_new_one(milvus: str, monkeypatch: pytest.MonkeyPatch):
    with MilvusIndex.open(milvus, ENCODER) as reader, MilvusIndex.open(milvus, ENCODER) as writer:
        reader.add([article("w0", "here", 2), article("kept", "there")])
        n_old = n_new = 0
        for nth in range(1, 40):
            old, new, generation = f"w{nth - 1}", f"w{nth}", reader.generation
            with monkeypatch.context() as patched:
                break_at(patched, nth)
                try:
                    writer.add([article(new, "here", 2)])
                    whole = True
                except Broken:
                    whole = False
            _put_lease(reader._tables, "nobody", 0.0)  # that of a writer that died runs out
            committed = reader.generation != generation
            n_old, n_new = n_old + (not committed), n_new + committed
            there, gone = (new, old) if committed else (old, new)
            assert [len(reader.search_terms([word + ".0"], 5)) for word in (there, "kept", gone)] == [1, 1, 0]
            assert reader.document_frequencies([there + ".0", gone + ".0"]) == [1, 0]
            assert len(reader.search_vectors(vector("x"), 100)) == reader.count().passages == 3
            assert sorted(a.title for a in reader.articles()) == ["Judul kept", f"Judul {there}"]
            if not committed:
                reader.add([article(new, "here", 2)])  # the next writer undoes what was left, or completes it
            if whole:
                break
        assert_holds(reader, {a.id: a.title.removeprefix("Judul ") for a in reader.articles()}, {old})
        assert whole
        assert n_old >= 9  # each table before the root
        assert n_new >= 3


def test_readers_see_the_old_state_or_the_new_one_while_articles_are_replaced(milvus: str):
    with MilvusIndex.open(milvus, ENCODER) as reader, MilvusIndex.open(milvus, ENCODER) as writer:
        writer.add([article("w0", "a", 2), article("w0", "b", 2)])
        done = threading.Event()

        def write() -> None:
            for n in range(1, 4):
                writer.add([article(f"w{n}", "a", 2), article(f"w{n}", "b", 2)])
            done.set()

        thread = threading.Thread(target=write)
        thread.start()
        n_looks = 0
        while not done.is_set() or not n_looks:
            with reader.held() as generation:
                hits = reader.search_terms(["kata"], 50)
                found = [reader.article(p.article_id).text[5:7] for p in reader.passages([i for i, _ in hits])]
            if reader.generation == generation:
                assert (len(found), len(set(found))) == (4, 1), found
                n_looks += 1
        thread.join()
    assert n_looks


def test_a_second_writer_waits_for_the_first(milvus: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.index.milvus_root.PATIENCE_S", 0.0)
    with MilvusIndex.open(milvus, ENCODER) as index:
        index.add([article("abc")])
        _put_lease(index._tables, "somebody", time.time() + LEASE_S)
        with pytest.raises(IndexBusy, match="another process"):
            index.add([article("def")])
        _put_lease(index._tables, "somebody", time.time() - 1)
        index.add([article("def")])
        assert index.count().articles == 2


def test_a_damaged_article_is_refused_and_named(milvus: str):
    with MilvusIndex.open(milvus, ENCODER) as index:
        [bad, good] = index.add([article("abc"), article("def")])
        [row] = index._tables.take(
            "articles", [int(bad) * 4096], [*["article", "born", "part", "body", "language", "outlet", "source", "author", "published"]]
        )
        index._tables.put("articles", [{**row, "id": int(bad) * 4096, "body": row["body"].replace("Kata abc", "Kata xyz")}])
        with MilvusIndex.open(milvus, ENCODER) as other:
            with pytest.raises(IndexDamaged, match=f"article {bad}"):
                other.article(bad)
            assert [problem.hint for problem in other.check()] == ["remove it, and add it again"]
            assert other.article(good).text


def test_what_milvus_does_not_keep_is_said(milvus: str):
    with MilvusIndex.open(milvus, ENCODER) as index:
        [there] = index.add([article("abc")])
        assert index.history(there) == (index.article(there), [])
        with pytest.raises(NotOffered):
            index.original(there)


def test_a_server_that_is_not_there_is_told_in_one_line():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(IndexProblem) as told:
        MilvusIndex.open(f"milvus://127.0.0.1:{port}", ENCODER)
    assert "\n" not in str(told.value)
    assert told.value.hint
