"""One contract for every door: the same citations, the same hits, byte for byte."""

import json
from collections.abc import Iterator
from dataclasses import fields

import pytest

from assistant.assistant import Assistant
from assistant.records import Citation
from assistant.serve.render import as_json
from tests.contracts.doors import ANSWERING, FINDING, SERVED, found_by_python, served

QUESTIONS = [
    "what did Biden say?",
    "how many tickets were sold in Tandora?",
    "berapa korban banjir Laranta?",
    "what did Putin say?",
]
ORDER = [field.name for field in fields(Citation)]


@pytest.fixture(scope="module")
def expected(assistant: Assistant) -> list[tuple[Citation, ...]]:
    return [assistant.ask(question).citations for question in QUESTIONS]


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with served(assistant) as where:
        yield where


@pytest.fixture
def place(assistant: Assistant, door: str, request: pytest.FixtureRequest) -> object:
    """Where a door leads to."""
    return request.getfixturevalue("address") if door in SERVED else assistant


def as_bytes(citations: list[dict]) -> bytes:
    """Return citations as bytes, the fields of each in the order of the record."""
    assert all(sorted(citation) == sorted(ORDER) for citation in citations)
    return json.dumps([{name: citation[name] for name in ORDER} for citation in citations], ensure_ascii=False).encode()


def test_the_citations_to_be_given_are_in_their_articles(assistant: Assistant, expected: list[tuple[Citation, ...]]):
    assert [bool(citations) for citations in expected] == [True, True, True, False]
    assert any("🎟️" in citation.quote for citation in expected[1])
    for citation in (one for citations in expected for one in citations):
        assert citation.span.of(assistant.article(citation.article_id).text) == citation.quote


@pytest.mark.parametrize("door", ANSWERING)
def test_every_door_gives_the_same_citations(place: object, expected: list[tuple[Citation, ...]], door: str):
    given = ANSWERING[door](place, QUESTIONS)
    assert [as_bytes(citations) for citations in given] == [as_bytes(as_json(citations)) for citations in expected]


@pytest.mark.parametrize("door", FINDING)
def test_every_door_finds_the_same_hits_at_the_same_places(assistant: Assistant, place: object, door: str):
    for query in ("how many tickets were sold in Tandora?", "Biden"):
        hits = found_by_python(assistant, query, 6)
        assert len(hits) == 6
        assert json.dumps(FINDING[door](place, query, 6)) == json.dumps(hits)
