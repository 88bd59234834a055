"""What the components of the evaluation page and of the review page do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from assistant.serve.ui.asking import sent, texts
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.evaluation import Evaluation, finished
from assistant.serve.ui.evaluation_widgets import EvaluationWidgets
from assistant.serve.ui.review import Review
from assistant.serve.ui.shelf import uploads
from assistant.serve.ui.sitting import Visitor

Show = Callable[[str, Mapping[str, str], Visitor], str]


def connect_evaluation(evaluation: Evaluation, entrance: Entrance, on: EvaluationWidgets, beside: tuple[Any, Any], event: Any) -> None:
    """Connect the evaluation page with itself, with the index switcher and with what takes files to the browser."""
    switch, outbox = beside

    def visit(name: str, request: gr.Request) -> tuple[Any, ...]:
        job = evaluation.bench.job
        return evaluation.page(name, entrance.visitor(request)), "", "", bool(job and job.is_running)

    def measure(name: str, happened: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        problem = evaluation.measure(name, texts(happened), entrance.visitor(request))
        return (problem, gr.skip(), False) if problem else ("", "", True)

    def follow(watched: bool, request: gr.Request) -> Iterator[Any]:
        yield from evaluation.follow(entrance.visitor(request)) if watched else [gr.skip()]

    def after(name: str, watched: bool, request: gr.Request) -> tuple[Any, ...]:
        job, visitor = evaluation.bench.job, entrance.visitor(request)
        if not watched or job is None or job.index != name:
            return gr.skip(), gr.skip(), False
        page, run_name = evaluation.page(name, visitor), finished(job)
        return page, evaluation.shown(name, {"run": run_name, "against": job.against}, visitor) if run_name else gr.skip(), False

    def take(name: str, happened: gr.EventData, request: gr.Request) -> tuple[str, str]:
        visitor, files = entrance.visitor(request), uploads(happened)
        return evaluation.take(name, files, visitor), evaluation.page(name, visitor, files[0][1] if files else "")

    def show(name: str, happened: gr.EventData, request: gr.Request) -> str:
        return evaluation.shown(name, texts(happened), entrance.visitor(request))

    def forget(name: str, happened: gr.EventData, request: gr.Request) -> tuple[str, str]:
        return evaluation.remove(name, texts(happened), entrance.visitor(request)), ""

    def download(name: str, happened: gr.EventData, request: gr.Request) -> str:
        visitor = entrance.visitor(request)
        file = evaluation.file(name, texts(happened), visitor)
        return sent(file=file) if file else sent(say=visitor.words("no_such_run"))

    def halt(request: gr.Request) -> None:
        if entrance.visitor(request).user.is_admin:
            evaluation.bench.stop()

    begun = [
        on.evaluation.visit(visit, switch, [on.evaluation, on.measuring, on.report, on.watched], **event),
        on.evaluation.measure(measure, switch, [on.measuring, on.report, on.watched], **event),
    ]
    for one in begun:
        followed = one.then(follow, on.watched, on.measuring, **event)
        followed.then(after, [switch, on.watched], [on.evaluation, on.report, on.watched], **event)
    on.evaluation.take(take, switch, [on.measuring, on.evaluation], **event)
    on.evaluation.forget(forget, switch, [on.evaluation, on.report], **event)
    for source in (on.evaluation, on.report):
        source.show(show, switch, on.report, **event)
    on.report.download(download, switch, outbox, **event)
    on.measuring.halt(halt, None, None, **event)


def connect_review(review: Review, entrance: Entrance, on: EvaluationWidgets, switch: Any, event: Any) -> None:
    """Connect the review page."""

    def showing(act: Show) -> Callable[..., str]:
        def shown(name: str, happened: gr.EventData, request: gr.Request) -> str:
            return act(name, texts(happened), entrance.visitor(request))

        return shown

    acts: tuple[tuple[Any, Show], ...] = (
        (on.review.look, lambda name, given, visitor: review.page(name, visitor)),
        (on.review.propose, lambda name, given, visitor: review.propose(name, visitor)),
        (on.review.opinions, lambda name, given, visitor: review.opinions(name, visitor)),
        (on.review.accept, review.accept),
        (on.review.reject, review.reject),
        (on.review.later, review.later),
        (on.review.back, review.back),
    )
    for source, act in acts:
        source(showing(act), switch, on.review, **event)
