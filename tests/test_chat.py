"""A follow-up is made to stand alone by rules, and a model's rewriting is only taken when it keeps what was asked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.follow import read_leaning, subject_of, with_person
from assistant.assistant import Assistant
from assistant.chat import stand_alone, within
from assistant.records import Answer, Turn
from assistant.settings import Settings
from assistant.text.tokens import count_tokens

NOW = "2024-06-01"
BUDGET = Settings().history_tokens


@pytest.fixture(scope="module")
def assistant(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(shutil.copytree(built, tmp_path_factory.mktemp("chat") / "index")) as opened:
        yield opened


def talk(assistant: Assistant, *questions: str) -> list[Turn]:
    history: list[Turn] = []
    for question in questions:
        history.append(Turn(question, assistant.ask(question, history, now=NOW)))
    return history


def query(assistant: Assistant, *questions: str) -> str:
    """The query of the last question."""
    return talk(assistant, *questions)[-1].answer.query


FLOOD = "Berapa orang yang meninggal akibat banjir di Laranta?"


@pytest.mark.parametrize(
    ("before", "question", "asked"),
    [
        ("what did Biden say?", "and Xi?", "what did Xi say?"),
        ("apa kata Biden?", "kalau Putin?", "apa kata Putin?"),
        ("¿qué dijo Biden?", "¿y Xi Jinping?", "qué dijo Xi Jinping?"),
        ("siapa bupati Laranta?", "apa kata dia?", "Apa kata Bupati Laranta Rosnawati Gebang?"),
        (FLOOD, "di mana?", "Di mana (meninggal akibat banjir di Laranta)?"),
        (FLOOD, "Kenapa banjirnya terjadi?", "Kenapa banjirnya terjadi (Laranta)?"),
        (FLOOD, "How many are missing?", "How many are missing (Laranta)?"),
        ("How many people died in the flood in Laranta?", "and how many are missing?", "How many are missing (Laranta)?"),
        ("Combien de morts à Laranta ?", "et pourquoi ?", "Pourquoi (morts à Laranta)?"),
        ("Wie viele Menschen starben in Laranta?", "Und warum?", "Warum (Menschen starben in Laranta)?"),
        ("Сколько человек погибло в Ларанте?", "а почему?", "Почему (человек погибло в Ларанте)?"),
    ],
)
def test_a_follow_up_is_asked_as_it_would_be_alone(assistant: Assistant, before: str, question: str, asked: str):
    assert query(assistant, before, question) == asked


@pytest.mark.parametrize(
    "question",
    ["what did Xi say about Russia?", "Siapa bupati Laranta?", "Who is Vladimir Putin?", "kapan Biden dilantik?", "¿Quién es Joe Biden?"],
)
def test_a_question_with_names_of_its_own_is_asked_as_it_is(assistant: Assistant, question: str):
    assert query(assistant, FLOOD, question) == question
    assert query(assistant, "what did Biden say?", question) == question


def test_a_whole_question_about_something_else_is_asked_as_it_is(assistant: Assistant):
    question = "bagaimana hubungan strategis dan koordinasi china rusia?"
    assert query(assistant, FLOOD, question) == question


def test_a_follow_up_of_a_follow_up_keeps_the_subject(assistant: Assistant):
    assert query(assistant, FLOOD, "berapa yang hilang?", "kenapa?", "dan rumahnya?").endswith("Laranta)?")


def test_an_answer_shows_the_question_as_written_beside_its_query(assistant: Assistant):
    answer = talk(assistant, FLOOD, "  dan   kapan itu? ")[-1].answer
    assert answer.question == "dan kapan itu?"
    assert answer.query != answer.question
    assert answer.citations[0].article_id == talk(assistant, FLOOD)[0].answer.citations[0].article_id


def test_a_question_about_the_article_means_the_one_talked_about(assistant: Assistant):
    *_, told, again = talk(assistant, FLOOD, "kapan artikel itu terbit?", "who wrote the article?")
    for turn in (told, again):
        assert turn.answer.metadata
        assert "Laranta" in turn.answer.text
        assert turn.answer.query == turn.question


@pytest.mark.parametrize("question", ["why?", "dan siapa lagi?", "What did he say?", "谁？", FLOOD])
def test_without_a_history_nothing_is_rewritten(assistant: Assistant, question: str):
    assert stand_alone(question, (), assistant.index, BUDGET).query == question
    assert not stand_alone(question, (), assistant.index, BUDGET).follow_up


@pytest.mark.parametrize("question", ["why?", "dan bupatinya?", "what did he say about that?"])
def test_rewriting_is_deterministic(assistant: Assistant, question: str):
    history = talk(assistant, FLOOD, "siapa bupatinya?")
    assert stand_alone(question, history, assistant.index, BUDGET) == stand_alone(question, history, assistant.index, BUDGET)


def test_an_article_that_was_removed_does_no_harm(built: Path, tmp_path: Path):
    with Assistant.open(shutil.copytree(built, tmp_path / "index")) as assistant:
        history = talk(assistant, FLOOD)
        assistant.remove([article.id for article in assistant.articles()])
        assert assistant.ask("kenapa?", history, now=NOW).abstained


@given(st.lists(st.text(max_size=60), max_size=8), st.integers(0, 200))
def test_the_history_stays_within_its_budget_and_the_newest_turns_stay(questions: list[str], n_tokens: int):
    turns = [Turn(question, Answer(question, question, "")) for question in questions]
    kept = within(turns, n_tokens)
    assert kept == turns[len(turns) - len(kept) :]
    assert sum(count_tokens(turn.question) for turn in kept) <= n_tokens


def test_without_a_budget_a_follow_up_is_asked_as_it_is(assistant: Assistant):
    assert stand_alone("kenapa?", talk(assistant, FLOOD), assistant.index, 0).query == "kenapa?"


def test_a_turn_that_abstained_counts_with_its_query(assistant: Assistant):
    assert query(assistant, "what did Obama say about Afghanistan?", "and Merkel?") == "what did Merkel say about Afghanistan?"


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("Kenapa 7 orang meninggal akibat banjir Laranta menurut BPBD?", True),
        ("", False),
        ("dan kenapa 7 itu menurut BPBD?", False),
        ("Kenapa orang meninggal akibat banjir Laranta menurut BPBD?", False),
        ("Kenapa 7 orang meninggal akibat banjir Laranta?", False),
        ("BPBD 7 " * 200, False),
    ],
)
def test_a_models_rewriting_must_keep_names_and_numbers_and_be_short(assistant: Assistant, written: str, taken: bool):
    question = "dan kenapa 7 itu menurut BPBD?"
    found = stand_alone(question, talk(assistant, FLOOD), assistant.index, BUDGET, lambda asked, turns: written)
    assert found.follow_up
    assert (found.query == written) == taken
    assert found.query


def test_no_model_is_asked_about_a_question_that_stands_alone(assistant: Assistant):
    def refuse(question: str, turns: object) -> str:
        raise AssertionError(question)

    assert stand_alone("Siapa bupati Laranta?", talk(assistant, FLOOD), assistant.index, BUDGET, refuse).query == "Siapa bupati Laranta?"


def shows(question: str, language: str) -> bool:
    """Say whether the words of a question show that it leans on what was said before."""
    leaning = read_leaning(question, language)
    return bool(leaning.opened or leaning.other or leaning.more or leaning.person >= 0 or leaning.thing >= 0)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "and the owner?"), ("en", "what about Friday?"), ("en", "who else?"), ("en", "how did they react?"), ("en", "why was it late?"),
        ("id", "kalau mobil?"), ("id", "siapa lagi?"), ("id", "harganya berapa?"), ("id", "kenapa dia begitu?"), ("id", "dan hakimnya?"),
        ("ms", "bagaimana dengan bas?"), ("es", "¿y el alcalde?"), ("fr", "et la mairie ?"), ("de", "und die Opfer?"),
        ("pt", "e o prefeito?"), ("ru", "а тренер?"), ("ar", "ماذا عن المدير؟"), ("zh", "市长呢？"), ("ja", "市長は？"),
    ],
)  # fmt: skip
def test_a_question_shows_by_its_words_that_it_leans(language: str, question: str):
    assert shows(question, language)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Are there survivors of the San Ilario flood?"), ("en", "What did Biden say that angered China?"),
        ("id", "Apa itu LRT?"), ("id", "Siapa yang hanya mendapat satu suara?"), ("es", "¿Quién ganó la copa?"),
        ("zh", "兰溪的航线有多长？"),
    ],
)  # fmt: skip
def test_a_question_shows_by_its_words_that_it_does_not_lean(language: str, question: str):
    assert not shows(question, language)


def test_a_person_takes_the_place_of_a_pronoun():
    assert with_person("What did his lawyer say about her?", "Xi", "en") == "What did Xi's lawyer say about her?"
    assert with_person("Apa rumah dia besar", "Xi", "id") == "Apa rumah Xi besar"
    assert with_person("Kapan ia tiba", "Xi", "id") == "Kapan Xi tiba"


def test_the_subject_of_a_question_is_what_is_left_without_the_words_that_ask():
    assert subject_of("How old is the wooden road at Hobbersley Moss?", "en") == "the wooden road at Hobbersley Moss"
    assert subject_of("Kenapa LRT Adiraya ditunda?", "id") == "LRT Adiraya ditunda"
    assert subject_of("¿Dónde está Montelurga?", "es") == "está Montelurga"


def test_more_of_the_same_is_not_what_was_cited_before(assistant: Assistant):
    first, more = (turn.answer for turn in talk(assistant, "Siapa yang selamat dari banjir Laranta?", "siapa lagi?"))
    assert first.citations
    assert more.citations
    assert not {(c.article_id, c.span) for c in first.citations} & {(c.article_id, c.span) for c in more.citations}


def test_the_company_is_that_of_the_articles_talked_about(assistant: Assistant):
    flood, company = (
        turn.answer for turn in talk(assistant, "Siapa yang menyalahkan pembalakan di Laranta?", "what does the company say to that?")
    )
    assert {c.article_id for c in company.citations} <= {c.article_id for c in flood.citations}


def test_there_in_the_middle_of_a_question_is_where_one_was(assistant: Assistant):
    assert query(assistant, FLOOD, "how many babies were born there last year?") != "how many babies were born there last year?"
