import json
import lzma
from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from assistant.evaluate.datasets import read_question_set

SQUAD = [
    {"question": "when?", "question_en": "in English?", "context": "It was in 1959.", "answers": ["1959"], "id": "a"},
    {"question": "who?", "context": "It was in 1959.", "answers": [], "is_impossible": True, "id": "b"},
]


def write(path: Path, rows: list[dict]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(lzma.compress(text.encode()) if path.suffix == ".xz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["set.jsonl", "set.jsonl.xz"])
def test_squad_rows_share_their_contexts_and_know_what_is_unanswerable(tmp_path: Path, name: str):
    questions = read_question_set(write(tmp_path / name, SQUAD))
    assert questions.name == "set"
    assert questions.contexts == ("It was in 1959.",)
    assert [q.answerable for q in questions.questions] == [True, False]
    assert questions.questions[0].gold[0].text == "1959"


def test_a_corpus_adds_contexts_but_no_questions(tmp_path: Path):
    other = write(tmp_path / "other.jsonl", [{"question": "x", "context": "Another text.", "answers": ["text"]}])
    questions = read_question_set(write(tmp_path / "set.jsonl", SQUAD), [other])
    assert (len(questions.questions), len(questions.contexts)) == (2, 2)


def test_another_field_can_be_asked(tmp_path: Path):
    path = write(tmp_path / "set.jsonl", SQUAD[:1])
    assert read_question_set(path, question_field="question_en").questions[0].question == "in English?"


def test_the_held_out_half_depends_only_on_the_question():
    seeds = Path(__file__).parents[2] / "seeds" / "questions.jsonl"
    questions = read_question_set(seeds).questions
    held = [q.held_out for q in questions]
    assert held == [q.held_out for q in read_question_set(seeds).questions]
    assert 0.4 < sum(held) / len(held) < 0.6


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[1]", '{"question": 3}', '{"question": "q"}', '{"question": "q", "context": ""}', '{"question": "q", "gold": 1}',
     '{"question": "q", "gold": [{"article": "x"}]}'],
)  # fmt: skip
def test_a_broken_set_is_one_clear_line(tmp_path: Path, text: str):
    path = tmp_path / "set.jsonl"
    path.write_text(text)
    with pytest.raises(QuestionSetError) as caught:
        read_question_set(path)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_missing_set_is_one_clear_line(tmp_path: Path):
    with pytest.raises(QuestionSetError):
        read_question_set(tmp_path / "none.jsonl")
