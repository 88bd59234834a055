"""The commands that measure and explain: `evaluate`, `questions` and `explain`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.cli.filters import add_filters, filters_of
from assistant.cli.opening import open_assistant
from assistant.cli.reviewing import add_review, keep_drafts
from assistant.cli.terminal import complain, json_text, prose_columns

Command = Callable[[argparse.Namespace], int]
MakeCommand = Callable[[str, Command, str], argparse.ArgumentParser]


def add_arguments(command: MakeCommand, words: Sequence[str]) -> None:
    """Add the commands; the options of `evaluate` come with its parts, and every other command can do without."""
    measure = command("evaluate", evaluate, "measure the answers with a set of questions")
    if "evaluate" in words:
        from assistant.evaluate.command import add_arguments as add_options

        add_options(measure)
    questions = command("questions", draft, "propose questions about the articles, or check a set of questions")
    parts = questions.add_subparsers(title="what to do", metavar="WHAT", required=True)
    drafting = parts.add_parser("draft", help="propose questions for a person to correct", parents=[_common()])
    drafting.add_argument("--out", type=Path, metavar="FILE", help="the JSON lines file to write; standard output without it")
    drafting.add_argument("--most", type=int, default=200, metavar="N", help="questions at most (200)")
    drafting.add_argument("--language", choices=("id", "en"), help="the language to ask in; each article's own without it")
    drafting.add_argument("--keep", action="store_true", help="let them wait to be reviewed, here or in the chat")
    drafting.set_defaults(run=draft)
    add_review(parts.add_parser("review", help="accept, correct or reject the questions that wait", parents=[_common()]))
    checking = parts.add_parser("check", help="list what is wrong with a question set, row by row", parents=[_common()])
    checking.add_argument("set", type=Path, help="the question set")
    checking.add_argument("--question-field", default="question", metavar="FIELD", help="the field to ask")
    checking.add_argument("--articles", type=Path, metavar="DIR", help="look for its gold sentences in these articles")
    checking.set_defaults(run=check)
    why = command("explain", explain, "show why a question is answered as it is")
    why.add_argument("question", nargs="+", metavar="QUESTION")
    why.add_argument("--hits", type=int, default=8, metavar="N", help="passages and sentences shown (8)")
    add_filters(why)


def _common() -> argparse.ArgumentParser:
    """Return the options that may stand behind the word after `questions` too."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--index", metavar="NAME_OR_PATH", default=argparse.SUPPRESS, help="the index to use (default)")
    shared.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    shared.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show the trace of an unexpected error")
    return shared


def evaluate(args: argparse.Namespace) -> int:
    """Measure the answers."""
    from assistant.evaluate.command import main as run

    return run(args)


def draft(args: argparse.Namespace) -> int:
    """Propose questions."""
    from assistant.evaluate.draft import as_rows, draft_questions, written

    if args.keep:
        return keep_drafts(args, lambda assistant, known: as_rows(draft_questions(assistant, args.most, args.language or "", known)))
    with open_assistant(args) as assistant:
        drafts = draft_questions(assistant, args.most, args.language or "")
    lines = written(drafts)
    if args.out is None:
        print(lines, end="")
        return 0
    if args.out.exists():
        complain(f"error: {args.out} is there already", "hint: corrected questions are not overwritten; give another file")
        return 1
    args.out.write_text(lines, "utf-8")
    print(json_text({"drafts": len(drafts), "file": str(args.out)}) if args.json else f"{len(drafts)} drafts in {args.out}: correct them")
    return 0


def check(args: argparse.Namespace) -> int:
    """List what is wrong with a question set."""
    from assistant.evaluate.check import check_set

    found, problems = check_set(args.set, args.question_field, args.articles, args.index)
    fatal = [problem for problem in problems if problem.fatal]
    if args.json:
        print(json_text({"questions": len(found.questions), "problems": problems}))
    else:
        for problem in problems:
            print(f"{'wrong' if problem.fatal else 'look '} {problem.where}: {problem.text}")
        print(f"{len(found.questions)} questions can be asked, {len(fatal)} rows cannot")
    return 1 if fatal else 0


def explain(args: argparse.Namespace) -> int:
    """Show why a question is answered as it is."""
    from assistant.evaluate.explain import explain as explain_question
    from assistant.evaluate.explained import as_text

    filters = filters_of(args)
    with open_assistant(args) as assistant:
        found = explain_question(assistant, " ".join(args.question), filters=filters, n=args.hits)
    print(json_text(found) if args.json else as_text(found, prose_columns()))
    return 0
