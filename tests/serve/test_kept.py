"""What is kept and what leaves the page: answers read back, exports, addresses, the page's own words."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.accounts.feedback import Opinion
from assistant.errors import SettingsError
from assistant.links import parameters
from assistant.records import Copy, Filters, Span, Turn
from assistant.serve.exports import export
from assistant.serve.narrowing import filters_of
from assistant.serve.opinions import as_question
from assistant.serve.render import as_json
from assistant.serve.restore import answer_of
from assistant.serve.ui.address import asked_of, link_of
from assistant.serve.ui.cards import as_quotation
from assistant.serve.ui.pace import Pace
from assistant.serve.ui.wording import chosen, languages
from assistant.settings import Settings, keep_settings, load_settings
from tests.serve.made_up import MARKUP, Page, abstention, answered, article

UI = Path(__file__).parents[2] / "assistant" / "serve" / "ui"
SOURCE = article("He agreed. [1] He said so.", url="https://news.example/a", outlet="Warta", published="2020-01-02")


def test_an_answer_comes_back_from_json_as_it_was():
    answer = answered((SOURCE, "He agreed."), speaker="Xi")
    copy = Copy("2", "t", "", "Other", "2020", Span(0, 3))
    answer = replace(answer, citations=(replace(answer.citations[0], focus=Span(3, 9), also=(copy,)),), filters=Filters(("1",), outlet="x"))
    assert answer_of(json.dumps(as_json(answer))) == answer
    assert answer_of(json.dumps({**as_json(answer), "later": 1})) == answer


@pytest.mark.parametrize("text", ["[]", "{}", '"x"', '{"question": 1}'])
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(ValueError):
        answer_of(text)


@pytest.mark.parametrize("kind", ["md", "html", "json"])
def test_every_marker_of_an_export_has_its_citation(kind):
    answer = answered((SOURCE, "He agreed."), (SOURCE, "He said so."))
    text = export(kind, "Two words", "news", [Turn("what?", answer), Turn("and?", abstention(SOURCE))])
    if kind == "md":
        assert set(re.findall(r"\[\^(\d-\d)\](?!:)", text)) == set(re.findall(r"\[\^(\d-\d)\]:", text)) == {"1-1", "1-2"}
        assert "https://news.example/a" in text
    elif kind == "html":
        ids = set(re.findall(r' id="(cite-\d-\d)"', text))
        assert {link[1:] for link in Page(text).links if link.startswith("#")} <= ids
        assert "He agreed." in text
    else:
        (citation, _) = json.loads(text)["turns"][0]["answer"]["citations"]
        assert citation["quote"] == SOURCE.text[slice(*citation["span"])]


def test_an_article_cannot_do_anything_in_an_export():
    hostile = article(MARKUP, title=MARKUP, url="javascript:alert(1)")
    turns = [Turn(MARKUP, answered((hostile, MARKUP)))]
    page = export("html", MARKUP, "news", turns)
    assert not {"img", "script"} & set(Page(page).tags)
    assert "javascript" not in "".join(Page(page).links)
    markdown = export("md", MARKUP, "news", turns)
    assert "<img" not in markdown.replace("\\<img", "")
    assert "](http" not in markdown


def test_an_address_gives_back_the_question_its_filters_and_its_day():
    given = Filters(("3", "12"), outlet="Warta & Co", since="2020", language="id")
    answer = replace(answered((SOURCE, "He agreed.")), query="what did x say?", now="2020-02-01")
    asked = asked_of(link_of(answer, given, "news"))
    assert (asked.question, asked.index, asked.filters, asked.now) == ("what did x say?", "news", given, "2020-02-01")
    assert filters_of(parameters(given)) == given


@pytest.mark.parametrize("search", ["?since=soon", "?language=zzzz", "?since=2021&until=2020"])
def test_a_filter_that_is_none_says_what_to_write(search):
    with pytest.raises(SettingsError) as refused:
        asked_of(search)
    assert refused.value.hint


def test_a_copied_quotation_names_its_source():
    (citation,) = answered((SOURCE, "He agreed."), speaker="Xi").citations
    assert as_quotation(citation, "en") == "“He agreed.” — A title - Warta, 2020-01-02 - Xi (direct) - https://news.example/a"


def test_opinions_become_questions_only_where_the_right_answer_is_known():
    good, bad = (json.dumps(as_json(one)) for one in (answered((SOURCE, "He agreed.")), abstention(SOURCE)))
    assert as_question(Opinion(0, "news", "q", good, good=True), {})["gold"][0]["text"] == "He agreed."
    assert as_question(Opinion(0, "news", "q", bad, good=True), {})["gold"] == []
    assert as_question(Opinion(0, "news", "q", good, good=False, reason="not_there: it is about others"), {})["gold"] == []
    assert as_question(Opinion(0, "news", "q", good, good=False, reason="missing"), {}) is None


def test_indonesian_has_every_word_of_the_page_with_the_same_values():
    english, indonesian = (tomllib.loads((UI / "words" / f"{code}.toml").read_text("utf-8")) for code in ("en", "id"))
    assert set(english) == set(indonesian)
    values = {name: set(re.findall(r"\{\w+\}", text)) for name, text in english.items()}
    assert {name: set(re.findall(r"\{\w+\}", text)) for name, text in indonesian.items()} == values
    assert languages() == {"en": "English", "id": "Bahasa Indonesia"}


def test_every_word_that_the_page_uses_is_there():
    english = tomllib.loads((UI / "words" / "en.toml").read_text("utf-8"))
    source = "".join(path.read_text("utf-8") for path in UI.glob("*.py"))
    used = set(re.findall(r"\bwords(?:\.html)?\(\s*[\"'](\w+)[\"']", source))
    assert len(used) > 80
    assert used <= set(english)


@pytest.mark.parametrize(("wanted", "code"), [(("id-ID,id;q=0.9,en;q=0.8",), "id"), (("", "xx", "en-GB"), "en"), (("", "", ""), "en")])
def test_the_first_language_that_is_there_is_chosen(wanted, code):
    assert chosen(*wanted).code == code


def test_a_reader_who_asks_too_often_waits_and_others_do_not():
    pace = Pace(2, 60)
    assert [pace.wait_s("a") for _ in range(2)] == [0, 0]
    assert 0 < pace.wait_s("a") <= 60
    assert pace.wait_s("b") == 0


def test_settings_are_kept_without_touching_other_lines(tmp_path):
    file = tmp_path / "assistant.toml"
    file.write_text('# ours\nk = 30  # many\nstrictness = "strict"\n', "utf-8")
    keep_settings({"strictness": "eager", "llm_model": 'a "b"', "quality": "best"}, tmp_path)
    assert "# ours\nk = 30  # many\n" in file.read_text("utf-8")
    settings = load_settings(tmp_path, {})
    assert (settings.k, settings.strictness, settings.llm_model, settings.quality) == (30, "eager", 'a "b"', Settings().quality)
