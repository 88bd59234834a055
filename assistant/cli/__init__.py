"""The command line. Every command opens the parts it needs when it runs, so that `--help` is immediate.

Exit codes: 0 done (an abstention is an answer), 1 an error or an article that was not added, 2 wrong usage,
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, cast

from assistant import __version__
from assistant.cli import asking, commands, quotations, users
from assistant.cli.filters import add_filters
from assistant.cli.terminal import complain, one_line
from assistant.errors import AssistantError
from assistant.settings import STRICTNESSES

Command = Callable[[argparse.Namespace], int]

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

    command("add", commands.add, "add files and folders of articles").add_argument("paths", nargs="+", metavar="PATH")
    command("list", commands.list_articles, "list the articles")
    command("show", commands.show, "show an article, and who said what in it").add_argument("id", metavar="ID")
    command("remove", commands.remove, "remove articles for good").add_argument("ids", nargs="+", metavar="ID")
    quotations.add_arguments(command("quotations", quotations.quotations, "list who said what, in the index or in files"))
    ask = command("ask", asking.ask, "ask a question")
    ask.add_argument("question", nargs="+", metavar="QUESTION")
    chat = command("chat", asking.chat, "ask in turns; a question may refer to the answer before")
    for sub in (ask, chat):
        add_filters(sub)
        sub.add_argument("--strictness", choices=STRICTNESSES, help="how sure an answer must be (balanced)")
    serve = command("serve", commands.serve, "open the web chat on this machine")
    serve.add_argument("--samples", action="store_true", help="make the index of the sample articles if there is none")
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="the port to listen on (7860); 0 takes any free one")
    serve.add_argument("--root-path", metavar="PATH", help="the path under which a proxy shows it, such as /news")
    serve.add_argument("--sign-in", action="store_true", default=None, help="ask for name and password at 127.0.0.1 too, as behind a proxy")
    users.add_arguments(command("users", users.users, "add, list and remove those who may sign in to the web chat"))
    command("feedback", users.feedback, "print what readers said of answers as evaluation questions")
    evaluate = command("evaluate", commands.evaluate, "measure the answers with a set of questions")
    if "evaluate" in words:  # its options come with it, and every other command can do without
        from assistant.evaluate.runner import add_arguments

        add_arguments(evaluate)
    command("models", commands.models, "list the sentence models that one setting chooses")
    doctor = command("doctor", commands.doctor, "check the index and this installation, and repair what can be")
    for sub in (ask, chat, serve, doctor):
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
