"""The command for users: who may sign in to the web chat."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.cli.terminal import json_text, terminal_columns
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
    with open_accounts() as accounts:
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


@contextmanager
def open_accounts() -> Iterator[Accounts]:
    """Open the file of users, conversations and feedback."""
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
