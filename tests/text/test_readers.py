import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.records import Failure
from assistant.text.readers import FIELDS, KINDS, Raw, read_bytes, read_paths

STORY = "Banjir melanda tiga desa pada Senin pagi.\nTujuh orang meninggal, kata bupati."
LONG = " ".join(["The bridge was closed to all traffic on Monday after inspectors found cracks in three hangers."] * 4)


def read(path: Path, **options: int) -> list[Raw | Failure]:
    return list(read_paths([path], **options))


def only_raw(path: Path) -> Raw:
    (raw,) = read(path)
    assert isinstance(raw, Raw), raw
    return raw


def only_failure(path: Path, **options: int) -> Failure:
    (failure,) = read(path, **options)
    assert isinstance(failure, Failure), failure
    assert failure.error
    assert failure.hint
    assert "\n" not in failure.error + failure.hint
    return failure


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


# --- text and markdown


def test_a_text_is_read_with_its_lines_and_bytes(tmp_path: Path):
    path = write(tmp_path, "a.txt", STORY)
    raw = only_raw(path)
    assert raw == Raw(str(path), STORY.encode(), STORY, {})


def test_markdown_front_matter_and_markup(tmp_path: Path):
    page = (
        '---\ntitle: "Judul: satu"\nauthor: [Ani, Budi]\ndate: 2024-05-12\nsource: Antara\n'
        "lang: id\ntags:\n  - a\n---\n\n"
        "# Judul lain\n\nIa **tegas** dan *jelas*: [tautan](https://example.org/a_(b)) ke `kode`.\n\n"
        "> Kutipan dengan _tekanan_ dan snake_case_name.\n\n- butir\n\n1. nomor\n\n"
        "![foto](a.jpg)\n\n---\n\n2 * 3 * 4 = 24, \\*bintang\\*"
    )
    raw = only_raw(write(tmp_path, "a.md", page))
    assert raw.fields == {
        "title": "Judul: satu",
        "author": "Ani, Budi",
        "published": "2024-05-12",
        "outlet": "Antara",
        "language": "id",
    }
    assert [line for line in raw.text.split("\n") if line] == [
        "Judul lain",
        "Ia tegas dan jelas: tautan ke kode.",
        "Kutipan dengan tekanan dan snake_case_name.",
        "butir",
        "1. nomor",
        "2 * 3 * 4 = 24, *bintang*",
    ]


def test_the_first_heading_of_markdown_is_the_title(tmp_path: Path):
    raw = only_raw(write(tmp_path, "a.md", "# Judul *miring*\n\nCerita.\n\n## Bagian\n\nLagi."))
    assert raw.fields == {"title": "Judul miring"}
    assert raw.text.split() == ["Cerita.", "Bagian", "Lagi."]


def test_a_literal_mark_in_an_article_is_plain_text(tmp_path: Path):
    story = "Kata <|endoftext|> dan [1] serta [2][3] tetap di sini."
    assert only_raw(write(tmp_path, "a.txt", story)).text == story
    assert only_raw(write(tmp_path, "a.json", json.dumps({"text": story}))).text == story
    assert "<|endoftext|> dan [1] serta" in only_raw(write(tmp_path, "a.md", story)).text


# --- pages

PAGE = """<!doctype html><html lang="en-GB"><head><title>Bridge shut | Coastline News</title>
<meta property="og:title" content="Bridge shut"><meta property="og:site_name" content="Coastline News">
<link rel="canonical" href="https://coast.example/bridge">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle",
"headline": "Bridge shut",
 "datePublished": "2023-03-07T11:20:00+00:00", "dateModified": "2023-03-08", "author": [{"@type": "Person",
 "name": "Jonah T"}, {"@type": "Person", "name": "Maud F"}], "publisher": {"@type": "Organization", "name":
 "Coastline News"}}]}</script></head>
<body><nav><a href="/">Home</a><a href="/a">News</a></nav><article><h1>Bridge
shut</h1><p>%s</p><p>%s</p></article> <section id="comments"><h2>Comments</h2><p class="comment">First! I hate
this bridge and everybody on it.</p></section>
<footer>© 2023 Coastline News</footer></body></html>"""


def test_a_page_gives_story_and_metadata(tmp_path: Path):
    raw = only_raw(
        write(
            tmp_path,
            "a.html",
            PAGE % (LONG, "It will reopen in 2024, said the council's engineer on Monday."),
        )
    )
    assert raw.fields == {
        "title": "Bridge shut",
        "outlet": "Coastline News",
        "author": "Jonah T, Maud F",
        "url": "https://coast.example/bridge",
        "published": "2023-03-07T11:20:00+00:00",
        "updated": "2023-03-08",
        "language": "en-GB",
    }
    assert "inspectors found cracks" in raw.text
    assert "It will reopen in 2024" in raw.text
    assert "hate this bridge" not in raw.text
    assert "©" not in raw.text


def test_a_page_in_an_old_encoding_says_so_itself(tmp_path: Path):
    page = '<html><head><meta charset="windows-1251"></head><body><article><p>%s</p></article>'
    story = "Мост закрыли в понедельник после того, как инспекторы нашли трещины. " * 5
    raw = only_raw(write(tmp_path, "a.html", (page % story).encode("cp1251")))
    assert "инспекторы нашли трещины" in raw.text


def test_a_page_saved_as_text_is_still_a_page(tmp_path: Path):
    raw = only_raw(write(tmp_path, "a.txt", PAGE % (LONG, LONG)))
    assert raw.fields["title"] == "Bridge shut"
    assert "<p>" not in raw.text


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<html><body><script>var a = 1;</script></body></html>",
        "<html><head><title>T</title></head></html>",
    ],
)
def test_a_page_without_text_is_a_failure(tmp_path: Path, page: str):
    assert "no story" in only_failure(write(tmp_path, "a.html", page)).error


def test_a_short_page_is_read_too(tmp_path: Path):
    page = "<html><body><article><p>Jembatan itu ditutup pada hari Senin.</p></article></body></html>"
    assert "Jembatan itu ditutup pada hari Senin." in only_raw(write(tmp_path, "a.html", page)).text


# --- records


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (
            {"title": "T", "text": STORY, "url": "u", "source": "Kompas"},
            {"title": "T", "url": "u", "outlet": "Kompas"},
        ),
        (
            {"headline": "T", "body": STORY, "outlet": "O", "source": "S"},
            {"title": "T", "outlet": "O", "source": "S"},
        ),
        (
            {"judul": "T", "isi": STORY, "penulis": "Ani", "tanggal": "28 Desember 2020"},
            {"title": "T", "author": "Ani", "published": "2020-12-28"},
        ),
        (
            {"content": STORY, "publishedAt": "2024-05-12T01:02:03Z", "source": {"id": None, "name": "CNN"}},
            {"outlet": "CNN", "published": "2024-05-12T01:02:03+00:00"},
        ),
        (
            {"full_text": STORY, "published_at": 1609161300, "lang": "id"},
            {"published": "2020-12-28T13:15:00+00:00", "language": "id"},
        ),
        (
            {"Article": STORY, "Byline": "By X", "Site_Name": "S", "Date-Published": "2020-12-28"},
            {"author": "By X", "outlet": "S", "published": "2020-12-28"},
        ),
        ({"text": STORY, "author": ["A", {"name": "B"}, None, "A"]}, {"author": "A, B"}),
        (
            {
                "text": STORY,
                "title": 12,
                "url": None,
                "author": True,
                "source": [],
                "published": {"x": 1},
                "editor": 1.5,
            },
            {"title": "12", "editor": "1.5"},
        ),
        ({"text": STORY, "published": "soon", "date": "2020-12-28"}, {"published": "2020-12-28"}),
        (
            {
                "text": STORY,
                "publisher": "P",
                "source": "P",
                "dateModified": "2021-01-02",
                "location": "Jakarta",
            },
            {"outlet": "P", "updated": "2021-01-02", "place": "Jakarta"},
        ),
        ({"articleBody": STORY, "name": "T", "inLanguage": "id-ID"}, {"title": "T", "language": "id-ID"}),
        ({"text": [STORY, "More."], "title": "A &amp; B"}, {"title": "A & B"}),
        ({"fields": {"bodyText": STORY, "headline": "T"}, "webTitle": "W"}, {"title": "T"}),
        ({"text": STORY, "title": "x" * 5000}, {}),
    ],
)
def test_records_with_all_kinds_of_keys(tmp_path: Path, record: dict[str, object], fields: dict[str, str]):
    path = write(tmp_path, "a.json", json.dumps(record))
    raw = only_raw(path)
    assert raw.origin == str(path)
    assert raw.text.startswith(STORY)
    assert raw.fields == fields
    assert set(raw.fields) <= set(FIELDS)


def test_markup_in_a_record_becomes_lines(tmp_path: Path):
    record = {"content": "<p>Satu &amp; dua.</p><p>“Tiga” &lt;3<br/>empat</p><script>alert(1)</script>"}
    lines = only_raw(write(tmp_path, "a.json", json.dumps(record))).text.split("\n")
    assert [line for line in lines if line] == ["Satu & dua.", "“Tiga” <3", "empat"]


@pytest.mark.parametrize(
    "value",
    [
        [{"text": "A."}, {"text": "B."}],
        {"articles": [{"text": "A."}, {"text": "B."}]},
        {"status": "ok", "totalResults": 2, "articles": [{"content": "A."}, {"content": "B."}]},
        {"response": {"status": "ok", "results": [{"body": "A."}, {"body": "B."}]}},
        {"data": {"items": [{"text": "A."}, {"text": "B."}]}},
        ["A.", "B."],
    ],
)
def test_arrays_and_wrappers_hold_numbered_records(tmp_path: Path, value: object):
    path = write(tmp_path, "a.json", json.dumps(value))
    one, two = read(path)
    assert isinstance(one, Raw)
    assert isinstance(two, Raw)
    assert (one.origin, two.origin) == (f"{path}#1", f"{path}#2")
    assert (one.text, two.text) == ("A.", "B.")
    assert b"A." in one.original
    assert b"B." not in one.original


def test_a_bad_record_does_not_stop_the_others(tmp_path: Path):
    path = write(tmp_path, "a.json", json.dumps([{"text": "A."}, {"title": "no text"}, 7, None, {"text": "B."}]))
    items = read(path)
    assert [type(item) for item in items] == [Raw, Failure, Failure, Failure, Raw]
    assert items[1].origin == f"{path}#2"
    assert items[4].origin == f"{path}#5"


def test_lines_are_read_one_by_one_and_a_bad_one_is_named(tmp_path: Path):
    lines = [json.dumps({"text": f"Story {n}."}) for n in range(1, 21)]
    lines[16] = '{"text": "cut o'
    lines[18] = '{"title": "no text"}'
    path = write(tmp_path, "file.jsonl", "\n".join(lines) + "\n\n")
    items = read(path)
    assert [item.origin for item in items if isinstance(item, Failure)] == [
        f"{path} line 17",
        f"{path} line 19",
    ]
    assert "cut off" in next(item.error for item in items if isinstance(item, Failure))
    raws = [item for item in items if isinstance(item, Raw)]
    assert len(raws) == 18
    assert raws[-1].origin == f"{path}#20"
    assert raws[-1].original == b'{"text": "Story 20."}'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_lines_in_other_encodings(tmp_path: Path, encoding: str):
    content = '{"text": "Café é."}\n{"text": "B."}\n'
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    items = read(write(tmp_path, "a.jsonl", (mark + content).encode(encoding)))
    assert [item.text for item in items if isinstance(item, Raw)] == ["Café é.", "B."]


def test_a_line_of_jsonl_has_a_limit_and_the_file_has_none(tmp_path: Path):
    lines = [json.dumps({"text": "x" * 900}) for _ in range(10)]
    lines.insert(3, json.dumps({"text": "y" * 5000}))
    path = write(tmp_path, "a.jsonl", "\n".join(lines))
    items = read(path, max_bytes=1000)
    assert [item.origin for item in items if isinstance(item, Failure)] == [f"{path} line 4"]
    assert len(items) == 11


# --- what cannot be read

BAD_FILES = [
    ("a.txt", b"", "empty"),
    ("a.txt", b" \n\t\r\n ", "empty"),
    ("a.txt", b"\xef\xbb\xbf", "empty"),
    ("a.txt", b"\xff\xfe", "empty"),
    ("a.txt", b"abc\x00\x01\x02\x03def" * 20, "binary"),
    ("a.txt", b"%PDF-1.7\n...", "PDF"),
    ("a.txt", b"PK\x03\x04\x14\x00", "ZIP"),
    ("a.html", b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
    ("a.txt", bytes(range(1, 32)) * 30, "binary"),
    ("a.md", b"---\ntitle: T\n---\n\n", "no text"),
    ("a.json", b"", "empty"),
    ("a.json", b'{"text": "abc', "cut off"),
    ("a.json", b'[{"text": "abc"}, {"te', "cut off"),
    ("a.json", b'{"text" "abc"}', "no valid JSON"),
    ("a.json", b'{"text": "abc"} {"text": "def"}', "no valid JSON"),
    ("a.json", b"[]", "no articles"),
    ("a.json", b'{"articles": []}', "no articles"),
    ("a.json", b"{}", "no text"),
    ("a.json", b'{"text": ""}', "no text"),
    ("a.json", b'{"text": null, "body": 7}', "no text"),
    ("a.json", b"42", "no record"),
    ("a.json", b"[" * 100_000, "JSON"),
    ("a.jsonl", b"", "empty"),
    ("a.jsonl", b"\n\n", "empty"),
]


@pytest.mark.parametrize(("name", "content", "error"), BAD_FILES)
def test_a_bad_file_gives_one_failure_in_one_line(tmp_path: Path, name: str, content: bytes, error: str):
    path = write(tmp_path, name, content)
    failure = only_failure(path)
    assert error in failure.error
    assert failure.origin.startswith(str(path))


def test_an_article_has_a_largest_size(tmp_path: Path):
    path = write(tmp_path, "a.txt", "x" * 2000)
    assert "larger than 0.001 MB" in only_failure(path, max_bytes=1000).error
    assert len(read(path, max_bytes=2000)) == 1
    records = json.dumps([{"text": "x" * 500}, {"text": "y" * 1500}])
    items = read(write(tmp_path, "a.json", records), max_bytes=1000)
    assert [type(item) for item in items] == [Raw, Failure]


def test_fifty_megabytes_are_no_article(tmp_path: Path):
    path = tmp_path / "a.txt"
    with open(path, "wb") as stream:
        stream.truncate(50_000_000)
    assert "larger than 10 MB" in only_failure(path).error


def test_missing_paths_links_and_loops(tmp_path: Path):
    assert "not there" in only_failure(tmp_path / "missing.txt").error
    assert "not there" in only_failure(Path("a\x00b.txt")).error
    (tmp_path / "broken.txt").symlink_to(tmp_path / "gone.txt")
    assert "leads nowhere" in only_failure(tmp_path / "broken.txt").error
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    assert "leads nowhere" in only_failure(tmp_path / "self.txt").error


def test_a_folder_that_contains_itself_is_read_once(tmp_path: Path):
    folder = tmp_path / "news"
    (folder / "sub").mkdir(parents=True)
    write(folder, "a.txt", STORY)
    write(folder / "sub", "b.txt", STORY)
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "zz").symlink_to(folder / "sub")
    items = read(folder)
    assert [item.origin for item in items if isinstance(item, Raw)] == [
        str(folder / "a.txt"),
        str(folder / "sub" / "b.txt"),
    ]
    assert [item.origin for item in items if isinstance(item, Failure)] == [str(folder / "sub" / "up")]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_a_failure(tmp_path: Path):
    path = write(tmp_path, "a.txt", STORY)
    path.chmod(0)
    assert "permission" in only_failure(path).error
    path.chmod(0o600)


def test_a_refused_open_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "a.txt", STORY)
    monkeypatch.setattr("builtins.open", refuse)
    assert "permission denied" in only_failure(path).error


def test_a_pipe_does_not_block(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert "no regular file" in only_failure(tmp_path / "pipe.txt").error


def test_a_named_file_of_another_kind_is_a_failure_and_in_a_folder_passed_over(tmp_path: Path):
    write(tmp_path, "b.txt", STORY)
    write(tmp_path, "a.png", b"\x89PNG\r\n")
    write(tmp_path, ".hidden.txt", STORY)
    write(tmp_path, "README", "x")
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".git", "c.txt", STORY)
    assert [item.origin for item in read(tmp_path)] == [str(tmp_path / "b.txt")]
    assert "not read" in only_failure(tmp_path / "a.png").error
    assert isinstance(read(tmp_path / ".hidden.txt")[0], Raw)


def test_what_is_passed_over_is_counted_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    for name in ("a.log", "b.log", "c.txt"):
        write(tmp_path, name, STORY)
    with caplog.at_level("INFO"):
        read(tmp_path)
    assert "2 .log" in caplog.text


def test_an_empty_folder_is_a_failure(tmp_path: Path):
    assert "no articles" in only_failure(tmp_path).error


def test_a_folder_is_read_in_order_and_each_file_once(tmp_path: Path):
    for name in ("b.txt", "a.md", "c/a.txt", "C.TXT"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path, name, STORY)
    items = list(read_paths([tmp_path, tmp_path / "a.md", str(tmp_path / "c")]))
    assert [Path(item.origin).relative_to(tmp_path).as_posix() for item in items] == [
        "C.TXT",
        "a.md",
        "b.txt",
        "c/a.txt",
    ]


def test_relative_paths_get_absolute_origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, "a.txt", STORY)
    monkeypatch.chdir(tmp_path)
    assert only_raw(Path("a.txt")).origin == str(tmp_path / "a.txt")


def test_a_file_name_of_any_bytes_gives_an_origin_that_can_be_stored(tmp_path: Path):
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    with open(name, "wb") as stream:
        stream.write(STORY.encode())
    only_raw(Path(os.fsdecode(name))).origin.encode("utf-8")


# --- encodings


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("“Kami menang,” kata Biden – hari ini. Café itu tutup.", "cp1252"),
        ("L'été dernier, la forêt a brûlé près de Nîmes, a déclaré le préfet.", "latin-1"),
        ("Banjir melanda tiga desa pada Senin pagi.", "utf-16"),
        ("Banjir melanda tiga desa pada Senin pagi.", "utf-16-le"),
        ("Banjir melanda tiga desa pada Senin pagi.", "utf-16-be"),
        ("Banjir melanda tiga desa pada Senin pagi.", "utf-32"),
        ("Café", "utf-8-sig"),
        (
            "Правительство сообщило, что мост закрыт из-за трещин, а паром будет бесплатным до весны. " * 3,
            "cp1251",
        ),
        (
            "Zażółć gęślą jaźń. Rząd ogłosił, że most został zamknięty, powiedział rzecznik we wtorek. " * 3,
            "cp1250",
        ),
    ],
)
def test_other_encodings_are_read_when_it_is_clear_which(tmp_path: Path, text: str, encoding: str):
    raw = only_raw(write(tmp_path, "a.txt", text.encode(encoding)))
    assert raw.text.lstrip("\ufeff") == text
    assert raw.original == text.encode(encoding)


def test_a_text_that_was_cut_within_a_character_is_still_read(tmp_path: Path):
    text = "Ñandú y cigüeña, según el señor Muñoz, están aquí también, compañeros." * 2
    raw = only_raw(write(tmp_path, "a.txt", (text + "ñ").encode()[:-1]))
    assert raw.text.startswith(text)


def test_an_encoding_that_cannot_be_told_is_a_failure(tmp_path: Path):
    assert "encoding" in only_failure(write(tmp_path, "a.txt", b"\x80\x81\x8d\x8f\x90\x9d ab")).error


# --- bytes


def test_bytes_are_read_like_files():
    (raw,) = read_bytes(STORY.encode(), "upload.txt")
    assert isinstance(raw, Raw)
    assert (raw.origin, raw.text) == ("upload.txt", STORY)
    (raw,) = read_bytes((PAGE % (LONG, LONG)).encode(), "https://coast.example/bridge?id=1", kind="html")
    assert isinstance(raw, Raw)
    (failure,) = read_bytes(b"x", "https://coast.example/bridge")
    assert isinstance(failure, Failure)


@given(st.binary(max_size=400), st.sampled_from(sorted(set(KINDS.values()))))
@settings(max_examples=200, deadline=None)
def test_reading_any_bytes_never_raises(data: bytes, kind: str):
    for item in read_bytes(data, "/news/a", kind):
        assert isinstance(item, Raw | Failure)


@given(st.text(max_size=200), st.sampled_from(sorted(set(KINDS.values()))))
@settings(max_examples=200, deadline=None)
def test_reading_any_text_never_raises(text: str, kind: str):
    data = text.encode("utf-8", errors="surrogatepass")
    for wrapped in (
        data,
        b"---\n" + data + b"\n---\n" + data,
        b"<html><p>" + data,
        json.dumps({"text": text, "date": text}).encode(),
    ):
        for item in read_bytes(wrapped, "/news/a", kind):
            assert isinstance(item, Raw | Failure)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["text", "articles", "source", "name", "date", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON_VALUES)
@settings(max_examples=200, deadline=None)
def test_any_json_is_read_or_refused(value: object):
    for item in read_bytes(json.dumps(value).encode(), "/news/a.json"):
        assert isinstance(item, Raw | Failure)
