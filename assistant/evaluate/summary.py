"""A run, or a comparison of two, as Markdown: for the terminal, a pull request, or a file."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluate.comparison import Comparison, p_text
from assistant.evaluate.figures import BY_NAME, GROUPED, figures, groups, intervals, of_set, stages
from assistant.evaluate.rows import Row
from assistant.evaluate.runs import Run

MOST_PAIRS = 12
"""Losses and gains listed in the summary; the report has all."""


def summary(run: Run, comparison: Comparison | None = None) -> str:
    """Return the summary of a run as Markdown."""
    parts = [f"# {run.label}: {len(run.rows)} questions"]
    if comparison:
        parts += [f"## Against {comparison.before.label}", "\n".join(f"- {line}" for line in comparison.lines()), changes_table(comparison)]
        parts += _listed(comparison)
    parts += ["## Measures", measures_table(run), "## Groups", groups_table(run.rows)]
    if times := stages(run.timings):
        parts += ["## Milliseconds", _table(("stage", "median", "p95"), [(name, f"{m:.1f}", f"{p:.1f}") for name, (m, p) in times.items()])]
    return "\n\n".join(part for part in parts if part) + "\n"


def measures_table(run: Run) -> str:
    """Return every measure with its interval and its number of questions."""
    rows = []
    found, whole = intervals(run.rows), of_set(run.rows)
    for name, measure in BY_NAME.items():
        if name in found:
            interval, n = found[name]
            rows.append((measure.title, f"{interval.mean:.3f}", f"{interval.low:.3f} to {interval.high:.3f}", str(n)))
        elif name in whole:
            rows.append((measure.title, f"{whole[name]:.3f}", "", str(len(run.rows))))
    return _table(("measure", "figure", "95 % interval", "questions"), rows)


def groups_table(rows: Sequence[Row]) -> str:
    """Return the main measures in all, per half, language pair, kind and tag."""
    lines = []
    for name, part in groups(rows).items():
        found = figures(part)
        cells = [f"{found[measure]:.3f}" if measure in found else "-" for measure in GROUPED]
        mixed = 0 < found["n_answerable"] < found["n"]
        lines.append((name, str(len(part)), *cells, f"{found['abstention_f1']:.3f}" if mixed and "abstention_f1" in found else "-"))
    return _table(("questions", "n", *(BY_NAME[name].title for name in GROUPED), "abstention F1"), lines)


def changes_table(comparison: Comparison) -> str:
    """Return how every measure changed."""
    rows = []
    for change in comparison.changes:
        d = change.difference
        rows.append((
            BY_NAME[change.measure].title, f"{d.before:.3f}", f"{d.after:.3f}", f"{d.change:+.3f}", f"{d.low:+.3f} to {d.high:+.3f}",
            p_text(d.p), f"{d.better} / {d.worse}",
        ))  # fmt: skip
    before, after = comparison.of_sets
    for name in before.keys() & after.keys():
        rows.append((BY_NAME[name].title, f"{before[name]:.3f}", f"{after[name]:.3f}", f"{after[name] - before[name]:+.3f}", "", "", ""))
    order = {measure.title: at for at, measure in enumerate(BY_NAME.values())}
    rows.sort(key=lambda row: order[row[0]])
    return _table(("measure", "before", "now", "change", "95 % interval", "p", "questions up / down"), rows)


def _listed(comparison: Comparison) -> list[str]:
    lost = [pair for pair in comparison.pairs if pair.gain < 0]
    won = [pair for pair in comparison.pairs if pair.gain > 0][::-1]
    parts = []
    for title, pairs in (("Lost", lost), ("Won", won)):
        if pairs:
            lines = [
                f"- `{pair.after.id}` {pair.after.question} ({pair.after.pair}, {pair.after.kind or '-'})" for pair in pairs[:MOST_PAIRS]
            ]
            parts += [f"### {title}: {len(pairs)}", "\n".join(lines)]
    return parts


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
