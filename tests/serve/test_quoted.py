import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Quotation, Span
from assistant.serve.quoted import Said, article_as_text, as_lines, as_row, by_article
from tests.serve.made_up import article

KEYS = [
    "speaker", "cue", "direct", "text", "start", "end", "written", "role", "via", "medium", "addressee", "negated", "joint", "uncertain",
    "article_id", "file", "title", "outlet", "published",
]  # fmt: skip
SOURCE = article('"Satu dua," kata Menteri Budi.\nIa membantah.', outlet="Kontan", published="2020-12-28", origin="/news/a.txt")
DIRECT = Quotation("1", Span(0, 30), Span(1, 9), "Budi", "Menteri Budi", "Menteri", "kata", direct=True, via="Kantor")
DENIED = Quotation("1", Span(31, 44), Span(31, 31), "", "Ia", negated=True, joint=("Budi", "Sari"), uncertain=True)


def test_a_row_has_all_that_is_known_and_exactly_the_words():
    row = as_row(Said(DIRECT, SOURCE))
    assert list(row) == KEYS
    assert row["text"] == SOURCE.text[row["start"] : row["end"]] == "Satu dua"
    assert (row["speaker"], row["file"], row["outlet"]) == ("Budi", "/news/a.txt", "Kontan")


def test_a_speaker_who_is_not_resolved_is_named_as_written():
    row = as_row(Said(DENIED, SOURCE))
    assert (row["speaker"], row["written"], row["joint"], row["text"]) == ("Ia", "Ia", ["Budi", "Sari"], "")


def test_lines_are_grouped_by_article_and_say_how_the_words_are_known():
    other = replace(SOURCE, id="2", title="Lain", outlet="", published="")
    lines = list(as_lines([Said(DIRECT, SOURCE), Said(DENIED, SOURCE), Said(replace(DIRECT, via=""), other)]))
    assert lines == [
        "1: A title - Kontan, 2020-12-28",
        "  [2020-12-28] Budi (Menteri), direct, quoted by Kantor: Satu dua",
        "  [2020-12-28] Ia, reported, denied, joint, uncertain: Ia membantah.",
        "\n2: Lain",
        "  Budi (Menteri), direct: Satu dua",
    ]


def test_lines_fit_the_terminal():
    source = article("kata " * 60)
    quotation = Quotation("1", Span(0, 299), Span(0, 299), "Budi")
    rows = "\n".join(as_lines([Said(quotation, source)], width=40)).splitlines()
    assert max(map(len, rows)) <= 40
    assert all(row.startswith("    ") for row in rows[2:])


def test_the_quotations_of_an_article_come_together_in_the_order_of_their_first():
    found = [replace(DIRECT, article_id=number, cue=cue) for number, cue in (("3", "a"), ("1", "b"), ("3", "c"), ("1", "d"))]
    assert [(one.article_id, one.cue) for one in by_article(found)] == [("3", "a"), ("3", "c"), ("1", "b"), ("1", "d")]


def test_an_article_is_shown_with_who_said_what():
    assert article_as_text(SOURCE, [DIRECT]).endswith("\n\n- Budi (Menteri), direct, quoted by Kantor: Satu dua")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_quotation_reaches_the_terminal_as_a_command(text: str):
    span = Span(0, len(text))
    said = Said(Quotation("1", span, span, text, role=text, via=text), article(text, title=text, outlet=text, published=text))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "".join(as_lines([said])))
