"""The door for LangChain: a retriever and a tool for agents. Needs the extra `langchain`.

Documents hold exact places: `article.text[metadata["start"]:metadata["end"]] == page_content`, always.
"""

from __future__ import annotations

import asyncio
from typing import Any

from assistant.assistant import Assistant
from assistant.errors import MissingExtra
from assistant.records import Filters
from assistant.serve.hits import search_rows
from assistant.serve.render import as_json, as_text

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import StructuredTool
    from pydantic import ConfigDict, Field
except ImportError as error:
    raise MissingExtra("LangChain is not installed", "pip install 'article-assistant[langchain]'") from error

TOOL = "Answer a question from news articles, in any language: their own sentences, each with its source, or that they do not tell."


class ArticleRetriever(BaseRetriever):
    """Finds passages: documents with exact places, the article's metadata, `score` and `rank`, best first."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    k: int = Field(default=10, ge=1)
    filters: Filters = Filters()

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None) -> list[Document]:
        rows = search_rows(self.assistant, query, self.k, self.filters)
        return [Document(id=f"passage-{row['passage']}", page_content=row.pop("text"), metadata=row) for row in rows]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun | None = None
    ) -> list[Document]:
        return await asyncio.to_thread(self._get_relevant_documents, query)


def ask_tool(assistant: Assistant, filters: Filters = Filters(), name: str = "ask_articles") -> StructuredTool:
    """Return a tool for agents: an agent reads the answer with its sources, the message's `artifact` is the answer as JSON values."""

    def ask_articles(question: str) -> tuple[str, dict[str, Any]]:
        answer = assistant.ask(question, filters=filters)
        return as_text(answer), as_json(answer)

    async def ask_articles_beside(question: str) -> tuple[str, dict[str, Any]]:
        return await asyncio.to_thread(ask_articles, question)

    return StructuredTool.from_function(
        ask_articles, ask_articles_beside, name=name, description=TOOL, response_format="content_and_artifact"
    )
