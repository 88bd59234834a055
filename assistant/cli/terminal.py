"""What the commands share to print: JSON, widths, progress, complaints."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

PROSE_COLUMNS = 100
"""Longer lines are hard to read, however wide the terminal is."""


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show a progress bar on stderr, at a terminal only."""
    from tqdm import tqdm

    with tqdm(unit=" articles", disable=None, leave=False) as bar:
        yield lambda origin: cast(None, bar.update())


def json_text(value: Any, indent: int | None = 2) -> str:
    """Return a record, or records, as JSON."""
    import json

    from assistant.serve.render import as_json

    return json.dumps(as_json(value), ensure_ascii=False, indent=indent)


def terminal_columns() -> int:
    """Return how wide the terminal is, 0 for a pipe."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def prose_columns() -> int:
    """Return how wide text is set."""
    return min(terminal_columns(), PROSE_COLUMNS)


def complain(*lines: str) -> None:
    """Print lines to stderr; empty ones are left out."""
    for line in lines:
        if line:
            print(line, file=sys.stderr)


def one_line(error: Exception) -> str:
    """Return what an error says, on one line."""
    return " ".join(str(error).split())
