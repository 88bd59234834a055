import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.records import Article
from assistant.text.clean import clean, normalise
from assistant.text.credits import read_credits
from assistant.text.furniture import is_furniture
from assistant.text.readers import Raw, read_paths

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"


def cleaned(text: str, **fields: str) -> Article:
    return clean(Raw("/news/a.txt", text.encode("utf-8", errors="replace"), text, fields))


# Dateline, then what it says. The story after it is always the same.
DATELINES = [
    ("KONTAN.CO.ID - BEIJING. ", "Beijing", "Kontan"),
    ("KONTAN.CO.ID - JAKARTA. ", "Jakarta", "Kontan"),
    ("JAKARTA, KOMPAS.com - ", "Jakarta", "Kompas"),
    ("JAKARTA, KOMPAS.com – ", "Jakarta", "Kompas"),
    ("KOMPAS.com - ", "", "Kompas"),
    ("Merdeka.com - ", "", "Merdeka"),
    ("TEMPO.CO, Jakarta - ", "Jakarta", "Tempo"),
    ("Liputan6.com, Jakarta - ", "Jakarta", "Liputan6"),
    ("REPUBLIKA.CO.ID, JAKARTA -- ", "Jakarta", "Republika"),
    ("Jakarta, CNN Indonesia -- ", "Jakarta", "CNN Indonesia"),
    ("Jakarta, CNBC Indonesia - ", "Jakarta", "CNBC Indonesia"),
    ("Jakarta (ANTARA) - ", "Jakarta", "Antara"),
    ("Jakarta, 3/5 (ANTARA) - ", "Jakarta", "Antara"),
    ("BANDUNG, iNews.id - ", "Bandung", "iNews"),
    ("LARANTA, Kabar Nusa - ", "Laranta", "Kabar Nusa"),
    ("VIVA – ", "", "VIVA"),
    ("Jakarta - ", "Jakarta", ""),
    ("JAKARTA. ", "Jakarta", ""),
    ("PORT HALVEN (Coastline News) - ", "Port Halven", "Coastline News"),
    ("LONDON, May 5 (Reuters) - ", "London", "Reuters"),
    ("LONDON (Reuters) - ", "London", "Reuters"),
    ("BEIJING, March 3 (Xinhua) -- ", "Beijing", "Xinhua"),
    ("WASHINGTON (AP) — ", "Washington", "AP"),
    ("SEOUL, South Korea (AP) — ", "Seoul, South Korea", "AP"),
    ("PORT-AU-PRINCE, Haiti (AP) — ", "Port-Au-Prince, Haiti", "AP"),
    ("WASHINGTON — ", "Washington", ""),
    ("NEW YORK – ", "New York", ""),
    ("WASHINGTON, D.C. — ", "Washington, D.C.", ""),
    ("MANILA, Philippines — ", "Manila, Philippines", ""),
    ("KYIV, July 14 – ", "Kyiv", ""),
    ("NEW DELHI: ", "New Delhi", ""),
    ("KUALA LUMPUR, 3 Mac (Bernama) -- ", "Kuala Lumpur", "Bernama"),
    ("KUALA LUMPUR: ", "Kuala Lumpur", ""),
    ("BERLIN (dpa) – ", "Berlin", "dpa"),
    ("Berlin (dpa) - ", "Berlin", "dpa"),
    ("PARIS, 4 mars (AFP) - ", "Paris", "AFP"),
    ("MADRID, 4 mar. (EFE).- ", "Madrid", "EFE"),
    ("Lima, 3 mar (ANDINA).- ", "Lima", "Andina"),
    ("LISBOA, 4 mar 2021 (Lusa) — ", "Lisboa", "Lusa"),
    ("(ANSA) - ROMA, 04 MAR - ", "Roma", "ANSA"),
    ("WARSZAWA (PAP) - ", "Warszawa", "PAP"),
    ("ANKARA (AA) - ", "Ankara", "AA"),
    ("МОСКВА, 3 мая — ТАСС. ", "Москва", "ТАСС"),
    ("МОСКВА, 3 мая. /ТАСС/. ", "Москва", "ТАСС"),
    ("МОСКВА, 3 мая - РИА Новости. ", "Москва", "РИА Новости"),
    ("القاهرة (رويترز) - ", "القاهرة", "رويترز"),
    ("دبي - ", "دبي", ""),
    ("नई दिल्ली, 3 मई (भाषा) ", "नई दिल्ली", "भाषा"),
    ("नई दिल्ली: ", "नई दिल्ली", ""),
    ("（北京5日讯）", "北京", ""),
    ("【台北讯】", "台北", ""),
    ("新华社北京5月3日电（记者 张三）", "北京", "新华社"),
    ("【東京】", "東京", ""),
    ("【北京＝共同】", "北京", "共同"),
    ("(서울=연합뉴스) 홍길동 기자 = ", "서울", "연합뉴스"),
]
STORY = "Kedua pemimpin bertemu pada hari itu dan berjanji akan bertemu lagi. Laranta - dan Iberia - tidak hadir."


@pytest.mark.parametrize(("dateline", "place", "outlet"), DATELINES)
def test_a_dateline_becomes_place_and_outlet(dateline: str, place: str, outlet: str):
    article = cleaned(dateline + STORY, title="T")
    assert (article.place, article.outlet, article.text) == (place, outlet, STORY)


NO_DATELINES = [
    "Biden - presiden AS - mengatakan hal itu pada Senin.",
    "Joe Biden — the president — said so.",
    "NATO — the alliance of 32 states — will meet in The Hague.",
    "NATO - Rusia kembali berseteru di perbatasan.",
    "FIFA — Football's governing body — has banned two clubs.",
    "IKEA - Perusahaan mebel asal Swedia itu membuka toko baru. IKEA tidak menyebut harga.",
    "BMW - The carmaker said on Monday that BMW would build a plant.",
    "Jakarta - Bandung kini hanya 40 menit dengan kereta cepat.",
    "LONDON - PARIS dapat ditempuh dalam dua jam.",
    "London, Paris - dua kota yang selalu ramai.",
    "London, Paris, Tokyo – Big cities are getting hotter.",
    "Bali — pulau wisata itu — mulai ramai kembali.",
    "Jakarta - kota terbesar di Indonesia - tenggelam perlahan.",
    "Covid-19 masih ada, kata Biden.",
    "PSSI (Persatuan Sepak Bola Seluruh Indonesia) - Ketua baru dipilih hari ini.",
    "PT PLN (Persero) - Perusahaan listrik itu merugi.",
    "Harga emas (24 karat) - yang naik sejak Senin - turun lagi.",
    "Menteri Luar Negeri (Menlu) - Retno Marsudi - berangkat.",
    "BIDEN: We will be stronger together.\nXI: We agree.",
    "JOKOWI: Kita harus bekerja keras. Itu kata Jokowi.",
    "HIV/AIDS: China relata um aumento de casos.",
    "SUBJECT LINE: Lightening the load.",
    "PUTIN: Nothing has changed.\nThat is all that Putin said.",
    "BREAKING: The bridge is closed.",
    '"Kita menang" - begitu kata Biden.',
    "Pada 3 Mei - hari pertama - tidak ada hujan.",
    "Ia berkata: Saya tidak tahu.",
    "Kantor berita Reuters - yang berbasis di London - melaporkannya.",
    "Monday, May 5 - the day of the vote - was quiet.",
    "AS - China sepakat berdagang lagi.",
    "A.S. - Those are his initials.",
    "Well - That was unexpected.",
    "Kontan.co.id adalah situs berita ekonomi.",
    "Di Jakarta - Presiden berpidato.",
    "Х - Неизвестная величина.",
    "【速報】大雨で電車が止まった。",
    "（笑）それは違うと思う。",
    "(Update) The bridge is open again.",
    "-",
    "- - -x",
    "Ms. Smith (Labour) - the only one to object - left.",
]


@pytest.mark.parametrize("story", NO_DATELINES)
def test_a_sentence_with_a_dash_is_not_cut(story: str):
    article = cleaned(story, title="T")
    assert article.text == (story if any(character.isalnum() for character in story) else "")
    assert (article.place, article.outlet) == ("", "")


FURNITURE = [
    "Baca Juga: Korea Utara uji coba rudal balistik antarbenua di awal Pemerintahan Joe Biden?",
    "Baca juga: Harga Cabai Naik",
    "BACA JUGA : Harga Cabai Naik",
    "Baca Juga Harga Cabai Naik Dua Kali Lipat",
    "- Baca juga: Harga Cabai Naik",
    "» Baca juga: Harga Cabai Naik",
    "[Baca juga: Harga Cabai Naik]",
    "(Baca juga: Harga Cabai Naik)",
    "Lihat juga: Kapal Bantuan Tertahan Ombak",
    "Simak juga video: Detik-detik Banjir",
    "Simak Video: Detik-detik Banjir",
    "Read also: Ferry fares to rise",
    "READ: How to help the victims",
    "See also: Why small islands hang by a thread",
    "Also read: Why small islands hang by a thread",
    "Related: Mexico says no",
    "Lire aussi : Déserts médicaux, la carte",
    "Lea también: El precio sube",
    "Lesen Sie auch: Streit um Parkgebühren",
    "Leia também: Fóssil é achado",
    "Leggi anche: Il ponte chiude",
    "Lees ook: De brug gaat dicht",
    "Читайте также: Платные парковки появятся",
    "اقرأ أيضا: ترميم القصر",
    "相关阅读：岚溪茶叶节下周开幕",
    "関連記事：岬線の春の臨時列車",
    "यह भी पढ़ें: गेहूँ की ख़रीद",
    "Ayrıca okuyun: Fiyatlar arttı",
    "ADVERTISEMENT",
    "Advertisement",
    "ADVERTISEMENT SCROLL TO CONTINUE WITH CONTENT",
    "SCROLL TO CONTINUE WITH CONTENT",
    "Follow us on Twitter and Facebook",
    "Follow us",
    "Sign up for our free newsletter to get the news in your inbox",
    "Subscribe now",
    "Ikuti berita terkini di Google News",
    "Ikuti kami di WhatsApp Channel untuk berita terbaru",
    "Cek Berita dan Artikel yang lain di Google News",
    "Dapatkan update berita pilihan setiap hari.",
    "Artikel ini telah tayang di Kompas.com dengan judul: X",
    "Copyright © ANTARA 2021",
    "© 2021 The News Company. All rights reserved.",
    "All rights reserved.",
    "Tag: banjir, Laranta, BPBD",
    "#banjir #laranta",
    "Bagikan:",
    "Share this article",
    "Facebook Twitter WhatsApp",
    "[Gambas:Video CNN]",
    "Halaman: 1 2 3 4",
    "https://www.example.org/a/b",
    "Click here to read more",
    "3 min read",
    "***",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_goes_wherever_it_stands(line: str):
    one, two = "Banjir melanda tiga desa pada Senin pagi.", "Tujuh orang meninggal, kata bupati setempat."
    for text in (f"{line}\n{one}\n{two}", f"{one}\n{line}\n{two}", f"{one}\n\n{two}\n\n{line}"):
        assert cleaned(text, title="T").text == f"{one}\n{two}"


NOT_FURNITURE = [
    "Baca juga harus menjadi kebiasaan, kata menteri.",
    "See also how he voted in 2019, the report said.",
    '"Baca juga: itu tulisan yang paling saya benci," kata redaktur.',
    "Read more books, the minister told pupils on Monday.",
    "Follow the money, the prosecutor told the court.",
    "Subscribe rates fell by 5 percent last year.",
    "Advertisement revenue fell by 5 percent.",
    "Copyright law protects authors, she said.",
    "Ikuti aturan, kata polisi.",
    "Tag menjadi masalah di kota itu, kata wali kota.",
    "More: that is all they want, he said.",
    "Video itu menyebar pada Senin.",
    "Related companies were fined as well.",
    "The token <|endoftext|> stands in the text [1] and stays.",
    "1 2 dan 3 adalah nomor urut mereka.",
    "Source: that is what he called her in the book. She was not amused.",
    "Editor di kantor itu mengundurkan diri.",
    "By Monday the water had gone.",
    "Oleh karena itu, ia mundur.",
    "Oleh warga, jembatan itu disebut Jembatan Rusak.",
    "Foto itu palsu, kata polisi.",
    "Share prices fell on Monday.",
    "This story cannot be true.",
    "Follow logs for a specific container",
    "Share the reason for the revert",
    "Sign up now, the minister told voters on Monday.",
    "Update to a specific version (see also chapter 3) today.",
    "Home is where the heart is, she said.",
    "Di Twitter, Facebook, dan WhatsApp kabar itu menyebar.",
    '"Lihat: air naik," katanya.',
    "Iklan itu dicabut pada Selasa.",
    "Komentar itu menuai kritik.",
    "Trending itu istilah anak muda.",
]


@pytest.mark.parametrize("line", NOT_FURNITURE)
def test_no_sentence_of_the_story_is_lost(line: str):
    one, two = "Banjir melanda tiga desa pada Senin pagi.", "Tujuh orang meninggal, kata bupati setempat."
    for lines in ((line, one, two), (one, line, two), (one, two, line)):
        assert cleaned("\n".join(lines), title="T").text == "\n".join(lines)


CREDITS = [
    (
        "Sumber: South China Morning Post | Editor: Prihastomo Wahyu Widodo",
        {"source": "South China Morning Post", "editor": "Prihastomo Wahyu Widodo"},
    ),
    ("Penulis: Ani Yuli | Editor: Budi Santoso", {"author": "Ani Yuli", "editor": "Budi Santoso"}),
    ("Penulis : Ani Yuli Editor : Budi Santoso", {"author": "Ani Yuli", "editor": "Budi Santoso"}),
    ("Reporter: Ani Yuli, Budi", {"author": "Ani Yuli, Budi"}),
    ("Pewarta: Ani Yuli", {"author": "Ani Yuli"}),
    ("Editor: Budi Santoso", {"editor": "Budi Santoso"}),
    ("Source: AFP", {"source": "AFP"}),
    (
        "(Source: Wexcombe Argus | Editor: Rosalie Thringstone)",
        {"source": "Wexcombe Argus", "editor": "Rosalie Thringstone"},
    ),
    ("Author: J. R. Smith", {"author": "J. R. Smith"}),
    ("Oleh: Ani Yuli", {"author": "Ani Yuli"}),
    ("Reporting by Jane Doe; Editing by Max Mu", {"author": "Jane Doe", "editor": "Max Mu"}),
    (
        "(Reporting by Jane Doe and John Roe in London; Editing by Max Mu)",
        {"author": "Jane Doe and John Roe", "editor": "Max Mu"},
    ),
    ("Quelle: dpa | Redaktion: Eva Muster", {"source": "dpa", "editor": "Eva Muster"}),
    ("Источник: ТАСС | Редактор: Вадим Шустиков", {"source": "ТАСС", "editor": "Вадим Шустиков"}),
    ("来源：柏川日报 | 编辑：嵇晓棠", {"source": "柏川日报", "editor": "嵇晓棠"}),
    ("المصدر: رويترز", {"source": "رويترز"}),
    ("Senin, 28 Desember 2020 | 20:15 WIB", {"published": "2020-12-28T20:15:00+07:00"}),
    ("Published: May 12, 2024", {"published": "2024-05-12"}),
    ("Updated: 12 May 2024, 20:15", {"updated": "2024-05-12T20:15:00"}),
    ("Diperbarui: Senin, 28 Desember 2020", {"updated": "2020-12-28"}),
    ("2020-12-28", {"published": "2020-12-28"}),
    ("(Antara)", {"source": "Antara"}),
    ("(AFP/Reuters)", {"source": "AFP, Reuters"}),
]
BODY = "Banjir melanda tiga desa pada hari itu.\nTujuh orang meninggal, kata bupati setempat."


@pytest.mark.parametrize(("line", "fields"), CREDITS)
def test_credits_at_either_end_become_metadata(line: str, fields: dict[str, str]):
    for text in (f"{line}\n{BODY}", f"{BODY}\n{line}"):
        article = cleaned(text, title="T")
        assert article.text == BODY
        assert {name: getattr(article, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Smith", "Jane Smith"),
        ("By JANE SMITH and John van der Doe", "JANE SMITH and John van der Doe"),
        ("Oleh Inggrid Walewangko | Selasa, 6 Februari 2024 | 07.05 WITA", "Inggrid Walewangko"),
        ("Par Maëlle Tournadre", "Maëlle Tournadre"),
        ("Von Henrike Dollwetz", "Henrike Dollwetz"),
        ("Por Candela Orihuela", "Candela Orihuela"),
    ],
)
def test_bylines_stand_at_the_top(line: str, author: str):
    assert cleaned(f"{line}\n{BODY}", title="T").author == author
    assert cleaned(f"{line}\n{BODY}", title="T").text == BODY


def test_given_metadata_is_kept_before_what_the_page_says():
    article = cleaned(f"Editor: Budi\nLONDON (Reuters) - {STORY}", title="T", editor="Ani", outlet="The Straits Times")
    assert (article.editor, article.outlet, article.source, article.place) == (
        "Ani",
        "The Straits Times",
        "Reuters",
        "London",
    )


def test_the_desks_initials_are_cut_from_the_last_line():
    assert cleaned("Banjir surut. Warga pulang. (dkp/pmg)", title="T").text == "Banjir surut. Warga pulang."
    assert cleaned("Banjir surut. Warga pulang. (Antara)", title="T").source == "Antara"
    assert cleaned("Warga pulang (semua).", title="T").text == "Warga pulang (semua)."
    assert cleaned("Warga pulang. (Semua selamat)", title="T").text == "Warga pulang. (Semua selamat)"


def test_links_inside_a_line_are_cut_only_where_they_surely_end():
    assert cleaned("Banjir surut. (Baca juga: Harga Naik) Warga pulang.", title="T").text == "Banjir surut. Warga pulang."
    assert cleaned("Banjir surut. Baca juga: Harga Naik\nWarga pulang.", title="T").text == "Banjir surut.\nWarga pulang."
    glued = "Banjir surut. Baca juga: Harga Naik. Warga pulang ke rumah. Mereka lega."
    assert cleaned(glued, title="T").text == glued  # a link in it is the lesser evil


def test_a_label_on_its_own_line_takes_the_link_below_it_along():
    text = "Banjir surut.\nBaca juga:\nHarga Cabai Naik Dua Kali\nWarga pulang ke rumah."
    assert cleaned(text, title="T").text == "Banjir surut.\nWarga pulang ke rumah."
    text = "Banjir surut.\nBerita terkait\nHarga Cabai Naik\nKapal Karam\nGempa di Laranta"
    assert cleaned(text, title="T").text == "Banjir surut."
    text = "Banjir surut.\nBaca juga:\nWarga pulang ke rumah."
    assert cleaned(text, title="T").text == "Banjir surut.\nWarga pulang ke rumah."


def test_the_headline_of_a_plain_text_is_its_title():
    article = cleaned("Tujuh Tewas dalam Banjir Laranta\n\n" + BODY)
    assert (article.title, article.text, article.inferred) == ("Tujuh Tewas dalam Banjir Laranta", BODY, ())
    article = cleaned("Sumber: Antara\nTujuh Tewas dalam Banjir Laranta\nLARANTA, Kabar Nusa - " + BODY)
    assert (article.title, article.text, article.place) == (
        "Tujuh Tewas dalam Banjir Laranta",
        BODY,
        "Laranta",
    )


def test_a_title_that_is_given_is_not_repeated_in_the_text():
    assert cleaned("Tujuh tewas\n\n" + BODY, title="TUJUH TEWAS").text == BODY


def test_without_headline_the_first_sentence_is_shortened_and_marked():
    article = cleaned(BODY)
    assert (article.title, article.inferred) == ("Banjir melanda tiga desa pada hari itu", ("title",))
    assert article.text == BODY
    long = cleaned("Hubungan dekat antara China dan Rusia kembali ditegaskan oleh kedua pemimpin negara dalam obrolan.")
    assert long.title.endswith("…")
    assert len(long.title) <= 90
    assert long.text.startswith(long.title[:-1])


@pytest.mark.parametrize(
    "text",
    [
        "Is this the end?\n\nNo one knows, he said.",  # a question may be the story's first sentence
        "Jakarta officials met President\nBiden on Monday.\nThe end was good.",  # wrapped, no headline
        "He said this:\n\nThe bridge is closed.",
    ],
)
def test_what_may_be_a_sentence_is_no_headline(text: str):
    article = cleaned(text)
    assert article.inferred == ("title",)
    assert article.text.replace("\n", " ") == " ".join(text.split())


def test_wrapped_lines_are_joined_to_paragraphs():
    wrapped = (
        "The cracks that closed the bridge in March had been visible\n"
        "since 2020 but went unreported because two inspections\n"
        "were skipped, a panel said on Thursday in a long report.\n\n"
        "The panel named no one. Its chair said that the company\n"
        "had saved money where it should not have, and that the\nbridge would stay closed."
    )
    paragraphs = [" ".join(part.split()) for part in wrapped.split("\n\n")]
    assert cleaned(wrapped).text == "\n".join(paragraphs)


def test_text_is_normalised_and_its_marks_are_kept():
    text = "“Kami menang,”\u00a0kata\u200b Biden\u00ad – ‘hari ini’ — «oui» „ja“.\r\n\r\n\x07Cafe\u0301."
    assert cleaned(text, title="T").text == "“Kami menang,” kata Biden – ‘hari ini’ — «oui» „ja“.\nCafé."


def test_joiners_stay_where_they_are_spelling():
    assert normalise("می‌خواهم") == "می‌خواهم"
    assert normalise("क्‍ष") == "क्‍ष"
    assert normalise("👩‍🚀 ter‌bang") == "👩‍🚀 terbang"


def test_outlet_falls_back_to_the_host_of_the_url():
    assert cleaned(BODY, url="https://www.kompas.com/a").outlet == "Kompas"
    assert cleaned(BODY, url="https://internasional.kontan.co.id/news/x").outlet == "Kontan"
    assert cleaned(BODY, url="https://www.unknown-paper.example/x").outlet == "unknown-paper.example"
    assert cleaned(BODY, url="not a url").outlet == ""
    assert cleaned(BODY, url="http://[broken").outlet == ""
    assert clean(Raw("https://www.kompas.com/a", b"", BODY)).url == "https://www.kompas.com/a"


def test_a_date_is_inferred_only_where_none_is_given():
    text = "Mereka bertemu Senin (28/12). Pelantikan pada 20 Januari 2021 mendatang. Semua hadir di sana."
    assert cleaned(text).published == "2020-12-28"
    assert "published" in cleaned(text).inferred
    assert cleaned(text, published="2020-12-29").published == "2020-12-29"
    assert cleaned(text, published="2020-12-29", title="T").inferred == ()
    assert cleaned("LONDON, May 5, 2021 (Reuters) - " + STORY).published == "2021-05-05"
    assert cleaned("LONDON, May 5 (Reuters) - " + STORY).published == ""


def test_the_content_hash_is_that_of_text_and_metadata():
    assert cleaned(BODY).content_hash == cleaned(BODY + "\n\n").content_hash
    assert cleaned(BODY).content_hash != cleaned(BODY, outlet="X").content_hash
    assert clean(Raw("/a", b"", BODY)).content_hash == clean(Raw("/b", b"", BODY)).content_hash
    assert len(cleaned(BODY).content_hash) == 32


def test_a_page_without_story_gives_no_text():
    article = cleaned("Baca juga: X\nFollow us\nEditor: Budi Santoso\n")
    assert (article.text, article.title) == ("", "")
    assert cleaned("").text == ""


SEED = "000_fbacd0f8f8eb0354.txt"


def test_the_seed_article():
    raw = next(read_paths([SEEDS / SEED]))
    assert isinstance(raw, Raw)
    article = clean(raw)
    lines = article.text.split("\n")
    assert lines[0].startswith("Hubungan dekat antara China dan Rusia")
    assert lines[-1].endswith("ungkap Biden.")
    assert len(lines) == 12
    assert "Baca Juga" not in article.text
    assert article.published == "2020-12-28"
    assert (article.outlet, article.place, article.language) == ("Kontan", "Beijing", "id")
    assert (article.source, article.editor) == ("South China Morning Post", "Prihastomo Wahyu Widodo")
    assert article.title == "Hubungan dekat antara China dan Rusia kembali ditegaskan oleh kedua pemimpin negara…"
    assert article.inferred == ("published", "title")


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.*")), ids=lambda path: path.name)
def test_seeds_are_clean(path: Path):
    for raw in read_paths([path]):
        assert isinstance(raw, Raw), raw
        article = clean(raw)
        assert article.text
        assert article.title
        assert article.language
        assert article.outlet or article.source
        for line in article.text.split("\n"):
            assert not is_furniture(line)
        head = article.text.split("\n")[0][:60]
        assert not head.split(" ")[0].isupper() or " - " not in head, head
        kept = sum(len(line) for line in article.text.split("\n"))
        assert kept > 0.8 * len(" ".join(raw.text.split())) - 250


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "line",
    [
        "विधानसभा के कुछ सदस्यों के बीच इस सुझाव पर अड़चन है कि उनके पद का शीर्षक " * 50,
        "AAAA BBBB " * 20_000,
        "- " * 50_000,
        "(a " * 20_000,
        "[baca juga: " * 5_000,
        "Editor: " * 10_000,
        "LONDON (Reuters) - " * 5_000,
        "Baca juga:\n" * 5_000,
        "Senin (28/12) 2020 2015 " * 3_000,
    ],
    ids=lambda line: line[:12].strip(),
)
def test_no_line_takes_exponential_time(line: str):
    cleaned(line)


LINES = st.sampled_from(
    [
        *FURNITURE,
        *NOT_FURNITURE,
        *NO_DATELINES,
        *(dateline + STORY for dateline, _, _ in DATELINES),
        *(line for line, _ in CREDITS),
    ]
)


def again(article: Article) -> Article:
    names = [name for name in ("title", "outlet", "source", "place", "published", "language") if name not in article.inferred]
    return cleaned(article.text, **{name: getattr(article, name) for name in names})


def check(text: str) -> None:
    article = cleaned(text)
    assert article.text == unicodedata.normalize("NFC", article.text)
    assert all(line.strip() == line != "" for line in article.text.split("\n")) or article.text == ""
    assert not any(is_furniture(line) for line in article.text.split("\n"))
    article.text.encode("utf-8")
    if article.text:
        assert again(article).text == article.text


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_cleaning_any_text_never_raises_and_is_stable(text: str):
    check(text)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\n\n", " "]))
@settings(max_examples=300, deadline=None)
def test_cleaning_news_like_text_is_stable(lines: list[str], separator: str):
    check(separator.join(lines))


@given(st.text(max_size=120))
@settings(deadline=None)
def test_credits_are_read_without_error(line: str):
    read_credits(line)
    read_credits(f"Editor: {line}")
    read_credits(f"By {line}")
