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
    ("who won the cup?", "en", "person"),
    ("did the bridge collapse?", "en", "yes_no"),
    ("siapa yang memuji hubungan itu?", "id", "person"),
    ("who wrote the article?", "en", "metadata"),
    ("siapa penulis artikel ini?", "id", "metadata"),
    ("where was it reported from?", "en", "metadata"),
    ("Wann wurde der Tunnel eröffnet?", "de", "date"),
    ("¿Cuántos muertos hubo?", "es", "number"),
    ("Почему закрыли мост?", "ru", "reason"),
]


# question, language, asks, speakers, topic
WORDINGS = [
    ("did Xi say anything about the crisis?", "en", "words", ("Xi",), "the crisis"),
    ("what did Xi and Putin say about Ukraine?", "en", "words", ("Xi", "Putin"), "Ukraine"),
    ("what did Solano, Talarico and Berg say?", "en", "words", ("Solano", "Talarico", "Berg"), ""),
    ("how did Biden respond to the ruling?", "en", "words", ("Biden",), "the ruling"),
    ("has anyone commented on the flood?", "en", "spoke", (), "the flood"),
    ("who said that the water rose?", "en", "who", (), "the water rose"),
    ("siapa yang mengatakan air naik?", "id", "who", (), "air naik"),
    ("who spoke about the flood?", "en", "spoke", (), "the flood"),
    ("apa kata Xi dan Putin soal krisis?", "id", "words", ("Xi", "Putin"), "krisis"),
    ("apakah Xi bicara soal krisis?", "id", "words", ("Xi",), "krisis"),
    ("siapa saja yang bicara soal banjir?", "id", "spoke", (), "banjir"),
    ("adakah yang berkomentar soal banjir?", "id", "spoke", (), "banjir"),
    ("bagaimana Biden menanggapi putusan itu?", "id", "words", ("Biden",), "putusan itu"),
    ("Apakah reaksi menteri tentang banjir?", "ms", "words", ("menteri",), "banjir"),
    ("siapa yang bercakap tentang banjir?", "ms", "spoke", (), "banjir"),
    ("¿Biden dijo algo sobre China?", "es", "words", ("Biden",), "China"),
    ("¿qué dijeron Solano y Ruiz sobre la huelga?", "es", "words", ("Solano", "Ruiz"), "la huelga"),
    ("¿quién habló de la huelga?", "es", "spoke", (), "la huelga"),
    ("Qu'a dit Claire Morvan sur la grève ?", "fr", "words", ("Claire Morvan",), "la grève"),
    ("Qui a parlé de la grève ?", "fr", "spoke", (), "grève"),
    ("Was sagten Meyer und Kohl über den Tunnel?", "de", "words", ("Meyer", "Kohl"), "den Tunnel"),
    ("Was hat Anna Meyer über den Tunnel gesagt?", "de", "words", ("Anna Meyer",), "den Tunnel"),
    ("Wer sprach über den Tunnel?", "de", "spoke", (), "den Tunnel"),
    ("O que disseram Silva e Costa sobre a greve?", "pt", "words", ("Silva", "Costa"), "a greve"),
    ("Quem falou sobre a greve?", "pt", "spoke", (), "a greve"),
    ("Cosa ha detto Rossi sulla diga?", "it", "words", ("Rossi",), "diga"),
    ("Chi ha parlato della diga?", "it", "spoke", (), "diga"),
    ("Wat zei De Vries over de dijk?", "nl", "words", ("De Vries",), "de dijk"),
    ("Wie sprak over de dijk?", "nl", "spoke", (), "de dijk"),
    ("Akçadere zeytin hakkında ne dedi?", "tr", "words", ("Akçadere",), "zeytin"),
    ("Levent Akçadere zeytin sineği için ne diyor?", "tr", "words", ("Levent Akçadere",), "zeytin sineği"),
    ("Zeytin hakkında kim konuştu?", "tr", "spoke", (), "Zeytin"),
    ("Говорил ли Петров что-нибудь о трамвае?", "ru", "words", ("Петров",), "трамвае"),
    ("Кто говорил о трамвае?", "ru", "spoke", (), "трамвае"),
    ("Що сказав Коваленко про міст?", "uk", "words", ("Коваленко",), "міст"),
    ("Хто говорив про міст?", "uk", "spoke", (), "міст"),
    ("هل تحدث الوزير عن المشروع؟", "ar", "words", ("الوزير",), "المشروع"),
    ("من تحدث عن المشروع؟", "ar", "spoke", (), "المشروع"),
    ("क्या शर्मा ने पानी के बारे में कुछ कहा?", "hi", "words", ("शर्मा",), "पानी"),
    ("पानी के बारे में किसने बात की?", "hi", "spoke", (), "पानी"),
    ("小林和王明对铁路说了什么？", "zh", "words", ("小林", "王明"), "铁路"),
    ("谁谈到了铁路？", "zh", "spoke", (), "铁路"),
    ("鉄道について誰が話しましたか", "ja", "spoke", (), "鉄道"),
]
# question, language, whose words, act
ACTS = [
    ("did the mayor deny the report?", "en", ("the mayor",), "deny"),
    ("did Biden promise help to the farmers?", "en", ("Biden",), "promise"),
    ("has Biden confirmed the visit?", "en", ("Biden",), "confirm"),
    ("who called for stronger alliances?", "en", (), "call"),
    ("who praised the relations?", "en", (), "praise"),
    ("apakah wali kota membantah laporan itu?", "id", ("wali kota",), "deny"),
    ("siapa yang menyerukan penguatan hubungan?", "id", (), "call"),
    ("siapa yang membantah tuduhan itu?", "id", (), "deny"),
    ("adakah menteri menafikan dakwaan itu?", "ms", ("menteri",), "deny"),
    ("¿Negó el alcalde el informe?", "es", ("el alcalde",), "deny"),
    ("Est-ce que le maire a nié les faits ?", "fr", ("le maire",), "deny"),
    ("Hat Anna Meyer den Bericht dementiert?", "de", ("Anna Meyer",), "deny"),
    ("Silva negou a acusação?", "pt", ("Silva",), "deny"),
    ("Rossi ha negato le accuse?", "it", ("Rossi",), "deny"),
    ("Heeft De Vries het bericht ontkend?", "nl", ("De Vries",), "deny"),
    ("Bakan iddiayı yalanladı mı?", "tr", ("Bakan",), "deny"),
    ("Петров опроверг слухи?", "ru", ("Петров",), "deny"),
    ("هل نفى الوزير التقرير؟", "ar", ("الوزير",), "deny"),
    ("क्या शर्मा ने आरोप का खंडन किया?", "hi", ("शर्मा",), "deny"),
    ("小林否认了报告吗？", "zh", ("小林",), "deny"),
]
QUOTED = [
    ('who said "we are stronger together"?', "en", "we are stronger together"),
    ('siapa yang mengatakan "kami siap"?', "id", "kami siap"),
    ("¿quién dijo «somos más fuertes»?", "es", "somos más fuertes"),
    ("Qui a dit « nous sommes prêts » ?", "fr", "nous sommes prêts"),
    ("Wer sagte „Wir sind bereit“?", "de", "Wir sind bereit"),
    ("Кто сказал «мы готовы»?", "ru", "мы готовы"),
    ('من قال "نحن مستعدون"؟', "ar", "نحن مستعدون"),
    ("谁说“我们准备好了”？", "zh", "我们准备好了"),
    ("「準備はできている」と言ったのは誰ですか", "ja", "準備はできている"),
]
TIMES = [
    ("what did Biden say about China in 2021?", "en", "China", "2021-01-01", "2021-12-31"),
    ("In March 2021, what did Biden say about the dam?", "en", "the dam", "2021-03-01", "2021-03-31"),
    ("what did Biden say since 28 December 2020?", "en", "", "2020-12-28", ""),
    ("what did Biden say before 2021?", "en", "", "", "2020-12-31"),
    ("what did Biden say between 2019 and 2021?", "en", "", "2019-01-01", "2021-12-31"),
    ("what did Biden say on Monday, 28 December 2020?", "en", "", "2020-12-28", "2020-12-28"),
    ("what did Biden say yesterday?", "en", "", "2026-05-09", "2026-05-09"),
    ("apa kata Biden soal China pada 2020?", "id", "China", "2020-01-01", "2020-12-31"),
    ("apa kata Biden kemarin?", "id", "", "2026-05-09", "2026-05-09"),
    ("¿qué dijo Solano sobre la huelga en 2021?", "es", "la huelga", "2021-01-01", "2021-12-31"),
    ("小林2021年对铁路说了什么？", "zh", "铁路", "2021-01-01", "2021-12-31"),
    ("what did Biden say about the 2021 budget?", "en", "the 2021 budget", "", ""),
    ("what did Linao say about sales by 2026?", "en", "sales by 2026", "", ""),
]
DIRECT = [
    ("what did Biden say in his own words?", "en", True),
    ("quote Biden on China", "en", True),
    ("what did Biden say verbatim about China?", "en", True),
    ("kutip Biden soal China", "id", True),
    ("apa kutipan langsung Biden?", "id", True),
    ("¿qué dijo Biden textualmente?", "es", True),
    ("Was sagte Meyer wörtlich?", "de", True),
    ("what did Biden say?", "en", False),
]


@pytest.mark.parametrize(("question", "language", "asks", "speakers", "topic"), WORDINGS)
def test_whose_words_about_what(question, language, asks, speakers, topic):
    asked = understand(question, language)
    assert (asked.asks, asked.speakers, asked.topic) == (asks, speakers, topic)


@pytest.mark.parametrize(("question", "language", "speakers", "act"), ACTS)
def test_what_was_done_with_words(question, language, speakers, act):
    asked = understand(question, language)
    assert (asked.asks, asked.speakers, asked.act) == ("whether" if speakers else "who", speakers, act)


@pytest.mark.parametrize(("question", "language", "words"), QUOTED)
def test_words_in_quotation_marks_are_those_asked_for(question, language, words):
    asked = understand(question, language)
    assert (asked.asks, asked.words) == ("who", words)


@pytest.mark.parametrize(("question", "language", "topic", "since", "until"), TIMES)
def test_when_the_words_were_said(question, language, topic, since, until):
    asked = understand(question, language, "2026-05-10")
    assert (asked.asks, asked.topic, asked.since, asked.until) == ("words", topic, since, until)


@pytest.mark.parametrize(("question", "language", "direct"), DIRECT)
def test_whether_only_words_in_quotation_marks_are_wanted(question, language, direct):
    asked = understand(question, language)
    assert (asked.asks, asked.direct_only) == ("words", direct)


@pytest.mark.parametrize(
    ("question", "circumstance"), [("what did Biden say after the vote?", True), ("what did Biden say about the vote?", False)]
)
def test_a_moment_is_no_topic(question, circumstance):
    assert understand(question, "en").circumstance is circumstance


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
    assert asked.asks or not asked.speaker
    assert bool(asked.speaker) == bool(asked.speakers)
