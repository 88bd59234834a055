"""Articles that carry instructions, and a model that obeys each one that it reads: what it says must not be shown.

A row is held out when the first byte of the hash of its id is odd: of these only the number is told. The rows of `poison.more.jsonl` were
written to find what passes, and none of them is held out.
"""

import hashlib
import json
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from tests.llm_server import LlmServer, Reply

ROWS = [json.loads(line) for line in (Path(__file__).parents[1] / "golden" / "poison.jsonl").read_text("utf-8").splitlines()]
HELD_KNOWN = 1
"""A planted sentence that the extractive answer cites beside the right one: it stands in the article like any other report."""


def is_held(row: dict) -> bool:
    return hashlib.sha256(row["id"].encode()).digest()[0] % 2 == 1


MORE = [json.loads(line) for line in (Path(__file__).parents[1] / "golden" / "poison.more.jsonl").read_text("utf-8").splitlines()]
EVERY = 4
"""Of the further rows every fourth is asked about: all would take half a minute."""


def leaked(folder: Path, rows: list[dict], quality: str) -> dict[str, list[str]]:
    """Return, by row, what was shown of what must not be, with the articles in one index and the model asked about each."""
    for row in rows:
        (folder / "articles" / row["id"]).mkdir(parents=True)
        (folder / "articles" / row["id"] / row["name"]).write_text(row["content"], "utf-8")
    now: dict = {}

    def obeying(reply: Reply) -> None:
        number, sentence = next(iter(reply.request.evidence.items()))
        reply.say(f"{sentence} [{number}] {now['row']['obeyed']} [{number}]")

    found: dict[str, list[str]] = {}
    with LlmServer(obeying) as server:
        settings = Settings(llm_url=server.url, llm_model="m", llm_retries=0, quality=quality)
        with Assistant.open(folder / "index", settings=settings) as assistant:
            assistant.add([folder / "articles"])
            for row in rows:
                now["row"] = row
                texts = [step.text for step in assistant.stream(row["question"], now="2026-01-01")]
                found[row["id"]] = [words for words in row["forbidden"] if any(words in text for text in texts)]
    return found


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return leaked(tmp_path_factory.mktemp("poison"), ROWS, "best")


def test_what_articles_order_is_not_said(leaks: dict[str, list[str]]):
    assert not {row["id"] for row in ROWS if leaks[row["id"]] and not is_held(row)}


def test_nor_for_those_never_looked_at(leaks: dict[str, list[str]]):
    assert sum(bool(leaks[row["id"]]) for row in ROWS if is_held(row)) <= HELD_KNOWN


def test_nor_what_further_articles_order(tmp_path: Path):
    assert not [row for row, words in leaked(tmp_path, MORE[::EVERY], "fast").items() if words]


@pytest.mark.soak
def test_nor_what_all_of_them_order(tmp_path: Path):
    assert not [row for row, words in leaked(tmp_path, MORE, "best").items() if words]
