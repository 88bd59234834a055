"""The door for LlamaIndex, against the library itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.llms import ChatMessage, MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer
from llama_index.core.schema import Document, MetadataMode

from assistant.assistant import Assistant
from assistant.records import Filters
from assistant.serve.llamaindex import ArticleChatEngine, ArticleQueryEngine, ArticleRetriever, add_documents, ask_tool

BIDEN = "what did Biden say?"


@pytest.fixture(scope="module")
def assistant(built: Path) -> Iterator[Assistant]:
    with Assistant.open(built) as opened:
        yield opened


@pytest.fixture
def own(index: str) -> Iterator[Assistant]:
    with Assistant.open(index) as opened:
        yield opened


def test_nodes_hold_exact_places_the_articles_metadata_and_falling_scores(assistant: Assistant):
    nodes = ArticleRetriever(assistant, k=5).retrieve(BIDEN)
    assert len(nodes) == 5
    for found in nodes:
        article = assistant.article(found.node.metadata["article_id"])
        assert article.text[found.node.start_char_idx : found.node.end_char_idx] == found.node.text
        assert found.node.metadata["outlet"] == article.outlet
        assert found.node.ref_doc_id == f"article-{article.id}"
    assert [found.score for found in nodes] == sorted((found.score for found in nodes), reverse=True)
    assert nodes == asyncio.run(ArticleRetriever(assistant, k=5).aretrieve(BIDEN))


def test_a_language_model_is_shown_the_source_of_a_node_and_no_numbers(assistant: Assistant):
    shown = ArticleRetriever(assistant, k=1).retrieve(BIDEN)[0].node.get_content(MetadataMode.LLM)
    assert "outlet: Kontan" in shown
    assert "passage" not in shown.split("\n\n")[0]


def test_filters_restrict_the_nodes(assistant: Assistant):
    nodes = ArticleRetriever(assistant, filters=Filters(outlet="Kabar Nusa")).retrieve(BIDEN)
    assert {found.node.metadata["outlet"] for found in nodes} == {"Kabar Nusa"}


def test_llamaindexs_own_query_engine_answers_from_our_nodes(assistant: Assistant):
    synthesizer = get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT)
    response = RetrieverQueryEngine(ArticleRetriever(assistant, k=3), response_synthesizer=synthesizer).query(BIDEN)
    assert response.source_nodes == ArticleRetriever(assistant, k=3).retrieve(BIDEN)
    assert all(found.node.text in str(response) for found in response.source_nodes)  # this model says again what it is given


def test_the_response_carries_each_citation_with_its_marker(assistant: Assistant):
    response = ArticleQueryEngine(assistant).query(BIDEN)
    assert response.source_nodes
    for number, found in enumerate(response.source_nodes, 1):
        article = assistant.article(found.node.metadata["article_id"])
        assert found.node.metadata["number"] == number
        assert article.text[found.node.start_char_idx : found.node.end_char_idx] == found.node.text
        assert f"{found.node.text} [{number}]" in str(response)
    assert response.metadata["abstained"] is False


def test_a_response_that_streams_ends_with_the_same_text_and_citations(assistant: Assistant):
    whole = ArticleQueryEngine(assistant).query(BIDEN)
    streaming = ArticleQueryEngine(assistant, streaming=True)
    response = streaming.query(BIDEN)
    assert "".join(response.response_gen) == str(whole)
    assert response.source_nodes == whole.source_nodes

    async def beside() -> tuple[str, list]:
        response = await streaming.aquery(BIDEN)
        return "".join([piece async for piece in response.async_response_gen()]), response.source_nodes

    assert asyncio.run(beside()) == (str(whole), whole.source_nodes)


def test_an_abstention_has_no_source_nodes_and_says_what_is_nearest(assistant: Assistant):
    response = ArticleQueryEngine(assistant).query("what is the capital of Australia?")
    assert response.source_nodes == []
    assert response.metadata["abstained"] is True
    assert response.metadata["nearest"]


def test_an_agents_tool_gives_text_with_sources_and_the_response_itself(assistant: Assistant):
    output = ask_tool(assistant).call(question=BIDEN)
    assert "Sources\n[1] " in output.content
    assert output.raw_output.source_nodes == ArticleQueryEngine(assistant).query(BIDEN).source_nodes
    assert asyncio.run(ask_tool(assistant).acall(question=BIDEN)).content == output.content


def test_a_conversation_follows_up_and_carries_its_citations(assistant: Assistant):
    chat = ArticleChatEngine(assistant)
    first = chat.chat(BIDEN)
    second = chat.stream_chat("and Xi?")
    text = "".join(second.response_gen)
    assert first.source_nodes
    assert {found.node.metadata["speaker"] for found in second.source_nodes} == {"Xi Jinping"}
    assert [message.content for message in chat.chat_history] == [BIDEN, str(first), "and Xi?", text]
    chat.reset()
    assert chat.chat_history == []


def test_a_conversation_from_elsewhere_is_taken_over(assistant: Assistant):
    history = [ChatMessage(role="user", content=BIDEN), ChatMessage(role="assistant", content="Something.")]
    response = asyncio.run(ArticleChatEngine(assistant).achat("and Xi?", history))
    assert {found.node.metadata["speaker"] for found in response.source_nodes} == {"Xi Jinping"}


def test_a_stream_beside_the_loop_carries_its_citations(assistant: Assistant):
    async def beside() -> tuple[str, list]:
        response = await ArticleChatEngine(assistant).astream_chat(BIDEN)
        return "".join([piece async for piece in response.async_response_gen()]), response.source_nodes

    text, nodes = asyncio.run(beside())
    assert all(found.node.text in text for found in nodes)
    assert nodes == ArticleChatEngine(assistant).chat(BIDEN).source_nodes


def test_documents_become_articles_with_their_metadata(own: Assistant):
    story = 'Mayor Ada Quill said the bridge of Tandora will open on Friday. "We are ready," she added.'
    known = {"title": "Bridge opens", "author": "Ben Okri", "date": "2024-05-01", "publisher": "Tandora Post"}
    report = add_documents(own, [Document(text=story, metadata=known), Document(text="  ")])
    assert [failure.error for failure in report.failures] == ["has no text"]
    article = own.article(report.added[0])
    assert (article.title, article.author, article.published, article.outlet) == ("Bridge opens", "Ben Okri", "2024-05-01", "Tandora Post")
    assert "We are ready" in ArticleQueryEngine(own).query("what did Ada Quill say?").source_nodes[-1].node.text


def test_a_document_of_the_same_origin_replaces_and_pages_stand_side_by_side(own: Assistant):
    def page(number: str, text: str) -> Document:
        return Document(text=text, metadata={"file_path": "/news/report.pdf", "page_label": number})

    first = add_documents(own, [page("1", "The dam of Laranta broke at dawn."), page("2", "Three villages were flooded.")])
    again = add_documents(own, [page("1", "The dam of Laranta broke at noon.")])
    assert len(first.added) == 2
    assert len(again.replaced) == 1
    texts = [article.text for article in own.articles()]
    assert "The dam of Laranta broke at noon." in texts
    assert "Three villages were flooded." in texts
