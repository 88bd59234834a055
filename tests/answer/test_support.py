"""What a claim must share with the sentences it cites, check by check."""

import pytest

from assistant.answer.days import covers, dates_in, fits
from assistant.answer.figures import figures, per_units, same_figure
from assistant.answer.polarity import contrary_pairs, members, negators, opposite_pairs, passive, sides
from assistant.answer.support import Verdict, Verifier
from assistant.encoders import open_encoder
from assistant.records import Citation, Span


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(open_encoder())


def cite(quote: str, speaker: str = "", published: str = "2023-05-10", number: int = 1) -> Citation:
    return Citation(number, str(number), "", "", "Harian Laut", published, Span(0, len(quote)), quote, speaker=speaker)


BRIDGE = cite("Wali Kota Harno Setiadi membuka jembatan sepanjang 750 meter di Palinggar pada Senin.", "", "2023-05-10")
PRICES = cite("Menteri Rahayu Lestari mengatakan harga beras tidak akan naik tahun ini.", "Rahayu Lestari", number=2)


@pytest.mark.parametrize(
    ("text", "language", "value", "unit"),
    [
        ("1,2 triliun rupiah", "id", 1.2e12, "rupiah"), ("Rp 350.000", "id", 350_000, "rupiah"), ("dua puluh tiga orang", "id", 23, ""),
        ("two-day strike", "en", 2, "day"), ("three hundred and fifty-two", "en", 352, ""), ("$34.5 billion", "en", 34.5e9, "dollar"),
        ("trois cent cinquante emplois", "fr", 350, ""), ("quatre-vingt-dix-sept", "fr", 97, ""), ("2,5 billones de rupias", "es", 2.5e12, "rupiah"),
        ("einundzwanzig", "de", 21, ""), ("1.234,5 Euro", "de", 1234.5, "euro"), ("сорок две тысячи", "ru", 42_000, ""),
        ("ثلاثة وعشرون", "ar", 23, ""), ("15亿欧元", "zh", 1.5e9, "euro"), ("三十五人", "zh", 35, ""), ("yüzde 41", "tr", 41, "percent"),
        ("R$ 3,4 bilhões", "pt", 3.4e9, "real"), ("10 p.m.", "en", 22, ""), ("Festival ke-7", "id", 7, ""),
    ],
)  # fmt: skip
def test_a_number_is_read_in_any_form(text, language, value, unit):
    found = figures(text, language)
    assert [(figure.value, figure.unit) for figure in found[:1]] == [(value, unit)]


def test_the_number_in_a_name_is_no_figure():
    assert figures("Garuda-7 met the U-23 team on the A7.", "en") == ()


def test_units_are_converted_and_other_units_differ():
    two_days, hours = figures("two-day", "en")[0], figures("48 jam", "id")[0]
    assert same_figure(two_days, hours)
    assert not same_figure(figures("5 kg", "en")[0], figures("5 liter", "id")[0])
    assert same_figure(figures("half of them", "en")[0], figures("50 persen", "id")[0])
    assert per_units("13,500 rupiah per litre") == {"litre"}


@pytest.mark.parametrize(
    ("claim", "evidence", "published", "same"),
    [
        ("on 12 May 2023", "on Friday", "2023-05-10", True), ("on 12 May 2023", "on Thursday", "2023-05-10", False),
        ("28 Desember 2020", "kemarin", "2020-12-29", True), ("in June 2023", "в июне", "2023-02-14", True), ("in July 2023", "в июне", "2023-02-14", False),
        ("12 June 2024", "12日", "2024-06-13", True), ("Juni 2024", "sehingga Jun tahun depan", "2023-12-20", True), ("in 2022", "last year", "2023-03-01", True),
        ("Wednesday", "周三", "2023-08-04", True), ("8 June 2024", "Sabtu (8/6/2024)", "2024-06-09", True),
    ],
)  # fmt: skip
def test_dates_fit_in_any_form(claim, evidence, published, same):
    mine, theirs = dates_in(claim, published), dates_in(evidence, published)
    assert any(fits(a, b) for a in mine for b in theirs) == same


@pytest.mark.parametrize("text", ["They may go.", "tiga minggu", "la plupart des pays", "Ich will so sein."])
def test_words_that_look_like_days_and_months_are_none(text):
    assert dates_in(text, "2023-05-10") == ()


def test_a_date_may_be_the_day_of_the_article():
    assert covers(dates_in("in May 2023", "")[0], "2023-05-10")


@pytest.mark.parametrize(
    ("text", "language", "n"),
    [
        ("He did not sign.", "en", 1), ("He refused to sign.", "en", 1), ("He not only signed.", "en", 0), ("Polisi belum menangkapnya.", "id", 1),
        ("No vamos a firmar ningún acuerdo.", "es", 1), ("Il ne viendra pas.", "fr", 1), ("Es wird keine Kündigungen geben.", "de", 1),
        ("не будет проводить", "ru", 1), ("لن تستقبل", "ar", 1), ("公司不会建厂", "zh", 1), ("解散しないと述べた", "ja", 1), ("durdurulmayacağını söyledi", "tr", 1),
    ],
)  # fmt: skip
def test_negators_are_counted(text, language, n):
    assert len(negators(text, language)) == n


def test_every_side_of_an_opposite_has_words():
    named = {side for pair in (*contrary_pairs(), *opposite_pairs()) for side in pair}
    assert {"rise", "fall"} <= named
    assert sides("Harga beras naik.", "id") == {"rise"}
    assert sides("Prices fell.", "en") == {"fall"}
    assert members("North Korea", "en")["direction"] != members("Korea Selatan", "id")["direction"]


def test_voice_tells_who_comes_first():
    assert passive("dituduh", "id")
    assert not passive("menuduh", "id")
    assert passive("was caught by", "en")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Wali Kota Harno Setiadi membuka jembatan 750 meter di Palinggar.", ""),
        ("Mayor Harno Setiadi opened a 750-metre bridge in Palinggar on 8 May 2023.", ""),
        ("Mayor Harno Setiadi opened a 570-metre bridge in Palinggar.", "number"),
        ("Mayor Harno Setiadi opened a 750-metre bridge in Palinggar on Tuesday.", "date"),
        ("Mayor Harno Setiadi opened a 750-metre bridge in Palembang.", "name"),
        ("Mayor Harno Setiadi did not open a bridge in Palinggar.", "negation"),
        ("Mayor Harno Setiadi closed a 750-metre bridge in Palinggar.", "negation"),
        ('Mayor Harno Setiadi opened "the longest bridge ever built" in Palinggar.', "quotation"),
        ("Mayor Harno Setiadi opened a bridge in Palinggar after protests by angry fishermen.", "support"),
    ],
)
def test_the_first_check_that_fails_names_the_reason(verifier, claim, reason):
    assert verifier.check(claim, [BRIDGE]) == Verdict(reason == "", reason)


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        ("Minister Rahayu Lestari said rice prices would not rise this year.", True),
        ("Minister Rahayu Lestari said rice prices would rise this year.", False),
        ("Mayor Harno Setiadi said rice prices would not rise this year.", False),
    ],
)
def test_words_belong_to_their_speaker_and_keep_their_denial(verifier, claim, kept):
    assert verifier.check(claim, [BRIDGE, PRICES]).supported is kept


def test_a_claim_without_citations_is_uncited(verifier):
    assert verifier.check("Anything.", []) == Verdict(False, "uncited")


def test_a_sentence_is_verbatim_support_of_itself(verifier):
    assert verifier.check(BRIDGE.quote, [PRICES, BRIDGE]) == Verdict(True, badge="verbatim")


def test_support_names_the_evidence_that_bears_a_claim_out(verifier):
    claim = "Minister Rahayu Lestari said rice prices would not rise this year."
    assert verifier.support(claim, [BRIDGE, PRICES]) == (2,)
    assert verifier.support("The moon is made of cheese.", [BRIDGE, PRICES]) == ()


def test_verdicts_are_the_same_each_time(verifier):
    claim = "Mayor Harno Setiadi opened a bridge in Palinggar."
    assert len({verifier.check(claim, [BRIDGE, PRICES]) for _ in range(3)}) == 1


@pytest.mark.parametrize("claim", ["", "...", "123", "[1]", "“", "\x00", "a" * 5000, "не", "。"])
def test_odd_claims_are_judged_and_never_raise(verifier, claim):
    assert isinstance(verifier.check(claim, [BRIDGE]), Verdict)
    assert isinstance(verifier.check(claim, [cite("")]), Verdict)


@pytest.mark.parametrize(
    ("claim", "quote", "supported"),
    [
        ("Two thirds of the flights were cancelled.", "312 of the 480 flights were cancelled.", True),
        ("Three quarters of the flights were cancelled.", "312 of the 480 flights were cancelled.", False),
        ("Sembilan belas orang tewas dan tujuh masih dicari.", "Sedikitnya tujuh orang meninggal dan 19 lainnya masih dicari.", False),
        ("Tujuh orang tewas dan sembilan belas masih dicari.", "Sedikitnya tujuh orang meninggal dan 19 lainnya masih dicari.", True),
        ("19 masih dicari dan tujuh meninggal.", "Sedikitnya tujuh orang meninggal dan 19 lainnya masih dicari.", True),
        ("Police in Ketan seized twelve boats.", "Prosecutors in Ketan seized twelve boats.", False),
        ("Dana jalan mencapai Rp85 juta.", "Dana jalan mencapai Rp85 miliar.", False),
    ],
)  # fmt: skip
def test_figures_may_follow_from_others_and_bodies_are_of_kinds(verifier, claim, quote, supported):
    assert verifier.check(claim, (cite(quote),)).supported is supported


@pytest.mark.parametrize(
    ("claim", "quote", "supported"),
    [
        (
            "The plant was fined for waste in the river Arbosa.",
            "La planta fue multada por verter residuos sin depurar en el río Arbosa.",
            True,
        ),
        ("市长王丽华表示将新建学校。", "市长王丽华表示，今年将新建12所小学。", True),
        ("Mayor Wang Lihua said that 12 new schools would be built.", "市长王丽华表示，今年将新建12所小学。", True),
        ("Yustinus memastikan penutupan tidak permanen.", "Yustinus menegaskan penutupan bersifat sementara.", True),
        ("Yustinus stressed that the closure was permanent.", "Yustinus menegaskan penutupan bersifat sementara.", False),
        ("Presiden telah mengunjungi lokasi banjir di Wairoto.", "Tim SAR masih mencari warga setelah banjir di Wairoto.", False),
        ("She named a date.", 'She declined to name a date but said that work would take "months rather than weeks".', False),
        ("His client had not received a single rupiah.", "Kliennya tidak menerima satu rupiah pun.", True),
    ],
)
def test_a_claim_of_its_own_words_is_judged_by_what_it_says(verifier: Verifier, claim: str, quote: str, supported: bool):
    assert verifier.check(claim, (cite(quote),)).supported is supported


DEAD = cite("Sedikitnya tujuh orang meninggal dan 19 lainnya masih dicari.")
SILENT = cite("Neither the union nor the operator wanted to comment on the accident.")
BUSES = cite("Dinas Perhubungan menambah 24 bus pada koridor yang sejajar dengan jalur LRT.")


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("The LRT buses were stolen.", BUSES),
        ("Bus itu terbakar.", BUSES),
        ("Tujuh orang ditangkap.", DEAD),
        ("Nineteen people died.", DEAD),
        ("The union blamed the operator for the accident.", SILENT),
        ("Operator itu bangkrut.", SILENT),
        ("Presiden telah mengunjungi lokasi.", BRIDGE),
    ],
)
def test_a_short_claim_of_another_deed_is_not_borne_out(verifier: Verifier, claim: str, cited: Citation):
    assert not verifier.check(claim, [cited]).supported


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Ada tambahan 24 bus di koridor LRT.", BUSES),
        ("At least seven people were killed and 19 are missing.", DEAD),
        ("Au moins sept personnes sont mortes.", DEAD),
        ("Both the union and the operator declined to comment.", SILENT),
    ],
)
def test_a_short_paraphrase_is(verifier: Verifier, claim: str, cited: Citation):
    assert verifier.check(claim, [cited]).supported
