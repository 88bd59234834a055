"""What the commands share to open an index."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from assistant.cli.terminal import complain, progress
from assistant.errors import IndexMismatch
from assistant.settings import SAMPLES, Settings, index_path, is_milvus, load_settings, milvus_token

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.index.protocol import Index


def settings_of(args: argparse.Namespace) -> Settings:
    """Load the settings, with those that the command line gives."""
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
    settings = settings_of(args)
    if is_milvus(settings.index):
        from assistant.index.milvus import MilvusIndex

        return MilvusIndex.open(settings.index, create=False, token=milvus_token())
    require(settings)
    from assistant.index.index import LocalIndex

    return LocalIndex.open(index_path(settings.index), create=False)


def require(settings: Settings) -> None:
    """Say what to do when the index is not there; the samples are made when they are asked for."""
    from assistant.serve import samples

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
