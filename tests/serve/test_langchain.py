"""The door for LangChain, against the library itself."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from assistant.assistant import Assistant
from assistant.errors import BadQuestion
from assistant.records import Filters
from assistant.serve.langchain import ArticleRetriever, ask_tool
from assistant.serve.render import as_json

BIDEN = "what did Biden say?"


@pytest.fixture(scope="module")
def assistant(built: Path) -> Iterator[Assistant]:
    with Assistant.open(built) as opened:
        yield opened


def test_documents_hold_exact_places_metadata_and_scores(assistant: Assistant):
    found = ArticleRetriever(assistant=assistant, k=4).invoke(BIDEN)
    assert [document.metadata["rank"] for document in found] == [1, 2, 3, 4]
    for document in found:
        article = assistant.article(document.metadata["article_id"])
        assert article.text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert document.metadata["outlet"] == article.outlet
    assert found == asyncio.run(ArticleRetriever(assistant=assistant, k=4).ainvoke(BIDEN))


def test_the_retriever_is_a_link_of_a_chain(assistant: Assistant):
    retriever = ArticleRetriever(assistant=assistant, k=1, filters=Filters(outlet="Kontan"))
    chain = {"articles": retriever | (lambda found: found[0].metadata["title"]), "question": RunnablePassthrough()} | RunnablePassthrough()
    assert chain.invoke(BIDEN) == {"articles": assistant.article("1").title, "question": BIDEN}


def test_k_below_one_is_refused(assistant: Assistant):
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        ArticleRetriever(assistant=assistant, k=0)


def test_the_tool_gives_text_with_sources_and_the_answer_as_its_artifact(assistant: Assistant):
    call = {"type": "tool_call", "id": "1", "name": "ask_articles", "args": {"question": BIDEN}}
    message = ask_tool(assistant).invoke(call)
    assert isinstance(message, ToolMessage)
    assert "Sources\n[1] " in message.content
    assert message.artifact["citations"] == as_json(assistant.ask(BIDEN).citations)
    assert asyncio.run(ask_tool(assistant).ainvoke(call)).content == message.content


def test_an_empty_question_is_one_clear_line(assistant: Assistant):
    with pytest.raises(BadQuestion, match="the question is empty"):
        ask_tool(assistant).invoke({"question": " "})


@pytest.mark.parametrize(("library", "module", "extra"), [("langchain_core", "langchain", "langchain"), ("mcp", "mcp", "mcp")])
def test_without_the_extra_it_says_what_to_install(library: str, module: str, extra: str):
    program = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from assistant.errors import MissingExtra\n"
        f"try: import assistant.serve.{module}\n"
        "except MissingExtra as error: print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"pip install 'article-assistant[{extra}]'\n"
