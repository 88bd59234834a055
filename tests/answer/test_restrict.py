from pathlib import Path

import pytest

from assistant.answer.questions import understand
from assistant.answer.restrict import with_question
from assistant.assistant import Assistant
from assistant.records import Filters
from tests.answer.made_up import DRAFTS, opened

NOW = "2022-10-01"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory):
    with opened(Path(tmp_path_factory.mktemp("restricted")) / "index", DRAFTS) as assistant:
        yield assistant


def test_filters_that_are_given_win_over_those_of_the_question():
    asked = understand("according to the Sotera Courier, what happened in 2021?", "en", NOW)
    assert with_question(Filters(), asked) == Filters(outlet="Sotera Courier", since="2021-01-01", until="2022-01-02")
    given = Filters(outlet="Northern Wire", until="2020")
    assert with_question(given, asked) == given


def test_the_time_of_a_question_restricts_the_articles(assistant: Assistant):
    answer = assistant.ask("How many cables of the Marrow bridge had rusted through in 2021?", now=NOW)
    assert answer.citations
    assert all(citation.published.startswith("2021") for citation in answer.citations)
    assert answer.filters.since == "2021-01-01"


def test_without_an_article_from_that_time_the_answer_says_so(assistant: Assistant):
    answer = assistant.ask("How many cables of the Marrow bridge had rusted through in 1998?", now=NOW)
    assert answer.abstained
    assert "1998-01-01" in answer.text
    assert [citation.title for citation in answer.nearest][:1] == ["Marrow bridge stays closed"]


def test_an_unknown_outlet_is_named_in_the_abstention(assistant: Assistant):
    answer = assistant.ask("Menurut Kompas, siapa bupati Laranta?", now=NOW)
    assert answer.abstained
    assert "Kompas" in answer.text
    assert answer.filters.outlet == "Kompas"


def test_an_outlet_in_the_question_restricts_the_words_of_a_speaker(assistant: Assistant):
    answer = assistant.ask("According to Northern Wire, what did Solano say?", now=NOW)
    assert {citation.outlet for citation in answer.citations} == {"Northern Wire"}


def test_a_speaker_is_found_under_any_of_their_names(assistant: Assistant):
    hits = assistant.search("bridge", 50, Filters(speaker="Mayor Solano"))
    titles = {assistant.article(hit.passage.article_id).title for hit in hits}
    assert titles == {"Marrow bridge stays closed", "Bridge over the Marrow closed", "Free breakfast in schools"}
    assert assistant.search("bridge", 50, Filters(speaker="Nobody Known")) == []


def test_words_of_a_day_are_found_in_the_articles_of_the_next(assistant: Assistant):
    answer = assistant.ask("what did Solano say on 7 March 2021?", now=NOW)
    assert {citation.published for citation in answer.citations} == {"2021-03-08"}
    assert assistant.ask("what did Solano say on 1 March 2021?", now=NOW).abstained


def test_each_part_of_a_question_is_answered_under_its_heading(assistant: Assistant):
    answer = assistant.ask("What did Talarico say about the cables and who praised the free breakfast?", now=NOW)
    first, second = answer.text.split("\n\nwho praised the free breakfast?\n")
    assert first.startswith("What did Talarico say about the cables?\n")
    assert "Petra Lindqvist" in second
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert [marker.number for marker in answer.markers] == [citation.number for citation in answer.citations]
    for marker, citation in zip(answer.markers, answer.citations, strict=True):
        assert answer.text[: marker.offset].endswith(citation.quote)


def test_only_a_question_no_part_of_which_is_answered_abstains(assistant: Assistant):
    half = assistant.ask("What did Talarico say about the cables and what did Putin say?", now=NOW)
    assert half.citations
    assert "Putin" in half.text
    assert half.nearest == ()
    none = assistant.ask("What did Trump say and what did Putin say?", now=NOW)
    assert none.abstained
    assert none.citations == none.markers == ()
