"""The commands that ask: one question, or several in turns. At a terminal an answer is printed as it grows."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections import abc
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.cli.filters import filters_of
from assistant.cli.opening import open_assistant
from assistant.cli.terminal import complain, json_text, prose_columns
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.records import Answer, Turn


def ask(args: argparse.Namespace) -> int:
    """Answer a question."""
    filters = filters_of(args)
    with open_assistant(args) as assistant:
        answer = _shown(assistant.stream(" ".join(args.question), filters=filters), args.json)
    if args.json:
        print(json_text(answer))
    return 0


def chat(args: argparse.Namespace) -> int:
    """Answer questions in turns."""
    from assistant.records import Turn

    history: list[Turn] = []
    filters = filters_of(args)
    with open_assistant(args) as assistant:
        for question in _questions():
            try:
                answer = _shown(assistant.stream(question, history, filters), args.json)
            except AssistantError as error:
                complain(f"error: {error}", f"hint: {error.hint}" if error.hint else "")
                continue
            history.append(Turn(question, answer))
            print(json_text(answer, indent=None) if args.json else "", flush=True)
    return 0


def _shown(stream: abc.Generator[Answer, None, None], as_json: bool) -> Answer:
    """Print an answer for people, at a terminal while it grows, and return it whole; as JSON nothing is printed yet."""
    from assistant.serve.render import as_text, sources_as_text, words_as_text

    width, terminal = prose_columns(), sys.stdout.isatty()
    printed, answer = "", None
    with closing(stream):
        for answer in stream:
            words = words_as_text(answer, width, terminal)
            if terminal and not as_json:
                # A model's answer that did not hold gives way to another one.
                again = printed != "" and not words.startswith(printed)
                print(("\n\n" if again else "") + words[0 if again else len(printed) :], end="", flush=True)
                printed = words
    assert answer is not None, "an answer always comes"
    below = sources_as_text(answer, width)
    if terminal and not as_json:
        print(f"\n\n{below}" if below else "")
    elif not as_json:
        print(as_text(answer, width))
    return answer


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
