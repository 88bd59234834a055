import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.remember import RememberingEncoder


class Counting:
    """Encodes a text as its length and its first character, and counts what it is asked."""

    name, digest, dimensions = "counting", "d", 2

    def __init__(self):
        self.n_texts = 0

    def encode_queries(self, texts):
        return self.encode_passages(texts)

    def encode_passages(self, texts):
        self.n_texts += len(texts)
        return np.array([[len(text), ord(text[0]) if text else 0] for text in texts], np.float32).reshape(-1, 2)


@given(st.lists(st.lists(st.text(max_size=3), max_size=8), max_size=12), st.integers(2, 12))
def test_what_is_remembered_equals_what_is_encoded(batches, capacity):
    encoder = RememberingEncoder(Counting(), capacity)
    for batch in batches:
        assert np.array_equal(encoder.encode_passages(batch), Counting().encode_passages(batch))
        assert len(encoder._known) <= capacity


def test_a_text_is_encoded_once():
    plain = Counting()
    encoder = RememberingEncoder(plain)
    encoder.encode_passages(["a", "b", "a"])
    encoder.encode_passages(["b", "c"])
    assert plain.n_texts == 3
