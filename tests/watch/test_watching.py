"""A watch adds what is new or has changed, asks politely, and goes on where it was."""

import os
import time
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.cli.watching import seconds_of
from assistant.errors import SettingsError
from assistant.records import AddReport
from assistant.settings import load_settings
from assistant.watch.state import State
from assistant.watch.watching import Watcher
from tests.fetch.server import Site, served
from tests.text.readers import made


def feed(*names: str, changed: str = "") -> str:
    items = "".join(f"<item><title>{name}{changed}</title><link>/{name}</link></item>" for name in names)
    return f'<rss version="2.0"><channel><title>Coast Courier</title>{items}</channel></rss>'


@pytest.fixture
def site():
    with served() as found:
        yield found


@pytest.fixture
def assistant(tmp_path: Path, site: Site):
    settings = load_settings(tmp_path, {}, fetch_allow=site.name, fetch_delay_s=0.0, quality="fast")
    with Assistant.open(tmp_path / "index", settings=settings) as opened:
        yield opened


def watcher(assistant: Assistant, told: list[tuple[str, AddReport]]) -> Watcher:
    return Watcher.of(assistant, lambda place, report: told.append((place, report)))


def test_a_feed_is_followed_with_conditional_requests_and_failures_are_tried_again(assistant: Assistant, site: Site):
    body = [feed("a", "b", "gone")]
    site.pages["/feed"] = lambda headers: (
        (304, {}, b"")
        if headers.get("if-none-match") == str(len(body))
        else (200, {"Content-Type": "application/rss+xml", "ETag": str(len(body))}, body[-1].encode())
    )
    site.page("/a", made.page("First story"))
    site.page("/b", made.page("Second story", [*made.PARAGRAPHS, "The second story says more."]))
    told: list[tuple[str, AddReport]] = []
    watch = watcher(assistant, told)
    watch.add([site.url("/feed")])
    now = time.time()
    assert watch.look(now) == pytest.approx(now + 900, abs=5)
    assert [(len(report.added), len(report.failures)) for _, report in told] == [(2, 1)]

    watcher(assistant, told).look(now + 901)  # another process: 304, nothing else is asked for
    assert site.asked.count("/a") == 1
    assert len(told) == 1

    site.page("/gone", made.page("Third story", [*made.PARAGRAPHS, "The third story was late."]))
    watcher(assistant, told).look(now + 2 * 3600)  # the failed one alone is tried again
    assert len(told[-1][1].added) == 1
    assert site.asked.count("/a") == 1

    body.append(feed("a", "b", "gone", changed="!"))
    site.page("/a", made.page("First story", [*made.PARAGRAPHS, "A sentence was added."]))
    watcher(assistant, told).look(now + 3 * 3600)
    assert len(told[-1][1].replaced) >= 1
    assert "A sentence was added." in next(article.text for article in assistant.articles() if article.title == "First story")


def test_a_feed_that_fails_is_asked_less_and_less_often(assistant: Assistant, site: Site):
    site.pages["/feed"] = (503, {"Retry-After": "7200"}, b"")
    told: list[tuple[str, AddReport]] = []
    watch = watcher(assistant, told)
    watch.add([site.url("/feed")], 60.0)
    now = time.time()
    assert watch.look(now) == pytest.approx(now + 7200, abs=5)
    site.pages["/feed"] = (500, {}, b"")
    assert watch.look(now + 7201) == pytest.approx(now + 7201 + 120, abs=5)
    (watched,) = watch.state.watched()
    assert watched.n_failures == 2
    assert "fault" in watched.said


def test_a_folder_gives_what_is_new_or_has_changed_once_it_lies_still(assistant: Assistant, tmp_path: Path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text(made.STORY)
    told: list[tuple[str, AddReport]] = []
    watch = watcher(assistant, told)
    watch.add([str(folder)])
    watch.look()
    assert assistant.index.count().articles == 0  # it may still be being written
    os.utime(folder / "a.txt", (time.time() - 60,) * 2)
    watch.add([str(folder)])
    watch.look()
    watch.add([str(folder)])
    watch.look()
    assert [len(report.added) for _, report in told] == [1]
    (folder / "a.txt").write_text(made.STORY + "\nOne more sentence stands here.")
    os.utime(folder / "a.txt", (time.time() - 30,) * 2)
    watch.add([str(folder)])
    watch.look()
    assert [len(report.replaced) for _, report in told] == [0, 1]


def test_what_is_watched_is_kept_beside_the_index_and_can_be_forgotten(assistant: Assistant, tmp_path: Path):
    watch = watcher(assistant, [])
    watch.add([str(tmp_path)], 60.0)
    again = State.beside(assistant.index.path)
    assert again.path == tmp_path / "index.watch.sqlite"
    assert [(one.place, one.every_s) for one in again.watched()] == [(str(tmp_path), 60.0)]
    assert again.forget(str(tmp_path))
    assert again.watched() == []


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90.0), ("15m", 900.0), ("1.5h", 5400.0), ("1d", 86400.0), ("", 0.0)])
def test_intervals(text: str, seconds: float):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["soon", "1s", "-5m", "400d", "5 minutes"])
def test_a_wrong_interval_says_how_to_write_it(text: str):
    with pytest.raises(SettingsError):
        seconds_of(text)
