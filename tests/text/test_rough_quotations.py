"""Text that no editor saw: quotation marks that do not match, endless lines, poems, code. It takes linear time and names nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Quotation
from assistant.text.quotations import find_quotations
from assistant.text.sentences import split_sentences

ENDLESS = {
    "apostrophes that open": " 'a",
    "apostrophes that close": "'a' ",
    "marks that only open": '"a ',
    "curly marks that only open": "“a ",
    "nested marks": "“‘",
    "marks that only close": "a” ",
    "cues": "kata ",
    "names": "Budi, ",
    "attributions without a full stop": "said Budi, ",
    "sentences": "Budi Santoso mengatakan bahwa harga naik. ",
    "joined names": "Budi dan ",
    "relative clauses": "Budi, who ",
    "brackets": "(",
    "quotations without a full stop": '"Harga naik terus," kata Budi ',
    "complementisers": "Budi mengatakan bahwa ",
    "lines that open": '"a\n',
    "pairs": "kedua pemimpin ",
    "parts of clauses": 'He said "it is a very big thing" and ',
    "colons": 'Budi: "Harga naik terus." ',
    "pronouns": "Ia mengatakan harga naik. ",
    "semicolons": "Budi mengatakan harga naik; ",
    "Chinese": "他说，价格上涨。",
    "Japanese": "「上がる」と彼は述べた",
    "Arabic": "وقال المحافظ إن ",
    "Hindi": "उन्होंने कहा कि ",
    "German": "„Es geht“, sagte ",
}


def found_in(text: str, language: str) -> list[Quotation]:
    return find_quotations(text, split_sentences(text, language), language)


def assert_sound(text: str, found: list[Quotation]) -> None:
    for quotation in found:
        assert quotation.span.start <= quotation.words.start < quotation.words.end <= quotation.span.end
        assert any(character.isalnum() for character in quotation.words.of(text))
        assert quotation.cue in text
        assert quotation.written in text
        assert not quotation.joint or "; ".join(quotation.joint) == quotation.speaker


@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("language", ["id", "en", "de", "zh", "ja", "ar", "hi"])
def test_a_line_without_end_is_read(piece: str, language: str):
    text = piece * (4_000 // len(piece))
    assert_sound(text, found_in(text, language))


@pytest.mark.soak
@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_five_megabytes_in_one_line_are_read(piece: str, language: str):
    text = piece * (5_000_000 // len(piece))
    assert_sound(text, found_in(text, language))


@given(
    st.text(alphabet="abcXYkatsid .,\"“”«»„‘’'\n:;-()!?", max_size=300),
    st.sampled_from(["id", "en", "de", "fr", "ru", "zh", "ja", "ar", "hi", "xx"]),
)
def test_words_lie_in_their_sentences_whatever_the_text(text: str, language: str):
    assert_sound(text, found_in(text, language))


WORDS = st.sampled_from(
    [
        "Budi",
        "Santoso",
        "Ani",
        "Rahma",
        "kata",
        "ujar",
        "mengatakan",
        "bahwa",
        "menurut",
        "dan",
        ",",
        ".",
        '"',
        "“",
        "”",
        ":",
        ";",
        "yang",
        "kedua",
        "pemimpin",
        "ia",
        "katanya",
        "tidak",
        "Presiden",
        "oleh",
        "disampaikan",
        "said",
        "told",
        "reporters",
        "that",
        "according",
        "to",
        "he",
        "who",
        "Ruiz",
        "Baker",
        "both",
        "leaders",
        "denied",
        "the",
        "company",
        ".",
        ",",
        "“",
        "”",
    ]
)


@given(st.lists(WORDS, max_size=60), st.sampled_from(["id", "en"]))
def test_words_lie_in_their_sentences_however_cues_and_names_are_mixed(words: list[str], language: str):
    text = " ".join(words)
    assert_sound(text, found_in(text, language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", '"Film Senja" menang di festival itu.'),
        ("id", "Masih belum jelas kapan jembatan itu dibuka."),
        ("id", "Seperti kata orang, jangan menyesal kemudian."),
        ("id", "Baca Juga: Budi Santoso mengatakan harga akan naik"),
        ("id", 'Kapal itu diberi nama "Putri Laut Timur Raya".'),
        ("id", "Apa kata Budi Santoso tentang harga itu?"),
        ("id", "Budi Santoso akan menyampaikan pidato besok pagi."),
        ("id", "Laporan itu menyebutkan bahwa harga naik."),
        ("id", "Kabar itu benar adanya, kata laporan tersebut."),
        ("en", 'The novel "A Winter of Small Lies and Large Debts" won the prize.'),
        ("en", "It is said that the bridge is haunted."),
        ("en", "The report said the dam was weak, and the data showed it."),
        ("en", 'print("hello world, this is a test")'),
        ("en", "What did Ana Ruiz say about the bridge?"),
        ("en", "Ana Ruiz has not said when the factory will open."),
        ("en", "Iraq's hopes rested on a striker."),
        ("en", "The United States was told by its allies to wait."),
        ("en", "The inscription on the stone begins:\n“O river, carry me home,\nfor the boats are all asleep.”"),
    ],
)
def test_nobody_speaks(language: str, text: str):
    assert found_in(text, language) == []


def test_an_article_that_stands_in_quotation_marks_is_given_to_nobody():
    text = '"Harga beras naik di pasar. Budi Santoso membeli dua karung. Ani Rahma menunggu di rumah."'
    assert {quotation.speaker for quotation in found_in(text, "id")} <= {""}


@pytest.mark.parametrize(
    ("language", "text", "speaker", "words"),
    [
        ("en", '"We will rebuild every house, said Mayor Ana Ruiz.', "Ana Ruiz", "We will rebuild every house"),
        ("id", 'Besok kami kirim beras," ujar Lurah Budi Santoso, Rabu (16/1).', "Budi Santoso", "Besok kami kirim beras"),
        (
            "en",
            'Ana Ruiz wrote in a letter:\n"The sea must be clean again, and soon."',
            "Ana Ruiz",
            "The sea must be clean again, and soon.",
        ),
        (
            "id",
            '"Kami siap melaut lagi minggu depan." Demikian dikatakan Mira Samudra.',
            "Mira Samudra",
            "Kami siap melaut lagi minggu depan.",
        ),
    ],
)
def test_careless_marks_still_find_who_speaks(language: str, text: str, speaker: str, words: str):
    found = [quotation for quotation in found_in(text, language) if quotation.direct]
    assert [(quotation.speaker, quotation.words.of(text)) for quotation in found] == [(speaker, words)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Ana Ruiz denied that she had lied.", {"negated": True, "speaker": "Ana Ruiz"}),
        ("id", "Budi Santoso membantah tuduhan itu.", {"negated": True, "speaker": "Budi Santoso"}),
        ("en", "A spokesman for the ministry declined to comment on the talks.", {"negated": True}),
        ("en", "Ana Ruiz told reporters that prices would fall.", {"addressee": "reporters", "negated": False}),
        ("id", "Budi Santoso mengatakan kepada wartawan bahwa harga turun.", {"addressee": "wartawan"}),
        ("id", "Budi Santoso mengimbau warga agar tetap tenang.", {"addressee": "warga"}),
        ("en", "Ana Ruiz told Reuters that prices would fall.", {"medium": "Reuters", "addressee": ""}),
        ("en", "Ana Ruiz and Tom Baker said that prices would fall.", {"joint": ("Ana Ruiz", "Tom Baker")}),
        (
            "id",
            "Presiden Ani Rahma bertemu Presiden Budi Santoso. Kedua pemimpin menegaskan bahwa perbatasan akan dibuka.",
            {"joint": ("Ani Rahma", "Budi Santoso"), "written": "Kedua pemimpin"},
        ),
        (
            "en",
            'Tom Baker and his deputy, Colin Voss, left at noon. "It was a waste of a morning," he said.',
            {"uncertain": True},
        ),
    ],
)
def test_what_else_is_told_of_an_utterance(language: str, text: str, expected: dict):
    last = found_in(text, language)[-1]
    assert {name: getattr(last, name) for name in expected} == expected
