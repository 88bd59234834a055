"""A Flask app that answers from the articles: `flask --app examples/flask_app run`, then /ask?q=what+did+Biden+say."""

import os
from html import escape

from flask import Flask, request

from assistant import Answer, Assistant, AssistantError
from assistant.serve.hits import marked


def create_app(index: str = "") -> Flask:
    """Make the app for an index; the environment's ARTICLES unless given."""
    app = Flask(__name__)
    assistant = Assistant.open(index or os.environ.get("ARTICLES", "seeds"), create=False)

    @app.get("/ask")
    def ask() -> str:
        return page(assistant.ask(request.args.get("q", "")))

    @app.errorhandler(AssistantError)
    def wrong(error: AssistantError) -> tuple[str, int]:
        return f"<p>{escape(str(error))}: {escape(error.hint)}</p>", 400

    return app


def page(answer: Answer) -> str:
    """Return an answer and its sources as HTML; everything that an article says is escaped."""
    rows = [f"<li value={c.number}><q>{escape(c.quote)}</q> - {escape(c.title)}, {escape(c.outlet)}</li>" for c in answer.citations]
    return f"<p>{escape(marked(answer))}</p><ol>{''.join(rows)}</ol>"
