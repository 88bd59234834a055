"""The command `keys`: the keys that programs need to reach the server."""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.cli.terminal import complain, json_text, terminal_columns

if TYPE_CHECKING:
    from assistant.accounts.keys import Key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of the command."""
    parser.description = (
        "Keys for programs that use `assistant serve` over HTTP. On this machine none is needed until there is one; from then on, and on"
        " any other address, every request needs one."
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make a key and show it, once")
    add.add_argument("name", metavar="NAME", help="what it is for")
    add.add_argument("--scope", default="read", choices=("read", "write"), help="read: ask and search; write: change articles, too (read)")
    shown = actions.add_parser("list", help="list the keys; the secrets are not kept")
    remove = actions.add_parser("remove", help="remove a key: it opens nothing from now on")
    remove.add_argument("name", metavar="NAME")
    for action in (add, shown, remove):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def keys(args: argparse.Namespace) -> int:
    """Add, list or remove keys."""
    from assistant.accounts.keys import Keys
    from assistant.accounts.store import Accounts
    from assistant.settings import accounts_path

    with closing(Accounts.open(accounts_path())) as accounts:
        known = Keys(accounts)
        if args.action == "add":
            key, secret = known.add(args.name, args.scope)
            print(json_text({"key": key, "secret": secret}) if args.json else secret)
            if not args.json:
                complain(
                    f"the key {key.name!r} ({' '.join(key.scopes)}) is shown this once; send it as: Authorization: Bearer {secret[:6]}..."
                )
        elif args.action == "remove":
            key = known.remove(args.name)
            print(json_text({"removed": key}) if args.json else f"removed {key.name}")
        else:
            _list(known.list(), args.json)
    return 0


def _list(found: list[Key], as_json: bool) -> None:
    from assistant.serve.tables import table

    if as_json:
        print(json_text(found))
        return
    rows = [("ID", "NAME", "SCOPE", "CREATED", "LAST USED"), *map(_row, found)]
    print(table(rows, terminal_columns()))


def _row(key: Key) -> tuple[str, ...]:
    return str(key.id), key.name, " ".join(key.scopes), _day(key.created), _day(key.used)


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment)) if moment else "-"
