"""The door for LlamaIndex: a retriever, a query engine, a chat engine, a tool for agents, and what adds its documents.

Nodes hold exact places: `article.text[node.start_char_idx:node.end_char_idx] == node.text`, always.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.base.response.schema import AsyncStreamingResponse, Response, StreamingResponse
from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse
from llama_index.core.schema import Document, NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from llama_index.core.tools import FunctionTool

from assistant.ingest import add_items
from assistant.records import AddReport, Answer, Citation, Failure, Filters, Turn
from assistant.serve.hits import grown, marked, search_rows
from assistant.serve.render import as_json, as_text
from assistant.text.readers import text as plain_text
from assistant.text.readers.metadata import fields_of
from assistant.text.readers.raw import Raw

if TYPE_CHECKING:
    from assistant.assistant import Assistant

_Item = TypeVar("_Item")

TOLD = ("title", "outlet", "author", "published", "speaker")
"""The metadata that a language model is shown with a node; the rest is for programs."""
REMEMBERED_QUESTIONS = 4
"""How many questions of a foreign conversation are asked again, to know what a follow-up is about."""
TOOL = "Answer a question from news articles, in any language: their own sentences, each with its source, or that they do not tell."


class ArticleRetriever(BaseRetriever):
    """Finds passages: nodes with exact places, the article's metadata and scores, best first."""

    def __init__(self, assistant: Assistant, k: int = 10, filters: Filters = Filters(), **options: Any) -> None:
        self.assistant, self.k, self.filters = assistant, k, filters
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        rows = search_rows(self.assistant, query_bundle.query_str, self.k, self.filters)
        return [NodeWithScore(node=_node(f"passage-{row['passage']}", row.pop("text"), row), score=row["score"]) for row in rows]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


@dataclass
class CitedResponse(Response):
    """A response whose `source_nodes` are the answer's citations, in the order of their numbers; `answer` has all the rest."""

    answer: Answer | None = None


class ArticleQueryEngine(BaseQueryEngine):
    """Answers with cited sentences, or abstains.

    The response's text has a marker `[n]` behind what citation n bears out; `source_nodes` are the citations and `metadata` the answer
    as JSON values. With `streaming` the text comes while it grows; `source_nodes` and `metadata` are whole once it has ended.
    """

    def __init__(self, assistant: Assistant, filters: Filters = Filters(), *, streaming: bool = False, **options: Any) -> None:
        self.assistant, self.filters, self.streaming = assistant, filters, streaming
        super().__init__(options.get("callback_manager"))

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the passages that an answer would be read from."""
        return ArticleRetriever(self.assistant, self.assistant.settings.k, self.filters).retrieve(query_bundle)

    def answered(self, question: str) -> CitedResponse:
        """Answer a question."""
        answer = self.assistant.ask(question, filters=self.filters)
        return CitedResponse(marked(answer), citation_nodes(answer), as_json(answer), answer)

    def _query(self, query_bundle: QueryBundle) -> Response | StreamingResponse:
        if not self.streaming:
            return self.answered(query_bundle.query_str)
        nodes, metadata = list[NodeWithScore](), dict[str, Any]()
        return StreamingResponse(self._grown(query_bundle.query_str, nodes, metadata), nodes, metadata)

    async def _aquery(self, query_bundle: QueryBundle) -> Response | AsyncStreamingResponse:
        if not self.streaming:
            return await asyncio.to_thread(self.answered, query_bundle.query_str)
        nodes, metadata = list[NodeWithScore](), dict[str, Any]()
        pieces = self._grown(query_bundle.query_str, nodes, metadata)
        return AsyncStreamingResponse(_in_threads(pieces), nodes, metadata)

    def _grown(self, question: str, nodes: list[NodeWithScore], metadata: dict[str, Any]) -> Generator[str, None, None]:
        for piece, answer in grown(self.assistant.stream(question, filters=self.filters)):
            nodes[:] = citation_nodes(answer)
            metadata.update(as_json(answer))
            yield piece

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


class ArticleChatEngine(BaseChatEngine):
    """A conversation with the articles: follow-ups are understood without a language model, and each turn carries its citations."""

    def __init__(self, assistant: Assistant, filters: Filters = Filters()) -> None:
        self.assistant, self.filters = assistant, filters
        self.turns: list[Turn] = []

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The turns as messages."""
        return [message for turn in self.turns for message in _messages(turn)]

    def reset(self) -> None:
        """Begin anew."""
        self.turns.clear()

    def chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """Answer a message; of a `chat_history` that is not this engine's own the questions are asked again."""
        self._follow(chat_history)
        answer = self.assistant.ask(message, self.turns, self.filters)
        self.turns.append(Turn(message, answer))
        return AgentChatResponse(marked(answer), source_nodes=citation_nodes(answer), metadata=as_json(answer))

    def stream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """Answer a message while the answer grows; `source_nodes` are whole once it has ended."""
        self._follow(chat_history)
        nodes: list[NodeWithScore] = []
        return StreamingAgentChatResponse(chat_stream=self._grown(message, nodes), source_nodes=nodes, is_writing_to_memory=False)

    async def achat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """Answer a message."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    async def astream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """Answer a message while the answer grows."""
        await asyncio.to_thread(self._follow, chat_history)
        nodes: list[NodeWithScore] = []
        pieces = _in_threads(self._grown(message, nodes))
        return StreamingAgentChatResponse(achat_stream=pieces, source_nodes=nodes, is_writing_to_memory=False)

    def _grown(self, question: str, nodes: list[NodeWithScore]) -> Generator[ChatResponse, None, None]:
        answer = None
        for piece, answer in grown(self.assistant.stream(question, self.turns, self.filters)):
            nodes[:] = citation_nodes(answer)
            yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=marked(answer)), delta=piece)
        if answer is not None:
            self.turns.append(Turn(question, answer))

    def _follow(self, messages: Sequence[ChatMessage] | None) -> None:
        """Take over a conversation; what was asked in this one is not asked again."""
        if messages is None:
            return
        known = {turn.question: turn for turn in self.turns}
        asked = [str(message.content) for message in messages if message.role == MessageRole.USER and message.content]
        self.turns = []
        for question in asked[-REMEMBERED_QUESTIONS:]:
            turn = known.get(question) or Turn(question, self.assistant.ask(question, self.turns, self.filters))
            self.turns.append(turn)


def ask_tool(assistant: Assistant, filters: Filters = Filters(), name: str = "ask_articles") -> FunctionTool:
    """Return a tool for agents: an agent reads the answer with its sources, `raw_output` is a `CitedResponse`."""
    engine = ArticleQueryEngine(assistant, filters)

    def ask_articles(question: str) -> CitedResponse:
        return engine.answered(question)

    def for_the_agent(response: CitedResponse) -> str:
        return as_text(response.answer) if response.answer else str(response)

    return FunctionTool.from_defaults(ask_articles, name=name, description=TOOL, callback=for_the_agent)


def add_documents(assistant: Assistant, documents: Iterable[Document]) -> AddReport:
    """Add documents of LlamaIndex, as any of its readers gives them; each is one article.

    The text is cleaned as that of a file is, so offsets count in `assistant.article(id).text`. Title, author, date and the like are taken
    from the metadata under whatever keys are usual; `file_path` or an address becomes the origin, else the document's id: a document
    of the same origin replaces the article.
    """
    settings = assistant.settings
    return add_items(assistant.index, assistant.encoder, _raws(documents, settings.max_article_bytes), settings)


def _raws(documents: Iterable[Document], max_bytes: int) -> Iterator[Raw | Failure]:
    seen: Counter[str] = Counter()
    for document in documents:
        origin = _origin(document)
        seen[origin] += 1
        origin += f"#{seen[origin]}" if seen[origin] > 1 else ""
        text = document.text if isinstance(document.text, str) else ""
        data = text.encode("utf-8", errors="replace")
        if not text.strip():
            yield Failure(origin, "has no text", "leave out documents without text, such as images")
        elif len(data) > max_bytes:
            yield Failure(origin, f"is larger than {max_bytes / 1_000_000:g} MB", "an article is one story; split the document")
        else:
            read = plain_text.read(data, origin)
            yield Raw(origin, read.original, read.text, {**read.fields, **fields_of(document.metadata)})


def _origin(document: Document) -> str:
    """Return where a document is from: a page of a file is an article of its own."""
    known = document.metadata
    place = next((str(known[key]) for key in ("file_path", "url", "source_url") if known.get(key)), document.doc_id)
    return f"{place}#{known['page_label']}" if known.get("page_label") else place


def citation_nodes(answer: Answer) -> list[NodeWithScore]:
    """Return the citations as nodes; the metadata of each holds the rest of its citation."""
    return [NodeWithScore(node=_citation_node(citation)) for citation in answer.citations]


def _citation_node(citation: Citation) -> TextNode:
    known = {name: value for name, value in as_json(citation).items() if name not in ("quote", "span")}
    start, end = citation.span
    return _node(f"article-{citation.article_id}-{start}-{end}", citation.quote, {**known, "start": start, "end": end})


def _node(name: str, text: str, known: dict[str, Any]) -> TextNode:
    start, end = known.pop("start"), known.pop("end")
    hidden = [key for key in known if key not in TOLD]
    article = RelatedNodeInfo(node_id=f"article-{known['article_id']}")
    return TextNode(
        id_=name, text=text, start_char_idx=start, end_char_idx=end, metadata=known,
        excluded_llm_metadata_keys=hidden, excluded_embed_metadata_keys=hidden,
        relationships={NodeRelationship.SOURCE: article},
    )  # fmt: skip


def _messages(turn: Turn) -> tuple[ChatMessage, ChatMessage]:
    answer = ChatMessage(role=MessageRole.ASSISTANT, content=marked(turn.answer))
    return ChatMessage(role=MessageRole.USER, content=turn.question), answer


async def _in_threads(items: Generator[_Item, None, None]) -> AsyncGenerator[_Item, None]:
    """Yield what a generator gives, each waited for beside the event loop."""
    end = object()
    try:
        while (item := await asyncio.to_thread(next, items, end)) is not end:
            yield item  # type: ignore[misc]
    finally:
        items.close()
