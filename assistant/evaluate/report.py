"""The report of a run, or of two: one HTML file that opens offline, with its plots inline."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from importlib import resources

from assistant.evaluate import plots
from assistant.evaluate.cards import card, pair_card
from assistant.evaluate.comparison import Comparison, p_text
from assistant.evaluate.figures import BY_NAME, GROUPED, figures, groups, intervals, of_set, stages
from assistant.evaluate.metrics import reliability, risk_coverage
from assistant.evaluate.rows import Row
from assistant.evaluate.runs import Run
from assistant.evaluate.statistics import bootstrap
from assistant.links import question_link

MOST_CARDS = 200
"""Questions shown in full, the worst first: a page of thousands opens slowly."""
HEADLINES = (("success_at_3", "cited sentence Success@3"), ("success_at_1", "Success@1"), ("answer_f1", "short answer F1"),
             ("passage_rr", "passage RR"), ("abstention_f1", "abstention F1"), ("citation_precision", "citation precision"),
             ("exact_citations", "citations exact"))  # fmt: skip
LEAST_PAIR = 2
"""Questions of a language pair from which on it has a bar."""


def report(run: Run, comparison: Comparison | None = None, chat: str = "") -> str:
    """Return the report as HTML.

    Args:
        run: what is reported.
        comparison: how it differs from an earlier run.
        chat: the address of a web chat; each question then links there.
    """
    title = html.escape(run.label)
    style = resources.files("assistant.evaluate").joinpath("report.css").read_text("utf-8")
    body = "\n".join(_body(run, comparison, chat.rstrip("/")))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Evaluation: {title}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{style}</style></head>\n<body>\n<main>{body}</main>\n</body></html>\n'


def _body(run: Run, comparison: Comparison | None, chat: str) -> Iterator[str]:
    found = run.figures
    yield f"<h1>{html.escape(run.label)}</h1>"
    against = f", against {html.escape(comparison.before.label)}" if comparison else ""
    yield f'<p class="dim">{len(run.rows):,} questions, {int(found["n_answerable"]):,} of them answerable{against}</p>'
    yield _headlines(found)
    if comparison:
        yield f"<h2>What changed</h2>{_verdict(comparison)}{_changes(comparison)}"
    yield f'<h2>Plots</h2><div class="plots">{"".join(_plots(run, comparison))}</div>'
    yield f"<h2>Measures</h2>{_measures(run)}"
    yield f"<h2>Groups</h2>{_groups(run.rows)}"
    if times := stages(run.timings):
        yield "<h2>Time</h2>" + table(
            ("stage", "median ms", "95th percentile ms"), [(n, f"{m:.1f}", f"{p:.1f}") for n, (m, p) in times.items()]
        )
    yield from _questions(run, comparison, chat)
    yield f"<h2>Configuration</h2><pre>{html.escape(json.dumps(_configuration(run), indent=1, ensure_ascii=False))}</pre>"


def _configuration(run: Run) -> dict[str, object]:
    return {name: value for name, value in run.about.items() if name not in ("figures", "label", "key")}


def _headlines(found: dict[str, float]) -> str:
    cards = [f"<li><b>{found[name]:.3f}</b><span>{title}</span></li>" for name, title in HEADLINES if name in found]
    if "median_ms" in found:
        cards.append(f"<li><b>{_time(found['median_ms'])}</b><span>median, 95th percentile {_time(found['p95_ms'])}</span></li>")
    return f'<ul class="cards">{"".join(cards)}</ul>'


def _time(spent_ms: float) -> str:
    return f"{spent_ms:.0f} ms" if spent_ms < 1000 else f"{spent_ms / 1000:.1f} s"


def _verdict(comparison: Comparison) -> str:
    tone = "bad" if comparison.falls else "good" if comparison.rises else ""
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in comparison.lines())
    return f'<div class="verdict {tone}"><ul>{lines}</ul></div>'


def _changes(comparison: Comparison) -> str:
    rows = []
    moved = [change for change in comparison.changes if change.difference.better or change.difference.worse]
    for change in moved:
        d = change.difference
        tone = "" if not change.is_sure else "good" if change.gain > 0 else "bad"
        changed = f'<span class="{tone}">{d.change:+.3f}</span>'
        interval = f"{d.low:+.3f} to {d.high:+.3f}"
        title = html.escape(BY_NAME[change.measure].title)
        rows.append(
            (title, f"{d.before:.3f}", f"{d.after:.3f}", changed, interval, p_text(d.p).replace("<", "&lt;"), f"{d.better} / {d.worse}")
        )
    still = len(comparison.changes) - len(moved)
    note = f'<p class="dim">{still} more measures are the same for every question.</p>' if still else ""
    return table(("measure", "before", "now", "change", "95 % interval", "p", "questions up / down"), rows) + note if rows else note


def _measures(run: Run) -> str:
    found, whole, rows = intervals(run.rows), of_set(run.rows), []
    for name, measure in BY_NAME.items():
        if name in found:
            interval, n = found[name]
            rows.append((html.escape(measure.title), f"{interval.mean:.3f}", f"{interval.low:.3f} to {interval.high:.3f}", f"{n:,}"))
        elif name in whole:
            rows.append((html.escape(measure.title), f"{whole[name]:.3f}", "", f"{len(run.rows):,}"))
    return table(("measure", "figure", "95 % interval", "questions"), rows)


def _groups(rows: Sequence[Row]) -> str:
    lines = []
    for name, part in groups(rows).items():
        found = figures(part)
        cells = [f"{found[measure]:.3f}" if measure in found else "-" for measure in GROUPED]
        lines.append((html.escape(name), str(len(part)), *cells))
    return table(("questions", "n", *(html.escape(BY_NAME[name].title) for name in GROUPED)), lines)


def _plots(run: Run, comparison: Comparison | None) -> Iterator[str]:
    both = [("now", run), ("before", comparison.before)] if comparison else [("", run)]
    judged = [(name, _judged(one.rows)) for name, one in both]
    if judged[0][1]:
        curves = [(name, risk_coverage([sure for sure, _ in rows], [not right for _, right in rows])) for name, rows in judged]
        yield _figure("Risk and coverage", plots.lines(curves, "share answered, the surest first", "share wrong", _top(curves)))
        sure = [(name, [(p, t) for p, t, _ in reliability(*_columns(rows))]) for name, rows in judged]
        yield _figure("Calibration", plots.lines(sure, "how sure", "how often right", diagonal=True))
    if pairs := _by_pair(run.rows):
        yield _figure("Cited sentence Success@3 by language pair, question first", plots.bars(pairs, "Success@3 by language pair"))
    times = [timing["total"] for timing in run.timings if "total" in timing]
    if times:
        found = run.figures
        marks = [(f"median {found['median_ms']:.0f}", found["median_ms"]), (f"95 % {found['p95_ms']:.0f}", found["p95_ms"])]
        yield _figure("Latency", plots.histogram(times, marks, "milliseconds a question"))


def _top(curves: Sequence[tuple[str, Sequence[tuple[float, float]]]]) -> float:
    most = max((risk for _, points in curves for _, risk in points), default=1.0)
    return next((top for top in (0.2, 0.4, 0.6, 0.8) if most <= top), 1.0)


def _judged(rows: Sequence[Row]) -> list[tuple[float, bool]]:
    """Return how sure each answer is and whether it is right, where that is known."""
    told = [row for row in rows if row.answerable is not None and (row.answer or row.citations) and (row.wanted or not row.answerable)]
    return [(row.confidence, row.right and bool(row.answerable)) for row in told]


def _columns(rows: Sequence[tuple[float, bool]]) -> tuple[list[float], list[float]]:
    return [sure for sure, _ in rows], [float(right) for _, right in rows]


def _by_pair(rows: Sequence[Row]) -> list[tuple[str, float, float, float, int]]:
    found = []
    for name, part in groups(rows).items():
        values = [row.measures["success_at_3"] for row in part if "success_at_3" in row.measures]
        if name.startswith("pair ") and len(values) >= LEAST_PAIR:
            interval = bootstrap(values)
            found.append((name.removeprefix("pair "), interval.mean, interval.low, interval.high, len(values)))
    return sorted(found, key=lambda row: (-row[4], row[0]))


def _figure(title: str, svg: str) -> str:
    return f"<figure><figcaption>{html.escape(title)}</figcaption>{svg}</figure>"


def _questions(run: Run, comparison: Comparison | None, chat: str) -> Iterator[str]:
    if comparison:
        lost = [pair for pair in comparison.pairs if pair.gain < 0]
        won = [pair for pair in comparison.pairs if pair.gain > 0][::-1]
        for title, pairs in (("Lost", lost), ("Won", won)):
            if pairs:
                yield f"<h2>{title}: {len(pairs)} questions</h2>{_more(len(pairs))}"
                yield from (pair_card(pair, link(chat, run, pair.after)) for pair in pairs[:MOST_CARDS])
        return
    wrong = [row for row in run.rows if is_wrong(row)]
    if wrong:
        yield f"<h2>Wrong: {len(wrong)} questions</h2>{_more(len(wrong))}"
        yield from (card(row, link(chat, run, row)) for row in wrong[:MOST_CARDS])


def _more(n: int) -> str:
    return f'<p class="dim">The first {MOST_CARDS} are shown; rows.jsonl has all.</p>' if n > MOST_CARDS else ""


def is_wrong(row: Row) -> bool:
    """Say whether a question was answered wrongly, answered where nothing answers, or not answered though something does."""
    if row.answerable is None or not (row.answer or row.citations):
        return False
    return row.abstained == row.answerable or (row.answerable and bool(row.wanted) and not row.right)


def link(chat: str, run: Run, row: Row) -> str:
    """Return the address that asks a question again in a web chat as it was asked in a run, "" without a chat."""
    if not chat:
        return ""
    return f"{chat}/{question_link(row.query or row.question, str(run.about.get('index', '')), row.limits, str(run.about.get('now', '')))}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of cells that are HTML already."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'
