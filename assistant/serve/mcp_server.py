"""The SDK's server with two habits of ours: what is wrong with a call is said in one line, and the articles are listed in pages."""

from __future__ import annotations

from itertools import islice
from typing import Any

from anyio import to_thread
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, InputRequiredResult, ListResourcesResult, Resource, Tool
from pydantic import ValidationError

from assistant.assistant import Assistant
from assistant.records import Article

PAGE = 100
"""How many articles are listed at once."""


class ArticleServer(MCPServer[Any]):
    """An MCP server over the articles of one assistant."""

    def __init__(self, assistant: Assistant, **options: Any) -> None:
        super().__init__(**options)
        self.assistant = assistant
        self.middleware.append(self._list_in_pages)

    async def list_tools(self) -> list[Tool]:
        """Return the tools; none has arguments beside those that it names."""
        tools = await super().list_tools()
        return [tool.model_copy(update={"input_schema": {**tool.input_schema, "additionalProperties": False}}) for tool in tools]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool.

        Raises:
            ToolError: there is no such tool, an argument is unknown or wrong, or the tool says what is wrong; in one line.
        """
        tool = next((tool for tool in await self.list_tools() if tool.name == name), None)
        known = list(tool.input_schema.get("properties", {})) if tool else []
        if tool and (unknown := sorted(set(arguments) - set(known))):
            raise ToolError(f"{name} has no argument {unknown[0]!r}; it has: " + ", ".join(known))
        try:
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError:
            raise
        except ToolError as error:
            cause = error.__cause__
            said = _wrong_argument(cause) if isinstance(cause, ValidationError) else str(cause or error)
            raise ToolError(said) from error

    async def _list_in_pages(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != "resources/list":
            return await call_next(ctx)
        return await to_thread.run_sync(self._page, (ctx.params or {}).get("cursor"))

    def _page(self, cursor: Any) -> ListResourcesResult:
        """Return a page of the articles; a cursor is the number of articles before it."""
        if cursor is not None and not (isinstance(cursor, str) and cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
            raise MCPError(INVALID_PARAMS, "the cursor is none of this server's; begin without one")
        start = int(cursor or 0)
        found = list(islice(self.assistant.articles(), start, start + PAGE + 1))
        following = str(start + PAGE) if len(found) > PAGE else None
        return ListResourcesResult(resources=[_resource(article) for article in found[:PAGE]], next_cursor=following)


def _wrong_argument(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _resource(article: Article) -> Resource:
    about = ", ".join(part for part in (article.outlet or article.source, article.published[:10], article.language) if part)
    return Resource(
        uri=f"article://{article.id}", name=f"article-{article.id}", title=article.title, description=about or None,
        mime_type="text/plain", size=len(article.text.encode("utf-8", errors="replace")),
    )  # fmt: skip
