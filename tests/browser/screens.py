"""Make the pictures of `docs/screens` anew: `python -m tests.browser.screens [NAME ...]`."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.page import made_checkout, serving
from tests.browser.chromium import on_path

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
QUESTION = "what did Biden say?"
DIFFER = "How many people died in the Okafere mill explosion?"
ARABIC = "من دفع تكاليف رقمنة مخطوطات مكتبة واحة الريحانة؟"
PHONE = (390, 844)


@dataclass(frozen=True)
class Shot:
    """What is done before a picture is taken: a question, then a view, then clicks, each once what it clicks is there."""

    question: str = ""
    view: str = ""
    clicks: tuple[str, ...] = ()
    until: str = "#transcript .welcome"
    size: tuple[int, int] = (1280, 800)
    options: dict[str, Any] = field(default_factory=dict)


ANSWER = "#transcript .tools"
SHOTS = {
    "welcome": Shot(),
    "desktop": Shot(QUESTION, until=ANSWER),
    "dark": Shot(QUESTION, until=ANSWER, options={"color_scheme": "dark"}),
    "indonesian": Shot("apa kata Biden?", until=ANSWER, options={"locale": "id-ID"}),
    "phone": Shot(QUESTION, until=ANSWER, size=PHONE),
    "phone-menu": Shot(clicks=("#views .menu",), size=PHONE, options={"locale": "id-ID", "color_scheme": "dark"}),
    "abstention": Shot("what did Putin say?", until=ANSWER),
    "contradiction": Shot(DIFFER, until=".differ"),
    "arabic": Shot(ARABIC, until="#reading mark.active"),
    "filters": Shot(QUESTION, clicks=(".narrowing summary",), until=".narrowing form"),
    "library": Shot(view="library", until="#shelf a.title"),
    "article": Shot(view="library", clicks=("#shelf tr:nth-child(3) a.title",), until="#reading header .tools"),
    "stories": Shot(view="library", clicks=("#shelf [data-do=stories]",), until="#shelf .stories"),
    "speakers": Shot(view="speakers", until=".timeline"),
    "speaker": Shot(view="speakers", clicks=("#spoken a.speaker >> nth=2", "#spoken a.said >> nth=0"), until="#reading mark.active"),
    "conversations": Shot(QUESTION, view="conversations", clicks=("#kept summary",), until="#kept form"),
    "settings": Shot(view="settings", until="#settings h2"),
}


def bring(page: Page, url: str, shot: Shot) -> None:
    """Bring a page to where a picture is taken."""
    page.goto(url)
    page.wait_for_selector("#question textarea")
    page.evaluate("window.arrival")
    if shot.question:
        page.fill("#question textarea", shot.question)
        page.press("#question textarea", "Enter")
        page.wait_for_selector(ANSWER)
        page.wait_for_selector("#transcript:not(:has(.growing))")
        page.wait_for_function("window.location.search.includes('q=')")
    if shot.view:
        page.click(f"#views a[data-view={shot.view}]")
    for one in shot.clicks:
        page.click(one)
    page.wait_for_selector(shot.until)


def take(browser: Browser, url: str, shot: Shot, path: Path) -> None:
    """Take one picture."""
    width, height = shot.size
    page = browser.new_page(viewport={"width": width, "height": height}, **shot.options)
    page.set_default_timeout(60_000)
    bring(page, url, shot)
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)  # what moves has come to rest
    page.screenshot(path=path)
    page.context.close()


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all."""
    if unknown := set(names) - set(SHOTS):
        sys.exit(f"no such picture: {', '.join(sorted(unknown))}; there are {', '.join(SHOTS)}")
    with tempfile.TemporaryDirectory(prefix="screens-") as folder, sync_playwright() as playwright:
        made_checkout(Path(folder))
        browser = playwright.chromium.launch(executable_path=on_path(), args=["--no-sandbox", "--disable-gpu"])
        with serving(Path(folder)) as (_, port):
            for name in names or SHOTS:
                take(browser, f"http://127.0.0.1:{port}/", SHOTS[name], FOLDER / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
