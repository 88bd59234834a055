"""Quotations are found again when the rules for them have changed."""

from collections.abc import Sequence

import pytest

from assistant.index import changes, migrations, rows
from assistant.records import Article, Quotation, Span
from tests.index.made import article, assert_holds, open_index


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


def test_a_store_of_the_first_format_keeps_its_articles_and_has_its_quotations_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
    monkeypatch.setattr(changes, "insert_quotations", lambda connection, article_id, quotations: None)
    with open_index(tmp_path) as index:
        index.add([article("satu")])
    monkeypatch.undo()
    with open_index(tmp_path) as index:
        assert_holds(index, {"1": "satu"})
        assert index.quotations() == []
        assert index.count().quotations == 0
        index.requote(1, quotation_of_everything)
        assert len(index.quotations()) == 1
        assert not index.check()
