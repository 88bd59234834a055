"""The write path: paths -> read -> clean -> sentences -> quotations -> passages -> terms and vectors -> index."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from assistant.errors import AssistantError, UnreadableArticle
from assistant.index.index import LocalIndex
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import AddReport, Article, Failure, Quotation, Span
from assistant.settings import Settings
from assistant.text.clean import clean
from assistant.text.passages import split_passages
from assistant.text.quotations import find_quotations
from assistant.text.readers import Raw, read_bytes, read_paths
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
    index: LocalIndex,
    encoder: Encoder,
    paths: Iterable[str | Path],
    settings: Settings,
    progress: Progress = lambda origin: None,
) -> AddReport:
    """Add files and folders to the index, a generation per batch.

    An unchanged article is skipped by its content hash; a changed one replaces its old version. A file that cannot be
    read is reported and skipped, the rest goes in.

    Args:
        index: the index to add to.
        encoder: the encoder that the index was made with.
        paths: files and folders.
        settings: the passage and size settings are used.
        progress: called with the origin of every article or failure as it is read.
    """
    return add_read(index, encoder, read_paths([Path(path) for path in paths], max_bytes=settings.max_article_bytes), settings, progress)


def add_record(
    index: LocalIndex, encoder: Encoder, record: Mapping[str, object], settings: Settings, origin: str = ""
) -> tuple[str, Outcome]:
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
    drafted = _draft(_read_record(record, settings, origin), settings)
    if isinstance(drafted, Failure):
        raise UnreadableArticle(f"the article {drafted.error}".replace("article it ", "article "), drafted.hint)
    article = drafted.article
    if _is_known(index, article):
        found = index.find_origin(article.origin)
        return (found[0] if found else index.find_hash(article.content_hash)) or "", "unchanged"
    report = _commit(index, encoder, [drafted], AddReport())
    return (report.added or report.replaced)[0], "added" if report.added else "replaced"


def add_records(
    index: LocalIndex,
    encoder: Encoder,
    records: Iterable[Mapping[str, object]],
    settings: Settings,
    progress: Progress = lambda origin: None,
) -> AddReport:
    """Add articles that are given as records, a generation per batch; see `add_record` and `add_paths`."""
    return add_read(index, encoder, (_read_record(record, settings) for record in records), settings, progress)


def _read_record(record: Mapping[str, object], settings: Settings, origin: str = "") -> Raw | Failure:
    data = json.dumps(record, ensure_ascii=False).encode("utf-8", errors="replace")
    where = origin or str(record.get("url") or "") or f"record:{blake2b(data, digest_size=16).hexdigest()}"
    read = next(read_bytes(data, where, "json", settings.max_article_bytes))
    return replace(read, origin=where)  # the reader numbers what stands in lists


def add_read(
    index: LocalIndex, encoder: Encoder, items: Iterable[Raw | Failure], settings: Settings, progress: Progress = lambda origin: None
) -> AddReport:
    """Add what readers hand over; see `add_paths`."""
    failures: list[Failure] = []
    report = AddReport()
    batch: list[Draft] = []
    seen: dict[str, str] = {}
    for item in items:
        progress(item.origin)
        drafted = _draft(item, settings)
        if isinstance(drafted, Failure):
            failures.append(drafted)
            continue
        article = drafted.article
        if _is_known(index, article) or article.content_hash in seen:
            report = replace(report, unchanged=report.unchanged + 1)
            continue
        seen[article.content_hash] = article.origin
        batch.append(drafted)
        if len(batch) >= BATCH_ARTICLES:
            report = _commit(index, encoder, batch, report)
            batch, seen = [], {}
    if batch:
        report = _commit(index, encoder, batch, report)
    return replace(report, failures=tuple(failures))


def _draft(item: Raw | Failure, settings: Settings) -> Draft | Failure:
    if isinstance(item, Failure):
        return item
    try:
        article = clean(item)
        if not article.text:
            return Failure(item.origin, "it holds no story, only page furniture", "check that the file holds an article's text")
        return split_article(article, item.original, settings)
    except AssistantError as error:
        return Failure(item.origin, str(error), error.hint)


def split_article(article: Article, original: bytes, settings: Settings) -> Draft:
    """Split a clean article into sentences, quotations and passages."""
    sentences = tuple(split_sentences(article.text, article.language))
    counts = count_many([span.of(article.text) for span in sentences])
    passages = tuple(split_passages(counts, settings.passage_tokens, settings.passage_overlap))
    quotations = tuple(find_quotations(article.text, sentences, article.language))
    return Draft(article, original, sentences, passages, quotations)


def _is_known(index: LocalIndex, article: Article) -> bool:
    found = index.find_origin(article.origin)
    if found is not None:
        return found[1] == article.content_hash
    return index.find_hash(article.content_hash) is not None


def _commit(index: LocalIndex, encoder: Encoder, batch: list[Draft], report: AddReport) -> AddReport:
    replaced = {draft.article.origin for draft in batch if index.find_origin(draft.article.origin) is not None}
    ids = index.add(list(encode_drafts(batch, encoder)))
    new = [i for i, draft in zip(ids, batch, strict=True) if draft.article.origin not in replaced]
    old = [i for i, draft in zip(ids, batch, strict=True) if draft.article.origin in replaced]
    return replace(
        report,
        added=(*report.added, *new),
        replaced=(*report.replaced, *old),
        n_passages=report.n_passages + sum(len(draft.passages) for draft in batch),
    )


def encode_drafts(drafts: list[Draft], encoder: Encoder) -> Iterator[PreparedArticle]:
    """Encode the passages of all drafts in one call and yield the articles ready for the index."""
    texts = [draft.passage_texts() for draft in drafts]
    vectors = encoder.encode_passages([text for group in texts for text in group])
    at = 0
    for draft, group in zip(drafts, texts, strict=True):
        yield PreparedArticle(
            article=draft.article,
            original=draft.original,
            sentences=draft.sentences,
            passages=draft.passages,
            quotations=draft.quotations,
            terms=tuple(tuple(analyse(text, draft.article.language)) for text in group),
            vectors=vectors[at : at + len(group)],
        )
        at += len(group)
