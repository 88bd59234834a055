"""A run: a set asked under one configuration, kept as a folder, so that it can be resumed, and compared later.

The folder holds `run.json` (configuration, index digest, figures), `rows.jsonl` (a row a question, the same each time), `timings.jsonl`
(which differ), `run.trec` and `qrels.trec`, and while it runs `asked.partial`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.errors import QuestionSetError
from assistant.evaluate.figures import figures
from assistant.evaluate.rows import Asked, Row, from_json, row_from_json, row_to_json, to_json
from assistant.settings import Settings

RUN, ROWS, TIMINGS, TREC, QRELS, PARTIAL = "run.json", "rows.jsonl", "timings.jsonl", "run.trec", "qrels.trec", "asked.partial"
BESIDE = ("label", "index", "figures", "key")
"""What `run.json` says besides: what the run and its index are called, and what it found."""
SETTINGS_KEPT = ("encoder", "quality", "passage_tokens", "passage_overlap", "k", "max_citations", "strictness", "max_question_chars",
                 "history_tokens", "llm_model", "llm_tokens", "translate")  # fmt: skip
"""Settings that answers depend on; an address is left out, as it may hold what nobody should read."""
LEAST_STEP = 1e-5
"""What scores in the TREC file differ by at least: its readers order equal ones by name."""


@dataclass(frozen=True)
class Run:
    """Every row of a run in the order of its questions, what was asked under which configuration, and the milliseconds of each row."""

    name: str
    rows: tuple[Row, ...]
    timings: tuple[Mapping[str, float], ...]
    about: Mapping[str, Any]
    asked: tuple[Asked, ...] = ()

    @property
    def figures(self) -> dict[str, float]:
        """The figures of all rows."""
        return figures(self.rows, self.timings)

    @property
    def label(self) -> str:
        """What the run is called in a report."""
        return str(self.about.get("label") or self.name)


def about(
    set_name: str, set_digest: str, index_digest: str, encoder_digest: str, settings: Settings, extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a run is told by: equal ones, but for what is called how, give equal rows."""
    kept = {name: getattr(settings, name) for name in SETTINGS_KEPT}
    return {
        "set": set_name, "set_digest": set_digest, "index_digest": index_digest, "encoder_digest": encoder_digest,
        "version": __version__, "settings": kept, **extra,
    }  # fmt: skip


def key(facts: Mapping[str, Any]) -> str:
    """Return a hash of what the rows of a run depend on."""
    kept = {name: value for name, value in facts.items() if name not in BESIDE}
    return blake2b(json.dumps(kept, sort_keys=True).encode(), digest_size=16).hexdigest()


class Folder:
    """A run's folder while it is written."""

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        self.path = path
        self._facts = dict(facts)
        self._partial = path / PARTIAL

    def begin(self) -> dict[str, Asked]:
        """Make the folder, or open the one of a run that was broken off, and return what was asked before, by question id.

        Raises:
            QuestionSetError: another run is in it, or it cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            known = json.loads((self.path / RUN).read_text("utf-8")) if (self.path / RUN).exists() else None
            if known is not None and known.get("key") != key(self._facts):
                raise QuestionSetError(
                    f"{self.path} holds another run: another set, other articles or other settings",
                    "give another folder with --out, or remove it",
                )
            (self.path / RUN).write_text(json.dumps({**self._facts, "key": key(self._facts)}, indent=1) + "\n", "utf-8")
        except (OSError, ValueError, AttributeError) as error:
            raise QuestionSetError(f"{self.path} cannot be used: {error}", "give another folder with --out") from error
        return {asked.row.id: asked for asked in self._asked_before()}

    def _asked_before(self) -> Iterator[Asked]:
        if not self._partial.exists():
            return
        for line in self._partial.read_text("utf-8").splitlines():
            try:
                yield from_json(line)
            except ValueError:  # the line that was being written when the run was broken off
                continue

    def keep(self, asked: Asked) -> None:
        """Write one question down at once: a run that is broken off goes on from there."""
        with self._partial.open("a", encoding="utf-8") as out:
            out.write("\n" + to_json(asked) + "\n")

    def finish(self, run: Run) -> None:
        """Write the run in order."""
        lines = {
            ROWS: (row_to_json(row) for row in run.rows),
            TIMINGS: (json.dumps({"id": row.id, **timing}) for row, timing in zip(run.rows, run.timings, strict=True)),
            TREC: trec_lines(run.asked),
            QRELS: qrels_lines(run.asked),
        }
        for name, written in lines.items():
            (self.path / name).write_text("".join(line + "\n" for line in written), "utf-8")
        told = {**self._facts, "key": key(self._facts), "figures": {name: round(value, 6) for name, value in run.figures.items()}}
        (self.path / RUN).write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def trec_lines(asked: Sequence[Asked]) -> Iterator[str]:
    """Yield a TREC run: question, Q0, passage, rank, score, tag; scores fall from line to line."""
    for one in asked:
        last = float("inf")
        for rank, hit in enumerate(one.ranking, 1):
            last = min(hit.score, last - LEAST_STEP)
            yield f"{_word(one.row.id)} Q0 {hit.key} {rank} {last:.6f} assistant"


def qrels_lines(asked: Sequence[Asked]) -> Iterator[str]:
    """Yield TREC judgements: question, 0, passage, grade."""
    for one in asked:
        yield from (f"{_word(one.row.id)} 0 {name} {grade}" for name, grade in one.judged.items())


def _word(text: str) -> str:
    return "_".join(text.split())


def read_run(path: Path) -> Run:
    """Read the folder of a run that is finished.

    Raises:
        QuestionSetError: it is none, or the run was broken off.
    """
    try:
        facts = json.loads((path / RUN).read_text("utf-8"))
        rows = tuple(row_from_json(json.loads(line)) for line in (path / ROWS).read_text("utf-8").splitlines())
        timings = tuple(json.loads(line) for line in (path / TIMINGS).read_text("utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise QuestionSetError(f"{path} is no finished run: {error}", "give the --out folder of a run, or a file of settings") from error
    without_ids = tuple({name: value for name, value in timing.items() if name != "id"} for timing in timings)
    return Run(str(facts.get("set", path.name)), rows, without_ids, facts)
