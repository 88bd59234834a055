"""The command line. Every command opens the parts it needs when it runs, so that `--help` is immediate.

Exit codes: 0 done (an abstention is an answer), 1 an error or an article that was not added, 2 wrong usage,
130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from assistant import __version__
from assistant.errors import AssistantError, IndexMismatch
from assistant.records import Turn
from assistant.settings import Settings, index_path, load_settings

if TYPE_CHECKING:
    from assistant.assistant import Assistant

Command = Callable[[argparse.Namespace], int]

PROSE_COLUMNS = 100
"""Longer lines are hard to read, however wide the terminal is."""
INTERRUPTED = 130
PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file name may hold bytes that are no text
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    try:
        code = cast(Command, args.run)(args)
        sys.stdout.flush()
        return code
    except AssistantError as error:
        _complain(f"error: {error}", f"hint: {error.hint}" if error.hint else "")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has left; without this Python would complain once more while it exits.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (open until the process ends)
        return PIPE_CLOSED
    except Exception as error:
        if args.debug:
            traceback.print_exc()
        _complain(f"error: unexpected {type(error).__name__}: {_one_line(error)}; run with --debug for the trace")
        return 1


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("assistant", description="Ask a pile of news articles and get the sentences that answer, each cited.")
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    _add_common(parser, default=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Command, about: str) -> argparse.ArgumentParser:
        # "resolve": a command's own options may stand in for the common ones.
        sub = commands.add_parser(name, help=about, description=about, conflict_handler="resolve")
        _add_common(sub, default=False)
        sub.set_defaults(run=run)
        return sub

    command("add", _add, "add files and folders of articles").add_argument("paths", nargs="+", metavar="PATH")
    command("list", _list, "list the articles")
    command("show", _show, "show an article, and who said what in it").add_argument("id", metavar="ID")
    command("remove", _remove, "remove articles for good").add_argument("ids", nargs="+", metavar="ID")
    command("ask", _ask, "ask a question").add_argument("question", nargs="+", metavar="QUESTION")
    command("chat", _chat, "ask in turns; a question may refer to the answer before")
    serve = command("serve", _serve, "open the web chat on this machine")
    serve.add_argument("--samples", action="store_true", help="make the index of the sample articles if there is none")
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="the port to listen on (7860); 0 takes any free one")
    evaluate = command("evaluate", _evaluate, "measure the answers with a set of questions")
    if "evaluate" in words:  # its options come with it, and every other command can do without
        from assistant.evaluate.runner import add_arguments

        add_arguments(evaluate)
    command("doctor", _doctor, "check the index and this installation, and repair what can be")
    return parser


def _add_common(parser: argparse.ArgumentParser, default: bool) -> None:
    """Add the options that may stand before or after the command; their defaults come from before it."""
    missing: Any = None if default else argparse.SUPPRESS
    off: Any = False if default else argparse.SUPPRESS
    parser.add_argument("--index", metavar="NAME_OR_PATH", default=missing, help="the index to use (default)")
    parser.add_argument("--json", action="store_true", default=off, help="print JSON")
    parser.add_argument("--debug", action="store_true", default=off, help="show the trace of an unexpected error")


# The commands


def _add(args: argparse.Namespace) -> int:
    from assistant.assistant import Assistant
    from assistant.serve.render import added, skipped

    settings = _settings(args)
    with Assistant.open(settings=settings) as assistant, _progress() as progress:
        report = assistant.add(args.paths, progress)
    _complain(*map(skipped, report.failures))
    print(_json(report) if args.json else added(report))
    return 1 if report.failures else 0


def _list(args: argparse.Namespace) -> int:
    from assistant.serve.render import article_row, as_json, table

    with _open(args) as assistant:
        articles = list(assistant.articles())
    if args.json:
        without_text = [{k: v for k, v in as_json(article).items() if k != "text"} for article in articles]
        print(_json(without_text))
        return 0
    rows = [("ID", "DATE", "OUTLET", "LANGUAGE", "TITLE"), *map(article_row, articles)]
    print(table(rows, _terminal_columns()))
    if any(article.inferred for article in articles):
        print("* inferred from the text")
    return 0


def _show(args: argparse.Namespace) -> int:
    from assistant.serve.render import article_as_text, as_json

    with _open(args) as assistant:
        article = assistant.article(args.id)
        quotations = assistant.index.quotations((article.id,))
    if args.json:
        print(_json({**as_json(article), "quotations": as_json(quotations)}))
    else:
        print(article_as_text(article, quotations, _prose_columns()))
    return 0


def _remove(args: argparse.Namespace) -> int:
    with _open(args) as assistant:
        removed = assistant.remove(args.ids)
    print(_json({"removed": removed}) if args.json else f"removed {removed}")
    return 0


def _ask(args: argparse.Namespace) -> int:
    from assistant.serve.render import as_text

    with _open(args) as assistant:
        answer = assistant.ask(" ".join(args.question))
    print(_json(answer) if args.json else as_text(answer, _prose_columns()))
    return 0


def _chat(args: argparse.Namespace) -> int:
    from assistant.serve.render import as_text

    history: list[Turn] = []
    with _open(args) as assistant:
        for question in _questions():
            try:
                answer = assistant.ask(question, history)
            except AssistantError as error:
                _complain(f"error: {error}", f"hint: {error.hint}" if error.hint else "")
                continue
            history.append(Turn(question, answer))
            print(
                _json(answer, indent=None) if args.json else as_text(answer, _prose_columns()) + "\n",
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


def _serve(args: argparse.Namespace) -> int:
    from assistant.serve.ui.server import serve

    settings = _settings(args)
    if args.samples:
        _make_samples(settings)
    if args.index:
        _require(settings)
    serve(
        settings,
        args.index or "",
        lambda url: print(f"The chat is open at {url} (Ctrl+C ends it)", flush=True),
    )
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from assistant.evaluate.runner import main as evaluate

    return evaluate(args)


def _doctor(args: argparse.Namespace) -> int:
    from assistant.serve.doctor import examine

    findings = list(examine(_settings(args)))
    if args.json:
        print(_json(findings))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'BAD '} {finding.subject}: {finding.text}")
    return 0 if all(finding.ok for finding in findings) else 1


# What they share


def _settings(args: argparse.Namespace) -> Settings:
    return load_settings(index=args.index, host=getattr(args, "host", None), port=getattr(args, "port", None))


def _open(args: argparse.Namespace) -> Assistant:
    from assistant.assistant import Assistant

    settings = _settings(args)
    _require(settings)
    return Assistant.open(create=False, settings=settings)


def _require(settings: Settings) -> None:
    """Say what to do when the index is not there; the samples are made when they are asked for."""
    from assistant.assistant import SAMPLES
    from assistant.serve import samples

    path = index_path(settings.index)
    if settings.index == SAMPLES and samples.is_missing():
        _make_samples(settings)
    elif not path.exists() or (path.is_dir() and not any(path.iterdir())):
        hint = "make one with `assistant add PATH`"
        if samples.articles_folder():
            hint += f", or try the samples: assistant ask --index {SAMPLES} 'what did Biden say?'"
        raise IndexMismatch(f"there is no index at {path}", hint)


def _make_samples(settings: Settings) -> None:
    from assistant.serve import samples
    from assistant.serve.render import skipped

    if samples.is_missing():
        _complain("making the index of the sample articles")
        with _progress() as progress:
            report = samples.make_samples(settings, progress)
        _complain(*map(skipped, report.failures))


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show a progress bar on stderr, at a terminal only."""
    from tqdm import tqdm

    with tqdm(unit=" articles", disable=None, leave=False) as bar:
        yield lambda origin: cast(None, bar.update())


def _json(value: Any, indent: int | None = 2) -> str:
    from assistant.serve.render import as_json

    return json.dumps(as_json(value), ensure_ascii=False, indent=indent)


def _terminal_columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def _prose_columns() -> int:
    return min(_terminal_columns(), PROSE_COLUMNS)


def _complain(*lines: str) -> None:
    for line in lines:
        if line:
            print(line, file=sys.stderr)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
