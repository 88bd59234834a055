"""CSV and TSV: a record for each row, under the names of the first one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import IO

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers import records
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import normal_key
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import Reading

SAMPLE_BYTES = 64 * 1024
TABLE_FACTOR = 20
"""A table that is not UTF-8 is read whole, so it is limited to this many of the largest articles; one in UTF-8 is not."""
DELIMITERS = ",;\t|"
MAX_NAMES = 12


def read(stream: IO[bytes], origin: str, reading: Reading) -> Iterator[Raw | Failure]:
    """Read a table row by row, `origin#n` for the n-th row below the names; a row without a text is named and skipped.

    Raises:
        UnreadableArticle: no column holds the text, or it is no table.
    """
    lines = _text(stream, reading.max_bytes)
    csv.field_size_limit(max(csv.field_size_limit(), reading.max_bytes))  # a story is longer than the 131,072 characters it allows
    head = lines.readline(SAMPLE_BYTES)
    delimiter = max(DELIMITERS, key=head.count)
    number = 0
    try:
        if head.count('"') % 2 == 0:
            rows = csv.reader(lines, delimiter=delimiter)
            names = next(csv.reader([head], delimiter=delimiter), [])
        else:  # a name that goes over several lines
            lines = io.StringIO(head + lines.read(SAMPLE_BYTES) + lines.read(reading.max_bytes))
            rows = csv.reader(lines, delimiter=delimiter)
            names = next(rows, [])
        names = [name.strip().lstrip("\ufeff") for name in names]
        _require_text(names, reading)
        for number, row in enumerate((row for row in rows if any(cell.strip() for cell in row)), start=1):
            yield _row(names, row, f"{origin}#{number}", reading)
    except (csv.Error, UnicodeError) as error:
        raise UnreadableArticle(f"is no valid table after row {number} ({error})", "export it again as CSV in UTF-8") from None
    if not number:
        raise UnreadableArticle("holds no rows", "write one article in each row below the names of the columns")


def _row(names: Sequence[str], row: Sequence[str], origin: str, reading: Reading) -> Raw | Failure:
    record: dict[str, object] = {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}
    original = json.dumps(record, ensure_ascii=False).encode("utf-8", errors="replace")
    return records.checked(record, origin, original, reading)


def _require_text(names: Sequence[str], reading: Reading) -> None:
    known = {normal_key(name) for name in names}
    wanted = reading.columns.get("text")
    if wanted and normal_key(wanted) not in known:
        raise UnreadableArticle(f"has no column {wanted!r}", f"its columns are: {_shown(names)}")
    if not wanted and not known & set(records.TEXT_KEYS):
        raise UnreadableArticle(
            "does not say which column holds the text", f"name it: --column text=NAME; its columns are: {_shown(names)}"
        )


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:MAX_NAMES])
    return shown + (", ..." if len(names) > MAX_NAMES else "")


def _text(stream: IO[bytes], max_bytes: int) -> IO[str]:
    """Return the characters of a table: UTF-8 while they are read, any other encoding whole."""
    sample = stream.read(SAMPLE_BYTES)
    stream.seek(0)
    decode(sample)  # refuses what is empty or binary
    try:
        sample[:-4].decode("utf-8")
    except UnicodeDecodeError:
        limit = max_bytes * TABLE_FACTOR
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise UnreadableArticle(f"is larger than {limit / 1_000_000:g} MB and not in UTF-8", "save it as UTF-8") from None
        return io.StringIO(decode(data), newline="")
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
