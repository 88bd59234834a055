"""The evaluation page: a question set is asked, earlier runs are listed, and each shows its report. It knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from time import sleep

from assistant.errors import AssistantError
from assistant.evaluate.kept import OWN, Evaluations, KeptRun
from assistant.evaluate.report import report
from assistant.serve.render import escape, is_web_address
from assistant.serve.samples import questions_file
from assistant.serve.ui.bench import Bench, Job, compared
from assistant.serve.ui.chat import line
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.wording import Words

TICK_S = 0.4
MOST_SHOWN = 20
"""Rows of a set that are named where they cannot be asked."""
MOST_LABEL = 80
SAMPLES_SET = "samples"
COLUMNS = ("success_at_3", "success_at_1", "passage_rr", "abstention_f1", "median_ms")


class Evaluation:
    """What happens on the evaluation page. Only an admin measures."""

    def __init__(self, indexes: OpenIndexes, bench: Bench) -> None:
        self.indexes = indexes
        self.bench = bench

    def page(self, name: str, visitor: Visitor, chosen: str = "") -> str:
        """Return what can be asked, one set already chosen, and the earlier runs."""
        words = visitor.words
        if not visitor.user.is_admin:
            return told(words("only_admins"), bad=True)
        try:
            kept = self._kept(name)
        except AssistantError as error:
            return told(line(error), bad=True)
        runs = kept.runs()
        return (
            f'<h2>{words.html("evaluation")}</h2>{parts("evaluation", words)}<p class="facts">{words.html("evaluation_text")}</p>'
            f"{self._form(kept, runs, words, chosen)}<h3>{words.html('runs')}</h3>{_listed(runs, words)}"
        )

    def measure(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Begin to ask a question set; return what stands in the way, or ""."""
        if not visitor.user.is_admin:
            return told(visitor.words("only_admins"), bad=True)
        try:
            kept = self._kept(name)
            chosen = given.get("set", "")
            questions = kept.read(chosen, self._samples(name))
            label = " ".join(given.get("label", "").split())[:MOST_LABEL]
            job = Job(name, questions, kept.new_run(chosen), label, given.get("against", ""))
            if job.against:
                kept.run(job.against)  # rather no run than one without the comparison that was asked for
            self.bench.begin(job, self.indexes.settings)
        except AssistantError as error:
            return told(line(error), bad=True)
        return ""

    def follow(self, visitor: Visitor) -> Iterator[str]:
        """Yield how far the evaluation has come, until it is done; the last says what came of it."""
        job, words = self.bench.job, visitor.words
        if job is None or not visitor.user.is_admin:
            yield ""
            return
        while job.is_running:
            yield _progress(job, words)
            sleep(TICK_S)
        if job.error:
            failed = line(job.error) if isinstance(job.error, AssistantError) else words("went_wrong")
            yield told(failed, bad=True)
        elif job.is_stopping and job.done < job.total:
            yield told(words("stopped"))
        else:
            yield told(words("measured", n=job.total))

    def take(self, name: str, files: list[tuple[Path, str]], visitor: Visitor) -> str:
        """Keep a question set that was uploaded, and say what is wrong with it."""
        words = visitor.words
        if not visitor.user.is_admin:
            return told(words("only_admins"), bad=True)
        if not files:
            return told(words("upload_failed"), bad=True)
        try:
            path, called = files[0]
            found, problems = self._kept(name).take(path, called)
        except AssistantError as error:
            return told(line(error), bad=True)
        fatal = [problem for problem in problems if problem.fatal]
        rows = "".join(
            f"<li><strong>{escape(one.where)}</strong> <span dir='auto'>{escape(one.text)}</span></li>" for one in problems[:MOST_SHOWN]
        )
        listed = f'<ul class="failed">{rows}</ul>' if rows else ""
        said = words.html("set_refused", n=len(fatal)) if fatal else words.html("set_kept", set=found.name, n=len(found.questions))
        return f'<div class="{"problem" if fatal else "done"}" role="{"alert" if fatal else "status"}"><p>{said}</p>{listed}</div>'

    def shown(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Return the report of a run, held against an earlier one if that is named."""
        words = visitor.words
        if not visitor.user.is_admin:
            return ""
        run_name, against = given.get("run", ""), given.get("against", "")
        try:
            kept = self._kept(name)
            page, runs = self._report(kept, run_name, against, "."), kept.runs()
        except AssistantError as error:
            return told(line(error), bad=True)
        return (
            f'<div class="report-head"><form data-do="show" data-run="{escape(run_name)}">{_against(runs, run_name, against, words)}</form>'
            f'<button type="button" class="small" data-do="download" data-run="{escape(run_name)}" data-against="{escape(against)}">'
            f"{words.html('download_report')}</button></div>"
            f'<iframe class="report" title="{words.html("report_of", run=run_name)}" sandbox="allow-same-origin allow-popups'
            f' allow-popups-to-escape-sandbox" srcdoc="{escape(page)}"></iframe>'
        )

    def file(self, name: str, given: Mapping[str, str], visitor: Visitor) -> dict[str, str] | None:
        """Return a report to download: its name, its type and its text; None where there is none to have."""
        if not visitor.user.is_admin:
            return None
        chat = given.get("chat", "")
        try:
            page = self._report(self._kept(name), given.get("run", ""), given.get("against", ""), chat if is_web_address(chat) else "")
        except AssistantError:
            return None
        return {"name": f"{given.get('run', '')}.html", "type": "text/html", "text": page}

    def remove(self, name: str, given: Mapping[str, str], visitor: Visitor) -> str:
        """Remove a run for good, and return the page."""
        if visitor.user.is_admin:
            try:
                self._kept(name).remove_run(given.get("run", ""))
            except AssistantError as error:
                return told(line(error), bad=True) + self.page(name, visitor)
        return self.page(name, visitor)

    def _kept(self, name: str) -> Evaluations:
        return Evaluations(self.indexes.choice(name).name)

    def _samples(self, name: str) -> dict[str, Path]:
        """Return the samples' own question set, for their index alone."""
        file = questions_file() if self.indexes.choice(name).samples else None
        return {SAMPLES_SET: file} if file else {}

    def _report(self, kept: Evaluations, run_name: str, against: str, chat: str) -> str:
        made = kept.run(run_name)
        return report(made, compared(kept, made, against), chat)

    def _form(self, kept: Evaluations, runs: list[KeptRun], words: Words, chosen: str) -> str:
        names = [*kept.sets(), *self._samples(kept.index)]
        options = "".join(
            f'<option value="{escape(one)}"{" selected" if one == chosen else ""}>{_set_name(one, words)}</option>' for one in names
        )
        upload = (
            f'<label class="small upload"><input type="file" class="unseen" accept=".jsonl,.json,.csv,.tsv,.xlsx,.yaml,.yml,.xz">'
            f"{words.html('upload_set')}</label>"
        )
        if not names:
            return f'<div class="measure"><p class="nothing">{words.html("no_set")}</p>{upload}</div>'
        return (
            f'<form class="measure" data-do="measure"><label>{words.html("question_set")} <select name="set">{options}</select></label>'
            f'<label>{words.html("run_label")} <input type="text" name="label" maxlength="{MOST_LABEL}" autocomplete="off"'
            f' placeholder="{words.html("run_label_hint")}"></label>{_against(runs, "", runs[0].name if runs else "", words)}'
            f'<span class="buttons"><button type="submit" class="small primary">{words.html("measure")}</button>{upload}</span></form>'
        )


def told(text: str, bad: bool = False) -> str:
    """Return a line that says what was done, or what is wrong."""
    return f'<p class="{"problem" if bad else "done"}" role="{"alert" if bad else "status"}">{escape(text)}</p>'


def parts(here: str, words: Words, waiting: int | None = None) -> str:
    """Return the links to the two parts of the page."""
    count = f" ({waiting})" if waiting else ""
    links = "".join(
        f'<a href="#{one}"{" aria-current=page" if one == here else ""}>{words.html(f"part_{one}")}{count if one == "review" else ""}</a>'
        for one in ("evaluation", "review")
    )
    return f'<nav class="parts" aria-label="{words.html("evaluation")}">{links}</nav>'


def _set_name(name: str, words: Words) -> str:
    own = {OWN: "set_own", SAMPLES_SET: "set_samples"}
    return words.html(own[name]) if name in own else escape(name)


def _against(runs: list[KeptRun], run_name: str, against: str, words: Words) -> str:
    others = "".join(
        f'<option value="{one.name}"{" selected" if one.name == against else ""}>{escape(_run_name(one))}</option>'
        for one in runs
        if one.name != run_name
    )
    if not others:
        return ""
    none = f'<option value="">{words.html("against_none")}</option>'
    return f'<label>{words.html("against")} <select name="against">{none}{others}</select></label>'


def _run_name(one: KeptRun) -> str:
    return f"{one.begun:%Y-%m-%d %H:%M} · {one.label or one.set_name}"


def _progress(job: Job, words: Words) -> str:
    said = words.html("stopping" if job.is_stopping else "asking_n" if job.total else "preparing", n=job.done, of=job.total)
    bar = f'<progress max="{job.total or 1}" value="{job.done}" aria-label="{words.html("evaluation")}"></progress>'
    stop = f'<button type="button" class="small" data-do="halt"{" disabled" if job.is_stopping else ""}>{words.html("stop")}</button>'
    return f'<div class="adding running"><p>{said}</p>{bar}{stop}</div>'


def _listed(runs: list[KeptRun], words: Words) -> str:
    if not runs:
        return f'<p class="nothing">{words.html("no_runs")}</p>'
    head = "".join(f'<th scope="col">{words.html(f"run_{one}")}</th>' for one in ("begun", "n", *COLUMNS))
    rows = "".join(_row(one, words) for one in runs)
    empty = f'<th scope="col"><span class="unseen">{words.html("delete_for_good")}</span></th>'
    return f'<div class="wide"><table class="runs"><thead><tr>{head}{empty}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(one: KeptRun, words: Words) -> str:
    figures = "".join(f"<td>{_figure(name, one.figures.get(name))}</td>" for name in COLUMNS)
    name = escape(_run_name(one))
    return (
        f'<tr><td><button type="button" class="quiet" data-do="show" data-run="{one.name}" dir="auto">{name}</button></td>'
        f"<td>{one.figures.get('n', 0):.0f}</td>{figures}"
        f'<td><button type="button" class="quiet" data-do="forget" data-run="{one.name}" aria-label="{words.html("delete_run", run=name)}"'
        f' title="{words.html("delete_for_good")}">×</button></td></tr>'
    )


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} ms" if name.endswith("_ms") else f"{value:.3f}"


def finished(job: Job | None) -> str:
    """Return the name of the run that was made last, "" where it came to nothing."""
    made = job and not job.is_running and not job.error and job.done == job.total
    return job.run_name if job and made else ""
