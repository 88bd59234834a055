"""The golden table of who said what: rules can get worse with every other test green."""

import json
from pathlib import Path

import pytest

from assistant.evaluate.gate import below_floors, read_floors
from benchmarks.quotations import Tally, count, digest, figures, found_in, read_rows

FLOORS = Path(__file__).parents[1] / "floors.json"
FIRST = ("id", "en")


@pytest.mark.parametrize("languages", ["id", "en", "others"])
def test_no_figure_on_the_golden_table_falls_below_its_floor(languages: str):
    tally = Tally()
    for row in read_rows():
        if row.language == languages or (languages == "others" and row.language not in FIRST):
            count(tally, row, found_in(row))
    assert below_floors(figures(tally), read_floors(FLOORS, f"quotations {languages}")) == []


def test_the_floors_were_pinned_for_this_table():
    pinned = json.loads(FLOORS.read_text("utf-8"))["quotations id"]["digest"]
    assert digest() == pinned, "the golden table changed: measure again and pin new floors"


def test_half_of_the_table_is_held_back():
    rows = list(read_rows())
    held = sum(row.held for row in rows)
    assert len(rows) >= 300
    assert 0.4 < held / len(rows) < 0.6
    assert len(list(read_rows(half="held"))) == held
