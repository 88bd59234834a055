"""Copying an index while it is in use."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from assistant.errors import IndexDamaged, IndexNotWritable
from assistant.index import store
from assistant.index.files import PARTIAL, sync_folder, writing
from assistant.index.store import Store


def back_up(source: Store, folder: Path) -> None:
    """Write one state of the store into a new folder, which is an index: its other parts are made when it is first opened.

    The copy is read in one transaction, so writers go on, and it holds nothing that was removed before. It is complete before the folder
    has its name.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise IndexNotWritable(f"{folder} is there already and is not empty", "name a new folder for the backup")
    partial = folder.with_name(folder.name + PARTIAL)
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            source.copy_into(partial / store.NAME)
            _check(partial)
            if folder.exists():
                folder.rmdir()
            os.replace(partial, folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(folder.parent)


def _check(folder: Path) -> None:
    with (folder / store.NAME).open("rb") as file:
        os.fsync(file.fileno())
    copy = Store.open(folder, writable=True)
    try:
        if problems := copy.problems():
            raise IndexDamaged(f"the index cannot be backed up: {problems[0]}", "run `assistant doctor --fix` first")
    finally:
        copy.close()
    sync_folder(folder)
