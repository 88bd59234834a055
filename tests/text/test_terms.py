import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.terms import analyse, content_terms, folded, is_stopword

LANGUAGES = [
    "id",
    "ms",
    "en",
    "es",
    "fr",
    "de",
    "pt",
    "it",
    "nl",
    "ru",
    "ar",
    "zh",
    "ja",
    "hi",
    "tr",
    "th",
    "xx",
    "",
]


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("Rp 1,5 triliun", "id", ["rp", "1.5", "triliun"]),
        ("1.500.000 = 1,500,000 = 1500000", "en", ["1500000"] * 3),
        ("1.234,56 dan 1,234.56", "id", ["1234.56", "dan", "1234.56"]),
        ("(28/12) 2021.", "id", ["28", "12", "2021"]),
        ("Covid-19", "id", ["covid", "19"]),
        ("G20 J-11B", "en", ["g20", "j", "11b"]),
        ("menegaskan katanya", "id", ["egas", "kata"]),
        ("masalah sekolah langkah", "id", ["masalah", "sekolah", "langkah"]),
        ("Biden's plans", "en", ["biden", "plan"]),
        ("São Paulo", "pt", ["sa", "sao", "paul", "paulo"]),
        ("l’élection", "fr", ["l", "elect"]),
        ("习近平", "zh", ["习近", "近平"]),
        ("东", "zh", ["东"]),
        ("バイデン氏", "ja", ["バイ", "イデ", "デン", "ン氏"]),
        ("Ｂｉｄｅｎ", "en", ["biden"]),
        ("٢٠٢١", "ar", ["2021"]),
        ("", "id", []),
        ("?!…", "id", []),
    ],
)
def test_terms_of_a_text(text: str, language: str, terms: list[str]):
    assert analyse(text, language) == terms


@pytest.mark.parametrize(
    "name",
    ["Biden", "Harris", "Erdoğan", "Sri Mulyani", "Yellen", "Rusia", "G20", "Covid-19", "Müller", "1,5"],
)
def test_a_name_matches_across_languages(name: str):
    for article in LANGUAGES:
        for question in LANGUAGES:
            assert set(content_terms(name, question)) & set(analyse(f"kemarin {name} pergi", article)), (
                article,
                question,
            )


def test_a_question_in_small_letters_still_finds_the_name():
    assert "harris" in content_terms("what did harris say about it", "en")
    assert "harris" in analyse("kata Harris, kemarin", "id")


@pytest.mark.parametrize(
    ("question", "language", "terms"),
    [
        ("What did Biden say about trade?", "en", ["biden", "trade"]),
        ("Apa yang dikatakan Biden tentang perdagangan?", "id", ["biden", "dagang"]),
        ("Siapakah presiden Rusia?", "id", ["presiden", "rusia"]),
        ("习近平说了什么？", "zh", ["习近", "近平"]),
        ("¿Qué dijo Sánchez?", "es", ["sanchez"]),
    ],
)
def test_content_terms_leave_function_words_out(question: str, language: str, terms: list[str]):
    found = content_terms(question, language)
    assert [term for term in found if term in terms] == terms
    assert not any(is_stopword(term, language) for term in found)


def test_a_question_of_function_words_keeps_them():
    assert content_terms("what is it?", "en") == ["what", "is", "it"]
    assert content_terms("", "en") == []


@pytest.mark.parametrize(
    ("term", "language"),
    [("yang", "id"), ("the", "en"), ("qué", "es"), ("que", "es"), ("और", "hi"), ("что", "ru")],
)
def test_stopwords(term: str, language: str):
    assert is_stopword(term, language)
    assert not is_stopword("biden", language)


def test_folding():
    assert folded("Erdoğan ÉLYSÉE Straße Łódź") == "erdogan elysee strasse lodz"
    assert folded("Россия") == "россия"


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_case_of_the_whole_text_never_loses_a_stem(text: str, language: str):
    terms = analyse(text, language)
    assert all(term and not any(character.isspace() for character in term) for term in terms)
    assert bool(terms) == bool(content_terms(text, language))


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_the_analysis_is_deterministic(text: str, language: str):
    assert analyse(text, language) == analyse(text, language)
