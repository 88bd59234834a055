"""The read path: question -> query -> hits -> sentences or quotations -> citations, verified -> Answer."""

from __future__ import annotations

import logging
from collections import abc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from assistant.answer.answers import Answering
from assistant.answer.drafts import Drafting
from assistant.answer.ledger import Wanted
from assistant.answer.reader import Reader, bundled_reader
from assistant.answer.remember import RememberingEncoder
from assistant.answer.rewrite import rewrite
from assistant.answer.strictness import strictness
from assistant.chat import stand_alone
from assistant.drafting import text_of
from assistant.encoders import open_encoder
from assistant.errors import BadQuestion, EncoderUnavailable, IndexMismatch
from assistant.events import Event, events_of
from assistant.index.index import LocalIndex
from assistant.index.manifest import Manifest, read_manifest
from assistant.index.opening import is_index
from assistant.index.protocol import Index
from assistant.ingest import Outcome, Progress, add_paths, add_record, add_records, open_sources
from assistant.protocols import Encoder, Generator
from assistant.records import AddReport, Answer, Article, Filters, Hit, Quotation, Speaker, Turn
from assistant.search.retrievers import DenseRetriever, HybridRetriever, LexicalRetriever
from assistant.settings import Settings, index_path, is_milvus, language_model_key, load_settings, milvus_token
from assistant.text.fingerprints import VERSION, fingerprint
from assistant.text.quotations import RULES_VERSION, find_quotations

if TYPE_CHECKING:  # what only an assistant with a language model loads
    from assistant.answer.phrasing import Phrasing
    from assistant.llm import LanguageModel

logger = logging.getLogger(__name__)


class Assistant:
    """Answers questions from the articles of one index.

    Safe to use from several threads. `open` makes one; the constructor takes the parts.
    """

    def __init__(
        self, index: Index, encoder: Encoder, settings: Settings, reader: Reader | None = None, generator: Generator | None = None
    ) -> None:
        self.index = index
        self.encoder = encoder
        self.settings = settings
        self.reader = reader
        self.retriever = HybridRetriever(DenseRetriever(index, encoder), LexicalRetriever(index))
        remembering = RememberingEncoder(encoder)
        self.phrasing = _phrasing(generator, remembering, settings.translate) if generator else None
        sure = strictness(settings.strictness)
        self.answering = Answering(Drafting(index, remembering, self.retriever, reader, settings.k, settings.max_citations, sure))

    @classmethod
    def open(cls, index: str | Path = "", *, create: bool = True, samples: bool = False, settings: Settings | None = None) -> Assistant:
        """Open an index by name or path, and make it if there is none.

        An index that an older bundled model has built is encoded again.

        Args:
            index: a name, a path, or an address in Milvus; the setting `index` unless given.
            create: make the index if it is not there; otherwise that is an `IndexMismatch`.
            samples: mark a new index as one of sample articles.
            settings: the settings; loaded from file and environment unless given.

        Raises:
            IndexMismatch: it is no index, or one of a newer format, or another encoder built it than the settings name.
            EncoderUnavailable: the encoder that built it is not on this machine.
            IndexDamaged: its store cannot be read.
        """
        settings = settings or load_settings()
        if is_milvus(str(index or settings.index)):
            return cls._open_milvus(str(index or settings.index), create, settings)
        path = index if isinstance(index, Path) else index_path(index or settings.index)
        manifest = read_manifest(path)
        if manifest is None and is_index(path):  # a backup, or one whose manifest is lost
            with LocalIndex.open(path, create=False) as index_there:
                manifest = index_there.manifest
        if manifest is None and not create:
            raise IndexMismatch(f"there is no index at {path}", "make one with `assistant add PATH`, or name another")
        encoder = open_encoder(_encoder_name(path, manifest, settings))
        passages = passage_settings(settings)
        if manifest is not None and manifest.encoder.name == encoder.name and manifest.encoder.digest != encoder.digest:
            _encode_again(path, encoder)
        reader = bundled_reader(encoder) if settings.quality == "best" else None
        opened = LocalIndex.open(path, encoder, create=create, samples=samples, settings=passages)
        opened.exact_up_to = settings.exact_vectors
        if opened.writable:
            _bring_up_to_date(opened)
        return cls(opened, encoder, settings, reader, open_language_model(settings))

    @classmethod
    def _open_milvus(cls, address: str, create: bool, settings: Settings) -> Assistant:
        from assistant.index.milvus import MilvusIndex

        encoder = open_encoder("static" if settings.encoder in ("", "static") else settings.encoder)
        opened = MilvusIndex.open(
            address,
            encoder,
            create=create,
            settings=passage_settings(settings),
            token=milvus_token(),
            vector_index=settings.milvus_vectors,
            rules=RULES_VERSION,
        )
        reader = bundled_reader(encoder) if settings.quality == "best" else None
        return cls(opened, encoder, settings, reader, open_language_model(settings))

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the index; calling it twice does no harm."""
        self.index.close()

    def add(
        self, paths: Iterable[str | Path], progress: Progress = lambda origin: None, columns: Mapping[str, str] | None = None
    ) -> AddReport:
        """Add files, folders, addresses, feeds and sitemaps of articles; see `assistant.ingest.add_paths`."""
        return add_paths(self.index, self.encoder, paths, self.settings, progress, columns)

    def add_by_ray(
        self,
        paths: Iterable[str | Path],
        address: str,
        progress: Progress = lambda origin: None,
        columns: Mapping[str, str] | None = None,
    ) -> AddReport:
        """Add as `add` does, with the work done on the Ray cluster at an address; see `assistant.ingest_ray.add_by_ray`."""
        from assistant.ingest_ray import add_by_ray

        return add_by_ray(self.index, open_sources(self.settings, columns).read(paths), self.settings, address, progress)

    def add_record(self, record: Mapping[str, object], origin: str = "") -> tuple[str, Outcome]:
        """Add an article that is given as a record: its story under `text`; see `assistant.ingest.add_record`."""
        return add_record(self.index, self.encoder, record, self.settings, origin)

    def add_records(self, records: Iterable[Mapping[str, object]], progress: Progress = lambda origin: None) -> AddReport:
        """Add many such articles; what cannot be read is in the report's `failures`."""
        return add_records(self.index, self.encoder, records, self.settings, progress)

    def ask(self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = "") -> Answer:
        """Answer a question with cited sentences, or abstain.

        The same question on the same index with the same `now` gives the same answer, timings aside; a language model may phrase it
        in other words each time.

        Args:
            question: in any language.
            history: the turns before; a follow-up is understood from them, and "the article" means the one cited last.
            filters: restrict the articles.
            now: the ISO date that stands for today.

        Raises:
            BadQuestion: the question is empty or too long.
        """
        *_, answer = self.stream(question, history, filters, now)
        return answer

    def stream(
        self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = ""
    ) -> abc.Generator[Answer, None, None]:
        """Yield the answer as it grows: each is whole in itself, the last is what `ask` returns.

        Without a language model there is one. Closing it ends the request to the model. Arguments and errors are those of `ask`.
        """
        text = " ".join(question.split())
        if not text:
            raise BadQuestion("the question is empty", "ask something, for example: what did Biden say?")
        if len(text) > self.settings.max_question_chars:
            raise BadQuestion(
                f"the question has {len(text)} characters, more than {self.settings.max_question_chars}",
                "shorten it; articles are added with `assistant add PATH`",
            )
        by_model = None if self.phrasing is None else partial(rewrite, self.phrasing.generator)
        asked = stand_alone(text, history, self.index, self.settings.history_tokens, by_model)
        answer = self.answering.answer(asked.query, history, filters, now or date.today().isoformat(), asked.focus)
        answer = replace(answer, question=text)
        if self.phrasing is None:
            yield answer
        else:
            yield from self.phrasing.phrased(answer, self.answering)

    def events(
        self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters(), now: str = ""
    ) -> abc.Generator[Event, None, None]:
        """Yield the events of the answer as it comes, sentence by sentence; the last is `Done` with what `ask` returns.

        Closing it ends the work. Arguments and errors are those of `ask`.
        """
        return events_of(question, self.stream(question, history, filters, now))

    def search(self, query: str, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return the `k` best passages, best first."""
        return self.answering.search(query, k, filters)

    def speakers(self, filters: Filters = Filters()) -> list[Speaker]:
        """Return who speaks in the articles, most quoted first, then by name; the names of one person are joined across articles."""
        return self.answering.ledger.speakers(filters)

    def quotations(
        self,
        speaker: str = "",
        about: str = "",
        *,
        since: str = "",
        until: str = "",
        direct: bool | None = None,
        filters: Filters = Filters(),
    ) -> list[Quotation]:
        """Return who said what: by date of the article, then by place; with `about` the nearest first.

        Args:
            speaker: the name as a person would type it, in any script, or "" for everybody; a joint statement is each speaker's. A name
                that nobody has gives an empty list.
            about: the topic; words that are not near it are left out.
            since: the ISO date, or its beginning, of the earliest article; an article without a date is left out.
            until: of the latest, all of it included: "2023" is all of that year.
            direct: only what stands in quotation marks (True) or only what is reported (False).
            filters: restrict the articles further.
        """
        return self.answering.ledger.quotations(speaker, Wanted(about, since, until, direct), filters)

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: no article has this id.
        """
        return self.index.article(article_id)

    def articles(self, filters: Filters = Filters()) -> Iterator[Article]:
        """Yield the articles, oldest id first."""
        return self.index.articles(filters)

    def remove(self, article_ids: str | Iterable[str]) -> int:
        """Remove articles for good and return how many there were.

        Raises:
            UnknownArticle: one of them is not there; then nothing is removed.
        """
        ids = [article_ids] if isinstance(article_ids, str) else list(article_ids)
        return self.index.remove(ids)


def passage_settings(settings: Settings) -> dict[str, int]:
    """Return the settings that an index is built with."""
    return {"passage_tokens": settings.passage_tokens, "passage_overlap": settings.passage_overlap}


def _phrasing(generator: Generator, encoder: Encoder, translates: bool) -> Phrasing:
    from assistant.answer.phrasing import Phrasing
    from assistant.answer.support import Verifier

    return Phrasing(generator, Verifier(encoder), translates)


def open_language_model(settings: Settings) -> LanguageModel | None:
    """Return the language model that the settings name, or None when they name none. Nothing is connected yet."""
    if not settings.llm_url:
        return None
    from assistant.llm import LanguageModel, Server

    server = Server(settings.llm_url, settings.llm_model, settings.llm_timeout_s, settings.llm_retries, settings.llm_tokens)
    return LanguageModel(server, language_model_key())


def _encoder_name(path: Path, manifest: Manifest | None, settings: Settings) -> str:
    """Return the encoder to open: the one that built the index, unless the settings name another: then refuse."""
    wanted = "static" if settings.encoder in ("", "static") else settings.encoder
    if manifest is None:
        return wanted
    built = manifest.encoder.name
    if settings.encoder and wanted != built:
        raise IndexMismatch(
            f"the index at {path} was built by the encoder {built!r}, the settings name {wanted!r}",
            "leave the setting `encoder` out, or build another index with `--index NAME`",
        )
    return built


def _encode_again(path: Path, encoder: Encoder) -> None:
    if encoder.name != "static":
        raise EncoderUnavailable(
            f"the encoder {encoder.name!r} is not the version that built the index at {path}",
            "bring that version back, or build another index with `--index NAME`",
        )
    logger.warning("the sentence model has changed: the index at %s is encoded again", path)
    with LocalIndex.open(path, create=False) as index:
        index.reencode(encoder, encoder.encode_passages, text_of=text_of)


def _bring_up_to_date(index: LocalIndex) -> None:
    if index.quotations_version != RULES_VERSION and index.count().articles:
        logger.warning("the rules for quotations have changed: those of the index at %s are found again", index.path)
    try:
        index.requote(RULES_VERSION, lambda article, sentences: find_quotations(article.text, sentences, article.language))
        index.complete(VERSION, text_of, fingerprint)
    except BaseException:
        index.close()
        raise
