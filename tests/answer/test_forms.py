"""The forms of answers over small made-up articles."""

import pytest

from assistant.answer.questions import Asked
from assistant.answer.timeline import naming
from assistant.assistant import Assistant
from assistant.records import Answer
from tests.answer.news import eager, news  # noqa: F401  (a fixture)

FORMS = [
    Asked("How many stalls burnt down in the Tandora market fire?", "en", "number"),
    Asked("How many workers were killed at the Okafere mill?", "en", "number"),
    Asked("What stood behind the mill in Okafere?", "en"),
    Asked("What burnt in Tandora?", "en", "list"),
    Asked("What is the state of the Marrow bridge?", "en", newest=True),
    Asked("What happened when to the Marrow bridge?", "en", "timeline", topic="Marrow bridge"),
    Asked("Sum up the article about the Okafere mill blast", "en", "summary", topic="Okafere mill blast eleven dead"),
    Asked("Compare Okafere and Tandora", "en", "comparison", sides=("the mill in Okafere", "the market in Tandora")),
    Asked("Bandingkan Lagoon Herald dan Savanna Dispatch soal Okafere", "id", "comparison", sides=("Lagoon Herald", "Savanna Dispatch")),
]


def ask(assistant: Assistant, asked: Asked) -> Answer:
    return eager(assistant).answering.answer_asked(asked)


@pytest.mark.parametrize("asked", FORMS, ids=lambda asked: f"{asked.kind} {asked.question[:20]}")
def test_markers_quotes_and_citations_belong_together_in_every_form(news: Assistant, asked: Asked):  # noqa: F811
    answer = ask(news, asked)
    assert answer.citations
    assert not answer.abstained
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {number for _, number in answer.markers} == {citation.number for citation in answer.citations}
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for offset, number in answer.markers:
        assert answer.text[:offset].endswith(quotes[number])
    for citation in answer.citations:
        assert citation.span.of(news.article(citation.article_id).text) == citation.quote
    again = ask(news, asked)
    assert (again.text, again.citations) == (answer.text, answer.citations)


def test_the_newest_article_comes_first_and_shows_its_day(news: Assistant):  # noqa: F811
    answer = ask(news, FORMS[4])
    assert [citation.published for citation in answer.citations] == sorted((c.published for c in answer.citations), reverse=True)
    assert answer.text.startswith("Halven Post (12 Feb 2024): ")


def test_a_timeline_runs_from_the_oldest_day_to_the_latest(news: Assistant):  # noqa: F811
    answer = ask(news, FORMS[5])
    lines = answer.text.split("\n")
    assert [line.split(":")[0] for line in lines][:4] == ["6 Mar 2023", "3 Apr 2023", "12 Feb 2024", "1 Mar 2024"]


def test_a_comparison_has_a_heading_for_each_side_and_says_what_is_missing(news: Assistant):  # noqa: F811
    answer = ask(news, FORMS[7])
    first, second = answer.text.split("\n\n")
    assert first.startswith("the mill in Okafere:\n")
    assert second.startswith("the market in Tandora:\n")
    half = ask(news, Asked("Compare them", "en", "comparison", sides=("the mill in Okafere", "Quillanta")))
    assert half.text.endswith("Quillanta: the articles tell nothing of it")
    assert "Okafere" in half.citations[0].quote


def test_a_comparison_by_outlet_cites_each_outlet_only(news: Assistant):  # noqa: F811
    answer = ask(news, FORMS[8])
    first, second = (part.split(":\n")[1] for part in answer.text.split("\n\n"))
    for citation in answer.citations:
        assert (citation.quote in first) == (citation.outlet == "Lagoon Herald")
        assert (citation.quote in second) == (citation.outlet == "Savanna Dispatch")


def test_a_list_has_a_line_for_each_item(news: Assistant):  # noqa: F811
    answer = ask(news, FORMS[3])
    assert len(answer.citations) > 1
    assert all(line.startswith("- ") for line in answer.text.split("\n"))


def test_a_summary_is_of_one_article_in_text_order_from_its_first_sentence(news: Assistant):  # noqa: F811
    answer = ask(news, FORMS[6])
    assert len({citation.article_id for citation in answer.citations}) == 1
    spans = [citation.span for citation in answer.citations]
    assert spans == sorted(spans)
    assert spans[0].start == 0


def test_a_summary_of_what_no_article_is_about_abstains(news: Assistant):  # noqa: F811
    answer = ask(news, Asked("Sum up the article about Quillanta", "en", "summary", topic="the parliament of Quillanta"))
    assert answer.abstained
    assert not answer.citations
    assert "Quillanta" in answer.text


def test_the_strict_cite_less_than_the_eager(news: Assistant):  # noqa: F811
    asked = Asked("How many stalls burnt down in the Tandora market fire?", "en", "number")
    assert len(news.answering.answer_asked(asked).citations) <= len(ask(news, asked).citations)


def test_a_timeline_leaves_out_articles_without_the_name_that_the_best_one_has(news: Assistant):  # noqa: F811
    asked = Asked("What happened when to the Marrow bridge?", "en", "timeline")
    found = news.answering.drafting.finder.find(asked, news.search(asked.question)).selected
    assert any("Marrow" not in item.candidate.article.text for item in found)
    kept = naming(("Marrow", "Nowhere"), found)
    assert kept
    assert all("Marrow" in item.candidate.article.text for item in kept)
