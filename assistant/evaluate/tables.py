"""Read the rows of a question set from JSON lines, JSON, CSV, TSV, XLSX or YAML, each with its place in the file."""

from __future__ import annotations

import csv
import json
import lzma
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import MissingExtra, QuestionSetError

MOST_BYTES = 2_000_000_000
"""A larger file is no question set."""


@dataclass(frozen=True)
class Row:
    """One row: where it stands, its values by field, and what is wrong when it could not be read at all."""

    where: str
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file by its ending; any other than those named above is read as JSON lines.

    Raises:
        QuestionSetError: the file cannot be read.
        MissingExtra: it is a workbook and openpyxl is not installed.
    """
    suffix = path.with_suffix("").suffix if path.suffix == ".xz" else path.suffix
    readers = {".json": _json, ".csv": _csv, ".tsv": _csv, ".xlsx": _xlsx, ".yaml": _yaml, ".yml": _yaml}
    try:
        if path.stat().st_size > MOST_BYTES:
            raise QuestionSetError(f"{path} is larger than 2 GB", "give a question set, not a collection of articles")
        return list(readers.get(suffix.lower(), _json_lines)(path))
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}", "give the path of a question set") from error


def read_text(path: Path) -> str:
    """Return the text of a file, unpacked if it ends in `.xz`, without a byte order mark."""
    raw = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return raw.decode("utf-8-sig")


def _json_lines(path: Path) -> Iterator[Row]:
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            yield _parsed(f"line {number}", line)


def _parsed(where: str, line: str) -> Row:
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        return Row(where, problem=f"it is no JSON: {getattr(error, 'msg', error)}")
    return _row(where, value)


def _row(where: str, value: object) -> Row:
    if not isinstance(value, dict):
        return Row(where, problem=f"it is {type(value).__name__}, not an object with fields")
    return Row(where, {str(name): item for name, item in value.items()})


def _json(path: Path) -> Iterator[Row]:
    try:
        data = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise QuestionSetError(f"{path} is no JSON: {error}", "give rows as JSON lines in a file that ends in .jsonl") from error
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        yield from _squad(data["data"])
        return
    rows = data.get("questions") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise QuestionSetError(f"{path} holds no list of questions", "give a list of objects, or SQuAD's `data`")
    yield from (_row(f"row {number}", row) for number, row in enumerate(rows, 1))


def _squad(articles: list[Any]) -> Iterator[Row]:
    """Yield the questions of SQuAD's JSON (Rajpurkar and others 2016; IDK-MRC has the same form), each with its context."""
    for at, article in enumerate(articles, 1):
        for paragraph in article.get("paragraphs") or [] if isinstance(article, dict) else []:
            for asked in paragraph.get("qas") or []:
                row = {**asked, "context": paragraph.get("context")}
                yield _row(f"article {at}, question {asked.get('id', '?')}", row)


def _csv(path: Path) -> Iterator[Row]:
    text = read_text(path)
    delimiter = "\t" if ".tsv" in path.suffixes else max(",;\t", key=text.split("\n", 1)[0].count)
    table = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    yield from _headed(table)


def _xlsx(path: Path) -> Iterator[Row]:
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtra("workbooks need the package openpyxl", "pip install 'article-assistant[tables]'") from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise QuestionSetError(f"{path} is no workbook: {error}", "save it as XLSX, or as CSV") from error
    try:
        yield from _headed(book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


def _headed(table: Any) -> Iterator[Row]:
    """Yield the rows of a table whose first row names the fields; empty cells are left out."""
    names: list[str] = []
    for number, cells in enumerate(table, 1):
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        if not any(texts):
            continue
        if not names:
            names = [text.lower() for text in texts]
            continue
        if any(texts[len(names) :]):
            yield Row(f"row {number}", problem=f"it has {len(texts)} cells, the head has {len(names)}")
            continue
        yield Row(f"row {number}", {name: text for name, text in zip(names, texts, strict=False) if name and text})


def _yaml(path: Path) -> Iterator[Row]:
    import yaml

    try:
        data = yaml.safe_load(read_text(path))
    except (yaml.YAMLError, RecursionError) as error:
        raise QuestionSetError(
            f"{path} is no YAML: {' '.join(str(error).split())}", "give a list of questions with their fields"
        ) from error
    rows = data.get("questions") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise QuestionSetError(f"{path} holds no list of questions", "give a list of questions with their fields")
    yield from (_row(f"row {number}", row) for number, row in enumerate(rows, 1))
