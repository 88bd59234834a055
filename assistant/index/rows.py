"""What is read from the store: rows become records."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.errors import UnknownArticle
from assistant.index.store import Connection
from assistant.records import Article, Filters, Passage, Quotation, Span

if TYPE_CHECKING:  # whoever only looks articles up does not load numpy
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Halves = NDArray[np.float16]

COLUMNS = (
    "title", "url", "outlet", "source", "author", "editor", "place", "published", "updated", "language",
    "content_hash", "origin",
)  # fmt: skip
QUOTATION_COLUMNS = (
    "article_id", "start", "stop", "words_start", "words_stop",
    "speaker", "written", "role", "cue", "direct", "via", "medium", "addressee", "negated", "joint", "uncertain",
)  # fmt: skip
_ARTICLE = "SELECT id, inferred, text, pages, provenance, " + ", ".join(COLUMNS) + " FROM articles "
_BATCH = 256
EVERYTHING = Filters()
_MAX_ID = 2**63 - 1


class Counts(NamedTuple):
    """How much an index holds."""

    articles: int
    passages: int
    sentences: int
    quotations: int


class Utterances(NamedTuple):
    """How often a name, with one role and those it speaks together with, is quoted in an article."""

    speaker: str
    role: str
    article_id: str
    joint: tuple[str, ...]
    n: int


def number(article_id: str) -> int:
    """Return the row number of an article id.

    Raises:
        UnknownArticle: it has not the form of an id.
    """
    if article_id.isascii() and article_id.isdigit() and article_id[0] != "0" and len(article_id) <= 19:
        found = int(article_id)
        if found <= _MAX_ID:
            return found
    raise unknown(article_id)


def writable(text: str) -> str:
    """Return the text as UTF-8 can hold it: half of a pair (an undecodable file name) becomes its escape.

    Only for metadata: the text of an article must keep its length.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def unknown(article_id: str) -> UnknownArticle:
    """Return the error for an id that no article has."""
    return UnknownArticle(f"there is no article {article_id!r} in this index", "list the articles to see their ids")


def meta(connection: Connection) -> dict[str, str]:
    """Return the facts about the whole index."""
    return dict(connection.execute("SELECT key, value FROM meta").fetchall())


def restriction(filters: Filters) -> tuple[str, list[str]]:
    """Return the SQL condition on `articles` for the filters, and its values.

    Dates are compared as ISO strings: `until` "2023" includes all of that year. An article without a date fails both. An outlet is also
    whom the article credits; a speaker is one whose name, as found there, holds the words. The functions are those of `alike.py`.
    """
    parts: list[str] = []
    values: list[str] = []
    if filters.article_ids:
        parts.append("id IN (SELECT value FROM json_each(?))")
        values.append(_known_form(filters.article_ids))
    if filters.outlet:
        parts.append(f"({_among('outlet', 'is_outlet')} OR {_among('source', 'is_outlet')})")
        values += [writable(filters.outlet)] * 2
    if filters.author:
        parts.append(_among("author", "holds_name"))
        values.append(writable(filters.author))
    if filters.speaker:
        said = "SELECT name FROM (SELECT DISTINCT speaker AS name FROM quotations) WHERE holds_name(name, ?)"
        parts.append(f"id IN (SELECT article_id FROM quotations WHERE speaker IN ({said}))")
        values.append(writable(filters.speaker))
    if filters.language:
        parts.append("language = ?")
        values.append(writable(filters.language))
    if filters.since:
        parts.append("published >= ?")
        values.append(writable(filters.since))
    if filters.until:
        parts.append("published <> '' AND substr(published, 1, length(?)) <= ?")
        values += [writable(filters.until)] * 2
    return " AND ".join(parts) or "1", values


def _among(column: str, function: str) -> str:
    """Return the condition that a column has one of the values that a function accepts: it looks at each value once."""
    return f"{column} IN (SELECT value FROM (SELECT DISTINCT {column} AS value FROM articles) WHERE {function}(value, ?))"


def known_numbers(article_ids: Iterable[str]) -> set[int]:
    """Return the numbers of article ids; what has not the form of one is left out: a filter for what is not there finds nothing."""
    numbers = set()
    for article_id in article_ids:
        with suppress(UnknownArticle):
            numbers.add(number(article_id))
    return numbers


def _known_form(article_ids: Iterable[str]) -> str:
    return json.dumps(sorted(known_numbers(article_ids)))


def allowed(connection: Connection, filters: Filters) -> Ids | None:
    """Return the sorted ids of the passages that the filters allow, or None when they allow all."""
    if filters == EVERYTHING:
        return None
    import numpy as np

    condition, values = restriction(filters)
    rows = connection.execute(
        f"""SELECT id FROM passages WHERE article_id IN (SELECT id FROM articles WHERE {condition})
            ORDER BY id""",
        values,
    )
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def articles_after(connection: Connection, last: int, filters: Filters) -> list[Article]:
    """Return the next articles by id, a batch at a time so that no reader holds the store for long."""
    condition, values = restriction(filters)
    rows = connection.execute(_ARTICLE + f"WHERE id > ? AND {condition} ORDER BY id LIMIT {_BATCH}", [last, *values])
    return [_article(row) for row in rows]


def article(connection: Connection, article_id: str) -> Article:
    """Return one article."""
    row = connection.execute(_ARTICLE + "WHERE id = ?", (number(article_id),)).fetchone()
    if row is None:
        raise unknown(article_id)
    return _article(row)


def _article(row: tuple[int | str, ...]) -> Article:
    fields = dict(zip(COLUMNS, map(str, row[5:]), strict=True))
    inferred, pages, provenance = (json.loads(str(row[at])) for at in (1, 3, 4))
    return Article(id=str(row[0]), inferred=tuple(inferred), text=str(row[2]), pages=tuple(pages), provenance=provenance, **fields)


def original(connection: Connection, article_id: str) -> bytes:
    """Return the bytes that an article was read from."""
    row = connection.execute("SELECT compressed FROM originals WHERE article_id = ?", (number(article_id),)).fetchone()
    if row is None:
        raise unknown(article_id)
    return zlib.decompress(row[0])


def passages(connection: Connection, ids: Sequence[int]) -> list[Passage]:
    """Return passages in the order of their ids; ids that are not there are left out."""
    found = {p.id: p for p in _passages(connection, "p.id", [int(i) for i in ids])}
    return [found[i] for i in ids if i in found]


def article_passages(connection: Connection, article_id: str) -> list[Passage]:
    """Return the passages of one article in the order of its text."""
    _require(connection, article_id)
    return _passages(connection, "p.article_id", [number(article_id)])


def _passages(connection: Connection, column: str, values: list[int]) -> list[Passage]:
    # The CROSS JOINs fix the order: ids first, then their passages, then the sentences, each by its key.
    rows = connection.execute(
        f"""SELECT p.id, p.article_id, p.position, s.start, s.stop FROM json_each(?) AS wanted
            CROSS JOIN passages AS p ON {column} = wanted.value
            CROSS JOIN sentences AS s ON s.article_id = p.article_id
                AND s.position >= p.first_sentence AND s.position < p.stop_sentence
            ORDER BY p.article_id, p.position, s.position""",
        (json.dumps(sorted(set(values))),),
    )
    spans: dict[tuple[int, int, int], list[Span]] = {}
    for passage_id, article_id, position, start, stop in rows:
        spans.setdefault((passage_id, article_id, position), []).append(Span(start, stop))
    return [
        Passage(passage_id, str(article_id), Span(group[0].start, group[-1].end), tuple(group), position)
        for (passage_id, article_id, position), group in spans.items()
    ]


def sentences(connection: Connection, article_id: str) -> tuple[Span, ...]:
    """Return the sentences of one article in order."""
    _require(connection, article_id)
    rows = connection.execute("SELECT start, stop FROM sentences WHERE article_id = ? ORDER BY position", (number(article_id),))
    return tuple(Span(start, stop) for start, stop in rows)


def _require(connection: Connection, article_id: str) -> None:
    if connection.execute("SELECT 1 FROM articles WHERE id = ?", (number(article_id),)).fetchone() is None:
        raise unknown(article_id)


def quotations(connection: Connection, condition: str, value: str) -> list[Quotation]:
    """Return the quotations that meet a condition with one value, by article and place."""
    rows = connection.execute(
        f"""SELECT {", ".join(QUOTATION_COLUMNS)} FROM quotations
            WHERE {condition} ORDER BY article_id, position""",
        (value,),
    )
    return [_quotation(row) for row in rows]


def _quotation(row: Sequence[Any]) -> Quotation:
    article_id, start, stop, words_start, words_stop, *rest = row
    fields = dict(zip(QUOTATION_COLUMNS[5:], rest, strict=True))
    for name in ("direct", "negated", "uncertain"):
        fields[name] = bool(fields[name])
    fields["joint"] = tuple(json.loads(fields["joint"]))
    return Quotation(str(article_id), Span(start, stop), Span(words_start, words_stop), **fields)


def quotation_row(article_id: int, quotation: Quotation) -> list[str | int]:
    """Return the values of a quotation in the order of `QUOTATION_COLUMNS`."""
    texts = {name: getattr(quotation, name) for name in QUOTATION_COLUMNS[5:]} | {"joint": json.dumps(quotation.joint)}
    places = (article_id, *quotation.span, *quotation.words)
    return [*places, *(writable(value) if isinstance(value, str) else int(value) for value in texts.values())]


def quotations_in(connection: Connection, articles: Sequence[int] | None) -> list[Quotation]:
    """Return the quotations of the articles with these numbers, or of all."""
    if articles is None:
        return quotations(connection, "?1 = ''", "")
    return quotations(connection, "article_id IN (SELECT value FROM json_each(?))", json.dumps(articles))


def speakers(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return who is quoted where: speaker -> ids of the articles, oldest first."""
    rows = connection.execute("SELECT DISTINCT speaker, article_id FROM quotations WHERE speaker <> '' ORDER BY 1, 2")
    found: dict[str, list[str]] = {}
    for speaker, article_id in rows:
        found.setdefault(speaker, []).append(str(article_id))
    return {speaker: tuple(ids) for speaker, ids in found.items()}


def utterances(connection: Connection) -> list[Utterances]:
    """Return how often each name speaks in each article, with its role and those it speaks together with."""
    rows = connection.execute(
        "SELECT speaker, role, article_id, joint, count(*) FROM quotations WHERE speaker <> '' GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2, 4"
    )
    return [Utterances(name, role, str(article), tuple(json.loads(joint)), n) for name, role, article, joint, n in rows]


def quotations_by(connection: Connection, speakers: Iterable[str]) -> list[Quotation]:
    """Return the quotations of speakers named exactly so, by article and place."""
    return quotations(connection, "speaker IN (SELECT value FROM json_each(?))", json.dumps([writable(name) for name in speakers]))


def article_dates(connection: Connection, filters: Filters = EVERYTHING) -> dict[str, str]:
    """Return the date of every article that the filters allow: article id -> date, "" when it has none."""
    condition, values = restriction(filters)
    rows = connection.execute(f"SELECT id, published FROM articles WHERE {condition} ORDER BY id", values)
    return {str(number): published for number, published in rows}


def sources(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the outlets, with those that articles credit, and the authors, each once and in order."""
    outlets = connection.execute("SELECT outlet FROM articles UNION SELECT source FROM articles").fetchall()
    authors = connection.execute("SELECT DISTINCT author FROM articles").fetchall()
    return tuple(sorted(row[0] for row in outlets if row[0])), tuple(sorted(row[0] for row in authors if row[0]))


def languages(connection: Connection) -> dict[str, int]:
    """Return how many articles there are in each language, the most frequent first."""
    return dict(connection.execute("SELECT language, count(*) FROM articles GROUP BY language ORDER BY 2 DESC, 1"))


def article_languages(connection: Connection) -> dict[str, str]:
    """Return the language of every article."""
    return {str(number): language for number, language in connection.execute("SELECT id, language FROM articles")}
