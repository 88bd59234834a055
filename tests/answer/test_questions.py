import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.questions import KINDS, understand

SAID = [
    ("what did Biden say?", "en", "Biden", ""),
    ("What has the mayor of Laranta said about the flood?", "en", "the mayor of Laranta", "the flood"),
    ("how did the minister react to the ruling?", "en", "the minister", "the ruling"),
    ("what was Maria Solano's comment on the strike?", "en", "Maria Solano", "the strike"),
    ("apa kata Biden?", "id", "Biden", ""),
    ("apa yang dikatakan Wali Kota Laranta tentang banjir?", "id", "Wali Kota Laranta", "banjir"),
    ("bagaimana tanggapan Xi soal krisis?", "id", "Xi", "krisis"),
    ("¿qué dijo Biden sobre China?", "es", "Biden", "China"),
    ("Was sagte Meyer über den Tunnel?", "de", "Meyer", "den Tunnel"),
    ("Qu'a dit Claire Morvan ?", "fr", "Claire Morvan", ""),
    ("O que disse Silva sobre a greve?", "pt", "Silva", "a greve"),
    ("Что сказал Петров о трамвае?", "ru", "Петров", "трамвае"),
    ("ماذا قال الوزير عن المشروع؟", "ar", "الوزير", "المشروع"),
    ("小林说了什么？", "zh", "小林", ""),
    ("山田さんは鉄道について何と述べましたか", "ja", "山田", "鉄道"),
    ("शर्मा ने पानी के बारे में क्या कहा?", "hi", "शर्मा", "पानी"),
]
OTHERS = [
    ("when is the inauguration?", "en", "date"),
    ("kapan Biden dilantik?", "id", "date"),
    ("how many people died?", "en", "number"),
    ("berapa orang tewas?", "id", "number"),
    ("why was the bridge closed?", "en", "reason"),
    ("mengapa jembatan ditutup?", "id", "reason"),
    ("where did the fire start?", "en", "place"),
    ("di mana kebakaran bermula?", "id", "place"),
    ("who praised the relations?", "en", "person"),
    ("siapa yang memuji hubungan itu?", "id", "person"),
    ("who wrote the article?", "en", "metadata"),
    ("siapa penulis artikel ini?", "id", "metadata"),
    ("where was it reported from?", "en", "metadata"),
    ("Wann wurde der Tunnel eröffnet?", "de", "date"),
    ("¿Cuántos muertos hubo?", "es", "number"),
    ("Почему закрыли мост?", "ru", "reason"),
]


@pytest.mark.parametrize(("question", "language", "speaker", "topic"), SAID)
def test_a_question_about_words_names_the_speaker_and_the_topic(question, language, speaker, topic):
    asked = understand(question, language)
    assert (asked.kind, asked.speaker, asked.topic) == ("said", speaker, topic)


@pytest.mark.parametrize(("question", "language", "kind"), OTHERS)
def test_the_kind_of_answer_is_recognised(question, language, kind):
    assert understand(question, language).kind == kind


@given(st.text(max_size=300), st.sampled_from(["en", "id", "zh", "xx", ""]))
def test_any_text_is_understood_as_something(question, language):
    asked = understand(question, language)
    assert asked.kind in (*KINDS, "said", "metadata", "what")
    assert asked.kind == "said" or not asked.speaker
