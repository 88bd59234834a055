"""Copies: one citation with all its places, in sentences and in the ledger."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.copies import same_words
from assistant.assistant import Assistant
from assistant.records import Filters
from tests.answer.made_up import DRAFTS, opened
from tests.answer.news import news  # noqa: F401  (a fixture)

WORDS = st.lists(
    st.sampled_from(["flood", "river", "Anders", "seven", "19", "bridge", "mayor", "trees", "said", "winter"]), min_size=1, max_size=12
)
VOTE = "The council of Belmora voted to plant nine thousand lime trees along the river Sill before the winter."


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened(tmp_path_factory.mktemp("index"), DRAFTS) as made:
        yield made


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("the council of belmora voted to plant nine thousand lime trees along the river Sill before the winter", True),
        ("The council of Belmora has voted to plant nine thousand lime trees along the river Sill before winter.", True),
        ("The council of Belmora voted not to plant nine thousand lime trees along the river Sill before the winter.", False),
        ("The council of Belmora voted to plant six thousand lime trees along the river Sill before the winter.", False),
        ("The council of Tandora voted to plant nine thousand lime trees along the river Sill before the winter.", False),
    ],
)
def test_a_name_a_number_or_a_negation_makes_another_statement(other: str, same: bool):
    assert same_words(VOTE, other, "en") is same
    assert same_words(other, VOTE, "en") is same


@given(WORDS)
def test_a_sentence_is_a_copy_of_itself_in_any_case_and_with_any_marks(words: list[str]):
    text = " ".join(words)
    assert same_words(text, f"“{text.upper()}!”", "en")
    assert not same_words(text, f"{text} Quillan", "en")


def test_wire_copies_are_one_citation_with_every_place(news: Assistant):  # noqa: F811
    answer = news.ask("How many lime trees will Belmora plant along the river Sill?")
    cited = [citation for citation in answer.citations if citation.quote == VOTE]
    assert len(cited) == 1
    places = [(copy.outlet, copy.published) for copy in cited[0].also]
    assert sorted([(cited[0].outlet, cited[0].published), *places]) == [
        ("Belmora Gazette", "2023-04-02"),
        ("Northern Wire", "2023-04-01"),
        ("Sill Valley Times", "2023-04-03"),
    ]
    assert places == sorted(places, key=lambda place: place[1])
    for copy in cited[0].also:
        assert same_words(copy.span.of(news.article(copy.article_id).text), VOTE, "en")


def test_a_copy_that_the_filters_leave_out_is_not_named(news: Assistant):  # noqa: F811
    answer = news.ask("How many lime trees will Belmora plant along the river Sill?", filters=Filters(since="2023-04-02"))
    assert {copy.published for citation in answer.citations for copy in citation.also} <= {"2023-04-02", "2023-04-03"}
    assert any(citation.also for citation in answer.citations)


def test_the_ledger_names_the_copies_of_a_speakers_words(words: Assistant):
    answer = words.ask("what did Ana Solano say about the bridge?")
    (fall,) = [citation for citation in answer.citations if "may fall" in citation.quote]
    (copy,) = fall.also
    assert {fall.outlet, copy.outlet} == {"The Sotera Courier", "Northern Wire"}
    assert "We will not open a bridge that may fall" in copy.span.of(words.article(copy.article_id).text)


def test_both_corrected_and_first_version_keep_their_own_numbers(news: Assistant):  # noqa: F811
    for answer in (news.ask("what did Ilma Resk say?"), news.ask("How many stalls burnt down in the Tandora market fire?")):
        numbers = {number for citation in answer.citations for number in re.findall(r"\b(?:64|46)\b", citation.quote)}
        assert numbers == {"46", "64"}
