"""The records that pass between the stages: plain frozen dataclasses, standard library only.

Every offset is a character position in `Article.text`, half-open, and is born with the text: nothing locates a
quotation afterwards by searching for its words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Badge = Literal["verbatim", "supported"]
Composer = Literal["extractive", "llm"]


class Span(NamedTuple):
    """A half-open range of characters `[start, end)` in `Article.text`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Say whether the two spans share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Article:
    """One source text with its metadata.

    `outlet` published it; `source` is whom the outlet credits. `published` and `updated` are ISO 8601 dates or
    times, or "". `inferred` names the fields that no metadata gave and that stand in for it (a title made from the first
    sentence, a date read from the story). `origin` is where it was read from: an absolute path (with `#n` for the n-th
    record of a file) or a URL; an article with the same origin replaces the older one. `pages` are the places in
    `text` where its pages begin, empty for what has no pages. `provenance` says for each known field where its value was found:
    "JSON-LD", "meta og:title", "microdata", "byline", "dateline", "headline", "page title", "address", "metadata" of a record or front
    matter, "story".
    """

    id: str
    title: str
    text: str
    url: str = ""
    outlet: str = ""
    source: str = ""
    author: str = ""
    editor: str = ""
    place: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    content_hash: str = ""
    origin: str = ""
    inferred: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict, compare=False)

    def page(self, position: int) -> int:
        """Return the number of the page, from 1, on which a character of `text` stands; 0 when there are no pages."""
        return bisect_right(self.pages, position)


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive whole sentences within a token budget: the unit that is indexed and retrieved.

    `position` counts the passages of its article from 0. Neighbouring passages may share sentences (overlap).
    """

    id: int
    article_id: str
    span: Span
    sentences: tuple[Span, ...]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Quotation:
    """An utterance with its speaker.

    `span` covers the sentences in which the words and their attribution stand, `words` what was said: what stands between the
    quotation marks, or the reported clause. `speaker` is the name as resolved in the article, "" when unknown, and `written` what the
    article calls the speaker at this place (`ia`, `the minister`, `officials`). `direct` means in quotation marks. `via` is who passed
    the words on, `medium` where they appeared, `addressee` to whom they were said, all "" when not given. `negated`: the speaker
    denies or declines to say. `joint` names all who speak together; `speaker` is then these names joined by `JOINED`. `uncertain`:
    somebody else may be meant.
    """

    article_id: str
    span: Span
    words: Span
    speaker: str
    written: str = ""
    role: str = ""
    cue: str = ""
    direct: bool = False
    via: str = ""
    medium: str = ""
    addressee: str = ""
    negated: bool = False
    joint: tuple[str, ...] = ()
    uncertain: bool = False


JOINED = "; "
"""Stands between the names of those who speak together."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person or body, across articles.

    `name` is the fullest name without its titles, `names` are all the names joined under it and `roles` the roles, both as written, the
    most frequent first. `n_quotations` counts their utterances, those with others too; `first` and `last` are the earliest and the latest
    date of an article with words of theirs, ISO 8601, "" when no article has a date.
    """

    name: str
    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    n_quotations: int = 0
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. Greater scores are better, comparable within one list; ranks count from 1."""

    passage: Passage
    score: float
    rank: int
    retriever: str


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article that holds the words of a citation, at `span` of its own text."""

    article_id: str
    title: str
    url: str
    outlet: str
    published: str
    span: Span


@dataclass(frozen=True, slots=True)
class Citation:
    """A link from an answer to the exact words: `article.text[span.start:span.end] == quote`, always.

    `focus` is the span of the short answer inside `span`, when one is known. `inferred` is the article's: a title or date named there
    stands in for one that no metadata gave. `uncertain`: the words may be somebody else's than `speaker`. `also` are the other places
    with the same words: copies of the article count as one source. `translation` is a machine's, into the question's language, or "".
    `page` is the page, from 1, on which the quote begins, 0 where the article has none.
    """

    number: int
    article_id: str
    title: str
    url: str
    outlet: str
    published: str
    span: Span
    quote: str
    focus: Span | None = None
    speaker: str = ""
    direct: bool = False
    via: str = ""
    uncertain: bool = False
    badge: Badge = "verbatim"
    inferred: tuple[str, ...] = ()
    also: tuple[Copy, ...] = ()
    translation: str = ""
    page: int = 0


class Marker(NamedTuple):
    """The place of a marker: it stands in `Answer.text` at `offset` and belongs to citation `number`."""

    offset: int
    number: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be to be searched. Empty fields do not restrict.

    `outlet` is who published it or whom it credits, `author` who wrote it, `speaker` somebody who is quoted in it. `since` and
    `until` are ISO dates or the beginnings of such, both inclusive: "2023" is all of that year.
    """

    article_ids: tuple[str, ...] = ()
    outlet: str = ""
    author: str = ""
    speaker: str = ""
    language: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim of a language model that was not let through, and why: a word of `Verdict.reason`, and the citations it gave."""

    claim: str
    reason: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant found, the same through every door.

    `question` is what the person wrote and `query` what was looked for: a follow-up made to stand alone. `filters` are those in force,
    those that the question itself names included. `text` holds no markers: `markers` says where they stand, so that a literal "[1]" in an
    article stays what it is. `abstained` implies no citations; what is near is then in `nearest`. `metadata` is true when the answer was
    read from the article's metadata, which has no span to cite. `confidence` is the estimated probability that the first citation
    answers. `composer` says who wrote `text`: the articles themselves, or a language model whose claims were verified; `dropped` are its
    claims that were not supported, `n_dropped` counts these and citations that no longer held, and `note` is one line for the reader when
    something else than asked was done (the model did not answer). `missing` are names and terms of the question that no article has.
    `timings` are milliseconds per stage and the only part that may differ between two equal calls.
    """

    question: str
    query: str
    text: str
    now: str = ""
    filters: Filters = Filters()
    markers: tuple[Marker, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    abstained: bool = False
    metadata: bool = False
    n_dropped: int = 0
    dropped: tuple[Dropped, ...] = ()
    composer: Composer = "extractive"
    note: str = ""
    missing: tuple[str, ...] = ()
    language: str = ""
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with its answer."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be read: where it is, what is wrong, what to do."""

    origin: str
    error: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class AddReport:
    """What an `add` did, by article ids and counts; `failures` were skipped and nothing else was."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: int = 0
    failures: tuple[Failure, ...] = ()
    n_passages: int = 0
