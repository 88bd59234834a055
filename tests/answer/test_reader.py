"""The bundled reader, as it ships."""

import hashlib
import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.reader import ALL_KINDS, BUNDLED, CARD, UNREAD, Reader, ReadPassage, bundled_reader
from assistant.encoders import StaticEncoder, bundled_folder, open_encoder
from assistant.errors import EncoderUnavailable
from assistant.records import Span
from assistant.text.sentences import split_sentences

TEXT = "Hujan turun sejak Senin. Pedagang Budi Santoso membeli 40 ekor ikan di pasar Bogor. Jalan ke kota macet karena banjir."
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def passage(text: str, lead: str = "") -> ReadPassage:
    return ReadPassage(text, tuple(split_sentences(text, "id")), lead)


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    encoder = open_encoder("static")
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture(scope="module")
def reader(encoder) -> Reader:
    return bundled_reader(encoder)


def test_its_table_belongs_to_the_bundled_tokenizer(encoder):
    card = json.loads((bundled_folder().with_name(BUNDLED) / CARD).read_text())
    assert card["tokenizer"] == hashlib.sha256(encoder.tokenizer.to_str().encode()).hexdigest()


@pytest.mark.parametrize(
    ("question", "kind", "sentence", "short"),
    [
        ("siapa yang membeli ikan di pasar?", "person", 1, "Budi Santoso"),
        ("who bought fish at the market?", "person", 1, "Budi Santoso"),
        ("berapa ekor ikan yang dibeli Budi?", "number", 1, "40"),
        ("mengapa jalan ke kota macet?", "reason", 2, "banjir"),
    ],
)
def test_it_finds_the_sentence_and_the_short_answer_in_it(reader, question, kind, sentence, short):
    read = reader.read(question, kind, [passage(TEXT)])[0]
    best = max(range(len(read)), key=lambda n: read[n].score)
    assert best == sentence
    assert short in read[best].focus.of(TEXT)


@given(TEXTS, TEXTS, st.sampled_from(ALL_KINDS))
@settings(max_examples=40)
def test_every_short_answer_lies_in_its_sentence(reader, question, text, kind):
    made = passage(text)
    read = reader.read(question, kind, [made])[0]
    assert len(read) == len(made.sentences)
    for reading, span in zip(read, made.sentences, strict=True):
        assert reading.score == UNREAD or span.start <= reading.focus.start < reading.focus.end <= span.end


def test_a_reading_does_not_depend_on_what_else_is_read(reader):
    passages = [passage(TEXT), passage("Satu kalimat saja."), passage(TEXT * 3, lead="Berita pasar"), passage("")]
    together = reader.read("siapa membeli ikan?", "person", passages)
    for made, read in zip(passages, together, strict=True):
        alone = reader.read("siapa membeli ikan?", "person", [made])[0]
        assert [r.score for r in alone] == pytest.approx([r.score for r in read], abs=1e-3)


def test_the_same_reading_gives_the_same_bytes(reader):
    assert reader.read("siapa?", "person", [passage(TEXT)]) == reader.read("siapa?", "person", [passage(TEXT)])


def test_a_long_passage_is_read_to_its_end(reader):
    text = " ".join(f"Pada hari ke-{n} hujan turun di kota nomor {n}." for n in range(200)) + " Budi Santoso membeli ikan."
    read = reader.read("siapa membeli ikan?", "person", [passage(text)])[0]
    assert all(reading.score > UNREAD for reading in read)
    assert max(range(len(read)), key=lambda n: read[n].score) == len(read) - 1


def test_a_sentence_longer_than_is_read_at_once_keeps_its_best_part(reader):
    text = "Hujan turun lagi di kota itu dan kemudian " * 60 + "Budi Santoso membeli ikan."
    reading = reader.read("siapa membeli ikan?", "person", [ReadPassage(text, (Span(0, len(text)),))])[0][0]
    assert "Budi" in reading.focus.of(text)


def test_a_question_without_words_reads_nothing(reader):
    assert {reading.score for reading in reader.read("", "what", [passage(TEXT)])[0]} == {UNREAD}


@pytest.mark.parametrize("name", ["reader.onnx", "table.safetensors"])
def test_a_damaged_reader_is_named(tmp_path, encoder, name):
    folder = shutil.copytree(bundled_folder().with_name(BUNDLED), tmp_path / "reader")
    (folder / name).write_bytes(b"damaged")
    with pytest.raises(EncoderUnavailable, match="reader"):
        Reader.open(folder, encoder.tokenizer)
