import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.parts import split_questions

SPLIT = [
    ("en", "Who won the race and how much did he get?", ("Who won the race", "how much did he get")),
    ("en", "When does the vaccine arrive, and is it safe?", ("When does the vaccine arrive", "is it safe")),
    ("en", "What happened in Halven? How many were hurt?", ("What happened in Halven", "How many were hurt")),
    ("id", "Siapa pemenangnya dan berapa hadiahnya?", ("Siapa pemenangnya", "berapa hadiahnya")),
    ("id", "kapan vaksin tiba, dan apakah aman?", ("kapan vaksin tiba", "apakah aman")),
    ("es", "¿Quién ganó la carrera y cuánto cobró?", ("Quién ganó la carrera", "cuánto cobró")),
    ("fr", "Qui a gagné la course et combien a-t-il touché ?", ("Qui a gagné la course", "combien a-t-il touché")),
    ("de", "Wer gewann das Rennen und wie viel bekam er?", ("Wer gewann das Rennen", "wie viel bekam er")),
    ("pt", "Quem venceu a corrida e quanto recebeu?", ("Quem venceu a corrida", "quanto recebeu")),
    ("ru", "Кто выиграл гонку и сколько он получил?", ("Кто выиграл гонку", "сколько он получил")),
    ("ar", "من فاز بالسباق وكم ربح المتسابق؟", ("من فاز بالسباق", "كم ربح المتسابق")),
    ("zh", "谁赢了比赛，奖金是多少？", ("谁赢了比赛", "奖金是多少")),
    ("ja", "優勝したのは誰ですか、そして賞金はいくらですか？", ("優勝したのは誰ですか", "賞金はいくらですか")),
]
WHOLE = [
    ("en", "Who are Anna Sorel and Peter Brandt?"),
    ("en", "What did Petra say about who pays and who decides?"),
    ("en", "Did he explain why it failed and how it will be fixed?"),
    ("en", "Who is the man who resigned and was replaced?"),
    ("en", "How old is judge Montcada, who wrote the ruling?"),
    ("en", "When and where was the treaty signed?"),
    ("en", 'Who said "who are you? what do you want?"'),
    ("en", "According to the Sotera Courier, who paid for the bridge?"),
    ("fr", "Qui a dit que Paul viendrait et que Marie partirait ?"),
    ("ru", "Что и когда происходило в деле фонда?"),
    ("ru", "Как пишет газета «Известия», кто возглавил завод?"),
    ("zh", "据新华社报道，积石山发生了什么？"),
    ("ja", "昨日、緑川市の市長に当選したのは誰ですか？"),
]


@pytest.mark.parametrize(("language", "question", "parts"), SPLIT)
def test_several_questions_are_split(language, question, parts):
    assert split_questions(question, language) == parts


@pytest.mark.parametrize(("language", "question"), WHOLE)
def test_one_question_stays_whole(language, question):
    assert len(split_questions(question, language)) == 1


words = st.sampled_from(
    ["who", "won", "and", "how many", "died", ",", "?", "dan", "berapa", "siapa", "et", "Paris", "，", "谁", "“", "”", "the mill"]
)


@given(st.lists(words, max_size=16).map(" ".join), st.sampled_from(["en", "id", "fr", "zh", "ja", "ar", "xx"]))
def test_parts_are_pieces_of_the_question_in_order(question, language):
    whole = " ".join(question.split())
    at = 0
    for part in split_questions(question, language):
        found = whole.find(part, at)
        assert found >= 0
        at = found + len(part)
