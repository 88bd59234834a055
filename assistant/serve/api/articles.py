"""/v1/articles: read, add, replace, remove; many at once in a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from assistant.assistant import Assistant
from assistant.records import Article, Filters
from assistant.serve.api.bodies import ArticleBody, BulkBody, Day, IndexName, Language
from assistant.serve.api.jobs import Work, job_replied
from assistant.serve.api.once import once
from assistant.serve.api.replying import check_tag, is_known, problems, replied, service_of
from assistant.serve.api.searching import Page, PageNumber, PageSize, Paging, Words
from assistant.serve.hits import facts

Id = Annotated[str, Path(max_length=40, examples=["1"])]
Once = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200, description="the request is done once for each key")]
TAGS = ["articles"]


def shown(article: Article, text: bool = True) -> dict[str, Any]:
    """Return an article as it is told outside: not where on this machine it was read."""
    own = {"id": article.id, **{name: value for name, value in facts(article).items() if name != "article_id"}}
    return {**own, **({"text": article.text} if text else {}), "content_hash": article.content_hash}


def article_routes(work: Work) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=list(TAGS))
    _reading(router)
    _writing(router)

    @router.post("/v1/articles/bulk", status_code=202, responses=problems(404, 409), summary="Add many articles in a job")
    async def add_many(body: BulkBody, request: Request, index: IndexName = "", idempotency_key: Once = None) -> Response:
        assistant = await service_of(request).opened(index, writing=True)

        async def begin() -> Response:
            records = [record(article) for article in body.articles]
            job = work.begin("add", len(records), lambda step: _report(assistant, records, step))
            return job_replied(job, 202)

        return await once(request, begin)

    return router


def _reading(router: APIRouter) -> None:
    @router.get("/v1/articles", response_model=Page, responses=problems(404, 409), summary="List the articles")
    async def articles(  # one parameter for each that the request may have
        request: Request, outlet: Words = "", author: Words = "", speaker: Words = "", language: Language = "", since: Day = "",
        until: Day = "", index: IndexName = "", page: PageNumber = 1, size: PageSize = 20,
    ) -> Response:  # fmt: skip
        service = service_of(request)
        filters = Filters((), outlet, author, speaker, language, since, until)
        return replied(await service.gate.run(_listed, await service.opened(index), filters, Paging(page, size)))

    unchanged = {304: {"description": "It is still the article that the request knows"}, **problems(404, 409)}

    @router.get("/v1/articles/{article_id}", responses=unchanged, summary="Read an article")
    async def article(article_id: Id, request: Request, index: IndexName = "") -> Response:
        service = service_of(request)
        found = await service.gate.run((await service.opened(index)).article, article_id)
        if is_known(request, found.content_hash):
            return Response(None, 304, {"etag": f'"{found.content_hash}"'})
        return replied(shown(found), etag=f'"{found.content_hash}"')


def _writing(router: APIRouter) -> None:
    there = {200: {"description": "The article took the place of an older one, or was there already"}, **problems(404, 409)}

    @router.post("/v1/articles", status_code=201, responses=there, summary="Add an article")
    async def add(body: ArticleBody, request: Request, index: IndexName = "", idempotency_key: Once = None) -> Response:
        service = service_of(request)
        assistant = await service.opened(index, writing=True)

        async def work() -> Response:
            article_id, outcome = await service.writing.run(assistant.add_record, record(body))
            return _added(assistant.article(article_id), outcome, index)

        return await once(request, work)

    @router.put("/v1/articles/{article_id}", responses=problems(404, 409, 412), summary="Replace an article; it gets a new id")
    async def change(article_id: Id, body: ArticleBody, request: Request, index: IndexName = "") -> Response:
        service = service_of(request)
        assistant = await service.opened(index)

        def work() -> Response:
            old = assistant.article(article_id)
            check_tag(request, old.content_hash)
            new_id, outcome = assistant.add_record(record(body), old.origin or f"article:{article_id}")
            if not old.origin:
                assistant.remove(article_id)
            return _added(assistant.article(new_id), outcome, index)

        return await service.writing.run(work)

    @router.delete("/v1/articles/{article_id}", status_code=204, responses=problems(404, 409, 412), summary="Remove an article for good")
    async def remove(article_id: Id, request: Request, index: IndexName = "") -> Response:
        service = service_of(request)
        assistant = await service.opened(index)

        def work() -> None:
            check_tag(request, assistant.article(article_id).content_hash)
            assistant.remove(article_id)

        await service.writing.run(work)
        return Response(None, 204)


def record(body: ArticleBody) -> Mapping[str, object]:
    """Return what was given of an article."""
    return body.model_dump(exclude_defaults=True)


def _added(article: Article, outcome: str, index: str) -> Response:
    where = f"/v1/articles/{article.id}" + (f"?index={index}" if index else "")
    status = 201 if outcome == "added" else 200
    return replied({"outcome": outcome, **shown(article, text=False)}, status, location=where, etag=f'"{article.content_hash}"')


def _listed(assistant: Assistant, filters: Filters, paging: Paging) -> dict[str, Any]:
    ids = sorted(assistant.index.article_dates(filters), key=int)
    part, told = paging.of(ids)
    return {"items": [shown(assistant.article(article_id), text=False) for article_id in part], **told}


def _report(assistant: Assistant, records: list[Mapping[str, object]], step: Any) -> dict[str, Any]:
    report = assistant.add_records(records, lambda origin: step())
    failures = [{"error": failure.error, "hint": failure.hint, "origin": failure.origin} for failure in report.failures]
    whole = replace(report, failures=())
    return {"added": whole.added, "replaced": whole.replaced, "unchanged": whole.unchanged, "failures": failures}
