"""What the commands share to open an index."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.cli.terminal import complain, progress
from assistant.errors import IndexMismatch

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.index.protocol import Index
    from assistant.index.reading import StoredArticles
    from assistant.settings import Settings


def settings_of(args: argparse.Namespace) -> Settings:
    """Load the settings, with those that the command line gives."""
    from assistant.settings import load_settings

    names = ("host", "port", "root_path", "sign_in", "workers", "log_questions", "strictness", "llm_url", "llm_model")
    flags = {name: getattr(args, name, None) for name in names}
    if getattr(args, "no_llm", False):
        flags["llm_url"] = ""
    return load_settings(index=args.index, **flags)


def open_assistant(args: argparse.Namespace) -> Assistant:
    """Open the index that the command line names.

    Raises:
        AssistantError: it is not there, or cannot be opened.
    """
    from assistant.assistant import Assistant

    settings = settings_of(args)
    require(settings)
    return Assistant.open(create=False, settings=settings)


def open_index(args: argparse.Namespace) -> Index:
    """Open the index without its models, for commands that only look articles up: that takes a tenth of the time.

    Raises:
        AssistantError: it is not there, or cannot be opened.
    """
    from assistant.settings import index_path, is_milvus

    settings = settings_of(args)
    if is_milvus(settings.index):
        return _open_milvus(settings)
    require(settings)
    from assistant.index.index import LocalIndex

    return LocalIndex.open(index_path(settings.index), create=False)


@contextmanager
def open_articles(args: argparse.Namespace) -> Iterator[StoredArticles | Index]:
    """Open the articles alone, for commands that change nothing and search for nothing: that takes a tenth of the time of an index.

    Raises:
        AssistantError: the index is not there, or cannot be opened.
    """
    from assistant.settings import index_path, is_milvus

    settings = settings_of(args)
    if is_milvus(settings.index):
        with _open_milvus(settings) as index:
            yield index
        return
    require(settings)
    from assistant.index.opening import opened_articles

    with opened_articles(index_path(settings.index)) as articles:
        yield articles


def _open_milvus(settings: Settings) -> Index:
    from assistant.index.milvus import MilvusIndex
    from assistant.settings import milvus_token

    return MilvusIndex.open(settings.index, create=False, token=milvus_token())


def require(settings: Settings) -> None:
    """Say what to do when the index is not there; the samples are made when they are asked for."""
    from assistant.serve import samples
    from assistant.settings import SAMPLES, index_path, is_milvus

    if is_milvus(settings.index):  # opening it tells
        return
    path = index_path(settings.index)
    if settings.index == SAMPLES and samples.is_missing():
        make_samples(settings)
    elif not path.exists() or (path.is_dir() and not any(path.iterdir())):
        hint = "make one with `assistant add PATH`"
        if samples.articles_folder():
            hint += f", or try the samples: assistant ask --index {SAMPLES} 'what did Biden say?'"
        raise IndexMismatch(f"there is no index at {path}", hint)


def make_samples(settings: Settings) -> None:
    """Make the index of the sample articles if there is none."""
    from assistant.serve import samples
    from assistant.serve.render import skipped

    if samples.is_missing():
        complain("making the index of the sample articles")
        with progress() as step:
            report = samples.make_samples(settings, step)
        complain(*map(skipped, report.failures))
