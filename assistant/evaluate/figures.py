"""The figures of a run: means over its rows with intervals, what is measured of the whole set, and groups of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.evaluate.metrics import area_under_risk_coverage, expected_calibration_error, mean, middle, percentile, precision_recall_f1
from assistant.evaluate.rows import Row
from assistant.evaluate.statistics import Interval, bootstrap


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its name in files, its title for people, whether more is better, and the least change that is worth naming."""

    name: str
    title: str
    higher: bool = True
    set_wide: bool = False


MEASURES = (
    Measure("passage_rr", "passage RR@100"),
    Measure("passage_ndcg_at_10", "passage nDCG@10"),
    Measure("passage_recall_at_10", "passage Recall@10"),
    Measure("passage_success_at_5", "passage Success@5"),
    Measure("success_at_1", "cited sentence Success@1"),
    Measure("success_at_3", "cited sentence Success@3"),
    Measure("cited_precision", "cited sentence precision"),
    Measure("cited_recall", "cited sentence recall"),
    Measure("cited_f1", "cited sentence F1"),
    Measure("answer_em", "short answer EM"),
    Measure("answer_f1", "short answer F1"),
    Measure("attribution", "attribution accuracy"),
    Measure("told_apart", "answers and abstains rightly"),
    Measure("citation_precision", "citation precision (ALCE)"),
    Measure("citation_recall", "citation recall (ALCE)"),
    Measure("verbatim", "cited word for word"),
    Measure("exact_citations", "citations exact"),
    Measure("abstention_precision", "abstention precision", set_wide=True),
    Measure("abstention_recall", "abstention recall", set_wide=True),
    Measure("abstention_f1", "abstention F1", set_wide=True),
    Measure("risk_area", "area under risk-coverage", higher=False, set_wide=True),
    Measure("calibration_error", "calibration error", higher=False, set_wide=True),
    Measure("tokens_read", "model tokens read", higher=False),
    Measure("tokens_written", "model tokens written", higher=False),
)
BY_NAME = {measure.name: measure for measure in MEASURES}
PER_QUESTION = tuple(measure for measure in MEASURES if not measure.set_wide)
GROUPED = ("passage_rr", "success_at_1", "success_at_3", "answer_f1", "told_apart")
"""What the table of groups shows."""


def measured(row: Row) -> Mapping[str, float]:
    """Return the measures of a row, and whether it rightly answers or abstains, where that is known."""
    if row.answerable is None or not (row.citations or row.answer):
        return row.measures
    return {**row.measures, "told_apart": float(row.abstained != row.answerable)}


def intervals(rows: Sequence[Row]) -> dict[str, tuple[Interval, int]]:
    """Return the mean of every measure that applies to some row with its interval, and over how many rows."""
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in measured(row).items():
            values[name].append(value)
    return {m.name: (bootstrap(values[m.name]), len(values[m.name])) for m in PER_QUESTION if values.get(m.name)}


def figures(rows: Sequence[Row], timings: Sequence[Mapping[str, float]] = ()) -> dict[str, float]:
    """Return the figures of some rows by name.

    Success@k counts a question as 1 when one of the first k cited sentences is gold, an abstention as 0; over answerable questions.
    Abstention: precision and recall of abstaining, where right is to abstain exactly on the unanswerable.
    """
    answerable = [row for row in rows if row.answerable]
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in measured(row).items():
            values[name].append(value)
    found = {"n": float(len(rows)), "n_answerable": float(len(answerable))}
    found |= {m.name: mean(values[m.name]) for m in PER_QUESTION if values.get(m.name)}
    found |= of_set(rows)
    times = [timing["total"] for timing in timings if "total" in timing]
    if times:
        found |= {"median_ms": middle(times), "p95_ms": percentile(times, 0.95)}
    return found


def of_set(rows: Iterable[Row]) -> dict[str, float]:
    """Return the measures of abstaining and of confidence: they belong to a set, not to a question."""
    told = [row for row in rows if row.answerable is not None and (row.answer or row.citations)]
    if not told:
        return {}
    precision, recall, f1 = precision_recall_f1([row.abstained for row in told], [not row.answerable for row in told])
    found = {"abstention_precision": precision, "abstention_recall": recall, "abstention_f1": f1}
    judged = [row for row in told if row.wanted or not row.answerable]
    right = [row.right and bool(row.answerable) for row in judged]
    if judged:
        sure = [row.confidence for row in judged]
        found["risk_area"] = area_under_risk_coverage(sure, [not one for one in right])
        found["calibration_error"] = expected_calibration_error(sure, list(map(float, right)))
    return found


def stages(timings: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    """Return median and 95th percentile of the milliseconds of each stage."""
    values: dict[str, list[float]] = defaultdict(list)
    for timing in timings:
        for name, spent in timing.items():
            values[name].append(spent)
    return {name: (middle(spent), percentile(spent, 0.95)) for name, spent in sorted(values.items())}


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of all, of each half, language pair, kind and tag."""
    found: dict[str, list[Row]] = {"all": list(rows)}
    for name, key in (("", lambda r: ["held-out half" if r.held_out else "tuning half"]), ("pair ", lambda r: [r.pair]),
                      ("kind ", lambda r: [r.kind or "-"]), ("tag ", lambda r: r.tags)):  # fmt: skip
        parts: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            for value in key(row):
                parts[name + value].append(row)
        found |= dict(sorted(parts.items()))
    return found
