import re
import time
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.serve.made_up import MARKUP

pytestmark = pytest.mark.browser

QUESTION = "what did Biden say?"
CALL = "Biden pada hari Senin juga menyerukan"
WORDS = "ungkap Biden."


def choose(page, label: str) -> None:
    """Choose another index in the switcher."""
    page.click("#switch input")
    page.get_by_role("option", name=label).click()


def test_bidens_own_words_open_highlighted_and_a_marker_opens_the_other_sentence(open_page):
    opened = open_page()
    opened.ask(QUESTION)
    opened.wait_for_active(WORDS)
    page = opened.page
    assert page.locator("#reading header").inner_text().count("Kontan") >= 1
    assert "inferred from the text" in page.locator("#reading header").inner_text()
    answer = page.locator(".answer > p")
    other = 0 if CALL in answer.nth(0).inner_text() else 1
    answer.nth(other).locator("a.marker").click()
    opened.wait_for_active(CALL)
    assert page.locator("#reading mark.active").inner_text().startswith("Sejalan dengan China dan Rusia")
    number = answer.nth(other).locator("a.marker").inner_text()
    assert page.locator(".answer > p a.marker[aria-current]").inner_text() == number
    assert "Xi" not in answer.nth(0).inner_text() + answer.nth(1).inner_text()
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")


def test_it_can_be_used_by_keyboard_alone(open_page):
    opened = open_page()
    page = opened.page
    page.locator("#question textarea").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    opened.wait_for_active(WORDS)
    page.locator(".answer > p a.marker").first.focus()
    page.keyboard.press("Enter")
    first = page.locator(".answer > p").first.inner_text().rsplit(" ", 1)[0]
    opened.wait_for_active(first[-20:])
    nameless = "els => els.filter(e => !(e.innerText || e.ariaLabel || e.labels?.length || e.placeholder)).length"
    assert page.locator("button:visible, a:visible, input:visible, textarea:visible").evaluate_all(nameless) == 0


def test_an_example_is_asked_with_a_click(open_page):
    opened = open_page()
    opened.page.get_by_role("button", name="apa kata Biden?").click()
    opened.wait_for_active(WORDS)
    assert opened.page.locator(".question").inner_text() == "apa kata Biden?"
    assert opened.page.locator(".sources h3").inner_text().lower() == "sumber"


def test_a_hostile_article_is_shown_as_text(open_page):
    opened = open_page()
    page = opened.page
    choose(page, "hostile")
    page.wait_for_function("!document.querySelector('#note .samples')")
    opened.ask("apa yang akan dibagikan?")
    page.locator("#transcript a[href^='#cite-0-']").first.click()
    page.wait_for_selector("#reading mark.active")
    assert page.locator("#reading h2").inner_text() == MARKUP
    assert MARKUP in page.locator("#reading .text").inner_text()
    assert MARKUP in page.locator("#transcript").inner_text()
    assert page.locator("#transcript img, #reading img, #transcript script, #reading script").count() == 0
    assert page.evaluate("window.hacked") is None
    links = page.locator("#transcript a, #reading a").evaluate_all("els => els.map(e => e.getAttribute('href'))")
    assert all(re.fullmatch(r"#(cite-\d+-\d+|transcript)", link) for link in links)


def test_switching_the_index_begins_anew_and_samples_are_marked(open_page):
    opened = open_page()
    page = opened.page
    assert page.locator("#note .samples").is_visible()
    opened.ask(QUESTION)
    choose(page, "default")
    page.wait_for_selector("#transcript .welcome")
    assert page.locator("#note .samples").count() == 0
    assert page.locator("#reading .empty").count() == 1
    opened.ask(QUESTION)
    assert "assistant add PATH" in page.locator(".problem").inner_text()


def test_an_abstention_looks_different_and_what_is_nearest_can_be_opened(open_page):
    opened = open_page()
    page = opened.page
    opened.ask("what did Putin say?")
    assert page.locator(".answer.abstained").is_visible()
    assert page.locator("#reading mark").count() == 0
    ground = "e => getComputedStyle(e).backgroundColor"
    abstained = page.locator(".answer.abstained > p").evaluate(ground)
    nearest = page.locator(".answer.abstained .cited-quote").first
    words = nearest.inner_text()
    nearest.click()
    opened.wait_for_active(words[:40])
    opened.ask(QUESTION)
    assert page.locator(".answer:not(.abstained) > p").first.evaluate(ground) != abstained


@pytest.mark.parametrize("question", ["", "x" * 20_000])
def test_a_bad_question_is_one_clear_line(open_page, question):
    opened = open_page()
    opened.ask(question)
    line = opened.page.locator("#transcript [role=alert]")
    assert "question" in line.inner_text()
    expect(opened.page.locator("#question textarea")).to_have_value(question)
    opened.ask(QUESTION)
    opened.wait_for_active(WORDS)
    assert line.count() == 0


def test_what_is_typed_while_an_answer_comes_stays(open_page):
    opened = open_page()
    page = opened.page
    page.fill("#question textarea", "x" * 20_000)
    page.route("**/queue/join*", lambda route: (time.sleep(1), route.continue_()))
    page.click("#send")
    page.fill("#question textarea", QUESTION)
    page.wait_for_selector("#transcript [role=alert]")
    page.wait_for_timeout(500)  # the end of the event sets once more what came last
    assert page.locator("#question textarea").input_value() == QUESTION


def test_a_question_in_the_address_that_cannot_be_asked_keeps_no_other_one_waiting(open_page):
    page = open_page().page
    page.goto(f"{page.url}?q={'x' * 3000}")
    page.wait_for_selector("#transcript [role=alert]")
    page.wait_for_function("window.arrived", timeout=4000)  # by itself it is true after eight seconds


def test_a_narrow_screen_shows_one_column_and_a_marker_goes_to_the_article(open_page):
    opened = open_page(400, 800, has_touch=True)
    page = opened.page
    opened.ask(QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("window.scrollY") == 0
    marker = page.locator(".answer > p", has_text=WORDS).locator("a.marker")
    marker.tap()
    opened.wait_for_active(WORDS)
    assert page.evaluate("window.scrollY") > 0
    page.get_by_role("link", name="Back to the answer").click()
    page.wait_for_function("document.activeElement.matches('.answer a.marker[aria-current]')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(open_page, scheme):
    opened = open_page(color_scheme=scheme)
    opened.ask("what did Putin say?")
    opened.ask(QUESTION)
    opened.wait_for_active(WORDS)
    seen = opened.page.evaluate(COLOURS)
    assert len(seen) > 10
    low = [(what, ratio) for what, ink, ground in seen if (ratio := contrast(ink, ground)) < 4.5]
    assert low == []


COLOURS = """async () => {
    await Promise.allSettled(document.getAnimations().map(animation => animation.finished));
    const parse = colour => colour.match(/[\\d.]+/g).map(Number);
    const ground = element => {
        for (let e = element; e; e = e.parentElement) {
            const [r, g, b, a = 1] = parse(getComputedStyle(e).backgroundColor);
            if (a === 1) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const written = e => [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const texts = [...document.querySelectorAll('main *')].filter(
        e => e.checkVisibility() && e.offsetHeight > 2 && written(e));
    const ink = e => parse(getComputedStyle(e).color).slice(0, 3);
    return texts.map(e => [e.outerHTML.slice(0, 80), ink(e), ground(e)]);
}"""


def contrast(ink: list[float], ground: list[float]) -> float:
    """Return the contrast ratio of WCAG 2."""

    def light(colour: list[float]) -> float:
        parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, bright = sorted((light(ink), light(ground)))
    return (bright + 0.05) / (dark + 0.05)


def test_no_other_host_may_be_reached_from_the_page(headers):
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_headings_do_not_skip_a_level(open_page):
    opened = open_page()
    opened.ask(QUESTION)
    opened.wait_for_active(WORDS)
    levels = opened.page.locator("h1, h2, h3, h4").evaluate_all("els => els.map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
