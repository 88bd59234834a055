"""The indexes that the chat can ask, each opened when it is first asked."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NamedTuple

from assistant.assistant import Assistant
from assistant.errors import IndexMismatch
from assistant.index.manifest import read_manifest
from assistant.serve.samples import EXAMPLES
from assistant.settings import SAMPLES, Settings, index_path, indexes_folder

N_EXAMPLES = 4
NO_ARTICLES = "(no articles yet)"


class Choice(NamedTuple):
    """An index as the switcher shows it."""

    name: str
    label: str
    samples: bool


class OpenIndexes:
    """Opens the named indexes, and only those: a name from a browser is never taken for a path."""

    def __init__(self, settings: Settings, first: str = "") -> None:
        self.settings = settings
        self._asked_for = first
        self._open: dict[str, Assistant] = {}
        self._retired: list[Assistant] = []
        self._lock = threading.Lock()

    def choices(self) -> list[Choice]:
        """Return the indexes there are now: the one asked for, the default, the samples, then the others."""
        folder = indexes_folder()
        others = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        names = [self._asked_for, self.settings.index, SAMPLES, *others]
        known = [_choice(name, always=name == self.settings.index) for name in dict.fromkeys(names) if name]
        return [choice for choice in known if choice]

    def first(self) -> Choice:
        """Return the index to begin with: the one asked for, else the first that is there."""
        choices = self.choices()
        there = (choice for choice in choices if read_manifest(index_path(choice.name)) is not None)
        return next(there, choices[0])

    def choice(self, name: str) -> Choice:
        """Return the index of this name.

        Raises:
            IndexMismatch: there is none.
        """
        found = _choice(name, always=name == self.settings.index) if self._is_offered(name) else None
        if found:
            return found
        raise IndexMismatch(f"there is no index {name!r}", "choose one of those that are offered")

    def _is_offered(self, name: str) -> bool:
        """Say whether a name may be one of the choices; looking through all of them at every event would take longer than answering."""
        plain = Path(name).name == name and (indexes_folder() / name).is_dir()
        return bool(name) and (plain or name in (self._asked_for, self.settings.index, SAMPLES))

    def open(self, name: str) -> Assistant:
        """Return the assistant of an index, opened once.

        Raises:
            AssistantError: there is no such index, or it cannot be opened.
        """
        choice = self.choice(name)
        with self._lock:
            if choice.name not in self._open:
                self._open[choice.name] = Assistant.open(index_path(choice.name), create=False, settings=self.settings)
            return self._open[choice.name]

    def open_to_add(self, name: str) -> Assistant:
        """Return the assistant of an index, which is made when it is offered and not there yet.

        Raises:
            AssistantError: there is no such index, or it cannot be opened.
        """
        if self.is_new(name):
            Assistant.open(index_path(self.choice(name).name), settings=self.settings).close()
        return self.open(name)

    def is_new(self, name: str) -> bool:
        """Say whether an index is offered and not there yet."""
        return bool(name) and name == self.settings.index and read_manifest(index_path(name)) is None

    def own(self, name: str) -> str:
        """Return the index that a reader's own articles go to: this one, unless it holds the samples."""
        return self.settings.index if self.choice(name).samples else name

    def change(self, settings: Settings) -> None:
        """Take other settings: each index is opened again when it is next asked; what runs now ends with the old ones."""
        with self._lock:
            self.settings = settings
            self._retired += self._open.values()
            self._open.clear()

    def examples(self, name: str) -> list[str]:
        """Return questions to begin with: made for the samples, else about who is quoted most."""
        choice = self.choice(name)
        if choice.samples:
            return list(EXAMPLES)
        if read_manifest(index_path(name)) is None:
            return []
        index = self.open(name).index
        speakers = sorted(index.speakers().items(), key=lambda item: (-len(item[1]), item[0]))
        words = "apa kata {}?" if next(iter(index.languages()), "") == "id" else "what did {} say?"
        return [words.format(speaker) for speaker, _ in speakers[:N_EXAMPLES] if speaker]

    def close(self) -> None:
        """Close every index."""
        with self._lock:
            for assistant in (*self._open.values(), *self._retired):
                assistant.close()
            self._open.clear()
            self._retired.clear()


def _choice(name: str, always: bool) -> Choice | None:
    manifest = read_manifest(index_path(name))
    if manifest is None:
        return Choice(name, f"{_short(name)} {NO_ARTICLES}", False) if always else None
    return Choice(name, "Sample articles" if manifest.samples else _short(name), manifest.samples)


def _short(name: str) -> str:
    return Path(name).name or name
