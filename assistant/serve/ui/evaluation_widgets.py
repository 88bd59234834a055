"""The components of the evaluation page and of the review page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class EvaluationWidgets:
    """The components of both pages. `watched` says whether this page waits for an evaluation to end."""

    watched: gr.State
    evaluation: gr.HTML
    review: gr.HTML
    measuring: gr.HTML
    report: gr.HTML


def lay_out(script: Callable[..., str]) -> EvaluationWidgets:
    """Lay out both pages as a column; the page's style shows it when the address begins with `#evaluation` or `#review`."""
    watched = gr.State(False)
    with gr.Column(elem_id="evaluating", min_width=280):
        page = gr.HTML("", elem_id="evaluation", js_on_load=script(["visit", "measure", "take", "show", "forget"], "evaluation.js"))
        decisions = ["look", "propose", "opinions", "accept", "reject", "later", "back"]
        review = gr.HTML("", elem_id="review", js_on_load=script(decisions, "review.js"))
        measuring = gr.HTML("", elem_id="measuring", js_on_load=script(["halt"]))
        report = gr.HTML("", elem_id="report", js_on_load=script(["show", "download"], "report.js"))
    return EvaluationWidgets(watched, page, review, measuring, report)
