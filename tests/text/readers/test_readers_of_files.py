"""Each kind of file gives its story, its metadata and where that was found; what is none says why."""

import bz2
import gzip
import json
import lzma
import tarfile
import textwrap

import pytest

from assistant.records import Failure
from assistant.text.clean import clean
from assistant.text.readers import Raw, read_bytes
from tests.text.readers import made
from tests.text.readers.made import PARAGRAPHS, STORY


def read(data: bytes, name: str, **options: object) -> list[Raw | Failure]:
    return list(read_bytes(data, f"/news/{name}", **options))


def only(data: bytes, name: str, **options: object) -> Raw:
    (raw,) = read(data, name, **options)
    assert isinstance(raw, Raw), raw
    return raw


def refused(data: bytes, name: str) -> str:
    (failure,) = read(data, name)
    assert isinstance(failure, Failure), failure
    assert failure.hint
    assert "\n" not in failure.error + failure.hint
    return failure.error


# --- PDF

LINES = textwrap.wrap(" ".join(PARAGRAPHS * 3), 70)
PAGES = [["Coast Courier", *LINES[n : n + 5], f"- {n // 5 + 1} -"] for n in range(0, len(LINES), 5)]


def test_a_pdf_keeps_its_pages_through_reading_and_cleaning():
    raw = only(made.pdf(PAGES, {"Title": "Bridge report"}), "a.pdf")
    assert len(raw.pages) == len(PAGES)
    for start, page in zip(raw.pages, PAGES, strict=True):
        assert raw.text[start:].startswith(page[1][:30])
    article = clean(raw)
    assert article.title == "Bridge report"
    assert article.provenance["title"] == "properties of the PDF"
    for number, (start, page) in enumerate(zip(article.pages, PAGES, strict=True), start=1):
        assert article.text[start:].startswith(page[1][:30])
        assert article.page(start) == number
        assert article.page(start - 1) == number - 1


def test_running_heads_and_page_numbers_are_no_story_and_the_end_of_a_sentence_is():
    raw = only(made.pdf([*PAGES, ["Coast Courier", "The old bridge was built in", "1974."]]), "a.pdf")
    assert "Coast Courier" not in raw.text
    assert "- 2 -" not in raw.text
    assert raw.text.endswith("The old bridge was built in\n1974.") or raw.text.endswith("The old bridge was built in 1974.")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.4 nothing", "damaged"),
        (b"no pdf", "no PDF"),
        (made.pdf([[""]]), "without text"),
        (made.pdf([["x"]])[:-400], "damaged|without text"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(data: bytes, said: str):
    assert any(word in refused(data, "a.pdf") for word in said.split("|"))


# --- documents and books


def test_a_docx_is_read_with_what_was_inserted_and_without_what_was_deleted():
    body = (
        "<w:p><w:pPr><w:pStyle w:val='Title'/></w:pPr><w:r><w:t>Bridge closed</w:t></w:r></w:p>"
        "<w:p><w:r><w:t xml:space='preserve'>The bridge </w:t></w:r><w:ins><w:r><w:t>was shut</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>is open</w:delText></w:r></w:del><w:hyperlink><w:r><w:t>.</w:t></w:r></w:hyperlink></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>In a table.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    raw = only(made.docx(body, "<dc:creator>Ani Surya</dc:creator><dc:title>Microsoft Word - x.doc</dc:title>"), "a.docx")
    assert raw.text == "The bridge was shut.\nIn a table."
    assert raw.fields == {"title": "Bridge closed", "author": "Ani Surya"}
    assert raw.provenance == {"title": "paragraph of style Title", "author": "properties of the document"}


def test_each_part_of_an_epub_with_a_story_is_an_article():
    parts = {"cover.xhtml": "<html><body><p>Cover</p></body></html>", "one.xhtml": made.page("One"), "two.xhtml": made.page("Two")}
    about = "<dc:title>Coast Weekly</dc:title><dc:date>2024-02-01</dc:date><dc:language>en</dc:language>"
    one, two = read(made.epub(parts, about), "a.epub")
    assert isinstance(one, Raw)
    assert isinstance(two, Raw)
    assert (one.origin, one.fields["title"], two.origin, two.fields["title"]) == ("/news/a.epub#2", "One", "/news/a.epub#3", "Two")
    assert one.fields["outlet"] == "Coast Weekly"
    assert one.fields["published"] == "2024-02-01"
    assert [line for line in one.text.split("\n") if line] == PARAGRAPHS


# --- mail


def test_a_mail_is_read_with_subject_sender_and_date():
    raw = only(made.message(STORY + "\n\n-- \nUnsubscribe here", "Fwd: Bridge closed"), "a.eml")
    assert raw.fields == {"title": "Bridge closed", "author": "Coast Courier", "published": "2024-02-12T08:30:00+01:00"}
    assert raw.text.strip() == STORY
    assert only(made.message("See HTML.", html=made.page()), "a.eml").text.count("hanger") == 2


def test_a_mailbox_holds_numbered_messages():
    box = b"".join(b"From a@b Mon Feb 12 08:30:00 2024\n" + made.message(text) + b"\n" for text in (STORY, "Second. " + STORY))
    one, two = read(box, "a.mbox")
    assert (one.origin, two.origin) == ("/news/a.mbox#1", "/news/a.mbox#2")
    assert isinstance(two, Raw)
    assert two.text.startswith("Second. ")
    assert only(two.original, two.origin).text == two.text


# --- saved pages


def test_a_saved_page_keeps_its_address():
    head = b"From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html\n"
    data = head + b"Content-Location: https://coast.example/bridge\n\n" + made.page().encode() + b"\n--B--\n"
    raw = only(data, "a.mhtml")
    assert raw.fields["url"] == "https://coast.example/bridge"
    assert raw.provenance["url"] == "address the page was saved from"
    assert only(raw.original, "a.mhtml").text == raw.text


@pytest.mark.parametrize("packed", [False, True])
def test_a_web_archive_gives_its_pages_and_passes_over_the_rest(packed: bool):
    chunked = (
        b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (made.page().encode()[:100], made.page().encode()[100:])) + b"0\r\n\r\n"
    )
    coded = gzip.compress(made.page("Second").encode())
    records = [
        ("warcinfo", "", b"software: x"),
        ("response", "https://coast.example/a", made.response(chunked, headers="Content-Type: text/html\r\nTransfer-Encoding: chunked")),
        ("response", "https://coast.example/b", made.response(coded, headers="Content-Type: text/html\r\nContent-Encoding: gzip")),
        ("response", "https://coast.example/c", made.response(b"gone", "404 Not Found")),
        ("response", "https://coast.example/d.png", made.response(b"\x89PNG", headers="Content-Type: image/png")),
    ]
    data = b"".join(gzip.compress(made.warc(record)) for record in records) if packed else made.warc(*records)
    one, two = read(data, "a.warc.gz" if packed else "a.warc")
    assert isinstance(one, Raw)
    assert isinstance(two, Raw)
    assert (one.fields["url"], two.fields["title"]) == ("https://coast.example/a", "Second")
    assert "three hangers" in one.text


# --- tables and columns


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_row_by_row(delimiter: str):
    rows = [["judul", "isi"], ["Satu", '"Baris satu\nbaris dua"'], ["Dua", "Baris tiga"], ["Tiga", ""]]
    items = read("\n".join(delimiter.join(row) for row in rows).encode("utf-8-sig"), "a.csv")
    assert [item.text for item in items if isinstance(item, Raw)] == ["Baris satu\nbaris dua", "Baris tiga"]
    assert [item.origin for item in items] == ["/news/a.csv#1", "/news/a.csv#2", "/news/a.csv#3"]
    assert only(items[0].original, items[0].origin).text == items[0].text


def test_columns_are_named_by_the_user():
    columns = {"text": "kolom 7", "published": "tgl", "title": "meta.kepala"}
    table = b"kolom 7,tgl,text\nCerita panjang.,2024-02-12,bukan ini\n"
    raw = only(table, "a.csv", columns=columns)
    assert (raw.text, raw.fields["published"], raw.provenance["published"]) == ("Cerita panjang.", "2024-02-12", "column 'tgl'")
    record = json.dumps({"kolom 7": "Cerita.", "meta": {"kepala": "Judul"}}).encode()
    assert only(record, "a.json", columns=columns).fields["title"] == "Judul"
    assert only(record, "a.jsonl", columns=columns).text == "Cerita."
    assert "columns are: x, y" in next(item.hint for item in read(b"x,y\n1,2\n", "a.csv") if isinstance(item, Failure))


# --- archives


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz"])
def test_an_archive_gives_its_articles(name: str):
    members = {
        "in/x.txt": STORY.encode(),
        "y.jsonl": b'{"text": "One."}\n',
        "z.png": b"\x89PNG",
        ".git/h.txt": b"x",
        "__MACOSX/x.txt": b"x",
    }
    mode = {"gz": "w:gz", "tgz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}.get(name.split(".")[-1], "w")
    data = made.zipped(dict(members)) if name == "a.zip" else made.tarred(members, mode)
    assert [item.origin for item in read(data, name)] == [f"/news/{name}/in/x.txt", f"/news/{name}/y.jsonl#1"]


@pytest.mark.parametrize("name", ["../x.txt", "/etc/x.txt", "a/../../x.txt", "..\\x.txt", "C:\\x.txt", "a\nb.txt"])
def test_no_name_leads_out_of_an_archive(name: str):
    for data, archive in ((made.zipped({name: STORY}), "a.zip"), (made.tarred({name: STORY.encode()}), "a.tar")):
        for item in read(data, archive):
            assert isinstance(item, Failure) or "x.txt" not in item.origin
            assert "\n" not in item.origin
            assert ".." not in item.origin.split("/")[:-1] or isinstance(item, Failure)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive_are_refused(kind: bytes):
    info = tarfile.TarInfo("x.txt")
    info.type, info.linkname = kind, "/etc/passwd"
    (failure,) = read(info.tobuf() + b"\0" * 1024, "a.tar")
    assert isinstance(failure, Failure)
    assert "link" in failure.error or "regular" in failure.error


@pytest.mark.parametrize(("name", "pack"), [("a.txt.gz", gzip.compress), ("a.txt.bz2", bz2.compress), ("a.txt.xz", lzma.compress)])
def test_a_compressed_file_is_read_and_a_damaged_one_refused(name: str, pack):
    assert only(pack(STORY.encode()), name).text == STORY
    assert "damaged" in refused(pack(STORY.encode())[:-20], name)


# --- pages that are no article

NO_ARTICLES = [
    (made.page("404 Not Found", ["Sorry, this page is gone."]), "error page"),
    (made.page("Halaman tidak ditemukan", ["Kembali ke beranda."]), "error page"),
    (made.page("Just a moment...", ["Checking your browser before accessing coast.example."]), "robots"),
    (made.page("Coast", ["We and our 812 partners value your privacy and store cookies."]), "consent"),
    (made.page("Bridge", PARAGRAPHS[:1], tail="<div>Subscribe to continue reading</div>"), "paywall"),
    (made.page("Jembatan", PARAGRAPHS[:1], tail="<p>Artikel ini khusus untuk pelanggan.</p>"), "paywall"),
    (
        made.page(
            "Bridge", PARAGRAPHS[:1], '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
        ),
        "paywall",
    ),
    (
        "<html><head><title>App</title></head><body><noscript>Enable JavaScript to run this app.</noscript><div id='root'></div></body></html>",
        "empty shell",
    ),
    ("<html><head><meta http-equiv='refresh' content='0; url=https://x.example/'></head><body></body></html>", "no story"),
    (made.page("Log in", ["Your e-mail and password, please."]), "sign in"),
]


@pytest.mark.parametrize(("markup", "said"), NO_ARTICLES)
def test_a_page_that_is_no_article_is_refused_with_the_reason(markup: str, said: str):
    assert said in refused(markup.encode(), "a.html")


def test_a_whole_article_about_such_pages_is_none_of_them():
    paragraphs = [*PARAGRAPHS * 4, 'Readers saw "Subscribe to continue reading" and "404 not found", and were told to accept all cookies.']
    assert "404 not found" in only(made.page("404 pages are back", paragraphs).encode(), "a.html").text


def test_what_a_file_without_a_telling_name_is_shows_in_its_bytes():
    kinds = {"pdf": made.pdf(PAGES), "zip": made.zipped({"a.txt": STORY}), "html": made.page().encode(), "eml": made.message(STORY)}
    for kind, data in kinds.items():
        assert "hangers" in only(data, kind).text, kind
