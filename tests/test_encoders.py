import json
import re
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from assistant.encoders import (
    WEIGHTS,
    StaticEncoder,
    TransformerEncoder,
    bundled_folder,
    content_digest,
    family_prefixes,
    open_encoder,
    presets,
    stored_digest,
)
from assistant.encoders.presets import measures
from assistant.errors import EncoderUnavailable, MissingExtra

SENTENCE_TRANSFORMERS = tuple(int(part) for part in metadata.version("sentence-transformers").split(".")[:2])

SENTENCES = [
    "Harga beras naik sepuluh persen sejak Januari, kata menteri perdagangan.",
    "The price of rice has risen by ten percent since January, the trade minister said.",
    "Sedikitnya dua puluh orang tewas dalam banjir di Kalimantan.",
    "At least twenty people died in the flood in Kalimantan.",
    "Timnas sepak bola menang tiga gol tanpa balas.",
    "The national football team won by three goals to nil.",
    "Presiden mengumumkan kabinet barunya di istana pada hari Senin.",
    "The president announced his new cabinet at the palace on Monday.",
]


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder.open(bundled_folder(), "static")


def test_the_bundled_model_needs_neither_torch_nor_sentence_transformers():
    program = (
        "import sys; from assistant.encoders import open_encoder;"
        "open_encoder().encode_queries(['apa kata Biden?']);"
        "print(*{'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_vectors_are_float32_rows_of_unit_length(encoder: StaticEncoder):
    vectors = encoder.encode_passages(SENTENCES)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(SENTENCES), encoder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_text_without_words_is_a_row_of_zeros(encoder: StaticEncoder, text: str):
    vectors = encoder.encode_queries(["before", text, "after"])
    assert np.isfinite(vectors).all()
    assert not vectors[1].any()
    assert np.array_equal(vectors[[0, 2]], encoder.encode_queries(["before", "after"]))


def test_no_texts_give_no_rows(encoder: StaticEncoder):
    assert encoder.encode_queries([]).shape == (0, encoder.dimensions)


@pytest.mark.parametrize("text", ["<|endoftext|>", "<unk>", "[CLS] [SEP] </s>", "a lone surrogate is no text: 😀", "١٢٣"])
def test_marks_of_other_models_are_text_like_any_other(encoder: StaticEncoder, text: str):
    vector = encoder.encode_passages([text])[0]
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: StaticEncoder):
    texts = [*SENTENCES, "", "kata " * 3000, "x"] * 150
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts[:11]])
    assert np.allclose(together[:11], alone, atol=1e-6)
    assert np.allclose(together[-11:], alone, atol=1e-6)


def test_a_long_text_is_not_cut(encoder: StaticEncoder):
    start = "harga beras naik " * 1000
    changed = encoder.encode_passages([start, start + "timnas sepak bola menang " * 1000])
    assert float(changed[0] @ changed[1]) < 0.95


def test_vectors_equal_those_of_sentence_transformers(encoder: StaticEncoder, tmp_path: Path):
    from sentence_transformers import SentenceTransformer

    from assistant.train.export import expand

    model = SentenceTransformer(str(expand(bundled_folder(), tmp_path)), device="cpu")
    theirs = model.encode([*SENTENCES, "", "<|endoftext|>"])
    assert np.allclose(encoder.encode_passages([*SENTENCES, "", "<|endoftext|>"]), theirs, atol=1e-3)
    assert np.allclose(StaticEncoder.open(tmp_path).encode_passages(SENTENCES), theirs[:-2], atol=1e-3)


@pytest.mark.skipif(SENTENCE_TRANSFORMERS < (6, 2), reason="older ones cannot multiply rows")
def test_sentence_transformers_opens_the_eight_bit_folder_itself(encoder: StaticEncoder):
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(bundled_folder()), device="cpu").encode(SENTENCES)
    assert np.allclose(encoder.encode_passages(SENTENCES), theirs, atol=1e-3)


def test_a_question_is_nearer_to_its_translation_than_to_something_else(encoder: StaticEncoder):
    asked, same, other = encoder.encode_queries(["apa kata Biden?", "what did Biden say?", "the price of rice rose in January"])
    assert asked @ same > asked @ other + 0.2


def test_a_sentence_is_nearest_to_its_translation(encoder: StaticEncoder):
    vectors = encoder.encode_passages(SENTENCES)
    nearest = (vectors[0::2] @ vectors[1::2].T).argmax(axis=1)
    assert list(nearest) == [0, 1, 2, 3]


def test_an_english_question_finds_the_indonesian_sentence(encoder: StaticEncoder):
    questions = encoder.encode_queries(
        [
            "How much did rice prices go up?",
            "How many people died in the flood?",
            "Who won the football match?",
        ]
    )
    assert list((questions @ encoder.encode_passages(SENTENCES[0::2]).T).argmax(axis=1)) == [0, 1, 2]


def test_the_stored_digest_is_that_of_the_files():
    assert stored_digest(bundled_folder()) == content_digest(bundled_folder())


def test_the_bundled_model_fits_into_a_package():
    size_bytes = sum(path.stat().st_size for path in bundled_folder().rglob("*") if path.is_file())
    assert size_bytes <= 48 * 2**20


def word_model(folder: Path, factor: float = 1.0) -> Path:
    """Write a tiny static model: `cat` and `dog` are opposite, `and` is across."""
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0, "cat": 1, "dog": 2, "and": 3}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = np.array([[0, 0], [1, 0], [-1, 0], [0, 1]], dtype=np.float32) * factor
    save_file({"embedding.weight": rows}, folder / WEIGHTS)
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "x.StaticEmbedding"}]))
    return folder


def test_a_static_folder_of_ones_own_opens_without_torch(tmp_path: Path):
    opened = open_encoder(str(word_model(tmp_path)))
    assert isinstance(opened, StaticEncoder)
    assert opened.name == str(tmp_path)
    found = opened.encode_passages(["cat", "cat and", "cat dog", "bird", "dog dog"])
    half = np.sqrt(0.5)
    assert np.allclose(found, [[1, 0], [half, half], [0, 0], [0, 0], [-1, 0]], atol=1e-6)


def test_another_models_digest_differs(tmp_path: Path):
    one, two = (word_model(tmp_path / name, factor) for name, factor in (("one", 1.0), ("two", 2.0)))
    assert StaticEncoder.open(one).digest != StaticEncoder.open(two).digest
    assert StaticEncoder.open(one).digest == StaticEncoder.open(word_model(tmp_path / "same")).digest


def test_a_damaged_model_is_said_to_be_so(tmp_path: Path):
    word_model(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"no tensors")
    with pytest.raises(EncoderUnavailable, match="cannot be read"):
        open_encoder(str(tmp_path))


def test_a_missing_model_is_refused_without_a_network(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("looked up a host")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(EncoderUnavailable, match="nobody/no-such-model") as caught:
        open_encoder("nobody/no-such-model")
    assert "hf download nobody/no-such-model" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/e5-base-v2", "query: ", "passage: "),
        ("models/multilingual-e5-large/", "query: ", "passage: "),
        ("BAAI/bge-m3", "", ""),
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("Alibaba-NLP/gte-multilingual-base", "", ""),
        ("sentence-transformers/LaBSE", "", ""),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", "", ""),
    ],
)
def test_families_get_their_prefixes(name: str, query: str, passage: str):
    assert family_prefixes(name) == (query, passage)


def test_the_instruct_family_gets_its_task():
    query, passage = family_prefixes("intfloat/multilingual-e5-large-instruct") or ("", "?")
    assert query.startswith("Instruct: ")
    assert query.endswith("\nQuery: ")
    assert passage == ""


def test_an_unknown_family_has_no_prefixes_of_ours():
    assert family_prefixes("someone/some-model") is None


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny untrained transformer named as an e5 model."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    parts = tmp_path_factory.mktemp("parts")
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "query",
        "passage",
        ":",
        "what",
        "did",
        "biden",
        "say",
    ]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(parts)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]").save_pretrained(parts)
    body = Transformer(str(parts))
    folder = tmp_path_factory.mktemp("models") / "multilingual-e5-small"
    SentenceTransformer(modules=[body, Pooling(body.get_embedding_dimension())], device="cpu").save(str(folder))
    return folder


def test_prefixes_reach_the_model(transformer: Path):
    bare = TransformerEncoder.open(str(transformer), query_prefix="", passage_prefix="")
    opened = open_encoder(str(transformer))
    assert np.allclose(opened.encode_queries(["biden"]), bare.encode_queries(["query: biden"]), atol=1e-6)
    assert np.allclose(opened.encode_passages(["biden"]), bare.encode_queries(["passage: biden"]), atol=1e-6)
    assert not np.allclose(opened.encode_queries(["biden"]), opened.encode_passages(["biden"]), atol=1e-3)


def test_a_transformer_gives_unit_float32_rows(transformer: Path):
    opened = open_encoder(str(transformer))
    vectors = opened.encode_passages(["what did biden say", ""])
    assert vectors.dtype == np.float32
    assert vectors.shape == (2, opened.dimensions) == (2, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert opened.encode_queries([]).shape == (0, 16)


def test_a_transformers_digest_depends_on_weights_and_prefixes_alone(transformer: Path):
    first, again = (TransformerEncoder.open(str(transformer)) for _ in range(2))
    assert first.digest == again.digest
    assert TransformerEncoder.open(str(transformer), query_prefix="").digest != first.digest


# Presets


NAMES = {"static", "multilingual-e5-small", "multilingual-e5-base", "bge-m3", "paraphrase-multilingual-MiniLM-L12-v2"}


def test_every_preset_says_what_one_needs_to_choose():
    known = presets()
    assert {entry.name for entry in known} == NAMES
    assert known[0].bundled
    assert not any(entry.bundled for entry in known[1:])
    for entry in known:
        assert entry.dimensions > 0
        assert entry.size_mb > 0
        assert entry.licence
        assert entry.speed in {"instant", "medium", "slow", "very slow"}
        assert set(entry.figures) <= set(measures())
        assert bool(entry.figures) == bool(entry.sources), "a figure needs its source"


def test_a_preset_and_its_family_ask_for_the_same_prefixes():
    for entry in presets()[1:]:
        assert family_prefixes(entry.model) == (entry.query_prefix, entry.passage_prefix)


def test_the_bundled_entry_describes_the_bundled_model(encoder: StaticEncoder):
    assert presets()[0].dimensions == encoder.dimensions


def test_the_document_shows_the_presets_and_their_figures():
    folder = Path(__file__).parent.parent / "docs"
    text = (folder / "models.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]
    shown = {row[0].split("`")[1]: row for row in rows}
    assert shown.keys() == NAMES
    for entry in presets():
        row = shown[entry.name]
        assert row[1] == str(entry.dimensions)
        assert row[3] == entry.speed
        assert row[5:7] == [f"{entry.figures[name]:.1f}" if name in entry.figures else "" for name in measures()]
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (folder / target).exists(), target


def test_a_preset_opens_its_model_with_its_prefixes(transformer: Path, monkeypatch: pytest.MonkeyPatch):
    import sentence_transformers

    asked = []

    class Hub(sentence_transformers.SentenceTransformer):
        def __init__(self, name: str, **options) -> None:
            asked.append((name, options))
            super().__init__(str(transformer), **options)

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", Hub)
    opened = open_encoder("multilingual-e5-small")
    assert asked == [("intfloat/multilingual-e5-small", {"local_files_only": True})]
    bare = TransformerEncoder.open(str(transformer), query_prefix="", passage_prefix="")
    assert np.allclose(opened.encode_queries(["biden"]), bare.encode_queries(["query: biden"]), atol=1e-6)
    assert np.allclose(opened.encode_passages(["biden"]), bare.encode_queries(["passage: biden"]), atol=1e-6)
    assert opened.digest == open_encoder("intfloat/multilingual-e5-small").digest


def test_a_preset_that_is_not_here_says_how_to_fetch_it(tmp_path: Path):
    program = (
        "from assistant.encoders import open_encoder; from assistant.errors import EncoderUnavailable\n"
        "try: open_encoder('bge-m3')\n"
        "except EncoderUnavailable as error: print(error); print(error.hint)"
    )
    environment = {"PATH": "/usr/bin", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    first, second = done.stdout.splitlines()
    assert "BAAI/bge-m3" in first
    assert "hf download BAAI/bge-m3" in second


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(EncoderUnavailable) as caught:
        open_encoder("multilingual-e6")
    assert all(name in str(caught.value) for name in NAMES)
    assert "\n" not in str(caught.value)


def test_without_sentence_transformers_the_package_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra, match="sentence-transformers"):
        open_encoder("multilingual-e5-small")
