"""Each example does what it says."""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from assistant.assistant import Assistant
from tests.contracts.doors import served

EXAMPLES = Path(__file__).parents[2] / "examples"
BIDEN = "what did Biden say?"


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    with Assistant.open(built) as assistant, served(assistant) as where:
        yield where


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_is_listed():
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    for path in EXAMPLES.iterdir():
        assert path.name in ("README.md", "__pycache__") or f"`{path.name}`" in listed


def test_the_flask_app_answers_with_sources_and_says_what_is_wrong(built: Path):
    client = load("flask_app").create_app(str(built)).test_client()
    page = client.get("/ask", query_string={"q": BIDEN}).text
    assert "ungkap Biden. [2]</p>" in page
    assert "<li value=1><q>Sejalan dengan China" in page
    assert client.get("/ask").status_code == 400


def test_the_langchain_agent_loses_no_citation(built: Path, capsys: pytest.CaptureFixture[str]):
    load("langchain_agent").main(str(built), BIDEN)
    printed = capsys.readouterr().out
    assert "ungkap Biden. [2]" in printed
    assert printed.splitlines()[-2:] == ["1 1 2084 2260", "2 1 2261 2492"]


def test_the_llamaindex_conversation_carries_its_citations(built: Path, capsys: pytest.CaptureFixture[str]):
    load("llamaindex_chat").main(str(built), BIDEN, "and Xi?")
    printed = capsys.readouterr().out
    assert "1 1 2084 2260\n2 1 2261 2492\n> and Xi?\n" in printed


def test_the_notebook_runs_from_top_to_bottom(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("ARTICLES", str(built))
    cells = json.loads((EXAMPLES / "notebook.ipynb").read_text("utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "notebook", "exec"), names)
    printed = capsys.readouterr().out
    assert "ungkap Biden." in printed
    assert "1 Joe Biden Span(start=2084, end=2260) Kontan 2020-12-28" in printed


def run(words: list[str], address: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(words[0]) is None:
        pytest.skip(f"there is no {words[0]} on this machine")
    return subprocess.run(words, capture_output=True, text=True, env={**os.environ, "ADDRESS": address}, timeout=60)


def test_the_curl_script_asks(address: str):
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    done = run(["sh", str(EXAMPLES / "ask.sh"), 'what did "Biden" say?'], address)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"] == 'what did "Biden" say?'
    assert run(["sh", str(EXAMPLES / "ask.sh"), " "], address).returncode != 0


def test_the_javascript_client_shows_the_answer_as_it_comes_and_where_it_stands(address: str):
    done = run(["node", str(EXAMPLES / "client.mjs"), BIDEN], address)
    assert done.returncode == 0, done.stderr
    assert "ungkap Biden." in done.stdout
    assert done.stdout.splitlines()[-2:] == ["1 1 2084 2260 as in the article", "2 1 2261 2492 as in the article"]
    wrong = run(["node", str(EXAMPLES / "client.mjs"), " "], address)
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("error: ")
    assert len(wrong.stderr.splitlines()) == 1
