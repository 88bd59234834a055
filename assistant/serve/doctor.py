"""Examine an installation and an index, and repair what can be made again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from assistant.assistant import open_language_model
from assistant.encoders import bundled_folder, content_digest, open_encoder, stored_digest
from assistant.errors import AssistantError, IndexNotWritable
from assistant.index.doctor import Heal, Problem, look
from assistant.index.index import LocalIndex
from assistant.index.manifest import read_manifest
from assistant.index.milvus import MilvusIndex
from assistant.index.protocol import Index
from assistant.protocols import Encoder, Message
from assistant.reindex import heal
from assistant.settings import Settings, index_path, is_milvus, milvus_token
from assistant.text.quotations import RULES_VERSION
from assistant.text.tokens import count_tokens

SPARE_BYTES = 100_000_000
"""A log and a lexical merge may take so much beside the index itself."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and whether that is well."""

    subject: str
    text: str
    ok: bool = True


def examine(settings: Settings, fix: bool = False) -> Iterator[Finding]:
    """Yield what is found, part by part. Derived parts of the index that are damaged are made again, as every opening does.

    Args:
        settings: which index, and which language model.
        fix: repair the store too: make damaged articles again from their originals, count anew, make SQLite's own indexes again.
    """
    yield _model()
    yield _tokens()
    yield _language_model(settings)
    yield _offline(settings)
    yield from _index(settings, fix)


def _model() -> Finding:
    folder = bundled_folder()
    try:
        stored, real = stored_digest(folder), content_digest(folder)
    except (OSError, ValueError, KeyError) as error:
        return Finding("sentence model", f"cannot be read: {error}; install the package again", ok=False)
    if stored != real:
        return Finding("sentence model", "its files are not those it came with; install the package again", ok=False)
    return Finding("sentence model", f"{folder.name}, whole")


def _tokens() -> Finding:
    try:
        count_tokens("Apa kata Biden?")
    except AssistantError as error:
        return Finding("token counter", f"{error}; {error.hint}", ok=False)
    return Finding("token counter", "its vocabulary is on this machine")


def _language_model(settings: Settings) -> Finding:
    model = open_language_model(settings)
    if model is None:
        return Finding("language model", "none is set; answers are the articles' own sentences")
    try:
        model.prepare()
        began = time.monotonic()
        with closing(model.stream([Message("user", "Write one word: yes")])) as stream:
            next(stream)
    except AssistantError as error:
        return Finding("language model", f"{error}; {error.hint}" if error.hint else str(error), ok=False)
    return Finding("language model", f"{model.name} answers after {time.monotonic() - began:.1f} s")


def _offline(settings: Settings) -> Finding:
    url = settings.llm_url
    host = urlsplit(url).hostname or ""
    if url and host not in ("localhost", "::1") and not host.startswith("127."):
        return Finding("offline", f"answers need no network; that they are phrased by a language model needs {host}")
    return Finding("offline", "everything that answers is on this machine")


def _disk(path: Path) -> Finding:
    """Say whether there is room for the index to be written anew beside itself, as a compaction does."""
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    free, size = shutil.disk_usage(there).free, sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    text = f"{_megabytes(free)} are free, the index has {_megabytes(size)}"
    if free < 2 * size + SPARE_BYTES:
        return Finding("disk", f"{text}; free some space: to remove articles for good, the index is written anew", ok=False)
    return Finding("disk", text)


def _index(settings: Settings, fix: bool) -> Iterator[Finding]:
    if is_milvus(settings.index):
        try:
            yield from _in_milvus(settings, fix)
        except AssistantError as error:
            yield Finding("index", f"{error}; {error.hint}" if error.hint else str(error), ok=False)
        return
    path = index_path(settings.index)
    if read_manifest(path) is None and not path.exists():
        yield Finding("index", f"none at {path} yet; make one with `assistant add PATH`")
        return
    yield _disk(path)
    seen = look(path)
    try:
        with LocalIndex.open(path, create=False) as index:
            yield from _opened(index, seen, settings, fix)
    except AssistantError as error:
        yield from (_finding(problem) for problem in seen)
        yield Finding("index", f"{error}; {error.hint}" if error.hint else str(error), ok=False)


def _in_milvus(settings: Settings, fix: bool) -> Iterator[Finding]:
    """Look at every article; what a writer left behind is completed with `fix`, a damaged article has to be added again."""
    with MilvusIndex.open(settings.index, create=False, token=milvus_token()) as index:
        encoder = _encoder(index)
        yield encoder if isinstance(encoder, Finding) else Finding("index, encoder", f"{encoder.name}, the version that made the vectors")
        if index.rules != RULES_VERSION:
            yield Finding("index, quotations", "older rules found them; add the articles again for those of this version", ok=False)
        problems = index.repair() if fix else index.check()
        for problem in problems:
            state = "repaired" if problem.repaired else f"not repaired: {problem.hint}"
            yield Finding("index", f"{problem.message} ({state})", ok=problem.repaired)
        told = ", ".join(f"{n} {name}" for name, n in index.count()._asdict().items())
        yield Finding("index", f"{index.shown}: {told}", ok=all(problem.repaired for problem in problems))
        yield Finding("index, engine", "Milvus: earlier versions, originals and near copies are not kept there")


def _opened(index: LocalIndex, seen: list[Problem], settings: Settings, fix: bool) -> Iterator[Finding]:
    encoder = _encoder(index)
    yield encoder if isinstance(encoder, Finding) else Finding("index, encoder", f"{encoder.name}, the version that made the vectors")
    problems = _problems(index, None if isinstance(encoder, Finding) else encoder, settings, fix)
    named = {(problem.part, problem.message) for problem in problems}
    made = [replace(problem, repaired=index.writable) for problem in seen if (problem.part, problem.message) not in named]
    yield from map(_finding, (*made, *problems))
    left = [problem for problem in problems if not problem.repaired]
    told = ", ".join(f"{n} {name}" for name, n in index.count()._asdict().items())
    sound = "" if left else "; all as they were stored, every span inside its text"
    yield Finding("index", f"{index.path}: {told}{sound}", ok=not left)
    n, size = index.spare_vectors()
    if n:
        text = f"{n} of other encoders or passage settings, {_megabytes(size)}; `assistant reindex --lean` drops them"
        yield Finding("index, spare vectors", text)


def _problems(index: LocalIndex, encoder: Encoder | None, settings: Settings, fix: bool) -> list[Problem]:
    problems = index.check()
    if not problems or not (fix or all(problem.part != "store" for problem in problems)):
        return problems
    mend: Heal | None = None if encoder is None else lambda left, original: heal(left, original, encoder, settings)
    try:
        return index.repair(mend)
    except IndexNotWritable:
        return problems  # it may still be read; what is wrong with it is told


def _finding(problem: Problem) -> Finding:
    if problem.repaired:
        state = "repaired"
    elif problem.part == "store":
        state = f"not repaired: run `assistant doctor --fix`; if that does not help, {problem.hint or 'restore it from a backup'}"
    else:
        state = "not repaired: run it where the index may be written"
    return Finding(f"index, {problem.part}", f"{problem.message} ({state})", ok=problem.repaired)


def _encoder(index: Index) -> Encoder | Finding:
    try:
        encoder = open_encoder(index.encoder.name)
    except AssistantError as error:
        return Finding("index, encoder", f"{error}; {error.hint}" if error.hint else str(error), ok=False)
    if encoder.digest == index.encoder.digest:
        return encoder
    if encoder.name == "static":
        return Finding("index, encoder", "an older model made the vectors: the index is encoded again when next opened")
    hint = f"bring that version back, or run `assistant reindex --encoder {encoder.name}`"
    return Finding("index, encoder", f"{encoder.name} is not the version that made the vectors; {hint}", ok=False)


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"
