"""What requests may hold. Unknown fields and wrong types are refused by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.records import Filters
from assistant.text.language import normal_code

MAX_K = 100
MAX_HISTORY = 20
"""Questions before this one; what is older does not help to understand it."""
MAX_TEXT = 10_000_000
MAX_BULK = 10_000
NAME_PATTERN = r"^[^/\\\x00-\x1f]{0,200}$"


def _day(value: str) -> str:
    if value:
        date.fromisoformat(value + "0000-01-01"[len(value) :])
    return value


def _language(value: str) -> str:
    code = normal_code(value) if value else ""
    if value and not code:
        raise ValueError("is no language; write its code, such as id or en")
    return code


Day = Annotated[str, Field(pattern=r"^([0-9]{4}(-[0-9]{2}){0,2})?$", examples=["2020", "2020-12-28"]), AfterValidator(_day)]
Today = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", examples=["2021-01-05"]), AfterValidator(_day)]
Name = Annotated[str, Field(max_length=1000)]
Language = Annotated[str, Field(max_length=50), AfterValidator(_language)]
IndexName = Annotated[str, Field(pattern=NAME_PATTERN, description="the index to use; the server's own unless given", examples=[""])]
ArticleId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$", examples=["1"])]


class Body(BaseModel):
    """A request: nothing but the fields it names."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FiltersBody(Body):
    """What an article must be; empty fields do not restrict."""

    article_ids: Annotated[list[ArticleId], Field(max_length=1000)] = []
    outlet: Name = ""
    author: Name = ""
    speaker: Name = ""
    language: Language = ""
    since: Day = ""
    until: Day = ""

    def filters(self) -> Filters:
        """Return the record."""
        return Filters(tuple(self.article_ids), self.outlet, self.author, self.speaker, self.language, self.since, self.until)


class AskBody(Body):
    """A question. `history` are the questions before it, oldest first: a follow-up is understood from them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "what did Biden say?"}]})

    question: Annotated[str, Field(min_length=1, max_length=100_000)]
    history: Annotated[list[Annotated[str, Field(min_length=1, max_length=10_000)]], Field(max_length=MAX_HISTORY)] = []
    filters: FiltersBody = FiltersBody()
    now: Today = ""
    stream: bool = False
    index: IndexName = ""


class SearchBody(Body):
    """A query for passages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "Biden China", "k": 3}]})

    query: Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"\S")]
    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10
    filters: FiltersBody = FiltersBody()
    index: IndexName = ""


class ArticleBody(Body):
    """An article to add. `text` is the story; the rest is known about it. With the same `url` it replaces the older one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Bridge reopens",
                    "text": 'The bridge was opened again on Monday. "It will hold for a century," said mayor Ana Ruiz.',
                    "outlet": "Harbour News",
                    "published": "2024-03-04",
                }
            ]
        }
    )

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    title: Name = ""
    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s]+)?$")] = ""
    outlet: Name = ""
    source: Name = ""
    author: Name = ""
    editor: Name = ""
    place: Name = ""
    published: Name = ""
    updated: Name = ""
    language: Language = ""


class BulkBody(Body):
    """Articles to add in a job."""

    articles: Annotated[list[ArticleBody], Field(min_length=1, max_length=MAX_BULK)]


class EvaluationArticle(Body):
    """An article that questions are asked of; `name` is what their `gold` calls it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$", examples=["bridge.txt"])]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class EvaluationBody(Body):
    """A question set: rows with `question`, `context` and `answers`, or rows with `question` and `gold` and the `articles` they name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "questions": [
                        {"question": "Who opened the bridge?", "context": "Mayor Ana Ruiz opened the bridge.", "answers": ["Ana Ruiz"]}
                    ]
                }
            ]
        }
    )

    questions: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=100_000)]
    articles: Annotated[list[EvaluationArticle], Field(max_length=MAX_BULK)] = []


def faults(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Say where a request is wrong and how, without repeating what was sent."""
    return [
        {"where": ".".join(str(part) for part in fault["loc"] if part != "body") or "body", "fault": _plain(fault)} for fault in found[:20]
    ]


def _plain(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "is no field that is known here"
    text = re.sub(r"^Value error, ", "", str(fault["msg"]))
    return text[:1].lower() + text[1:]
