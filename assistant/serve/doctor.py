"""Examine an installation and an index, and repair what can be made again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from assistant.assistant import open_language_model
from assistant.encoders import bundled_folder, content_digest, stored_digest
from assistant.errors import AssistantError, IndexNotWritable
from assistant.index.index import LocalIndex, Problem
from assistant.index.manifest import read_manifest
from assistant.protocols import Message
from assistant.settings import Settings, index_path
from assistant.text.tokens import count_tokens


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and whether that is well."""

    subject: str
    text: str
    ok: bool = True


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found, part by part; derived parts of the index that are damaged are made again."""
    yield _model()
    yield _tokens()
    yield _language_model(settings)
    yield from _index(settings)


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


def _index(settings: Settings) -> Iterator[Finding]:
    path = index_path(settings.index)
    if read_manifest(path) is None and not path.exists():
        yield Finding("index", f"none at {path} yet; make one with `assistant add PATH`")
        return
    try:
        with LocalIndex.open(path, create=False) as index:
            problems = _repaired(index)
            for problem in problems:
                state = "repaired" if problem.repaired else "not repaired"
                yield Finding(f"index, {problem.part}", f"{problem.message} ({state})", ok=problem.repaired)
            counts = index.count()
            text = f"{path}: {counts.articles} articles, {counts.passages} passages"
            if index.encoder.name == "static" and index.encoder.digest != stored_digest(bundled_folder()):
                text += "; an older model made it: it is encoded again when next opened"
            yield Finding("index", text, ok=all(problem.repaired for problem in problems))
    except AssistantError as error:
        yield Finding("index", f"{error}; {error.hint}" if error.hint else str(error), ok=False)


def _repaired(index: LocalIndex) -> list[Problem]:
    problems = index.check()
    if not problems:
        return []
    try:
        return index.repair()
    except IndexNotWritable:
        return problems  # it may still be read; what is wrong with it is told
