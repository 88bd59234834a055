"""Articles as JSON Lines, a line for each, without loss: out of one index and into another.

The first line says what the file is and which encoder made the vectors. A line holds the article's fields under the names that every
reader of articles knows (`title`, `text`, `url`, ...), so other programs, and `assistant add`, can read it too; the original's bytes, the
earlier versions, and, for the whole index, what is made of the text. What is read back is checked as if a stranger had written it.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from assistant.drafting import Draft, split_article
from assistant.errors import AssistantError, UnreadableArticle
from assistant.index.changes import verify_places
from assistant.index.encoded import vector_key
from assistant.index.files import PARTIAL, replace_file, writing
from assistant.index.index import LocalIndex
from assistant.index.rows import number
from assistant.index.versions import Version
from assistant.ingest import BATCH_ARTICLES, encode_drafts
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import AddReport, Article, Failure, Filters, Quotation, Span
from assistant.settings import Settings
from assistant.text.clean import content_digest
from assistant.text.fingerprints import fingerprint
from assistant.text.readers import FIELDS
from assistant.text.terms import analyse

FORMAT = "article-assistant 1"
Progress = Callable[[str], None]
_SPANS = ("span", "words")


def export(index: LocalIndex, path: Path, *, whole: bool, filters: Filters = Filters(), progress: Progress = lambda origin: None) -> int:
    """Write the articles that the filters allow to a file, packed when its name ends in `.gz`, and return how many there were.

    Args:
        index: where they are.
        path: the file; it is replaced when all is written.
        whole: write what is made of the text too: sentences, passages, quotations, vectors.
        filters: restrict the articles.
        progress: called with the origin of every article as it is written.
    """
    partial, n = path.with_name(path.name + PARTIAL), 0
    encoder = asdict(index.encoder)
    with writing(path.parent):
        try:
            with _opened(partial, "w", packed=path.suffix == ".gz") as file:
                _write(file, {"format": FORMAT, "encoder": encoder, "settings": dict(index.manifest.settings), "whole": whole})
                for article in index.articles(filters):
                    _write(file, _record(index, index.article(article.id), whole))
                    progress(article.origin)
                    n += 1
            replace_file(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    return n


def import_articles(
    index: LocalIndex, encoder: Encoder, path: Path, settings: Settings, progress: Progress = lambda origin: None
) -> AddReport:
    """Read articles that `export` has written into an index.

    Into an empty index they come with their ids and earlier versions, so that citations stay true; into one with articles they get new
    ids, what is there already is left out, and what has the origin of a stored article replaces it. Vectors are taken over when the same
    encoder made them. A line that does not hold together is reported and skipped.

    Raises:
        UnreadableArticle: the file is none that `export` has written.
    """
    report, failures = AddReport(), []
    keep_ids = index.count().articles == 0 and index.generation <= 1
    with _opened(path, "r", packed=path.suffix == ".gz") as file:
        trusted = _head(file, path).get("encoder", {}).get("digest") == encoder.digest
        lines = enumerate(file, start=2)
        while batch := list(islice(lines, BATCH_ARTICLES)):
            kept: list[tuple[PreparedArticle, list[Version]]] = []
            for line_number, line in batch:
                try:
                    record = _parsed(line)
                    known = not keep_ids and index.find_hash(record["content_hash"]) is not None
                    report = replace(report, unchanged=report.unchanged + known)
                    if not known:
                        kept.append(_prepared(record, encoder if trusted else None))
                        progress(kept[-1][0].article.origin)
                except (KeyError, TypeError, ValueError, AssistantError) as error:
                    why = str(error) if isinstance(error, AssistantError) else "it is damaged, or not a line that an export has written"
                    failures.append(Failure(f"{path} line {line_number}", why, "export it again"))
            report = _stored(index, encoder, settings, kept, keep_ids, report)
    return replace(report, failures=tuple(failures))


def _stored(
    index: LocalIndex,
    encoder: Encoder,
    settings: Settings,
    kept: list[tuple[PreparedArticle, list[Version]]],
    keep_ids: bool,
    report: AddReport,
) -> AddReport:
    bare = [at for at, (item, _) in enumerate(kept) if not item.keys and item.article.text]
    drafts = [_draft(kept[at][0], settings) for at in bare]
    for at, made in zip(bare, encode_drafts(drafts, encoder, index), strict=True):
        kept[at] = made, kept[at][1]
    if not kept:
        return report
    if keep_ids:
        ids = index.restore(kept, keep_ids=True)
        return replace(report, added=(*report.added, *ids), n_passages=report.n_passages + sum(len(item.passages) for item, _ in kept))
    old = [index.find_origin(item.article.origin) is not None for item, _ in kept]
    ids = index.add([item for item, _ in kept])
    new = tuple(i for i, was in zip(ids, old, strict=True) if not was)
    replaced = tuple(i for i, was in zip(ids, old, strict=True) if was)
    n_passages = report.n_passages + sum(len(item.passages) for item, _ in kept)
    return replace(report, added=(*report.added, *new), replaced=(*report.replaced, *replaced), n_passages=n_passages)


def _draft(item: PreparedArticle, settings: Settings) -> Draft:
    if not item.sentences:
        return split_article(item.article, item.original, settings)
    return Draft(item.article, item.original, item.sentences, item.passages, item.quotations)


def _record(index: LocalIndex, article: Article, whole: bool) -> dict[str, Any]:
    _, earlier = index.history(article.id)
    record = asdict(article) | {
        "original": base64.b64encode(index.original(article.id)).decode(),
        "history": [asdict(version) for version in earlier],
    }
    if whole:
        sentences = index.sentences(article.id)
        at = {span.start: position for position, span in enumerate(sentences)}
        passages = index.article_passages(article.id)
        vectors = index.passage_vectors(article.id)
        record["made"] = {
            "sentences": sentences,
            "passages": [[at[p.sentences[0].start], at[p.sentences[-1].start] + 1] for p in passages],
            "quotations": [asdict(quotation) for quotation in index.quotations((article.id,))],
            "vectors": base64.b64encode(vectors.astype("<f2").tobytes()).decode(),
        }
    return record


def _prepared(record: dict[str, Any], encoder: Encoder | None) -> tuple[PreparedArticle, list[Version]]:
    """Return an article as it was exported, with its vectors if the encoder made them, else without, and its earlier versions."""
    article = _article(record)
    if content_digest(article.text, {name: getattr(article, name) for name in FIELDS}) != article.content_hash:
        raise UnreadableArticle("the text or the metadata is not what was exported")
    number(article.id)
    original = base64.b64decode(record["original"], validate=True)
    earlier = [Version(_article(item["article"]), str(item["now"]), str(item["replaced"]), str(item["why"])) for item in record["history"]]
    made = record.get("made")
    if made is None:
        return PreparedArticle(article, original, (), (), (), (), np.empty((0, 0), np.float32)), earlier
    sentences = tuple(Span(int(start), int(end)) for start, end in made["sentences"])
    passages = tuple((int(first), int(stop)) for first, stop in made["passages"])
    quotations = tuple(_quotation(item) for item in made["quotations"])
    bare = PreparedArticle(article, original, sentences, passages, quotations, (), np.empty((0, 0), np.float32))
    verify_places(bare)
    if encoder is None:
        return bare, earlier
    draft = Draft(article, original, sentences, passages, quotations)
    texts = draft.passage_texts()
    halves = np.frombuffer(base64.b64decode(made["vectors"], validate=True), "<f2").reshape(len(texts), encoder.dimensions)
    terms = tuple(tuple(analyse(text, article.language)) for text in texts)
    keys = tuple(vector_key(encoder.digest, text) for text in texts)
    whole = PreparedArticle(article, original, sentences, passages, quotations, terms, halves.astype(np.float32), keys)
    return replace(whole, fingerprint=fingerprint(article.text)), earlier


def _article(record: dict[str, Any]) -> Article:
    values = {field.name: record[field.name] for field in fields(Article)}
    if not all(isinstance(value, str) for name, value in values.items() if name not in ("inferred", "pages", "provenance")):
        raise TypeError("a field of an article is no text")
    provenance = {str(name): str(place) for name, place in values["provenance"].items()}
    pages, inferred = tuple(map(int, values["pages"])), tuple(map(str, values["inferred"]))
    return Article(**{**values, "inferred": inferred, "pages": pages, "provenance": provenance})


def _quotation(record: dict[str, Any]) -> Quotation:
    spans = {name: Span(*map(int, record[name])) for name in _SPANS}
    return Quotation(**{**record, **spans, "joint": tuple(record["joint"])})


def _parsed(line: str) -> dict[str, Any]:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise TypeError("a line is no record")
    return record


def _head(file: IO[str], path: Path) -> dict[str, Any]:
    try:
        head = _parsed(file.readline())
    except (ValueError, TypeError, OSError, EOFError):
        head = {}
    if head.get("format") != FORMAT:
        hint = f"files of articles are added with `assistant add {path}`"
        raise UnreadableArticle(f"{path} is no file that `assistant export` has written", hint)
    return head


def _write(file: IO[str], record: dict[str, Any]) -> None:
    file.write(json.dumps(record, ensure_ascii=False) + "\n")


@contextmanager
def _opened(path: Path, mode: str, *, packed: bool) -> Iterator[IO[str]]:
    try:
        with gzip.open(path, mode + "t", encoding="utf-8") if packed else path.open(mode, encoding="utf-8") as file:
            yield file  # type: ignore[misc]
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UnreadableArticle(f"{path} cannot be opened: {error.strerror}", "name a file") from error
    except (EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise UnreadableArticle(f"{path} is damaged: {error}", "export it again") from error
