import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.records import Filters, Turn
from assistant.serve.ui.chat import Chat, opening
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.reading import empty, gone
from assistant.serve.ui.sitting import Sitting
from assistant.serve.ui.turns import transcript
from assistant.settings import Settings
from tests.serve.made_up import answered, article

BIDEN = Path(__file__).parents[2] / "seeds" / "articles" / "000_fbacd0f8f8eb0354.txt"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "news"
    with Assistant.open(path) as assistant:
        assistant.add([BIDEN])
    return path


@pytest.fixture
def chat(built: Path, tmp_path: Path):
    index = str(shutil.copytree(built, tmp_path / "news"))
    indexes = OpenIndexes(Settings(index=index))
    yield Chat(indexes)
    indexes.close()


def name_of(chat: Chat) -> str:
    return chat.indexes.first().name


def test_what_the_articles_say_is_there_at_once_and_its_own_words_open(chat: Chat):
    (view,) = chat.ask("what did Biden say?", name_of(chat), Sitting())
    assert view.done
    assert view.question is None  # what is in the box belongs to the reader
    assert len(view.sitting.turns[0].answer.citations) == 2
    assert "ungkap Biden.</mark>" in view.reading


def test_a_marker_opens_its_sentence_and_every_click_counts(chat: Chat):
    turns = list(chat.ask("what did Biden say?", name_of(chat), Sitting()))[-1].sitting
    pages = [chat.cite(f"cite-0-{number}", name_of(chat), turns) for number in (1, 2, 2)]
    assert 'data-shown="cite-0-1"' in pages[0]
    assert 'data-shown="cite-0-2"' in pages[1]
    assert pages[1] != pages[2]  # the page scrolls again only when something has changed


@pytest.mark.parametrize("anchor", ["", "cite-0-9", "cite-5-1", "cite-0-1-2", "cite--1-1", "x" * 9000, "cite-0-٣"])
def test_a_marker_that_is_none_changes_nothing(chat: Chat, anchor: str):
    turns = list(chat.ask("what did Biden say?", name_of(chat), Sitting()))[-1].sitting
    assert chat.cite(anchor, name_of(chat), turns) is None


def test_an_article_that_was_removed_is_said_to_be_gone(chat: Chat):
    turns = list(chat.ask("what did Biden say?", name_of(chat), Sitting()))[-1].sitting
    chat.indexes.open(name_of(chat)).remove("1")
    assert chat.cite("cite-0-1", name_of(chat), turns) == gone()


def test_an_abstention_opens_nothing_but_what_is_nearest_can_be_opened(chat: Chat):
    (view,) = chat.ask("what did Putin say?", name_of(chat), Sitting())
    assert view.reading == empty()
    assert "abstained" in view.transcript
    assert 'class="cited active"' in chat.cite("cite-0-1", name_of(chat), view.sitting)


@pytest.mark.parametrize("question", ["", "   ", "x" * 20_000])
def test_a_bad_question_is_one_clear_line_and_stays_in_the_box(chat: Chat, question: str):
    before = Sitting((Turn("q", answered((article("A."), "A."))),), (Filters(),))
    view = list(chat.ask(question, name_of(chat), before))[-1]
    assert view.sitting == before
    assert view.question == question
    assert view.transcript.count('role="alert"') == 1
    assert len(view.transcript) < 3500


@pytest.mark.parametrize("name", ["/etc", "../..", "nothing", ""])
def test_a_name_from_the_browser_is_never_taken_for_a_path(chat: Chat, name: str):
    view = list(chat.ask("what did Biden say?", name, Sitting()))[-1]
    assert 'role="alert"' in view.transcript
    assert view.sitting.turns == ()


def test_the_citation_that_opens_is_the_first_unless_one_speakers_own_words_come_later():
    source = article("He agreed. He said so.")
    said = answered((source, "He agreed."), (source, "He said so."), speaker="Xi").citations
    answer = answered((source, "He agreed."), (source, "He said so."))
    assert opening(answer).number == 1
    assert opening(replace(answer, citations=(replace(said[0], direct=False), said[1]))).number == 2
    assert opening(replace(answer, citations=(replace(said[0], direct=False, speaker="Li"), said[1]))).number == 1


def test_an_index_that_is_not_there_yet_is_offered_and_says_what_to_do(tmp_path: Path):
    chat = Chat(OpenIndexes(Settings(index=str(tmp_path / "later"))))
    assert chat.indexes.choices()[0].label == "later (no articles yet)"
    view = list(chat.ask("anything?", str(tmp_path / "later"), Sitting()))[-1]
    assert "assistant add PATH" in view.transcript
    assert chat.indexes.examples(str(tmp_path / "later")) == []


def test_examples_ask_for_those_who_are_quoted(chat: Chat):
    assert "apa kata Joe Biden?" in chat.indexes.examples(name_of(chat))


def test_a_question_is_shown_as_text_and_a_long_one_cut():
    page = transcript(Sitting(), pending="<b>x</b> " + "long " * 500)
    assert "&lt;b&gt;x" in page
    assert len(page) < 1000
