"""Question sets in every form, and what is said of rows that are wrong."""

import json
import sys
from pathlib import Path

import openpyxl
import pytest

from assistant.cli import main
from assistant.errors import MissingExtra, QuestionSetError
from assistant.evaluate.check import check_set
from assistant.evaluate.datasets import Gold, examine_question_set, read_question_set
from assistant.records import Filters

HEAD = ("question", "article", "gold", "answer", "speaker", "tags", "filters.outlet", "history", "answerable", "language")
CELLS = ("Berapa?", "a.txt", "Tujuh orang tewas.\nDelapan hilang.", "tujuh", "Siti", "banjir, angka", "Kontan", "Apa itu?", "ya", "id")


def in_form(folder: Path, form: str) -> Path:
    path = folder / f"set.{form}"
    row = dict(zip(HEAD, CELLS, strict=True))
    if form == "csv":
        path.write_text(",".join(HEAD) + "\n" + ",".join(f'"{cell}"' for cell in CELLS) + "\n", "utf-8-sig")
    elif form == "tsv":
        path.write_text("\t".join(HEAD) + "\n" + "\t".join(f'"{cell}"' for cell in CELLS) + "\n", "utf-8")
    elif form == "xlsx":
        book = openpyxl.Workbook()
        for line in (HEAD, CELLS):
            book.active.append(line)
        book.save(path)
    elif form == "yaml":
        path.write_text("questions:\n- " + json.dumps(row) + "\n", "utf-8")
    elif form == "json":
        path.write_text(json.dumps([row]), "utf-8")
    else:
        path.write_text(json.dumps(row) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx", "yaml", "json", "jsonl"])
def test_every_form_gives_the_same_question(tmp_path, form):
    (question,) = read_question_set(in_form(tmp_path, form)).questions
    assert question.question == "Berapa?"
    assert question.gold == (Gold("a.txt", "Tujuh orang tewas."), Gold("a.txt", "Delapan hilang."))
    assert (question.answers, question.speaker, question.tags) == (("tujuh",), "Siti", ("banjir", "angka"))
    assert (question.filters, question.history) == (Filters(outlet="Kontan"), ("Apa itu?",))
    assert question.answerable


WRONG = [
    ("not json", "no JSON"),
    ("[1]", "not an object"),
    ('{"gold": []}', "no field 'question'"),
    ('{"question": " ", "gold": []}', "empty"),
    ('{"question": "q"}', "nothing to measure by"),
    ('{"question": "q", "answerable": "perhaps"}', "give true or false"),
    ('{"question": "q", "answerable": false, "gold": [{"article": "a", "text": "x"}]}', "leave one of them out"),
    ('{"question": "q", "answer": "x", "language": "Klingonisch"}', "no code"),
    ('{"question": "q", "answer": "x", "filters": {"outlets": "x"}}', "no 'outlets'"),
    ('{"question": "q", "answer": {"a": 1}}', "no text"),
    ('{"question": "q", "context": "c", "answers": [], "id": "first"}', "is that of line 1 already"),
    ('{"question": "' + "x" * 3000 + '", "answer": "x"}', "more than 2000"),
]


def test_each_wrong_row_is_named_with_its_line_and_the_good_ones_are_kept(tmp_path):
    path = tmp_path / "set.jsonl"
    lines = ['{"question": "good?", "answer": "x", "id": "first"}', *(line for line, _ in WRONG), '{"question": "also?", "answer": "y"}']
    path.write_text("\n".join(lines), "utf-8")
    found, problems = examine_question_set(path)
    assert [q.question for q in found.questions] == ["good?", "also?"]
    assert [p.where for p in problems] == [f"line {n}" for n in range(2, 2 + len(WRONG))]
    for problem, (_, said) in zip(problems, WRONG, strict=True):
        assert said in problem.text
    with pytest.raises(QuestionSetError, match=r"line 2: it is no JSON.*11 more rows"):
        read_question_set(path)


def test_a_misspelt_field_is_pointed_out_and_the_row_is_asked(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text('{"question": "q?", "answer": "x", "speakr": "Siti"}\n')
    found, (problem,) = examine_question_set(path)
    assert len(found.questions) == 1
    assert not problem.fatal
    assert "'speaker'" in problem.text


def test_check_lists_gold_that_no_article_says(tmp_path, capsys):
    (tmp_path / "articles").mkdir()
    text = "Tujuh orang tewas dalam banjir di Laranta.\n\nWali kota meminta warga mengungsi ke tempat yang aman."
    (tmp_path / "articles" / "a.txt").write_text(text, "utf-8")
    rows = [("a.txt", "Tujuh orang tewas dalam banjir di Laranta."), ("a.txt", "Sembilan orang tewas."), ("b.txt", "x")]
    lines = [json.dumps({"question": f"q{n}?", "gold": [{"article": a, "text": t}]}) for n, (a, t) in enumerate(rows)]
    (tmp_path / "set.jsonl").write_text("\n".join(lines))
    _, problems = check_set(tmp_path / "set.jsonl")
    assert [p.text for p in problems] == ["the article a.txt does not say 'Sembilan orang tewas.'", "there is no article 'b.txt'"]
    assert main(["questions", "check", str(tmp_path / "set.jsonl")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "3 questions can be asked, 2 rows cannot"


def test_squads_json_takes_the_answer_from_where_it_stands(tmp_path):
    context = "  Pada 1959 ia lahir. Pada 1959 juga ayahnya pergi."
    at = context.rindex("1959")
    asked = {"id": "a", "question": "Kapan ayahnya pergi?", "answers": [{"text": "1959", "answer_start": at}], "is_impossible": False}
    nothing = {"id": "b", "question": "Siapa?", "answers": [], "is_impossible": True}
    (tmp_path / "idk.json").write_text(json.dumps({"data": [{"paragraphs": [{"context": context, "qas": [asked, nothing]}]}]}))
    found = read_question_set(tmp_path / "idk.json")
    gold = found.questions[0].gold[0]
    assert found.contexts[0].strip()[gold.at :].startswith("1959 juga")
    assert [q.answerable for q in found.questions] == [True, False]


def test_trec_topics_are_judged_by_their_qrels(tmp_path):
    topics = tmp_path / "t.topics"
    topics.write_text(
        "<top>\n<num> Number: 301\n<title> floods in Laranta\n<desc> ...\n</top>\n<top><num>302</num><title>ferries</title></top>"
    )
    (tmp_path / "q").write_text("301 0 a.txt 2\n301 0 b.txt 0\n302 0 c.txt 1\n")
    found = read_question_set(topics, qrels=tmp_path / "q").questions
    assert [(q.id, q.question, q.gold) for q in found] == [
        ("301", "floods in Laranta", (Gold("a.txt", relevance=2),)), ("302", "ferries", (Gold("c.txt"),)),
    ]  # fmt: skip
    (tmp_path / "q").write_text("301 a.txt\n")
    with pytest.raises(QuestionSetError, match="line 1 is no judgement"):
        read_question_set(topics, qrels=tmp_path / "q")


def test_a_beir_folder_is_its_passages_and_the_queries_that_are_judged(tmp_path):
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1", "title": "T", "text": "one"}\n{"_id": "d2", "text": "two"}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "which?"}\n{"_id": "q2", "text": "unjudged?"}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\n")
    found = read_question_set(tmp_path)
    assert (found.contexts, found.names) == (("T\none", "two"), ("d1", "d2"))
    assert [(q.id, q.gold) for q in found.questions] == [("q1", (Gold("1"),))]


def test_a_workbook_without_openpyxl_says_what_to_install(tmp_path, monkeypatch):
    path = in_form(tmp_path, "xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra) as caught:
        read_question_set(path)
    assert "article-assistant[tables]" in caught.value.hint


@pytest.mark.parametrize("name", ["set.xlsx", "set.yaml", "set.json", "set.csv"])
def test_rubbish_is_one_clear_line(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\xff\xfe\x00{[: \x9c")
    with pytest.raises(QuestionSetError) as caught:
        read_question_set(path)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
