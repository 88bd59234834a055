"""PDF: the text of the pages, and where each page begins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.errors import MissingExtra, UnreadableArticle
from assistant.text.readers.metadata import field_value
from assistant.text.readers.raw import Raw
from assistant.text.readers.word import NO_AUTHOR, NO_TITLE

MAGIC = b"%PDF-"
MAGIC_WITHIN = 1024
SECONDS = 4
SECONDS_PER_MB = 2
MAX_SECONDS = 60
"""A page of text takes some milliseconds; what is not done in this time is hostile, or no article."""
EDGE = 2
"""Running heads and feet stand in so many first and last lines of a page."""
MIN_PAGES = 3
PAGE_NUMBER = re.compile(r"\W*(?:[^\W\d_]{2,8}\s+)?(\d{1,4})(?:\s*(?:/|of|dari|de|von)\s*\d{1,4})?\W*")
HYPHEN = re.compile(r"(?:[\ufffe\x02]|(?<=[^\W\d_])[-\u00ad])\s*\r?\n\s*(?=[a-zà-öø-ÿ])")
MARKED_HYPHEN = re.compile(r"[\ufffe\x02]\s*")
ENDED = re.compile(r"[.!?:。！？…؟।][\"'”’»)\]]*$")
FULL = 0.8
"""A line shorter than this part of the page's usual width ends its paragraph."""
OCR_HINT = "put its text in by OCR first (for example `ocrmypdf in.pdf out.pdf`)"


def read(data: bytes, origin: str) -> Raw:
    """Read one .pdf; `Raw.pages` says where its pages begin.

    Raises:
        UnreadableArticle: it is damaged, locked, without text, or takes more time or memory than an article may.
    """
    if MAGIC not in data[:MAGIC_WITHIN]:
        raise UnreadableArticle("is no PDF", "get the file again")
    said = _pages(data)
    pages = [_lines(text) for text in said["pages"]]
    pages = _without_running_lines(pages)
    if not any(pages):
        raise UnreadableArticle("is a PDF without text: its pages are pictures", OCR_HINT)
    text, begins = _joined(pages)
    fields = {}
    for name, junk in (("title", NO_TITLE), ("author", NO_AUTHOR)):
        value = field_value(name, said.get(name))
        if value and not junk.match(value):
            fields[name] = value
    return Raw(origin, data, text, fields, begins, dict.fromkeys(fields, "properties of the PDF"))


def _pages(data: bytes) -> dict[str, Any]:
    seconds = min(MAX_SECONDS, SECONDS + SECONDS_PER_MB * len(data) // 1_000_000)
    program = Path(__file__).with_name("pdf_pages.py")
    # Nothing of the environment is passed on: it may hold keys, and the file may be hostile.
    surroundings = None if os.name == "nt" else {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-P", "-s", str(program), str(seconds)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds + 2, env=surroundings, cwd=program.parent)
    except subprocess.TimeoutExpired:
        raise UnreadableArticle(f"is a PDF that cannot be read within {seconds} s", "print it to a new PDF and add that") from None
    if b"No module named 'pypdfium2'" in done.stderr:
        raise MissingExtra("PDFs are read by pypdfium2, which is not installed", "pip install pypdfium2")
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise UnreadableArticle(
            "is a PDF that asks for more time or memory than an article needs", "print it to a new PDF and add that"
        ) from None
    if error := said.get("error"):
        reasons = {"password": "is a PDF that is locked by a password", "damaged": "is a damaged PDF"}
        hints = {"password": "unlock it first", "damaged": "get the file again"}
        raise UnreadableArticle(reasons.get(error, f"is a PDF of {error}"), hints.get(error, "divide it"))
    return said


def _lines(text: str) -> list[str]:
    text = MARKED_HYPHEN.sub("", HYPHEN.sub("", text))
    return [" ".join(line.split()) for line in re.split(r"\r\n?|\n", text)]


def _without_running_lines(pages: Sequence[list[str]]) -> list[list[str]]:
    """Take away page numbers, and what stands at the edge of most pages (figures aside)."""
    bare = [[line for line in page if line] for page in pages]
    shapes: Counter[str] = Counter()
    counts: Counter[int] = Counter()
    for at, page in enumerate(bare):
        shapes.update({_shape(line) for line in _edges(page)})
        counts.update({number - at for line in _edges(page) if (number := _number(line))})
    often = {shape for shape, n in shapes.items() if len(pages) >= MIN_PAGES and n > len(pages) / 2}
    kept = []
    for at, page in enumerate(bare):
        last = len(page) - EDGE
        # A number alone may be the end of a sentence (`... burned down in / 2019.`): it counts pages only when others count on with it.
        kept.append(
            [
                line
                for row, line in enumerate(page)
                if EDGE <= row < last or not (_shape(line) in often or ((number := _number(line)) and counts[number - at] > 1))
            ]
        )
    return kept


def _edges(page: list[str]) -> tuple[str, ...]:
    return (*page[:EDGE], *page[-EDGE:])


def _number(line: str) -> int:
    """Return the number of a line that holds no more than one, as page numbers do: `- 7 -`, `Page 7 of 9`; 0 for any other."""
    found = PAGE_NUMBER.fullmatch(line)
    return int(found[1]) if found else 0


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line.casefold())


def _joined(pages: Sequence[list[str]]) -> tuple[str, tuple[int, ...]]:
    """Join the lines of each paragraph, across pages too; return the text and where each page begins in it."""
    parts: list[str] = []
    begins: list[int] = []
    length, before, usual = 0, "", 0
    for page in pages:
        widths = sorted(len(line) for line in page)
        usual = widths[int(0.8 * (len(widths) - 1))] if widths else usual
        for at, line in enumerate(page):
            glue = "" if not before else " " if _continues(before, line, usual) else "\n"
            parts += [glue, line]
            length += len(glue)
            if at == 0:
                begins.append(length)
            length += len(line)
            before = line
        if not page:
            begins.append(length)
    return "".join(parts), tuple(begins)


def _continues(before: str, line: str, usual: int) -> bool:
    """Say whether a line goes on with the sentence or paragraph of the one before."""
    if line[0].islower():
        return not ENDED.search(before)
    return len(before) >= FULL * usual and (not ENDED.search(before) or len(before) >= 0.95 * usual)
