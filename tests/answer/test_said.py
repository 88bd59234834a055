"""Asking who said what, over a small made-up index."""

from collections.abc import Iterator

import pytest

from assistant.assistant import Assistant
from assistant.records import Answer, Filters
from tests.answer.made_up import DRAFTS, drafted, opened

FALL, CLOSED, WARNINGS = "We will not open a bridge that may fall", "stay closed until June", "ignored warnings"
CABLES, BREAKFAST, LEARN, LUNCH = "two cables", "Every pupil", "Hungry children", "warm lunches"
FUTURE, QUARRELS, TWICE = "one river and one future", "forty years of quarrels", "paid twice"
RECEDES, BLANKETS = "air mulai surut", "seribu selimut"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened(tmp_path_factory.mktemp("index"), DRAFTS) as made:
        yield made


def speakers(answer: Answer) -> list[str]:
    return list(dict.fromkeys(citation.speaker for citation in answer.citations))


def cites(answer: Answer, *words: str) -> bool:
    return len(answer.citations) == len(words) and all(
        word in citation.quote for word, citation in zip(words, answer.citations, strict=True)
    )


ANSWERED = [
    ("what did Ana Solano say?", [CLOSED, FALL, WARNINGS, BREAKFAST]),
    ("what did the mayor Ana Solano say?", [CLOSED, FALL, WARNINGS, BREAKFAST]),
    ("apa kata Solano?", [CLOSED, FALL, WARNINGS, BREAKFAST]),
    ("what did Solano say in 2022?", [BREAKFAST]),
    ("what did Solano say about the breakfast?", [BREAKFAST]),
    ("did Solano say anything about the free breakfast?", [BREAKFAST]),
    ("what did Solano say in her own words?", [FALL]),
    ("quote Petra Lindqvist", [LEARN]),
    ('who said "hungry children do not learn"?', [LEARN]),
    ("siapa yang mengatakan “hungry children do not learn”?", [LEARN]),
    ('who said "we will never open a bridge that may fall"?', [FALL]),
    ("who called for warm lunches?", [LUNCH]),
    ("who denied that the city had ignored warnings?", [WARNINGS]),
    ("what did Tomas Berg and Ilse Haar say?", [QUARRELS, FUTURE]),
    ("what did Tomas Berg say about the treaty?", [QUARRELS]),
    ("siapa saja yang bicara soal banjir?", [BLANKETS, RECEDES]),
    ("apakah Hasan Wirya bicara soal banjir?", [RECEDES]),
    ("what did Dewi Astari say about blankets?", [BLANKETS]),
]


@pytest.mark.parametrize(("question", "words"), ANSWERED, ids=[question for question, _ in ANSWERED])
def test_words_are_found_by_speaker_topic_time_and_kind(assistant: Assistant, question: str, words: list[str]):
    answer = assistant.ask(question)
    got = [citation.quote for citation in answer.citations]
    assert len(got) == len(words), got
    assert all(any(word in quote for quote in got) for word in words), got


def test_without_a_topic_words_come_by_date_of_the_article_then_by_place(assistant: Assistant):
    assert cites(assistant.ask("what did Ana Solano say?"), CLOSED, FALL, WARNINGS, BREAKFAST)


def test_a_wire_copy_counts_once(assistant: Assistant):
    answer = assistant.ask("what did Ana Solano say about opening a bridge that may fall?")
    assert sum(FALL in citation.quote for citation in answer.citations) == 1


def test_a_citation_says_who_spoke_how_and_where(assistant: Assistant):
    first = assistant.ask("what did Ana Solano say in her own words?").citations[0]
    assert (first.speaker, first.direct, first.outlet, first.published) == ("Ana Solano", True, "The Sotera Courier", "2021-03-08")
    assert not assistant.ask("what did Bruno Talarico say?").citations[0].direct


def test_a_denial_comes_first_when_a_denial_is_asked_for(assistant: Assistant):
    assert WARNINGS in assistant.ask("did Ana Solano deny that the city ignored warnings about the bridge?").citations[0].quote


def test_several_speakers_are_grouped_in_the_order_asked(assistant: Assistant):
    answer = assistant.ask("what did Bruno Talarico and Ana Solano say about the bridge?")
    assert speakers(answer) == ["Bruno Talarico", "Ana Solano"]
    assert CABLES in answer.citations[0].quote


def test_who_spoke_about_something_is_grouped_by_speaker(assistant: Assistant):
    answer = assistant.ask("who spoke about the Marrow bridge?")
    assert set(speakers(answer)) == {"Ana Solano", "Bruno Talarico"}
    order = [citation.speaker for citation in answer.citations]
    assert order == sorted(order, key=speakers(answer).index)


def test_a_joint_statement_is_nobodys_alone(assistant: Assistant):
    answer = assistant.ask("what did Ilse Haar say?")
    assert answer.abstained
    assert any(FUTURE in citation.quote for citation in answer.nearest)
    assert not any(FUTURE in citation.quote for citation in assistant.ask("what did Tomas Berg say?").citations)


def test_uncertain_words_are_cited_only_when_nothing_certain_is_near(assistant: Assistant):
    assert cites(assistant.ask("what did Tomas Berg say?"), QUARRELS)


def test_words_that_may_be_somebody_elses_are_marked(tmp_path):
    text = "The ferry was perhaps paid twice, he said."
    with opened(tmp_path, [drafted("ferry", text, [("The ferry was perhaps paid twice", "Tomas Berg", {"uncertain": True})])]) as made:
        (citation,) = made.ask("what did Tomas Berg say?").citations
        assert citation.uncertain


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("what did Dewi Astari say about the Marrow bridge?", ["Ana Solano", "Bruno Talarico"]),
        ("apa kata Hasan Wirya soal jembatan Marrow?", ["Ana Solano"]),
    ],
)
def test_a_speaker_without_words_on_a_topic_is_no_answer_and_the_others_are_named(assistant: Assistant, question: str, named: list[str]):
    answer = assistant.ask(question)
    assert answer.abstained
    assert answer.nearest
    assert all(name in answer.text for name in named), answer.text


@pytest.mark.parametrize(
    "question",
    ["what did Vera Nobody say?", 'who said "the moon is made of cheese and wine"?', "what did Ana Solano say in 1999?"],
)
def test_what_nobody_said_is_not_answered(assistant: Assistant, question: str):
    answer = assistant.ask(question)
    assert answer.abstained
    assert answer.citations == answer.markers == ()


@pytest.mark.parametrize("question", ["what does the sign say?", "what did the report say about the traders?"])
def test_what_only_sounds_like_a_question_about_words_is_searched_in_sentences(assistant: Assistant, question: str):
    answer = assistant.ask(question)
    assert "hold no words" not in answer.text


def test_one_speaker_does_not_crowd_another_out(tmp_path):
    sentences = [f"The harbour of Sotera needs pier number {n}, Ana Solano said." for n in range(30)]
    said = [(f"The harbour of Sotera needs pier number {n}", "Ana Solano", {}) for n in range(30)]
    other = "The harbour of Sotera is big enough, Bruno Talarico said."
    text = " ".join([*sentences, other])
    with opened(tmp_path, [drafted("harbour", text, [*said, ("The harbour of Sotera is big enough", "Bruno Talarico", {})])]) as made:
        answer = made.ask("what did Ana Solano and Bruno Talarico say about the harbour?")
        assert speakers(answer) == ["Ana Solano", "Bruno Talarico"]
        assert len(answer.citations) <= 2 * made.settings.max_citations


# Assistant.speakers and Assistant.quotations


def test_speakers_are_joined_counted_and_dated(assistant: Assistant):
    found = {speaker.name: speaker for speaker in assistant.speakers()}
    solano = found["Ana Solano"]
    assert set(solano.names) == {"Ana Solano", "Solano"}
    assert (solano.n_quotations, solano.first, solano.last, solano.roles) == (5, "2021-03-08", "2022-09-01", ("Mayor",))
    assert found["Ilse Haar"].n_quotations == 1
    assert found["Tomas Berg"].n_quotations == 3
    assert next(iter(found)) == "Ana Solano"


def test_speakers_are_counted_within_the_filters(assistant: Assistant):
    found = {speaker.name: speaker.n_quotations for speaker in assistant.speakers(Filters(since="2022"))}
    assert found == {"Petra Lindqvist": 3, "Ana Solano": 1}


def test_quotations_of_a_speaker_come_by_date_and_place(assistant: Assistant):
    found = assistant.quotations("president berg")
    assert [q.speaker for q in found] == ["Tomas Berg; Ilse Haar", "Tomas Berg", "Tomas Berg"]
    assert len(assistant.quotations("solano")) == 5
    assert len(assistant.quotations()) == sum(len(draft.quotations) for draft in DRAFTS)


def test_quotations_can_be_narrowed(assistant: Assistant):
    assert len(assistant.quotations("Ana Solano", since="2022")) == 1
    assert len(assistant.quotations("Ana Solano", until="2021-03-08")) == 3
    assert len(assistant.quotations("Ana Solano", direct=True)) == 2
    assert len(assistant.quotations("Ana Solano", direct=False)) == 3
    assert len(assistant.quotations("Ana Solano", filters=Filters(outlet="Northern Wire"))) == 1


def test_quotations_about_a_topic_come_nearest_first_and_the_rest_is_left_out(assistant: Assistant):
    found = assistant.quotations(about="free breakfast for pupils")
    words = [q.words.of(assistant.article(q.article_id).text) for q in found]
    assert any(BREAKFAST in word for word in words[:2])
    assert not any("river" in word or "bridge" in word for word in words)


@pytest.mark.parametrize("name", ["Vera Nobody", "", "?", "\x00", "of the", "x" * 500])
def test_no_name_is_an_error(assistant: Assistant, name: str):
    assert assistant.quotations(name) == [] or not name
