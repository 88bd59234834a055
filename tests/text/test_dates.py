from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.dates import infer_date, parse_date

VALUES = [
    ("2020-12-28", "2020-12-28"),
    ("2020-12-28T20:15:00+07:00", "2020-12-28T20:15:00+07:00"),
    ("2020-12-28T13:15:00Z", "2020-12-28T13:15:00+00:00"),
    ("2020-12-28T13:15:00.123Z", "2020-12-28T13:15:00+00:00"),
    ("2020-12-28 20:15", "2020-12-28T20:15:00"),
    ("2020-12-28 00:00:00", "2020-12-28"),
    ("2020-12-28T20:15:00+0700", "2020-12-28T20:15:00+07:00"),
    ("20201228", "2020-12-28"),
    ("20201228T201500Z", "2020-12-28"),
    ("2020/12/28", "2020-12-28"),
    ("2020.12.28", "2020-12-28"),
    ("28/12/2020", "2020-12-28"),
    ("28.12.2020", "2020-12-28"),
    ("28-12-2020", "2020-12-28"),
    ("28/12/2020, 20:15 WIB", "2020-12-28T20:15:00+07:00"),
    ("12/28/2020", "2020-12-28"),
    ("Mon, 28 Dec 2020 20:15:30 +0700", "2020-12-28T20:15:30+07:00"),
    ("Mon, 28 Dec 2020 13:15:30 GMT", "2020-12-28T13:15:30+00:00"),
    ("Senin, 28 Desember 2020 20:15 WIB", "2020-12-28T20:15:00+07:00"),
    ("Senin, 28 Desember 2020 | 20.15 WITA", "2020-12-28T20:15:00+08:00"),
    ("28 Des 2020, 20:15 WIB", "2020-12-28T20:15:00+07:00"),
    ("Isnin, 28 Disember 2020", "2020-12-28"),
    ("12 May 2024", "2024-05-12"),
    ("May 12, 2024", "2024-05-12"),
    ("May 12th, 2024", "2024-05-12"),
    ("Sept. 3, 2023", "2023-09-03"),
    ("Updated 8:15 p.m. EST, May 12, 2024", "2024-05-12T20:15:00-05:00"),
    ("May 12, 2024 at 12:05 AM", "2024-05-12T00:05:00"),
    ("May 12, 2024 8pm", "2024-05-12T20:00:00"),
    ("28-Dec-2020", "2020-12-28"),
    ("1st of March 2021", "2021-03-01"),
    ("28 de diciembre de 2020", "2020-12-28"),
    ("1er mars 2021", "2021-03-01"),
    ("lundi 28 décembre 2020 à 20h15", "2020-12-28T20:15:00"),
    ("Montag, 28. Dezember 2020, 20:15 Uhr", "2020-12-28T20:15:00"),
    ("3. März 2021", "2021-03-03"),
    ("28 de dezembro de 2020", "2020-12-28"),
    ("28 dicembre 2020", "2020-12-28"),
    ("28 декабря 2020 г., 20:15 МСК", "2020-12-28T20:15:00+03:00"),
    ("28 грудня 2020", "2020-12-28"),
    ("28 ديسمبر 2020", "2020-12-28"),
    ("٢٨ ديسمبر ٢٠٢٠", "2020-12-28"),
    ("28 दिसंबर 2020", "2020-12-28"),
    ("2020年12月28日", "2020-12-28"),
    ("2020年12月28日 20:15", "2020-12-28T20:15:00"),
    ("2020년 12월 28일", "2020-12-28"),
    ("28 Aralık 2020", "2020-12-28"),
    ("28 grudnia 2020", "2020-12-28"),
    ("28 tháng 12 năm 2020", "2020-12-28"),
    ("1609161300", "2020-12-28T13:15:00+00:00"),
    ("1609161300000", "2020-12-28T13:15:00+00:00"),
    ("1609161300.5", "2020-12-28T13:15:00+00:00"),
    ("Published: 2024-05-12", "2024-05-12"),
]

NO_DATES = [
    "",
    " ",
    "yesterday",
    "3 hours ago",
    "Senin",
    "2020",
    "12",
    "13/13/2020",
    "32 Desember 2020",
    "0000-00-00",
    "99/99/9999",
    "May 2024",
    "28 Desember",
    "1234-56-78",
    "a" * 200 + " 2020-12-28",
    "1.2.3.4.2020.5",
    "99999999999999",
    "31 Februari 2021",
    "2021-02-29",
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_dates_of_metadata_become_iso(value: str, expected: str):
    assert parse_date(value) == expected


@pytest.mark.parametrize("value", NO_DATES)
def test_what_is_no_full_date_gives_nothing(value: str):
    assert parse_date(value) == ""


def test_the_order_of_numbers_is_day_first_and_in_english_unknown():
    assert parse_date("03/04/2021") == "2021-04-03"
    assert parse_date("03/04/2021", ("id",)) == "2021-04-03"
    assert parse_date("03/04/2021", ("en",)) == ""
    assert parse_date("04/04/2021", ("en",)) == "2021-04-04"
    assert parse_date("13/04/2021", ("en",)) == "2021-04-13"


@given(st.text(max_size=60))
def test_parsing_never_raises_and_gives_a_real_date_or_nothing(value: str):
    found = parse_date(value)
    assert not found or date.fromisoformat(found[:10])


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_iso_dates_stay(day: date):
    assert parse_date(day.isoformat()) == day.isoformat()
    assert parse_date(f"{day.day}/{day.month}/{day.year}") == day.isoformat()


STORIES = [
    # the seed: a Monday next to the year 2021 that is still to come
    ("sambungan telepon hari Senin (28/12) malam. Pelantikan pada 20 Januari 2021 mendatang.", "2020-12-28"),
    ("Bank itu tutup pada Senin (28/12/2020) karena libur.", "2020-12-28"),
    ("Kejadian pada Kamis, 15 Januari 2026, pukul 04.52.", "2026-01-15"),
    ("The bridge was closed on Monday, March 6, 2023, said the council.", "2023-03-06"),
    ("The bridge was closed on Monday, March 6, and reopened in 2024.", "2023-03-06"),
    ("On Monday 6 March 2023 the bridge was closed.", "2023-03-06"),
    ("El lunes 28 de diciembre de 2020 se reunieron.", "2020-12-28"),
    ("Le lundi 28 décembre 2020, ils se sont vus.", "2020-12-28"),
    ("Am Montag (28.12.2020) trafen sie sich.", "2020-12-28"),
    ("в субботу, 18 февраля 2023 года, впервые", "2023-02-18"),
    ("يوم الخميس 19 أكتوبر 2023 انتهى المشروع", "2023-10-19"),
    ("Closed on Mon (12/28) ahead of the vote of 2020.", "2020-12-28"),  # month first: the weekday tells
]

UNCERTAIN = [
    "Senin (28/12) malam waktu Beijing.",  # no year anywhere
    "Ia lahir pada 3 Mei 1980.",  # a date, but of something else
    "On 3 May 2021 the court ruled.",
    "Senin (29/12) pada 2020.",  # 29/12 is no Monday in 2019, 2020 or 2021
    "Selasa (28/12/2020) yang lalu.",  # that was a Monday
    "Senin (32/13) tahun 2020",
    "Monday in 2020",
    "Senin (28/12). Proyek 2015, lalu target tahun 2020.",  # 2015 and 2020 both fit
    "",
]


@pytest.mark.parametrize(("story", "expected"), STORIES)
def test_the_weekday_gives_the_year(story: str, expected: str):
    assert infer_date(story, latest=2026) == expected


@pytest.mark.parametrize("story", UNCERTAIN)
def test_what_is_not_certain_is_not_inferred(story: str):
    assert infer_date(story, latest=2026) == ""


def test_no_article_comes_from_the_future():
    assert infer_date("Senin (28/12). Target 2045.", latest=2021) == ""
    assert infer_date("Senin (26/12). Target 2022.", latest=2021) == ""
    assert infer_date("Senin (26/12). Target 2022.", latest=2022) == "2022-12-26"


@given(st.text(max_size=200))
def test_inference_never_raises(text: str):
    infer_date(f"Senin ({text}) 2020")
    infer_date(text)
