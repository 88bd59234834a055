"""The commands that keep an index: remove, history, stories, reindex, export, import, backup."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.cli.filters import CALLED, add_filters, filters_of
from assistant.cli.opening import open_assistant, open_index, require, settings_of
from assistant.cli.terminal import complain, json_text, progress, terminal_columns
from assistant.errors import SettingsError

Run = Callable[[argparse.Namespace], int]
Command = Callable[[str, Run, str], argparse.ArgumentParser]


def add_commands(command: Command) -> None:
    """Add the commands to the command line."""
    gone = command("remove", remove, "remove articles for good")
    gone.add_argument("ids", nargs="*", metavar="ID")
    gone.add_argument("--outlet", default="", metavar="NAME", help="all that this outlet published")
    gone.add_argument("--source", default="", metavar="NAME", help="all that credit this source")
    gone.add_argument("--before", default="", metavar="DATE", help="all that are older than this date; undated ones stay")
    gone.add_argument("--dry-run", action="store_true", help="only list what would be removed")
    past = command("history", history, "show what an article said before")
    past.add_argument("id", metavar="ID", help="the id or the content hash of any of its versions")
    past.add_argument("--forget", action="store_true", help="delete the earlier versions for good")
    add_filters(command("stories", stories, "list the articles by the events they tell of"))
    again = command("reindex", reindex, "cut the articles into passages again, as the settings say, and more with an option")
    again.add_argument("--encoder", default="", metavar="NAME", help="encode them with this sentence model; `assistant models` lists some")
    again.add_argument("--clean", action="store_true", help="clean the kept originals again; changed articles keep their earlier version")
    again.add_argument("--lean", action="store_true", help="drop the vectors that are kept of other encoders and passage settings")
    out = command("export", export, "write the articles to a file of JSON lines")
    out.add_argument("file", metavar="FILE", help="its name may end in .gz")
    out.add_argument("--articles", action="store_true", help="only the articles, without their passages and vectors")
    add_filters(out)
    command("import", import_file, "take in the articles of an export").add_argument("file", metavar="FILE")
    command("backup", backup, "copy the index into a new folder, also while it is in use").add_argument("folder", metavar="FOLDER")


def remove(args: argparse.Namespace) -> int:
    """Remove articles."""
    from assistant.index.alike import is_outlet
    from assistant.serve.tables import article_row, table
    from assistant.serve.wanted import day_of

    chosen = bool(args.outlet.strip() or args.source.strip() or args.before.strip())
    if chosen == bool(args.ids):
        wrong = "both ids and a choice are given" if chosen else "nothing says what to remove"
        raise SettingsError(wrong, "give ids, or one or more of --outlet, --source and --before")
    before = day_of(args.before, CALLED.format("before"))
    with open_index(args) as index:
        articles = [index.article(article_id) for article_id in dict.fromkeys(args.ids)]
        for article in index.articles() if chosen else ():
            theirs = not args.outlet.strip() or is_outlet(article.outlet, args.outlet)
            credited = not args.source.strip() or is_outlet(article.source, args.source)
            if theirs and credited and (not before or "" < article.published[: len(before)] < before):
                articles.append(article)
        if args.dry_run:
            print(
                json_text({"would_remove": [article.id for article in articles]}) if args.json else table(list(map(article_row, articles)))
            )
            return 0
        removed = index.remove([article.id for article in articles])
    print(json_text({"removed": removed}) if args.json else f"removed {removed}")
    return 0


def history(args: argparse.Namespace) -> int:
    """Show the versions of an article and what changed between them."""
    from assistant.serve.versions import history_as_text

    with open_assistant(args) as assistant:
        article, versions = assistant.index.history(args.id)
        if args.forget:
            n = assistant.index.forget_versions(article.id)
            print(json_text({"forgotten": n}) if args.json else f"deleted {n} earlier versions of article {article.id}")
            return 0
    if args.json:
        print(json_text({"article": article, "versions": versions}))
    else:
        print(history_as_text(article, versions))
    return 0


def stories(args: argparse.Namespace) -> int:
    """List the stories."""
    from assistant.serve.tables import table
    from assistant.stories import stories as find

    filters = filters_of(args)
    with open_assistant(args) as assistant:
        found = find(assistant.index, filters)
    if args.json:
        print(json_text(found))
        return 0
    head = ("ARTICLES", "SOURCES", "FROM", "TO", "OUTLETS", "NAMES", "STORY")
    rows = [(",".join(s.article_ids), str(s.n_sources), s.first, s.last, ", ".join(s.outlets), ", ".join(s.names), s.title) for s in found]
    print(table([head, *rows], terminal_columns()) if rows else "no two articles tell of the same event")
    return 0


def reindex(args: argparse.Namespace) -> int:
    """Make again what the index holds of its articles."""
    from assistant.encoders import open_encoder
    from assistant.index.index import LocalIndex
    from assistant.reindex import ReindexReport, clean_again, cut_again, encode_again
    from assistant.serve.render import skipped
    from assistant.settings import index_path

    settings = settings_of(args)
    require(settings)
    new = open_encoder(args.encoder) if args.encoder else None
    with LocalIndex.open(index_path(settings.index), create=False) as index, _bar() as step:
        report = ReindexReport()
        if new is not None and index.encoder.digest != new.digest:
            encode_again(index, new, step)
            report = ReindexReport(encoded=True)
        encoder = new or open_encoder(index.encoder.name)
        if args.clean:
            report = report.with_(clean_again(index, encoder, settings, step))
        report = report.with_(cut_again(index, encoder, settings, step))
        dropped = index.forget_vectors() if args.lean else 0
    complain(*map(skipped, report.failures))
    if args.json:
        print(json_text({**vars(report), "dropped": dropped}))
        return 0
    encoded = f", encoded with {encoder.name}" if report.encoded else ""
    print(f"cleaned {report.cleaned}, cut again {report.rearranged}{encoded}" + (f", dropped {dropped} vectors" if args.lean else ""))
    return 0


def export(args: argparse.Namespace) -> int:
    """Write the articles to a file."""
    from assistant.exchange import export as write
    from assistant.index.index import in_folder

    filters = filters_of(args)
    with open_assistant(args) as assistant, progress() as step:
        n = write(in_folder(assistant.index, "export"), Path(args.file), whole=not args.articles, filters=filters, progress=step)
    print(json_text({"exported": n}) if args.json else f"exported {n} to {args.file}")
    return 0


def import_file(args: argparse.Namespace) -> int:
    """Take in the articles of an export."""
    from assistant.assistant import Assistant
    from assistant.exchange import import_articles
    from assistant.index.index import in_folder
    from assistant.serve.render import added, skipped

    settings = settings_of(args)
    with Assistant.open(settings=settings) as assistant, progress() as step:
        report = import_articles(in_folder(assistant.index, "import"), assistant.encoder, Path(args.file), settings, step)
    complain(*map(skipped, report.failures))
    print(json_text(report) if args.json else added(report))
    return 1 if report.failures else 0


def backup(args: argparse.Namespace) -> int:
    """Copy the index."""
    from assistant.index.index import in_folder

    with open_assistant(args) as assistant:
        in_folder(assistant.index, "backup").back_up(Path(args.folder))
        counts = assistant.index.count()
    print(json_text({"folder": args.folder}) if args.json else f"copied {counts.articles} articles to {args.folder}")
    return 0


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show on stderr, at a terminal only, how many are done of how many."""
    from tqdm import tqdm

    with tqdm(unit="", disable=None, leave=False) as bar:

        def step(done: int, total: int) -> None:
            bar.total, bar.n = total, done
            bar.refresh()

        yield step
