"""What is made of one article alone: clean text, sentences, quotations, passages, terms. Of many it is made by several processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

from assistant.errors import AssistantError
from assistant.pool import in_processes
from assistant.records import Article, Failure, Passage, Quotation, Span
from assistant.settings import Settings
from assistant.text.clean import clean
from assistant.text.fingerprints import fingerprint
from assistant.text.passages import split_passages
from assistant.text.quotations import find_quotations
from assistant.text.readers import Raw
from assistant.text.sentences import split_sentences
from assistant.text.terms import analyse
from assistant.text.tokens import count_many

ALONE = 256
"""The first articles are prepared here: to start a process that does it takes as long as these do."""
GROUP = 16
GROUP_BYTES = 1_000_000
"""What is sent to a process at once: articles, or fewer that are large."""


@dataclass(frozen=True)
class Draft:
    """An article that is split but not yet encoded. `terms` and `fingerprint` are those of `PreparedArticle`, made later when not given."""

    article: Article
    original: bytes
    sentences: tuple[Span, ...]
    passages: tuple[tuple[int, int], ...]
    quotations: tuple[Quotation, ...]
    terms: tuple[tuple[str, ...], ...] | None = None
    fingerprint: bytes = b""

    def passage_texts(self) -> list[str]:
        """Return what stands for each passage in the index: the title, then the passage's own words."""
        title = "" if "title" in self.article.inferred else self.article.title
        return [indexed_text(title, self.article.text, self.sentences, bounds) for bounds in self.passages]

    def analysed(self) -> Draft:
        """Return it with its terms and its fingerprint."""
        if self.terms is not None:
            return self
        terms = tuple(tuple(analyse(text, self.article.language)) for text in self.passage_texts())
        return replace(self, terms=terms, fingerprint=fingerprint(self.article.text))


def indexed_text(title: str, text: str, sentences: tuple[Span, ...], bounds: tuple[int, int]) -> str:
    """Return the text that is encoded and analysed for the passage of sentences `[bounds[0], bounds[1])`."""
    words = text[sentences[bounds[0]].start : sentences[bounds[1] - 1].end]
    return f"{title}\n{words}" if title else words


def drafts(
    items: Iterator[Raw | Failure], knows: Callable[[Article], bool], settings: Settings
) -> Generator[Draft | Failure | None, None, None]:
    """Yield what is made of each item, in their order, None for one that is known; of many by several processes."""
    apart = settings.add_processes > 1
    for item in islice(items, ALONE) if apart else items:
        article = cleaned(item)
        yield None if not isinstance(article, Failure) and knows(article) else drafted(article, item, settings)
    if apart and (following := next(items, None)) is not None:
        work = partial(_draft_group, settings=settings)
        with closing(in_processes(work, grouped(chain((following,), items)), settings.add_processes)) as groups:
            for group in groups:
                yield from group


def _draft_group(items: list[Raw | Failure], settings: Settings) -> list[Draft | Failure]:
    made = (drafted(cleaned(item), item, settings) for item in items)
    return [one if isinstance(one, Failure) else one.analysed() for one in made]


def grouped(items: Iterable[Raw | Failure]) -> Iterator[list[Raw | Failure]]:
    """Yield the items in groups that are worth sending to another process."""
    group: list[Raw | Failure] = []
    size_bytes = 0
    for item in items:
        group.append(item)
        size_bytes += len(item.original) if isinstance(item, Raw) else 0
        if len(group) >= GROUP or size_bytes >= GROUP_BYTES:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


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


def drafted(article: Article | Failure, item: Raw | Failure, settings: Settings) -> Draft | Failure:
    """Split what `cleaned` returned of an item, or return why that cannot be."""
    if isinstance(article, Failure):
        return article
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


def text_of(article: Article, passage: Passage) -> str:
    """Return what was encoded for a passage of a stored article."""
    title = "" if "title" in article.inferred else article.title
    return indexed_text(title, article.text, passage.sentences, (0, len(passage.sentences)))
