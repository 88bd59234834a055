"""The commands: each opens the parts it needs when it runs, prints, and returns the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from assistant.cli.opening import make_samples, open_articles, require, settings_of
from assistant.cli.terminal import complain, json_text, progress, prose_columns, terminal_columns
from assistant.errors import SettingsError


def add(args: argparse.Namespace) -> int:
    """Add articles."""
    from dataclasses import replace

    from assistant.assistant import Assistant
    from assistant.pool import processes_here
    from assistant.serve.render import added, skipped

    settings = settings_of(args)
    settings = replace(settings, add_processes=settings.add_processes or processes_here())
    with Assistant.open(settings=settings) as assistant, progress() as step:
        before = assistant.index.count().articles
        columns = columns_of(args.column)
        try:
            report = assistant.add_by_ray(args.paths, args.ray, step, columns) if args.ray else assistant.add(args.paths, step, columns)
        except KeyboardInterrupt:
            complain(f"interrupted: {assistant.index.count().articles - before} new articles are in; the same command goes on from there")
            raise
    complain(*map(skipped, report.failures))
    print(json_text(report) if args.json else added(report))
    return 1 if report.failures else 0


def columns_of(given: Sequence[str]) -> dict[str, str]:
    """Return our field -> the user's column or key, from `field=name` pairs.

    Raises:
        SettingsError: one is no pair, or names no field of ours.
    """
    from assistant.text.readers.raw import FIELDS

    known = ("text", *FIELDS)
    columns: dict[str, str] = {}
    for pair in given:
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or not theirs or ours not in known:
            raise SettingsError(f"--column is {pair!r}", "write it as FIELD=NAME; the fields are: " + ", ".join(known))
        columns[ours] = theirs
    return columns


def list_articles(args: argparse.Namespace) -> int:
    """List the articles."""
    from assistant.serve.render import as_json
    from assistant.serve.tables import article_row, table

    with open_articles(args) as stored:
        articles = list(stored.articles())
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

    with open_articles(args) as stored:
        article = stored.article(args.id)
        quotations = stored.quotations((article.id,))
    if args.json:
        print(json_text({**as_json(article), "quotations": as_json(quotations)}))
    else:
        print(article_as_text(article, quotations, prose_columns()))
    return 0


def serve(args: argparse.Namespace) -> int:
    """Serve the web chat and the API, or the API alone."""
    from assistant.settings import index_path

    settings = settings_of(args)
    index_path(settings.index)  # a folder, or it says so
    if args.samples:
        make_samples(settings)
    if args.index:
        require(settings)
    if args.no_ui:
        from assistant.serve.api.alone import serve_alone

        serve_alone(settings, args.index or "", lambda url: print(f"The API is open at {url}/v1 (Ctrl+C ends it)", flush=True))
        return 0
    from assistant.serve.ui.server import serve as serve_chat

    serve_chat(
        settings,
        args.index or "",
        lambda url: print(f"The chat is open at {url} (Ctrl+C ends it)", flush=True),
    )
    return 0


def models(args: argparse.Namespace) -> int:
    """List the sentence models."""
    from assistant.serve.models import legend, listed, rows
    from assistant.serve.tables import table
    from assistant.settings import load_settings

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

    findings = list(examine(settings_of(args), args.fix))
    if args.json:
        print(json_text(findings))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'BAD '} {finding.subject}: {finding.text}")
    return 0 if all(finding.ok for finding in findings) else 1
