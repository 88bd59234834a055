"""The commands: each opens the parts it needs when it runs, prints, and returns the exit code."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from assistant.cli.filters import filters_of
from assistant.cli.opening import make_samples, open_assistant, require, settings_of
from assistant.cli.terminal import complain, json_text, progress, prose_columns, terminal_columns
from assistant.errors import AssistantError
from assistant.records import Turn
from assistant.settings import load_settings


def add(args: argparse.Namespace) -> int:
    """Add articles."""
    from assistant.assistant import Assistant
    from assistant.serve.render import added, skipped

    settings = settings_of(args)
    with Assistant.open(settings=settings) as assistant, progress() as step:
        report = assistant.add(args.paths, step)
    complain(*map(skipped, report.failures))
    print(json_text(report) if args.json else added(report))
    return 1 if report.failures else 0


def list_articles(args: argparse.Namespace) -> int:
    """List the articles."""
    from assistant.serve.render import article_row, as_json, table

    with open_assistant(args) as assistant:
        articles = list(assistant.articles())
    if args.json:
        without_text = [{k: v for k, v in as_json(article).items() if k != "text"} for article in articles]
        print(json_text(without_text))
        return 0
    rows = [("ID", "DATE", "OUTLET", "LANGUAGE", "TITLE"), *map(article_row, articles)]
    print(table(rows, terminal_columns()))
    if any(article.inferred for article in articles):
        print("* inferred from the text")
    return 0


def show(args: argparse.Namespace) -> int:
    """Show an article."""
    from assistant.serve.quoted import article_as_text
    from assistant.serve.render import as_json

    with open_assistant(args) as assistant:
        article = assistant.article(args.id)
        quotations = assistant.index.quotations((article.id,))
    if args.json:
        print(json_text({**as_json(article), "quotations": as_json(quotations)}))
    else:
        print(article_as_text(article, quotations, prose_columns()))
    return 0


def remove(args: argparse.Namespace) -> int:
    """Remove articles."""
    with open_assistant(args) as assistant:
        removed = assistant.remove(args.ids)
    print(json_text({"removed": removed}) if args.json else f"removed {removed}")
    return 0


def ask(args: argparse.Namespace) -> int:
    """Answer a question."""
    from assistant.serve.render import as_text

    filters = filters_of(args)
    with open_assistant(args) as assistant:
        answer = assistant.ask(" ".join(args.question), filters=filters)
    print(json_text(answer) if args.json else as_text(answer, prose_columns(), sys.stdout.isatty()))
    return 0


def chat(args: argparse.Namespace) -> int:
    """Answer questions in turns."""
    from assistant.serve.render import as_text

    history: list[Turn] = []
    filters = filters_of(args)
    with open_assistant(args) as assistant:
        for question in _questions():
            try:
                answer = assistant.ask(question, history, filters)
            except AssistantError as error:
                complain(f"error: {error}", f"hint: {error.hint}" if error.hint else "")
                continue
            history.append(Turn(question, answer))
            print(
                json_text(answer, indent=None) if args.json else as_text(answer, prose_columns(), sys.stdout.isatty()) + "\n",
                flush=True,
            )
    return 0


def _questions() -> Iterator[str]:
    """Yield what is typed until the end of the input; at a terminal with editing and recall."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    with contextlib.suppress(ImportError):  # Windows has none
        import readline  # noqa: F401  (importing it is what gives `input` its editing)
    print("Ask; Ctrl+D ends.")
    while True:
        try:
            line = input("> ").strip()
        except EOFError:
            print()
            return
        if line:
            yield line


def serve(args: argparse.Namespace) -> int:
    """Serve the web chat."""
    from assistant.serve.ui.server import serve as serve_chat

    settings = settings_of(args)
    if args.samples:
        make_samples(settings)
    if args.index:
        require(settings)
    serve_chat(
        settings,
        args.index or "",
        lambda url: print(f"The chat is open at {url} (Ctrl+C ends it)", flush=True),
    )
    return 0


def evaluate(args: argparse.Namespace) -> int:
    """Measure the answers."""
    from assistant.evaluate.runner import main as run

    return run(args)


def models(args: argparse.Namespace) -> int:
    """List the sentence models."""
    from assistant.serve.models import legend, listed, rows
    from assistant.serve.render import table

    known = listed(load_settings().encoder)
    if args.json:
        print(json_text(known))
        return 0
    print(table(rows(known), terminal_columns()))
    print("\n".join(legend()))
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Examine the installation and the index."""
    from assistant.serve.doctor import examine

    findings = list(examine(settings_of(args)))
    if args.json:
        print(json_text(findings))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'BAD '} {finding.subject}: {finding.text}")
    return 0 if all(finding.ok for finding in findings) else 1
