import json
import lzma
from types import SimpleNamespace

import pytest

from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet
from benchmarks import risk
from benchmarks.reading import answerable_auc, asked_confidence, overlap, removed_auc, short_answer_f1
from benchmarks.retrieval import Contestant, compare
from benchmarks.sets import SETS, Source, read_set, sampled

BRIDGE = "Jembatan baru di Sungai Musi dibuka oleh Wali Kota Harno. Panjangnya 750 meter dan dibangun selama tiga tahun."
RICE = "Harga beras naik 12 persen pada Maret. Menteri Pertanian Siti Rahayu menyebut banjir sebagai penyebabnya."
FILM = "Film Laut Selatan memenangkan lima penghargaan. Sutradaranya, Bagus Wiratma, menulis naskah itu di Makassar."


def row(question: str, context: str, *answers: str) -> dict:
    return {"id": question, "question": question, "context": context, "answers": list(answers)}


ROWS = [row("Berapa panjang jembatan baru di Sungai Musi?", BRIDGE, "750 meter"),
        row("Siapa sutradara film Laut Selatan?", FILM, "Bagus Wiratma"),
        row("Siapa yang menutup jembatan di Sungai Kapuas?", BRIDGE)]  # fmt: skip


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setitem(SETS, "made-up", Source("asked", ("more",)))
    for name, rows in (("asked", ROWS), ("more", [row("?", RICE, "12 persen"), row("?", FILM, "lima")])):
        with lzma.open(tmp_path / f"{name}.jsonl.xz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(one) + "\n" for one in rows)
    return tmp_path


def test_a_set_asks_the_answerable_questions_over_every_context_once(data):
    found = read_set("made-up", data)
    assert [q.question for q in found.questions] == [ROWS[0]["question"], ROWS[1]["question"]]
    assert found.contexts == (BRIDGE, FILM, RICE)
    assert all(q.gold[0].text in found.contexts[int(q.gold[0].article)] for q in found.questions)


def test_a_sample_is_always_the_same_and_keeps_every_context():
    questions = tuple(EvaluationQuestion(str(n), f"question {n}", "en", "en", "", (Gold("0", "x"),)) for n in range(40))
    whole = QuestionSet("set", questions, contexts=("x", "y"))
    assert sampled(whole, 9) == sampled(whole, 9)
    assert len(sampled(whole, 9).questions) == 9
    assert set(sampled(whole, 9).questions) <= set(questions)
    assert sampled(whole, 9).contexts == whole.contexts
    assert sampled(whole, 0) is whole
    assert sampled(whole, 41) is whole


def test_every_system_is_measured_over_the_same_questions_and_passages(data):
    from assistant.answer.remember import RememberingEncoder
    from assistant.encoders import open_encoder

    contestant = Contestant("default", "static", RememberingEncoder(open_encoder()), slow=False, with_product=True)
    rows = list(compare(read_set("made-up", data), [contestant], ("bm25", "dense", "fast")))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in rows]
    assert [line[1] for line in cells] == ["BM25", "default, dense", "default, fast"]
    assert {tuple(line[2:4]) for line in cells} == {("2", "3")}
    # Every question repeats rare words of its one passage: whoever does not find it first is measured wrongly.
    assert {line[4] for line in cells} == {"1.000"}
    assert all(0 <= float(figure) <= 1 for line in cells for figure in line[4:])


def test_answerable_is_told_by_any_function_of_question_and_passage():
    assert answerable_auc(ROWS, lambda question, passage: float("menutup" not in question)) == 1
    assert answerable_auc(ROWS, lambda question, passage: float("menutup" in question)) == 0
    assert answerable_auc(ROWS, lambda question, passage: 7.0) == 0.5
    assert answerable_auc(ROWS, overlap) > 0.5


def test_every_question_is_asked_once_with_its_passage_and_once_without(data):
    questions = read_set("made-up", data)
    seen = []

    def knows(assistant, question):
        texts = [article.text for article in assistant.articles()]
        gold = next(q.gold[0] for q in questions.questions if q.question == question)
        seen.append((question, any(gold.text in text for text in texts)))
        assert RICE in texts
        return float(seen[-1][1])

    assert removed_auc(questions, knows) == 1
    assert sorted(seen) == sorted((q.question, there) for q in questions.questions for there in (False, True))


def test_the_confidence_asked_for_is_that_of_the_answer():
    made = SimpleNamespace(ask=lambda question: SimpleNamespace(confidence=len(question) / 10))
    assert asked_confidence(made, "four") == 0.4


def test_the_best_gold_answer_counts_and_unanswerable_questions_do_not():
    rows = [*ROWS, row("Berapa naiknya harga beras?", RICE, "Maret", "12 persen")]
    answers = {r["question"]: r["answers"][-1] for r in rows if r["answers"]}
    assert short_answer_f1(rows, lambda question, passage: answers[question]) == 1
    assert short_answer_f1(rows, lambda question, passage: "") == 0


def test_the_curve_counts_equally_sure_answers_together_and_never_what_was_not_answered():
    found = [
        risk.Outcome(1.0, True, True),
        risk.Outcome(1.0, False, True),
        risk.Outcome(0.5, True, True),
        risk.Outcome(0.2, False, False),
        risk.Outcome(-1.0, False, False),
    ]
    assert risk.curve(found) == [(0.4, 0.5), (0.6, 1 / 3), (0.8, 0.5)]
    assert risk.risk_at(risk.curve(found), 0.5) == 1 / 3
    assert risk.risk_at(risk.curve(found), 0.9) is None
    assert risk.coverage_at(risk.curve(found), 0.4) == 0.6
    assert "polyline" in risk.plot({"made up": risk.curve(found)})
