"""The library's table follows what is added, removed and put back."""

from pathlib import Path

from assistant.serve.ui.adding import Adding
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.library import Library
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.wording import Words
from assistant.settings import Settings


def test_the_table_of_a_new_index_follows_its_only_article(tmp_path: Path):
    name = str(tmp_path / "new")
    indexes = OpenIndexes(Settings(index=name))
    library, adding = Library(indexes), Adding(indexes)

    def table() -> str:
        return library.table(name, {}, Visitor())

    assert "No articles yet" in table()
    given = tmp_path / "given" / "ferry.txt"
    given.parent.mkdir()
    given.write_text("Harbour news\n\nThe ferry will sail again in May, the harbour master said.", "utf-8")
    told = list(adding.add(name, [(given, "ferry.txt")], "", Words()))
    assert "Added 1" in told[-1]
    assert told[0].count("<progress") == 2  # one for all, one for the file
    assert "Harbour news" in table()
    removed = adding.remove(name, ["1"])
    assert "No articles yet" in table()
    adding.put_back(removed)
    assert "Harbour news" in table()
    adding.remove(name, ["2"])
    assert "No articles yet" in table()
    indexes.close()
