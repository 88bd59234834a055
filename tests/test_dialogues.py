"""The pinned floors of the golden conversations; `python -m benchmarks.dialogues` plays them all."""

from pathlib import Path

import pytest

from assistant.evaluate.gate import below_floors, read_floors
from benchmarks.dialogues import Played, figures, play_all, read_dialogues

FLOORS = Path(__file__).parent / "floors.json"
EVERY = 4
"""Every fourth dialogue of the building half is played: more would take minutes."""


@pytest.fixture(scope="module")
def played() -> list[Played]:
    return play_all(read_dialogues(half="building")[::EVERY], alone=False)


def test_no_figure_of_the_conversations_falls_below_its_floor(played: list[Played]):
    assert below_floors(figures(played), read_floors(FLOORS, "dialogues")) == []


def test_only_follow_ups_are_rewritten(played: list[Played]):
    for turn in played:
        if turn.asked.kind != "follow_up":
            assert turn.answer.query == turn.answer.question, turn.asked.question


def test_the_halves_part_the_dialogues():
    names = [{d.name for d in read_dialogues(half=half)} for half in ("building", "held", "all")]
    assert names[0] | names[1] == names[2]
    assert not names[0] & names[1]
    assert len(names[2]) == 60
