"""What an abstention says is missing, and when it keeps quiet."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer.missing import Looking
from assistant.answer.questions import Asked
from assistant.assistant import Assistant
from assistant.records import Filters
from assistant.settings import Settings
from tests.answer.made_up import drafted, opened
from tests.answer.news import news  # noqa: F401  (a fixture)

MIXED = [
    drafted(
        "jerman",
        "Jerman mengirim dua kapal ke Laut Utara, kata Menteri Pertahanan. Kapal itu berlayar dari Hamburg. Presiden Vladimir Putin menolak.",
        [],
        language="id",
        title="Jerman kirim kapal",
        published="2024-03-01",
    ),
    drafted(
        "saidashev",
        "Вратарь Тимур Сайдашев сказал, что команда победит. Путин поздравил «Росомах» с победой.",
        [],
        language="ru",
        title="Росомахи выиграли кубок",
        published="2024-03-02",
    ),
    drafted("harbour", "The harbour of Port Halven was closed for repairs. Ferries go from Tern Landing.", [], title="Harbour closed"),
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened(tmp_path_factory.mktemp("mixed") / "index", MIXED) as assistant:
        yield assistant


def missing(assistant: Assistant, question: str, language: str = "en") -> tuple[str, ...]:
    hits = assistant.retriever.search(question, 20)
    return Looking(Asked(question, language), hits, assistant.answering.ledger, assistant.retriever).lack().names


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many ships did Germany send?", "en"),
        ("What did Putin say?", "en"),
        ("What did Vladimir Putin reject?", "en"),
        ("Что сказал Владимир Путин?", "ru"),
        ("What did Timur Saidashev say?", "en"),
        ("What happened in Port Halvern?", "en"),
        ("Kapan pelabuhan Port Halven ditutup?", "id"),
    ],
)
def test_a_name_in_another_language_script_or_spelling_is_not_missing(mixed: Assistant, question: str, language: str):
    assert missing(mixed, question, language) == ()


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How many people live in Quillanta?", ("Quillanta",)),
        ("What did Ottokar Brankworth say about the harbour of Port Halven?", ("Ottokar Brankworth",)),
        ("Why did Germany leave the Zwelithini accord?", ("Zwelithini",)),
    ],
)
def test_a_name_that_no_article_has_is_missing(mixed: Assistant, question: str, names: tuple[str, ...]):
    assert missing(mixed, question) == names


def test_an_abstention_says_what_was_looked_for_and_what_is_missing(news: Assistant):  # noqa: F811
    answer = news.ask("How many stalls burnt down in Quillanta?")
    assert answer.abstained
    assert answer.missing == ("Quillanta",)
    assert answer.citations == ()
    assert "Looked for: a number; stalls, burnt, Quillanta." in answer.text
    assert "No article mentions Quillanta." in answer.text
    assert answer.nearest
    assert answer.nearest[0].number == 1


def test_an_abstention_names_what_the_articles_do_mention(news: Assistant):  # noqa: F811
    answer = news.ask("Wann traf Tunde Ogbolu in Quillanta ein?")
    assert not answer.missing or answer.abstained
    answer = news.ask("When did Tunde Ogbolu fly to Quillanta?")
    assert "The articles mention Tunde Ogbolu, but not Quillanta." in answer.text


def test_common_words_are_missing_only_where_all_articles_speak_the_language(news: Assistant, mixed: Assistant):  # noqa: F811
    question = "What about the earthquake?"
    looking = [
        Looking(Asked(question, "en"), a.retriever.search(question, 20), a.answering.ledger, a.retriever).lack().words
        for a in (news, mixed)
    ]
    assert looking == [("earthquake",), ()]


def test_strictness_decides_how_much_is_answered(built: Path, tmp_path: Path):
    answered = {}
    for name in ("strict", "balanced", "eager"):
        with Assistant.open(built, settings=replace(Settings(), strictness=name)) as assistant:
            questions = ["kapan Biden dilantik?", "siapa presiden pertama?", "berapa warga Laranta mengungsi?", "apa itu tanggul?"]
            answered[name] = {question for question in questions if not assistant.ask(question, filters=Filters()).abstained}
    assert answered["strict"] <= answered["balanced"] <= answered["eager"]
    assert answered["eager"]
