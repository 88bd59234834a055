"""Try every combination of some settings on the tuning half, and report the best, and the one in force, on the held-out half.

The grid is a TOML file: a setting, or one of the numbers of `TUNED`, and the values to try.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from pathlib import Path
from typing import Any

from assistant.errors import QuestionSetError, SettingsError
from assistant.evaluate.comparison import Comparison, compare_runs, p_text
from assistant.evaluate.corpus import Source, Tuned, built
from assistant.evaluate.datasets import QuestionSet
from assistant.evaluate.figures import BY_NAME
from assistant.evaluate.runner import Plan, Progress, run_on
from assistant.evaluate.runs import Run
from assistant.settings import Settings, load_settings

BUILDS = ("encoder", "passage_tokens", "passage_overlap")
"""Settings that an index is built with: combinations that share them share it."""
TUNED = tuple(one.name for one in fields(Tuned))
"""Numbers that are no settings: the probabilities from which on it answers and cites, and what terms are worth beside vectors."""
MOST = 500

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Tried:
    """One combination with its run over the tuning half."""

    values: Values
    run: Run


@dataclass(frozen=True)
class Sweep:
    """All that was tried, the best of it, and what the best and the configuration in force give on the held-out half."""

    measure: str
    tried: tuple[Tried, ...]
    best: Tried
    held: Comparison


def read_grid(path: Path) -> list[dict[str, Any]]:
    """Return every combination of a grid.

    Raises:
        SettingsError: it cannot be read, names what is no setting, or has too many combinations.
    """
    try:
        grid = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", "give a TOML file such as `k = [10, 20]`") from error
    known = {one.name for one in fields(Settings)} | set(TUNED)
    if unknown := sorted(set(grid) - known):
        raise SettingsError(f"{path} names {unknown[0]!r}, which is no setting", "known: " + ", ".join(sorted(known)))
    lists = {name: value if isinstance(value, list) else [value] for name, value in grid.items()}
    combinations = [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]
    if not grid or not 0 < len(combinations) <= MOST:
        raise SettingsError(
            f"{path} has {len(combinations) if grid else 0} combinations", f"list values to try, at most {MOST} combinations"
        )
    return combinations


def sweep(
    questions: QuestionSet, settings: Settings, grid: Sequence[Values], measure: str, limit_ms: float | None = None,
    workers: int = 1, progress: Progress = lambda done, total: None,
) -> Sweep:  # fmt: skip
    """Try all combinations and choose by a measure among those whose median stays below a limit; of equals the first.

    Raises:
        QuestionSetError: the set has too few questions, the measure does not apply, or nothing is fast enough.
    """
    halves = [[q for q in questions.questions if q.held_out is held] for held in (False, True)]
    if not all(halves):
        raise QuestionSetError("the set has questions in one half only", "a sweep needs questions to tune on and others to report on")
    tuning, held = (replace(questions, questions=tuple(half)) for half in halves)
    plan, tried = Plan(workers=workers), []
    for number, (values, source) in enumerate(_sources(questions, settings, grid), 1):
        tried.append(Tried(values, run_on(tuning, source, replace(plan, label=label(values)))))
        progress(number, len(grid))
    best = _best(tried, measure, limit_ms)
    runs = [run_on(held, source, replace(plan, label=label(values))) for values, source in _sources(questions, settings, [{}, best.values])]
    return Sweep(measure, tuple(tried), best, compare_runs(*runs))


def _best(tried: Sequence[Tried], measure: str, limit_ms: float | None) -> Tried:
    if not all(measure in one.run.figures for one in tried):
        raise QuestionSetError(f"{measure!r} is not measured with this set", "choose one of: " + ", ".join(tried[0].run.figures))
    fast = [one for one in tried if limit_ms is None or one.run.figures["median_ms"] <= limit_ms]
    if not fast:
        quickest = min(one.run.figures["median_ms"] for one in tried)
        raise QuestionSetError(f"nothing that was tried has a median below {limit_ms:g} ms", f"the quickest has {quickest:.1f} ms")
    sign = 1 if measure not in BY_NAME or BY_NAME[measure].higher else -1
    return max(fast, key=lambda one: sign * one.run.figures[measure])


def _sources(questions: QuestionSet, settings: Settings, grid: Sequence[Values]) -> Iterator[tuple[Values, Source]]:
    """Yield each combination with its index; combinations that follow each other and share an index build it once."""
    with ExitStack() as stack:
        known: dict[tuple[Any, ...], Source] = {}
        for values in grid:
            made = load_settings(environment={}, **{**asdict(settings), **{n: v for n, v in values.items() if n not in TUNED}})
            built_with = tuple(getattr(made, name) for name in BUILDS)
            if built_with not in known:
                known[built_with] = stack.enter_context(built(questions, made))
            own = known[built_with]
            kept = replace(made, passage_tokens=own.settings.passage_tokens, passage_overlap=own.settings.passage_overlap)
            tuned = Tuned(**{name: float(value) for name, value in values.items() if name in TUNED})
            yield values, replace(own, settings=kept, tuned=tuned)


def label(values: Values) -> str:
    """Return what a combination is called."""
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "in force"


def as_markdown(found: Sweep) -> str:
    """Return a sweep as Markdown: what was tried on the tuning half, and the best on the held-out half."""
    title = BY_NAME[found.measure].title if found.measure in BY_NAME else found.measure
    lines = [f"| tried on the tuning half | {title} | median ms | 95 % ms |", "|---|---|---|---|"]
    for one in found.tried:
        f = one.run.figures
        mark = "**" if one is found.best else ""
        lines.append(f"| {mark}{label(one.values)}{mark} | {f[found.measure]:.3f} | {f['median_ms']:.1f} | {f['p95_ms']:.1f} |")
    lines += ["", f"Best: {label(found.best.values)}. On the held-out half, against the settings in force:", ""]
    lines += [f"- {line}" for line in found.held.lines()]
    change = next((c for c in found.held.changes if c.measure == found.measure), None)
    if change:
        d = change.difference
        lines.append(f"- {title}: {d.before:.3f} -> {d.after:.3f} (p {p_text(d.p)}, {change.n} questions)")
    return "\n".join(lines) + "\n"


def sweep_command(args: argparse.Namespace, questions: QuestionSet, settings: Settings) -> int:
    """Run `assistant evaluate --sweep` and return its exit code."""
    from assistant.evaluate.command import progress_bar

    grid = read_grid(args.sweep)
    with progress_bar() as progress:
        found = sweep(questions, settings, grid, args.choose, args.limit_ms, args.workers or 1, progress)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "sweep.md").write_text(as_markdown(found), "utf-8")
    if getattr(args, "json", False):
        rows = [{"values": dict(one.values), **one.run.figures} for one in found.tried]
        told = {"measure": found.measure, "best": dict(found.best.values), "tuning": rows, "held": found.held.after.figures,
                "held_in_force": found.held.before.figures}  # fmt: skip
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    else:
        sys.stdout.write(as_markdown(found))
    return 0
