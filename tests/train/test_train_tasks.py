from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.train.corpus import Corpus
from assistant.train.data import Pair, Question
from assistant.train.rows import Rows, dictionaries, rows_of, switch
from assistant.train.static import read_recipe, train
from assistant.train.student import Batch, encode, pooled_contrast
from assistant.train.tasks import Task, tasks_of, with_hard
from assistant.train.vocabulary import Bags, train_tokenizer

ENGLISH = ["the fisher sells fish", "the farmer buys rice", "the teacher seeks books"]
FOREIGN = {
    "id": ["nelayan menjual ikan", "petani membeli beras", "guru mencari buku"],
    "tl": ["mangingisda nagbebenta isda", "magsasaka bumibili bigas", "guro hinahanap aklat"],
}
WORDS = {"fisher": "nelayan", "sells": "menjual", "fish": "ikan", "farmer": "petani", "rice": "beras", "books": "buku"}


@pytest.fixture
def corpus() -> Corpus:
    """Return a corpus of three sentences in two languages, six words and three questions."""
    return Corpus(
        parallel=[Pair(name, "a", text, ENGLISH[n], n) for name, texts in FOREIGN.items() for n, text in enumerate(texts)],
        lexicon=[Pair("id", "a", foreign, english, 0) for english, foreign in WORDS.items()],
        questions=[
            Question("id", "a", "siapa menjual ikan?", "Nelayan menjual ikan. Cuaca cerah.", "", "Nelayan"),
            Question("id", "a", "siapa membeli beras?", "Petani membeli beras. Hari hujan.", "", "Petani"),
            Question("id", "a", "siapa ke laut?", "Ikan di laut. Nelayan pulang.", "", "Ikan"),
            Question("en", "a", "who sells fish?", "The fisher sells fish. The sky is clear.", "", "The fisher"),
        ],
        windows=[],
        loose_questions=["who buys rice?"],
        held_out_questions=[],
        held_out_windows=[],
    )


@pytest.fixture
def rows(corpus: Corpus) -> dict[str, Rows]:
    recipe = read_recipe()
    recipe["switched"] |= {"words": 1, "share": 0.6}
    return rows_of(corpus, recipe, np.random.default_rng(0))


@pytest.fixture
def tasks(rows: dict[str, Rows]) -> dict[str, Task]:
    texts = [text for part in rows.values() for text in part.left + part.right]
    tokenizer = train_tokenizer(texts * 3, read_recipe(small=True)["vocabulary"])
    taught = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float16)
    return {task.name: task for task in tasks_of(rows, tokenizer, taught, read_recipe())}


def test_sentences_with_one_english_are_paired_across_languages(rows: dict[str, Rows]):
    found = set(zip(rows["shared"].left, rows["shared"].right, rows["shared"].meanings, strict=True))
    both = list(zip(FOREIGN["id"], FOREIGN["tl"], ENGLISH, strict=True))
    assert found == {*both, *((other, one, english) for one, other, english in both)}


def test_a_switched_sentence_means_the_english_it_came_from(rows: dict[str, Rows]):
    assert "the petani buys beras" not in rows["switched"].left  # half of its words were known
    assert ("the nelayan menjual ikan", ENGLISH[0]) in set(zip(rows["switched"].left, rows["switched"].right, strict=True))


def test_switching_keeps_what_the_lexicon_does_not_know():
    text, share = switch("The ministers met in Jakarta.", {"minister": ["menteri"], "in": ["di"]}, np.random.default_rng(0))
    assert text == "The menteri met di Jakarta."
    assert share == pytest.approx(2 / 5)
    assert switch("...", {}, np.random.default_rng(0)) == ("...", 0.0)


def test_dictionaries_hold_words_as_articles_print_them():
    pairs = [
        Pair("ar", "a", foreign, english, 0)
        for foreign, english in [
            ("بَيْت", "house"),
            ("[form II]", "house"),
            ("usually no verb", "is"),
            ("M02", "month"),
            ("كتاب", "book"),
            ("شمس", "sun"),
        ]
    ]
    assert dictionaries(pairs, 3)["ar"] == {"house": ["بيت"], "month": [], "book": ["كتاب"], "sun": ["شمس"]}


def test_vowel_points_are_left_out_in_a_task_of_their_own(corpus: Corpus):
    corpus.lexicon.append(Pair("ar", "a", "بَيْت", "house", 0))
    assert rows_of(corpus, read_recipe(), np.random.default_rng(0))["unpointed"].left == ["بيت"]


def test_a_task_alone_draws_one_language(tasks: dict[str, Task]):
    drawn = [tasks["question"].draw(4, 1.0, np.random.default_rng(seed), alone=True) for seed in range(20)]
    assert {len(batch.sides[0]) for batch in drawn} == {1, 3}
    assert len(tasks["shared"].draw(100, 1.0, np.random.default_rng(0)).sides[0]) == 6


def test_the_wrong_sentence_is_another_one_of_the_passage(tasks: dict[str, Task]):
    batch = tasks["sentence"].draw(50, 1.0, np.random.default_rng(0))
    n = len(batch.sides[0])
    assert [len(side) for side in batch.sides] == [n, n, n]
    assert len(batch.groups) == 2 * n
    assert not set(batch.groups[:n]) & set(batch.groups[n:])


def test_a_hard_negative_is_of_the_same_language_and_does_not_answer(tasks: dict[str, Task], corpus: Corpus):
    vectors = np.random.default_rng(0).normal(size=(2_000, 8)).astype(np.float32)
    task = with_hard(tasks["question"], corpus.questions, vectors, {"depth": 10, "count": 2})
    passages = {int(row): n for n, row in enumerate(task.right)}
    assert task.hard is not None
    found = [{passages[int(text)] for text in texts} for texts in task.hard]
    assert found[0] == {1}  # the third passage holds "nelayan"
    assert found[1] == {0, 2}
    assert found[2] == {1}
    assert found[3] == {3}  # no other English passage: its own, which the loss leaves out


def test_the_pooled_loss_agrees_with_its_definition():
    generator = torch.Generator().manual_seed(0)
    sides = [torch.nn.functional.normalize(torch.randn(3, 4, generator=generator), dim=1) for _ in range(3)]
    groups = torch.tensor([0, 1, 1, 0, 2, 3])
    texts, meanings = torch.cat(sides), [0, 1, 1, 0, 1, 1, 0, 2, 3]
    total = 0.0
    for row in range(6):
        wanted = (row + 3) % 6
        others = [n for n in range(9) if n == wanted or meanings[n] != meanings[row]]
        chances = [np.exp(5 * float(texts[row] @ texts[n])) for n in others]
        total -= np.log(np.exp(5 * float(texts[row] @ texts[wanted])) / sum(chances)) / 6
    assert float(pooled_contrast(sides, groups, 5.0)) == pytest.approx(total, abs=1e-5)


def test_a_mark_of_the_language_costs_in_the_pooled_loss_only():
    from assistant.train.student import contrast

    meaning, mark = torch.eye(4, 6), torch.eye(6)[4:]
    plain = [meaning, meaning]
    marked = [torch.nn.functional.normalize(meaning + mark[n], dim=1) for n in range(2)]
    groups = torch.arange(4)
    gap = [float(pooled_contrast(sides, groups, 20.0)) for sides in (plain, marked)]
    assert gap[1] > gap[0] + 0.5
    assert float(contrast(*marked, groups, 20.0)) < 0.01


class Interrupted(Exception):
    pass


def test_an_interrupted_stage_goes_on_to_the_same_vectors(tasks: dict[str, Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    numbers = {"steps": 9, "rate": 0.01, "mix_rate": 0.001, "scale": 20.0, "pull": 0.0, "checkpoint": 4,
               "sizes": {"question": 3}, "keep": {"question": 0.8}, "pooled": ["question"], "alone": []}  # fmt: skip
    first = np.random.default_rng(0).normal(size=(2_000, 8)).astype(np.float32)
    train(first, [tasks["question"]], numbers, tmp_path / "whole.npy")
    calls, draw = 0, Task.draw

    def failing(self: Task, *arguments: object) -> Batch:
        nonlocal calls
        calls += 1
        if calls == 7:
            raise Interrupted
        return draw(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Task, "draw", failing)
    with pytest.raises(Interrupted):
        train(first, [tasks["question"]], numbers, tmp_path / "cut.npy")
    train(first, [tasks["question"]], numbers, tmp_path / "cut.npy")
    assert calls == 7 + 5  # steps 5 to 9: those before the checkpoint are not done again
    assert np.array_equal(np.load(tmp_path / "whole.npy"), np.load(tmp_path / "cut.npy"))
    assert (tmp_path / "whole.losses.json").read_text() == (tmp_path / "cut.losses.json").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.losses.json", "cut.npy", "whole.losses.json", "whole.npy"]


def test_an_encoded_bag_is_the_mean_of_its_tokens():
    vectors = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    mean = vectors[[1, 2]].mean(axis=0)
    assert np.allclose(encode(vectors, Bags(np.array([1, 2]), np.array([0, 2]))), mean / np.linalg.norm(mean))
