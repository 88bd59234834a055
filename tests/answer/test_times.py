"""When: a golden table of times in questions. Today is Friday, 14 June 2024."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.moments import times_table
from assistant.answer.times import NO_TIME, take_time

NOW = "2024-06-14"
# language, question, first day, last day
TIMES = [
    ("en", "What happened in Kabul two days ago?", "2024-06-12", "2024-06-12"),
    ("en", "who resigned the day before yesterday?", "2024-06-12", "2024-06-12"),
    ("en", "what changed this week?", "2024-06-10", "2024-06-16"),
    ("en", "how many strikes were there in the last three months?", "2024-03-14", "2024-06-14"),
    ("en", "how many were hurt between 3 and 20 April 2023?", "2023-04-03", "2023-04-20"),
    ("en", "who won on May 5?", "2024-05-05", "2024-05-05"),
    ("en", "what did the council decide in March?", "2024-03-01", "2024-03-31"),
    ("en", "who may win the 2022 World Cup?", "", ""),
    ("en", "what happened after 9 June 2024?", "2024-06-10", ""),
    ("en", "What has the ministry done from January 2023 to March 2023?", "2023-01-01", "2023-03-31"),
    ("en", "what was decided until 10 May 2024?", "", "2024-05-10"),
    ("en", "what happened last weekend?", "2024-06-08", "2024-06-09"),
    ("en", "who was elected three years ago?", "2021-01-01", "2021-12-31"),
    ("en", "what is in the 7 October attacks inquiry?", "2023-10-07", "2023-10-07"),
    ("en", "did the march in Leeds end?", "", ""),
    ("en", "what happened on Friday?", "2024-06-14", "2024-06-14"),
    ("en", "which firms closed in 2019 and 2020?", "2019-01-01", "2020-12-31"),
    ("en", "what did the August 2023 report find?", "", ""),
    ("en", "how many died in the May 1998 riots?", "", ""),
    ("en", "what happened on 12/05/2024?", "2024-05-12", "2024-05-12"),
    ("en", "what happened by 2030?", "", ""),
    ("en", "what happened last year?", "2023-01-01", "2023-12-31"),
    ("en", "what did Ines Kolb say in the past week?", "2024-06-07", "2024-06-14"),
    ("id", "apa yang terjadi kemarin lusa?", "2024-06-12", "2024-06-12"),
    ("id", "berapa korban pada Senin (10/6)?", "2024-06-10", "2024-06-10"),
    ("id", "siapa yang ditangkap tiga hari lalu?", "2024-06-11", "2024-06-11"),
    ("id", "apa yang diputuskan seminggu terakhir?", "2024-06-07", "2024-06-14"),
    ("id", "berapa ekspor dalam tiga bulan terakhir?", "2024-03-14", "2024-06-14"),
    ("id", "apa isi APBN 2024?", "", ""),
    ("id", "siapa juara Piala Dunia 2022?", "", ""),
    ("id", "apa yang terjadi antara 3 April 2024 dan 10 April 2024?", "2024-04-03", "2024-04-10"),
    ("id", "apa yang terjadi pada Minggu malam?", "2024-06-09", "2024-06-09"),
    ("id", "berapa kasus minggu ini?", "2024-06-10", "2024-06-16"),
    ("id", "berapa kasus pekan lalu?", "2024-06-03", "2024-06-09"),
    ("id", "apa yang terjadi pada tahun 2019?", "2019-01-01", "2019-12-31"),
    ("id", "apa yang diumumkan bulan Maret?", "2024-03-01", "2024-03-31"),
    ("id", "apa yang diumumkan sebelum 1 Mei 2024?", "", "2024-04-30"),
    ("id", "apa yang diumumkan setelah 1 Mei 2024?", "2024-05-02", ""),
    ("id", "apa yang diumumkan hingga 1 Mei 2024?", "", "2024-05-01"),
    ("id", "siapa dilantik Kamis lalu?", "2024-06-13", "2024-06-13"),
    ("id", "siapa dilantik tahun lalu?", "2023-01-01", "2023-12-31"),
    ("id", "harga beras per 28/12?", "", ""),
    ("id", "apa yang terjadi tanggal 28/12?", "2023-12-28", "2023-12-28"),
    ("es", "¿qué pasó hace tres días?", "2024-06-11", "2024-06-11"),
    ("es", "¿qué pasó la semana pasada?", "2024-06-03", "2024-06-09"),
    ("es", "¿qué pasó el lunes pasado?", "2024-06-10", "2024-06-10"),
    ("es", "¿qué ocurrió en marzo?", "2024-03-01", "2024-03-31"),
    ("es", "¿cuántos murieron desde el 3 de mayo?", "2024-05-03", ""),
    ("es", "¿qué pasó en los últimos dos meses?", "2024-04-14", "2024-06-14"),
    ("es", "¿qué pasó del 3 al 20 de abril de 2024?", "2024-04-03", "2024-04-20"),
    ("es", "¿Quién ganó el Mundial de 2022?", "", ""),
    ("es", "¿qué dijo ayer Pedro Sanz?", "2024-06-13", "2024-06-13"),
    ("es", "¿qué pasó antes del 5 de junio de 2022?", "", "2022-06-04"),
    ("es", "¿qué pasó el martes?", "2024-06-11", "2024-06-11"),
    ("es", "¿qué pasó el año pasado?", "2023-01-01", "2023-12-31"),
    ("es", "¿por qué la mañana fue larga?", "", ""),
    ("fr", "que s'est-il passé il y a trois jours ?", "2024-06-11", "2024-06-11"),
    ("fr", "que s'est-il passé la semaine dernière ?", "2024-06-03", "2024-06-09"),
    ("fr", "combien de grèves depuis mars 2023 ?", "2023-03-01", ""),
    ("fr", "combien de grèves en mars ?", "2024-03-01", "2024-03-31"),
    ("fr", "que s'est-il passé entre le 3 et le 20 avril 2024 ?", "2024-04-03", "2024-04-20"),
    ("fr", "que s'est-il passé avant le 5 juin 2022 ?", "", "2022-06-04"),
    ("fr", "que s'est-il passé jusqu'au 5 juin 2022 ?", "", "2022-06-05"),
    ("fr", "combien en 2021 ?", "2021-01-01", "2021-12-31"),
    ("fr", "que s'est-il passé l'an dernier ?", "2023-01-01", "2023-12-31"),
    ("fr", "que s'est-il passé cette année ?", "2024-01-01", "2024-12-31"),
    ("fr", "que s'est-il passé le 1er mai 2024 ?", "2024-05-01", "2024-05-01"),
    ("de", "Was geschah vor drei Tagen?", "2024-06-11", "2024-06-11"),
    ("de", "Was geschah letzte Woche?", "2024-06-03", "2024-06-09"),
    ("de", "Was geschah im letzten Monat?", "2024-05-01", "2024-05-31"),
    ("de", "Was geschah im Mai?", "2024-05-01", "2024-05-31"),
    ("de", "Was geschah zwischen dem 3. und 20. April 2024?", "2024-04-03", "2024-04-20"),
    ("de", "Was geschah vom 3. bis 20. April 2024?", "2024-04-03", "2024-04-20"),
    ("de", "Wer gewann 2021 die Wahl?", "2021-01-01", "2021-12-31"),
    ("de", "Wann begann die Fußball-WM 2022?", "", ""),
    ("de", "Was geschah seit dem 5. Mai 2024?", "2024-05-05", ""),
    ("de", "Was geschah am vergangenen Montag?", "2024-06-10", "2024-06-10"),
    ("de", "Was geschah in den letzten zwei Wochen?", "2024-05-31", "2024-06-14"),
    ("de", "Was geschah im vergangenen Jahr?", "2023-01-01", "2023-12-31"),
    ("de", "Was geschah vorgestern?", "2024-06-12", "2024-06-12"),
    ("pt", "o que aconteceu há três dias?", "2024-06-11", "2024-06-11"),
    ("pt", "o que aconteceu na segunda-feira?", "2024-06-10", "2024-06-10"),
    ("pt", "o que aconteceu no mês passado?", "2024-05-01", "2024-05-31"),
    ("pt", "o que aconteceu em março de 2023?", "2023-03-01", "2023-03-31"),
    ("pt", "o que aconteceu entre 3 e 20 de abril de 2024?", "2024-04-03", "2024-04-20"),
    ("pt", "quem ganhou a Copa de 2022?", "", ""),
    ("pt", "o que aconteceu pela segunda vez?", "", ""),
    ("pt", "o que aconteceu no ano passado?", "2023-01-01", "2023-12-31"),
    ("pt", "o que aconteceu antes de 5 de junho de 2022?", "", "2022-06-04"),
    ("pt", "o que aconteceu nos últimos três meses?", "2024-03-14", "2024-06-14"),
    ("pt", "o que disse a ministra esta semana?", "2024-06-10", "2024-06-16"),
    ("ru", "что произошло три дня назад?", "2024-06-11", "2024-06-11"),
    ("ru", "что произошло неделю назад?", "2024-06-03", "2024-06-09"),
    ("ru", "что произошло в мае?", "2024-05-01", "2024-05-31"),
    ("ru", "что произошло в мае 2023 года?", "2023-05-01", "2023-05-31"),
    ("ru", "что произошло с 3 по 20 апреля 2024 года?", "2024-04-03", "2024-04-20"),
    ("ru", "что произошло в 2021 году?", "2021-01-01", "2021-12-31"),
    ("ru", "что произошло с начала 2024 года?", "2024-01-01", ""),
    ("ru", "что произошло после 5 мая 2024 года?", "2024-05-06", ""),
    ("ru", "что произошло в прошлом месяце?", "2024-05-01", "2024-05-31"),
    ("ru", "что произошло во вторник?", "2024-06-11", "2024-06-11"),
    ("ru", "что произошло за последние три месяца?", "2024-03-14", "2024-06-14"),
    ("ru", "Кто победил на чемпионате мира 2022 года?", "", ""),
    ("ru", "что случилось с марта 2023 года?", "2023-03-01", ""),
    ("ar", "ماذا حدث قبل ثلاثة أيام؟", "2024-06-11", "2024-06-11"),
    ("ar", "ماذا حدث الأسبوع الماضي؟", "2024-06-03", "2024-06-09"),
    ("ar", "ماذا حدث يوم الاثنين الماضي؟", "2024-06-10", "2024-06-10"),
    ("ar", "ماذا حدث في مارس 2023؟", "2023-03-01", "2023-03-31"),
    ("ar", "ماذا حدث في عام 2021؟", "2021-01-01", "2021-12-31"),
    ("ar", "ماذا حدث منذ 5 مايو 2024؟", "2024-05-05", ""),
    ("ar", "ماذا حدث قبل 5 يونيو 2022؟", "", "2022-06-04"),
    ("ar", "ماذا حدث هذا العام؟", "2024-01-01", "2024-12-31"),
    ("ar", "ماذا حدث العام الماضي؟", "2023-01-01", "2023-12-31"),
    ("ar", "ماذا حدث يوم الثلاثاء؟", "2024-06-11", "2024-06-11"),
    ("ar", "ما هي ميزانية 2024؟", "", ""),
    ("ar", "ماذا حدث خلال الأشهر الثلاثة الماضية؟", "2024-03-14", "2024-06-14"),
    ("ar", "ماذا حدث يوم ١٢ مارس ٢٠٢٤؟", "2024-03-12", "2024-03-12"),
    ("zh", "三天前发生了什么？", "2024-06-11", "2024-06-11"),
    ("zh", "上周发生了什么？", "2024-06-03", "2024-06-09"),
    ("zh", "上个月发生了什么？", "2024-05-01", "2024-05-31"),
    ("zh", "2021年发生了什么？", "2021-01-01", "2021-12-31"),
    ("zh", "2023年3月以来发生了什么？", "2023-03-01", ""),
    ("zh", "2022年6月5日之前发生了什么？", "", "2022-06-04"),
    ("zh", "从2024年4月3日到4月20日发生了什么？", "2024-04-03", "2024-04-20"),
    ("zh", "2022年世界杯谁赢了？", "", ""),
    ("zh", "去年发生了什么？", "2023-01-01", "2023-12-31"),
    ("zh", "今年3月发生了什么？", "2024-03-01", "2024-03-31"),
    ("zh", "过去三个月发生了什么？", "2024-03-14", "2024-06-14"),
    ("zh", "周二发生了什么？", "2024-06-11", "2024-06-11"),
    ("zh", "自2024年5月5日起发生了什么", "2024-05-05", ""),
    ("ja", "3日前に何が起きましたか", "2024-06-11", "2024-06-11"),
    ("ja", "先週何が起きましたか", "2024-06-03", "2024-06-09"),
    ("ja", "先月の会議で何が決まりましたか", "2024-05-01", "2024-05-31"),
    ("ja", "2021年に何が起きましたか", "2021-01-01", "2021-12-31"),
    ("ja", "2023年3月以降に何が起きましたか", "2023-03-01", ""),
    ("ja", "2022年6月5日以前に何が起きましたか", "", "2022-06-05"),
    ("ja", "2024年4月3日から20日まで何が起きましたか", "2024-04-03", "2024-04-20"),
    ("ja", "2022年ワールドカップで優勝したのは", "", ""),
    ("ja", "火曜日に何が起きましたか", "2024-06-11", "2024-06-11"),
    ("ja", "先週の月曜日に何がありましたか", "2024-06-03", "2024-06-03"),
    ("ja", "昨年10月に何が起きましたか", "2023-10-01", "2023-10-31"),
    ("ja", "今年、何が変わりましたか", "2024-01-01", "2024-12-31"),
    ("ja", "ここ3か月で何が起きましたか", "2024-03-14", "2024-06-14"),
    ("ms", "apa berlaku semalam?", "2024-06-13", "2024-06-13"),
    ("ms", "apa berlaku minggu lepas?", "2024-06-03", "2024-06-09"),
    ("ms", "apa berlaku pada Isnin lalu?", "2024-06-10", "2024-06-10"),
    ("ms", "apa berlaku pada 3 Ogos 2023?", "2023-08-03", "2023-08-03"),
    ("ms", "apa berlaku tiga hari lepas?", "2024-06-11", "2024-06-11"),
    ("ms", "apa berlaku sejak bulan lepas?", "2024-05-01", ""),
]
RESTS = [
    ("en", "What happened in Kabul two days ago", "What happened in Kabul"),
    ("en", "Since March 2023, who resigned", "who resigned"),
    ("id", "apa yang terjadi pada Senin (10/6) di Solo", "apa yang terjadi di Solo"),
    ("zh", "2021年发生了什么", "发生了什么"),
]


@pytest.mark.parametrize(("language", "question", "since", "until"), TIMES)
def test_the_time_of_a_question_becomes_whole_days(language, question, since, until):
    time = take_time(question.strip(" ?؟？"), NOW, (language,))[1]
    assert (time.since, time.until) == (since, until)


@pytest.mark.parametrize(("language", "question", "rest"), RESTS)
def test_the_time_is_taken_out_of_the_question(language, question, rest):
    assert take_time(question, NOW, (language,))[0] == rest


def test_without_today_only_full_dates_are_understood():
    assert take_time("who resigned yesterday", "", ("en",))[1] == NO_TIME
    assert take_time("who resigned on 3 May 2023", "", ("en",))[1].since == "2023-05-03"


@pytest.mark.parametrize("question", ["what happened on Friday", "what happened in May", "what happened on 3 May"])
def test_a_time_that_had_to_be_guessed_is_not_exact(question):
    assert not take_time(question, NOW, ("en",))[1].exact


def test_what_stands_in_quotation_marks_is_no_time():
    assert take_time('who said "we lost everything in 2009"', NOW, ("en",))[1] == NO_TIME


@given(st.text(max_size=200), st.sampled_from(sorted(times_table())))
def test_any_text_has_a_time_or_none(text, language):
    rest, time = take_time(text, NOW, (language,))
    assert not (time.since and time.until) or time.since <= time.until
    assert time != NO_TIME or rest == text
