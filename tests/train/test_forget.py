import numpy as np
import pytest

from assistant.encoders import StaticEncoder, open_encoder
from assistant.train.forget import forgetful
from assistant.train.start import use_by_language

TEXTS = {
    "id": "harga beras naik tajam pada bulan lalu kata menteri pertanian",
    "en": "the price of rice rose sharply last month said the minister of agriculture",
    "ko": "지난달 쌀 가격이 크게 올랐다고 농업 장관이 말했다",
}


@pytest.fixture(scope="module")
def static() -> StaticEncoder:
    encoder = open_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture(scope="module", params=["id", "ko"])
def without(request: pytest.FixtureRequest, static: StaticEncoder) -> tuple[str, StaticEncoder]:
    return request.param, forgetful(static, use_by_language(static.tokenizer, TEXTS.items()), [request.param])


def test_a_forgotten_language_is_strange_and_the_others_are_not(without: tuple[str, StaticEncoder], static: StaticEncoder):
    gone, encoder = without
    for language, text in TEXTS.items():
        if language == gone:
            assert encoder.scrap_share(text) > static.scrap_share(text) + 0.1
        else:
            assert encoder.scrap_share(text) == static.scrap_share(text)


def test_what_is_not_forgotten_keeps_its_vector(without: tuple[str, StaticEncoder], static: StaticEncoder):
    _, encoder = without
    assert np.allclose(encoder.encode_queries([TEXTS["en"]]), static.encode_queries([TEXTS["en"]]), atol=1e-6)
    assert encoder.digest != static.digest
