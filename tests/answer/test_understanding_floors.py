"""How well questions are understood may not fall: floors lie about .02 below the figures of the commit that pinned them."""

import pytest

from benchmarks.understanding import FIELDS, names_f1, rows, score, share

FLOORS = {
    "building": {"language": 0.98, "type": 0.98, "dates": 0.98, "speakers": 0.98, "outlet": 0.98, "author": 0.98, "parts": 0.98, "names": 0.74},
    "held": {"language": 0.96, "type": 0.93, "dates": 0.94, "speakers": 0.93, "outlet": 0.98, "author": 0.96, "parts": 0.97, "names": 0.66},
}  # fmt: skip


@pytest.mark.parametrize("half", FLOORS)
def test_understanding_is_above_its_floor(half):
    scored = [score(row) for row in rows(half)]
    figures = {field: share(scored, field) for field in FIELDS} | {"names": names_f1(scored)}
    below = {field: round(figures[field], 3) for field, floor in FLOORS[half].items() if figures[field] < floor}
    assert not below
