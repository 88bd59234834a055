"""Days as they are written in answers and named in sentences."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.dated import day_named, written_day


@pytest.mark.parametrize(
    ("sentence", "published", "day"),
    [
        ("Jaksa menuntut sembilan tahun, Kamis (20/7).", "2023-07-20", "2023-07-20"),
        ("The bridge opens on 2 September.", "2022-08-10", "2022-09-02"),
        ("It was closed on December 30.", "2024-01-02", "2023-12-30"),
        ("Pelantikan pada 20 Januari 2021 mendatang.", "2020-12-28", "2021-01-20"),
        ("El 14 de noviembre de 2024 se dictó la sentencia.", "", "2024-11-14"),
        ("Signed 2021-03-08 in Rome.", "", "2021-03-08"),
        ("发布会于10月19日举行。", "2023-10-20", "2023-10-19"),
        ("The bridge was closed on Monday.", "2023-03-07", "2023-03-06"),
        ("They may 5 times a year visit.", "2023-10-20", ""),
        ("It opened on 2 September.", "", ""),
        ("The building dates from 1931.", "2022-09-13", ""),
    ],
)
def test_the_first_day_that_a_sentence_names(sentence: str, published: str, day: str):
    assert day_named(sentence, published) == day


def test_days_are_written_in_the_language_of_the_answer():
    assert written_day("2024-08-05T07:00:00+08:00", "id") == "5 Agu 2024"
    assert written_day("2024-08-05", "en") == written_day("2024-08-05", "fr") == "5 Aug 2024"
    assert written_day("2024", "en") == "2024"
    assert written_day("", "en") == ""


@given(st.dates(date(1990, 1, 1), date(2035, 1, 1)))
def test_a_day_that_is_written_is_read_back(day: date):
    assert day_named(f"It was on {written_day(day.isoformat(), 'en')}.", "") == day.isoformat()


@given(st.text(max_size=60), st.sampled_from(["", "2024-02-29", "1999-12-31"]))
def test_any_text_names_a_real_day_or_none(text: str, published: str):
    found = day_named(text, published)
    assert not found or date.fromisoformat(found)
