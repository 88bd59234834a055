import random
from difflib import SequenceMatcher

import pytest

from assistant.text.transliteration import alike, sounds_like

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


def test_words_are_alike_just_when_difflib_says_so():
    made = random.Random(3)
    for _ in range(4000):
        one, other = ("".join(made.choices("abcd", k=made.randint(0, 9))) for _ in range(2))
        other = made.choice((other, one[: made.randint(0, len(one))] + other[:2]))
        least = made.choice((0.6, 2 / 3, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0))
        assert alike(one, other, least) == (SequenceMatcher(None, one, other).ratio() >= least), (one, other, least)
