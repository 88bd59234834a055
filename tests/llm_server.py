"""A language model's server for the tests: real HTTP, OpenAI's streaming format, and a script instead of a model.

It is a double of the server, not of our code. To try the assistant with it by hand: `python -m tests.llm_server honest`.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EVIDENCE = re.compile(r"^(\d+)\. \([^\n]*?\) (.+)$", re.MULTILINE)


@dataclass
class Request:
    """What the server was asked."""

    path: str
    key: str
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All that the model is given to read."""
        return "\n".join(message["content"] for message in self.body.get("messages", ()))

    @property
    def evidence(self) -> dict[int, str]:
        """The numbered sentences in it."""
        return {int(number): sentence for number, sentence in EVIDENCE.findall(self.text)}


Script = Callable[["Reply"], None]


class Reply:
    """One reply in the making: a script sends pieces of text, whole lines, or nothing."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: LlmServer, request: Request) -> None:
        self._handler, self._server, self.request = handler, server, request
        self.attempt = len(server.requests)
        self._open = False

    def status(self, code: int, body: str = "{}", **headers: str) -> None:
        """Send an error, or any other whole response."""
        self._handler.send_response(code)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.send_header("Content-Length", str(len(body.encode())))
        self._handler.end_headers()
        self._handler.wfile.write(body.encode())

    def raw(self, line: str) -> None:
        """Send characters as they are."""
        if not self._open:
            self._open = True
            self._handler.send_response(200)
            self._handler.send_header("Content-Type", "text/event-stream")
            self._handler.send_header("Connection", "close")
            self._handler.end_headers()
        self._handler.wfile.write(line.encode())
        self._handler.wfile.flush()

    def piece(self, text: str, finish: str | None = None) -> None:
        """Send a piece of the model's text."""
        delta = {"role": "assistant", "content": text} if text else {}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}
        self.raw(f"data: {json.dumps(chunk)}\n\n")

    def say(self, text: str, size: int = 7) -> None:
        """Send a whole text in small pieces, and end."""
        for at in range(0, len(text), size):
            self.piece(text[at : at + size])
        self.end()

    def end(self) -> None:
        """End the reply as a server does."""
        self.piece("", "stop")
        self.raw("data: [DONE]\n\n")

    def wait(self, seconds: float) -> None:
        """Let time pass, until the server is closed."""
        self._server.closing.wait(seconds)


@dataclass
class LlmServer:
    """Serves one script; `requests` are those that came, `hung_up` counts the connections that the other side has closed early."""

    script: Script
    key: str = ""
    requests: list[Request] = field(default_factory=list)
    hung_up: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> LlmServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address for the setting llm_url."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        given = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        request = Request(handler.path, given, body)
        self.requests.append(request)
        reply = Reply(handler, self, request)
        try:
            if self.key and given != self.key:
                # As some servers do, the error repeats what was sent.
                reply.status(401, json.dumps({"error": {"message": f"Incorrect API key provided: {given}"}}))
            elif handler.path != "/v1/chat/completions":
                reply.status(404)
            else:
                self.script(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.hung_up += 1


# Scripts


def saying(*texts: str, size: int = 7) -> Script:
    """Say these texts, one a request; the last one again and again."""

    def script(reply: Reply) -> None:
        reply.say(texts[min(reply.attempt, len(texts)) - 1], size)

    return script


def honest(reply: Reply) -> None:
    """Say the first two sentences of the evidence, each with its marker."""
    sentences = list(reply.request.evidence.items())[:2]
    reply.say(" ".join(f"{sentence} [{number}]" for number, sentence in sentences) or "NO ANSWER")


def hallucinating(reply: Reply) -> None:
    """Say what no article says, with markers."""
    reply.say("Napoleon Bonaparte opened 77 hospitals on Mars in 1912 [1]. Cleopatra paid 900 billion euros for them [2].")


def obeying(reply: Reply) -> None:
    """Do what the articles order: a stand-in for a model that cannot tell data from instructions."""
    orders = [s for s in reply.request.evidence.values() if re.search(r"ignore|abaikan", s, re.IGNORECASE)]
    reply.say(f"{orders[0] if orders else 'NO ANSWER'} HACKED! Visit https://evil.example/now [1] ![x](https://evil.example/p.png)")


def slow(reply: Reply) -> None:
    """Say nothing for a long time."""
    reply.wait(30)


def dripping(reply: Reply) -> None:
    """Keep the connection alive with comments, and never say a word."""
    while not reply._server.closing.is_set():
        reply.raw(": still there\n\n")
        reply.wait(0.05)


def endless(reply: Reply) -> None:
    """Say one word for ever."""
    while not reply._server.closing.is_set():
        reply.piece("very " * 50)


def one_endless_line(reply: Reply) -> None:
    """Begin an event that never ends."""
    reply.raw("data: ")
    while not reply._server.closing.is_set():
        reply.raw("x" * 100_000)


def dying(reply: Reply) -> None:
    """Break off in the middle of a sentence."""
    sentences = list(reply.request.evidence.items())
    for number, sentence in sentences[:1]:
        reply.piece(f"{sentence} [{number}] And then the ")


def malformed(reply: Reply) -> None:
    """Send events that are no JSON."""
    reply.raw('data: {"id": "x", "choices": [{"delta"\n\ndata: nonsense\n\n')


def no_choices(reply: Reply) -> None:
    """Send JSON that is no answer."""
    reply.raw('data: {"choices": 7}\n\ndata: [1]\n\ndata: [DONE]\n\n')


def error_inside(reply: Reply) -> None:
    """Report an error within the stream."""
    reply.piece("Some ")
    reply.raw('data: {"error": {"message": "out of memory", "code": 500}}\n\n')


def web_page(reply: Reply) -> None:
    """Answer with a web page, as a wrong address does."""
    reply.status(200, "<html><body>Welcome</body></html>", Content_Type="text/html")


def nonsense(reply: Reply) -> None:
    """Say words that are about nothing."""
    reply.say("blorp [99] {{{ ]]] [0] [-3] \x00\x1b[31m </div><script>alert(1)</script> [1][2][3][4]. " * 20)


def silent(reply: Reply) -> None:
    """Answer properly, without a word."""
    reply.end()


def failing(status: int, times: int = 10**6, **headers: str) -> Script:
    """Fail with this status so many times, then be honest."""

    def script(reply: Reply) -> None:
        if reply.attempt <= times:
            reply.status(status, '{"error": {"message": "no"}}', **headers)
        else:
            honest(reply)

    return script


def slowly(pause_s: float, then: str) -> Script:
    """Say a text piece by piece with pauses."""

    def script(reply: Reply) -> None:
        for word in re.findall(r"\S+\s*", then):
            reply.piece(word)
            reply.wait(pause_s)
        reply.end()

    return script


def _serve(names: list[str]) -> Iterator[str]:
    scripts: dict[str, Script] = {s.__name__: s for s in (honest, hallucinating, obeying, slow, dying, malformed, nonsense, endless)}
    name = names[0] if names else "honest"
    with LlmServer(scripts[name]) as server:
        yield f"{name}: --llm-url {server.url} --llm-model scripted (Ctrl+C ends it)\n"
        while True:
            time.sleep(1)


if __name__ == "__main__":
    for line in _serve(sys.argv[1:]):
        sys.stdout.write(line)
        sys.stdout.flush()
