"""JSON and JSON Lines, under whatever keys."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import IO, Any

from assistant.errors import UnreadableArticle
from assistant.records import Failure
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import ENTITY, fields_of, normal_key
from assistant.text.readers.raw import Raw
from assistant.text.readers.reading import Reading

TEXT_KEYS = (
    "text", "fulltext", "body", "bodytext", "articlebody", "articletext", "content", "contenttext",
    "contenthtml", "bodyhtml", "article", "story", "maintext", "maincontent", "isi", "isiberita",
    "konten", "teks", "berita",
    "texto", "texte", "inhalt",
    "description", "summary", "abstract",  # last: better than nothing
)  # fmt: skip
WRAPPERS = (
    "articles",
    "items",
    "data",
    "results",
    "documents",
    "docs",
    "records",
    "news",
    "stories",
    "entries",
    "response",
    "hits",
)
TAGS = "p|br|div|h[1-6]|li|ul|ol|a|b|i|em|strong|span|figure|blockquote|img|section|article"
MARKUP = re.compile(rf"</?(?:{TAGS})\b[^<>]*>", re.IGNORECASE)
SHAPE_HINT = 'give each record a "text" with the story'


def read_json(data: bytes, origin: str, reading: Reading) -> Iterator[Raw | Failure]:
    """Read one .json file: an article, an array of articles, or a wrapper such as `{"articles": [...]}`.

    Raises:
        UnreadableArticle: the file as a whole cannot be read.
    """
    value = parse(decode(data))
    records = articles_in(value, reading)
    if records is None:
        yield read_record(value, origin, data, reading)
        return
    if not records:
        raise UnreadableArticle("holds no articles", SHAPE_HINT)
    for number, record in enumerate(records, start=1):
        original = json.dumps(record, ensure_ascii=False).encode("utf-8", errors="replace")
        yield checked(record, f"{origin}#{number}", original, reading)


def read_lines(stream: IO[bytes], origin: str, reading: Reading) -> Iterator[Raw | Failure]:
    """Read .jsonl line by line, so that the file may be of any size; a bad line is named and skipped."""
    number, max_bytes = 0, reading.max_bytes
    for line_number, line in enumerate(_lines(stream, max_bytes), start=1):
        where = f"{origin} line {line_number}"
        if line is None:
            number += 1
            yield Failure(where, f"is larger than {_megabytes(max_bytes)}", "a record is one article; split it")
            continue
        if not line.strip():
            continue
        number += 1
        try:
            yield read_record(parse(decode(line)), f"{origin}#{number}", line.strip(), reading)
        except UnreadableArticle as error:
            yield Failure(where, str(error), error.hint)
    if not number:
        yield Failure(origin, "is empty", "put one JSON record on each line, or leave it out")


def parse(text: str) -> object:
    """Parse JSON; raises UnreadableArticle with the place of the fault."""
    try:
        return json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise UnreadableArticle("is cut off: the JSON ends too early", "get the whole file again") from None
        where = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        raise UnreadableArticle(f"is no valid JSON ({error.msg} at {where})", "repair it there") from None
    except (RecursionError, ValueError):  # nested thousands deep, or an integer of thousands of digits
        raise UnreadableArticle("is JSON that no article needs (too deep or too long)", SHAPE_HINT) from None


def articles_in(value: object, reading: Reading) -> list[object] | None:
    """Return the articles of an array or wrapper, None when `value` is itself a record."""
    for _ in range(4):
        if isinstance(value, list):
            return value
        if not isinstance(value, Mapping) or story_of(with_columns(value, reading.columns)):
            return None
        known = {normal_key(key): item for key, item in value.items()}
        inner = next((known[key] for key in WRAPPERS if isinstance(known.get(key), list | dict)), None)
        if inner is None:
            return None
        value = inner
    return None


def read_record(record: object, origin: str, original: bytes, reading: Reading) -> Raw:
    """Read one record; raises UnreadableArticle when it has no story."""
    if isinstance(record, str) and record.strip():
        return Raw(origin, original, story_text(record))
    if not isinstance(record, Mapping):
        raise UnreadableArticle("is no record with a text", SHAPE_HINT)
    inner = record.get("fields") or record.get("_source")  # Guardian and Elasticsearch keep the article one level down
    merged = {**record, **inner} if isinstance(inner, Mapping) else dict(record)
    story = story_of(with_columns(merged, reading.columns))
    if not story:
        wanted = reading.columns.get("text")
        raise UnreadableArticle(f"has no text under {wanted!r}" if wanted else "has no text", SHAPE_HINT)
    fields = fields_of(with_columns(merged, reading.columns))
    named = {ours: f"column {theirs!r}" for ours, theirs in reading.columns.items() if ours in fields}
    return Raw(origin, original, story, fields, provenance={**dict.fromkeys(fields, "fields of the record"), **named})


def with_columns(record: Mapping[Any, object], columns: Mapping[str, str]) -> Mapping[Any, object]:
    """Return a record with the user's columns under our names; `a.b` reaches into a nested record."""
    if not columns:
        return record
    taken = {ours: _value(record, theirs) for ours, theirs in columns.items()}
    mapped = {normal_key(ours) for ours, value in taken.items() if value is not None}
    return {**{ours: value for ours, value in taken.items() if value is not None},
            **{key: value for key, value in record.items() if normal_key(key) not in mapped}}  # fmt: skip


def _value(record: Mapping[Any, object], path: str) -> object:
    """Return what stands under a key of the record, or under a path of keys."""
    known = {normal_key(key): value for key, value in record.items()}
    if path in record or normal_key(path) in known:
        return record[path] if path in record else known[normal_key(path)]
    first, dot, rest = path.partition(".")
    inner = known.get(normal_key(first)) if dot else None
    return _value(inner, rest) if isinstance(inner, Mapping) else None


def story_of(record: Mapping[object, object] | Mapping[str, object]) -> str:
    """Return the story of a record, "" when none of the known keys holds one."""
    known = {normal_key(key): value for key, value in record.items()}
    for key in TEXT_KEYS:
        value = known.get(key)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            value = "\n".join(value)
        elif isinstance(value, Mapping):  # WordPress: {"content": {"rendered": "<p>..."}}
            value = value.get("rendered") or value.get("text")
        if isinstance(value, str) and (story := story_text(value)).strip():
            return story
    return ""


def story_text(value: str) -> str:
    """Return the text of a JSON value: markup of feeds becomes lines, entities become characters."""
    if MARKUP.search(value):
        stripper = _Stripper()
        stripper.feed(value)
        stripper.close()
        return "".join(stripper.parts)
    return html.unescape(value) if ENTITY.search(value) else value


class _Stripper(HTMLParser):
    """Keeps the text of HTML; block tags end a line."""

    BLOCKS = frozenset(["p", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "tr", "blockquote", "figure"])
    SILENT = frozenset(["script", "style", "noscript", "template", "figcaption"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip `<![...>` as browsers do; the library's own way fails when it is damaged."""
        return self.parse_bogus_comment(i, bool(report))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._silent += 1
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def checked(record: object, origin: str, original: bytes, reading: Reading) -> Raw | Failure:
    """Read one record of several: what cannot be read is a `Failure`."""
    if len(original) > reading.max_bytes:
        return Failure(origin, f"is larger than {_megabytes(reading.max_bytes)}", "a record is one article; split it")
    try:
        return read_record(record, origin, original, reading)
    except UnreadableArticle as error:
        return Failure(origin, str(error), error.hint)


def _lines(stream: IO[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Yield the lines of a stream, None for one longer than `max_bytes`, never holding more than that."""
    mark = stream.read(4)
    if mark[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16: a newline is two bytes there
        stream.seek(0)
        wide = io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="\n")
        try:
            while text := wide.readline(max_bytes):
                yield text.encode("utf-8", errors="replace")
        finally:
            wide.detach()  # the stream is the caller's to close
        return
    stream.seek(0)
    while line := stream.readline(max_bytes + 1):
        if len(line) <= max_bytes or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(1_000_000)) and not rest.endswith(b"\n"):
            pass
        yield None


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1_000_000:g} MB"
