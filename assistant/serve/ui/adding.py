"""Adding and removing articles from the page: progress for each file, what failed and why, and a way back. It knows nothing of Gradio."""

from __future__ import annotations

import hashlib
import logging
import queue
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.drafting import split_article
from assistant.errors import AssistantError
from assistant.ingest import encode_drafts
from assistant.records import AddReport, Article
from assistant.serve.render import escape, is_web_address
from assistant.serve.ui.chat import line
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.wording import Words
from assistant.settings import indexes_folder

logger = logging.getLogger(__name__)

DROPPED = ".dropped"
TICK_S = 0.25
MOST_SHOWN = 200


@dataclass(frozen=True)
class Removed:
    """Articles that were taken out, with the bytes they came from: what is needed to put them back."""

    index: str = ""
    articles: tuple[tuple[Article, bytes], ...] = ()


@dataclass
class _Progress:
    """What is known of each input while it is read. `read` counts the articles read from it."""

    read: dict[str, int]


class Adding:
    """What happens when a person adds or removes articles."""

    def __init__(self, indexes: OpenIndexes) -> None:
        self.indexes = indexes
        self._lock = threading.Lock()

    def add(self, name: str, dropped: Sequence[tuple[Path, str]], address: str, words: Words) -> Iterator[str]:
        """Yield the list of what is added while it is read; the last one says what came in and what did not.

        Args:
            name: the index.
            dropped: files that were uploaded, each with the name that it had; they are moved.
            address: a web address, or "".
            words: the page's own.
        """
        with self._lock:  # those who add at once to one index share a folder
            yield from self._added_from(_folder(name), name, dropped, address, words)

    def _added_from(self, folder: Path, name: str, dropped: Sequence[tuple[Path, str]], address: str, words: Words) -> Iterator[str]:
        try:
            if address and not is_web_address(address):
                yield _problem(words("no_web_address"))
                return
            origins = [*(str(_staged(path, called, folder)) for path, called in dropped), *([address] if address else [])]
            if origins:
                yield from self._added(name, origins, words)
        except AssistantError as error:
            yield _problem(line(error))
        except Exception:
            logger.exception("the articles could not be added")
            yield _problem(words("went_wrong"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # the store keeps each article's original

    def _added(self, name: str, origins: Sequence[str], words: Words) -> Iterator[str]:
        assistant = self.indexes.open_to_add(name)
        progress, events = _Progress(dict.fromkeys(origins, 0)), queue.SimpleQueue[str | AddReport | BaseException]()

        def work() -> None:
            try:
                events.put(assistant.add(list(origins), events.put))
            except BaseException as error:
                events.put(error)

        threading.Thread(target=work, daemon=True).start()
        yield _list(progress, words)
        while True:
            event = events.get()
            while isinstance(event, str):
                _note(progress, event)
                try:
                    event = events.get(timeout=TICK_S)
                except queue.Empty:
                    yield _list(progress, words)
                    event = events.get()
            if isinstance(event, BaseException):
                raise event
            yield _report(event, words)
            return

    def remove(self, name: str, article_ids: Sequence[str]) -> Removed:
        """Remove articles at once, and return what is needed to put them back.

        Raises:
            AssistantError: one of them is not there; then nothing is removed.
        """
        assistant = self.indexes.open(name)
        kept = tuple((assistant.article(one), assistant.index.original(one)) for one in article_ids)
        assistant.remove(article_ids)
        return Removed(name, kept)

    def put_back(self, removed: Removed) -> int:
        """Put removed articles back, each under a new id, and return how many there are."""
        assistant = self.indexes.open(removed.index)
        drafts = [split_article(article, original, assistant.settings) for article, original in removed.articles]
        return len(assistant.index.add(list(encode_drafts(drafts, assistant.encoder))))


def _folder(name: str) -> Path:
    """Return where uploads of an index lie while they are read: always the same, so that a file of the same name replaces the older one."""
    return indexes_folder() / DROPPED / hashlib.sha256(name.encode()).hexdigest()[:16]


def _staged(path: Path, called: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(called.replace("\\", "/")).name or path.name)
    shutil.move(path, target)
    with suppress(OSError):
        path.parent.rmdir()
    return target


def _note(progress: _Progress, origin: str) -> None:
    """Count an article for the input that it was read from: `news.jsonl#3` for `news.jsonl`."""
    for one in progress.read:
        if origin == one or origin.startswith((one + "#", one + "/", one + "!")):
            progress.read[one] += 1
            return


def _name(origin: str) -> str:
    return origin if is_web_address(origin) else origin.rsplit("/", 1)[-1]


def _list(progress: _Progress, words: Words) -> str:
    done = sum(1 for count in progress.read.values() if count)
    total = len(progress.read)
    items = "".join(
        f'<li class="{"read" if count else "waiting"}"><span dir="auto">{escape(_name(origin))}</span>'
        f'<progress max="1" value="{int(count > 0)}" aria-label="{escape(_name(origin))}"></progress>'
        f"<span>{words.html('added_read', n=count) if count else words.html('added_waiting')}</span></li>"
        for origin, count in list(progress.read.items())[:MOST_SHOWN]
    )
    bar = f'<progress max="{total}" value="{done}" aria-label="{words.html("adding")}"></progress>'
    return f'<div class="adding">{bar}<ul>{items}</ul></div>'


def _report(report: AddReport, words: Words) -> str:
    failures = "".join(
        f'<li><strong dir="auto">{escape(_name(one.origin))}</strong> <span dir="auto">{escape(one.error)}'
        f"{'. ' + escape(one.hint) if one.hint else ''}</span></li>"
        for one in report.failures[:MOST_SHOWN]
    )
    counts = words.html(
        "add_report", added=len(report.added), replaced=len(report.replaced), unchanged=report.unchanged, failed=len(report.failures)
    )
    listed = f'<p class="failed-head">{words.html("not_added")}</p><ul class="failed">{failures}</ul>' if failures else ""
    return f'<div class="adding done" role="status"><p>{counts}</p>{listed}</div>'


def _problem(told: str) -> str:
    return f'<p class="problem" role="alert">{escape(told)}</p>'
