"""The pinned floors: answers can get worse with every other test green."""

import hashlib
import json
from pathlib import Path

import pytest

from assistant.evaluate.datasets import read_question_set
from assistant.evaluate.gate import below_floors, read_floors
from assistant.evaluate.runner import figures, run
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
FLOORS = Path(__file__).parent / "floors.json"


@pytest.fixture(scope="module")
def outcomes():
    return run(read_question_set(ROOT / "seeds" / "questions.jsonl"), Settings())


def test_no_figure_on_the_samples_falls_below_its_floor(outcomes):
    assert below_floors(figures(outcomes), read_floors(FLOORS, "questions")) == []


def test_the_held_out_half_keeps_its_own_floors(outcomes):
    held_out = [outcome for outcome in outcomes if outcome.question.held_out]
    assert below_floors(figures(held_out), read_floors(FLOORS, "questions held out")) == []


def test_every_citation_is_exact(outcomes):
    assert all(outcome.exact for outcome in outcomes)


def test_the_floors_were_pinned_for_these_samples():
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((ROOT / "seeds" / "articles").iterdir()):
        digest.update(path.read_bytes())
    digest.update((ROOT / "seeds" / "questions.jsonl").read_bytes())
    pinned = json.loads(FLOORS.read_text("utf-8"))["questions"]["digest"]
    assert digest.hexdigest() == pinned, "the samples changed: measure again and pin new floors"
