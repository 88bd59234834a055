"""The door for MCP clients, asked by the SDK's own client: in this process, over real pipes, and over real HTTP."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from assistant.assistant import Assistant
from assistant.serve import mcp_server
from assistant.serve.mcp import READ_CHARS, build
from assistant.serve.render import as_json

BIDEN = "what did Biden say?"
NOW = "2026-01-01"


@pytest.fixture(scope="module")
def assistant(built: Path) -> Iterator[Assistant]:
    with Assistant.open(built) as opened:
        yield opened


@pytest.fixture
def own(index: str) -> Iterator[Assistant]:
    with Assistant.open(index) as opened:
        yield opened


def told(assistant: Assistant, talk: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    async def main() -> Any:
        async with Client(build(assistant, **options)) as client:
            return await talk(client)

    return anyio.run(main)


def call(assistant: Assistant, name: str, arguments: dict[str, Any], **options: Any) -> Any:
    return told(assistant, lambda client: client.call_tool(name, arguments), **options)


def untimed(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "timings"}


def test_the_tools_say_what_they_take_and_give(assistant: Assistant):
    tools = told(assistant, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search", "quotations", "read_article"]
    for tool in tools:
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema["properties"]
        assert tool.annotations.read_only_hint


def test_an_answer_is_text_with_its_sources_and_the_record_of_all_doors(assistant: Assistant):
    result = call(assistant, "ask", {"question": BIDEN, "now": NOW})
    assert "Sources\n[1] " in result.content[0].text
    assert json.dumps(untimed(result.structured_content)) == json.dumps(untimed(as_json(assistant.ask(BIDEN, now=NOW))))


def test_a_follow_up_is_understood_from_the_questions_before(assistant: Assistant):
    result = call(assistant, "ask", {"question": "and Xi?", "earlier": [BIDEN]})
    assert {citation["speaker"] for citation in result.structured_content["citations"]} == {"Xi Jinping"}


def test_hits_and_quotations_hold_exact_places_and_no_path(assistant: Assistant):
    found = call(assistant, "search", {"query": BIDEN, "k": 5, "restriction": {"outlet": "Kontan"}}).structured_content["hits"]
    said = call(assistant, "quotations", {"speaker": "Biden", "direct": True}).structured_content
    assert len(found) == 5
    assert said["n_found"] == len(said["quotations"]) > 0
    for row in (*found, *said["quotations"]):
        assert assistant.article(row["article_id"]).text[row["start"] : row["end"]] == row["text"]
        assert not {"file", "origin"} & row.keys()


def test_an_article_is_read_by_span(assistant: Assistant):
    cited = assistant.ask(BIDEN).citations[0]
    part = call(assistant, "read_article", {"article_id": cited.article_id, "start": cited.span.start, "end": cited.span.end})
    assert part.structured_content["text"] == cited.quote
    assert part.content[0].text.endswith(cited.quote)


def test_a_long_article_is_read_in_parts(own: Assistant):
    text = " ".join(f"Sentence {n} of the story ends here." for n in range(1000))
    added = call(own, "add_article", {"text": text, "title": "Long", "published": "2024-01-02"}, allow_add=True).structured_content
    article = own.article(added["article_id"])
    read, start = "", 0
    while start < len(article.text):
        part = call(own, "read_article", {"article_id": article.id, "start": start}).structured_content
        assert len(part["text"]) <= READ_CHARS
        read, start = read + part["text"], part["end"]
    assert read == article.text
    assert (article.title, article.published) == ("Long", "2024-01-02")


def test_articles_are_added_only_when_that_is_allowed(own: Assistant):
    assert call(own, "add_article", {"text": "Anything."}).is_error
    again = {"text": "The bridge of Tandora opens on Friday, the mayor said.", "url": "https://news.example/1"}
    assert call(own, "add_article", again, allow_add=True).structured_content["outcome"] == "added"
    assert call(own, "add_article", {**again, "text": "It opens later."}, allow_add=True).structured_content["outcome"] == "replaced"


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("ask", {"question": "  "}, "the question is empty; ask something, for example: what did Biden say?"),
        ("ask", {}, "question: Field required"),
        ("ask", {"question": 7}, "question: Input should be a valid string"),
        ("ask", {"qestion": "x"}, "ask has no argument 'qestion'; it has: question, earlier, restriction, now"),
        ("ask", {"question": "x", "restriction": {"outlets": "y"}}, "restriction.outlets: Extra inputs are not permitted"),
        ("ask", {"question": "x", "restriction": {"since": "soon"}}, "since is 'soon', which is no date; write it as 2020-12-28, 2020-12 or 2020"),
        ("search", {"query": "x", "k": 0}, "k: Input should be greater than or equal to 1"),
        ("read_article", {"article_id": "99"}, "there is no article '99' in this index; list the articles to see their ids"),
        ("read_article", {"article_id": "2", "start": 99999}, "article 2 has 1444 characters; give a start below that and an end between the two"),
        ("read_article", {"article_id": "2", "start": 5, "end": 5}, "article 2 has 1444 characters; give a start below that and an end between the two"),
        ("add_article", {"text": "Baca Juga: X"}, "the article holds no story, only page furniture; check that the file holds an article's text"),
        ("nothing", {}, "Unknown tool: nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(assistant: Assistant, name: str, arguments: dict[str, Any], line: str):
    result = call(assistant, name, arguments, allow_add=True)
    assert result.is_error
    assert result.content[0].text == line


def test_articles_are_resources_listed_in_pages(assistant: Assistant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mcp_server, "PAGE", 1)

    async def talk(client: Client) -> None:
        first = await client.list_resources()
        second = await client.list_resources(cursor=first.next_cursor)
        assert [str(one.uri) for one in (*first.resources, *second.resources)] == ["article://1", "article://2"]
        assert second.next_cursor is None
        assert (await client.read_resource("article://2")).contents[0].text == assistant.article("2").text
        with pytest.raises(MCPError, match="there is no article '99'"):
            await client.read_resource("article://99")
        with pytest.raises(MCPError, match="begin without one"):
            await client.list_resources(cursor="../1")

    told(assistant, talk)


async def _asked(client: Client) -> tuple[list[Any], list[str]]:
    grown: list[str] = []

    async def note(step: float, total: float | None, message: str | None) -> None:
        grown.append(message or "")

    result = await client.call_tool("ask", {"question": BIDEN, "now": NOW}, progress_callback=note)
    return result.structured_content["citations"], grown


def _command(built: Path, *words: str) -> list[str]:
    # What prints by mistake must not reach the wire.
    program = "import sys, assistant.serve.mcp as door\nbuild = door.build\ndef noisy(*a, **k):\n    server = build(*a, **k)\n"
    program += (
        "    async def tools(list_tools=server.list_tools):\n        print('a stray line', flush=True)\n        return await list_tools()\n"
    )
    program += (
        "    server.list_tools = tools\n    return server\ndoor.build = noisy\nfrom assistant.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    return ["-c", program, "--index", str(built), "mcp", *words]


def test_over_pipes_the_wire_carries_nothing_but_the_protocol(assistant: Assistant, built: Path):
    async def main() -> None:
        async with Client(stdio_client(StdioServerParameters(command=sys.executable, args=_command(built)))) as client:
            citations, grown = await _asked(client)
            assert citations == as_json(assistant.ask(BIDEN, now=NOW).citations)
            assert all(citation["quote"] in "".join(grown) for citation in citations)

    anyio.run(main)


def test_over_http_clients_of_both_protocols_get_the_same_citations(assistant: Assistant, built: Path):
    words = [sys.executable, "-m", "assistant", "--index", str(built), "mcp", "--http", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            line = server.stderr.readline()
            address = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))

            async def main() -> None:
                for mode in ("auto", "legacy"):
                    async with Client(address, mode=mode) as client:
                        citations, grown = await _asked(client)
                        assert citations == as_json(assistant.ask(BIDEN, now=NOW).citations)
                        assert grown

            anyio.run(main)
        finally:
            server.terminate()
        assert server.stdout.read() == ""


@pytest.mark.parametrize("words", [("--host", "0.0.0.0"), ("--port", "99999")])
def test_an_address_that_others_reach_or_that_is_none_is_refused(built: Path, words: tuple[str, str], capsys: pytest.CaptureFixture[str]):
    from assistant.cli import main

    assert main(["--index", str(built), "mcp", "--http", *words]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "hint: " in err
