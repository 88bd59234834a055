"""Clients that leave, and readers that are slow, at a real server; a scripted language model shows when its request is ended."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assistant.serve.api import guard
from tests.llm_server import LlmServer, Reply, slowly
from tests.serve.api.conftest import BIDEN, Served, make_service


def until(holds: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def send(port: int, body: dict, **headers: str) -> socket.socket:
    """Send a question and return the connection."""
    content = json.dumps(body).encode()
    lines = ["POST /v1/ask HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    return connection


def endless(reply: Reply) -> None:
    """Say the first sentence of the evidence again and again."""
    number, sentence = next(iter(reply.request.evidence.items()))
    for _ in range(1000):
        reply.piece(f"{sentence} [{number}] ")
        reply.wait(0.02)
    reply.end()


@pytest.mark.parametrize("stream", [True, False])
def test_when_the_client_leaves_the_language_model_is_asked_no_more(built: Path, stream):
    with LlmServer(slowly(0.05, "The weather was fine on that day. " * 200)) as model:
        service = make_service(built, llm_url=model.url, llm_model="scripted")
        with Served(service) as server:
            connection = send(server.port, {**BIDEN, "stream": stream})
            assert until(lambda: len(model.requests) == 1)
            if stream:
                received = b""
                while b"started" not in received:
                    received += (piece := connection.recv(4096))
                    assert piece
            connection.close()
            # The next piece of text that comes finds nobody waiting; then the request to the model is closed.
            assert until(lambda: model.hung_up == 1)
            assert until(lambda: service.gate.inside == 0)
            assert httpx.get(f"{server.url}/healthz").status_code == 200
        service.indexes.close()


def test_a_reader_that_takes_nothing_is_let_go_and_the_others_are_served(built: Path, monkeypatch):
    monkeypatch.setattr(guard, "SEND_S", 0.5)
    with LlmServer(endless) as model:
        service = make_service(built, llm_url=model.url, llm_model="scripted")
        with Served(service) as server:
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.connect(("127.0.0.1", server.port))
            content = json.dumps({**BIDEN, "stream": True}).encode()
            head = f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            connection.sendall(head.encode() + content)
            assert until(lambda: len(model.requests) == 1)
            assert httpx.get(f"{server.url}/v1/articles").status_code == 200
            assert until(lambda: service.gate.inside == 0 and service.counts.under_way._value.get() == 0)
            connection.close()
        service.indexes.close()


def test_a_question_whose_client_has_left_is_not_begun(served: Served, service):
    service.assistant()
    service.gate._limiter.total_tokens = 1
    asked: list[str] = []
    stream = service.assistant().stream

    def counted(question: str, *given: object):
        asked.append(question)
        time.sleep(0.5)
        return stream(question, *given)

    service.assistant().stream = counted
    first = send(served.port, {"question": "first?"})
    assert until(lambda: asked == ["first?"])
    waiting = [send(served.port, {"question": f"number {n}?"}) for n in range(5)]
    assert until(lambda: service.gate.inside == 6)
    for connection in waiting:
        connection.close()
    assert until(lambda: service.gate.inside <= 1)
    assert first.recv(100).startswith(b"HTTP/1.1 200")
    first.close()
    assert asked == ["first?"]
