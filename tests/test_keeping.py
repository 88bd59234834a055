"""An index over the years: nothing is encoded twice, nothing that was said is lost, what is damaged is named."""

import gzip
import json
import logging
import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.cli import main
from assistant.encoders import open_encoder
from assistant.errors import AssistantError, IndexDamaged, IndexNotWritable, UnknownArticle, UnreadableArticle
from assistant.exchange import export, import_articles
from assistant.index import doctor
from assistant.index.index import LocalIndex
from assistant.reindex import clean_again, cut_again, encode_again, heal
from assistant.settings import Settings
from tests.conftest import SEEDS

logger = logging.getLogger(__name__)
FIRE = (
    "Fire in Tolmere\n\nA fire destroyed a warehouse on Quay Street in Tolmere on Monday. {} firefighters fought the blaze for six hours. "
    'Nobody was hurt. "We lost everything but the books," said managing director Piers Brandt.\n'
)
OTHER = "Otters return\n\nA pair of otters has settled on the lower Lune. Biologist Petra Noll filmed them below the mill at Askrig.\n"


class Counting:
    """The bundled encoder, which remembers what it was given."""

    def __init__(self, name: str = "static", digest: str = "", fails_after: int = 10**9) -> None:
        self.encoder = open_encoder()
        self.name, self.digest = name, digest or self.encoder.digest
        self.dimensions = self.encoder.dimensions
        self.seen: list[str] = []
        self.fails_after = fails_after

    def encode_queries(self, texts: Sequence[str]):
        return self.encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]):
        if len(self.seen) + len(texts) > self.fails_after:
            raise KeyboardInterrupt
        self.seen += texts
        return self.encoder.encode_passages(texts)


def silent(done: int, total: int) -> None:
    pass


@pytest.fixture
def news(tmp_path: Path):
    """An assistant that counts what it encodes, over two files."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "fire.txt").write_text(FIRE.format("Forty"))
    (tmp_path / "files" / "otters.txt").write_text(OTHER)
    with Assistant.open(tmp_path / "index") as assistant:
        assistant.encoder = Counting()
        assistant.add([tmp_path / "files"])
        yield assistant


def test_adding_again_encodes_nothing_and_a_change_only_what_is_new(news: Assistant, tmp_path: Path):
    folder, encoder = tmp_path / "files", news.encoder
    assert len(encoder.seen) == len(set(encoder.seen)) == 2
    assert news.add([folder]).unchanged == 2
    shutil.copy(folder / "fire.txt", folder / "copy.txt")
    (folder / "outlet.json").write_text(
        json.dumps({"title": "Fire in Tolmere", "text": FIRE.format("Forty").split("\n\n")[1], "outlet": "Post"})
    )
    assert len(news.add([folder]).added) == 1  # the very same article in another file is left out, another outlet's copy is not
    assert len(encoder.seen) == 2
    news.remove("2")
    (folder / "otters.txt").unlink()
    (folder / "fire.txt").write_text(FIRE.format("Fifty"))
    assert len(news.add([folder]).replaced) == 1
    assert len(encoder.seen) == len(set(encoder.seen)) == 3
    assert news.index.check() == []


def test_other_passages_and_back_again_encode_no_text_twice(news: Assistant):
    encoder, settings = news.encoder, replace(news.settings, passage_tokens=16, passage_overlap=0)
    ids = [article.id for article in news.articles()]
    assert cut_again(news.index, encoder, settings, silent).rearranged == 2
    assert news.index.count().passages > 2
    assert news.index.manifest.settings == {"passage_tokens": 16, "passage_overlap": 0}
    n_seen = len(encoder.seen)
    for again in (news.settings, settings, news.settings):
        cut_again(news.index, encoder, again, silent)
        assert news.index.check() == []
    assert len(encoder.seen) == len(set(encoder.seen)) == n_seen
    assert [article.id for article in news.articles()] == ids
    assert news.index.forget_vectors() > 0
    assert news.index.check() == []


def test_a_change_of_encoder_goes_on_where_it_was_and_the_old_one_answers_until_then(news: Assistant, monkeypatch):
    cut_again(news.index, news.encoder, replace(news.settings, passage_tokens=16, passage_overlap=0), silent)
    n, before = news.index.count().passages, news.index.encoder
    broken = Counting("other", "other-1", fails_after=2)
    index = news.index
    with pytest.raises(KeyboardInterrupt):
        index.reencode(broken, broken.encode_passages, batch=2)
    assert (index.manifest.encoder, len(broken.seen)) == (before, 2)
    assert news.ask("What did Piers Brandt say?").citations
    assert index.check() == []
    whole = Counting("other", "other-1")
    index.reencode(whole, whole.encode_passages, batch=2)
    assert len(whole.seen) == n - 2
    assert not set(whole.seen) & set(broken.seen)
    assert index.manifest.encoder.name == "other"
    back = Counting()
    index.reencode(back, back.encode_passages, text_of=lambda article, passage: "x")
    assert back.seen == ["x"]  # one text in all places is one text
    assert index.check() == []


def test_changing_the_encoder_back_encodes_nothing(news: Assistant):
    other, back = Counting("other", "other-1"), Counting()
    encode_again(news.index, other, silent)
    encode_again(news.index, back, silent)
    assert (len(other.seen), back.seen) == (2, [])
    assert news.ask("What did Piers Brandt say?").citations


def test_a_corrected_article_keeps_what_it_said_and_old_citations_stay_true(news: Assistant, tmp_path: Path, capsys):
    (cited, *_) = news.ask("How many firefighters fought the blaze?").citations
    old = news.article("1")
    assert "Forty" in cited.quote
    (tmp_path / "files" / "fire.txt").write_text(FIRE.format("Fifty"))
    (new,) = news.add([tmp_path / "files"]).replaced
    with pytest.raises(UnknownArticle):
        news.article("1")
    for key in ("1", old.content_hash):
        assert cited.span.of(news.index.present(key).text) == cited.quote
        article, (version,) = news.index.history(key)
        assert (article.id, version.article, version.now, version.why) == (new, old, new, "corrected")
    assert main(["--index", str(news.index.path), "history", new]) == 0
    shown = capsys.readouterr().out
    assert "- Forty firefighters" in shown
    assert "+ Fifty firefighters" in shown
    (tmp_path / "files" / "fire.txt").write_text(FIRE.format("Sixty"))
    (newest,) = news.add([tmp_path / "files"]).replaced
    assert [version.article.id for version in news.index.history("1")[1]] == ["1", new]
    news.remove(newest)
    for key in ("1", new, newest, old.content_hash):
        with pytest.raises(UnknownArticle):
            news.index.history(key)
    assert b"Forty" not in b"".join(file.read_bytes() for file in news.index.path.rglob("*") if file.is_file())


def test_better_cleaning_is_applied_to_the_kept_originals(news: Assistant, monkeypatch):
    old = news.article("1")
    assert clean_again(news.index, news.encoder, news.settings, silent).cleaned == 0
    with news.index._store.write() as connection:  # as if an older cleaning had left a line of furniture
        worse = replace(old, text=old.text + "\nRead also: nothing", content_hash="of the older cleaning")
        connection.execute("UPDATE articles SET text = ?, content_hash = ? WHERE id = 1", (worse.text, worse.content_hash))
        connection.execute("DELETE FROM seals WHERE article_id = 1")
    report = clean_again(news.index, news.encoder, news.settings, silent)
    assert (report.cleaned, report.failures) == (1, ())
    assert news.index.present("of the older cleaning") == worse
    article, (version,) = news.index.history("1")
    assert (article.text, version.why) == (old.text, "cleaned")
    assert len(news.encoder.seen) == 2
    assert news.index.check() == []


def test_an_export_brings_everything_back(news: Assistant, tmp_path: Path):
    (tmp_path / "files" / "fire.txt").write_text(FIRE.format("Fifty"))
    news.add([tmp_path / "files"])
    for name, whole in (("all.jsonl.gz", True), ("articles.jsonl", False)):
        assert export(news.index, tmp_path / name, whole=whole) == 2
        with Assistant.open(tmp_path / name.split(".")[0]) as other:
            other.encoder = Counting()
            assert len(import_articles(other.index, other.encoder, tmp_path / name, other.settings).added) == 2
            assert len(other.encoder.seen) == (0 if whole else 2)
            assert list(other.articles()) == list(news.articles())
            assert other.index.history("1") == news.index.history("1")
            for article in news.articles():
                assert other.index.original(article.id) == news.index.original(article.id)
                assert other.index.sentences(article.id) == news.index.sentences(article.id)
                assert other.index.quotations((article.id,)) == news.index.quotations((article.id,))
                assert np.array_equal(other.index.passage_vectors(article.id), news.index.passage_vectors(article.id))
            assert import_articles(other.index, other.encoder, tmp_path / name, other.settings).unchanged == 2
            assert other.index.check() == []


def test_an_export_that_was_changed_is_not_taken_in(news: Assistant, tmp_path: Path):
    path = tmp_path / "all.jsonl"
    export(news.index, path, whole=True)
    head, first, second = path.read_text().splitlines()
    record = json.loads(second)
    bad = [
        first.replace("Nobody was hurt", "Many were hurt"),
        first[: len(first) // 2],
        "[]",
        json.dumps(record | {"text": 7}),
        json.dumps(record | {"made": {**record["made"], "sentences": [[0, 99999]]}}),
        json.dumps(record | {"made": {**record["made"], "passages": [[0, 77]]}}),
        json.dumps(record | {"made": {**record["made"], "vectors": "AAAA"}}),
        json.dumps(record | {"made": {**record["made"], "quotations": [{"span": [0, 5]}]}}),
        json.dumps(record | {"id": "x"}),
    ]
    path.write_text("\n".join([head, *bad]) + "\n")
    with Assistant.open(tmp_path / "other") as other:
        report = import_articles(other.index, other.encoder, path, other.settings)
        assert (len(report.failures), report.added) == (len(bad), ())
        assert other.index.count().articles == 0
        for name, data in {"no.jsonl": b"{}\n", "cut.jsonl.gz": gzip.compress(b"x" * 999)[:20], "nowhere": None}.items():
            if data is not None:
                (tmp_path / name).write_bytes(data)
            with pytest.raises(UnreadableArticle):
                import_articles(other.index, other.encoder, tmp_path / name, other.settings)


def test_a_backup_is_an_index_and_is_made_while_another_writes(news: Assistant, tmp_path: Path):
    with news.index._store.read() as connection, LocalIndex.open(news.index.path) as writer:
        connection.execute("SELECT count(*) FROM articles").fetchone()
        writer.forget_vectors()  # a generation
        news.index.back_up(tmp_path / "backup")
    with Assistant.open(tmp_path / "backup", create=False) as copy:
        assert list(copy.articles()) == list(news.articles())
        assert copy.index.check() == []
        assert copy.ask("What did Piers Brandt say?").citations
    with pytest.raises(IndexNotWritable, match="not empty"):
        news.index.back_up(tmp_path / "backup")


def test_removing_by_outlet_source_and_date(news: Assistant, tmp_path: Path, capsys):
    facts = [("Post", "", "2020-01-05"), ("Post", "Reuters", "2021-07-01"), ("Echo", "Reuters", "2022-03-01"), ("Echo", "", "")]
    for n, (outlet, source, published) in enumerate(facts):
        record = {
            "title": f"T{n}",
            "text": f"Article number {n} says something of its own.",
            "outlet": outlet,
            "source": source,
            "date": published,
        }
        (tmp_path / f"{n}.json").write_text(json.dumps(record))
    news.remove(["1", "2"])
    news.add(sorted(tmp_path.glob("*.json")))
    index = str(news.index.path)
    for options, left in (
        (["--source", "reuters", "--before", "2022", "--dry-run"], "3456"),
        (["--source", "reuters", "--before", "2022"], "356"),
        (["--before", "2022-03-01"], "56"),
        (["--outlet", "Post"], "56"),
        (["--outlet", "echo"], ""),
    ):
        assert main(["--index", index, "remove", *options]) == 0
        assert "".join(article.id for article in news.articles()) == left
    assert main(["--index", index, "remove"]) == 1
    assert main(["--index", index, "remove", "5", "--outlet", "Echo"]) == 1
    assert main(["--index", index, "remove", "--before", "yesterdayish"]) == 1


QUESTIONS = ("Berapa orang yang meninggal akibat banjir di Laranta?",)


def cited(assistant: Assistant) -> list[tuple]:
    return [(c.article_id, c.span, c.quote, c.speaker, c.title) for q in QUESTIONS for c in assistant.ask(q, now="2025-01-01").citations]


def damage(folder: Path, tmp_path: Path, rounds: int, seed: int) -> dict[str, int]:
    """Change a random byte of each file, again and again, and say how it went.

    Named: the doctor names the file's part. Healed: it is as it was afterwards. Refused: it cannot be opened or asked. Unread: nothing that is
    stored has changed (a byte of a free page, a counter of SQLite's).
    """
    chance = random.Random(seed)
    with Assistant.open(folder, create=False) as assistant:
        right, articles, encoder, settings = cited(assistant), list(assistant.articles()), assistant.encoder, assistant.settings
        spoken = assistant.index.quotations()
    said = {article.id: article for article in articles}
    outcome = dict.fromkeys(("named", "healed", "refused", "unread"), 0)
    files = [file.relative_to(folder) for file in sorted(folder.rglob("*")) if file.is_file() and file.stat().st_size]
    copy = tmp_path / "copy"
    for _ in range(rounds):
        for name in files:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
            data = bytearray((copy / name).read_bytes())
            data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
            (copy / name).write_bytes(data)
            seen = doctor.look(copy)
            try:
                with Assistant.open(copy, create=False, settings=settings) as assistant:
                    problems = assistant.index.check()
                    try:
                        found = cited(assistant)
                    except IndexDamaged:
                        assert problems
                        found = []
                    assert found == right or not found or problems, name
                    for article_id, span, quote, speaker, title in found:  # a damaged part may lead elsewhere, never to what is not so
                        assert (span.of(said[article_id].text), said[article_id].title) == (quote, title), name
                        here = {q.speaker for q in spoken if q.article_id == article_id and q.span.overlaps(span)}
                        assert speaker in here | {""}, name
                    assistant.index.repair(lambda left, original: heal(left, original, encoder, settings))
                    left = assistant.index.check()
                    whole = not left and cited(assistant) == right and list(assistant.articles()) == articles
            except AssistantError:
                outcome["refused"] += 1
                outcome["named"] += 1
                continue
            if not (seen or problems):
                assert whole, name
                outcome["unread"] += 1
                continue
            outcome["named"] += 1
            outcome["healed" if whole else "refused"] += 1
            if not whole:
                assert left, name
    return outcome


def test_a_damaged_byte_is_named_and_never_cited(built: Path, tmp_path: Path):
    outcome = damage(built, tmp_path, 1, 7)
    assert outcome["named"] > outcome["unread"]
    assert outcome["healed"] > 0


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_damaged_bytes_in_each_file_are_named_and_never_cited(built: Path, tmp_path: Path):
    logging.disable(logging.WARNING)  # pytest keeps every warning, these their errors, and those all that was loaded: gigabytes
    try:
        outcome = damage(built, tmp_path, 200, 11)
    finally:
        logging.disable(logging.NOTSET)
    logger.info("%s", outcome)


def test_a_store_whose_damage_even_its_error_message_quotes_is_refused(built: Path, tmp_path: Path, capsys):
    path = tmp_path / "index"
    shutil.copytree(built, path)
    store = path / "store.sqlite"
    data = store.read_bytes()
    assert b"CREATE TABLE quotations" in data
    store.write_bytes(data.replace(b"CREATE TABLE quotations", b"CREA\xd2E TABLE quotations"))
    with pytest.raises(IndexDamaged, match="cannot be read"):
        Assistant.open(path, create=False)
    assert doctor.look(path) == []  # it is for those who open the store to say so
    assert main(["--index", str(path), "doctor"]) == 1
    assert "BAD  index: the store" in capsys.readouterr().out
    assert main(["--index", str(path), "ask", "Was anybody hurt?"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_doctor_names_and_heals_a_changed_word(news: Assistant, capsys):
    path = news.index.path
    news.index.close()
    log = b"".join(file.read_bytes() for file in path.glob("store.sqlite*"))
    assert log.count(b"Nobody was hurt") == 1
    store = path / "store.sqlite"
    store.write_bytes(store.read_bytes().replace(b"Nobody was hurt", b"Anybody was hurt"[:15]))
    assert main(["--index", str(path), "ask", "Was anybody hurt in the fire?"]) == 1
    assert "article 1 is damaged" in capsys.readouterr().err
    assert main(["--index", str(path), "doctor"]) == 1
    assert "article 1: its text, metadata or spans are not what was stored" in capsys.readouterr().out
    assert main(["--index", str(path), "doctor", "--fix"]) == 0
    assert "(repaired)" in capsys.readouterr().out
    assert main(["--index", str(path), "ask", "Was anybody hurt in the fire?"]) == 0
    assert "Nobody was hurt" in capsys.readouterr().out
    assert main(["--index", str(path), "doctor"]) == 0


def test_the_last_articles_are_remembered_until_the_index_changes(news: Assistant):
    first = news.article("1")
    with news.index.held():
        assert news.article("1") is news.article("1")
    with LocalIndex.open(news.index.path) as other:
        other.remove(["2"])
        assert news.article("1") == first
        other.remove(["1"])
    with pytest.raises(UnknownArticle):
        news.article("1")


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_thousand_unchanged_articles_take_two_seconds_and_a_change_one_articles_work(tmp_path: Path):
    folder = tmp_path / "files"
    folder.mkdir()
    words = [word for file in sorted(SEEDS.glob("*.txt")) for word in file.read_text().split()]
    for n in range(1000):
        body = " ".join(words[n : n + 250])
        (folder / f"{n:04}.txt").write_text(f"Article {n}\n\nThis is number {n}. {body}.")
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        assistant.encoder = Counting()
        began = time.perf_counter()
        assert len(assistant.add([folder]).added) == 1000
        first = time.perf_counter() - began
        began = time.perf_counter()
        assert assistant.add([folder]).unchanged == 1000
        again = time.perf_counter() - began
        (folder / "0500.txt").write_text((folder / "0500.txt").read_text() + " And one sentence more.")
        n_seen = len(assistant.encoder.seen)
        began = time.perf_counter()
        assert len(assistant.add([folder]).replaced) == 1
        logger.info("added in %.1f s, again in %.2f s, one changed in %.2f s", first, again, time.perf_counter() - began)
        assert len(assistant.encoder.seen) - n_seen <= len(assistant.index.article_passages("1001"))
        assert again < 2
