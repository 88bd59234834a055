"""Articles that differ, over pairs of the sample articles."""

from collections.abc import Iterator

import pytest

from assistant.answer.differ import is_version, same_matter
from assistant.answer.figures import figures
from assistant.assistant import Assistant
from assistant.records import Answer, Article
from tests.conftest import SEEDS

NAMES = ("001_", "002_", "008_", "009_", "034_", "035_", "038_", "039_", "047_")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("samples") / "index") as assistant:
        assistant.add([path for path in sorted(SEEDS.iterdir()) if path.name.startswith(NAMES)])
        yield assistant


def articles(assistant: Assistant) -> dict[str, Article]:
    return {article.origin.rsplit("/", 1)[1][:3]: article for article in assistant.articles()}


def lines(answer: Answer) -> list[str]:
    return answer.text.split("\n\n")[0].split("\n")


def test_two_tolls_of_one_flood_stand_side_by_side_by_date(samples: Assistant):
    head, first, second = lines(samples.ask("Berapa korban tewas akibat banjir bandang di Laranta?"))
    assert head == "Artikel-artikel ini berbeda:"
    assert first.startswith("Kabar Nusa (5 Feb 2024): Sedikitnya tujuh orang meninggal")
    assert second.startswith("Harian Tirta (6 Feb 2024): ")
    assert second.endswith("diumumkan pemerintah daerah.")


def test_the_police_and_the_owner_count_other_dead(samples: Assistant):
    head, first, second = lines(samples.ask("How many people died in the Okafere mill explosion?"))
    assert head == "The articles differ:"
    assert first.startswith("The Lagoon Herald (9 Aug 2022): At least 11 workers were killed")
    assert second.startswith("The Savanna Dispatch (10 Aug 2022): He put the number of dead at seven")


def test_of_a_corrected_report_the_later_version_comes_first(samples: Assistant):
    answer = samples.ask("How much will the free breakfast in Seroja cost a year?")
    head, first, second = lines(answer)
    assert head == "A later version says otherwise; the later one counts:"
    assert first.startswith("Straits Morning (17 Jan 2025): ")
    assert "RM48 million" in first
    assert second.startswith("Straits Morning (16 Jan 2025): ")
    assert "RM84 million" in second
    assert [citation.published[:10] for citation in answer.citations[:2]] == ["2025-01-17", "2025-01-16"]


def test_what_both_versions_say_alike_is_one_citation(samples: Assistant):
    answer = samples.ask("What cut absences by 17 per cent in Ulu Pandak district?")
    assert not answer.text.startswith(("The articles differ", "A later version"))
    (citation,) = [citation for citation in answer.citations if "17 per cent" in citation.quote]
    assert [copy.outlet for copy in citation.also] == ["Straits Morning"]


def test_two_floods_are_not_one_matter_and_two_reports_of_one_are(samples: Assistant):
    known = articles(samples)
    for one, other in (("001", "002"), ("008", "009"), ("034", "035"), ("038", "039")):
        assert same_matter(known[one], known[other], samples.index.rarity)
    for one, other in (("001", "047"), ("002", "047"), ("034", "001"), ("008", "002")):
        assert not same_matter(known[one], known[other], samples.index.rarity)


def test_a_version_is_of_the_same_outlet_later_and_mostly_the_same(samples: Assistant):
    known, sentences = articles(samples), samples.index.sentences
    assert is_version(known["038"], known["039"], sentences)
    assert is_version(known["008"], known["009"], sentences)
    assert not is_version(known["039"], known["038"], sentences)
    assert not is_version(known["034"], known["035"], sentences)


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("Sedikitnya tujuh orang", "id", {7}),
        ("dua belas ribu lima ratus", "id", {12500}),
        ("seribu dua ratus", "id", {1200}),
        ("Rp 8,4 miliar", "id", {8.4e9}),
        ("8.400.000.000", "id", {8.4e9}),
        ("three hundred and twelve passengers", "en", {312}),
        ("twenty-three", "en", {23}),
        ("11 workers and 26 injured", "en", {11, 26}),
        ("five and 6", "en", {5, 6}),
        ("أكثر من ٦٤", "ar", {64}),
        ("no number at all", "en", set()),
    ],
)
def test_numbers_in_words_and_digits_are_values(text: str, language: str, values: set[float]):
    assert {figure.value for figure in figures(text, language)} == values
