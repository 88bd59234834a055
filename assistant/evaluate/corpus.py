"""The articles that a set is asked of, in an index, and where its gold lies in them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from assistant.answer.answers import Answering
from assistant.assistant import Assistant
from assistant.drafting import split_article
from assistant.errors import IndexMismatch
from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet
from assistant.ingest import encode_drafts
from assistant.records import Article, Span
from assistant.settings import Settings, index_path
from assistant.text.language import detect_language

UNSPLIT = 1_000_000
"""A token budget that leaves every context one passage."""
Place = tuple[str, Span]
"""An article's id and a span of its text."""


@dataclass(frozen=True)
class Tuned:
    """Numbers that are no settings, None where the product's own stand.

    The probabilities from which on it answers and cites a further sentence, and by what the weights of terms are multiplied in fusion.
    """

    abstain_below: float | None = None
    cite_from: float | None = None
    terms_worth: float | None = None

    def given(self) -> dict[str, float]:
        """Return those that differ from the product's own."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def applied(self, assistant: Assistant) -> Assistant:
        """Return the assistant after it has been given the numbers."""
        given = self.given()
        worth = given.pop("terms_worth", None)
        drafting = assistant.answering.drafting
        if worth is not None:
            assistant.retriever = replace(assistant.retriever, terms_worth=worth)
        assistant.answering = Answering(replace(drafting, retriever=assistant.retriever, strictness=drafting.strictness._replace(**given)))
        return assistant


@dataclass(frozen=True)
class Source:
    """Where an index for an evaluation is: its folder, the settings to open it with, and numbers that differ from the product's own."""

    path: Path
    settings: Settings
    tuned: Tuned = Tuned()

    def open(self) -> Assistant:
        """Open the index."""
        return self.tuned.applied(Assistant.open(self.path, create=False, settings=self.settings))


class Corpus:
    """The articles a set is asked of, and what the set calls them."""

    def __init__(self, assistant: Assistant, by_name: dict[str, str]) -> None:
        self.assistant = assistant
        self.by_name = by_name

    @classmethod
    @contextmanager
    def of(cls, questions: QuestionSet, settings: Settings) -> Iterator[Corpus]:
        """Build the index in a temporary folder, or open the one that the settings name where the set brings no articles."""
        with built(questions, settings) as source, cls.opened(questions, source) as corpus:
            yield corpus

    @classmethod
    @contextmanager
    def opened(cls, questions: QuestionSet, source: Source) -> Iterator[Corpus]:
        """Open an index that is built."""
        with source.open() as assistant:
            yield cls(assistant, _contexts(assistant, questions) if questions.contexts else ids_by_name(assistant.articles()))

    @cached_property
    def now(self) -> str:
        """The day that stands for today: that of the newest article, so that "last year" means the same whenever it is measured."""
        return max((day[:10] for day in self.assistant.index.article_dates().values()), default="")

    @cached_property
    def digest(self) -> str:
        """A hash of the articles, the sentence model and the passages: equal ones answer equally under equal settings."""
        index = self.assistant.index
        digest = blake2b(f"{index.encoder.name} {index.encoder.digest}".encode(), digest_size=16)
        for article in index.articles():
            spans = [passage.span for passage in index.article_passages(article.id)]
            digest.update(f"\n{article.id} {article.content_hash} {[tuple(span) for span in spans]}".encode())
        return digest.hexdigest()

    @cached_property
    def names(self) -> dict[str, str]:
        """What each article is called in files, by its id: its shortest name that a question set may use."""
        return _names(self.by_name)

    def ids(self, gold: Gold) -> list[str]:
        """Return the article of a gold; of one that names none every article that has its words."""
        if gold.article:
            return [self.by_name[gold.article]] if gold.article in self.by_name else []
        return [article.id for article in self.assistant.articles() if gold.text and gold.text in article.text]

    def gold(self, question: EvaluationQuestion) -> list[Place]:
        """Return the article and the sentences' span of each gold; a gold that is not in its article is left out."""
        return [place for gold in question.gold for place in self.places(gold)]

    def places(self, gold: Gold) -> list[Place]:
        """Return where one gold lies: the sentences that its words touch, or the whole article if it has no words."""
        found = []
        for article_id in self.ids(gold):
            text = self.assistant.article(article_id).text
            if not gold.text:
                found.append((article_id, Span(0, len(text))))
                continue
            at = gold.at if gold.at >= 0 and text.startswith(gold.text, gold.at) else text.find(gold.text)
            if at >= 0:
                found.append((article_id, self._sentence(article_id, Span(at, at + len(gold.text)))))
        return found

    def _sentence(self, article_id: str, span: Span) -> Span:
        """Widen a span to the sentences it touches: a short answer stands for its sentence."""
        touched = [s for s in self.assistant.index.sentences(article_id) if s.overlaps(span)]
        return Span(touched[0].start, touched[-1].end) if touched else span


@contextmanager
def built(questions: QuestionSet, settings: Settings) -> Iterator[Source]:
    """Build the index of a set in a temporary folder and remove it afterwards.

    A set that brings no articles is asked of the index that the settings name; where that was built with another sentence model or other
    passages, its articles are read again from what the index keeps of their files.

    Raises:
        IndexMismatch: the set brings no articles and there is no such index.
    """
    if questions.contexts:
        settings = replace(settings, passage_tokens=UNSPLIT, passage_overlap=0)
    own = index_path(settings.index)
    if not (questions.contexts or questions.articles) and _fits(own, settings):
        yield Source(own, settings)
        return
    with tempfile.TemporaryDirectory(prefix="evaluate-") as folder:
        path = Path(folder) / "index"
        with Assistant.open(path, settings=settings) as assistant:
            if questions.contexts:
                _add_contexts(assistant, questions.contexts)
            elif questions.articles is not None:
                assistant.add([questions.articles])
            else:
                _add_again(assistant, own)
        yield Source(path, settings)


def _fits(path: Path, settings: Settings) -> bool:
    """Say whether an index was built as the settings would build it."""
    from assistant.index.manifest import read_manifest

    manifest = read_manifest(path)
    if manifest is None:
        raise IndexMismatch(
            f"there is no index at {path}", "put the articles in a folder `articles` beside the set, or name an index with --index"
        )
    wanted = {"passage_tokens": settings.passage_tokens, "passage_overlap": settings.passage_overlap}
    same = all(manifest.settings.get(name, value) == value for name, value in wanted.items())
    return same and settings.encoder in ("", manifest.encoder.name)


def _add_again(assistant: Assistant, path: Path) -> None:
    """Split and encode the articles of another index again."""
    from assistant.index.index import LocalIndex

    with LocalIndex.open(path, create=False) as old:
        drafts = [split_article(article, old.original(article.id), assistant.settings) for article in old.articles()]
    for at in range(0, len(drafts), 256):
        assistant.index.add(list(encode_drafts(drafts[at : at + 256], assistant.encoder)))


def _add_contexts(assistant: Assistant, contexts: Sequence[str]) -> None:
    for at in range(0, len(contexts), 1000):
        drafts = []
        for number, context in enumerate(contexts[at : at + 1000], at):
            text = context.strip()
            digest = blake2b(f"{number}\n{text}".encode(), digest_size=16).hexdigest()
            article = Article("", text[:60], text, language=detect_language(text), content_hash=digest,
                              origin=f"context:{number}", inferred=("title",))  # fmt: skip
            drafts.append(split_article(article, text.encode(), assistant.settings))
        assistant.index.add(list(encode_drafts(drafts, assistant.encoder)))


def _contexts(assistant: Assistant, questions: QuestionSet) -> dict[str, str]:
    """Return article ids by the numbers of the contexts, and by their names where they have some."""
    found = {article.origin.removeprefix("context:"): article.id for article in assistant.articles()}
    if questions.names:  # golds name contexts by number, files by their own names
        return {**{questions.names[int(number)]: i for number, i in found.items()}, **found}
    return found


def ids_by_name(articles: Iterable[Article]) -> dict[str, str]:
    """Return article ids by every name that a set may give them; of two articles with one name the older has it."""
    found: dict[str, str] = {}
    named = [(Path(a.origin).name, a.origin, a.url, a.title, a.id) for a in articles]
    for names in zip(*named, strict=True):
        for name, article in zip(names, named, strict=True):
            if name:
                found.setdefault(name, article[-1])
    return found


def article_names(articles: Iterable[Article]) -> dict[str, str]:
    """Return by its id what each article is called in a question set: a name by which evaluating finds it, and no other article."""
    return _names(ids_by_name(articles))


def _names(by_name: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, article_id in by_name.items():
        found.setdefault(article_id, name)
    return found


def touches(article_id: str, span: Span, gold: Place) -> bool:
    """Say whether a span shares a character with a gold."""
    return article_id == gold[0] and span.overlaps(gold[1])


def is_gold(article_id: str, span: Span, gold: Place) -> bool:
    """Say whether a citation is the gold sentence: they share at least half of the shorter one."""
    if not touches(article_id, span, gold):
        return False
    shared = min(span.end, gold[1].end) - max(span.start, gold[1].start)
    return 2 * shared >= min(span.end - span.start, gold[1].end - gold[1].start)
