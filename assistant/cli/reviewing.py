"""The commands for questions that wait for a person: those drafted of the articles, and those that readers' opinions became."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from assistant.cli.opening import open_assistant, settings_of
from assistant.cli.terminal import complain, json_text, prose_columns
from assistant.cli.users import open_accounts
from assistant.errors import IndexProblem, QuestionSetError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.evaluate.reviewing import Review

Propose = Callable[["Assistant", Collection[str]], list[dict[str, Any]]]
KEYS = "a accept, e TEXT ask so, g TEXT this sentence answers, n no article answers, r reject, s later, u take the last back, q end"


def add_review(parser: argparse.ArgumentParser) -> None:
    """Add what `assistant questions review` takes."""
    parser.description = f"Show the questions that wait one by one; a line for each says what to do: {KEYS}."
    parser.set_defaults(run=review)


def add_feedback(parser: argparse.ArgumentParser) -> None:
    """Add what `assistant feedback` takes."""
    parser.add_argument(
        "--keep", action="store_true", help="let the questions wait to be reviewed, with those whose answer is not known yet"
    )


def feedback(args: argparse.Namespace) -> int:
    """Print what readers said of answers as evaluation questions, a line for each; of one index if it is named."""
    from assistant.accounts.feedback import Feedback
    from assistant.evaluate.kept import Evaluations
    from assistant.evaluate.reviewing import Review
    from assistant.serve.opinions import as_draft, as_question

    with open_accounts() as accounts:
        opinions = [one for one in Feedback(accounts).listed() if args.index in (None, one.index)]
    names = {index: _names(index) for index in dict.fromkeys(one.index for one in opinions)}
    if args.keep:
        drafts = {index: [as_draft(one, names[index]) for one in opinions if one.index == index] for index in names}
        for index, rows in drafts.items():
            review = Review(Evaluations(index))
            added = review.add(row for row in rows if row)
            print(json_text({"index": index, "added": added}, None) if args.json else f"{index}: {added} new questions wait to be reviewed")
        return 0
    questions = [question for opinion in opinions if (question := as_question(opinion, names[opinion.index]))]
    for question in questions:
        print(json.dumps(question, ensure_ascii=False))
    if rest := len(opinions) - len(questions):
        complain(
            f"{rest} of {len(opinions)} opinions say that an answer is wrong, not what is right: no question is made of them",
            "hint: with --keep they wait for `assistant questions review`, where you say what answers them",
        )
    return 0


def _names(index: str) -> Mapping[str, str]:
    """Return what the articles of an index are called in question sets; nothing where it is gone."""
    from assistant.evaluate.corpus import article_names
    from assistant.index.index import LocalIndex
    from assistant.settings import index_path

    try:
        with LocalIndex.open(index_path(index), create=False) as opened:
            return article_names(opened.articles())
    except IndexProblem as error:
        complain(f"the articles of {index!r} are called by their ids: {error}")
        return {}


def keep_drafts(args: argparse.Namespace, propose: Propose) -> int:
    """Let proposed questions wait to be reviewed.

    Args:
        args: names the index.
        propose: given the assistant and the questions that are known, returns rows of a question set.
    """
    from assistant.evaluate.kept import Evaluations
    from assistant.evaluate.reviewing import Review

    review = Review(Evaluations(settings_of(args).index))
    with open_assistant(args) as assistant:
        added = review.add(propose(assistant, review.known()))
    file = review.evaluations.drafts
    print(json_text({"drafts": added, "file": str(file)}) if args.json else f"{added} new questions wait: assistant questions review")
    return 0


def review(args: argparse.Namespace) -> int:
    """Show the questions that wait one by one, and do with each what is typed."""
    from assistant.evaluate.kept import Evaluations
    from assistant.evaluate.reviewing import Review

    found = Review(Evaluations(settings_of(args).index))
    waiting = found.waiting()
    if args.json:
        print(json_text(waiting))
        return 0
    if not waiting:
        print("no question waits: propose some with `assistant questions draft --keep` or `assistant feedback --keep`")
        return 0
    print(KEYS)
    with open_assistant(args) as assistant:
        _Reviewing(found, assistant).go(waiting)
    print(f"{len(found.waiting())} wait; accepted: {found.evaluations.questions}")
    return 0


class _Reviewing:
    """What is typed, carried out."""

    def __init__(self, review: Review, assistant: Assistant) -> None:
        self.review = review
        self.assistant = assistant

    def go(self, waiting: list[dict[str, Any]]) -> None:
        """Go through the questions until they or what is typed end."""
        at: int | None = 0
        decided: list[int] = []
        while at is not None and at < len(waiting):
            self._show(waiting[at], f"{at + 1} of {len(waiting)}")
            at = self._next(waiting, at, decided)

    def _show(self, row: Mapping[str, Any], place: str) -> None:
        import textwrap

        lines = [f"\n{place}: {row['question']}", *(f"  answers: {one['text']} ({one['article']})" for one in row.get("gold") or ())]
        lines += [f"  {name}: {row[name]}" for name in ("answer", "speaker", "note") if row.get(name)]
        width = prose_columns()
        print("\n".join(textwrap.fill(line, width, subsequent_indent="    ") if width else line for line in lines))

    def _next(self, waiting: list[dict[str, Any]], at: int, decided: list[int]) -> int | None:
        """Read until a question is decided, and return which comes next; None to end."""
        row = dict(waiting[at])
        while typed := self._typed():
            key, _, text = typed.strip().partition(" ")
            try:
                if key == "e" and text:
                    row["question"] = text
                elif key == "g" and text:
                    row["gold"] = [{"article": (row.get("gold") or [{"article": ""}])[0]["article"], "text": text}]
                elif key == "s":
                    return at + 1
                elif key == "q":
                    return None
                elif key == "u" and decided:
                    self.review.reopen(waiting[decided[-1]]["id"])
                    return decided.pop()
                elif key in ("a", "n", "r"):
                    self._decide(key, row)
                    decided.append(at)
                    return at + 1
                else:
                    print(KEYS)
            except QuestionSetError as error:
                print(f"{error}: {error.hint}")
        return None

    def _typed(self) -> str:
        if sys.stdin.isatty():
            print("> ", end="", flush=True)
        return sys.stdin.readline()

    def _decide(self, key: str, row: dict[str, Any]) -> None:
        if key == "r":
            self.review.reject(row["id"])
        else:
            self.review.accept(row["id"], {**row, "answerable": False} if key == "n" else row, self.assistant)
