import pytest

from assistant.answer.questions import understand
from assistant.answer.sources import Known, find_source

SOURCES = [
    ("en", "according to the newspaper Sotera Star, who paid for the bridge", "outlet", "Sotera Star"),
    ("en", "who paid for the bridge according to Engineer Bruno Talarico", "speaker", "Engineer Bruno Talarico"),
    ("en", "articles by Maria Solano on drought", "author", "Maria Solano"),
    ("en", "what is the BBC news on the dam", "outlet", "BBC"),
    ("id", "menurut harian Suara Pesisir berapa rumah terendam", "outlet", "Suara Pesisir"),
    ("id", "menurut Kompas.com, siapa yang dilantik", "outlet", "Kompas.com"),
    ("id", "menurut Bupati Hasan Wirya, berapa rumah terendam", "speaker", "Bupati Hasan Wirya"),
    ("de", "laut Tagesschau, wer hat die Brücke bezahlt", "outlet", "Tagesschau"),
    ("de", "Wie hoch ist laut Ministerin Rehberg der Schaden", "speaker", "Ministerin Rehberg"),
    ("ja", "大野大臣によると、橋の建設費はいくらですか", "speaker", "大野大臣"),
    ("zh", "据新华社报道，谁支付了费用", "outlet", "新华社"),
    ("ru", "Что, по данным РБК, произошло в Дербенте", "outlet", "РБК"),
]


@pytest.mark.parametrize(("language", "question", "kind", "name"), SOURCES)
def test_whom_alone_a_question_wants_to_hear(language, question, kind, name):
    source = find_source(question, (language,))
    assert source is not None
    assert (source.kind, source.name) == (kind, name)


def test_the_outlets_of_the_index_are_known():
    question = "according to Portlight, who paid for the bridge"
    assert find_source(question, ("en",)).kind == "speaker"
    assert find_source(question, ("en",), Known(outlets=("Portlight",))).kind == "outlet"


@pytest.mark.parametrize("question", ["who wrote to the mayor", "what happened in the news building", "articles about the flood"])
def test_no_source_is_made_up(question):
    assert find_source(question, ("en",)) is None


def test_a_comparison_has_two_sides_and_names_are_kept():
    asked = understand("compare the plans of Anita Rowe and Sam Delgado", "en")
    assert (asked.kind, asked.sides, asked.names) == ("comparison", ("Anita Rowe", "Sam Delgado"), ("Anita Rowe", "Sam Delgado"))


@pytest.mark.parametrize(
    ("question", "language"), [("what is the latest on the dam", "en"), ("berapa harga beras sekarang", "id"), ("最新情况是什么", "zh")]
)
def test_the_latest_state_is_asked_for(question, language):
    assert understand(question, language).newest
