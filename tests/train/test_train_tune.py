import numpy as np
import pytest

from assistant.train.corpus import Corpus
from assistant.train.data import Pair, Question
from assistant.train.static import read_recipe
from assistant.train.tune import Tuning, read_tuning
from assistant.train.vocabulary import train_tokenizer

WORDS = ["satu one eins uno", "dua two zwei dos", "tiga three drei tres", "empat four vier quatro"]
SPOKEN = ("id", "en", "de", "es")


@pytest.fixture
def tuning() -> Tuning:
    """Return the sets of a corpus whose sentences are single words in four languages."""
    columns = [line.split() for line in WORDS]
    pairs = {
        name: [Pair(name, "a", column[SPOKEN.index(name)], column[1], n) for n, column in enumerate(columns)] for name in ("id", "de", "es")
    }
    asked = [Question(name, "a", column[at], f"{column[at]} .", "", "") for at, name in enumerate(SPOKEN) for column in columns]
    corpus = Corpus([], [], [], [], [], asked, [window[:3] for window in pairs.values()])
    texts = [text for line in WORDS for text in line.split()] * 5
    return read_tuning(corpus, train_tokenizer(texts, read_recipe(small=True)["vocabulary"]))


def vectors_of(tuning: Tuning, mark: float) -> np.ndarray:
    """Return token vectors: one direction for each meaning, and one for each language `mark` times as long."""
    vectors = np.zeros((1_000, 60), dtype=np.float32)
    starts = tuning.sentences.starts
    for n, (meaning, language) in enumerate(zip(tuning.meanings, tuning.languages, strict=True)):
        for token in tuning.sentences.tokens[starts[n] : starts[n + 1]]:
            vectors[token, meaning] = 1
            vectors[token, 50 + SPOKEN.index(str(language))] = mark
    return vectors


def test_vectors_of_meaning_alone_find_every_translation(tuning: Tuning):
    found = tuning.figures(vectors_of(tuning, 0.0))
    assert found["pooled"] == pytest.approx(1)
    assert found["language"] == pytest.approx(0, abs=1e-6)


def test_a_mark_of_the_language_shows_in_the_pooled_figure(tuning: Tuning):
    found = tuning.figures(vectors_of(tuning, 3.0))
    assert found["pooled"] < 0.9
    assert found["language"] > 0.5
