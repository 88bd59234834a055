"""The command `watch`: keep folders, feeds, sitemaps and pages up to date in the index."""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING

from assistant.cli.opening import settings_of
from assistant.cli.terminal import complain, json_text
from assistant.errors import SettingsError

if TYPE_CHECKING:
    from assistant.records import AddReport
    from assistant.watch.watching import Watcher

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SHORTEST_S, LONGEST_S = 10.0, 30 * 86400.0
HELP = """\
What is named is watched from now on; without a name everything that is watched
already is looked at. What was seen is kept beside the index, so that a watch that
was ended goes on where it was. robots.txt is honoured, and between two requests to
a site there is a pause (setting fetch_delay_s)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = HELP
    parser.add_argument("places", nargs="*", metavar="PATH|URL", help="folders, feeds, sitemaps, pages")
    parser.add_argument("--every", default="", metavar="TIME", help="how often to look: 90s, 15m, 2h, 1d (15m)")
    parser.add_argument("--once", action="store_true", help="look once at everything, due or not, and end (for cron)")
    parser.add_argument("--list", action="store_true", help="say what is watched, and end")
    parser.add_argument("--forget", action="store_true", help="watch the named places no longer; their articles stay")


def watch(args: argparse.Namespace) -> int:
    """Watch places."""
    from assistant.assistant import Assistant
    from assistant.watch.watching import Watcher

    every_s = seconds_of(args.every)
    failed: list[str] = []

    def tell(place: str, report: AddReport) -> None:
        failed.extend(failure.origin for failure in report.failures)
        _told(place, report, args.json)

    with Assistant.open(settings=settings_of(args)) as assistant:
        watcher = Watcher.of(assistant, tell)
        if args.list or args.forget:
            return _forget(watcher, args.places) if args.forget else _list(watcher, args.json)
        watcher.add(args.places or ([one.place for one in watcher.state.watched()] if args.once else []), every_s)
        if not watcher.state.watched():
            raise SettingsError("nothing is watched", "name a folder, a feed or a sitemap: assistant watch https://example.com/feed.xml")
        if args.once:
            watcher.look()
            return 1 if failed else 0
        complain(f"watching {len(watcher.state.watched())} places (Ctrl+C ends it)")
        watcher.run()
    return 0


def seconds_of(text: str) -> float:
    """Return an interval in seconds; 0 for "".

    Raises:
        SettingsError: it is none, or too short or too long.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*", text)
    if not text:
        return 0.0
    seconds = float(found[1]) * UNITS[found[2]] if found else -1.0
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise SettingsError(f"--every is {text!r}", "write it as 90s, 15m, 2h or 1d, from 10s to 30d")
    return seconds


def _told(place: str, report: AddReport, as_json: bool) -> None:
    from assistant.serve.render import added, plain, skipped

    if as_json:
        print(json_text({"place": place, "report": report}, indent=None), flush=True)
        return
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {plain(place)}: {added(report)}", flush=True)
    complain(*map(skipped, report.failures))


def _list(watcher: Watcher, as_json: bool) -> int:
    from assistant.serve.tables import table

    watched = watcher.state.watched()
    if as_json:
        print(json_text(watched))
        return 0
    rows = [("PLACE", "EVERY", "NEXT", "LAST FAULT")]
    for one in watched:
        due = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.due)) if one.due else "now"
        rows.append((one.place, f"{one.every_s / 60:g} min", due, one.said))
    print(table(rows))
    return 0


def _forget(watcher: Watcher, places: list[str]) -> int:
    import os

    unknown = [place for place in places if not (watcher.state.forget(place) or watcher.state.forget(os.path.abspath(place)))]
    if unknown or not places:
        raise SettingsError(f"{unknown[0]} is not watched" if unknown else "no place is named", "see what is with `assistant watch --list`")
    return 0
