"""The write path: paths -> read -> clean -> sentences -> quotations -> passages -> terms and vectors -> index.

All up to the terms is in `drafting`, as several processes do it; vectors and index are one writer's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.drafting import Draft, cleaned, drafted, drafts
from assistant.errors import UnreadableArticle, WorkerLost
from assistant.fetch.limits import Limits
from assistant.index.changes import original_digest
from assistant.index.encoded import vector_key
from assistant.index.protocol import Index
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import AddReport, Article, Failure
from assistant.settings import Settings
from assistant.sources import Sources
from assistant.text.readers import Raw, Reading, read_bytes

logger = logging.getLogger(__name__)

BATCH_ARTICLES = 256
"""Articles per generation: what a crash may lose at most, and what is held in memory at once."""
BATCH_BYTES = 64_000_000
"""A generation has fewer articles when what they were read from is so large."""
Progress = Callable[[str], None]
Outcome = Literal["added", "replaced", "unchanged"]


def add_paths(
    index: Index,
    encoder: Encoder,
    paths: Iterable[str | Path],
    settings: Settings,
    progress: Progress = lambda origin: None,
    columns: Mapping[str, str] | None = None,
) -> AddReport:
    """Add files, folders, addresses, feeds, sitemaps or standard input to the index, a generation per batch.

    An unchanged article is skipped by its content hash; a changed one replaces its old version. What cannot be
    read is reported and skipped, the rest goes in.

    Args:
        index: the index to add to.
        encoder: the encoder that the index was made with.
        paths: paths, addresses (`https://...`), files that list addresses, and `-` for standard input.
        settings: the passage, size and fetch settings are used.
        progress: called with the origin of every article or failure as it is read.
        columns: the names in the user's own tables and records: our field, or `text`, -> their column or key.
    """
    return add_items(index, encoder, open_sources(settings, columns).read(paths), settings, progress)


def open_sources(settings: Settings, columns: Mapping[str, str] | None = None) -> Sources:
    """Return what reads places, within the limits of the settings."""
    allow = frozenset(site.strip().lower() for site in settings.fetch_allow.split(",") if site.strip())
    limits = Limits(settings.max_article_bytes, settings.fetch_timeout_s, settings.fetch_delay_s, allow)
    return Sources(limits, Reading(settings.max_article_bytes, columns or {}), settings.fetch_max_articles)


def add_record(index: Index, encoder: Encoder, record: Mapping[str, object], settings: Settings, origin: str = "") -> tuple[str, Outcome]:
    """Add one article that is given as a record, and return its id and whether it is new, takes another's place, or was there already.

    Args:
        index: the index to add to.
        encoder: the encoder that the index was made with.
        record: the story under `text`, and what is known about it under the names of `Article`.
        settings: the passage and size settings are used.
        origin: what it is known by; the article with this origin is replaced. The record's `url` unless given, else its own content.

    Raises:
        UnreadableArticle: it holds no story.
    """
    item = _read_record(record, settings, origin)
    article = cleaned(item)
    if not isinstance(article, Failure) and is_known(index, article):
        found = index.find_origin(article.origin)
        return (found[0] if found else index.find_hash(article.content_hash)) or "", "unchanged"
    made = drafted(article, item, settings)
    if isinstance(made, Failure):
        raise UnreadableArticle(f"the article {made.error}".replace("article it ", "article "), made.hint)
    report = _commit(index, encoder, [made], AddReport())
    return (report.added or report.replaced)[0], "added" if report.added else "replaced"


def add_records(
    index: Index,
    encoder: Encoder,
    records: Iterable[Mapping[str, object]],
    settings: Settings,
    progress: Progress = lambda origin: None,
) -> AddReport:
    """Add articles that are given as records, a generation per batch; see `add_record` and `add_paths`."""
    return add_items(index, encoder, (_read_record(record, settings) for record in records), settings, progress)


def _read_record(record: Mapping[str, object], settings: Settings, origin: str = "") -> Raw | Failure:
    data = json.dumps(record, ensure_ascii=False).encode("utf-8", errors="replace")
    where = origin or str(record.get("url") or "") or f"record:{blake2b(data, digest_size=16).hexdigest()}"
    read = next(read_bytes(data, where, "json", settings.max_article_bytes))
    return replace(read, origin=where)  # the reader numbers what stands in lists


def add_items(
    index: Index, encoder: Encoder, items: Iterable[Raw | Failure], settings: Settings, progress: Progress = lambda origin: None
) -> AddReport:
    """Add what was read; see `add_paths`.

    Raises:
        WorkerLost: a process that prepared articles was killed; what it had finished is added.
    """
    adding = _Adding(index, encoder)
    with closing(drafts(adding.unread(items, progress), adding.knows, settings)) as made:
        try:
            for one in made:
                adding.take(one)
        except WorkerLost:
            adding.commit()
            raise
    adding.commit()
    return replace(adding.report, failures=tuple(adding.failures))


class _Adding:
    """One addition: what waits for its generation, and the report so far."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self.index, self.encoder = index, encoder
        self.failures: list[Failure] = []
        self.report = AddReport()
        self._batch: list[Draft] = []
        self._size_bytes = 0
        self._seen: set[str] = set()

    def unread(self, items: Iterable[Raw | Failure], progress: Progress) -> Iterator[Raw | Failure]:
        """Yield what was not read from just these bytes before."""
        for item in items:
            progress(item.origin)
            if isinstance(item, Raw) and self.index.is_read(item.origin, original_digest(item.original)):
                self._pass_over()
            else:
                yield item

    def knows(self, article: Article) -> bool:
        """Say whether the index has the article, or will have it with this batch."""
        return article.content_hash in self._seen or is_known(self.index, article)

    def take(self, drafted: Draft | Failure | None) -> None:
        """Add an article to the batch, and the batch to the index when it is full; None stands for an article that is known."""
        if isinstance(drafted, Failure):
            self.failures.append(drafted)
        elif drafted is None or self.knows(drafted.article):
            self._pass_over()
        else:
            self._seen.add(drafted.article.content_hash)
            self._batch.append(drafted)
            self._size_bytes += len(drafted.original)
            if len(self._batch) >= BATCH_ARTICLES or self._size_bytes >= BATCH_BYTES:
                self.commit()

    def commit(self) -> None:
        """Store what waits, in one generation."""
        if self._batch:
            self.report = _commit(self.index, self.encoder, self._batch, self.report)
        self._batch, self._seen, self._size_bytes = [], set(), 0

    def _pass_over(self) -> None:
        self.report = replace(self.report, unchanged=self.report.unchanged + 1)


def is_known(index: Index, article: Article) -> bool:
    """Say whether the index holds an article: what it says, whether or not it was read from there."""
    found = index.find_origin(article.origin)
    if found is not None:
        return found[1] == article.content_hash
    return index.find_hash(article.content_hash) is not None


def _commit(index: Index, encoder: Encoder, batch: list[Draft], report: AddReport) -> AddReport:
    replaced = {draft.article.origin for draft in batch if index.find_origin(draft.article.origin) is not None}
    ids = index.add(list(encode_drafts(batch, encoder, index)))
    new = [i for i, draft in zip(ids, batch, strict=True) if draft.article.origin not in replaced]
    old = [i for i, draft in zip(ids, batch, strict=True) if draft.article.origin in replaced]
    return replace(
        report,
        added=(*report.added, *new),
        replaced=(*report.replaced, *old),
        n_passages=report.n_passages + sum(len(draft.passages) for draft in batch),
    )


def encode_drafts(drafts: list[Draft], encoder: Encoder, index: Index | None = None) -> Iterator[PreparedArticle]:
    """Yield the articles ready for the index; the encoder sees, in one call, only what the index has no vector of, and that once."""
    texts = [draft.passage_texts() for draft in drafts]
    keys = [[vector_key(encoder.digest, text) for text in group] for group in texts]
    wanted = (key for group in keys for key in group)
    vectors = dict(index.known_vectors(wanted, encoder.dimensions)) if index is not None else {}
    unknown = {key: text for pair in zip(keys, texts, strict=True) for key, text in zip(*pair, strict=True) if key not in vectors}
    if unknown:
        vectors.update(zip(unknown, encoder.encode_passages(list(unknown.values())), strict=True))
    for draft, named in zip(map(Draft.analysed, drafts), keys, strict=True):
        rows = [vectors[key] for key in named]
        yield PreparedArticle(
            article=draft.article,
            original=draft.original,
            sentences=draft.sentences,
            passages=draft.passages,
            quotations=draft.quotations,
            terms=draft.terms or (),
            vectors=np.array(rows, np.float32).reshape(len(rows), encoder.dimensions),
            keys=tuple(named),
            fingerprint=draft.fingerprint,
        )
