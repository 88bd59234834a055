"""The index of the sample articles: made from `./seeds/articles` the first time that somebody asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.index.manifest import read_manifest
from assistant.records import AddReport
from assistant.settings import SAMPLES, Settings, index_path

if TYPE_CHECKING:
    from assistant.ingest import Progress

EXAMPLES = (
    "what did Biden say?",
    "apa kata Biden?",
    "¿qué dijo Biden?",
    "when is Biden's inauguration?",
    "what did Putin say?",
    "what is the capital of Australia?",
)
"""Questions to the samples; the articles do not answer the last two."""


def articles_folder(folder: Path | None = None) -> Path | None:
    """Return the folder of the sample articles, or None outside a checkout."""
    found = (folder or Path.cwd()) / "seeds" / "articles"
    return found if found.is_dir() else None


def questions_file(folder: Path | None = None) -> Path | None:
    """Return the question set of the sample articles, or None outside a checkout."""
    found = (folder or Path.cwd()) / "seeds" / "questions.jsonl"
    return found if found.is_file() else None


def is_missing() -> bool:
    """Say whether the samples could be made and are not there."""
    return articles_folder() is not None and read_manifest(index_path(SAMPLES)) is None


def make_samples(settings: Settings, progress: Progress = lambda origin: None) -> AddReport:
    """Make the index of the sample articles, or complete it; what is there already is left as it is."""
    source = articles_folder()
    if source is None:
        return AddReport()
    from assistant.assistant import Assistant  # late: only asking whether they are there must stay quick

    with Assistant.open(SAMPLES, samples=True, settings=settings) as assistant:
        return assistant.add([source], progress)
