"""The commands for users and feedback: who may sign in to the web chat, and what readers said of its answers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.cli.terminal import complain, json_text, terminal_columns
from assistant.errors import AccountRefused

if TYPE_CHECKING:
    from assistant.accounts.store import Accounts

ACTIONS = ("add", "list", "password", "remove")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `assistant users` takes."""
    parser.add_argument("action", choices=ACTIONS, help="add one, list all, give one another password, remove one with all that is kept")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the user's name")
    parser.add_argument("--admin", action="store_true", help="may add and remove articles and change settings")


def users(args: argparse.Namespace) -> int:
    """Add, list and remove those who may sign in."""
    from assistant.accounts.users import Users
    from assistant.serve.tables import table

    if args.action != "list" and not args.name:
        raise AccountRefused("no name is given", f"name the user: assistant users {args.action} NAME")
    with _accounts() as accounts:
        known = Users(accounts)
        if args.action == "add":
            user = known.add(args.name, _password(), "admin" if args.admin else "reader")
            print(f"added {user.name}, {user.role}")
        elif args.action == "password":
            known.set_password(args.name, _password())
            print(f"{args.name} has another password and is signed out everywhere")
        elif args.action == "remove":
            known.remove(args.name)
            print(f"removed {args.name}")
        elif args.json:
            print(json_text([{"name": user.name, "role": user.role} for user in known.listed()]))
        else:
            print(table([("NAME", "ROLE"), *((user.name, user.role) for user in known.listed())], terminal_columns()))
    return 0


def feedback(args: argparse.Namespace) -> int:
    """Print what readers said of answers as evaluation questions, a line for each."""
    import json

    from assistant.accounts.feedback import Feedback
    from assistant.serve.opinions import as_question

    with _accounts() as accounts:
        opinions = Feedback(accounts).listed()
    questions = [question for opinion in opinions if (question := as_question(opinion))]
    for question in questions:
        print(json.dumps(question, ensure_ascii=False))
    if rest := len(opinions) - len(questions):
        complain(f"{rest} of {len(opinions)} opinions say that an answer is wrong, not what is right: no question is made of them")
    return 0


@contextmanager
def _accounts() -> Iterator[Accounts]:
    from assistant.accounts.store import Accounts
    from assistant.settings import accounts_path

    accounts = Accounts.open(accounts_path())
    try:
        yield accounts
    finally:
        accounts.close()


def _password() -> str:
    """Ask for a password twice; from a pipe, read it from the first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    import getpass

    password = getpass.getpass("password: ")
    if getpass.getpass("again: ") != password:
        raise AccountRefused("the two passwords differ", "give the same password twice")
    return password
