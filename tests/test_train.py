import json
import lzma
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.encoders import StaticEncoder, content_digest
from assistant.train.data import Pair, held_out, read_pairs, read_questions, windows
from assistant.train.export import export
from assistant.train.measure import average_precision, reciprocal_rank
from assistant.train.static import read_recipe, run
from assistant.train.student import Student, contrast, encode
from assistant.train.vocabulary import Bags, bags_of, train_tokenizer

SUBJECTS = {
    "menteri": "minister",
    "petani": "farmer",
    "guru": "teacher",
    "polisi": "police",
    "nelayan": "fisher",
}
VERBS = {"membeli": "buys", "menjual": "sells", "mencari": "seeks", "melihat": "sees", "membawa": "brings"}
THINGS = {
    "beras": "rice",
    "kapal": "ships",
    "buku": "books",
    "ikan": "fish",
    "rumah": "houses",
    "kopi": "coffee",
}
PLACES = {
    "di pasar": "at the market",
    "di kota": "in the city",
    "di desa": "in the village",
    "di laut": "at sea",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a training data folder of made-up sentences: every subject with every verb, thing and place."""
    folder = tmp_path_factory.mktemp("data")
    pairs = [
        (f"{s} {v} {t} {p}", f"{SUBJECTS[s]} {VERBS[v]} {THINGS[t]} {PLACES[p]}")
        for s in SUBJECTS
        for v in VERBS
        for t in THINGS
        for p in PLACES
    ]
    words = {**SUBJECTS, **VERBS, **THINGS}.items()
    for name, rows in (("parallel", pairs), ("lexicon", words)):
        with lzma.open(folder / f"{name}.id.tsv.xz", "wt") as file:
            file.writelines(f"open\tpanl_eco\t{foreign}\t{english}\n" for foreign, english in rows)
    with lzma.open(folder / "qa.made_up.id.jsonl.xz", "wt") as file:
        for foreign, _ in pairs[::3]:
            subject, rest = foreign.split(" ", 1)
            row = {"question": f"siapa {rest}?", "context": f"{foreign}. Cuaca cerah.", "answers": [subject]}
            file.write(json.dumps(row) + "\n")
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    run(data, out, read_recipe(small=True))
    return out


@pytest.mark.parametrize("stage", ["stage1", "stage2"])
def test_the_loss_of_the_small_run_falls(trained: Path, stage: str):
    totals = [sum(losses.values()) for losses in json.loads((trained / f"{stage}.losses.json").read_text())]
    assert np.mean(totals[-5:]) < np.mean(totals[:5])


def test_the_small_run_ends_in_a_model_that_translates(trained: Path):
    encoder = StaticEncoder.open(trained / "model")
    foreign = encoder.encode_passages(["guru membeli buku di kota", "nelayan menjual ikan di laut"])
    english = encoder.encode_passages(["teacher buys books in the city", "fisher sells fish at sea"])
    assert list((foreign @ english.T).argmax(axis=1)) == [0, 1]


def test_resuming_gives_the_same_model(data: Path, trained: Path, tmp_path: Path):
    before = content_digest(trained / "model")
    shutil.copytree(trained, tmp_path / "out")
    for name in ("stage2.npy", "stage2.losses.json"):
        (tmp_path / "out" / name).unlink()
    shutil.rmtree(tmp_path / "out" / "model")
    run(data, tmp_path / "out", read_recipe(small=True))
    assert content_digest(tmp_path / "out" / "model") == before


def test_another_run_gives_the_same_model(data: Path, trained: Path, tmp_path: Path):
    run(data, tmp_path, read_recipe(small=True))
    ours, theirs = (StaticEncoder.open(out / "model").encode_passages(["guru membeli buku"]) for out in (tmp_path, trained))
    assert np.allclose(ours, theirs, atol=1e-2)


def test_held_out_passages_are_not_trained_on(data: Path):
    from assistant.train.corpus import read_corpus

    recipe = read_recipe(small=True)
    recipe["data"]["held_out_one_in"] = 4
    corpus = read_corpus(data, recipe)
    hidden = {question.passage for question in corpus.held_out_questions}
    assert hidden
    assert not hidden & {question.passage for question in corpus.questions}
    sentences = {pair.english for window in corpus.held_out_windows for pair in window}
    assert sentences
    assert not sentences & {pair.english for pair in corpus.parallel}


def test_a_cap_takes_evenly_spaced_rows(data: Path):
    numbers = read_recipe()["data"] | {"rows": {"panl_eco": 60}}
    rows = list(read_pairs(data, "parallel", numbers))
    assert len(rows) == 60
    assert {row.foreign.split()[0] for row in rows} == set(SUBJECTS)


def test_a_question_is_read_once_with_its_passage(data: Path, tmp_path: Path):
    for number in range(2):
        shutil.copy(data / "qa.made_up.id.jsonl.xz", tmp_path / f"qa.copy{number}.id.jsonl.xz")
    assert len(list(read_questions(tmp_path))) == len(list(read_questions(data)))


def test_the_same_text_is_always_held_out():
    assert [held_out(f"text {n}", 5) for n in range(50)] == [held_out(f"text {n}", 5) for n in range(50)]
    assert 10 < sum(held_out(f"text {n}", 5) for n in range(200)) < 80


def test_windows_are_neighbours_of_one_source():
    pairs = [Pair("id", source, f"f{n}", f"e{n}", n) for n, source in enumerate("aaaabbbaa")]
    pairs += [Pair("id", "a", "far", "far", 40), Pair("id", "a", "near", "near", 41)]
    found = windows(pairs, {"sentences": 3, "sources": ["a"]})
    assert [[pair.foreign for pair in window] for window in found] == [
        ["f0", "f1", "f2"],
        ["f7", "f8"],
        ["far", "near"],
    ]


def test_frequent_words_are_one_token():
    numbers = read_recipe(small=True)["vocabulary"]
    texts = ["menteri mengatakan bahwa harga naik 2023", "ia mengatakan, bahwa (harga) turun"] * 50
    tokenizer = train_tokenizer(texts, numbers)
    assert tokenizer.encode("Mengatakan bahwa 2023,").tokens == ["▁mengatakan", "▁bahwa", "▁2023", "▁,"]
    assert tokenizer.encode("<unk>", add_special_tokens=False).ids != [0]


def test_bags_take_and_thin_keep_texts_apart():
    bags = Bags(np.array([1, 2, 3, 4, 5, 6]), np.array([0, 2, 2, 6]))
    taken = bags.take(np.array([2, 1, 0]))
    assert list(taken.tokens) == [3, 4, 5, 6, 1, 2]
    assert list(taken.starts) == [0, 4, 4, 6]
    thinned = bags.thin(0.01, np.random.default_rng(0))
    assert (np.diff(thinned.starts) > 0).tolist() == [True, False, True]


def test_the_contrastive_loss_agrees_with_its_definition():
    left, right = (torch.nn.functional.normalize(torch.randn(4, 3), dim=1) for _ in range(2))
    groups = torch.tensor([0, 1, 1, 2])
    total = 0.0
    for one, other in ((left, right), (right, left)):
        for row in range(4):
            others = [n for n in range(4) if n == row or groups[n] != groups[row]]
            chances = np.exp([5 * float(one[row] @ other[n]) for n in others])
            total -= np.log(np.exp(5 * float(one[row] @ other[row])) / chances.sum()) / 8
    assert float(contrast(left, right, groups, 5.0)) == pytest.approx(total, abs=1e-5)


def test_the_row_wise_optimiser_is_sparse_adam():
    start = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    student = Student(start)
    table = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(start.copy()), freeze=False, sparse=True)
    theirs = torch.optim.SparseAdam(list(table.parameters()), lr=0.1)
    for tokens in ([0, 1, 1, 2], [2, 3, 3, 5], [0, 2, 2, 5]):
        bags = Bags(np.array(tokens), np.array([0, 2, 4]))
        units, rows, leaf, mix = student.forward([bags])
        (units[0][0] * units[0][1]).sum().backward()
        student.update(rows, leaf, mix, 0.1, 0.0)
        theirs.zero_grad()
        means = table(torch.tensor(tokens), torch.tensor([0, 2]))
        both = torch.nn.functional.normalize(means, dim=1)
        (both[0] * both[1]).sum().backward()
        theirs.step()
    assert np.allclose(student.folded(), table.weight.detach().numpy(), atol=1e-5)


def test_rounding_to_eight_bits_hardly_turns_a_vector(tmp_path: Path):
    tokenizer = train_tokenizer(["satu dua tiga empat lima enam"] * 20, read_recipe(small=True)["vocabulary"])
    vectors = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 64)).astype(np.float32)
    vectors[0] = 0
    export(tokenizer, vectors, tmp_path / "model", "# card")
    texts = ["satu dua", "tiga empat lima", "enam"]
    rounded = StaticEncoder.open(tmp_path / "model").encode_passages(texts)
    exact = encode(vectors, bags_of(tokenizer, texts))
    assert ((rounded * exact).sum(axis=1) > 0.999).all()
    assert (tmp_path / "model" / "README.md").read_text() == "# card"


def test_ranks_count_ties_against_us_and_end_at_a_hundred():
    queries = np.array([[1, 0], [0, 1]], dtype=np.float32)
    passages = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert reciprocal_rank(queries, passages, np.array([0, 2])) == pytest.approx((1 / 2 + 1) / 2)
    many = np.concatenate([np.tile(queries[:1], (100, 1)), queries[1:]])
    assert reciprocal_rank(queries[:1], many, np.array([100])) == 0


def test_average_precision_of_a_known_ranking():
    scores = np.array([[0.9, 0.8, 0.7, 0.6]], dtype=np.float32)
    assert average_precision(scores, np.array([[True, False, True, False]])) == pytest.approx((1 + 2 / 3) / 2)
