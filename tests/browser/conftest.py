"""A chat in a process of its own and a browser before it; both note every host that they turn to."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assistant.assistant import Assistant
from assistant.drafting import split_article
from assistant.ingest import encode_drafts
from assistant.records import Article, Quotation
from tests.browser.chromium import on_path
from tests.serve.made_up import MARKUP

SEEDS = Path(__file__).parents[2] / "seeds"
QUIET = [
    "--no-sandbox", "--disable-gpu",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

LEFT = ("AbortError", "Unexpected error Connection errored out")
"""What a page tells that is left while it waits for the server; nobody sees it. A server that ends by itself is noticed otherwise."""

# The server ends at once when it connects to anything but this machine.
SERVER = """
import os, sys
def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
        if not (host.startswith("127.") or host in ("localhost", "::1")):
            print("the server turned to", host, file=sys.stderr, flush=True)
            os._exit(9)
sys.addaudithook(watch)
from assistant.cli import main
sys.exit(main(["serve", "--samples", "--port", "{port}"]))
"""


@dataclass
class Opened:
    """A page of the chat, and every host that it has asked for something."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Ask and wait until the answer is there."""
        self.page.evaluate("window.before = document.querySelector('#transcript').innerHTML")
        self.page.fill("#question textarea", question)
        self.page.click("#send")
        self.page.wait_for_function(
            """() => {
                const shown = document.querySelector('#transcript');
                return shown.innerHTML !== window.before && shown.querySelector('.turn')
                    && !shown.querySelector('.pending, .growing');
            }"""
        )

    def wait_for_active(self, words: str) -> None:
        """Wait until the highlighted sentence holds these words and stands still inside the window."""
        self.page.wait_for_function(
            """words => {
                const marks = [...document.querySelectorAll('#reading mark.active')];
                if (!marks.map(m => m.textContent).join('').includes(words)) return false;
                const box = marks[0].getBoundingClientRect();
                const still = window.lastTop === box.top;
                window.lastTop = box.top;
                const end = marks.at(-1).getBoundingClientRect().bottom;
                return still && box.top >= 0 && end <= window.innerHeight;
            }""",
            arg=words,
            polling=100,
        )


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the samples: it takes long to make, so it is made once for all processes that run tests."""
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "seeds"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            with Assistant.open(path.with_suffix(".made"), samples=True) as assistant:
                assistant.add([SEEDS / "articles"])
            path.with_suffix(".made").rename(path)
    return path


@pytest.fixture(scope="module")  # each file begins with an empty index of its own
def address(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[str]:
    """Serve the samples and an index with a hostile article, in a folder that looks like a checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "indexes").mkdir()
    (folder / "seeds").symlink_to(SEEDS)
    shutil.copytree(samples, folder / "indexes" / "seeds")
    text = f"Menteri Uji berbicara di Jakarta pada Senin.\n{MARKUP}\nKata menteri, {MARKUP} akan dibagikan."
    hostile = Article(
        "", MARKUP, text, url="javascript:alert(1)", outlet=MARKUP, author=MARKUP, language="id",
        origin="hostile", content_hash="hostile",
    )  # fmt: skip
    with Assistant.open(folder / "indexes" / "hostile") as assistant:
        # past the readers, which would take the tags away
        draft = split_article(hostile, text.encode(), assistant.settings)
        last = draft.sentences[-1]
        said = Quotation("", last, last, MARKUP, role=MARKUP, via=MARKUP)
        assistant.index.add(list(encode_drafts([replace(draft, quotations=(said,))], assistant.encoder)))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = SERVER.replace("{port}", str(port))
    with subprocess.Popen([sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        assert line.startswith("The chat is open at http://127.0.0.1:"), server.stderr.read()
        yield f"http://127.0.0.1:{port}/"
        ended = server.poll()
        server.terminate()
        assert ended is None, server.stderr.read()


@pytest.fixture(scope="module")  # it keeps a loop running in this thread, which no other test could do with
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What most pages of a file share: the scripts are fetched and compiled once."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def open_page(browser: Browser, context: BrowserContext, address: str):
    """Open the chat in a window; afterwards check that it asked no other host and had no trouble."""
    opened: list[Opened] = []

    def open_one(width: int = 1280, height: int = 800, **options) -> Opened:
        page = browser.new_page(**options) if options else context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        one = Opened(page)
        opened.append(one)
        page.set_default_timeout(40_000)
        page.on("request", lambda request: one.hosts.add(urlsplit(request.url).netloc or "data"))
        page.on("websocket", lambda websocket: one.hosts.add(urlsplit(websocket.url).netloc))
        page.on("pageerror", lambda error: one.troubles.append(str(error)))
        page.on("console", lambda message: message.type == "error" and one.troubles.append(message.text))
        page.goto(address)
        page.wait_for_selector("#question textarea")
        page.wait_for_selector("#transcript .welcome")
        return one

    yield open_one
    for one in opened:
        assert one.hosts <= {urlsplit(address).netloc, "data"}
        assert [told for told in one.troubles if not told.startswith(LEFT)] == []
        one.page.close()


@pytest.fixture
def headers(address: str) -> dict[str, str]:
    with urllib.request.urlopen(address, timeout=10) as response:
        return {name.lower(): value for name, value in response.headers.items()}
