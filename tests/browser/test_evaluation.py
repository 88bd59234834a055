"""The evaluation page and the review page, in a real browser: one way through both, and what a screen reader and a phone find there."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_page import COLOURS, QUESTION, contrast

pytestmark = pytest.mark.browser

GOLD = "Sejalan dengan China dan Rusia, Biden pada hari Senin juga menyerukan"
ROWS = [
    {"id": "biden", "question": QUESTION, "gold": [{"article": "000_fbacd0f8f8eb0354.txt", "text": GOLD}]},
    {"id": "putin", "question": "what did Putin say?", "answerable": False},
]


def faults(page) -> list[object]:
    """Return what axe finds serious, and what is written with too little contrast."""
    found = [
        (fault["id"], node["html"][:160])
        for fault in Axe().run(page).response["violations"]
        for node in fault["nodes"]
        if fault["impact"] in ("serious", "critical")
    ]
    return found + [(what, ratio) for what, ink, ground in page.evaluate(COLOURS) if (ratio := contrast(ink, ground)) < 4.5]


def test_questions_are_reviewed_measured_and_held_against_an_earlier_run(open_page, tmp_path):
    opened = open_page()
    page = opened.page
    page.click("#views a[data-view=evaluation]")
    page.click("#evaluation .parts a[href='#review']")
    page.click("#review [data-do=propose]")
    page.wait_for_selector("form.draft")
    first = page.locator("form.draft").get_attribute("data-id")
    page.fill("form.draft [name=question]", "apa kata Xi tentang Rusia?")
    page.reload()
    page.wait_for_selector("form.draft")
    page.wait_for_function("document.querySelector('form.draft [name=question]').value === 'apa kata Xi tentang Rusia?'")
    page.fill("form.draft [name=gold-0]", "Nobody says this.")
    page.click("form.draft [type=submit]")
    page.wait_for_selector("#review .problem")
    assert page.locator("form.draft").get_attribute("data-id") == first
    page.check("form.draft [name=unanswerable]")
    page.click("form.draft [type=submit]")
    page.wait_for_selector("#review [data-do=back]")
    assert page.locator("form.draft").get_attribute("data-id") != first
    assert faults(page) == []

    upload = tmp_path / "two.jsonl"
    upload.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    page.click("#review .parts a[href='#evaluation']")
    page.set_input_files("#evaluation input[type=file]", upload)
    page.wait_for_selector("#measuring .done")
    assert page.locator("form.measure [name=set] option").all_inner_texts()[0] == "Accepted for this index"
    for n in (1, 2):  # the second is held against the first by itself
        page.select_option("form.measure [name=set]", "two.jsonl")
        page.click("form.measure [type=submit]")
        page.wait_for_function(f"document.querySelectorAll('table.runs tbody tr').length === {n}")
        page.wait_for_selector("iframe.report")
    report = page.frame_locator("iframe.report")
    report.get_by_text("both runs gave the same").wait_for()
    assert faults(page) == []
    page.select_option("#report [name=against]", "")
    report.get_by_role("heading", name="Measures").wait_for()
    with page.expect_download() as download:
        page.click("#report [data-do=download]")
    assert "<h1>two</h1>" in download.value.path().read_text()


def test_an_answer_says_why_and_a_phone_in_the_dark_shows_every_part(open_page):
    opened = open_page(400, 800, color_scheme="dark")
    page = opened.page
    opened.ask(QUESTION)
    page.click("[data-do=why]")
    page.wait_for_selector("#reading .why meter")
    assert page.locator("#reading .why .badge.verbatim").count() + page.locator("#reading .why .checked li").count() >= 1
    assert faults(page) == []
    for part in ("evaluation", "review"):
        page.evaluate(f"window.location.hash = '{part}'")
        page.wait_for_selector(f"#{part} h2")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
