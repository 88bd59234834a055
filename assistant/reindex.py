"""Making what an index holds of its articles again: by better cleaning, other passage settings, another encoder.

The old answers until the new is whole, batch by batch, and what is interrupted goes on where it was when it is called again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from assistant.drafting import Draft, cleaned, split_article, text_of
from assistant.errors import AssistantError
from assistant.index.index import LocalIndex
from assistant.index.versions import CLEANED
from assistant.ingest import BATCH_ARTICLES, encode_drafts
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import Article, Failure, Span
from assistant.settings import Settings
from assistant.text.clean import content_digest
from assistant.text.passages import split_passages
from assistant.text.quotations import find_quotations
from assistant.text.readers import FIELDS, Raw, read_bytes
from assistant.text.tokens import count_many

Progress = Callable[[int, int], None]
_RECORD = re.compile(r"\.(?:json|jsonl|ndjson)#[0-9]+$", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class ReindexReport:
    """What was made again: how many articles have another text or metadata, how many other passages, and what was left as it was."""

    cleaned: int = 0
    rearranged: int = 0
    encoded: bool = False
    failures: tuple[Failure, ...] = ()

    def with_(self, other: ReindexReport) -> ReindexReport:
        """Return the two reports as one."""
        return ReindexReport(
            self.cleaned + other.cleaned,
            self.rearranged + other.rearranged,
            self.encoded or other.encoded,
            (*self.failures, *other.failures),
        )


def clean_again(index: LocalIndex, encoder: Encoder, settings: Settings, progress: Progress) -> ReindexReport:
    """Read and clean the kept original of every article again; one that comes out the same stays untouched.

    One that comes out otherwise gets a new id, and what it said before stays as its earlier version. One that cannot be read from its
    original (it was made by another program) is left as it is and reported.
    """
    report, failures = ReindexReport(), []
    for articles, total, done in _batches(index):
        changed: list[tuple[str, Draft]] = []
        for article in articles:
            again = _read_again(article, index.original(article.id), settings)
            if isinstance(again, Failure):
                failures.append(again)
            elif again.article.content_hash != article.content_hash:
                changed.append((article.id, again))
        if changed:
            prepared = encode_drafts([draft for _, draft in changed], encoder, index)
            index.replace([(i, item) for (i, _), item in zip(changed, prepared, strict=True)], CLEANED)
        report = replace(report, cleaned=report.cleaned + len(changed))
        progress(done, total)
    return replace(report, failures=tuple(failures))


def cut_again(index: LocalIndex, encoder: Encoder, settings: Settings, progress: Progress) -> ReindexReport:
    """Cut every article into the passages that the settings ask for; only texts that no passage had before are encoded."""
    report = ReindexReport()
    for articles, total, done in _batches(index):
        changed: list[tuple[str, Draft]] = []
        for article in articles:
            sentences = index.sentences(article.id)
            before = [tuple(passage.sentences) for passage in index.article_passages(article.id)]
            counts = count_many([span.of(article.text) for span in sentences])
            passages = tuple(split_passages(counts, settings.passage_tokens, settings.passage_overlap))
            if [tuple(sentences[first:stop]) for first, stop in passages] != before:
                changed.append((article.id, _drafted(index, article, sentences, passages)))
        if changed:
            prepared = encode_drafts([draft for _, draft in changed], encoder, index)
            index.rearrange([(i, item) for (i, _), item in zip(changed, prepared, strict=True)])
        report = replace(report, rearranged=report.rearranged + len(changed))
        progress(done, total)
    index.put_settings({"passage_tokens": settings.passage_tokens, "passage_overlap": settings.passage_overlap})
    return report


def encode_again(index: LocalIndex, encoder: Encoder, progress: Progress) -> ReindexReport:
    """Encode every passage with another encoder, keeping each batch as it is made; then all change at once."""
    index.reencode(encoder, encoder.encode_passages, text_of=text_of, progress=progress)
    return ReindexReport(encoded=True)


def heal(left: Article, original: bytes, encoder: Encoder, settings: Settings) -> PreparedArticle | None:
    """Make a damaged article again with the very text that it had, or return None when nothing proves which that was.

    The original is sound when this is called: it proves the text that it cleans to, if that is the text that is left or has the content
    hash that is left. Else the text that is left is proved by its content hash. Nothing is taken from what else is stored of it.
    """
    try:
        again = _read_again(left, original, settings)
        if isinstance(again, Draft) and (again.article.content_hash == left.content_hash or again.article.text == left.text):
            return next(encode_drafts([again], encoder))
        if content_digest(left.text, {name: getattr(left, name) for name in FIELDS}) == left.content_hash:
            return next(encode_drafts([split_article(left, original, settings)], encoder))
    except (AssistantError, TypeError, ValueError):
        return None
    return None


def _batches(index: LocalIndex) -> Iterator[tuple[list[Article], int, int]]:
    """Yield the articles that are there at the beginning, a batch at a time, with how many there are and how many are done."""
    total, done = index.count().articles, 0
    last = max((int(article_id) for article_id in index.article_dates()), default=0)
    articles = index.articles()
    while batch := [article for article in islice(articles, BATCH_ARTICLES) if int(article.id) <= last]:
        done += len(batch)
        yield batch, total, done


def _read_again(article: Article, original: bytes, settings: Settings) -> Draft | Failure:
    """Return what comes out of an article's original now."""
    kind = "json" if _RECORD.search(article.origin) else "html" if _ADDRESS.match(article.origin) else ""
    found = list(read_bytes(original, article.origin, kind, settings.max_article_bytes))
    if len(found) != 1 or isinstance(found[0], Failure):
        why = found[0].error if found and isinstance(found[0], Failure) else "its original is not one article"
        return Failure(article.origin, f"article {article.id} is left as it is: {why}", "add it again from where it came")
    again = cleaned(Raw(article.origin, original, found[0].text, found[0].fields))
    try:
        return again if isinstance(again, Failure) else split_article(again, original, settings)
    except AssistantError as error:
        return Failure(article.origin, str(error), error.hint)


def _drafted(index: LocalIndex, article: Article, sentences: tuple[Span, ...], passages: tuple[tuple[int, int], ...]) -> Draft:
    quotations = tuple(find_quotations(article.text, sentences, article.language))
    return Draft(article, index.original(article.id), sentences, passages, quotations)
