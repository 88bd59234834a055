import json
from pathlib import Path

from benchmarks.scaling import MEASURED, table, told

ROOT = Path(__file__).parent.parent


def test_the_page_on_scaling_shows_what_is_computed_from_what_was_measured():

    measured = json.loads(MEASURED.read_text("utf-8"))
    page = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    assert table(measured) in page
    assert told(measured) in page
