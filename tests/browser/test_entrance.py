"""Readers who sign in, behind a proxy that serves the chat under a path: who sees what, for how long, and how many at once."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from assistant.accounts.store import Accounts
from assistant.accounts.users import Users
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.page import build
from assistant.serve.ui.server import launch, usable_port
from assistant.settings import Settings
from benchmarks.page import crowd
from tests.browser.proxy import proxied

pytestmark = pytest.mark.browser

PASSWORD = "a long enough sentence"
PATH = "/news"
QUESTION = "what did Biden say?"


@dataclass
class Site:
    """A chat behind a proxy, and who may sign in."""

    url: str
    port: int
    users: Users


@pytest.fixture(scope="module")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    accounts = Accounts.open(tmp_path_factory.mktemp("accounts") / "accounts.sqlite")
    users = Users(accounts)
    users.add("sari", PASSWORD)
    users.add("budi", PASSWORD, "admin")
    port = usable_port("127.0.0.1", 0)
    settings = Settings(index=str(built), sign_in=True, root_path=PATH, questions_per_minute=1000)
    indexes = OpenIndexes(settings, settings.index)
    page = build(indexes, accounts, signed_in=True)
    try:
        launch(page, settings, port, accounts)
        with proxied(PATH, port) as url:
            yield Site(url, port, users)
    finally:
        page.close(verbose=False)
        indexes.close()
        accounts.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(40_000)
    yield page
    page.context.close()


def enter(page: Page, site: Site, name: str, password: str = PASSWORD) -> None:
    page.goto(site.url)
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def ask(page: Page) -> None:
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")


def test_a_reader_signs_in_behind_a_proxy_asks_opens_a_citation_and_leaves(page: Page, site: Site):
    paths: set[str] = set()
    page.on("request", lambda request: paths.add(urlsplit(request.url).path))
    enter(page, site, "sari", "a wrong sentence")
    page.get_by_role("alert").wait_for()
    assert page.locator("#question").count() == 0
    enter(page, site, "sari")
    page.wait_for_selector("#question textarea")
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "assistant_session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", PATH)
    ask(page)
    page.wait_for_selector(".answer .tools")
    page.locator(".answer > p a.marker").last.click()
    page.wait_for_selector("#reading mark.active")
    assert page.locator("#rail .account").inner_text().startswith("sari")
    page.wait_for_function("window.location.search.includes('q=')")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("input[type=password]")
    assert all(path.startswith(PATH + "/") for path in paths)
    page.reload()
    assert page.locator("#question").count() == 0


def test_a_reader_is_offered_nothing_that_only_an_admin_may_do(page: Page, site: Site):
    enter(page, site, "sari")
    page.wait_for_selector("#question textarea")
    page.evaluate("window.arrival")
    page.click("#views a[data-view=library]")
    page.locator("#shelf a.title").first.click()
    page.wait_for_selector("#reading header .tools")
    assert page.locator(".adder, [data-do=remove], [data-do=health]").count() == 0
    page.click("#views a[data-view=settings]")
    page.wait_for_selector("#settings [name=interface]")
    assert page.locator("#settings form").count() == 0
    page.context.clear_cookies()
    enter(page, site, "budi")
    page.wait_for_selector("#question textarea")
    page.evaluate("window.arrival")
    page.click("#views a[data-view=library]")
    page.wait_for_selector(".adder .drop")
    page.click("#views a[data-view=settings]")
    page.wait_for_selector("#settings form [data-do=test]")


def test_when_a_session_has_ended_the_reader_is_told_and_the_question_stays(page: Page, site: Site):
    enter(page, site, "sari")
    page.wait_for_selector("#question textarea")
    page.evaluate("window.arrival")
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "assistant_session"]
    site.users.end_session(cookie["value"])
    ask(page)
    page.wait_for_selector(".saying-so.said >> text=session has ended")
    assert page.locator("#question textarea").input_value() == QUESTION
    assert page.locator(".waiting, .growing").count() == 0
    page.reload()
    page.wait_for_selector("input[type=password]")


def test_ten_readers_at_once_are_all_answered(site: Site):
    sari = site.users.named("sari")
    cookies = [site.users.begin_session(sari, 1) for _ in range(10)]
    asked = cycle((QUESTION, "apa kata Xi Jinping?", "what happened in Laranta?"))
    with ThreadPoolExecutor(1) as apart:  # the browser has a loop in this thread
        readers, _ = apart.submit(asyncio.run, crowd(site.port, cookies, asked, 1.0, 0)).result()
    assert [reader.errors for reader in readers] == [[]] * 10
    assert all(reader.times for reader in readers)


@pytest.mark.soak
@pytest.mark.parametrize("n_users", [10, 50])
def test_many_readers_ask_for_a_minute_without_an_error(n_users: int):
    from argparse import Namespace

    from benchmarks.page import crowded

    figures = crowded(Namespace(users=n_users, seconds=60.0, pause=0.0, quality="fast"))
    assert figures["errors"] == 0, figures
    assert figures["asks"] >= 10 * n_users
