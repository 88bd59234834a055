"""Each door as its users come in: by its own client or library, never past it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import openai
import uvicorn
from mcp.client import Client

from assistant.assistant import Assistant
from assistant.cli import main
from assistant.serve import langchain, llamaindex, mcp
from assistant.serve.api.app import build_api
from assistant.serve.api.service import Service
from assistant.serve.render import as_json
from assistant.serve.ui.chat import Chat
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.sitting import Sitting
from assistant.settings import Settings

Citations = list[dict[str, Any]]
Hits = list[tuple[str, int, int, str, float]]


def python(assistant: Assistant, questions: list[str]) -> list[Citations]:
    return [as_json(assistant.ask(question).citations) for question in questions]


def python_streaming(assistant: Assistant, questions: list[str]) -> list[Citations]:
    return [as_json(list(assistant.stream(question))[-1].citations) for question in questions]


def command_line(assistant: Assistant, questions: list[str]) -> list[Citations]:
    def ask(question: str) -> Citations:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            assert main(["--index", str(assistant.index.path), "--json", "ask", question]) == 0
        return json.loads(printed.getvalue())["citations"]

    return [ask(question) for question in questions]


def web_chat(assistant: Assistant, questions: list[str]) -> list[Citations]:
    """The citations as the page holds them; each is a link there, and a click on it shows the words in their article."""
    name = str(assistant.index.path)
    indexes = OpenIndexes(Settings(index=name))
    chat = Chat(indexes)

    def ask(question: str) -> Citations:
        *_, view = chat.ask(question, name, Sitting())
        citations = view.sitting.turns[-1].answer.citations
        for citation in citations:
            assert f'href="#cite-0-{citation.number}"' in view.transcript
            assert 'class="cited active"' in chat.cite(f"cite-0-{citation.number}", name, view.sitting)
        return as_json(citations)

    with contextlib.closing(indexes):
        return [ask(question) for question in questions]


def rest(address: str, questions: list[str]) -> list[Citations]:
    with httpx.Client(base_url=address, timeout=30) as client:
        return [client.post("/v1/ask", json={"question": question}).json()["citations"] for question in questions]


def rest_streaming(address: str, questions: list[str]) -> list[Citations]:
    def ask(client: httpx.Client, question: str) -> Citations:
        sent = client.post("/v1/ask", json={"question": question}, headers={"accept": "text/event-stream"}).text
        events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in sent.strip().split("\n\n")]
        values = [json.loads(event["data"]) for event in events]
        grown = [
            citation for event, value in zip(events, values, strict=True) if event["event"] == "grown" for citation in value["citations"]
        ]
        assert events[-1]["event"] == "done"
        assert grown == values[-1]["answer"]["citations"]
        return grown

    with httpx.Client(base_url=address, timeout=30) as client:
        return [ask(client, question) for question in questions]


def openai_client(address: str, questions: list[str]) -> list[Citations]:
    def ask(client: openai.OpenAI, question: str) -> Citations:
        message = client.chat.completions.create(model="", messages=[{"role": "user", "content": question}]).choices[0].message
        return _of_annotations(message.content, message.to_dict()["annotations"])

    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        return [ask(client, question) for question in questions]


def openai_client_streaming(address: str, questions: list[str]) -> list[Citations]:
    def ask(client: openai.OpenAI, question: str) -> Citations:
        chunks = list(client.chat.completions.create(model="", messages=[{"role": "user", "content": question}], stream=True))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        return _of_annotations(text, chunks[-1].choices[0].delta.to_dict()["annotations"])

    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        return [ask(client, question) for question in questions]


def mcp_client(assistant: Assistant, questions: list[str]) -> list[Citations]:
    answers = _by_mcp(assistant, "ask", [{"question": question} for question in questions])
    return [answer["citations"] for answer in answers]


def llama_index(assistant: Assistant, questions: list[str]) -> list[Citations]:
    engine = llamaindex.ArticleQueryEngine(assistant)
    return [_of_nodes(engine.query(question).source_nodes) for question in questions]


def llama_index_streaming(assistant: Assistant, questions: list[str]) -> list[Citations]:
    engine = llamaindex.ArticleQueryEngine(assistant, streaming=True)

    def ask(question: str) -> Citations:
        response = engine.query(question)
        assert "".join(response.response_gen)
        return _of_nodes(response.source_nodes)

    return [ask(question) for question in questions]


def lang_chain(assistant: Assistant, questions: list[str]) -> list[Citations]:
    tool = langchain.ask_tool(assistant)
    calls = [{"type": "tool_call", "id": "1", "name": "ask_articles", "args": {"question": question}} for question in questions]
    return [json.loads(tool.invoke(call).model_dump_json())["artifact"]["citations"] for call in calls]


SERVED = ("REST", "REST, streaming", "OpenAI-compatible", "OpenAI-compatible, streaming")
"""Doors that are given the address of a server; the others are given the assistant."""
ANSWERING: dict[str, Callable[[Any, list[str]], list[Citations]]] = {
    "CLI": command_line,
    "Python": python,
    "Python, streaming": python_streaming,
    "web chat": web_chat,
    "REST": rest,
    "REST, streaming": rest_streaming,
    "OpenAI-compatible": openai_client,
    "OpenAI-compatible, streaming": openai_client_streaming,
    "MCP": mcp_client,
    "LlamaIndex": llama_index,
    "LlamaIndex, streaming": llama_index_streaming,
    "LangChain": lang_chain,
}


def found_by_python(assistant: Assistant, query: str, k: int) -> Hits:
    hits = []
    for hit in assistant.search(query, k):
        span = hit.passage.span
        text = assistant.article(hit.passage.article_id).text
        hits.append((hit.passage.article_id, span.start, span.end, span.of(text), hit.score))
    return hits


def found_by_rest(address: str, query: str, k: int) -> Hits:
    return _of_rows(httpx.post(f"{address}/v1/search", json={"query": query, "k": k}, timeout=30).json()["hits"])


def found_by_mcp(assistant: Assistant, query: str, k: int) -> Hits:
    return _of_rows(_by_mcp(assistant, "search", [{"query": query, "k": k}])[0]["hits"])


def found_by_llama_index(assistant: Assistant, query: str, k: int) -> Hits:
    nodes = asyncio.run(llamaindex.ArticleRetriever(assistant, k).aretrieve(query))
    return [(n.node.metadata["article_id"], n.node.start_char_idx, n.node.end_char_idx, n.node.text, n.score) for n in nodes]


def found_by_lang_chain(assistant: Assistant, query: str, k: int) -> Hits:
    documents = langchain.ArticleRetriever(assistant=assistant, k=k).invoke(query)
    return _of_rows([{**document.metadata, "text": document.page_content} for document in documents])


FINDING: dict[str, Callable[[Any, str, int], Hits]] = {
    "Python": found_by_python,
    "REST": found_by_rest,
    "MCP": found_by_mcp,
    "LlamaIndex": found_by_llama_index,
    "LangChain": found_by_lang_chain,
}


@contextlib.contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Serve the API for an index on a port of its own, and yield its address."""
    settings = Settings(index=str(assistant.index.path))
    indexes = OpenIndexes(settings, settings.index)
    service = Service(settings, indexes, settings.index, accounts=assistant.index.path.parent / "accounts.sqlite")
    server = uvicorn.Server(uvicorn.Config(build_api(service, indexes.close), log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _by_mcp(assistant: Assistant, name: str, calls: list[dict[str, Any]]) -> list[Any]:
    async def talk() -> list[Any]:
        async with Client(mcp.build(assistant)) as client:
            results = [await client.call_tool(name, arguments) for arguments in calls]
            # as they go over the wire
            return [json.loads(result.model_dump_json())["structured_content"] for result in results]

    return anyio.run(talk)


def _of_nodes(nodes: list[Any]) -> Citations:
    """Put the parts of each citation together again."""
    citations = []
    for found in nodes:
        node = json.loads(found.node.model_dump_json())
        span = [node["start_char_idx"], node["end_char_idx"]]
        citations.append({**node["metadata"], "span": span, "quote": node["text"]})
    return citations


def _of_annotations(text: str, annotations: list[dict[str, Any]]) -> Citations:
    """Return the citation of each annotation, which stands at its marker in the text."""
    for annotation in annotations:
        place = annotation["url_citation"]
        assert text[place["start_index"] : place["end_index"]] == f"[{annotation['citation']['number']}]"
    return [annotation["citation"] for annotation in annotations]


def _of_rows(rows: list[dict[str, Any]]) -> Hits:
    return [(row["article_id"], row["start"], row["end"], row["text"], row["score"]) for row in rows]
