"""The labelled claims: the verifier can get worse with every other test green."""

import pytest

from assistant.answer.support import Verifier
from assistant.encoders import open_encoder
from benchmarks.claims import judged, read_rows, shares


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(open_encoder())


FLOORS = {"building": (0.96, 0.92), "all": (0.90, 0.82)}


@pytest.mark.parametrize("half", FLOORS)
def test_no_share_of_the_golden_claims_falls_below_its_floor(verifier, half):
    rows = list(read_rows(half=half))
    found = shares(rows, judged(rows, verifier)[0])
    caught, kept = FLOORS[half]
    assert found["caught"] >= caught
    assert found["kept"] >= kept


def test_half_of_the_claims_is_held_back():
    rows = list(read_rows())
    held = sum(row.held for row in rows)
    assert len(rows) >= 400
    assert 0.4 < held / len(rows) < 0.6
    assert len(list(read_rows(half="held"))) == held
