import threading
import time

import anyio
from starlette.testclient import TestClient

from assistant.errors import IndexDamaged
from assistant.serve.api.app import build_api
from assistant.serve.api.limits import Gate, Rates
from assistant.serve.api.problems import Problem
from tests.serve.api.conftest import BIDEN

JSON = {"Content-Type": "application/json"}
BAD = [
    ("POST", "/v1/ask", {"json": {"question": 5}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "who?", "colour": "red"}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "   "}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "a " * 2000}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "who?", "filters": {"since": "2020-02-31"}}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "who?", "filters": {"language": "klingon"}}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "who?", "now": "today"}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "who?", "history": ["a"] * 100}}, 422),
    ("POST", "/v1/ask", {"json": {"question": "who?", "index": "nothing"}}, 404),
    ("POST", "/v1/ask", {"json": {"question": "who?", "index": "../../etc"}}, 422),
    ("POST", "/v1/ask", {"json": [1, 2]}, 422),
    ("POST", "/v1/ask", {"content": b'{"question":', "headers": JSON}, 400),
    ("POST", "/v1/ask", {"content": b'{"question": "\xff\xfe"}', "headers": JSON}, 400),
    ("POST", "/v1/ask", {"content": b'{"question": "\\ud800"}', "headers": JSON}, 422),
    ("POST", "/v1/ask", {"content": b"[" * 50_000, "headers": JSON}, 400),
    ("POST", "/v1/ask", {"content": b"x" * 10_000_000, "headers": JSON}, 413),
    ("POST", "/v1/ask", {"content": (b"x" * 100_000 for _ in range(100)), "headers": JSON}, 413),
    ("POST", "/v1/ask", {"data": {"question": "who?"}}, 415),
    ("POST", "/v1/ask", {"content": b'{"question": "who?"}', "headers": {"Content-Type": "text/plain"}}, 415),
    ("GET", "/v1/ask", {}, 405),
    ("GET", "/v1/nothing", {}, 404),
    ("POST", "/v1/search", {"json": {"query": "Biden", "k": 0}}, 422),
    ("POST", "/v1/search", {"json": {"query": "Biden", "k": "10"}}, 422),
    ("POST", "/v1/search", {"json": {"query": " "}}, 422),
    ("GET", "/v1/articles?page=99", {}, 404),
    ("GET", "/v1/articles?page=0", {}, 422),
    ("GET", "/v1/articles?size=1000000", {}, 422),
    ("GET", "/v1/articles/999", {}, 404),
    ("GET", "/v1/articles/%2e%2e%2fetc", {}, 404),
    ("DELETE", "/v1/articles/abc", {}, 404),
    ("PUT", "/v1/articles/999", {"json": {"text": "A bridge was opened on Monday by the mayor."}}, 404),
    ("POST", "/v1/articles", {"json": {"text": ""}}, 422),
    ("POST", "/v1/articles", {"json": {"text": "A bridge.", "url": "file:///etc/passwd"}}, 422),
    ("POST", "/v1/articles", {"json": {"text": "A bridge."}, "headers": {"Idempotency-Key": "a b"}}, 400),
    ("POST", "/v1/articles", {"content": b"x" * 30_000_000, "headers": JSON}, 413),
    ("GET", "/v1/quotations?page=50", {}, 404),
    ("GET", "/v1/quotations?article_id=999", {}, 404),
    ("GET", "/v1/jobs/none", {}, 404),
    ("GET", "/v1/evaluations/none", {}, 404),
    ("POST", "/v1/evaluations", {"json": {"questions": [{"question": "?"}], "articles": [{"name": "../x", "text": "y"}]}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"messages": []}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "assistant", "content": "x"}]}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"model": "gpt", "messages": [{"role": "user", "content": "who?"}]}}, 404),
]  # fmt: skip


def test_what_cannot_be_done_is_a_problem_with_a_hint_and_harms_nothing(api, service, tmp_path):
    for method, path, given, status in BAD:
        response = api.request(method, path, **given)
        shown = {name: str(value)[:60] for name, value in given.items()}
        assert response.status_code == status, (method, path, shown, response.text)
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        assert problem["title"]
        assert problem["hint"], (method, path, problem)
        assert problem["request_id"] == response.headers["x-request-id"]
        assert "Traceback" not in response.text
        assert str(tmp_path) not in response.text
    assert api.post("/v1/ask", json=BIDEN).json()["citations"]
    assert api.get("/v1/articles").json()["total"] == 2


def test_what_an_error_says_of_this_machine_stays_on_it(api, service, monkeypatch, caplog):
    def broken(*args: object, **more: object) -> None:
        raise IndexDamaged("the store /home/secret/store.sqlite cannot be read", "restore /home/secret")

    monkeypatch.setattr(service.assistant(), "stream", broken)
    response = api.post("/v1/ask", json=BIDEN)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "/home/secret" in caplog.text

    def mistaken(*args: object, **more: object) -> None:
        raise KeyError("/home/secret")

    monkeypatch.setattr(service.assistant(), "stream", mistaken)
    response = api.post("/v1/ask", json=BIDEN)
    assert (response.status_code, response.json()["type"]) == (500, "urn:article-assistant:problem:internal")
    assert "secret" not in response.text


def test_a_page_of_another_site_cannot_use_a_server_without_keys(api):
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        response = api.post("/v1/ask", json=BIDEN, headers=headers)
        assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")
    assert api.post("/v1/ask", json=BIDEN, headers={"Host": "localhost:7860"}).status_code == 200


def test_more_than_fits_is_refused_at_once():
    gate, release = Gate(1, 1), threading.Event()

    async def crowd() -> list[str]:
        outcomes: list[str] = []

        async def one() -> None:
            try:
                await gate.run(release.wait, 10)
                outcomes.append("done")
            except Problem as problem:
                outcomes.append(f"{problem.status} {problem.headers['retry-after']}")

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(one)
            while len(outcomes) < 1:
                await anyio.sleep(0.01)
            release.set()
        return outcomes

    assert anyio.run(crowd) == ["503 2", "done", "done"]
    assert gate.inside == 0


def test_each_caller_has_an_allowance_that_fills_again():
    now = [0.0]
    rates = Rates(60, lambda: now[0])
    assert [rates.take("a") for _ in range(15)] == [0.0] * 15
    assert 0 < rates.take("a") <= 1
    assert rates.take("b") == 0.0
    now[0] = 2.0
    assert rates.take("a") == 0.0
    assert Rates(0).take("a") == 0.0


def test_a_server_that_has_too_much_to_do_says_so(service):
    service.gate = Gate(1, 0)
    api, release = TestClient(build_api(service), "http://127.0.0.1"), threading.Event()
    service.assistant()
    waiting = threading.Thread(target=lambda: anyio.run(service.gate.run, release.wait, 20))
    waiting.start()
    while not service.gate.inside:
        time.sleep(0.01)
    response = api.post("/v1/ask", json=BIDEN)
    release.set()
    waiting.join()
    assert (response.status_code, response.json()["type"]) == (503, "urn:article-assistant:problem:busy")
    assert response.headers["retry-after"] == "2"
    assert api.post("/v1/ask", json=BIDEN).status_code == 200
