import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.remember import RememberingEncoder
from assistant.encoders import open_encoder
from assistant.encoders.scraps import letters, scrap_share

ENCODER = open_encoder()


@pytest.mark.parametrize(
    "question",
    [
        "kapan harga beras naik?",
        "what did the minister say about the flood?",
        "Когда началась война?",
        "総理大臣は何と言いましたか?",
        "2011?",
        "",
    ],
)
def test_a_language_that_was_trained_on_has_hardly_any_scraps(question: str):
    assert ENCODER.scrap_share(question) < 0.25


@pytest.mark.parametrize(
    ("question", "least"),
    [("2011లో గ్రామంలో ఎంతమంది ఉన్నారు?", 1.0), ("Milloin ensimmäinen kirja julkaistiin?", 0.2), ("როდის დაიწყო ომი?", 0.5)],
)
def test_a_language_that_was_not_falls_into_scraps(question: str, least: float):
    assert ENCODER.scrap_share(question) >= least


@given(st.text(max_size=40))
def test_a_share_is_a_share(text: str):
    assert 0 <= scrap_share(ENCODER.tokenizer, text) <= 1


def test_marks_are_no_letters_and_a_syllable_is_several():
    assert [letters(piece) for piece in ("a", "ä", "kir", "한", "中", "")] == [1, 1, 3, 3, 1, 0]


def test_an_encoder_without_a_vocabulary_tells_of_no_scraps():
    class Plain:
        name, digest, dimensions = "plain", "plain", 2

    assert RememberingEncoder(Plain()).scrap_share("గ్రామం") == 0
    assert RememberingEncoder(ENCODER).scrap_share("గ్రామం") == 1
