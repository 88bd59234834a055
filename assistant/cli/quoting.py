"""What `quotations` prints: who said what, in the index or in files that are only read."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.cli.filters import dates_of
from assistant.cli.opening import open_assistant, settings_of
from assistant.cli.terminal import complain, prose_columns
from assistant.errors import AssistantError
from assistant.records import Failure

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.records import Article, Quotation, Span
    from assistant.serve.quoted import Said
    from assistant.settings import Settings
    from assistant.text.readers import Raw

    Nearness = Callable[[Sequence[Quotation], Article, Sequence[Span]], Sequence[Quotation]]

STANDARD_INPUT = "-"
KEPT_ARTICLES = 32
"""How many articles are remembered while quotations come that are ordered by nearness, not by article."""


@dataclass
class Search:
    """What is wanted, and what could not be read on the way."""

    args: argparse.Namespace
    settings: Settings
    since: str
    until: str
    failures: list[Failure] = field(default_factory=list)

    def fail(self, origin: str, error: AssistantError) -> None:
        """Note that something could not be read."""
        self.failures.append(Failure(origin, str(error), error.hint))


def print_quotations(args: argparse.Namespace) -> int:
    """Print who said what and return the exit code."""
    from assistant.serve.render import skipped

    since, until = dates_of(args)
    search = Search(args, settings_of(args), since, until)
    count = _print(_found(search), args.json)
    complain(*map(skipped, search.failures))
    if not count and not search.failures:
        complain("no quotations found")
    return 1 if search.failures else 0


def _print(found: Iterator[Said], as_json: bool) -> int:
    """Print quotations while they come and return how many they were."""
    from assistant.serve.quoted import as_lines, as_row

    count = 0

    def counted() -> Iterator[Said]:
        nonlocal count
        for said in found:
            count += 1
            yield said

    lines = (json.dumps(as_row(said), ensure_ascii=False) for said in counted()) if as_json else as_lines(counted(), prose_columns())
    for line in lines:
        print(line)
    return count


def _found(search: Search) -> Iterator[Said]:
    """Yield the quotations of the index, then those of files; what cannot be read is noted and passed over."""
    places = list(dict.fromkeys(search.args.places))
    paths = [place for place in places if place == STANDARD_INPUT or os.path.exists(place)]
    ids = [place for place in places if place not in paths]
    if ids or not places:
        yield from _in_index(search, ids)
    if paths:
        yield from _in_files(search, paths)


# In the index


def _in_index(search: Search, ids: Sequence[str]) -> Iterator[Said]:
    try:
        assistant = open_assistant(search.args)
    except AssistantError as error:
        if not ids:
            raise
        for place in ids:
            search.fail(place, _nowhere(place) if not place.isdecimal() else error)
        return
    with assistant:
        known = _known(search, assistant, ids)
        if known or not ids:
            yield from _of_articles(search, assistant, known)


def _known(search: Search, assistant: Assistant, ids: Sequence[str]) -> tuple[str, ...]:
    known = []
    for place in ids:
        try:
            known.append(assistant.article(place).id)
        except AssistantError as error:
            search.fail(place, error if place.isdecimal() else _nowhere(place))
    return tuple(known)


def _nowhere(place: str) -> AssistantError:
    return AssistantError("is neither a file nor the id of an article", "check the path, or see the ids with `assistant list`")


def _of_articles(search: Search, assistant: Assistant, ids: tuple[str, ...]) -> Iterator[Said]:
    from assistant.records import Filters
    from assistant.serve.quoted import Said, by_article

    args = search.args
    filters = Filters(article_ids=ids)
    found = assistant.quotations(args.speaker, args.about, since=search.since, until=search.until, direct=args.direct, filters=filters)
    article = lru_cache(KEPT_ARTICLES)(assistant.article)
    ordered = found if args.json else by_article(found)
    return (Said(quotation, article(quotation.article_id)) for quotation in ordered)


# In files


def _in_files(search: Search, paths: Iterable[str]) -> Iterator[Said]:
    near = _nearness(search)
    for path in paths:
        for item in _read(path, search.settings.max_article_bytes):
            if isinstance(item, Failure):
                search.failures.append(item)
                continue
            try:
                yield from _of_raw(search, item, near)
            except AssistantError as error:
                search.fail(item.origin, error)


def _read(path: str, max_bytes: int) -> Iterator[Raw | Failure]:
    from assistant.text.readers import read_bytes, read_paths

    if path == STANDARD_INPUT:
        return read_bytes(sys.stdin.buffer.read(max_bytes + 1), STANDARD_INPUT, "text", max_bytes)
    return read_paths([path], max_bytes)


def _of_raw(search: Search, raw: Raw, near: Nearness) -> Iterator[Said]:
    """Yield what is wanted of an article that is in no index."""
    from assistant.serve.quoted import Said
    from assistant.text.clean import clean
    from assistant.text.quotations import find_quotations
    from assistant.text.sentences import split_sentences

    article = clean(raw)
    if not article.text:
        raise AssistantError("it holds no story, only page furniture", "check that the file holds an article's text")
    if not _in_time(search, article.published):
        return
    sentences = split_sentences(article.text, article.language)
    found = [one for one in find_quotations(article.text, sentences, article.language) if _is_wanted(search.args, one)]
    yield from (Said(quotation, article) for quotation in near(found, article, sentences))


def _in_time(search: Search, published: str) -> bool:
    """Say whether a date lies between those that are wanted; no date lies between none."""
    return (not search.since or published >= search.since) and (
        not search.until or (bool(published) and published[: len(search.until)] <= search.until)
    )


def _is_wanted(args: argparse.Namespace, quotation: Quotation) -> bool:
    from assistant.text.quotations import speaker_matches

    names = (quotation.speaker, *quotation.joint) if quotation.speaker else (quotation.written,)
    by_them = not args.speaker or any(speaker_matches(args.speaker, name) for name in names)
    return by_them and args.direct in (None, quotation.direct)


def _nearness(search: Search) -> Nearness:
    """Return what keeps the quotations of an article that are about the topic, nearest first; the encoder is opened when there is one."""
    about = search.args.about.strip()
    if not about:
        return lambda found, article, sentences: found
    from assistant.answer.remember import RememberingEncoder
    from assistant.answer.topics import SURE, Topic
    from assistant.encoders import open_encoder

    encoder = RememberingEncoder(open_encoder(search.settings.encoder))

    def near(found: Sequence[Quotation], article: Article, sentences: Sequence[Span]) -> list[Quotation]:
        topic = Topic(about, OneArticle(article, sentences), encoder)
        nearness, sure = topic.nearness(found), topic.about(found)
        order = sorted(range(len(found)), key=lambda i: (-round(nearness[i], 6), i))
        return [found[i] for i in order if sure[i] >= SURE]

    return near


@dataclass(frozen=True)
class OneArticle:
    """Stands for an index where an article is in none."""

    only: Article
    spans: Sequence[Span]

    def article(self, article_id: str) -> Article:
        """Return the article."""
        return self.only

    def sentences(self, article_id: str) -> Sequence[Span]:
        """Return its sentences."""
        return self.spans
