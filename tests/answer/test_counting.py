"""Amounts that questions ask for and sentences tell."""

import pytest

from assistant.answer.claims import told_parts
from assistant.answer.counting import amounts_in, people_counted, told, wanted_amount


@pytest.mark.parametrize(
    ("sentence", "language", "amounts"),
    [
        ("Sedikitnya tujuh orang meninggal dan 19 lainnya masih dicari.", "id", [7, 19]),
        ("Banjir datang sekitar pukul 02.40 setelah hujan selama enam jam.", "id", [6]),
        ("The bridge, 62 years old, was shut at 9:40 p.m. on 6 March 2023.", "en", [62]),
        ("Das Werk schloss 2019 nach dem dritten Brand.", "de", []),
        ("Trois cent douze voyageurs attendaient depuis lundi.", "fr", [312]),
        ("Gol dicetak pada menit ke-17.", "id", []),
        ("The count stood at 36 at noon.", "en", [36]),
    ],
)
def test_an_hour_a_date_and_a_place_in_an_order_are_no_amounts(sentence: str, language: str, amounts: list[int]):
    assert [figure.value for figure in amounts_in(sentence, language)] == amounts


@pytest.mark.parametrize(
    ("question", "language", "right", "wrong"),
    [
        (
            "berapa korban banjir Laranta?",
            "id",
            ("Sedikitnya tujuh orang meninggal.", "id"),
            ("Hujan turun enam jam sejak pukul 02.40.", "id"),
        ),
        ("how many were hurt?", "en", ("Namun, 22 orang dirawat.", "id"), ("Pada 2003 letusan menewaskan 48 orang.", "id")),
        ("how many died?", "en", ("Tidak ada korban jiwa.", "id"), ("Seorang penjaga melihat tiga mobil.", "id")),
        ("¿cuántos desaparecidos?", "es", ("Fifty-two people remain missing.", "en"), ("Two helicopters flew food in.", "en")),
        ("how much is the fine?", "en", ("La multa es de 2,4 millones de euros.", "es"), ("El río mide 40 kilómetros.", "es")),
        ("berapa lama mereka terjebak?", "id", ("Cinq heures se sont passées.", "fr"), ("Sept trains se sont arrêtés.", "fr")),
        ("how many votes?", "en", ("Sie bekam 98.417 Stimmen.", "de"), ("Die Wahl war am 4. Dezember 2024.", "de")),
    ],
)
def test_a_sentence_tells_more_that_has_the_amount_asked_for(question: str, language: str, right: tuple[str, str], wrong: tuple[str, str]):
    wanted = wanted_amount(question, language)
    assert told(wanted, *right) == 1 > told(wanted, *wrong)


def test_a_figure_of_the_question_itself_is_no_answer():
    wanted = wanted_amount("how many of the 40 stalls burnt?", "en")
    assert told(wanted, "The market has 40 stalls.", "en") == 0


def test_money_that_was_lost_or_saved_is_no_people():
    assert wanted_amount("how much money was saved?", "en").kinds == {"money"}
    assert wanted_amount("how many people were saved?", "en").people == ("saved",)


def test_each_figure_counts_the_people_of_its_own_part():
    text = "Sedikitnya tujuh orang meninggal dan 19 lainnya masih dicari."
    assert [(figure.value, set(rows)) for figure, rows in people_counted(text, "id", told_parts(text))] == [
        (7, {"dead"}),
        (19, {"missing"}),
    ]
