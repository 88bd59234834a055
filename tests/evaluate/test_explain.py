"""Explanations, drafts and sweeps over two real articles."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.cli import main
from assistant.errors import QuestionSetError, SettingsError
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet, read_question_set
from assistant.evaluate.draft import draft_questions
from assistant.evaluate.explain import explain
from assistant.evaluate.sweep import as_markdown, read_grid, sweep
from assistant.settings import Settings

QUESTIONS = ("kapan pelantikan Joe Biden?", "how many people died in Laranta?", "what did Biden say?", "siapa penulis artikel ini?")


@pytest.fixture(scope="module")
def opened(built):
    with Assistant.open(built, create=False) as assistant:
        yield assistant


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_steps_shown_are_those_of_the_answer(opened, question):
    found = explain(opened, question, n=50)
    answer = opened.ask(question)
    assert replace(found.answer, timings={}) == replace(answer, timings={})
    shown = {one.passage: one for one in found.fused}
    hits = opened.retriever.search(found.asked.question, opened.settings.k, found.filters)
    assert [hit.passage.id for hit in hits] == [one.passage for one in found.fused]
    for hit in hits:  # of two articles every passage is among the best fifty, whose features add up to their scores
        assert sum(shown[hit.passage.id].added.values()) == pytest.approx(hit.score, abs=1e-3)
    if found.way == "sentences":
        assert [one.passage for one in found.read] == [hit.passage.id for hit in answer.hits]
        cited = {(c.article_id, (c.span.start, c.span.end)) for c in answer.citations}
        assert {(one.article_id, one.span) for one in found.sentences if one.cited} == cited
        assert answer.abstained == (answer.confidence < found.thresholds.abstain_below)


def test_the_way_an_answer_was_made_is_named(opened):
    assert [explain(opened, question).way for question in QUESTIONS[1:3]] == ["sentences", "quotations"]


def test_explain_prints_every_step_and_its_records(index, capsys):
    assert main(["--index", index, "explain", "what", "did", "Biden", "say?"]) == 0
    out = capsys.readouterr().out
    steps = ("QUESTION", "DENSE", "LEXICAL", "FUSED", "READ", "SENTENCES", "CONFIDENCE", "ANSWER")
    assert [line.split()[0] for line in out.splitlines() if line[:1].isupper()] == list(steps)
    assert "verbatim: holds" in out
    assert main(["--index", index, "explain", "--json", "what did Biden say?"]) == 0
    assert json.loads(capsys.readouterr().out)["asked"]["speaker"] == "Biden"
    assert main(["--index", index, "explain", " "]) == 1


def test_drafts_are_a_question_set_whose_gold_is_in_its_articles(index, opened, tmp_path, capsys):
    out = tmp_path / "drafts.jsonl"
    assert main(["--index", index, "questions", "draft", "--out", str(out)]) == 0
    found = read_question_set(out)
    assert len(found.questions) == len(draft_questions(opened)) >= 6
    assert {q.kind for q in found.questions} >= {"who_said", "date", "number"}
    assert main(["questions", "check", str(out), "--index", index]) == 0
    assert main(["--index", index, "questions", "draft", "--out", str(out)]) == 1
    assert "not overwritten" in capsys.readouterr().err


def test_a_sweep_chooses_on_one_half_and_reports_on_the_other(built):
    questions = tuple(EvaluationQuestion(f"q{n}", text, "id", "id", "", (), given=False) for n, text in enumerate(
        ["siapa presiden Ghana?", "berapa harga tiket?", "kapan gempa Fiji?", "siapa Wiratmo?", "what is the capital of Peru?", "berapa korban banjir?"]))  # fmt: skip
    asked = QuestionSet("small", questions)
    settings = Settings(index=str(built), quality="fast")
    found = sweep(asked, settings, [{"abstain_below": 0.0}, {"abstain_below": 1.0, "terms_worth": 0.5}], "told_apart")
    assert found.best.values["abstain_below"] == 1.0
    assert {row.id for row in found.held.after.rows} == {q.id for q in questions if q.held_out}
    assert {row.id for row in found.best.run.rows} == {q.id for q in questions if not q.held_out}
    assert "**abstain_below 1.0, terms_worth 0.5**" in as_markdown(found)
    with pytest.raises(QuestionSetError, match="nothing that was tried"):
        sweep(asked, settings, [{"k": 5}], "told_apart", limit_ms=0.001)


@pytest.mark.parametrize("text", ["", "k = [", "kk = [1]", "k = []"])
def test_a_grid_that_is_none_is_refused(tmp_path: Path, text):
    (tmp_path / "grid.toml").write_text(text)
    with pytest.raises(SettingsError):
        read_grid(tmp_path / "grid.toml")
