"""No file costs more than 200 MB and 5 s, whatever it unpacks to: the small ones here, the full set in `make soak`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.records import Failure
from assistant.text.readers import read_bytes
from assistant.text.readers.reading import FREE_BYTES, Budget
from tests.text.readers import bombs, made

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["laughs", "outside", "parameter"])
@pytest.mark.parametrize("kind", ["docx", "epub"])
def test_xml_with_entities_is_refused(name: str, kind: str):
    text = {"laughs": bombs.LAUGHS + "]><x>&a9;</x>", "outside": bombs.OUTSIDE + "<x>&e;</x>", "parameter": bombs.OUTSIDE + "<x/>"}[name]
    data = made.zipped({"word/document.xml" if kind == "docx" else "META-INF/container.xml": text})
    (failure,) = read_bytes(data, f"/news/a.{kind}")
    assert isinstance(failure, Failure)
    assert "entities" in failure.error


@pytest.mark.parametrize(
    "hidden", ["<!-- <x> --><?p <x>?><!DOCTYPE x [<!ENTITY e 'x'>]><x>&e;</x>", "\ufeff<!DOCTYPE x><!DOCTYPE y [<!ENTITY e 'x'>]><x/>"]
)
def test_a_comment_before_it_does_not_hide_a_declaration(hidden: str):
    for data in (hidden.encode(), hidden.encode("utf-16")):
        (failure,) = read_bytes(made.zipped({"word/document.xml": data}), "/news/a.docx")
        assert isinstance(failure, Failure)


def test_archives_in_archives_in_archives_are_refused():
    failures = list(read_bytes(bombs.nested_zip(3), "/news/a.zip"))
    assert all(isinstance(item, Failure) and "too deep" in item.error for item in failures)


def test_a_list_of_names_that_is_too_long_is_not_loaded():
    (failure,) = read_bytes(bombs.long_list_zip(), "/news/a.zip")
    assert isinstance(failure, Failure)
    assert "more than 100,000 files" in failure.error


def test_a_budget_ends():
    budget = Budget.of(1)
    budget.spend(FREE_BYTES)
    with pytest.raises(Exception, match="bomb"):
        budget.spend(1)


@pytest.mark.soak
def test_every_bomb_is_refused_within_200_megabytes_and_5_seconds(tmp_path: Path):
    made_bombs = bombs.bombs()
    assert len(made_bombs) >= 20
    for name, data in made_bombs.items():
        (tmp_path / name).write_bytes(data)
    del made_bombs
    for path in sorted(tmp_path.iterdir()):
        done = subprocess.run([sys.executable, "-m", "tests.text.readers.measured", str(path)], capture_output=True, text=True, cwd=ROOT)
        cost = json.loads(done.stdout)
        assert cost["n_read"] == 0, (path.name, cost)
        assert cost["failures"], path.name
        assert cost["seconds"] < 5, (path.name, cost)
        assert cost["mb"] < 200, (path.name, cost)
