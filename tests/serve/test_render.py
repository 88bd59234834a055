import json
import re
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events import growing
from assistant.records import Answer, Article, Hit, Marker, Passage, Span
from assistant.serve import quoted, render, tables
from tests.serve.made_up import MARKUP, Page, abstention, answered, article

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
HOSTILE = TEXTS | st.sampled_from([MARKUP, "[1]", "a [2] b", "{{#each}}", "\x1b[31mred"])


@st.composite
def answers(draw) -> Answer:
    """Any text with markers anywhere in it."""
    text = draw(HOSTILE)
    offsets = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    source = article("x")
    made = answered(*[(source, "x")] * len(offsets)) if offsets else Answer("q", "q", "")
    markers = tuple(Marker(offset, number) for number, offset in enumerate(offsets, 1))
    return Answer("q", "q", text, markers=markers, citations=made.citations, language="en")


@given(answers())
def test_pieces_give_back_the_text_with_each_marker_at_its_offset(answer: Answer):
    text, found = "", []
    for piece in render.pieces(answer):
        if isinstance(piece, str):
            text += piece
        else:
            found.append(Marker(len(text), piece))
    assert (text, tuple(found)) == (answer.text, answer.markers)


@given(answers())
def test_every_step_of_a_growing_answer_is_a_whole_answer(answer: Answer):
    steps = list(growing(answer))
    assert steps[-1] == answer
    for step in steps:
        assert answer.text.startswith(step.text)
        assert {number for _, number in step.markers} == {citation.number for citation in step.citations}
        assert all(offset <= len(step.text) for offset, _ in step.markers)


@given(answers())
def test_in_html_the_text_is_only_text_and_each_marker_a_link(answer: Answer):
    page = Page(render.as_html(answer, "cite-7"))
    assert not {"img", "script", "iframe", "style"} & set(page.tags)
    markers = [link for link in page.links if link.startswith("#cite-7-")]
    # each citation is linked by its marker, and twice in the list of sources
    assert sorted(markers) == sorted(3 * [f"#cite-7-{number}" for _, number in answer.markers])
    shown = "".join(piece if isinstance(piece, str) else f" [{piece}]" for piece in render.pieces(answer))
    assert re.sub(r"\s", "", page.text).startswith(re.sub(r"\s", "", shown))


def with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(HOSTILE)
def test_escaped_text_comes_back_as_it_was_and_holds_no_template(text: str):
    escaped = render.escape(text)
    assert with_plain_ends(Page(escaped).text) == with_plain_ends(text)
    assert not re.search(r"[<>\"'{}$`]", escaped)


@given(HOSTILE)
def test_no_text_of_an_article_reaches_the_terminal_as_a_command(text: str):
    shown = render.as_text(Answer("q", "q", text))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_a_literal_marker_in_an_article_stays_what_it_is():
    source = article("He wrote [1] and [2]. Nothing else.")
    answer = answered((source, "He wrote [1] and [2]."))
    assert render.as_text(answer).startswith("He wrote [1] and [2]. [1]\n")
    page = render.as_html(answer)
    assert page.count("[2]") == 1
    assert page.count(">[1]</a>") == 2


def test_the_terminal_shows_the_sentences_and_then_the_sources():
    source = article("Satu. Dua.", title="Judul", outlet="Kontan", published="2020-12-28T22:00", url="https://a.example/1")
    answer = answered((source, "Satu."), (source, "Dua."), speaker="Xi Jinping", via="Kementerian", language="id")
    about = "Judul - Kontan, 2020-12-28 - Xi Jinping (langsung, dikutip oleh Kementerian) - https://a.example/1"
    assert render.as_text(answer) == f"Satu. [1]\n\nDua. [2]\n\nSumber\n[1] {about}\n[2] {about}"


def test_an_abstention_shows_what_is_nearest_and_no_marker():
    answer = abstention(article("Near enough.", outlet="Kontan"))
    assert render.as_text(answer) == (
        "The articles do not answer this.\n\nNearest in the articles:\n  Near enough.\n    - A title - Kontan"
    )
    page = render.as_html(answer)
    assert 'class="answer abstained"' in page
    assert "[1]" not in page
    assert 'href="#cite-1"' in page


def test_text_is_wrapped_to_the_terminal_and_words_stay_whole():
    source = article("kata " * 60 + "akhir.")
    rows = render.as_text(answered((source, source.text)), width=40).splitlines()
    assert max(map(len, rows)) <= 40
    assert " ".join(" ".join(rows).split()).startswith(source.text + " [1]")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", " https://x", "//x.example", ""])
def test_only_web_addresses_become_links(url: str):
    page = Page(render.as_html(answered((article("A.", url=url), "A."))))
    assert all(link.startswith("#") for link in page.links)


def test_json_has_every_field_of_the_record():
    source = article("Satu. Dua.")
    answer = answered((source, "Satu."), (source, "Dua."), speaker="Xi")
    hit = Hit(Passage(7, "1", Span(0, 10), (Span(0, 5), Span(6, 10))), 0.5, 1, "hybrid")
    answer = render.replace(answer, hits=(hit,), timings={"total": 1.5})
    found = json.loads(json.dumps(render.as_json(answer)))
    assert list(found) == [field.name for field in fields(Answer)]
    assert found["markers"] == [[5, 1], [11, 2]]
    assert found["citations"][1]["span"] == [6, 10]
    assert source.text[slice(*found["citations"][1]["span"])] == found["citations"][1]["quote"]
    assert found["hits"][0]["passage"]["sentences"] == [[0, 5], [6, 10]]
    assert found["filters"]["article_ids"] == []


def test_what_was_inferred_is_marked_wherever_an_article_is_shown():
    shown = article("A.", published="2020-12-28", inferred=("published", "title"))
    assert ("Published", "2020-12-28 (inferred from the text)") in render.metadata(shown, "en")
    assert ("Terbit", "2020-12-28 (disimpulkan dari teks)") in render.metadata(shown, "id")
    assert tables.article_row(shown) == ("1", "2020-12-28*", "", "", "A title*")
    assert quoted.article_as_text(shown, []).startswith("A title (inferred from the text)\n")


def test_columns_are_aligned_for_wide_characters_and_cut_to_the_terminal():
    rows = [("ID", "OUTLET", "TITLE"), ("1", "朝日新聞", "雪" * 40), ("2", "Kontan", "a" * 40)]
    lines = tables.table(rows, width=40).splitlines()
    assert lines[1].startswith("1   朝日新聞  雪")
    assert lines[2].startswith("2   Kontan    aaa")
    assert lines[1].endswith("…")
    assert len(lines[2]) == 40


def test_an_article_record_is_json_too():
    assert render.as_json(Article("1", "t", "x"))["inferred"] == []


def with_focus(words: str) -> Answer:
    """An answer of one sentence, with its short answer marked."""
    made = answered((article("Budi membeli ikan. Hujan turun."), "Budi membeli ikan."))
    at = made.citations[0].quote.index(words)
    start = made.citations[0].span.start + at
    return replace(made, citations=(replace(made.citations[0], focus=Span(start, start + len(words))),))


def test_the_short_answer_is_bold_on_the_page_and_in_a_terminal():
    answer = with_focus("ikan")
    assert "membeli <strong>ikan</strong>." in render.as_html(answer)
    assert "membeli \x1b[1mikan\x1b[22m." in render.as_text(answer, bold=True)
    assert "\x1b" not in render.as_text(answer)
    assert [str(p) for p in render.pieces(answer) if isinstance(p, render.Short)] == ["ikan"]


def test_an_article_cannot_make_the_terminal_bold():
    answer = answered((article("a \ue000b\ue001 c."), "a \ue000b\ue001 c."))
    assert "\x1b" not in render.as_text(answer, bold=True)


def test_a_short_answer_that_is_not_in_the_text_is_not_marked():
    answer = replace(with_focus("ikan"), text="something else", markers=(Marker(14, 1),))
    assert not any(isinstance(p, render.Short) for p in render.pieces(answer))


def test_a_citation_of_words_says_how_they_are_known():
    source = article("Satu. Dua.")
    said = answered((source, "Satu."), (source, "Dua."), speaker="Xi", via="Kantor")
    reported = replace(said.citations[1], direct=False, via="", uncertain=True)
    answer = replace(said, citations=(said.citations[0], reported))
    assert re.search(r"Xi \(direct, quoted by Kantor\)\n.*Xi \(reported, uncertain\)$", render.as_text(answer))
    page = render.as_html(answer)
    assert 'Xi <span class="badge direct" dir="auto">direct</span> <span class="badge via" dir="auto">quoted by Kantor</span>' in page
    assert '<span class="badge uncertain" dir="auto">uncertain</span>' in page
    assert "badge" not in render.as_html(answered((source, "Satu.")))


def test_how_a_follow_up_was_understood_is_shown_above_the_answer():
    answer = replace(answered((article("Banjir."), "Banjir.")), question="kenapa?", query=f"Kenapa {MARKUP}?", language="id")
    assert render.as_text(answer).startswith(f"Ditanyakan sebagai: {answer.query}\n\n")
    page = Page(render.as_html(answer))
    assert page.text.strip().startswith("Ditanyakan sebagai: Kenapa")
    assert not {"img", "script"} & set(page.tags)


def test_a_question_that_was_asked_as_it_is_is_not_shown_again():
    answer = replace(answered((article("Banjir."), "Banjir.")), question="kenapa?", query="kenapa?", language="en")
    assert "Asked as" not in render.as_text(answer) + render.as_html(answer)
