"""What a language model writes comes sentence by sentence: it can be stopped, and nothing on the page jumps."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.page import build
from assistant.serve.ui.server import launch, usable_port
from assistant.settings import Settings
from tests.llm_server import LlmServer, Reply

pytestmark = pytest.mark.browser

MOVED = """() => {
    window.moved = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => { if (!entry.hadRecentInput) window.moved += entry.value; }))
        .observe({ type: 'layout-shift' });
}"""


class Model:
    """Says two sentences of the evidence; the second one waits until it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, reply: Reply) -> None:
        first, second = list(reply.request.evidence.values())[:2]
        reply.piece(f"{first} [1] Napoleon bought 77 ships [1]. ")
        self.go_on.wait(20)
        reply.say(f"{second} [2]")


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[tuple[str, Model]]:
    model = Model()
    with LlmServer(model) as server:
        settings = Settings(index=str(built), llm_url=server.url, llm_model="scripted")
        indexes = OpenIndexes(settings, settings.index)
        page = build(indexes)
        try:
            yield launch(page, settings, usable_port("127.0.0.1", 0)), model
        finally:
            model.go_on.set()
            page.close(verbose=False)
            indexes.close()


@pytest.fixture
def page(browser: Browser, served: tuple[str, Model]) -> Iterator[Page]:
    served[1].go_on.clear()
    page = browser.new_page()
    page.set_default_timeout(40_000)
    page.goto(served[0])
    page.wait_for_selector("#question textarea")
    page.evaluate("window.arrival")
    page.fill("#question textarea", "what did Biden say?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".growing .answer > p")  # the first sentence is there, the second is not written yet
    yield page
    page.close()


def test_the_first_sentence_is_shown_while_the_next_is_written_and_nothing_jumps(page: Page, served: tuple[str, Model]):
    assert page.locator("#stop").is_visible()
    page.evaluate(MOVED)
    first = page.locator(".answer > p").first
    place, told = first.bounding_box(), first.inner_text()
    served[1].go_on.set()
    page.wait_for_selector("#transcript:not(:has(.growing)) .tools")
    assert [first.bounding_box()[side] for side in "xy"] == [place[side] for side in "xy"]
    assert first.inner_text().startswith(told)
    assert page.evaluate("window.moved") < 0.1  # what the web vitals call good
    assert page.locator("#send").is_visible()


def test_an_answer_that_is_stopped_stays_as_far_as_it_came_and_the_next_question_is_answered(page: Page, served: tuple[str, Model]):
    told = page.locator(".answer > p").first.inner_text()
    page.click("#stop")
    page.wait_for_selector("#transcript:not(:has(.growing)) .answer")
    assert page.locator(".answer > p").first.inner_text() == told
    assert page.locator("#send").is_visible()
    served[1].go_on.set()
    page.fill("#question textarea", "what did Xi Jinping say?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#transcript:not(:has(.growing)) .turn:nth-child(2) .tools")
