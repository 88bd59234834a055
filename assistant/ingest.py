"""The write path: paths -> read -> clean -> sentences -> quotations -> passages -> terms and vectors -> index."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.errors import AssistantError, UnreadableArticle
from assistant.fetch.limits import Limits
from assistant.index.changes import original_digest
from assistant.index.encoded import vector_key
from assistant.index.protocol import Index
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import AddReport, Article, Failure, Passage, Quotation, Span
from assistant.settings import Settings
from assistant.sources import Sources
from assistant.text.clean import clean
from assistant.text.fingerprints import fingerprint
from assistant.text.passages import split_passages
from assistant.text.quotations import find_quotations
from assistant.text.readers import Raw, Reading, read_bytes
from assistant.text.sentences import split_sentences
from assistant.text.terms import analyse
from assistant.text.tokens import count_many

logger = logging.getLogger(__name__)

BATCH_ARTICLES = 256
"""Articles per generation: what a crash may lose at most, and what is held in memory at once."""

Progress = Callable[[str], None]
Outcome = Literal["added", "replaced", "unchanged"]


@dataclass(frozen=True)
class Draft:
    """An article that is split but not yet encoded."""

    article: Article
    original: bytes
    sentences: tuple[Span, ...]
    passages: tuple[tuple[int, int], ...]
    quotations: tuple[Quotation, ...]

    def passage_texts(self) -> list[str]:
        """Return what stands for each passage in the index: the title, then the passage's own words."""
        title = "" if "title" in self.article.inferred else self.article.title
        return [indexed_text(title, self.article.text, self.sentences, bounds) for bounds in self.passages]


def indexed_text(title: str, text: str, sentences: tuple[Span, ...], bounds: tuple[int, int]) -> str:
    """Return the text that is encoded and analysed for the passage of sentences `[bounds[0], bounds[1])`."""
    words = text[sentences[bounds[0]].start : sentences[bounds[1] - 1].end]
    return f"{title}\n{words}" if title else words


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
    drafted = article if isinstance(article, Failure) else draft_article(article, item, settings)
    if isinstance(drafted, Failure):
        raise UnreadableArticle(f"the article {drafted.error}".replace("article it ", "article "), drafted.hint)
    report = _commit(index, encoder, [drafted], AddReport())
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
    """Add what was read; see `add_paths`."""
    failures: list[Failure] = []
    report = AddReport()
    batch: list[Draft] = []
    seen: dict[str, str] = {}
    for item in items:
        progress(item.origin)
        if isinstance(item, Raw) and index.is_read(item.origin, original_digest(item.original)):
            report = replace(report, unchanged=report.unchanged + 1)
            continue
        article = cleaned(item)
        if isinstance(article, Failure):
            failures.append(article)
            continue
        if is_known(index, article) or article.content_hash in seen:
            report = replace(report, unchanged=report.unchanged + 1)
            continue
        drafted = draft_article(article, item, settings)
        if isinstance(drafted, Failure):
            failures.append(drafted)
            continue
        seen[article.content_hash] = article.origin
        batch.append(drafted)
        if len(batch) >= BATCH_ARTICLES:
            report = _commit(index, encoder, batch, report)
            batch, seen = [], {}
    if batch:
        report = _commit(index, encoder, batch, report)
    return replace(report, failures=tuple(failures))


def cleaned(item: Raw | Failure) -> Article | Failure:
    """Return the article that was read, or why there is none."""
    if isinstance(item, Failure):
        return item
    try:
        article = clean(item)
    except AssistantError as error:
        return Failure(item.origin, str(error), error.hint)
    if not article.text:
        return Failure(item.origin, "it holds no story, only page furniture", "check that the file holds an article's text")
    return article


def draft_article(article: Article, item: Raw | Failure, settings: Settings) -> Draft | Failure:
    """Split a clean article, or say why it cannot be."""
    try:
        return split_article(article, item.original if isinstance(item, Raw) else b"", settings)
    except AssistantError as error:
        return Failure(article.origin, str(error), error.hint)


def split_article(article: Article, original: bytes, settings: Settings) -> Draft:
    """Split a clean article into sentences, quotations and passages."""
    sentences = tuple(split_sentences(article.text, article.language))
    counts = count_many([span.of(article.text) for span in sentences])
    passages = tuple(split_passages(counts, settings.passage_tokens, settings.passage_overlap))
    quotations = tuple(find_quotations(article.text, sentences, article.language))
    return Draft(article, original, sentences, passages, quotations)


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
    for draft, group, named in zip(drafts, texts, keys, strict=True):
        rows = [vectors[key] for key in named]
        yield PreparedArticle(
            article=draft.article,
            original=draft.original,
            sentences=draft.sentences,
            passages=draft.passages,
            quotations=draft.quotations,
            terms=tuple(tuple(analyse(text, draft.article.language)) for text in group),
            vectors=np.array(rows, np.float32).reshape(len(rows), encoder.dimensions),
            keys=tuple(named),
            fingerprint=fingerprint(draft.article.text),
        )


def text_of(article: Article, passage: Passage) -> str:
    """Return what was encoded for a passage of a stored article."""
    title = "" if "title" in article.inferred else article.title
    return indexed_text(title, article.text, passage.sentences, (0, len(passage.sentences)))
