"""What the article this project began with must give, alone in its index and among all the samples."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.records import JOINED, Answer, Article, Quotation, Span, Turn
from assistant.settings import Settings
from assistant.text.quotations import find_quotations

ARTICLES = Path(__file__).parent.parent / "seeds" / "articles"
SEED = ARTICLES / "000_fbacd0f8f8eb0354.txt"
CALL = "Sejalan dengan China dan Rusia, Biden pada hari Senin juga menyerukan adanya penguatan hubungan"
WORDS = 'memiliki visi yang sama," ungkap Biden.'
RELATIONS = '"Hubungan China-Rusia tidak terpengaruh'
PRAISE = "kantor kepresidenan Rusia juga memuji hubungan bilateral"
LEAD = "Hubungan dekat antara China dan Rusia kembali ditegaskan oleh kedua pemimpin negara"


@pytest.fixture(scope="module", params=["alone", "samples"])
def assistant(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("index") / request.param
    with Assistant.open(folder, settings=Settings()) as opened:
        report = opened.add([SEED if request.param == "alone" else ARTICLES])
        assert not report.failures
        yield opened


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def holds(answer: Answer, words: str) -> bool:
    return any(words in quote for quote in quotes(answer))


@pytest.mark.parametrize("question", ["what did Biden say?", "apa kata Biden?", "¿qué dijo Biden?"])
def test_biden_gets_his_own_words_and_nobody_elses(assistant: Assistant, question: str):
    answer = assistant.ask(question)
    assert holds(answer, WORDS)
    assert holds(answer, CALL)
    assert len(answer.citations) == 2
    assert {c.speaker for c in answer.citations} == {"Joe Biden"}
    assert "Baca Juga" not in answer.text
    assert "KONTAN.CO.ID" not in answer.text


def test_xi_on_relations_comes_first_with_its_second_sentence_and_who_passed_it_on(assistant: Assistant):
    first = assistant.ask("what did Xi Jinping say about relations with Russia?").citations[0]
    assert first.quote.startswith(RELATIONS)
    assert "Memperkuat kerja sama strategis" in first.quote
    assert (first.speaker, first.via) == ("Xi Jinping", "Kementerian Luar Negeri China")


@pytest.mark.parametrize("question", ["when is Biden's inauguration?", "kapan Biden dilantik?"])
def test_the_inauguration_is_dated(assistant: Assistant, question: str):
    assert "20 Januari 2021" in assistant.ask(question).citations[0].quote


def test_the_call_is_dated(assistant: Assistant):
    assert "Senin (28/12)" in assistant.ask("when did Xi and Putin talk on the phone?").citations[0].quote


def test_the_praise_is_the_presidential_offices(assistant: Assistant):
    assert PRAISE in assistant.ask("who praised the relations as the best in history?").citations[0].quote


@pytest.mark.parametrize("question", ["what did Putin say?", "what did putin say?", "apa kata Vladimir Putin?"])
def test_nothing_is_put_into_putins_mouth(assistant: Assistant, question: str):
    answer = assistant.ask(question)
    assert answer.abstained
    assert answer.citations == ()
    near = [citation.quote for citation in answer.nearest]
    assert any(LEAD in quote for quote in near)
    assert any(PRAISE in quote for quote in near)


def test_who_and_where_come_from_the_metadata_without_markers(assistant: Assistant):
    history = (Turn("what did Biden say?", assistant.ask("what did Biden say?")),)
    for question in ("who wrote the article?", "where was it reported from?"):
        answer = assistant.ask(question, history)
        assert answer.metadata
        assert not answer.abstained
        assert answer.markers == answer.citations == ()
        for value in ("South China Morning Post", "Prihastomo Wahyu Widodo", "Kontan", "Beijing"):
            assert value in answer.text


def test_a_question_about_metadata_may_name_the_articles_topic(assistant: Assistant):
    answer = assistant.ask("who wrote the article about the phone call between Xi and Putin?")
    assert "Prihastomo Wahyu Widodo" in answer.text


def test_what_no_article_says_is_not_answered(assistant: Assistant):
    answer = assistant.ask("what is the capital of Australia?")
    assert answer.abstained
    assert answer.citations == answer.markers == ()


def test_the_article_has_a_title_a_date_and_no_furniture(assistant: Assistant):
    article = next(a for a in assistant.articles() if a.origin.endswith(SEED.name))
    assert article.title.startswith("Hubungan dekat antara China dan Rusia")
    assert article.published.startswith("2020-12-28")
    assert {"title", "published"} <= set(article.inferred)
    assert (article.outlet, article.place, article.language) == ("Kontan", "Beijing", "id")
    for words in ("Baca Juga", "Sumber:", "Editor:", "KONTAN.CO.ID"):
        assert words not in article.text


def test_what_two_said_together_is_neithers_alone(tmp_path: Path):
    def together(article: Article, sentences: Sequence[Span]) -> list[Quotation]:
        lead = next(span for span in sentences if LEAD in span.of(article.text))
        found = [q for q in find_quotations(article.text, sentences, article.language) if not q.span.overlaps(lead)]
        both = ("Xi Jinping", "Vladimir Putin")
        return [Quotation("", lead, lead, JOINED.join(both), cue="ditegaskan", joint=both), *found]

    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        assistant.add([SEED])
        assistant.index.requote(10**6, together)
        for question in ("what did Putin say?", "apa kata Vladimir Putin?"):
            answer = assistant.ask(question)
            assert answer.abstained
            assert LEAD in answer.nearest[0].quote
            assert any(PRAISE in citation.quote for citation in answer.nearest)
        assert not holds(assistant.ask("what did Xi say?"), LEAD)
        assert holds(assistant.ask("what did Xi and Putin say?"), LEAD)
        assert [q.joint for q in assistant.quotations("putin")] == [("Xi Jinping", "Vladimir Putin")]
