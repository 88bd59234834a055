"""An index in Milvus as a user meets it: through the assistant and the command line, in a file of Milvus Lite."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.cli import main
from assistant.errors import SettingsError
from assistant.index.milvus import MilvusIndex
from assistant.index.milvus_client import address_of
from assistant.settings import Settings, load_settings, milvus_token
from tests.conftest import SEEDS

pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed: pip install 'article-assistant[milvus]'")

FILES = [SEEDS / "000_fbacd0f8f8eb0354.txt", SEEDS / "001_banjir-bandang-laranta.json"]
QUESTIONS = ("what did Biden say?", "Berapa korban banjir bandang di Laranta?", "Who won the election in Mars?")
SETTINGS = Settings(quality="fast")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an index of two articles in a file."""
    made = f"milvus:{tmp_path_factory.mktemp('milvus')}/deep/er/news.db"
    with Assistant.open(made, settings=SETTINGS) as assistant:
        assert len(assistant.add(FILES).added) == 2
    return made


@pytest.mark.parametrize(
    ("written", "uri", "name"),
    [
        ("milvus://news.example:19530/daily", "http://news.example:19530", "daily"),
        ("milvus+tls://10.0.0.1:19530", "https://10.0.0.1:19530", "news"),
        ("milvus://[::1]:19530/a_1/", None, None),
        ("milvus:/var/x.db", "/var/x.db", "news"),
        ("milvus:///var/x.db", "/var/x.db", "news"),
        ("milvus://news.example", None, None), ("milvus://a:b@host:1/x", None, None), ("milvus://host:1/a-b", None, None),
        ("milvus:x", None, None), ("milvus:", None, None), ("milvus://host:1/1a", None, None),
    ],
)  # fmt: skip
def test_an_address_is_understood_or_refused_with_an_example(written: str, uri: str | None, name: str | None):
    if uri is None:
        with pytest.raises(SettingsError) as told:
            address_of(written)
        assert "milvus://HOST:PORT/NAME" in told.value.hint
    else:
        address = address_of(written)
        assert (address.uri, address.name, address.is_lite) == (uri, name, uri.endswith(".db"))


def test_the_token_comes_from_the_environment_alone():
    assert milvus_token({"ASSISTANT_MILVUS_TOKEN": " root:Milvus "}) == "root:Milvus"
    assert "root:Milvus" not in repr(load_settings(environment={"ASSISTANT_MILVUS_TOKEN": "root:Milvus"}))


def test_answers_are_those_of_a_folder_and_every_quote_stands_in_its_article(address: str, tmp_path: Path):
    with Assistant.open(tmp_path / "folder", settings=SETTINGS) as local, Assistant.open(address, settings=SETTINGS) as far:
        local.add(FILES)
        n_citations = 0
        for question in QUESTIONS:
            here, there = (
                replace(assistant.ask(question, now="2026-01-01"), timings={}, hits=(), confidence=0) for assistant in (local, far)
            )
            assert here == there
            for citation in there.citations:
                assert citation.span.of(far.article(citation.article_id).text) == citation.quote
                n_citations += 1
        assert n_citations >= 3
        assert [hit.passage for hit in local.search("Biden", 3)] == [hit.passage for hit in far.search("Biden", 3)]
        assert local.quotations("Biden") == far.quotations("Biden")
        assert local.speakers() == far.speakers()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_commands_work_on_it(address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    there = ("--index", address)
    new = tmp_path / "new.txt"
    new.write_text("Jembatan baru di Sungai Musi dibuka oleh Wali Kota Harno pada hari Selasa.")
    assert run(capsys, "add", str(new), str(FILES[0]), *there) == (0, "added 1, replaced 0, unchanged 1, failed 0\n", "")
    assert [row["id"] for row in json.loads(run(capsys, "list", *there, "--json")[1])] == ["1", "2", "3"]
    assert "Selasa" in run(capsys, "ask", "Siapa membuka jembatan baru?", *there)[1]
    assert run(capsys, "remove", "3", *there)[:2] == (0, "removed 1\n")
    code, out, _ = run(capsys, "doctor", *there)
    assert (code, "2 articles" in out) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "x.jsonl"), ("import", "x.jsonl"), ("backup", "x"), ("reindex",), ("watch", "x"), ("serve", "--no-ui"), ("show", "99"),
        ("add", "x", "--index", "milvus:x"), ("ask", "x", "--index", "milvus:none/none.db"),
    ],
)  # fmt: skip
def test_what_is_not_offered_or_wrong_is_said_in_one_line(
    words: tuple[str, ...], address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "--index", address, *words)
    assert (code, out) == (1, "")
    assert [line.split(":")[0] for line in err.splitlines()] == ["error", "hint"]
    assert not list(tmp_path.iterdir())


def test_one_process_at_a_time_has_the_file(address: str, tmp_path: Path):

    program = f"from assistant.index.milvus import MilvusIndex; MilvusIndex.open({address!r})"
    with MilvusIndex.open(address):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "IndexBusy" in done.stderr.splitlines()[-1]
