"""/v1/search, /v1/quotations and /v1/speakers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from assistant.assistant import Assistant
from assistant.records import Filters, Speaker
from assistant.serve.api.bodies import ArticleId, Day, IndexName, SearchBody
from assistant.serve.api.problems import Problem
from assistant.serve.api.replying import problems, replied, service_of
from assistant.serve.hits import search_rows
from assistant.serve.quoted import Said, as_row

T = TypeVar("T")
PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="counted from 1")]
PageSize = Annotated[int, Query(ge=1, le=100, description="how many on a page")]
Words = Annotated[str, Query(max_length=1000)]


class Page(BaseModel):
    """A part of a list: `page` of `pages`, each of `size`; `total` counts all."""

    items: list[dict[str, Any]]
    page: int
    pages: int
    size: int
    total: int


class HitRows(BaseModel):
    """Hits, best first; `text` is `Article.text[start:end]`."""

    hits: list[dict[str, Any]]


class SpeakerRows(BaseModel):
    """Who speaks in the articles, most quoted first."""

    speakers: list[Speaker]


@dataclass(frozen=True)
class Paging:
    """Which part of a list is wanted."""

    page: PageNumber = 1
    size: PageSize = 20

    def of(self, items: list[T]) -> tuple[list[T], dict[str, int]]:
        """Return the part and what is told about it.

        Raises:
            Problem: 404, the page lies past the last one.
        """
        pages = max(1, -(-len(items) // self.size))
        if self.page > pages:
            raise Problem(404, "no-such-page", f"There is no page {self.page}", f"the last one is {pages}")
        start = (self.page - 1) * self.size
        return items[start : start + self.size], {"page": self.page, "pages": pages, "size": self.size, "total": len(items)}


def search_routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.post("/v1/search", response_model=HitRows, responses=problems(404, 409), tags=["search"], summary="Find passages")
    async def search(body: SearchBody, request: Request) -> Response:
        service = service_of(request)
        assistant = await service.opened(body.index)
        return replied({"hits": await service.gate.run(search_rows, assistant, body.query, body.k, body.filters.filters())})

    @router.get("/v1/quotations", response_model=Page, responses=problems(404, 409), tags=["quotations"], summary="Who said what")
    async def quotations(  # one parameter for each that the request may have
        request: Request, speaker: Words = "", about: Words = "", since: Day = "", until: Day = "", direct: bool | None = None,
        article_id: ArticleId | None = None, index: IndexName = "", page: PageNumber = 1, size: PageSize = 20,
    ) -> Response:  # fmt: skip
        service = service_of(request)
        wanted = {"since": since, "until": until, "direct": direct, "filters": Filters((article_id,) if article_id else ())}
        found = await service.gate.run(_quoted, await service.opened(index), (speaker, about), wanted, Paging(page, size))
        return replied(found)

    @router.get("/v1/speakers", response_model=SpeakerRows, responses=problems(404, 409), tags=["quotations"], summary="Who speaks")
    async def speakers(request: Request, index: IndexName = "") -> Response:
        service = service_of(request)
        return replied({"speakers": await service.gate.run((await service.opened(index)).speakers)})

    return router


def _quoted(assistant: Assistant, who: tuple[str, str], wanted: dict[str, Any], paging: Paging) -> dict[str, Any]:
    if wanted["filters"].article_ids:
        assistant.article(wanted["filters"].article_ids[0])
    part, told = paging.of(assistant.quotations(*who, **wanted))
    rows = (as_row(Said(quotation, assistant.article(quotation.article_id))) for quotation in part)
    # Where an article was read from is this machine's affair.
    return {"items": [{name: value for name, value in row.items() if name != "file"} for row in rows], **told}
