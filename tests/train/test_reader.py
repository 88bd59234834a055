import json
import lzma
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.answer.kinds import KINDS
from assistant.answer.reader import ALL_KINDS, Reader, ReadPassage, Table, kind_number
from assistant.encoders import StaticEncoder, open_encoder
from assistant.records import Span
from assistant.train.reader import chances, gather, inputs, read_recipe, rows_of, run, table_of, train
from assistant.train.reader_net import ReaderNet
from assistant.train.reading import Example, made_examples, near_misses, passage_of, switched
from assistant.train.reading_batches import Shelf, batch_of, window

NAMES = ["Rina", "Budi", "Sari", "Tono", "Wati"]
THINGS = {"beras": "rice", "kapal": "ships", "buku": "books", "ikan": "fish"}
PLACES = {"Bogor": "Bogor", "Medan": "Medan", "Solo": "Solo"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a training data folder of made-up news and questions."""
    folder = tmp_path_factory.mktemp("data")
    stories = [(n, t, p, 3 * i + j) for i, n in enumerate(NAMES) for j, t in enumerate(THINGS) for p in PLACES]
    with lzma.open(folder / "parallel.id.tsv.xz", "wt") as file:
        for name, thing, place, number in stories:
            foreign = f"Pedagang {name} membeli {number} {thing} di pasar {place} kemarin."
            english = f"The trader {name} bought {number} {THINGS[thing]} at the market of {place} yesterday."
            file.write(f"open\tpanl_eco\t{foreign}\t{english}\n")
    with lzma.open(folder / "lexicon.id.tsv.xz", "wt") as file:
        file.writelines(f"open\tdict\t{foreign}\t{english}\n" for foreign, english in THINGS.items())
    with lzma.open(folder / "qa.made_up.id.jsonl.xz", "wt") as file:
        for name, thing, place, number in stories:
            context = f"Cuaca di {place} cerah. Pedagang {name} membeli {number} {thing}. Jalan ke kota macet."
            row = {"question": f"siapa yang membeli {thing} di {place}?", "context": context, "answers": [name]}
            file.write(json.dumps(row) + "\n")
    return folder


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    encoder = open_encoder("static")
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture(scope="module")
def recipe():
    return read_recipe(small=True)


@pytest.fixture(scope="module")
def examples(data, encoder, recipe):
    return gather(data, encoder, recipe)


@pytest.fixture(scope="module")
def model(data, recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(data, tmp_path_factory.mktemp("reader"), recipe)


def test_every_kind_of_question_has_a_number():
    assert {kind_number(kind) for kind in (*KINDS, "said", "metadata", "what")} == set(range(len(ALL_KINDS)))


def test_every_made_question_has_its_answer_in_its_passage(data, recipe):
    made = list(made_examples(data, recipe, np.random.default_rng(5)))
    assert {example.kind for example in made} >= {"person", "number", "yes_no"}
    for example in made:
        start, end = example.answer
        assert any(first <= start < end <= last for first, last in example.passage.sentences)
        words = example.passage.text[start:end]
        assert not example.short or not (set(words.split()) & set(example.question.rstrip("?").split())) or words.isdigit()


def test_a_near_miss_is_another_passage_that_does_not_hold_the_answer(encoder):
    texts = ["Budi membeli ikan.", "Pasar ikan ramai karena Budi.", "Sari menjual ikan di pasar.", "Hujan turun di kota."]
    asked = [Example("siapa membeli ikan?", "person", passage_of(text, "id"), (0, 4), "x", False) for text in texts]
    missed = [e for e in near_misses(asked[:1] + asked[2:], encoder, 3) if e.question == asked[0].question]
    own = [e.passage.text for e in near_misses(asked, encoder, 3)[:2]]
    assert missed
    assert all(example.answer is None for example in missed)
    assert set(own) == set(texts[2:])  # neither its own passage nor the other one with Budi


def test_words_are_exchanged_only_where_the_table_has_them():
    table = {"beras": ["rice"]}
    assert switched("siapa membeli beras?", table, 1.0, np.random.default_rng(1)) == "siapa membeli rice?"


def test_a_row_points_at_the_answer(encoder):
    passage = passage_of("Hujan turun. Budi membeli ikan di Medan. Jalan macet.", "id")
    at = passage.text.index("ikan")
    shelf = Shelf(encoder.tokenizer)
    row = shelf.row(Example("apa?", "what", passage, (at, at + 4), "x", False), 1.0)
    assert row is not None
    tokens = shelf.passages[row.passage].tokens
    assert passage.text[tokens.starts[row.first] : tokens.ends[row.last]].strip() == "ikan"
    assert row.sentence == 1


def test_a_window_holds_the_answer_and_whole_sentences(encoder):
    passage = passage_of("Satu dua tiga. Empat lima enam tujuh. Delapan. Sembilan sepuluh sebelas dua belas.", "id")
    shelf = Shelf(encoder.tokenizer)
    read = shelf.passages[shelf.passage(passage)]
    rng = np.random.default_rng(0)
    for sentence in range(4):
        for most in (1, 5, 9, 50):
            first, end = window(read, sentence, most, rng)
            assert first <= sentence < end
            assert end - first == 1 or read.bounds[end] - read.bounds[first] <= most


def test_the_kinds_of_text_are_drawn_by_their_shares(recipe):
    keys = ["asked a"] * 90 + ["asked b"] * 10 + ["made id"] * 400
    ladder = chances(keys, {"share": {"asked": 0.6, "made": 0.4}, "draw": {"flatten": 1.0, "sources": {}}})
    assert ladder[-1] == pytest.approx(1.0)
    assert ladder[99] == pytest.approx(0.6)


def test_the_table_keeps_what_is_near(encoder):
    table = table_of(encoder.token_table(), 128)
    ids = [encoder.tokenizer.encode(word, add_special_tokens=False).ids[0] for word in ("presiden", "president", "perang")]
    units, _ = table.look(np.asarray(ids))
    assert units[0] @ units[1] > units[0] @ units[2] + 0.3


def test_padding_changes_nothing(encoder, examples, recipe):
    shelf = Shelf(encoder.tokenizer)
    rows = [row for _, row in rows_of(shelf, examples, recipe)[0][:6]]
    net = ReaderNet(kinds=len(ALL_KINDS), **recipe["net"]).eval()
    table = table_of(encoder.token_table(), recipe["net"]["size"])
    parts = [torch.from_numpy(part) for part in table.look(np.arange(len(table.rows)))]
    together = batch_of(shelf, rows, 400, np.random.default_rng(0))
    with torch.no_grad():
        sentences, ends = net(*inputs(together, *parts))
        for i, row in enumerate(rows):
            alone = batch_of(shelf, [row], 400, np.random.default_rng(0))
            own_sentences, own_ends = net(*inputs(alone, *parts))
            n, s = alone.ids.shape[1], alone.member.shape[1]
            assert torch.allclose(sentences[i, :s], own_sentences[0], atol=1e-4)
            assert torch.allclose(ends[i, :n], own_ends[0], atol=1e-4)


def test_training_goes_on_from_its_checkpoint(encoder, examples, recipe, tmp_path):
    shelf = Shelf(encoder.tokenizer)
    rows = rows_of(shelf, examples, recipe)[0]
    table = table_of(encoder.token_table(), recipe["net"]["size"])
    halfway = {**recipe, "fit": {**recipe["fit"], "steps": 20}}
    train(shelf, rows, table, halfway, tmp_path / "b.pt")
    kept = torch.load(tmp_path / "b.pt", weights_only=True)
    assert kept["step"] == 20
    nothing_left = train(shelf, rows, table, halfway, tmp_path / "b.pt")
    assert all(torch.equal(kept["mean"][name], weight) for name, weight in nothing_left.state_dict().items())
    again = train(shelf, rows, table, recipe, tmp_path / "b.pt")
    assert torch.load(tmp_path / "b.pt", weights_only=True)["step"] == recipe["fit"]["steps"]
    assert not torch.equal(again.ends.weight, nothing_left.ends.weight)


def test_the_exported_network_reads_as_the_trained_one(model, encoder, recipe):
    reader = Reader.open(model, encoder.tokenizer)
    text = "Cuaca cerah. Pedagang Budi membeli 4 ikan. Jalan macet."
    spans = tuple(Span(start, end) for start, end in passage_of(text, "id").sentences)
    read = reader.read("siapa yang membeli ikan?", "person", [ReadPassage(text, spans)])[0]
    assert len(read) == 3
    for reading, span in zip(read, spans, strict=True):
        assert span.start <= reading.focus.start < reading.focus.end <= span.end
    assert np.argmax([reading.score for reading in read]) == 1


def test_a_table_gives_zeros_for_no_token():
    table = Table(np.asarray([[3, 4], [0, 0]], np.int8), np.asarray([2.0, 1.0], np.float32))
    units, weights = table.look(np.asarray([0, -1, 1]))
    assert units[0] == pytest.approx([0.6, 0.8])
    assert not units[1:].any()
    assert weights.tolist() == [2.0, 0.0, 1.0]


def test_a_row_without_its_answer_is_left_out(encoder):
    shelf = Shelf(encoder.tokenizer)
    passage = passage_of("Hujan turun.", "id")
    assert shelf.row(Example("apa?", "what", passage, (60, 64), "x", False), 1.0) is None
    assert shelf.row(replace(Example("", "what", passage, None, "x", False)), 1.0) is None
