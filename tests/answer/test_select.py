from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.answer.select import LOST, selector
from assistant.records import Filters
from assistant.settings import Settings

SENTENCES = ("రాము గ్రామంలో పాఠశాల నిర్మించాడు.", "సీత నదిలో పడవ నడిపింది.", "రైతులు మార్కెట్లో బియ్యం అమ్మారు.")
QUESTIONS = {"గ్రామంలో పాఠశాల ఎవరు నిర్మించాడు?": 0, "నదిలో పడవ ఎవరు నడిపింది?": 1, "మార్కెట్లో బియ్యం ఎవరు అమ్మారు?": 2}


@pytest.mark.parametrize("with_reader", [False, True])
def test_a_feature_that_is_not_kept_counts_nothing(with_reader: bool):
    model = selector(with_reader).sentence
    rows = np.random.default_rng(0).normal(size=(6, len(model.weights)))
    kept = np.arange(len(model.weights)) % 2
    changed = np.where(kept, rows, 9.0)
    assert np.allclose(model(rows, kept), model(changed, kept))
    assert np.allclose(model(rows, np.ones(len(kept))), model(rows))
    assert np.allclose(model(rows, 0.0), model.bias)


@pytest.mark.parametrize("quality", ["fast", "best"])
def test_in_letters_that_the_model_never_saw_the_words_find_the_sentence(tmp_path: Path, quality: str):
    """Telugu: all that vectors could say is how many words a sentence has."""
    for n, text in enumerate(SENTENCES):
        (tmp_path / f"{n}.txt").write_text(f"వార్త {n}\n\n{text}\n", "utf-8")
    with Assistant.open(tmp_path / "index", settings=Settings(quality=quality)) as assistant:
        assistant.add([tmp_path / f"{n}.txt" for n in range(len(SENTENCES))])
        for question, n in QUESTIONS.items():
            assert assistant.encoder.scrap_share(question) > LOST
            first = assistant.answering.sentences(question, Filters())[0]
            assert first.candidate.text == SENTENCES[n]
