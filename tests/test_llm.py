"""The client of language models, over real HTTP against a scripted server."""

import contextvars
import logging
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable

import pytest

from assistant.assistant import open_language_model
from assistant.errors import LanguageModelUnavailable, SettingsError
from assistant.llm import LanguageModel, Server
from assistant.protocols import Message
from assistant.settings import Settings, language_model_key, load_settings
from tests import llm_server as scripts
from tests.llm_server import LlmServer, Script

ASKED = [Message("system", "Be short."), Message("user", "What is said?\n1. (outlet A) It rained. \n")]
KEY = "sk-secret-0123456789"


def model_at(server: LlmServer, timeout_s: float = 5, retries: int = 0, key: str = "") -> LanguageModel:
    return LanguageModel(Server(server.url, "m", timeout_s, retries), key)


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_text_comes_in_pieces_as_the_server_sends_it():
    with LlmServer(scripts.saying("It rained — hujan turun. [1]")) as server:
        pieces = list(model_at(server).stream(ASKED))
    assert "".join(pieces) == "It rained — hujan turun. [1]"
    assert len(pieces) > 2
    assert [m["role"] for m in server.requests[0].body["messages"]] == ["system", "user"]
    assert server.requests[0].body["stream"] is True
    assert server.requests[0].body["temperature"] == 0


@pytest.mark.parametrize("pieces_read", [1, 3])
def test_closing_the_stream_closes_the_connection(pieces_read: int):
    with LlmServer(scripts.endless) as server:
        stream = model_at(server).stream(ASKED)
        for _ in range(pieces_read):
            next(stream)
        stream.close()
        assert wait_for(lambda: server.hung_up == 1)
        assert len(server.requests) == 1


def test_a_stream_may_be_read_by_changing_threads_and_contexts():
    with LlmServer(scripts.saying("one two three four", size=4)) as server:
        stream, read = model_at(server).stream(ASKED), []
        for _ in range(5):
            thread = threading.Thread(target=lambda: contextvars.Context().run(lambda: read.append(next(stream))))
            thread.start()
            thread.join()
        assert "".join(read) == "one two three four"
        assert list(stream) == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (scripts.slow, "too slow"),
        (scripts.dripping, "too slow"),
        (scripts.one_endless_line, "end"),
        (scripts.endless, "end|slow"),
        (scripts.dying, "broke off"),
        (scripts.malformed, "no answer"),
        (scripts.no_choices, "no answer"),
        (scripts.error_inside, "no answer"),
        (scripts.web_page, "no text"),
        (scripts.silent, "no text"),
        (scripts.failing(500), "500"),
        (scripts.failing(404), "404"),
        (scripts.failing(400), "400"),
        (scripts.failing(307, Location="http://127.0.0.1:1/v1"), "307"),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_in_time(script: Script, said: str):
    with LlmServer(script) as server:
        began = time.monotonic()
        with pytest.raises(LanguageModelUnavailable, match=said) as caught:
            list(model_at(server, timeout_s=0.4).stream([ASKED[0], Message("user", "1. (outlet A) It rained.\n")]))
        assert time.monotonic() - began < 4
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("the language model m at 127.0.0.1")


def test_a_server_that_is_down_is_said_to_be(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.llm.BACK_OFF_S", 0.01)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = LanguageModel(Server(f"http://127.0.0.1:{port}/v1", "m"))
    with pytest.raises(LanguageModelUnavailable, match="cannot be reached"):
        list(model.stream(ASKED))


@pytest.mark.parametrize(("status", "times", "requests"), [(429, 1, 2), (503, 2, 3), (500, 9, 3), (401, 9, 1), (400, 9, 1)])
def test_only_what_may_pass_is_tried_again(monkeypatch: pytest.MonkeyPatch, status: int, times: int, requests: int):
    monkeypatch.setattr("assistant.llm.BACK_OFF_S", 0.01)
    with LlmServer(scripts.failing(status, times)) as server:
        model = model_at(server, retries=2)
        if times < 3:
            assert "".join(model.stream(ASKED)).startswith("It rained.")
        else:
            with pytest.raises(LanguageModelUnavailable):
                list(model.stream(ASKED))
        assert len(server.requests) == requests


def test_a_wait_that_the_server_asks_for_is_kept_unless_it_is_too_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.llm.BACK_OFF_S", 0.01)
    with LlmServer(scripts.failing(429, 1, Retry_After="1")) as server:
        began = time.monotonic()
        assert list(model_at(server, retries=1).stream(ASKED))
        assert time.monotonic() - began >= 1
    with LlmServer(scripts.failing(429, 1, Retry_After="3600")) as server, pytest.raises(LanguageModelUnavailable):
        list(model_at(server, retries=1).stream(ASKED))


def test_what_has_begun_is_not_begun_again():
    with LlmServer(scripts.dying) as server, pytest.raises(LanguageModelUnavailable):
        list(model_at(server, retries=3).stream([Message("user", "1. (outlet A) It rained.\n")]))
    assert len(server.requests) == 1


def test_the_key_reaches_the_server_and_nothing_else(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with LlmServer(scripts.honest, key=KEY) as server:
        model = model_at(server, key=KEY)
        assert list(model.stream(ASKED))
        assert server.requests[0].key == KEY
        seen = [repr(model), str(model), model.name]
        for wrong in (KEY + "-wrong", "sk-other"):
            with pytest.raises(LanguageModelUnavailable, match="refuses the key") as caught:
                list(model_at(server, key=wrong).stream(ASKED))
            seen += [str(caught.value), caught.value.hint, "".join(traceback.format_exception(caught.value))]
    seen += [caplog.text]
    assert not any("sk-" in text for text in seen)


def test_the_key_is_read_from_the_environment_alone(tmp_path):
    assert language_model_key({"OPENAI_API_KEY": "b", "ASSISTANT_LLM_KEY": " a "}) == "a"
    assert language_model_key({"OPENAI_API_KEY": "b"}) == "b"
    assert language_model_key({}) == ""
    (tmp_path / "assistant.toml").write_text(f'llm_key = "{KEY}"')
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    assert KEY not in str(caught.value) + caught.value.hint
    assert KEY not in repr(load_settings(tmp_path / "none", {"ASSISTANT_LLM_KEY": KEY}))
    with pytest.raises(SettingsError) as caught:
        language_model_key({"ASSISTANT_LLM_KEY": "sk-a\nb"})
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["localhost:11434", "ftp://a/v1", "http://", "http://user:sk-secret@host/v1", "http://host/v1?key=sk-secret", "http://h:99999"]
)
def test_a_server_that_cannot_be_asked_is_a_wrong_setting(url: str):
    with pytest.raises(SettingsError) as caught:
        Settings(llm_url=url, llm_model="m")
    assert "sk-secret" not in str(caught.value) + caught.value.hint


def test_a_server_needs_a_model_and_none_needs_nothing():
    with pytest.raises(SettingsError, match="llm_model"):
        Settings(llm_url="http://127.0.0.1:1/v1")
    assert open_language_model(Settings(llm_model="m")) is None


@pytest.mark.parametrize(("given", "meant"), [("true", True), ("1", True), ("off", False), ("No", False)])
def test_a_truth_can_be_given_in_the_environment(tmp_path, given: str, meant: bool):
    assert load_settings(tmp_path, {"ASSISTANT_TRANSLATE": given}).translate is meant
    with pytest.raises(SettingsError):
        load_settings(tmp_path, {"ASSISTANT_TRANSLATE": "perhaps"})


def test_opening_a_model_loads_no_client():
    code = (
        "import sys; from assistant.assistant import open_language_model; from assistant.settings import Settings\n"
        "open_language_model(Settings(llm_url='http://127.0.0.1:1/v1', llm_model='m'))\n"
        "assert not {'llama_index.core', 'openai', 'httpx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
