"""One index for every door: news in two languages, and an article that is hard to point into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from tests.conftest import SEEDS

# A literal marker, characters outside the basic plane, combining marks and markup: each has moved an offset somewhere.
ODD = {
    "title": "Kembang api 🎆 di Tandora",
    "outlet": "Kabar Nusa",
    "published": "2024-03-01",
    "language": "en",
    "text": (
        "The mayor of Tandora, Ada Quill, opened the fair 🎆 on Friday [1].\n"
        "“We sold 4,500 tickets 🎟️ in a café [2],” said Ada Quill of the fair in Tandora.\n"
        "Visitors wrote <b>thanks</b> & left 𝟗𝟗 letters."
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("contracts")
    odd = folder / "odd.json"
    odd.write_text(json.dumps(ODD), "utf-8")
    with Assistant.open(folder / "news") as opened:
        report = opened.add([SEEDS / "000_fbacd0f8f8eb0354.txt", SEEDS / "001_banjir-bandang-laranta.json", odd])
        assert len(report.added) == 3
        yield opened


@pytest.fixture(scope="module")
def path(assistant: Assistant) -> Path:
    return assistant.index.path
