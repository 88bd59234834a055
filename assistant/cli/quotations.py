"""The command `quotations`; what it needs comes when it runs (`quoting`)."""

from __future__ import annotations

import argparse

HELP = """\
Without ARTICLE or FILE: all quotations of the index. What is an existing path is
read as a file or folder and is not added to the index; - reads plain text from
standard input; anything else is the id of an article (see `assistant list`).

With --json each quotation is a line: speaker, cue, direct, text, start, end, and
more. start and end count characters of the article's clean text (half-open), and
text is exactly what stands there. In a plain .txt file whose text the cleaning
did not change (no headline, byline, dateline or `Read also` line, no runs of
blanks) they are also the places in the file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = HELP
    parser.add_argument("places", nargs="*", metavar="ARTICLE|FILE", help="ids of articles, files, folders, or - for standard input")
    parser.add_argument("--speaker", default="", metavar="NAME", help="only the words of this speaker")
    parser.add_argument("--about", default="", metavar="TOPIC", help="only words about this topic, in any language, the nearest first")
    parser.add_argument("--since", default="", metavar="DATE", help="only articles from this date on (2020, 2020-12 or 2020-12-28)")
    parser.add_argument("--until", default="", metavar="DATE", help="only articles to this date, all of it included")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--direct", dest="direct", action="store_const", const=True, default=None, help="only what is in quotation marks")
    kind.add_argument("--reported", dest="direct", action="store_const", const=False, help="only what is reported")
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print a JSON line for each quotation")


def quotations(args: argparse.Namespace) -> int:
    """Print who said what."""
    from assistant.cli.quoting import print_quotations

    return print_quotations(args)
