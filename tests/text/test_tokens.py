import os
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import MissingExtra
from assistant.text import tokens
from assistant.text.tokens import count_many, count_tokens


def test_tokens_are_counted():
    assert count_tokens("") == 0
    assert count_tokens("hello world") == 2
    assert count_many(["hello world", "", "hello"]) == [2, 0, 1]


def test_a_special_token_in_an_article_is_plain_text():
    assert count_tokens("before <|endoftext|> after") > 3


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    tokens._load.cache_clear()
    assert count_tokens("tanpa jaringan") > 0


@pytest.mark.parametrize("value", [None, "/somewhere/else"])
def test_the_environment_stays_as_it_was(monkeypatch: pytest.MonkeyPatch, value: str | None):
    if value is None:
        monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    else:
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", value)
    tokens._load.cache_clear()
    count_tokens("x")
    assert os.environ.get("TIKTOKEN_CACHE_DIR") == value


def test_llama_index_is_not_imported():
    program = (
        "import sys; from assistant.text.tokens import count_tokens; assert 'tiktoken' not in sys.modules;"
        "assert count_tokens('satu dua') > 0; print('llama_index.core' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_missing_vocabulary_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        tokens._vocabulary_folder()
    assert "llama-index-core" in caught.value.hint


@given(st.text(max_size=50))
def test_counting_many_is_counting_each(text: str):
    assert count_many([text, text]) == [count_tokens(text)] * 2
