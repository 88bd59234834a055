"""The chat on another page, in a real browser: one script tag, if the server allows that page's origin."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assistant.errors import SettingsError
from assistant.serve.ui.embedding import frame_ancestors
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.page import build
from assistant.serve.ui.server import launch, usable_port
from assistant.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "widget.html"
pytestmark = pytest.mark.browser


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A folder of somebody else's pages, and the port at which it is served under two names, thus two origins."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chat(built: Path, pages: tuple[Path, int]) -> Iterator[str]:
    """A chat that allows the pages of 127.0.0.1, not those of localhost; the example page holds its address."""
    folder, port = pages
    settings = Settings(index=str(built), embed_origins=f"https://news.example http://127.0.0.1:{port}")
    indexes = OpenIndexes(settings, settings.index)
    page = build(indexes)
    try:
        address = launch(page, settings, usable_port("127.0.0.1", 0))
        text = EXAMPLE.read_text("utf-8")
        assert text.count("http://127.0.0.1:7860/") == 1
        (folder / "widget.html").write_text(text.replace("http://127.0.0.1:7860/", address), "utf-8")
        yield address
    finally:
        page.close(verbose=False)
        indexes.close()


def test_one_script_tag_puts_the_chat_on_a_page(browser: Browser, chat: str, pages: tuple[Path, int]):
    page = browser.new_page()
    page.set_default_timeout(40_000)
    page.goto(f"http://127.0.0.1:{pages[1]}/widget.html")
    assert len(page.frames) == 1  # nothing is loaded before somebody asks
    button = page.get_by_role("button", name="Ask our articles")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    frame = page.frame_locator("iframe")
    frame.locator("#question textarea").fill("what did Biden say?")
    frame.locator("#question textarea").press("Enter")
    frame.get_by_text("ungkap Biden.").first.wait_for()
    button.focus()
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false"
    page.close()


def test_a_page_of_another_origin_may_not_show_the_chat(browser: Browser, chat: str, pages: tuple[Path, int]):
    page = browser.new_page()
    page.set_default_timeout(40_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"http://localhost:{pages[1]}/widget.html")
    with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        page.get_by_role("button", name="Ask our articles").click()
    assert page.frame_locator("iframe").locator("#question").count() == 0
    page.close()


@pytest.mark.parametrize(
    "written", ["*", "news.example", "https://news.example/path", "https://a.example; script-src *", "'none'", "https://"]
)
def test_what_is_no_origin_never_reaches_the_policy(written: str):
    with pytest.raises(SettingsError, match="is no origin"):
        Settings(embed_origins=written)


def test_without_the_setting_only_the_chats_own_pages_may_show_it():
    assert frame_ancestors(Settings().embed_origins) == "frame-ancestors 'self'"
