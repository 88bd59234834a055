"""Print what axe finds on each page, as a table: `python -m tests.browser.axe_report`."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from benchmarks.page import made_checkout, serving
from tests.browser.chromium import on_path
from tests.browser.screens import SHOTS, Shot, bring

IMPACTS = ("critical", "serious", "moderate", "minor")


def found(browser: Browser, url: str, shot: Shot) -> tuple[int, Counter[str], list[str]]:
    """Return how many rules a page passes, how many nodes break one by impact, and which rules these are."""
    width, height = shot.size
    page = browser.new_page(viewport={"width": width, "height": height}, **shot.options)
    page.set_default_timeout(60_000)
    bring(page, url, shot)
    response = Axe().run(page).response
    page.context.close()
    faults = response["violations"]
    counts = Counter({impact: sum(len(one["nodes"]) for one in faults if one["impact"] == impact) for impact in IMPACTS})
    return len(response["passes"]), counts, [one["id"] for one in faults]


def main() -> None:
    """Print the table."""
    print("| page | rules passed | " + " | ".join(IMPACTS) + " | rules broken |")
    print("|---|---|" + "---|" * len(IMPACTS) + "---|")
    with tempfile.TemporaryDirectory(prefix="axe-") as folder, sync_playwright() as playwright:
        made_checkout(Path(folder))
        browser = playwright.chromium.launch(executable_path=on_path(), args=["--no-sandbox", "--disable-gpu"])
        with serving(Path(folder)) as (_, port):
            for name, shot in SHOTS.items():
                passed, counts, broken = found(browser, f"http://127.0.0.1:{port}/", shot)
                print(f"| {name} | {passed} | " + " | ".join(str(counts[one]) for one in IMPACTS) + f" | {', '.join(broken)} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
