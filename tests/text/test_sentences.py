import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.sentences import split_sentences

GOLDEN = Path(__file__).parents[1] / "golden"
SEED = Path(__file__).parents[2] / "seeds/articles/000_fbacd0f8f8eb0354.txt"
UNSPACED = {"zh", "ja"}


def rows():
    for path in sorted(GOLDEN.glob("sentences.*.toml")):
        named = path.name.split(".")[1]
        for number, row in enumerate(tomllib.loads(path.read_text("utf-8"))["row"], 1):
            language = row.get("language", named)
            joint = "\n" if row.get("lines") else "" if language in UNSPACED else " "
            marks = [pytest.mark.xfail(reason=row["xfail"], strict=True)] if "xfail" in row else []
            yield pytest.param(language, row["sentences"], joint, id=f"{named}-{number}", marks=marks)


@pytest.mark.parametrize(("language", "sentences", "joint"), list(rows()))
def test_sentences_are_those_of_the_golden_table(language: str, sentences: list[str], joint: str):
    text = joint.join(sentences)
    assert [span.of(text) for span in split_sentences(text, language)] == sentences


def test_the_seed_quotation_gives_two_sentences():
    text = SEED.read_text("utf-8")
    found = [span.of(text) for span in split_sentences(text, "id")]
    first = found[[sentence.startswith("Memperkuat kerja sama") for sentence in found].index(True) - 1]
    assert first.startswith('"Hubungan China-Rusia')
    assert first.endswith("faktor lain.")
    assert sum(sentence.startswith("Memperkuat kerja sama") for sentence in found) == 1


def test_a_long_line_of_chinese_is_cut_like_a_short_one():
    line = "他说，价格上涨。你去吗？" * 2_000
    spans = split_sentences(line, "zh")
    assert {line[span.start : span.end] for span in spans} == {"他说，价格上涨。", "你去吗？"}
    assert len(spans) == 4_000


def test_a_long_line_keeps_its_offsets():
    text = "Ini kalimat. " * 500
    spans = split_sentences(text, "id")
    assert len(spans) == 500
    assert all(span.of(text) == "Ini kalimat." for span in spans)


WORDS = "Budi said kata . ? ! \" “ ” ' « » ( ) ... 1,5 Rp U.S. S.H. Dr. https://a.b/c 。 「 」 我们 । é , -"
PIECES = st.sampled_from([*WORDS.split(), " ", " ", ". ", "\n", "\u00a0"])


@given(
    st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80),
    st.sampled_from(["id", "en", "de", "fr", "zh", "hi", "xx", "en-GB", ""]),
)
def test_spans_cover_every_character_that_is_no_space(text: str, language: str):
    spans = split_sentences(text, language)
    covered = set()
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        sentence = span.of(text)
        assert sentence == sentence.strip()
        assert "\n" not in sentence
        covered.update(range(span.start, span.end))
        end = span.end
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)
