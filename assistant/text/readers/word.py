"""DOCX: the paragraphs in the order of the document, with what was inserted and without what was deleted."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from assistant.errors import UnreadableArticle
from assistant.text.readers import trees, zips
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import Budget, Reading

STORY = "word/document.xml"
PROPERTIES = "docProps/core.xml"
STORY_FACTOR = 10
"""The markup of a DOCX is some ten times as long as its text."""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DC = "{http://purl.org/dc/elements/1.1/}"
TITLE_STYLE = re.compile(r"^(?:title|judul|titel|titre|t[ií]tulo)$", re.IGNORECASE)
NO_TITLE = re.compile(r"^(?:microsoft word\b.*|.*\.docx?|untitled.*|document\d*|dokumen\d*|)$", re.IGNORECASE)
NO_AUTHOR = re.compile(r"^(?:microsoft.*|user\d*|admin\w*|python-docx|windows.*|owner|pc|asus|acer|lenovo|hp|dell|)$", re.IGNORECASE)
"""What word processors write when nobody has told them a name."""


def read_packed(packed: zipfile.ZipFile, origin: str, stream: IO[bytes], reading: Reading) -> Raw:
    """Read one .docx.

    Raises:
        UnreadableArticle: it is damaged or has no text.
    """
    budget = reading.budget or Budget.of(reading.max_bytes)
    story = trees.parse(zips.member(packed, packed.getinfo(STORY), reading.max_bytes * STORY_FACTOR, budget))
    fields, provenance = _properties(packed, budget)
    lines: list[str] = []
    for paragraph in story.iter(W + "p"):
        text = "".join(_pieces(paragraph)).strip()
        if text and not lines and TITLE_STYLE.match(_style(paragraph)):
            fields["title"], provenance["title"] = " ".join(text.split()), "paragraph of style Title"
            continue
        lines.append(text)
    text = "\n".join(lines)
    if not text.strip():
        raise UnreadableArticle("has no text", "put the story in the document itself, not in pictures or text boxes")
    stream.seek(0)
    return Raw(origin, stream.read(), text, fields, provenance=provenance)


def _pieces(paragraph: trees.Element) -> Iterator[str]:
    """Yield the text of a paragraph; paragraphs in text boxes inside of it come by themselves."""
    for element in paragraph.iter(W + "t", W + "tab", W + "br", W + "cr", W + "noBreakHyphen"):
        if next(element.iterancestors(W + "p"), paragraph) is not paragraph:
            continue
        if element.tag == W + "t":
            yield element.text or ""
        else:
            yield "-" if element.tag == W + "noBreakHyphen" else " " if element.tag == W + "tab" else "\n"


def _style(paragraph: trees.Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else str(style.get(W + "val") or "")


def _properties(packed: zipfile.ZipFile, budget: Budget) -> tuple[dict[str, str], dict[str, str]]:
    """Return title and author as the file's properties say; its dates are those of the file, not of the article."""
    fields: dict[str, str] = {}
    try:
        root = trees.parse(zips.member(packed, packed.getinfo(PROPERTIES), 1_000_000, budget))
    except (KeyError, UnreadableArticle):
        return {}, {}
    for name, tag, junk in (("title", "title", NO_TITLE), ("author", "creator", NO_AUTHOR)):
        value = " ".join((root.findtext(DC + tag) or "").split())
        if not junk.match(value) and len(value) < 300:
            fields[name] = value
    return fields, dict.fromkeys(fields, "properties of the document")
