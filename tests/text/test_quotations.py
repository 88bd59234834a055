import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Quotation
from assistant.text.quotations import find_quotations, speaker_matches
from assistant.text.sentences import split_sentences

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"


def rows():
    for path in sorted(GOLDEN.glob("quotations.*.toml")):
        language = path.name.split(".")[1]
        for number, row in enumerate(tomllib.loads(path.read_text("utf-8"))["row"], 1):
            marks = [pytest.mark.xfail(reason=row["xfail"], strict=True)] if "xfail" in row else []
            yield pytest.param(row.get("language", language), row, id=f"{language}-{number}", marks=marks)


def found_in(text: str, language: str) -> list[Quotation]:
    return find_quotations(text, split_sentences(text, language), language)


@pytest.mark.parametrize(("language", "row"), list(rows()))
def test_speakers_are_those_of_the_golden_table(language: str, row: dict):
    text = row["text"].strip()
    found = found_in(text, language)
    said = [[quotation.speaker, "direct" if quotation.direct else "indirect"] for quotation in found]
    assert said == [expected[:2] for expected in row["said"]]
    for quotation, (_, _, words) in zip(found, row["said"], strict=True):
        assert words in quotation.span.of(text)
    for name in ("via", "role", "medium"):
        assert name not in row or getattr(found[0], name) == row[name]


def test_the_seed_article_gives_everybody_their_own_words():
    text = (ROOT / "seeds/articles/000_fbacd0f8f8eb0354.txt").read_text("utf-8")
    quotations = found_in(text, "id")
    found = [(q.speaker, q.via, q.direct, q.words.of(text)[:12], q.words.of(text)[-12:]) for q in quotations]
    assert found == [
        ("Xi Jinping; Vladimir Putin", "", False, "Hubungan dek", "usia kembali"),
        ("Xi Jinping", "Kementerian Luar Negeri China", True, "Hubungan Chi", "kedua negara"),
        ("Xi Jinping", "", False, "krisis apa p", " China-Rusia"),
        ("Xi Jinping", "", False, "kedua negara", "bah Covid-19"),
        ("Xi Jinping", "", True, "Kedua belah ", "ara keduanya"),
        ("kantor kepresidenan Rusia", "", False, "hubungan bil", " belah pihak"),
        ("Joe Biden", "", False, "adanya pengu", " dan ekonomi"),
        ("Joe Biden", "", True, "Untuk memast", "si yang sama"),
    ]  # fmt: skip
    assert [q.joint for q in quotations] == [("Xi Jinping", "Vladimir Putin"), *[()] * 7]


@given(st.text(alphabet="abcXY .,\"“”«»'’\n:;-()!?", max_size=200), st.sampled_from(["id", "en", "zh", "xx"]))
def test_spans_begin_and_end_with_sentences(text: str, language: str):
    sentences = split_sentences(text, language)
    starts, ends = {s.start for s in sentences}, {s.end for s in sentences}
    found = find_quotations(text, sentences, language)
    assert all(q.span.start in starts and q.span.end in ends for q in found)
    assert [q.span.start for q in found] == sorted(q.span.start for q in found)


@pytest.mark.parametrize(
    ("asked", "speaker", "same"),
    [
        ("Biden", "Joe Biden", True),
        ("presiden Biden", "Joe Biden", True),
        ("Joe Biden", "Joe Biden", True),
        ("joe biden", "Biden", True),
        ("Xi", "Xi Jinping", True),
        ("Erdogan", "Recep Tayyip Erdoğan", True),
        ("Rusia", "kantor kepresidenan Rusia", True),
        ("Foreign Ministry", "Foreign Ministry", True),
        ("Biden's", "Joe Biden", True),
        ("Budi Santoso", "Agus Santoso", False),
        ("Hunter Biden", "Joe Biden", False),
        ("Putin", "Xi Jinping", False),
        ("Foreign Ministry", "Defence Ministry", False),
        ("Biden", "", False),
        ("", "Joe Biden", False),
        ("presiden", "Joe Biden", False),
        ("Ann", "Anna Berg", False),
    ],
)
def test_a_name_in_a_question_matches_its_speaker(asked: str, speaker: str, same: bool):
    assert speaker_matches(asked, speaker) is same


def test_words_that_are_only_referred_to_are_nobodys():
    text = (
        "Korban tewas mencapai sebelas orang, lebih banyak daripada yang diumumkan pemerintah daerah. "
        "Kabar itu disampaikan Wali Kota Sena Jaya, Senin (3/5)."
    )
    assert [q.speaker for q in found_in(text, "id")] == ["Sena Jaya"]


WORDS = {
    "id": "kata Budi mengatakan bahwa enggan berkomentar menurut",
    "en": "said Ruiz that denied according to declined to comment",
    "ms": "kata Azman menafikan bahawa enggan mengulas",
    "es": "dijo Laura que negó según rehusó hacer declaraciones",
    "fr": "a déclaré Paul que selon a démenti",
    "de": "sagte Eva dass laut wie mitteilte bestritt",
    "pt": "disse João que negou segundo",
    "ru": "сказал Пётр что опроверг по словам",
    "ar": "قال نفى أحمد سالم إن أن بحسب المحافظ وجود",
    "zh": "王林 说 表示 否认 据 介绍 他 市长",
    "ja": "田中首相 は が と 述べた 「 」 によると 否定した 彼",
    "hi": "राहुल ने कहा कि इनकार किया के अनुसार उन्होंने",
}


@given(st.data(), st.sampled_from(sorted(WORDS)))
def test_words_have_a_letter_and_lie_inside_their_span(data: st.DataObject, language: str):
    parts = [*WORDS[language].split(), *'"“”«»,.،，。:—?', "\n"]
    text = data.draw(st.sampled_from(["", " "])).join(data.draw(st.lists(st.sampled_from(parts), max_size=40)))
    for quotation in found_in(text, language):
        assert any(character.isalnum() for character in quotation.words.of(text))
        assert quotation.span.start <= quotation.words.start < quotation.words.end <= quotation.span.end


@pytest.mark.parametrize("language", ["ms", "es", "fr", "de", "pt", "ru", "ar", "zh", "ja", "hi"])
@pytest.mark.parametrize("unit", ["{} ", "{}", '"', "«", "「", ",", "，", "、", "{}，「a」と"])
def test_a_long_line_of_one_thing_does_not_hang(language: str, unit: str):
    text = unit.format(WORDS[language].split()[0]) * 3_000
    assert len(found_in(text, language)) < 10
