import json
import lzma
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.encoders import OnnxEncoder, bundled_folder, open_encoder
from assistant.errors import EncoderUnavailable
from assistant.train.arrays import load_arrays, pack_state, rounded, save_arrays, unpack_state
from assistant.train.batches import Drawn, Pack, Texts
from assistant.train.bert import Bert, Shape, read_bert
from assistant.train.distil import Runner, asked_contrast, first_student, loss_of, pooled_contrast
from assistant.train.graph import write_graph
from assistant.train.pack import prepare
from assistant.train.pieces import Pieces
from assistant.train.start import first_rows, prune, shared_words
from assistant.train.static import read_recipe
from assistant.train.transformer import export, read_numbers, run

SUBJECTS = {"menteri": "minister", "petani": "farmer", "guru": "teacher", "polisi": "police", "nelayan": "fisher"}
VERBS = {"membeli": "buys", "menjual": "sells", "mencari": "seeks", "melihat": "sees", "membawa": "brings"}
THINGS = {"beras": "rice", "kapal": "ships", "buku": "books", "ikan": "fish", "rumah": "houses"}
PLACES = {"di pasar": "at the market", "di kota": "in the city", "di desa": "in the village"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a training data folder of made-up sentences: every subject with every verb, thing and place."""
    folder = tmp_path_factory.mktemp("data")
    pairs = [
        (f"{s} {v} {t} {p}.", f"{SUBJECTS[s]} {VERBS[v]} {THINGS[t]} {PLACES[p]} .")
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
        for (foreign, _), (other, _) in zip(pairs[::3], pairs[1::3], strict=False):
            subject, rest = foreign.rstrip(".").split(" ", 1)
            file.write(json.dumps({"question": f"siapa {rest}?", "context": f"{foreign} {other}", "answers": [subject]}) + "\n")
    return folder


@pytest.fixture(scope="module")
def packed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    prepare(data, out / "pack", read_recipe(small=True), read_numbers(small=True), bundled_folder())
    return out


@pytest.fixture(scope="module")
def trained(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained")
    shutil.copytree(packed / "pack", out / "pack")
    numbers = read_numbers(small=True)
    assert run(out, numbers)
    export(out, numbers)
    return out


def tiny(vocabulary: int = 40) -> Bert:
    torch.manual_seed(0)
    model = Bert(Shape(vocabulary, 16, 2, 4, 32, 24))
    torch.nn.init.normal_(model.table.weight, std=1.0)
    return model.eval()


# The model


def test_the_written_out_model_is_that_of_transformers(tmp_path: Path):
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32, max_position_embeddings=24
    )
    theirs = BertModel(config, add_pooling_layer=False).eval()
    theirs.save_pretrained(tmp_path)
    ours = Bert.of(read_bert(tmp_path), heads=4)
    ids = torch.randint(0, 40, (3, 7))
    mask = torch.arange(7) < torch.tensor([[7], [4], [1]])
    with torch.no_grad():
        expected = theirs(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        found = ours.tokens(ids, mask)
        vectors = ours(ids, mask)
    assert torch.allclose(found[mask], expected[mask], atol=1e-5)
    mean = (expected * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    assert torch.allclose(vectors, torch.nn.functional.normalize(mean, dim=1), atol=1e-5)


@pytest.mark.parametrize(("eight_bits", "nearest"), [(False, 1 - 1e-5), (True, 0.98)])
def test_the_graph_is_the_model(eight_bits: bool, nearest: float):
    import onnxruntime

    model = tiny()
    graph = write_graph(model.state(), 4, eight_bits)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = torch.randint(0, 40, (5, 9))
    mask = torch.arange(9) < torch.tensor([[9], [6], [3], [2], [1]])
    inputs = {"ids": ids.int().numpy(), "mask": mask.int().numpy()}
    tokens, vectors = session.run(["tokens", "vectors"], inputs)
    with torch.no_grad():
        assert (model(ids, mask).numpy() * vectors).sum(axis=1).min() > nearest
        expected = model.tokens(ids, mask)[mask].numpy()
    cosines = (
        (tokens[mask.numpy()] * expected).sum(axis=1) / np.linalg.norm(expected, axis=1) / np.linalg.norm(tokens[mask.numpy()], axis=1)
    )
    assert cosines.min() > nearest


def test_eight_bit_graphs_hold_no_wide_matrix():
    wide = [tensor.name for tensor in write_graph(tiny().state(), 4).graph.initializer if len(tensor.dims) == 2 and tensor.data_type == 1]
    assert sorted(wide) == ["positions", "table.scale"]


def test_the_shipped_size_fits_beside_the_static_model():
    """60,000 tokens and the teacher's layers: what the full run will weigh, both models together at most 80 MB."""
    size = read_numbers()["vocabulary"]["size"]
    state = Bert(Shape(size, 384, 6, 12, 1536, 512)).state()
    weight = len(write_graph(state, 12).SerializeToString()) + 34 * size  # a token takes 34 bytes in tokenizer.json
    bundled = sum(path.stat().st_size for path in bundled_folder().rglob("*") if path.is_file())
    assert weight < 48_000_000
    assert weight + bundled < 80 * 2**20


# What it starts from


def test_arrays_come_back_from_their_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.train.arrays.SHARD_BYTES", 100)
    arrays = {"a.weight": np.arange(60, dtype=np.float32).reshape(20, 3), "none": np.zeros(0, dtype=np.uint16)}
    save_arrays(tmp_path / "folder", arrays)
    assert len(list((tmp_path / "folder").iterdir())) > 2
    found = load_arrays(tmp_path / "folder")
    assert found.keys() == arrays.keys()
    assert all(np.array_equal(found[name], arrays[name]) and found[name].dtype == arrays[name].dtype for name in arrays)


def test_rounding_errs_by_half_a_step_at_most():
    rows = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    whole, scales = rounded(rows, 63)
    assert np.abs(whole).max() == 63
    assert (np.abs(whole * scales[:, None] - rows) <= scales[:, None] / 2 + 1e-7).all()
    state = unpack_state(pack_state({"m": rows, "v": rows[0]}, "x."), "x.")
    assert np.allclose(state["m"], rows, atol=np.abs(rows).max() / 250)
    assert np.array_equal(state["v"], rows[0])


def test_pruning_keeps_letters_and_what_is_used():
    from tokenizers import Tokenizer

    full = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    use = {"en": np.bincount(full.encode("the minister said", add_special_tokens=False).ids, minlength=full.get_vocab_size())}
    letters = sum(len(piece) == 1 for piece in full.get_vocab())
    small, kept = prune(full, use, {"size": letters + 4, "flatten": 0.6})
    assert small.get_vocab_size() == len(kept) == letters + 4
    assert small.encode("The minister said", add_special_tokens=False).tokens == ["▁the", "▁minister", "▁said"]
    rare = small.encode("gubernur", add_special_tokens=False)
    assert len(rare.ids) > 1
    assert small.token_to_id("<unk>") not in rare.ids
    vocabulary = full.get_vocab()
    assert all(vocabulary[small.id_to_token(n)] == old for n, old in enumerate(kept))


def test_a_word_that_english_hardly_uses_is_no_english_word():
    use = {"en": np.array([90, 1, 9, 0]), "id": np.array([0, 80, 10, 10])}
    teacher = {"water": 7, "air": 8, "##s": 9, "beras": 10}
    assert list(shared_words(["▁water", "▁air", "s", "▁beras"], teacher, use, 0.2)) == [7, -1, 9, -1]


def test_first_rows_are_the_word_itself_or_its_neighbours():
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.1]], dtype=np.float32)
    columns, weights = first_rows(np.array([5, 6, -1]), vectors, {"neighbours": 2, "temperature": 0.1})
    assert (columns[0, 0], weights[0, 0], columns[1, 0], weights[1, 0]) == (5, 1, 6, 1)
    assert columns[2, weights[2].argmax()] == 5
    assert weights.astype(np.float32).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-3)


def test_the_student_starts_as_the_teacher_for_shared_words(packed: Path):
    pack = Pack.open(packed / "pack", read_numbers()["languages"])
    student, teacher = first_student(pack).state(), unpack_state(pack.arrays, "teacher.")
    alone = np.flatnonzero(pack.arrays["start.weights"][:, 0] == 1)
    assert np.allclose(student["table.weight"][alone], teacher["table.weight"][pack.arrays["start.columns"][alone, 0]], atol=1e-5)
    assert all(np.array_equal(student[name], teacher[name]) for name in teacher if name != "table.weight")


# Batches


def test_chunks_hold_every_text_once_with_its_tokens():
    tokens = np.arange(10, 22, dtype=np.uint16)
    texts = Texts(tokens, np.array([3, 0, 5, 4]), np.array([0, 2, 3, 1]), np.array([1, 2, 1]), (1, 2))
    expected = {0: [1, 10, 11, 12, 2], 1: [1, *range(13, 22), 2], 2: [1, 2]}
    found = {}
    for chunk in texts.padded(np.array([2, 0, 1]), 64, 16, 0.0, np.random.default_rng(0)):
        assert chunk.ids.size <= 16
        for row, ids, mask in zip(chunk.rows, chunk.ids, chunk.mask, strict=True):
            found[[2, 0, 1][row]] = list(ids[mask])
    assert found == expected
    (cut,) = texts.padded(np.array([1]), 6, 16, 0.0, np.random.default_rng(0))
    assert list(cut.ids[0]) == [1, 13, 14, 15, 16, 2]


def test_texts_share_their_sentences():
    pieces = Pieces()
    assert [pieces.add(["a", "b"]), pieces.add(["b"]), pieces.add(["a", "b"])] == [0, 1, 0]
    assert list(pieces.sentences) == ["a", "b"]
    assert list(pieces.arrays()["runs"]) == [0, 1, 1]


def test_packed_texts_are_those_of_the_data(packed: Path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packed / "pack" / "tokenizer.json"))
    pack = Pack.open(packed / "pack", read_numbers()["languages"])
    rng = np.random.default_rng(0)
    drawn = pack.draw("question", 8, rng, hard=2)

    def text(number: int) -> str:
        (padded,) = pack.texts.padded(np.array([number]), 160, 4096, 0.0, rng)
        return " ".join(tokenizer.id_to_token(n) for n in padded.ids[0, 1:-1]).replace(" ", "").replace("▁", " ")

    for question, passage, hard in zip(drawn.left, drawn.right, drawn.hard, strict=True):
        rest = text(question).removeprefix(" siapa").removesuffix(" ?")
        assert rest in text(passage)
        assert passage not in hard
        assert any(subject in text(passage) for subject in SUBJECTS)


def test_held_out_passages_are_in_no_training_task(data: Path, tmp_path: Path):
    recipe = read_recipe(small=True)
    recipe["data"]["held_out_one_in"] = 4
    prepare(data, tmp_path / "pack", recipe, read_numbers(small=True), bundled_folder())
    arrays = load_arrays(tmp_path / "pack" / "arrays")
    hidden = set(arrays["held_question.right"])
    assert hidden
    assert not hidden & {text for task in ("question", "within", "window", "parallel") for text in arrays[f"{task}.right"]}


# Losses


def test_texts_that_cluster_by_language_lose():
    """Two meanings in two languages: the pooled loss is low only if a text is nearer to its translation than to its own language."""
    by_meaning = torch.eye(4)[[0, 1]], torch.eye(4)[[0, 1]]
    language = torch.nn.functional.normalize(torch.tensor([[1.0, 0.3, 0, 0], [1, 0, 0.3, 0], [0, 0.3, 0, 1], [0, 0, 0.3, 1]]), dim=1)
    groups = torch.tensor([0, 1])
    good, bad = pooled_contrast(*by_meaning, groups, 20.0), pooled_contrast(language[:2], language[2:], groups, 20.0)
    assert float(good) < 0.01
    assert float(bad) > 1


def test_only_passages_of_the_questions_language_are_wrong_answers():
    left, right = torch.eye(4)[:2], torch.eye(4)[[0, 0]]
    drawn = {"groups": torch.tensor([5, 6]), "languages": torch.tensor([0, 1]), "hard": torch.tensor([[-1], [-1]])}
    alone = asked_contrast(left, right, torch.eye(4)[[0, 1]], drawn, 20.0)
    assert float(alone) == pytest.approx(0)
    drawn["hard"] = torch.tensor([[7], [-1]])
    assert float(asked_contrast(left, right, torch.eye(4)[[0, 1]], drawn, 20.0)) == pytest.approx(np.log(2) / 2, abs=1e-5)


def test_a_taught_english_side_is_not_encoded():
    """Half the work of a step is left out: the student sees the foreign texts alone, and learns from them."""
    drawn = Drawn(np.array([0, 1]), np.array([2, 3]), np.array([5, 6]), np.array([0, 0]), np.array([2, 3]), np.full((2, 0), -1))
    numbers = {"scale": 20.0, "pull": 2.0, "taught_right": True}
    foreign = torch.eye(4)[:2].requires_grad_()

    def vectors(texts):
        assert list(texts) == [0, 1]
        return foreign

    right, wrong = (loss_of(drawn, vectors, lambda _, rows=rows: torch.eye(4)[rows], numbers) for rows in ([0, 1], [1, 0]))
    assert float(right.detach()) < 0.01 < 1 < float(wrong.detach())
    wrong.backward()
    assert foreign.grad.abs().sum() > 0


# The small run


def test_the_loss_of_the_small_run_falls(trained: Path):
    losses = json.loads((trained / "measures.json").read_text())["losses"]
    assert losses[3]["parallel"] < losses[0]["parallel"]


def test_the_small_run_ends_in_a_model_that_translates(trained: Path):
    encoder = open_encoder(str(trained / "model"))
    assert isinstance(encoder, OnnxEncoder)
    foreign = encoder.encode_passages(["guru membeli buku di kota.", "nelayan menjual ikan di pasar."])
    english = encoder.encode_passages(["teacher buys books in the city .", "fisher sells fish at the market ."])
    assert list((foreign @ english.T).argmax(axis=1)) == [0, 1]


def test_the_short_run_trains_the_table_and_the_upper_layers(packed: Path, tmp_path: Path):
    """`--cpu`, laid over a small run: what is below the upper layers stays the teacher's, and the texts are cut."""
    shutil.copytree(packed / "pack", tmp_path / "pack")
    numbers = read_numbers(small=True, cpu=True)
    numbers["train"]["layers"] = 1
    assert run(tmp_path, numbers)
    losses = json.loads((tmp_path / "measures.json").read_text())["losses"]
    assert losses[3]["parallel"] < losses[0]["parallel"]
    teacher = unpack_state(load_arrays(packed / "pack" / "arrays"), "teacher.")
    learnt = unpack_state(load_arrays(tmp_path / "weights"))
    changed = {name for name in teacher if name != "table.weight" and not np.allclose(teacher[name], learnt[name], atol=2e-3)}
    assert changed
    assert all(name.startswith("layers.1.") for name in changed)
    assert open_encoder(str(export(tmp_path, numbers))).encode_passages(["guru membeli buku."]).any()


def test_the_short_run_is_short():
    whole, short = read_numbers(), read_numbers(cpu=True)
    for stage in ("stage1", "stage2"):
        assert short[stage]["steps"] < whole[stage]["steps"] / 5
        assert sum(short[stage]["sizes"].values()) < sum(whole[stage]["sizes"].values()) / 5
        assert short[stage]["sizes"].keys() <= whole[stage]["sizes"].keys()
    assert short["vocabulary"] == whole["vocabulary"]
    assert short["train"]["max_tokens"] == whole["train"]["max_tokens"]  # it is measured like the other


def test_a_text_can_be_cut_shorter(packed: Path):
    pack = Pack.open(packed / "pack", read_numbers()["languages"])
    texts = np.arange(8)
    runner = Runner(first_student(pack), pack.texts, torch.device("cpu"), read_numbers(small=True)["train"])
    runner(texts)
    whole, runner.n_tokens = runner.n_tokens, 0
    runner(texts, max_tokens=4)
    assert runner.n_tokens == 4 * len(texts) < whole


def test_a_stopped_run_goes_on_as_if_it_had_not_been(packed: Path, tmp_path: Path):
    numbers = read_numbers(small=True)
    numbers["stage1"]["steps"], numbers["stage2"]["steps"] = 4, 2
    for out, steps in ((tmp_path / "whole", 99), (tmp_path / "parts", 2)):
        shutil.copytree(packed / "pack", out / "pack")
        done = False
        while not done:
            left = iter(range(steps))
            done = run(out, numbers, enough=lambda left=left: next(left, None) is None)
    whole, parts = (load_arrays(tmp_path / name / "weights") for name in ("whole", "parts"))
    assert all(np.allclose(whole[name].astype(np.float32), parts[name].astype(np.float32), atol=1e-3) for name in whole)


def test_training_needs_torch_and_numpy_alone(packed: Path, tmp_path: Path):
    shutil.copytree(packed / "pack", tmp_path / "pack")
    program = (
        "import sys; blocked = ('tokenizers', 'safetensors', 'sentence_transformers', 'transformers', 'onnx', 'onnxruntime', 'platformdirs')\n"
        "for name in blocked: sys.modules[name] = None\n"
        "from assistant.train.transformer import main\n"
        f"main(['--out', {str(tmp_path)!r}, '--small', '--minutes', '0.0001'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "the same command goes on" in done.stdout
    assert (tmp_path / "weights").is_dir()


def test_weights_that_came_from_elsewhere_give_the_same_model(trained: Path, tmp_path: Path):
    from assistant.train.transformer import main

    for name in ("pack", "weights"):
        shutil.copytree(trained / name, tmp_path / name)
    main(["--out", str(tmp_path), "--export", "--small"])
    assert not (tmp_path / "checkpoint.pt").exists()
    assert open_encoder(str(tmp_path / "model")).digest == open_encoder(str(trained / "model")).digest


# The encoder


@pytest.fixture(scope="module")
def encoder(trained: Path) -> OnnxEncoder:
    return OnnxEncoder.open(trained / "model", threads=1)


def test_vectors_are_unit_rows_whatever_stands_beside_them(encoder: OnnxEncoder):
    texts = ["guru membeli buku.", "", "beras " * 400, "teacher", "kapal di desa"] * 30
    vectors = encoder.encode_passages(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (150, encoder.dimensions)
    full = np.array([bool(text) for text in texts])
    assert np.allclose(np.linalg.norm(vectors[full], axis=1), 1, atol=1e-5)
    assert not vectors[~full].any()
    alone = np.concatenate([encoder.encode_queries([text]) for text in texts[:5]])
    # Activations are rounded over a whole call, so that neighbours shift a vector a little.
    assert ((vectors[:5] * alone).sum(axis=1)[[0, 2, 3, 4]] > 0.99).all()
    assert encoder.encode_queries([]).shape == (0, encoder.dimensions)


def test_token_vectors_depend_on_their_context(encoder: OnnxEncoder):
    one, other = encoder.token_vectors("guru membeli"), encoder.token_vectors("guru menjual ikan")
    assert one.shape[1] == other.shape[1] == encoder.dimensions
    assert one.dtype == np.float32
    assert not np.allclose(one[0], other[0], atol=1e-4)
    assert encoder.token_vectors("").shape == (0, encoder.dimensions)


def test_marks_of_the_model_are_text_like_any_other(encoder: OnnxEncoder):
    assert len(encoder.token_vectors("[CLS] [SEP]")) > 2


def test_a_damaged_folder_is_said_to_be_so(trained: Path, tmp_path: Path):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    (folder / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(EncoderUnavailable, match="cannot be read") as caught:
        open_encoder(str(folder))
    assert "\n" not in str(caught.value)


def test_an_index_can_be_built_with_such_a_folder(trained: Path, tmp_path: Path):
    from assistant import Assistant
    from assistant.settings import load_settings

    article = tmp_path / "article.txt"
    article.write_text("Harga beras naik.\n\nGuru membeli buku di kota. Nelayan menjual ikan di pasar.\n")
    settings = load_settings(tmp_path, {}, encoder=str(trained / "model"))
    with Assistant.open(tmp_path / "index", settings=settings) as assistant:
        assistant.add([article])
        assert assistant.ask("siapa membeli buku?").hits
