"""Look at each watched place when it is due, and add what is new or has changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.assistant import Assistant
from assistant.errors import AssistantError, Unfetchable
from assistant.fetch.limits import Validators
from assistant.index.index import in_folder
from assistant.ingest import add_items, open_sources
from assistant.records import AddReport, Failure
from assistant.sources import Listing, Sources, is_address
from assistant.text.readers import KINDS, Raw
from assistant.text.readers.folders import find_files
from assistant.watch.state import FAILED, Seen, State, Watched

EVERY_S = 15 * 60.0
"""Feeds of large outlets change several times an hour and are cached for some minutes."""
LONGEST_S = 24 * 3600.0
RETRIES_S = (3600.0, 4 * 3600.0, LONGEST_S)
"""When an article that could not be read is tried again; after that only when its feed says that it has changed."""
STILL_S = 2.0
"""A file that was changed less than this ago may still be being written."""
BATCH = 16
"""Articles that are fetched before they are added: what a crash may make to be fetched again."""

Tell = Callable[[str, AddReport], None]


@dataclass(frozen=True)
class Watcher:
    """Watches the places of one index; `tell` hears of each look that found something or failed."""

    assistant: Assistant
    state: State
    sources: Sources
    tell: Tell = lambda place, report: None

    @classmethod
    def of(cls, assistant: Assistant, tell: Tell) -> Watcher:
        """Return a watcher with its memory beside the index."""
        return cls(assistant, State.beside(in_folder(assistant.index, "watch").path), open_sources(assistant.settings), tell)

    def add(self, places: Sequence[str], every_s: float = 0.0) -> None:
        """Watch places from now on; one that is watched already keeps what was seen of it.

        Args:
            places: folders, files, addresses of pages, feeds and sitemaps.
            every_s: the interval in seconds; what it was, else 15 minutes, when 0.
        """
        known = {watched.place: watched for watched in self.state.watched()}
        for place in places:
            name = place if is_address(place) else os.path.abspath(place)
            old = known.get(name, Watched(name, EVERY_S))
            self.state.put(replace(old, every_s=every_s or old.every_s, due=0.0))

    def look(self, now: float | None = None) -> float:
        """Look at every place that is due; return when the next one is, in seconds since 1970."""
        for watched in sorted(self.state.watched(), key=lambda one: one.due):
            moment = time.time() if now is None else now
            if watched.due <= moment:
                self._look_at(watched, moment)
        return min((watched.due for watched in self.state.watched()), default=time.time() + EVERY_S)

    def run(self, wait: Callable[[float], None] = time.sleep) -> None:
        """Look again and again, until interrupted."""
        while True:
            next_at = self.look()
            wait(max(1.0, min(60.0, next_at - time.time())))

    def _look_at(self, watched: Watched, now: float) -> None:
        try:
            if is_address(watched.place):
                report, validators = self._address(watched, now)
            else:
                report, validators = self._folder(watched, now), watched.validators
            new = replace(watched, due=now + watched.every_s, validators=validators, n_failures=0, said="")
        except AssistantError as error:
            pause = min(LONGEST_S, watched.every_s * 2 ** min(10, watched.n_failures))
            asked = error.retry_after_s if isinstance(error, Unfetchable) else 0.0
            due = now + max(pause, min(LONGEST_S, asked))
            new = replace(watched, due=due, n_failures=watched.n_failures + 1, said=str(error))
            report = AddReport(failures=(Failure(watched.place, str(error), error.hint),))
        self.state.put(new)
        if report.added or report.replaced or report.failures:
            self.tell(watched.place, report)

    # Folders

    def _folder(self, watched: Watched, now: float) -> AddReport:
        """Add the files that are new or were changed."""
        seen = self.state.seen(watched.place)
        report = AddReport()
        batch: dict[str, Seen] = {}
        for found in find_files([watched.place], frozenset(KINDS)):
            if isinstance(found, Failure):
                if found.error != seen.get(found.origin, Seen(FAILED)).version:  # said once, not at every look
                    report = _joined(report, AddReport(failures=(found,)))
                    self.state.put_seen(watched.place, {found.origin: Seen(found.error)})
                continue
            version = _version(found.path)
            if not version or seen.get(found.path, Seen(FAILED)).version == version or _is_fresh(found.path, now):
                continue
            batch[found.path] = Seen(version)
            if len(batch) >= 10 * BATCH:
                report, batch = self._add_files(watched.place, batch, report), {}
        return self._add_files(watched.place, batch, report)

    def _add_files(self, place: str, batch: dict[str, Seen], report: AddReport) -> AddReport:
        if batch:
            report = _joined(report, self.assistant.add(list(batch)))
            self.state.put_seen(place, batch)
        return report

    # Addresses

    def _address(self, watched: Watched, now: float) -> tuple[AddReport, Validators]:
        listing = self.sources.open(watched.place, watched.validators)
        waiting = {item: one for item, one in self.state.seen(watched.place).items() if one.version == FAILED and one.due <= now}
        if listing.fetched.unchanged and waiting:  # some of its articles are to be tried again
            listing = self.sources.open(watched.place)
        if listing.fetched.unchanged:
            return AddReport(), watched.validators
        if not listing.names_articles:
            return self._page(watched, listing), listing.fetched.validators
        return self._entries(watched, listing, now), listing.fetched.validators

    def _page(self, watched: Watched, listing: Listing) -> AddReport:
        version = hashlib.blake2b(listing.fetched.data, digest_size=16).hexdigest()
        if self.state.seen(watched.place).get(watched.place, Seen(FAILED)).version == version:
            return AddReport()
        report = self._add(self.sources.read_fetched(listing.fetched))
        self.state.put_seen(watched.place, {watched.place: Seen(version)})
        return report

    def _entries(self, watched: Watched, listing: Listing, now: float) -> AddReport:
        """Add the articles of a feed or sitemap that are new, have changed, or are to be tried again; the oldest first."""
        seen = self.state.seen(watched.place)
        report = AddReport()
        items: list[Raw | Failure] = []
        marks: dict[str, Seen] = {}
        for entry in reversed(listing.entries):
            name, version = entry.url or entry.text[:200], entry.version or "there"
            known = seen.get(name)
            if known is not None and (known.version == version or (known.version == FAILED and known.due > now)):
                continue
            found = list(self.sources.read_entry(entry))
            failed = all(isinstance(item, Failure) for item in found)
            marks[name] = _failed(known, now, version) if failed else Seen(version)
            items += found
            if len(marks) >= BATCH:
                report, items, marks = self._keep(watched.place, items, marks, report), [], {}
        return self._keep(watched.place, items, marks, report)

    def _keep(self, place: str, items: list[Raw | Failure], marks: dict[str, Seen], report: AddReport) -> AddReport:
        """Add what was fetched, then remember that it was: killed in between, it is fetched again and found unchanged."""
        if marks:
            report = _joined(report, self._add(iter(items)))
            self.state.put_seen(place, marks)
        return report

    def _add(self, items: Iterator[Raw | Failure]) -> AddReport:
        return add_items(self.assistant.index, self.assistant.encoder, items, self.assistant.settings)


def _failed(known: Seen | None, now: float, version: str) -> Seen:
    """Return what is remembered of an article that could not be read: when to try again, or that it was tried often enough."""
    n = known.n_failures if known is not None else 0
    return Seen(FAILED, n + 1, now + RETRIES_S[n]) if n < len(RETRIES_S) else Seen(version, n + 1)


def _version(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return ""
    return f"{status.st_mtime_ns} {status.st_size}"


def _is_fresh(path: str, now: float) -> bool:
    try:
        return 0 <= now - os.stat(path).st_mtime < STILL_S
    except OSError:
        return True


def _joined(one: AddReport, two: AddReport) -> AddReport:
    return AddReport(
        one.added + two.added, one.replaced + two.replaced, one.unchanged + two.unchanged, one.failures + two.failures,
        one.n_passages + two.n_passages,
    )  # fmt: skip
