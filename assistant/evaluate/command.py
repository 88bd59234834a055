"""What `assistant evaluate` does: read, run, compare, report, and say whether the gate stays open."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from assistant.errors import QuestionSetError, SettingsError
from assistant.evaluate.comparison import Comparison, compare_runs
from assistant.evaluate.datasets import QuestionSet, read_question_set
from assistant.evaluate.gate import below_floors, read_floors
from assistant.evaluate.kept import OWN, Evaluations
from assistant.evaluate.runner import Plan, Progress, run
from assistant.evaluate.runs import RUN, Run, read_run
from assistant.evaluate.summary import summary
from assistant.settings import Settings, load_settings

REPORT, SUMMARY = "report.html", "summary.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `assistant evaluate`."""
    kinds = "JSON lines, JSON, CSV, TSV, XLSX, YAML, SQuAD, TREC topics or a BEIR folder"
    own = "the questions accepted for the index without it"
    parser.add_argument("set", type=Path, nargs="?", metavar="SET", help=f"question set: {kinds}; {own}")
    parser.add_argument("--config", type=Path, metavar="TOML", help="settings to measure; those in force without it")
    held = "hold it against these settings, or the folder of an earlier run; exit 1 if a measure is worse, and not by chance"
    parser.add_argument("--compare", type=Path, metavar="TOML_OR_RUN", help=held)
    parser.add_argument("--gate", type=Path, metavar="FLOORS", help="exit 1 if a figure is below its floor in this file")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the run and its report here; a run that was broken off goes on")
    parser.add_argument("--keep", action="store_true", help="keep the run where the chat's evaluation page lists it")
    parser.add_argument("--sweep", type=Path, metavar="GRID", help="try every combination of the settings listed in this TOML file")
    parser.add_argument("--choose", default="success_at_3", metavar="MEASURE", help="the measure a sweep chooses by (success_at_3)")
    parser.add_argument("--limit-ms", type=float, metavar="MS", help="the median a sweep's choice may take at most")
    parser.add_argument(
        "--articles", type=Path, metavar="DIR", help="the articles to ask; `articles` beside the set, or the index, without it"
    )
    parser.add_argument("--corpus", type=Path, nargs="+", default=[], metavar="FILE", help="more SQuAD-like files for the corpus")
    parser.add_argument("--qrels", type=Path, metavar="FILE", help="TREC judgements, for topics and BEIR folders")
    parser.add_argument("--question-field", default="question", metavar="FIELD", help="the field to ask, such as question_en")
    parser.add_argument("--retrieval-only", action="store_true", help="measure passages only")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="processes that ask at once; as many as pay without it")
    parser.add_argument("--chat", default="", metavar="URL", help="a web chat that the report's questions link to")


def main(args: argparse.Namespace) -> int:
    """Run `assistant evaluate` and return its exit code."""
    settings = settings_from(args.config, args.index)
    questions = _asked(args, settings.index)
    floors = read_floors(args.gate, questions.name) if args.gate else {}
    if args.keep and args.out is None:
        args.out = Evaluations(settings.index).new_run(questions.name)
    if args.sweep:
        from assistant.evaluate.sweep import sweep_command

        return sweep_command(args, questions, settings)
    earlier = _earlier(args, questions) if args.compare else None
    made = _run(args, questions, settings, args.out, args.config.stem if args.config else "")
    comparison = compare_runs(earlier, made) if earlier else None
    if args.out:
        write_reports(args.out, made, comparison, args.chat)
    _say(args, made, comparison)
    failed = below_floors(made.figures, floors)
    for line in failed:
        sys.stderr.write(f"below the floor: {line}\n")
    return 1 if failed or (comparison and comparison.falls) else 0


def settings_from(path: Path | None, index: str | None = None) -> Settings:
    """Return the settings of a file, else those in force.

    Raises:
        SettingsError: the file cannot be read or holds something else.
    """
    import tomllib

    if path is None:
        return load_settings(index=index)
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", "give a TOML file of settings, such as `k = 10`") from error
    if index:
        values["index"] = index
    return load_settings(**values)


def write_reports(folder: Path, made: Run, comparison: Comparison | None = None, chat: str = "") -> None:
    """Write the report and the summary of a run into its folder."""
    from assistant.evaluate.report import report

    (folder / REPORT).write_text(report(made, comparison, chat), "utf-8")
    (folder / SUMMARY).write_text(summary(made, comparison), "utf-8")


def _asked(args: argparse.Namespace, index: str) -> QuestionSet:
    """Return the question set that is named, or the questions accepted for the index."""
    if args.set is not None:
        questions = read_question_set(args.set, args.corpus, args.question_field, args.qrels)
        return _with_articles(questions, args.articles, args.index)
    kept = Evaluations(index)
    if not kept.questions.is_file():
        raise QuestionSetError(
            f"no question is accepted for the index {index!r} yet",
            "name a question set, or make one: assistant questions draft --keep, then assistant questions review",
        )
    return kept.read(OWN)


def _with_articles(questions: QuestionSet, folder: Path | None, index: str | None) -> QuestionSet:
    """Say which articles a set is asked of: those given, those of the index that is named, those beside it."""
    if folder is not None:
        if not folder.exists():
            raise QuestionSetError(f"there are no articles at {folder}", "give a folder of articles, or an index with --index")
        return replace(questions, articles=folder)
    return replace(questions, articles=None) if index and not questions.contexts else questions


def _run(args: argparse.Namespace, questions: QuestionSet, settings: Settings, folder: Path | None, label: str) -> Run:
    plan = Plan(args.retrieval_only, args.workers, folder, label)
    with progress_bar() as progress:
        return run(questions, settings, plan, progress)


def _earlier(args: argparse.Namespace, questions: QuestionSet) -> Run:
    """Return the run to compare with: an earlier one, or one made now from a file of settings."""
    if (args.compare / RUN).exists() or args.compare.is_dir():
        return read_run(args.compare)
    folder = args.out / "compared" if args.out else None
    return _run(args, questions, settings_from(args.compare, args.index), folder, args.compare.stem)


def _say(args: argparse.Namespace, made: Run, comparison: Comparison | None) -> None:
    if not getattr(args, "json", False):
        sys.stdout.write(summary(made, comparison))
        return
    told: dict[str, object] = {"set": made.name, **made.figures}
    if comparison:
        told["against"] = comparison.before.label
        told["changes"] = {
            c.measure: {"before": c.difference.before, "now": c.difference.after, "p": c.difference.p, "up": c.difference.better,
                        "down": c.difference.worse} for c in comparison.changes
        }  # fmt: skip
        told["said"] = comparison.lines()
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show a progress bar on stderr, at a terminal only."""
    from tqdm import tqdm

    with tqdm(unit=" questions", disable=None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress
