import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from assistant.assistant import Assistant
from assistant.drafting import split_article
from assistant.ingest import encode_drafts
from assistant.records import Article, Quotation, Span
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.reading import gone
from assistant.serve.ui.spoken import NOBODY, Speakers, Who
from assistant.settings import Settings
from tests.serve.made_up import MARKUP, Page

HEAD = "Pasar Lawas ramai lagi pada Senin pagi.\n"


def said(text: str, words: str, speaker: str, **fields) -> Quotation:
    """Return a quotation whose sentence is the line that holds the words."""
    at = text.index(words)
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return Quotation("", Span(start, end if end >= 0 else len(text)), Span(at, at + len(words)), speaker, **fields)


def add(assistant: Assistant, text: str, *quotations: Quotation, **fields) -> None:
    """Add an article with these quotations, whatever the rules would find in it."""
    article = Article("", str(fields.pop("title", "Judul")), text, language="id", origin=text, content_hash=text, **fields)
    draft = split_article(article, text.encode(), assistant.settings)
    (prepared,) = encode_drafts([draft], assistant.encoder)
    assistant.index.add([replace(prepared, quotations=quotations)])


@pytest.fixture(scope="module")
def speakers(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("built") / "news"
    with Assistant.open(path) as assistant:
        old = HEAD + '"Kios akan kami bangun lagi tahun depan," kata Sari Wulan.\nIa membantah ada pungutan.'
        add(
            assistant, old,
            said(old, "Kios akan kami bangun lagi tahun depan", "Sari Wulan", role="Kepala Dinas Pasar", direct=True),
            said(old, "ada pungutan", "Sari Wulan", negated=True, uncertain=True),
            title="Pasar dibangun", published="2020-05-04", outlet="Warta Uji",
        )  # fmt: skip
        new = HEAD + "Menurut Sari Wulan, pasar selesai pada Maret.\nKata Budi Hartono, sewa kios tetap murah."
        add(
            assistant, new,
            said(new, "pasar selesai pada Maret", "Sari Wulan", via="Kantor Wali Kota"),
            said(new, "sewa kios tetap murah", "Budi Hartono", role="Pedagang"),
            title="Pasar selesai", published="2021-03-02",
        )  # fmt: skip
        hostile = f"{MARKUP}\nKata menteri, {MARKUP} akan dibagikan."
        add(assistant, hostile, said(hostile, "akan dibagikan", MARKUP, role=MARKUP), title=MARKUP, outlet=MARKUP)
    indexes = OpenIndexes(Settings(index=str(path)))
    yield Speakers(indexes)
    indexes.close()


def name_of(speakers: Speakers) -> str:
    return speakers.indexes.first().name


def test_the_list_has_everybody_with_counts_roles_and_dates(speakers: Speakers):
    page = speakers.listed(name_of(speakers))
    assert re.findall(r'class="name" dir="auto">([^<]+)', page)[:1] == ["Sari Wulan"]
    assert "3<span" in page
    assert "Kepala Dinas Pasar · 2020-05-04 – 2021-03-02" in page
    assert "Budi Hartono" in page


@pytest.mark.parametrize("find", ["sari", "WULAN sari", "dinas pasar"])
def test_speakers_are_found_by_name_and_role(speakers: Speakers, find: str):
    page = speakers.listed(name_of(speakers), find)
    assert re.findall(r'class="name" dir="auto">([^<]+)', page) == ["Sari Wulan"]


def test_a_name_that_nobody_has_is_said(speakers: Speakers):
    assert "Nobody here has such a name." in speakers.listed(name_of(speakers), "Zamzam")
    assert "no words of theirs" in speakers.spoken(name_of(speakers), Who("Zamzam"))


def test_a_speakers_words_come_latest_article_first_with_their_marks(speakers: Speakers):
    page = speakers.spoken(name_of(speakers), Who("Sari Wulan"))
    text = Page(page).text
    places = [text.index(words) for words in ("Pasar selesai", "pasar selesai pada Maret", "Pasar dibangun", "Kios akan", "ada pungutan")]
    assert places == sorted(places)
    assert re.findall(r'class="badge (\w+)"', page) == ["reported", "via", "direct", "reported", "denied", "uncertain"]
    assert "3 quotations, 1 in quotation marks" in text
    assert "2020-05-04 · Warta Uji" in text
    assert re.findall(r'class="dot".*?aria-label="([0-9-]+): ', page) == ["2020-05-04", "2021-03-02"]
    assert "Budi" not in text


def test_words_are_narrowed_by_topic_and_to_quotation_marks(speakers: Speakers):
    direct = Page(speakers.spoken(name_of(speakers), Who("Sari Wulan"), direct=True)).text
    assert "Kios akan kami bangun" in direct
    assert "pada Maret" not in direct
    about = Page(speakers.spoken(name_of(speakers), Who("Sari Wulan"), "membangun kios lagi")).text
    assert "Kios akan kami bangun" in about
    assert "No words of theirs are like that." in speakers.spoken(name_of(speakers), Who("Budi Hartono"), direct=True)


def test_a_quotation_opens_its_article_at_its_sentence(speakers: Speakers):
    (link,) = [link for link in Page(speakers.spoken(name_of(speakers), Who("Budi Hartono"))).links if link.startswith("#said")]
    reading = speakers.open(link[1:], name_of(speakers))
    assert '<mark class="cited active">Kata Budi Hartono, sewa kios tetap murah.</mark>' in reading
    assert f'data-shown="{link[1:]}"' in reading
    assert 'href="#spoken">Back to the quotations' in reading
    assert "Menurut Sari Wulan, pasar selesai" in Page(reading).text
    assert reading.count("<mark") == 1
    assert reading != speakers.open(link[1:], name_of(speakers))  # every click counts


@pytest.mark.parametrize("anchor", ["", "said-1-0", "said-1-9", "said-1", "said-1-1-1", "said-١-1", "cite-0-1", "x" * 9000])
def test_a_link_that_is_none_changes_nothing(speakers: Speakers, anchor: str):
    assert speakers.open(anchor, name_of(speakers)) is None


def test_an_article_that_is_not_there_is_said_to_be_gone(speakers: Speakers):
    assert speakers.open("said-99-1", name_of(speakers)) == gone()


def test_an_address_names_a_speaker_and_an_index(speakers: Speakers):
    (link,) = Page(speakers.listed(name_of(speakers), "budi")).links
    visit = speakers.visit(link[1:], "another")
    assert (visit.index, visit.who) == (name_of(speakers), Who("Budi Hartono"))
    assert "sewa kios tetap murah" in visit.html
    assert speakers.visit("speakers", name_of(speakers)).who == NOBODY
    assert 'role="alert"' in speakers.visit("speaker=Budi&index=/etc", name_of(speakers)).html


def test_markup_in_an_article_is_shown_and_does_nothing(speakers: Speakers):
    name = name_of(speakers)
    listed = speakers.listed(name)
    (link,) = [one for one in Page(listed).links if "hacked" in unquote(one)]
    spoken = speakers.visit(link[1:], name).html
    reading = speakers.open(next(one[1:] for one in Page(spoken).links if one.startswith("#said")), name)
    for page in (listed, spoken, reading):
        assert not re.search(r"<(img|script)|\$\{|\{\{", page)
        assert MARKUP in Page(page).text
        assert all(one.startswith(("#s", "#cite")) for one in Page(page).links)


def test_namesakes_have_pages_of_their_own(tmp_path: Path):
    with Assistant.open(tmp_path / "news") as assistant:
        for role, words in (("kiper Elang Perak", "tim menang"), ("hakim Karangjati", "sidang dibuka")):
            text = f"{role.capitalize()} berbicara pada Senin.\nBudi Hartono berkata {words} hari ini."
            add(assistant, text, said(text, words, "Budi Hartono", role=role), published="2021-03-02")
        listed = assistant.speakers()
    indexes = OpenIndexes(Settings(index=str(tmp_path / "news")))
    speakers, name = Speakers(indexes), str(tmp_path / "news")
    links = Page(speakers.listed(name)).links
    pages = [Page(speakers.visit(link[1:], name).html).text for link in links]
    assert [speaker.name for speaker in listed] == ["Budi Hartono", "Budi Hartono"]
    assert len(set(links)) == 2
    assert all(("sidang dibuka" in page) != ("tim menang" in page) for page in pages)
    indexes.close()


def test_an_index_without_articles_says_what_to_do(tmp_path: Path):
    page = Speakers(OpenIndexes(Settings(index=str(tmp_path / "later")))).listed(str(tmp_path / "later"))
    assert "assistant add PATH" in page
