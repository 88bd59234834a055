import re
from itertools import pairwise

import pytest

from tests.browser.test_page import COLOURS, choose, contrast
from tests.serve.made_up import MARKUP

pytestmark = pytest.mark.browser

XI = "Xi Jinping"
WORDS = "hanya akan memperkuat hubungan China-Rusia"
TYPED = "#find input, #find textarea"
TOPIC = "#topic input, #topic textarea"


def open_speakers(opened):
    """Go to the list of speakers."""
    if opened.page.locator("#views .menu").is_visible():
        opened.page.click("#views .menu")
    opened.page.get_by_role("link", name="Speakers", exact=True).click()
    opened.page.wait_for_selector("#spoken a.speaker")
    return opened.page


def choose_speaker(page, name: str) -> None:
    page.fill(TYPED, name)
    page.wait_for_function("name => [...document.querySelectorAll('#spoken .name')].every(e => e.textContent === name)", arg=name)
    page.locator("#spoken a.speaker").click()
    page.wait_for_function("name => document.querySelector('#spoken .chosen h2')?.textContent === name", arg=name)


def test_from_the_list_to_a_speaker_to_the_highlighted_sentence(open_page):
    opened = open_page()
    page = open_speakers(opened)
    assert not page.locator("#transcript").is_visible()
    assert page.locator("#spoken a.speaker").count() > 50
    choose_speaker(page, XI)
    assert "Presiden China" in page.locator("#spoken .chosen > .facts").inner_text()
    quotation = page.locator("#spoken a.said", has_text=WORDS)
    assert quotation.locator("xpath=following-sibling::*").inner_text() == "reported"
    quotation.click()
    opened.wait_for_active(WORDS)
    assert page.locator("#reading mark.active").inner_text().startswith("Xi juga menyampaikan bahwa krisis")
    assert page.locator("#spoken a[aria-current]").inner_text() == quotation.inner_text()
    assert "quoted by Kementerian Luar Negeri China" in page.locator("#spoken").inner_text()
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    page.get_by_role("link", name="All speakers").click()
    page.wait_for_selector("#spoken a.speaker")
    assert page.locator(TYPED).input_value() == ""


def test_the_speakers_can_be_used_by_keyboard_alone(open_page):
    opened = open_page()
    page = opened.page
    page.get_by_role("link", name="Speakers", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#spoken a.speaker")
    page.locator(TYPED).focus()
    page.keyboard.type(XI)
    page.wait_for_function("document.querySelectorAll('#spoken a.speaker').length === 1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#spoken .chosen")
    page.wait_for_function("document.activeElement.matches('#spoken .chosen h2')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#spoken a.said')")
    words = page.evaluate("document.activeElement.querySelector('.words').textContent")
    page.keyboard.press("Enter")
    opened.wait_for_active(words[:30])
    nameless = "els => els.filter(e => !(e.innerText || e.ariaLabel || e.labels?.length || e.placeholder)).length"
    assert page.locator("button:visible, a:visible, input:visible, textarea:visible").evaluate_all(nameless) == 0


def test_words_are_narrowed_by_topic_and_to_quotation_marks(open_page):
    page = open_speakers(open_page())
    choose_speaker(page, XI)
    everything = page.locator("#spoken a.said").count()
    page.get_by_label("In quotation marks only").check()
    page.wait_for_function("n => document.querySelectorAll('#spoken a.said').length < n", arg=everything)
    assert set(page.locator("#spoken .badge:first-child").all_inner_texts()) == {"direct"}
    page.get_by_label("In quotation marks only").uncheck()
    page.wait_for_function("n => document.querySelectorAll('#spoken a.said').length === n", arg=everything)
    page.fill(TOPIC, "the pandemic")
    page.press(TOPIC, "Enter")
    page.wait_for_function("document.querySelector('#spoken a.said')?.textContent.includes('Covid-19')")
    page.fill(TOPIC, "")
    page.wait_for_function("!document.querySelector('#spoken a.said').textContent.includes('Covid-19')")
    assert page.locator("#spoken a.said").count() == everything


def test_a_speakers_address_opens_there_again_and_going_back_works(open_page, address: str):
    opened = open_page()
    page = open_speakers(opened)
    choose(page, "hostile")
    page.wait_for_function("document.querySelectorAll('#spoken a.speaker').length < 5")
    page.goto(address + "#speaker=Joe%20Biden&index=seeds")
    page.reload()
    page.wait_for_function("document.querySelector('#spoken .chosen h2')?.textContent === 'Joe Biden'")
    assert page.locator("#switch input").input_value() == "Sample articles"
    page.get_by_role("link", name="All speakers").click()
    page.wait_for_selector("#spoken a.speaker")
    page.go_back()
    page.wait_for_function("document.querySelector('#spoken .chosen h2')?.textContent === 'Joe Biden'")
    page.get_by_role("link", name="Ask", exact=True).click()
    page.wait_for_selector("#transcript .welcome")
    assert not page.locator("#spoken").is_visible()
    opened.ask("what did Biden say?")
    opened.wait_for_active("ungkap Biden.")
    assert page.locator(".sources .badge.direct").count() >= 1
    assert page.locator("#reading .saying .badge.direct").count() >= 1


def test_another_index_has_other_speakers(open_page):
    page = open_speakers(open_page())
    choose_speaker(page, XI)
    choose(page, "default")
    page.wait_for_selector("#spoken .problem")
    assert "assistant add PATH" in page.locator("#spoken").inner_text()
    assert page.url.endswith("#speakers")


def test_a_hostile_article_is_shown_as_text_among_the_speakers(open_page):
    opened = open_page()
    page = opened.page
    choose(page, "hostile")
    page.wait_for_function("!document.querySelector('#note .samples')")
    open_speakers(opened)
    page.locator("#spoken a.speaker").first.click()
    page.wait_for_selector("#spoken .chosen")
    page.locator("#spoken a.said").first.click()
    page.wait_for_selector("#reading mark.active")
    assert MARKUP in page.locator("#spoken").inner_text()
    assert page.locator("#spoken img, #reading img, #spoken script, #reading script").count() == 0
    assert page.evaluate("window.hacked") is None
    links = page.locator("#spoken a, #reading a").evaluate_all("els => els.map(e => e.getAttribute('href'))")
    assert all(re.fullmatch(r"#(said-\d+-\d+|speakers|spoken)", link) for link in links)


def test_a_narrow_screen_goes_to_the_article_and_back(open_page):
    opened = open_page(400, 800, has_touch=True)
    page = open_speakers(opened)
    choose_speaker(page, XI)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#spoken a.said", has_text=WORDS).tap()
    opened.wait_for_active(WORDS)
    assert page.evaluate("window.scrollY") > 0
    page.get_by_role("link", name="Back to the quotations").click()
    page.wait_for_function("document.activeElement.matches('#spoken a.said[aria-current]')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(open_page, scheme: str):
    opened = open_page(color_scheme=scheme)
    page = open_speakers(opened)
    seen = page.evaluate(COLOURS)
    choose_speaker(page, XI)
    page.locator("#spoken a.said", has_text=WORDS).click()
    opened.wait_for_active(WORDS)
    page.mouse.move(0, 0)
    seen += page.evaluate(COLOURS)
    assert len(seen) > 100
    assert [(what, ratio) for what, ink, ground in seen if (ratio := contrast(ink, ground)) < 4.5] == []


def test_headings_do_not_skip_a_level(open_page):
    page = open_speakers(open_page())
    choose_speaker(page, XI)
    page.locator("#spoken a.said").first.click()
    page.wait_for_selector("#reading mark.active")
    visible = "els => els.filter(e => e.checkVisibility()).map(e => +e.tagName[1])"
    levels = page.locator("h1, h2, h3, h4").evaluate_all(visible)
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
