"""The command line. Every command opens the parts it needs when it runs, so that `--help` is immediate.

Exit codes: 0 done (an abstention is an answer), 1 an error or an article that was not added, 2 wrong usage,
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

from assistant import __version__
from assistant.cli import asking, commands, evaluating, keeping, keys, mcp, quotations, reviewing, users, watching
from assistant.cli.filters import add_filters
from assistant.cli.terminal import complain, one_line
from assistant.environment import one_core_a_question
from assistant.errors import AssistantError

Command = Callable[[argparse.Namespace], int]

INTERRUPTED = 130
PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file name may hold bytes that are no text
            stream.reconfigure(errors="backslashreplace")
    one_core_a_question()
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    try:
        code = cast(Command, args.run)(args)
        sys.stdout.flush()
        return code
    except AssistantError as error:
        complain(f"error: {error}", f"hint: {error.hint}" if error.hint else "")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has left; without this Python would complain once more while it exits.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (open until the process ends)
        return PIPE_CLOSED
    except Exception as error:
        if args.debug:
            import traceback

            traceback.print_exc()
        complain(f"error: unexpected {type(error).__name__}: {one_line(error)}; run with --debug for the trace")
        return 1


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("assistant", description="Ask a pile of news articles and get the sentences that answer, each cited.")
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    _add_common(parser, default=True)
    offered = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Command, about: str) -> argparse.ArgumentParser:
        # "resolve": a command's own options may stand in for the common ones.
        sub = offered.add_parser(name, help=about, description=about, conflict_handler="resolve")
        _add_common(sub, default=False)
        sub.set_defaults(run=run)
        return sub

    add = command("add", commands.add, "add articles: files, folders, archives, web pages, feeds, sitemaps")
    add.add_argument("paths", nargs="+", metavar="PATH|URL", help="files, folders, addresses, lists of addresses, - for standard input")
    add.add_argument("--column", action="append", default=[], metavar="FIELD=NAME", help="the column or key that holds a field: text=isi")
    add.add_argument(
        "--ray", default="", metavar="ADDRESS", help="work on the Ray cluster there (host:port), or `local` for one of this machine"
    )
    watching.add_arguments(command("watch", watching.watch, "keep folders, feeds and sitemaps up to date"))
    command("list", commands.list_articles, "list the articles")
    command("show", commands.show, "show an article, and who said what in it").add_argument("id", metavar="ID")
    keeping.add_commands(command)
    quotations.add_arguments(command("quotations", quotations.quotations, "list who said what, in the index or in files"))
    ask = command("ask", asking.ask, "ask a question")
    ask.add_argument("question", nargs="+", metavar="QUESTION")
    chat = command("chat", asking.chat, "ask in turns; a question may refer to the answer before")
    for sub in (ask, chat):
        add_filters(sub)
    if {"ask", "chat"} & set(words):  # every other command can do without the settings
        from assistant.settings import STRICTNESSES

        for sub in (ask, chat):
            sub.add_argument("--strictness", choices=STRICTNESSES, help="how sure an answer must be (balanced)")
    serve = command("serve", commands.serve, "open the web chat on this machine")
    serve.add_argument("--samples", action="store_true", help="make the index of the sample articles if there is none")
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="the port to listen on (7860); 0 takes any free one")
    serve.add_argument("--root-path", metavar="PATH", help="the path under which a proxy shows it, such as /news")
    serve.add_argument("--sign-in", action="store_true", default=None, help="ask for name and password at 127.0.0.1 too, as behind a proxy")
    serve.add_argument("--no-ui", action="store_true", help="serve the API alone, without the chat")
    serve.add_argument("--workers", type=int, metavar="N", help="with --no-ui: how many processes answer (1)")
    serve.add_argument("--log-questions", action="store_true", default=None, help="with --no-ui: let the log tell what was asked")
    served = command("mcp", mcp.mcp, "serve the articles to MCP clients: over standard input and output, or by HTTP")
    mcp.add_arguments(served)
    evaluating.add_arguments(command, words)
    users.add_arguments(command("users", users.users, "add, list and remove those who may sign in to the web chat"))
    keys.add_arguments(command("keys", keys.keys, "add, list and remove the keys of programs"))
    reviewing.add_feedback(command("feedback", reviewing.feedback, "print what readers said of answers as evaluation questions"))
    command("models", commands.models, "list the sentence models that one setting chooses")
    doctor = command("doctor", commands.doctor, "check the index and this installation, and make again what can be")
    doctor.add_argument("--fix", action="store_true", help="repair the store too, damaged articles from their originals")
    for sub in (ask, chat, serve, served, doctor):
        _add_language_model(sub)
    return parser


def _add_language_model(parser: argparse.ArgumentParser) -> None:
    """Add the options of the language model; its key is read from the environment alone."""
    group = parser.add_argument_group(
        "language model", "phrases the answer; each of its claims is checked. The key is read from ASSISTANT_LLM_KEY, else OPENAI_API_KEY."
    )
    group.add_argument("--llm-url", metavar="URL", help="an OpenAI-compatible server, for example http://127.0.0.1:11434/v1")
    group.add_argument("--llm-model", metavar="NAME", help="the model there")
    group.add_argument("--no-llm", action="store_true", help="answer with the articles' own sentences, whatever the settings say")


def _add_common(parser: argparse.ArgumentParser, default: bool) -> None:
    """Add the options that may stand before or after the command; their defaults come from before it."""
    missing: Any = None if default else argparse.SUPPRESS
    off: Any = False if default else argparse.SUPPRESS
    parser.add_argument("--index", metavar="NAME_OR_PATH", default=missing, help="the index to use (default)")
    parser.add_argument("--json", action="store_true", default=off, help="print JSON")
    parser.add_argument("--debug", action="store_true", default=off, help="show the trace of an unexpected error")
