"""The labelled claims: the verifier can get worse with every other test green."""

import pytest

from assistant.answer.support import Verdict, Verifier
from assistant.encoders import open_encoder
from benchmarks.claims import Row, read_rows, shares


@pytest.fixture(scope="module")
def verdicts() -> list[tuple[Row, Verdict]]:
    verifier = Verifier(open_encoder())
    return [(row, verifier.check(row.claim, row.cited)) for row in read_rows()]


FLOORS = {"building": (0.96, 0.92), "all": (0.90, 0.82)}


@pytest.mark.parametrize("half", FLOORS)
def test_no_share_of_the_golden_claims_falls_below_its_floor(verdicts: list[tuple[Row, Verdict]], half: str):
    kept_rows = [pair for pair in verdicts if half == "all" or not pair[0].held]
    found = shares([row for row, _ in kept_rows], [verdict for _, verdict in kept_rows])
    caught, kept = FLOORS[half]
    assert found["caught"] >= caught
    assert found["kept"] >= kept


def test_half_of_the_claims_is_held_back():
    rows = list(read_rows())
    held = sum(row.held for row in rows)
    assert len(rows) >= 400
    assert 0.4 < held / len(rows) < 0.6
    assert len(list(read_rows(half="held"))) == held
