"""What puts a sentence before others beside the learned scores."""

import pytest

from assistant.answer.candidates import Candidate
from assistant.answer.listed import AnyOf, pattern_of
from assistant.answer.prefer import preferred
from assistant.answer.questions import understand
from assistant.answer.select import Selected
from assistant.records import Article, Hit, Passage, Span
from assistant.text.sentences import split_sentences


def first(question: str, language: str, text: str, spoken: str) -> str:
    """Return the first sentence of an article when all have one score."""
    article = Article("1", "", text, language=spoken)
    spans = tuple(split_sentences(text, spoken))
    hit = Hit(Passage(1, "1", spans[0], spans), 1.0, 1, "hybrid")
    selected = [Selected(Candidate(article, spans, at, hit), 0.0, {}) for at in range(len(spans))]
    return preferred(understand(question, language), selected)[0].candidate.text


def test_the_number_of_victims_comes_before_the_hour():
    text = "Banjir datang pukul 02.40. Warga mengungsi ke sekolah. Sedikitnya tujuh orang meninggal."
    assert first("berapa korban banjir?", "id", text, "id") == "Sedikitnya tujuh orang meninggal."


def test_whether_anybody_died_is_told_by_what_tells_of_the_dead():
    text = "Pasar itu akan dipugar. Tidak ada korban jiwa. Api padam pagi hari."
    assert first("Ada yang meninggal?", "id", text, "id") == "Tidak ada korban jiwa."


def test_why_is_told_by_a_word_for_because():
    text = "Pengoperasian kereta ditunda. Penundaan dilakukan karena persinyalan gagal. Menteri kecewa."
    assert first("Kenapa ditunda?", "id", text, "id") == "Penundaan dilakukan karena persinyalan gagal."


def test_words_of_another_language_for_one_thing_are_known():
    text = "Yağmur dün başladı. Zeytin hasadı iptal edildi. Müdür konuştu."
    assert first("Was the festival cancelled?", "en", text, "tr") == "Zeytin hasadı iptal edildi."


@pytest.mark.parametrize("row", [["fire*", "sacked", "step_down"], ["قتل*", "مقتل"], ["死亡", "去世"], ["harga-harga", "b?r*"], []])
def test_looking_words_up_finds_what_their_expression_finds(row):
    texts = (
        "she was fired",
        "campfire",
        "he will step  down",
        "stepdown",
        "وقتلى في المقتل",
        "一人死亡",
        "naik harga-harga",
        "bar bores",
        "",
    )
    found = [AnyOf.of(row).stand_in(text) for text in texts]
    assert found == [pattern_of(row).search(text) is not None for text in texts]
    assert any(found) == bool(row)


def test_the_figure_that_counts_those_people_is_marked():
    sentence = "He put the number of dead at seven, all of them employees, and said 19 others were being treated for burns."
    span = Span(0, len(sentence))
    candidate = Candidate(Article("1", "", sentence, language="en"), (span,), 0, Hit(Passage(1, "1", span, (span,)), 1.0, 1, "hybrid"))
    for marked, right in (("19", "seven"), ("at seven", "at seven")):
        start = sentence.index(marked)
        item = Selected(candidate, 0.0, {}, Span(start, start + len(marked)))
        [found] = preferred(understand("How many people died in the explosion?", "en"), [item])
        assert found.focus is not None
        assert found.focus.of(sentence) == right
