import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.written import Claim, addresses, claims, without_addresses


def cut(text: str, size: int = 1, language: str = "en") -> list[Claim]:
    return list(claims((text[at : at + size] for at in range(0, len(text), size)), language))


def told(text: str, **options) -> list[tuple[str, tuple[int, ...]]]:
    return [(claim.text, claim.numbers) for claim in cut(text, **options)]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained [1]. It poured [2].", [("It rained.", (1,)), ("It poured.", (2,))]),
        ("It rained. [1] It poured. [2]", [("It rained.", (1,)), ("It poured.", (2,))]),
        ("It rained.[1] It poured.[2][3]", [("It rained.", (1,)), ("It poured.", (2, 3))]),
        ("It rained [1, 3] and poured [2-4].", [("It rained and poured.", (1, 3, 2, 4))]),
        ("It rained【1】. Hujan turun 【2†source】.", [("It rained.", (1,)), ("Hujan turun.", (2,))]),
        ("[1] It rained.", [("It rained.", (1,))]),
        ("It rained [^1].", [("It rained.", (1,))]),
        ("It cost 3.5 million. It was paid.", [("It cost 3.5 million.", ()), ("It was paid.", ())]),
        ("Dr. Smith came [1]. Then he left.", [("Dr. Smith came.", (1,)), ("Then he left.", ())]),
        ("# Weather\n- It **rained** [1]\n- It `poured` [2]\n", [("Weather", ()), ("It rained", (1,)), ("It poured", (2,))]),
        ('He said, "It rained. It poured a lot. It was a flood." [1] Then he left.', [('He said, "It rained. It poured a lot. It was a flood."', (1,)), ("Then he left.", ())]),
        ("<think>I should say [7]. Really.</think>It rained [1].", [("It rained.", (1,))]),
        ("<think>I never end. Never [1].", []),
        ("It rained ![pixel](https://evil.example/p.png) a lot [1].", [("It rained a lot.", (1,))]),
        ("It [rained](https://evil.example/x?a=[2]) [1].", [("It rained.", (1,))]),
        ("It rained [1](https://evil.example/x).", [("It rained.", (1,))]),
        ("It <b onclick='x'>rained</b> [1].", [("It rained.", (1,))]),
        ("It rained\x00\x1b[31m \u202enow\u200b [1].", [("It rained(31m now.", (1,))]),
        ("明天下雨。[1]后天下雪。[2]", [("明天下雨。", (1,)), ("后天下雪。", (2,))]),
        ("", []),
        ("[1] [2]", []),
        ("...", []),
    ],
)  # fmt: skip
def test_each_sentence_has_the_numbers_that_stand_in_it_or_behind_it(text: str, expected: list, size: int):
    found = told(text, size=size)
    assert [(words.replace("  ", " "), numbers) for words, numbers in found] == expected


def test_a_sentence_is_given_away_as_soon_as_the_next_has_begun():
    taken: list[str] = []

    def pieces():
        for word in [
            "It",
            "rained",
            "hard",
            "in",
            "Jakarta",
            "[1].",
            "The",
            "river",
            "rose",
            "by",
            "two",
            "metres",
            "[2].",
            "People",
            "fled",
            "to",
            "the",
            "hills",
            "[3].",
        ]:
            taken.append(word)
            yield word + " "

    first = next(iter(claims(pieces(), "en")))
    assert first.text == "It rained hard in Jakarta."
    assert len(taken) < 12


@given(st.text(alphabet='ab .!?[]()<>*_`"“”1,\n', max_size=200), st.integers(1, 9))
def test_no_marker_and_no_markup_survives_and_pieces_do_not_matter(text: str, size: int):
    for claim in cut(text, size):
        assert not set("[]`\n") & set(claim.text)
        assert claim.text == claim.text.strip() != ""


def test_a_text_without_end_is_not_read_to_its_end():
    def endless():
        while True:
            yield "very [1] "

    assert len(list(claims(endless(), "en"))) == 1


@pytest.mark.parametrize("text", ["(" * 20_000, "[" * 20_000, "[1](" * 5000, "<a" * 9000, "[1, " * 5000, "a." * 9000, "![" * 9000])
def test_brackets_without_end_take_no_time(text: str):
    assert len(cut(text, size=500)) <= 9000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://evil.example/a?b now", ["https://evil.example/a?b"]),
        ("see //evil.example/a", ["//evil.example/a"]),
        ("see evil.example/a", ["evil.example/a"]),
        ("see www.evil.example", ["www.evil.example"]),
        ("javascript:alert(1)", ["javascript:alert(1)"]),
        ("It cost Rp 1.500,75 in the U.S. on 2.3.2021.", []),
        ("Biden said so. Xi did not.", []),
    ],
)
def test_addresses_are_seen(text: str, expected: list[str]):
    assert addresses(text) == expected
    assert not addresses(without_addresses(text))
