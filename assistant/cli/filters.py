"""The options of `ask` and `chat` that restrict the articles."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from assistant.errors import SettingsError

if TYPE_CHECKING:
    from assistant.records import Filters


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add the options; they win over what the question itself names."""
    parser.add_argument("--since", default="", metavar="DATE", help="only articles from this date on (2020, 2020-12 or 2020-12-28)")
    parser.add_argument("--until", default="", metavar="DATE", help="only articles to this date, all of it included")
    parser.add_argument("--outlet", default="", metavar="NAME", help="only articles that this outlet published, or that credit it")
    parser.add_argument("--author", default="", metavar="NAME", help="only articles by this author")
    parser.add_argument("--speaker", default="", metavar="NAME", help="only articles that quote this person or body")
    parser.add_argument("--language", default="", metavar="CODE", help="only articles in this language (id, en, ...)")


def filters_of(args: argparse.Namespace) -> Filters:
    """Return the filters that the command line gives.

    Raises:
        SettingsError: a date is none, the two are in the wrong order, or the language is unknown.
    """
    from assistant.records import Filters
    from assistant.text.language import normal_code

    since, until = dates_of(args)
    language = normal_code(args.language) if args.language else ""
    if args.language and not language:
        raise SettingsError(f"--language is {args.language!r}, which is no language", "write its code, such as id or en")
    return Filters(
        outlet=args.outlet.strip(), author=args.author.strip(), speaker=args.speaker.strip(), language=language, since=since, until=until
    )


def dates_of(args: argparse.Namespace) -> tuple[str, str]:
    """Return --since and --until as ISO dates or beginnings of such.

    Raises:
        SettingsError: one is no date, or they are in the wrong order.
    """
    from assistant.serve.narrowing import day, in_order

    since, until = day(args.since, "--since"), day(args.until, "--until")
    in_order(since, until, ("--since", "--until"))
    return since, until
