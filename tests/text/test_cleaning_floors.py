"""The golden pages: rules for one outlet can spoil the pages of another with every other test green."""

import json
from pathlib import Path

from assistant.evaluate.gate import below_floors, read_floors
from benchmarks.cleaning import cleaned, digest, figures, measure, plain_trafilatura, read_pages

FLOORS = Path(__file__).parents[1] / "floors.json"


def test_no_figure_on_the_golden_pages_falls_below_its_floor():
    tally = measure(list(read_pages()))
    assert below_floors(figures(tally), read_floors(FLOORS, "cleaning")) == []
    assert len(tally.lost) <= 1


def test_the_floors_were_pinned_for_these_pages():
    pinned = json.loads(FLOORS.read_text("utf-8"))["cleaning"]["digest"]
    assert digest() == pinned, "the golden pages changed: measure again and pin new floors"


def test_half_of_the_pages_is_held_back():
    pages = list(read_pages())
    held = sum(page.held for page in pages)
    assert len(pages) >= 80
    assert 0.4 < held / len(pages) < 0.6
    assert len(list(read_pages(half="held"))) == held


def test_more_of_what_is_kept_is_story_than_with_trafilatura_alone():
    pages = list(read_pages(half="building"))[:12]
    assert measure(pages).precision > measure(pages, plain_trafilatura).precision + 0.1


def test_every_field_of_a_golden_page_says_where_it_was_found():
    for page in list(read_pages(half="building"))[:6]:
        article = cleaned(page)
        assert not isinstance(article, str)
        found = dict(article.provenance)
        assert {"title", "outlet", "published"} <= set(found)
        assert all(getattr(article, name) for name in found)
