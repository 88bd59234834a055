import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import IndexDamaged, IndexMismatch, UnknownArticle, UnreadableArticle
from assistant.index import migrations
from assistant.index.index import EncoderInfo, LocalIndex
from assistant.index.manifest import read_manifest
from assistant.records import Filters
from tests.index.made import DIMENSIONS, ENCODER, OTHER, article, assert_holds, open_index, stored, vector


@pytest.fixture
def index(tmp_path):
    with open_index(tmp_path / "index") as opened:
        yield opened


def test_an_added_article_is_found_by_its_vector_and_by_its_terms(index):
    ids = index.add([article("satu", "/a", 3), article("dua", "/b", 2)])
    assert ids == ["1", "2"]
    assert_holds(index, {"1": "satu", "2": "dua"})
    assert index.count() == (2, 5, 10, 2)
    assert index.generation == 1
    assert index.check() == []


def test_what_is_read_is_what_was_added(index):
    prepared = article("satu", "/a", 2, outlet="Kontan", url="https://x.test/1", published="2023", language="id")
    prepared = replace(prepared, article=replace(prepared.article, inferred=("title", "url"), source="Reuters"))
    index.add([prepared])
    assert index.article("1") == replace(prepared.article, id="1")
    assert list(index.articles()) == [index.article("1")]
    assert index.original("1") == prepared.original
    assert index.sentences("1") == prepared.sentences
    assert index.quotations() == index.quotations(["1"]) == [replace(prepared.quotations[0], article_id="1")]
    assert index.quotations(["2"]) == []
    assert index.quotations_of("Speaker s") == index.quotations()
    assert index.speakers() == {"Speaker s": ("1",)}
    assert index.languages() == {"id": 1}
    assert index.article_languages() == {"1": "id"}
    assert index.find_origin("/a") == ("1", prepared.article.content_hash)
    assert index.find_origin("/b") is None
    assert index.find_hash(prepared.article.content_hash) == "1"
    assert index.find_hash("") is None
    first, second = index.article_passages("1")
    assert index.passages([second.id, 99, first.id, second.id]) == [second, first, second]
    assert first.span.of(prepared.article.text).startswith("Kata satu.0")
    assert (first.sentences, second.position) == (prepared.sentences[:2], 1)


def test_an_equal_origin_replaces_the_older_version(index):
    index.add([article("lama", "/a", 2), article("lain", "/b")])
    assert index.add([article("baru", "/a", 3)]) == ["3"]
    assert_holds(index, {"2": "lain", "3": "baru"}, gone={"lama"})
    assert index.find_origin("/a")[0] == "3"
    assert index.check() == []


def test_without_an_origin_nothing_is_replaced(index):
    assert index.add([article("satu"), article("dua")]) == ["1", "2"]
    assert index.find_origin("") is None


def test_within_one_add_the_last_of_an_origin_stays(index):
    assert index.add([article("lama", "/a", 2), article("baru", "/a")]) == ["1", "2"]
    assert_holds(index, {"2": "baru"}, gone={"lama"})
    assert index.check() == []


def test_ids_are_never_used_again(index):
    index.add([article("satu", n_passages=2)])
    last = index.article_passages("1")[-1].id
    index.remove(["1"])
    assert index.add([article("dua")]) == ["2"]
    assert index.article_passages("2")[0].id == last + 1


def test_an_unknown_id_removes_nothing(index):
    index.add([article("satu"), article("dua")])
    for bad in ("3", "0", "01", "x", "", "-1", "1.0", "9" * 30, "１"):
        with pytest.raises(UnknownArticle):
            index.remove(["1", bad])
        with pytest.raises(UnknownArticle):
            index.article(bad)
        with pytest.raises(UnknownArticle):
            index.original(bad)
        with pytest.raises(UnknownArticle):
            index.sentences(bad)
        with pytest.raises(UnknownArticle):
            index.article_passages(bad)
    assert_holds(index, {"1": "satu", "2": "dua"})
    assert index.remove([]) == 0
    assert index.remove(["2", "2"]) == 1
    assert index.generation == 2


def test_filters_restrict_both_searches_alike(index):
    facts = [
        ("Kontan", "id", "2023-11-16T07:08:00", "", "By Jane Doe"),
        ("kontan", "en", "2023-12-01", "", ""),
        ("Antara", "id", "", "Reuters", "Janet Doe"),
        ("Antara", "id", "2024", "", "Jané Doe, Budi"),
    ]
    index.add([article(o, "", 2, outlet=o, language=lang, published=date, source=credit, author=by) for o, lang, date, credit, by in facts])
    cases = {
        Filters(): {1, 2, 3, 4},
        Filters(outlet="KONTAN"): {1, 2},
        Filters(language="id"): {1, 3, 4},
        Filters(outlet="Antara", language="id"): {3, 4},
        Filters(since="2023-12"): {2, 4},
        Filters(until="2023-11"): {1},
        Filters(until="2023"): {1, 2},
        Filters(since="2023-11-16", until="2023-11-16"): {1},
        Filters(article_ids=("2", "3", "77", "nonsense")): {2, 3},
        Filters(article_ids=("nonsense",)): set(),
        Filters(outlet="' OR 1 --"): set(),
        Filters(outlet="kontan.co.id"): {1, 2},
        Filters(outlet="harian Kontan"): {1, 2},
        Filters(outlet="Reuters"): {3},
        Filters(author="jane doe"): {1, 4},
        Filters(author="Doe J"): set(),
        Filters(speaker="speaker k"): {1, 2},
        Filters(speaker="Kontan", author="Jane"): set(),
    }
    for filters, expected in cases.items():
        by_article = {p.id: int(p.article_id) for a in index.articles() for p in index.article_passages(a.id)}
        assert {by_article[i] for i, _ in index.search_terms(["kata"], 99, filters)} == expected
        assert {by_article[i] for i, _ in index.search_vectors(vector("x"), 99, filters)} == expected
        assert {int(a.id) for a in index.articles(filters)} == expected
        for k in (0, -1, 1, 3):
            assert len(index.search_terms(["kata"], k, filters)) == max(0, min(k, 2 * len(expected)))
            assert len(index.search_vectors(vector("x"), k, filters)) == max(0, min(k, 2 * len(expected)))


def test_a_filter_that_allows_many_gives_the_same_as_one_that_lists_them(index, monkeypatch):
    index.add([article(f"w{n}", language="id" if n % 3 else "en") for n in range(60)])
    listed = index.search_terms(["kata", "w7.0"], 10, Filters(language="en"))
    monkeypatch.setattr("assistant.index.lexical.MAX_LISTED", 0)
    picked = index.search_terms(["kata", "w7.0"], 10, Filters(language="en"))
    assert len(listed) == 10
    assert [score for _, score in picked] == pytest.approx([score for _, score in listed])
    assert index.search_terms(["w7.0"], 10, Filters(language="en")) == []
    assert [i for i, _ in index.search_terms(["w9.0"], 10, Filters(language="en"))] == [10]


def test_vector_search_is_exact(index):
    index.add([article(f"w{n}", n_passages=5) for n in range(20)])
    ids, texts = [], []
    for a in index.articles():
        for p in index.article_passages(a.id):
            ids.append(p.id)
            texts.append(p.span.of(a.text))
    query = vector("a question")
    scores = np.stack([stored(text) for text in texts]) @ query
    expected = sorted(zip(ids, scores.tolist(), strict=True), key=lambda hit: -hit[1])[:7]
    found = index.search_vectors(query, 7)
    assert [i for i, _ in found] == [i for i, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-5)


def test_an_empty_index_answers_nothing(index):
    assert index.search_vectors(vector("x"), 5) == []
    assert index.search_terms(["x"], 5) == []
    assert index.rarity(["x"]) == [pytest.approx(np.log(2))]
    assert index.rarity([]) == []
    assert list(index.articles()) == []
    assert index.add([]) == []
    assert index.generation == 0
    assert index.check() == []


def test_an_article_without_passages_is_kept(index):
    index.add([article("kosong", n_passages=0)])
    assert index.count() == (1, 0, 0, 0)
    assert index.check() == []


STRANGE = [
    '"', "AND", "OR NOT", "a:b", "*", "\\", "(", "😀", "new york", "\x00", "\n", "a\tb", "é", "[1 TO 2]",
    "a" * 70000,
    " ",
]  # fmt: skip


def test_any_string_is_a_term(index):
    terms = [t for t in STRANGE if t.strip() and len(t) < 65000]
    plain = article("satu", n_passages=1)
    index.add([replace(plain, terms=(tuple(terms),)), article("dua")])
    for term in terms:
        assert [i for i, _ in index.search_terms([term], 5)] == [1], term
    assert index.search_terms(["\n", " ", "", "\ud800"], 5) == []
    assert index.search_terms(STRANGE, 5)[0][0] == 1
    assert index.search_terms(["york"], 5) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(), max_size=8))
def test_no_query_is_an_error(terms):
    assert isinstance(SHARED.search_terms(terms, 3), list)


@pytest.fixture(scope="module", autouse=True)
def _shared(tmp_path_factory):
    global SHARED
    with open_index(tmp_path_factory.mktemp("shared") / "index") as SHARED:
        SHARED.add([article("satu", n_passages=3)])
        yield


def test_a_term_that_comes_twice_counts_twice(index):
    index.add([article("satu"), article("dua")])
    once = dict(index.search_terms(["satu.0", "dua.0"], 2))
    twice = dict(index.search_terms(["satu.0", "satu.0", "dua.0"], 2))
    assert twice[1] == pytest.approx(2 * once[1])
    assert twice[2] == pytest.approx(once[2])


def test_frequencies_do_not_count_what_is_replaced(index):
    index.add([article("satu", "/a"), article("dua")])
    index.add([article("baru", "/a")])
    assert index.document_frequencies(["satu.0", "dua.0", "kata", "", "\ud800"]) == [0, 1, 2, 0, 0]
    rarity = index.rarity(["satu.0", "dua.0", "kata"])
    assert rarity == sorted(rarity, reverse=True)


def test_parts_that_do_not_fit_are_refused_before_anything_is_stored(index):
    good = article("satu", n_passages=2)
    bad = [
        replace(good, vectors=good.vectors[:1]),
        replace(good, vectors=good.vectors[:, :8]),
        replace(good, vectors=good.vectors * np.nan),
        replace(good, vectors=good.vectors * 1e9),
        replace(good, terms=good.terms[:1]),
        replace(good, passages=((0, 9), (1, 2))),
        replace(good, sentences=(*good.sentences[:-1], good.sentences[-1]._replace(end=999))),
    ]
    for item in bad:
        with pytest.raises(ValueError):
            index.add([article("dua"), item])
    broken = replace(good, article=replace(good.article, text="\ud800" + good.article.text[1:]))
    with pytest.raises(UnreadableArticle):
        index.add([article("dua"), broken])
    with pytest.raises(ValueError):
        index.search_vectors(np.zeros(3, np.float32), 5)
    assert index.generation == 0
    assert index.count() == (0, 0, 0, 0)


def test_broken_characters_outside_the_text_are_escaped(index):
    prepared = article("satu")
    strange = replace(prepared.article, title="a\ud800b", origin="/\udc80")
    index.add([replace(prepared, article=strange, terms=(("\ud800", "satu.0"),))])
    assert index.article("1").title == "a\\ud800b"
    assert [i for i, _ in index.search_terms(["satu.0"], 5)] == [1]
    assert index.find_origin("/\udc80")[0] == "1"
    assert index.find_origin("/\udc81") is None
    assert list(index.articles(Filters(outlet="\ud800", since="\ud800", until="\ud800"))) == []
    index.add([replace(prepared, article=strange)])
    assert [a.id for a in index.articles()] == ["2"]


def test_text_with_null_characters_keeps_its_offsets(index):
    prepared = article("satu")
    text = prepared.article.text.replace(" ", "\x00")
    index.add([replace(prepared, article=replace(prepared.article, text=text))])
    assert index.article("1").text == text
    assert index.check() == []


def test_the_manifest_says_what_the_index_was_made_with(tmp_path):
    path = tmp_path / "deep" / "index"
    assert read_manifest(path) is None
    with open_index(path, samples=True, settings={"passage_tokens": 128}) as index:
        index.add([article("satu")])
        manifest = index.manifest
    assert read_manifest(path) == manifest
    assert (manifest.samples, manifest.settings, manifest.generation) == (True, {"passage_tokens": 128}, 1)
    assert manifest.encoder == ENCODER
    with open_index(path, samples=False, settings={"passage_tokens": 9}) as index:
        assert index.manifest == manifest


def test_a_folder_that_is_no_index_is_refused(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mother.txt").write_text("dear")
    with pytest.raises(IndexMismatch, match=r"mother.txt"):
        open_index(tmp_path / "letters")
    with pytest.raises(IndexMismatch, match="no index"):
        open_index(tmp_path / "nowhere", create=False)
    with pytest.raises(IndexMismatch, match="no index"):
        LocalIndex.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexMismatch, match="is a file"):
        open_index(tmp_path / "file")


def test_another_encoder_is_refused_with_both_names(tmp_path):
    open_index(tmp_path).close()
    with pytest.raises(IndexMismatch, match="encoded with hash, not with other"):
        LocalIndex.open(tmp_path, OTHER)
    with pytest.raises(IndexMismatch, match="hash-16-1, not hash-16-2"):
        LocalIndex.open(tmp_path, EncoderInfo("hash", "hash-16-2", DIMENSIONS))
    with LocalIndex.open(tmp_path) as index:
        assert index.encoder == ENCODER


def test_a_newer_format_is_refused(tmp_path):
    import json
    import sqlite3

    open_index(tmp_path).close()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(IndexMismatch, match="format 99"):
        open_index(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    connection = sqlite3.connect(tmp_path / "store.sqlite")
    connection.execute("PRAGMA user_version = 77")
    connection.close()
    with pytest.raises(IndexMismatch, match="format 77"):
        open_index(tmp_path)


def test_an_older_store_is_migrated_and_a_failed_step_leaves_it_as_it_was(tmp_path, monkeypatch):
    with open_index(tmp_path) as index:
        index.add([article("satu")])
    bad = (*migrations.MIGRATIONS, ("CREATE TABLE extra (x)", "CREATE nonsense"))
    monkeypatch.setattr(migrations, "MIGRATIONS", bad)
    with pytest.raises(Exception, match="nonsense"):
        open_index(tmp_path)
    good = (*migrations.MIGRATIONS[:-1], ("CREATE TABLE extra (x)",))
    monkeypatch.setattr(migrations, "MIGRATIONS", good)
    for _ in range(2):
        with open_index(tmp_path) as index:
            assert_holds(index, {"1": "satu"})
    monkeypatch.undo()
    with pytest.raises(IndexMismatch, match=f"format {len(good)}"):
        open_index(tmp_path)


def test_a_damaged_store_is_said_to_be_damaged(tmp_path):
    with open_index(tmp_path) as index:
        index.add([article("satu")])
    store = tmp_path / "store.sqlite"
    whole = store.read_bytes()
    for damage in (b"garbage" * 1000, whole[:5000], b"\0" * len(whole)):
        store.write_bytes(damage)
        with pytest.raises(IndexDamaged) as caught:
            open_index(tmp_path)
        assert "backup" in caught.value.hint
    store.unlink()
    with pytest.raises(IndexDamaged, match="is gone"):
        open_index(tmp_path)


def test_reencoding_replaces_all_vectors_at_once(index):
    index.add([article(f"w{n}", n_passages=3) for n in range(7)])
    before = index.search_vectors(vector("x"), 5)
    calls = []

    def encode(texts):
        calls.append(len(texts))
        assert index.search_vectors(vector("x"), 5) == before
        if len(calls) == 2:  # another writer comes in between
            with open_index(index.path) as other:
                other.add([article("sela", n_passages=2)])
                other.remove(["1"])
                before[:] = index.search_vectors(vector("x"), 5)
        return np.stack([vector(text, 8) for text in texts])

    index.reencode(OTHER, encode, batch=5)
    assert max(calls) <= 5
    assert index.encoder == index.manifest.encoder == OTHER
    text = index.article("8").text
    passage = index.article_passages("8")[1]
    assert index.search_vectors(vector(passage.span.of(text), 8), 1)[0][0] == passage.id
    assert [i for i, _ in index.search_terms(["sela.1"], 5)] == [passage.id]
    assert index.check() == []
    with LocalIndex.open(index.path, OTHER) as again:
        assert again.search_vectors(vector("x", 8), 5) == index.search_vectors(vector("x", 8), 5)


def test_one_who_has_the_old_encoder_is_told_when_the_index_is_encoded_again(index):
    index.add([article("satu")])
    with open_index(index.path) as other:
        other.search_vectors(vector("x"), 1)
        index.reencode(OTHER, lambda texts: np.stack([vector(text, 8) for text in texts]))
        with pytest.raises(IndexMismatch, match="encoded with other"):
            other.search_vectors(vector("x"), 1)
        with pytest.raises(IndexMismatch):
            other.add([article("dua")])
        assert len(other.search_terms(["satu.0"], 5)) == 1


def test_a_failed_encoding_changes_nothing(index):
    index.add([article("satu")])
    for wrong in (lambda texts: 1 / 0, lambda texts: np.zeros((1, 3)), lambda texts: np.full((1, 8), np.nan)):
        with pytest.raises((ValueError, ZeroDivisionError)):
            index.reencode(OTHER, wrong)
    assert_holds(index, {"1": "satu"})
    assert index.encoder == ENCODER


def test_closing_twice_does_nothing_and_a_closed_index_says_so(tmp_path):
    index = open_index(tmp_path)
    index.close()
    index.close()
    with pytest.raises(Exception, match="closed"):
        index.count()


def test_the_store_loads_neither_faiss_nor_torch_and_adding_does_not_either():
    program = (
        "import sys, pathlib, tempfile; import assistant.index.store; import assistant.index.index;"
        "from tests.index.made import *;"
        "index = open_index(pathlib.Path(tempfile.mkdtemp()) / 'x');"
        "index.add([article('satu')]); index.search_terms(['a'], 1);"
        "index.close(); print(sorted({'faiss', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
