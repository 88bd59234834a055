import pytest

from assistant.text.transliteration import sounds_like

SAME = [
    ("Timur Saidashev", "Тимур Сайдашев"),
    ("Saidashev", "Тимур Сайдашев"),
    ("Timur Saidashev", "Сайдашев"),
    ("Abdul Wadoud al-Murjani", "عبد الودود المرجاني"),
    ("Shashikant Bagherwal", "शशिकांत बघेरवाल"),
    ("Дмитрий Петренко", "Dmitry Petrenko"),
]
DIFFERENT = [
    ("Boris Karpenko", "Тимур Сайдашев"),
    ("Bi", "Би"),
    ("Biden", "Joe Biden"),  # one script: compared by its letters, not by sound
    ("", "Тимур"),
    ("Timur Karpenko", "Сайдашев"),
    ("Putin", "Мария Захарченко"),
]


@pytest.mark.parametrize(("asked", "name"), SAME)
def test_the_same_name_in_two_scripts_is_recognised(asked, name):
    assert sounds_like(asked, name)


@pytest.mark.parametrize(("asked", "name"), DIFFERENT)
def test_different_names_stay_different(asked, name):
    assert not sounds_like(asked, name)
