import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.compose import cite
from assistant.records import Quotation, Span
from assistant.serve.ui.reading import article_html
from assistant.serve.ui.wording import Words
from tests.serve.made_up import MARKUP, article

TEXTS = st.text(st.sampled_from('ab c."<&{$\n[1]'), min_size=1, max_size=60)


class Article(HTMLParser):
    """The text of the article, and of its active and other marks, as a browser reads them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text, self.active, self.cited = "", "", ""
        self.feed(source.split('<div class="text"', 1)[1].split('<p class="back">')[0])
        self.close()

    def handle_starttag(self, tag, attributes):
        self.open.append(tag + "." + str(dict(attributes).get("class")))

    def handle_endtag(self, tag):
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        if {"a.marker", "span.saying"} & set(self.open) or not self.open:
            return
        self.text += data
        self.active += data if "mark.cited active" in self.open else ""
        self.cited += data if any(tag.startswith("mark.") for tag in self.open) else ""


@st.composite
def cited(draw):
    """An article with citations anywhere in it, also across lines and over one another."""
    source = article(draw(TEXTS))
    edges = st.integers(0, len(source.text))
    spans = draw(st.lists(st.tuples(edges, edges).map(sorted), min_size=1, max_size=3))
    spans = [Span(a, b) if a < b else Span(0, len(source.text)) for a, b in spans]
    return source, [cite(number, source, span) for number, span in enumerate(spans, 1)]


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(cited())
def test_the_highlighted_words_are_the_quote_and_the_article_is_whole(made):
    source, citations = made
    for active in citations:
        page = Article(article_html(source, citations, active, "cite-0"))
        assert letters(page.text) == letters(source.text)
        assert letters(page.active) == letters(active.quote)
        covered = {at for citation in citations for at in range(*citation.span)}
        assert letters(page.cited) == letters("".join(source.text[at] for at in sorted(covered)))


def test_each_citation_has_its_marker_behind_its_words_and_a_literal_one_stays():
    source = article("One [1]. Two.\nThree.")
    citations = [cite(1, source, Span(0, 8)), cite(2, source, Span(9, 20))]
    page = article_html(source, citations, citations[0], "cite-3")
    assert '<mark class="cited active">One [1].</mark> <a class="marker" href="#cite-3-1"' in page
    assert page.count('href="#cite-3-2"') == 1
    assert 'data-shown="cite-3-1"' in page


def test_markup_in_an_article_is_shown_and_does_nothing():
    source = article(MARKUP, title=MARKUP, outlet=MARKUP, author=MARKUP, url="javascript:alert(1)", language='"x')
    citation = cite(1, source, Span(0, len(MARKUP)))
    page = article_html(source, [citation], citation, "cite-0")
    assert not re.search(r"<(img|script)|javascript:[^<]*['\"]>|\$\{|\{\{", page)
    assert letters(Article(page).active) == letters(MARKUP)
    assert 'href="javascript' not in page


def test_the_article_says_what_was_inferred_in_the_language_of_the_question():
    source = article("A.", published="2020-12-28", editor="Wahyu", inferred=("title", "published"))
    citation = cite(1, source, Span(0, 2))
    page = article_html(source, [citation], citation, "cite-0", words=Words("id"))
    assert "(disimpulkan dari teks)</span></h2>" in page
    assert "2020-12-28 (disimpulkan dari teks)" in page
    assert "<dt>Editor</dt>" in page


def test_the_short_answer_is_set_off_within_the_sentence():
    source = article("It fell on 20 January 2021.")
    citation = cite(1, source, Span(0, 27), focus=Span(11, 26))
    assert "<strong>20 January 2021</strong>" in article_html(source, [citation], citation, "cite-0")


def test_who_says_the_words_and_how_that_is_known_stands_behind_them():
    source = article("“One,” he said. Two.")
    quotation = Quotation("1", Span(0, 15), Span(1, 4), "Xi <Jinping>", direct=True, via="Kantor")
    citations = [cite(1, source, Span(0, 15), quotation), cite(2, source, Span(16, 20))]
    page = article_html(source, citations, citations[0], "cite-0", words=Words("id"))
    said = '<bdi class="speaker">Xi &lt;Jinping&gt;</bdi> <span class="badge direct" dir="auto">langsung</span>'
    assert said + ' <span class="badge via" dir="auto">dikutip oleh Kantor</span>' in page
    assert page.count('class="saying"') == 1
    assert letters(Article(page).text) == letters(source.text)
