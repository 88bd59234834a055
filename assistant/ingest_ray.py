"""The write path on a Ray cluster: text work and encoding run on its workers, this process reads and commits.

The articles come as a stream from one reader and go, in their order, to one writer, so this is a window of tasks over the cluster and no
dataset. A worker does with a batch just what is done here without Ray. Exactly once: a task whose worker or node dies is done again by
another, its articles are committed when its result is here, and what an index holds is not sent out again; so a run that was broken off is
gone on with by running it again.
"""

from __future__ import annotations

import logging
import socket
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from assistant import __version__
from assistant.drafting import Draft, cleaned, drafted
from assistant.encoders import open_encoder
from assistant.environment import quiet_ray
from assistant.errors import EncoderUnavailable, MissingExtra, SettingsError
from assistant.index.changes import original_digest
from assistant.index.protocol import Index
from assistant.ingest import BATCH_ARTICLES, Progress, encode_drafts, is_known
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import AddReport, Failure
from assistant.settings import Settings
from assistant.text.readers import Raw

logger = logging.getLogger(__name__)

TASK_ARTICLES = 32
"""Articles in a task: half a second of work, some hundred times what a task costs."""
WINDOW = 3
"""Tasks under way for each processor: one that runs, one that waits there, one whose result waits here."""
RETRIES = 5
"""How often a task is done again when its worker dies; a batch that kills every worker is given up."""
LOCAL = "local"
KNOCK_S = 10.0


@dataclass(frozen=True)
class Work:
    """What every task needs to know."""

    encoder: str
    digest: str
    version: str
    settings: Settings


Done = tuple[str, list[PreparedArticle | Failure]]


def prepare(work: Work, items: Sequence[Raw]) -> list[PreparedArticle | Failure]:
    """Clean, split and encode articles, in their order; this is what a worker does.

    Raises:
        EncoderUnavailable: the worker has another version of the assistant or of the sentence model.
    """
    encoder = _encoder(work.encoder)
    if (encoder.digest, __version__) != (work.digest, work.version):
        raise EncoderUnavailable("a worker has another version of the assistant or its model", "install the same version on all nodes")
    drafts = [drafted(cleaned(item), item, work.settings) for item in items]
    ready = iter(encode_drafts([draft for draft in drafts if isinstance(draft, Draft)], encoder))
    return [draft if isinstance(draft, Failure) else next(ready) for draft in drafts]


@lru_cache(maxsize=1)
def _encoder(name: str) -> Encoder:
    return open_encoder(name)


def add_by_ray(
    index: Index, items: Iterable[Raw | Failure], settings: Settings, address: str, progress: Progress = lambda origin: None
) -> AddReport:
    """Add what was read, as `add_items` does, with the work done on a cluster.

    Args:
        index: the index to add to.
        items: what was read.
        settings: the passage and size settings are used.
        address: of the head of a cluster, `host:port`, or "local" for one of this machine's processors that ends with the call.
        progress: called with the origin of every article or failure as it is read.

    Raises:
        SettingsError: no cluster answers there.
        MissingExtra: Ray is not installed.
    """
    adding = Adding(index, progress)
    with connected(address) as ray:
        work = ray.put(Work(index.encoder.name, index.encoder.digest, __version__, settings))
        task = ray.remote(num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD")(_at_node)
        under_way: deque[tuple[Any, list[Raw]]] = deque()
        for batch in adding.batches(items):
            under_way.append((task.remote(work, batch), batch))
            while len(under_way) >= WINDOW * max(1, int(ray.cluster_resources().get("CPU", 1))):
                adding.take(*_result(ray, *under_way.popleft()))
        while under_way:
            adding.take(*_result(ray, *under_way.popleft()))
    return adding.finished()


def _at_node(work: Work, items: Sequence[Raw]) -> Done:
    import ray

    return ray.get_runtime_context().get_node_id(), prepare(work, items)


def _result(ray: Any, task: Any, batch: Sequence[Raw]) -> Done:
    """Return what a task gave; when it was given up, its articles are failures."""
    try:
        done: Done = ray.get(task)
        return done
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError) as error:
        told = f"the workers that read it ended, {RETRIES + 1} times"
        logger.warning("a batch of %d articles is left out: %s", len(batch), error)
        return "", [Failure(item.origin, told, "add it again without --ray to see what is wrong") for item in batch]
    except ray.exceptions.RayTaskError as error:
        raise error.cause if isinstance(error.cause, Exception) else error from None


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to a cluster, or start one of this machine, and give Ray itself; it is let go of at the end.

    Raises:
        SettingsError: no cluster answers there.
        MissingExtra: Ray is not installed.
    """
    quiet_ray(on_loopback=address == LOCAL or address.startswith(("127.", "localhost:", "[::1]")))
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("adding on a cluster needs Ray", "pip install 'article-assistant[ray]'") from error
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    if address == LOCAL:
        options.update(address=LOCAL, include_dashboard=False)
    else:
        options.update(address=address)
    there = ray.is_initialized()
    if not there:
        if address != LOCAL:
            _knock(address)
        try:
            ray.init(**options)
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise _no_cluster(address) from error
    try:
        yield ray
    finally:
        if not there:
            ray.shutdown()


def _knock(address: str) -> None:
    """See that something listens there: Ray itself tries for minutes."""
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdigit() and 0 < int(port) < 65_536):
        raise SettingsError(f"{address!r} is no address of a Ray cluster", "give it like head.example:6379, or give --ray local")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK_S).close()
    except OSError as error:
        raise _no_cluster(address) from error


def _no_cluster(address: str) -> SettingsError:
    return SettingsError(f"no Ray cluster answers at {address}", "start one with `ray start --head`, or give --ray local")


class Adding:
    """What is added by a run: it sends out what is not known, and commits what comes back, a generation per batch."""

    def __init__(self, index: Index, progress: Progress) -> None:
        self._index = index
        self._progress = progress
        self._report = AddReport()
        self._failures: list[Failure] = []
        self._ready: list[PreparedArticle] = []
        self._seen: set[str] = set()
        self._by_node: Counter[str] = Counter()

    def batches(self, items: Iterable[Raw | Failure]) -> Iterator[list[Raw]]:
        """Yield batches of the articles that have to be worked on."""
        new = self._new(items)
        while batch := list(islice(new, TASK_ARTICLES)):
            yield batch

    def _new(self, items: Iterable[Raw | Failure]) -> Iterator[Raw]:
        for item in items:
            self._progress(item.origin)
            if isinstance(item, Failure):
                self._failures.append(item)
            elif self._index.is_read(item.origin, original_digest(item.original)):
                self._report = replace(self._report, unchanged=self._report.unchanged + 1)
            else:
                yield item

    def take(self, node: str, done: Sequence[PreparedArticle | Failure]) -> None:
        """Take in what a worker gives."""
        self._by_node[node] += len(done)
        for item in done:
            if isinstance(item, Failure):
                self._failures.append(item)
            elif item.article.content_hash in self._seen or is_known(self._index, item.article):
                self._report = replace(self._report, unchanged=self._report.unchanged + 1)
            else:
                self._seen.add(item.article.content_hash)
                self._ready.append(item)
            if len(self._ready) >= BATCH_ARTICLES:
                self._commit()

    def finished(self) -> AddReport:
        """Commit the rest and return what was done."""
        if self._ready:
            self._commit()
        logger.info("articles by node: %s", dict(self._by_node))
        return replace(self._report, failures=tuple(self._failures))

    def _commit(self) -> None:
        ready, self._ready, self._seen = self._ready, [], set()
        replaces = [self._index.find_origin(item.article.origin) is not None for item in ready]
        ids = self._index.add(ready)
        self._report = replace(
            self._report,
            added=(*self._report.added, *(i for i, old in zip(ids, replaces, strict=True) if not old)),
            replaced=(*self._report.replaced, *(i for i, old in zip(ids, replaces, strict=True) if old)),
            n_passages=self._report.n_passages + sum(len(item.passages) for item in ready),
        )
