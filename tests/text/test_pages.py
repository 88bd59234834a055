"""What stands around a story goes, and pages without one are refused with the reason."""

import re
import tomllib

import pytest

from assistant.errors import UnreadableArticle
from assistant.text.clean import clean
from assistant.text.readers import pages, shells, web

FIRST = "The harbour of Orlan Bay will be dredged in spring, the port authority said on Monday after a meeting that lasted six hours."
SECOND = "Fishermen had asked for the work since 2019, when two boats ran aground within a week in front of the old lighthouse."
THIRD = "The work costs 4.2 million and will be done by a company from the neighbouring county, which has done the same in Port Halven."


def page(body: str, head: str = "") -> bytes:
    return f"<html lang='en'><head><title>Harbour to be dredged</title>{head}</head><body>{body}</body></html>".encode()


def story(inside: str, head: str = "", after: str = "") -> bytes:
    paragraphs = f"<h1>Harbour to be dredged</h1><p>{FIRST}</p>{inside}<p>{SECOND}</p><p>{THIRD}</p>"
    return page(f"<div class='text'>{paragraphs}</div>{after}", head)


def text_of(data: bytes) -> str:
    return clean(web.read(data, "/a.html")).text


@pytest.mark.parametrize(
    "inside",
    [
        "<div><span>Advertisement</span><b>Half-price garden sheds at Larch and Lowe</b></div>",
        "<div><small>IKLAN</small><br>Paket internet kilat 100 Mbps</div>",
        "<div>Read more <a href='/x'>Islanders face a month without a ferry after gearbox failure</a></div>",
        "<p><b>[<a href='/x'>Storm Edda live: red warning for the coast</a>]</b></p>",
        "<aside class='related-box'><p>Tram driver becomes a ballet star after all, and his wife is pleased about it.</p></aside>",
        "<div><div>Get the five best stories delivered to your inbox at 7am.</div><div><input type='email'></div></div>",
        "<p aria-hidden='true'>Two boats ran aground within a week</p>",
    ],
)
def test_what_stands_between_the_paragraphs_of_a_story_goes(inside: str):
    assert text_of(story(inside)) == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_the_comments_of_readers_are_no_story():
    comments = "<div><h3>Comments (2)</h3><div><b>OldSalt</b><p>About time somebody wrote this up, I have been saying so for years.</p></div></div>"
    assert text_of(story("", after=comments)) == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_a_subheading_that_could_head_comments_stays_with_its_part_of_the_story():
    assert SECOND in text_of(story("<h2>Reactions</h2>"))
    assert THIRD in text_of(story("<h2>Reactions</h2>"))


def test_a_name_that_says_something_of_the_story_drops_nothing():
    body = f"<div class='has-comments article-with-ads'><h1>Harbour to be dredged</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div>"
    assert text_of(page(body)) == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_a_note_number_is_cut_from_the_sentence():
    body = story("").replace(b"old lighthouse.", b"old lighthouse.<sup class='fn'><a href='#n1'>1</a></sup>")
    assert text_of(body) == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_a_story_that_a_table_lays_out_is_found():
    cell = f"<h1>Harbour to be dredged</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    assert text_of(page(f"<table><tr><td>{cell}</td><td><a href='/'>Home</a></td></tr></table>")) == f"{FIRST}\n{SECOND}\n{THIRD}"


@pytest.mark.parametrize("row", tomllib.loads(pages.RULES.read_text("utf-8"))["outlets"], ids=lambda row: row["host"])
def test_every_row_for_an_outlet_is_an_xpath_for_that_host_alone(row: dict[str, str]):
    import lxml.html

    assert set(row) == {"host", "drop"}
    assert isinstance(lxml.html.fromstring("<html><body><p>x</p></body></html>").xpath(row["drop"]), list)


def test_a_row_for_an_outlet_works_on_its_pages_and_on_no_other():
    box = "<p data-print-layout='hide'>A retired dentist has spent nine years building it from matchsticks in his own cellar.</p>"
    own, other = (f"<link rel='canonical' href='https://www.{host}/a'>" for host in ("theguardian.com", "orlan.example"))
    assert "dentist" not in text_of(story(box, own))
    assert "dentist" in text_of(story(box, other))


def test_metadata_is_read_from_references_inside_json_ld():
    graph = """<script type="application/ld+json">{"@graph": [
      {"@type": "NewsArticle", "headline": "Harbour to be dredged", "datePublished": "2025-03-04",
       "author": {"@id": "#jane"}, "publisher": {"@id": "#courier"}},
      {"@type": "Person", "@id": "#jane", "name": "Jane Smith"},
      {"@type": "Organization", "@id": "#courier", "name": "Rift Courier"}]}</script>
      <meta property="article:published_time" content="2025-03-04T08:15:00+02:00">"""
    article = clean(web.read(story("", graph), "/a.html"))
    assert (article.author, article.outlet, article.published) == ("Jane Smith", "Rift Courier", "2025-03-04T08:15:00+02:00")
    found = dict(article.provenance)
    assert (found["author"], found["published"]) == ("JSON-LD", "meta article:published_time")


def test_metadata_is_read_from_microdata_and_bylines():
    body = f"""<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Harbour to be dredged</h1>
      <p>By Jane Smith and Tom Hall</p><p>Updated 4 Mar 2025 10:30 GMT</p><meta itemprop="datePublished" content="2025-03-04T08:15:00Z">
      <div itemprop="articleBody"><p><b>ORLAN BAY</b> — {FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div></div>"""
    article = clean(web.read(page(body), "/a.html"))
    assert (article.author, article.place) == ("Jane Smith, Tom Hall", "Orlan Bay")
    assert (article.published, article.updated) == ("2025-03-04T08:15:00+00:00", "2025-03-04T10:30:00+00:00")
    found = dict(article.provenance)
    assert (found["author"], found["published"], found["place"]) == ("byline", "microdata", "dateline")
    assert article.text == f"{FIRST}\n{SECOND}\n{THIRD}"


SHELLS = [
    (
        "paywall",
        f"<h1>The report</h1><p>{FIRST}</p><div><p>This article is for subscribers only.</p><a>Subscribe to continue reading</a></div>",
    ),
    ("paywall", f"<h1>Laporan</h1><p>{FIRST}</p><div><p>Artikel ini khusus pelanggan.</p></div>"),
    ("error", "<h1>Page not found</h1><p>The page you are looking for has moved or does not exist any more.</p>"),
    ("error", "<h1>Halaman tidak ditemukan</h1><p>Halaman yang Anda cari telah dihapus atau dipindahkan.</p>"),
    ("consent", "<h1>Mit Werbung weiterlesen</h1><p>Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking.</p>"),
    ("login", "<h1>Sign in to read this story</h1><form><input type='email'><input type='password'></form>"),
    ("login", "<h1>Inicia sesión para seguir</h1><form><input type='password'></form>"),
    ("captcha", "<h1>Just a moment...</h1><p>Checking your browser before you go on to the site.</p>"),
    ("empty", "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>"),
    ("front", "".join(f"<h3><a href='/{n}'>Headline number {n} about something else</a></h3>" for n in range(12))),
]


@pytest.mark.parametrize(("kind", "body"), SHELLS)
def test_a_page_without_its_story_is_refused_with_the_reason(kind: str, body: str):
    says = tomllib.loads(shells.RULES.read_text("utf-8"))["says"][kind]
    with pytest.raises(UnreadableArticle, match=re.escape(says)) as refused:
        web.read(page(body), "/a.html")
    assert refused.value.hint
    assert shells.shell_reason(page(body).decode()) == says


def test_a_story_about_such_pages_is_none():
    body = f"<h1>Error 404: why pages are not found</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    declared = "<meta property='og:type' content='article'>"
    assert shells.shell_reason(page(body, declared).decode()) == ""
