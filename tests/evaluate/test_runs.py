"""Runs and comparisons over a small set of real articles and questions."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.errors import QuestionSetError
from assistant.evaluate.comparison import compare_runs
from assistant.evaluate.datasets import QuestionSet, read_question_set
from assistant.evaluate.report import report
from assistant.evaluate.rows import Row
from assistant.evaluate.runner import Plan, run
from assistant.evaluate.runs import PARTIAL, ROWS, Run, read_run
from assistant.evaluate.summary import summary
from assistant.settings import Settings

SEEDS = Path(__file__).parents[2] / "seeds"
FAST = Settings(quality="fast")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> QuestionSet:
    folder = tmp_path_factory.mktemp("set") / "articles"
    folder.mkdir()
    for name in ("000_fbacd0f8f8eb0354.txt", "001_banjir-bandang-laranta.json"):
        (folder / name).write_bytes((SEEDS / "articles" / name).read_bytes())
    names = {path.name for path in folder.iterdir()}
    questions = [q for q in read_question_set(SEEDS / "questions.jsonl").questions if {g.article for g in q.gold} <= names][:8]
    assert any(q.answerable for q in questions)
    return QuestionSet("small", tuple(questions), articles=folder)


@pytest.fixture(scope="module")
def made(asked, tmp_path_factory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return run(asked, FAST, Plan(folder=folder)), folder


def test_a_run_in_other_processes_that_was_broken_off_gives_identical_rows(asked, made, tmp_path):
    whole, folder = made
    again = tmp_path / "again"
    again.mkdir()
    for name in ("run.json",):
        (again / name).write_bytes((folder / name).read_bytes())
    kept = (folder / PARTIAL).read_text("utf-8").splitlines()
    (again / PARTIAL).write_text("\n".join(kept[:5]) + "\n" + kept[5][:40], "utf-8")  # the last line was being written
    seen = []
    other = run(asked, FAST, Plan(folder=again, workers=2), lambda done, total: seen.append(done))
    assert seen[0] == sum(bool(line) for line in kept[:5])
    assert other.rows == whole.rows
    assert (again / ROWS).read_bytes() == (folder / ROWS).read_bytes()


def test_a_folder_of_another_run_is_refused(asked, made):
    with pytest.raises(QuestionSetError, match="holds another run"):
        run(asked, replace(FAST, k=3), Plan(folder=made[1]))


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(QuestionSetError, match="no finished run"):
        read_run(tmp_path)


def rows_of(n: int, right: int, kinds: tuple[str, ...]) -> tuple[Row, ...]:
    """Rows of which the first `right` found their sentence."""
    return tuple(
        Row(
            f"q{i}", f"question {i}?", "en-id", kinds[i % len(kinds)], (), True, False, answer="x", right=i < right, wanted=("x",),
            measures={"success_at_1": float(i < right), "success_at_3": float(i < right), "passage_rr": 1.0},
        )
        for i in range(n)
    )  # fmt: skip


def broken(row: Row) -> Row:
    return replace(row, right=False, measures={**row.measures, "success_at_1": 0.0})


def test_a_planted_regression_of_three_points_on_240_questions_is_found_and_named():
    before = rows_of(240, 150, ("date", "person", "number", "place"))
    dates = [row.id for row in before if row.kind == "date" and row.right][:7]
    after = tuple(broken(row) if row.id in dates else row for row in before)
    found = compare_runs(Run("old", before, (), {}), Run("new", after, (), {}))
    assert [change.measure for change in found.falls] == ["success_at_1"]
    assert found.falls[0].difference.change == pytest.approx(-7 / 240)
    assert found.falls[0].difference.p == pytest.approx(2 / 2**7)
    assert found.named(found.falls[0]).group == "kind date"
    assert sorted(pair.after.id for pair in found.pairs) == sorted(dates)
    assert found.lines() == [
        "cited sentence Success@1 fell by 2.9 points: 0.625 -> 0.596 (p .016), most of it in kind date: 0.633 -> 0.517, 7 of 60 questions"
    ]


def test_as_many_gains_as_losses_are_no_regression_and_equal_runs_say_so():
    before = rows_of(240, 150, ("date",))
    after = tuple(broken(row) if i < 4 else row for i, row in enumerate(before))
    gained = tuple(
        replace(row, measures={**row.measures, "success_at_1": 1.0}) if i in range(200, 204) else row for i, row in enumerate(after)
    )
    assert compare_runs(Run("a", before, (), {}), Run("b", gained, (), {})).falls == []
    assert compare_runs(Run("a", before, (), {}), Run("b", before, (), {})).lines() == ["both runs gave the same"]


def test_runs_without_a_common_question_are_not_compared():
    with pytest.raises(QuestionSetError):
        compare_runs(Run("a", rows_of(3, 1, ("x",)), (), {}), Run("b", (), (), {}))


def test_what_an_article_or_a_question_says_is_no_markup_in_the_report():
    row = replace(rows_of(1, 0, ("x",))[0], question="<script>alert(1)</script>", answer="<img src=x onerror=y>", wanted=("<b>w</b>",))
    page = report(Run("set", (row,), ({"total": 3.0},), {"label": "<i>"}), chat="http://127.0.0.1:7860")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>w" not in page
    assert "http://127.0.0.1:7860/?q=%3Cscript%3E" in page


def test_the_command_compares_and_closes_the_gate(made, tmp_path, capsys):
    whole, _ = made
    assert "cited sentence Success@1" in summary(whole)
    set_path = tmp_path / "small.jsonl"
    rows = [{"id": r.id, "question": r.question, "answerable": bool(r.answerable), "gold": []} for r in whole.rows if not r.answerable]
    set_path.write_text(
        "".join(json.dumps(row) + "\n" for row in rows) or json.dumps({"question": "siapa Tom?", "answerable": False}), "utf-8"
    )
    floors = tmp_path / "floors.json"
    floors.write_text(json.dumps({"small": {"floors": {"exact_citations": 1.01}}}))
    config = tmp_path / "fast.toml"
    config.write_text('quality = "fast"\n')
    words = ["evaluate", str(set_path), "--config", str(config), "--articles", str(SEEDS / "articles" / "000_fbacd0f8f8eb0354.txt")]
    out = tmp_path / "out"
    assert main([*words, "--out", str(out), "--gate", str(floors)]) == 1
    captured = capsys.readouterr()
    assert "below the floor: exact_citations is 1.000" in captured.err
    assert (out / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert main([*words, "--compare", str(out)]) == 0
    assert "both runs gave the same" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--config", "none.toml"], ["--compare", "none"], ["--sweep", "none.toml"], ["--articles", "none"]])
def test_what_is_not_there_is_one_clear_line(words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set.jsonl").write_text('{"question": "siapa?", "answerable": false}\n')
    (tmp_path / "articles").mkdir()
    assert main(["evaluate", "set.jsonl", *words]) == 1
    error = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in error] == ["error", "hint"]
