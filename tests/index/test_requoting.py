"""Quotations are found again when the rules for them have changed."""

import sqlite3
from collections.abc import Sequence

import pytest

from assistant.index import migrations, rows
from assistant.index.encoded import vector_key
from assistant.records import Article, Quotation, Span
from tests.index.made import DIMENSIONS, ENCODER, article, assert_holds, open_index


def quotation_of_everything(found: Article, sentences: Sequence[Span]) -> list[Quotation]:
    whole = Span(0, len(found.text))
    return [Quotation("", whole, sentences[0], "Somebody", "she", joint=("A", "B"), negated=True, medium="radio")]


def test_quotations_of_an_older_version_are_found_again_and_nothing_else_changes(tmp_path):
    with open_index(tmp_path) as index:
        index.add([article("satu"), article("dua")])
        before = index.generation
        index.requote(3, quotation_of_everything)
        found = index.quotations()
        assert [q.article_id for q in found] == ["1", "2"]
        assert {(q.speaker, q.written, q.joint, q.negated, q.medium, q.direct) for q in found} == {
            ("Somebody", "she", ("A", "B"), True, "radio", False)
        }
        assert index.quotations_version == 3
        assert index.count().quotations == 2
        assert index.generation > before
        assert not index.check()
        again = index.generation
        index.requote(3, quotation_of_everything)
        assert index.generation == again
    with open_index(tmp_path) as index:
        assert index.quotations() == found


def test_quotations_are_found_again_after_an_interruption(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "_BATCH", 1)
    with open_index(tmp_path) as index:
        index.add([article("satu"), article("dua")])

        def interrupted(found: Article, sentences: Sequence[Span]) -> list[Quotation]:
            if found.id == "2":
                raise KeyboardInterrupt
            return quotation_of_everything(found, sentences)

        with pytest.raises(KeyboardInterrupt):
            index.requote(3, interrupted)
        assert index.quotations_version == 0
        index.requote(3, quotation_of_everything)
        assert [q.speaker for q in index.quotations()] == ["Somebody", "Somebody"]
        assert not index.check()


def made_older(folder, steps: int) -> None:
    """Write the store of an index as a program did that knew so many steps."""
    new = sqlite3.connect(folder / "store.sqlite")
    old = sqlite3.connect(folder / "old.sqlite")
    for step in migrations.MIGRATIONS[:steps]:
        for statement in step:
            old.execute(statement)
    for (table,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall():
        columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
        if table != "quotations":
            rows = new.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            old.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
    old.execute("UPDATE meta SET value = '0' WHERE key = 'n_quotations'")
    old.execute(f"PRAGMA user_version = {steps}")
    old.commit()
    old.close()
    new.close()
    (folder / "old.sqlite").replace(folder / "store.sqlite")


@pytest.mark.parametrize("steps", [1, 2])
def test_a_store_of_an_older_format_keeps_its_articles_and_gets_what_it_lacks(tmp_path, steps):
    with open_index(tmp_path) as index:
        index.add([article("satu")])
    made_older(tmp_path, steps)
    with open_index(tmp_path) as index:
        assert_holds(index, {"1": "satu"})
        assert index.quotations() == []
        index.requote(1, quotation_of_everything)
        assert len(index.quotations()) == 1
        index.complete("1", lambda article, passage: "text", lambda text: b"\1\0\0\0" * 127)
        assert index.known_vectors([vector_key(ENCODER.digest, "text")], DIMENSIONS)
        assert_holds(index, {"1": "satu"})
        assert not index.check()
