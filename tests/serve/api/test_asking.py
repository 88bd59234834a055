import json
from dataclasses import fields

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from assistant.records import Answer
from assistant.serve.api.app import TELEMETRY, build_api
from assistant.serve.render import as_json
from tests.serve.api.conftest import BIDEN


def without_timings(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name != "timings"}


def events(text: str) -> list[tuple[str, str, dict]]:
    """Read events: their id, name and data."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((lines.get("id", ""), lines["event"], json.loads(lines["data"])))
    return found


def test_the_answer_is_the_one_that_python_gives(api, service):
    answer = api.post("/v1/ask", json=BIDEN).json()
    expected = as_json(service.assistant().ask(BIDEN["question"], now=BIDEN["now"]))
    assert without_timings(answer) == json.loads(json.dumps(without_timings(expected)))
    assert list(answer) == [field.name for field in fields(Answer)]


@pytest.mark.parametrize("question", ["what did Biden say?", "what is the capital of Australia?", "how many died in Laranta?"])
def test_the_events_add_up_to_the_answer(api, question):
    body = {"question": question, "now": "2021-01-05"}
    streamed = api.post("/v1/ask", json={**body, "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    found = events(streamed.text)
    grown = [data for _, name, data in found if name == "grown"]
    done = found[-1][2]["answer"]
    assert found[0][1:] == ("started", {"question": question})
    assert "".join(data["text"] for data in grown) == done["text"]
    assert [marker for data in grown for marker in data["markers"]] == done["markers"]
    assert [citation for data in grown for citation in data["citations"]] == done["citations"]
    assert without_timings(done) == without_timings(api.post("/v1/ask", json=body).json())


def test_a_stream_that_broke_off_is_taken_up_again(api):
    whole = events(api.post("/v1/ask", json=BIDEN, headers={"Accept": "text/event-stream"}).text)
    for seen in range(1, len(whole)):
        headers = {"Accept": "text/event-stream", "Last-Event-ID": whole[seen - 1][0]}
        rest = events(api.post("/v1/ask", json=BIDEN, headers=headers).text)
        assert [event[:2] for event in rest] == [event[:2] for event in whole[seen:]]


@pytest.mark.parametrize(
    ("last", "status"), [("nonsense", 400), ("é", 400), ("-1", 400), ("0123456789abcdef-2", 409), ("0123456789abcdef-99999999", 400)]
)
def test_a_stream_cannot_be_taken_up_at_a_place_that_it_does_not_have(api, last, status):
    response = api.post("/v1/ask", json=BIDEN, headers={"Accept": "text/event-stream", "Last-Event-ID": last.encode()})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


def test_a_follow_up_is_understood_from_the_questions_before(api, service):
    body = {"question": "when is his inauguration?", "history": ["what did Biden say?"], "now": "2021-01-05"}
    answers = [api.post("/v1/ask", json=body).json() for _ in range(2)]  # the second from what is remembered
    assert [answer["query"] for answer in answers] == ["When is his inauguration (Biden)?"] * 2
    assert answers[0]["citations"] == answers[1]["citations"] != []


def test_filters_and_search_and_speakers(api, service):
    assert api.post("/v1/ask", json={**BIDEN, "filters": {"since": "2024"}}).json()["abstained"]
    hits = api.post("/v1/search", json={"query": "Biden China", "k": 3}).json()["hits"]
    expected = service.assistant().search("Biden China", 3)
    assert [(hit["passage"], hit["start"], hit["end"], hit["score"]) for hit in hits] == [
        (hit.passage.id, *hit.passage.span, hit.score) for hit in expected
    ]
    text = service.assistant().article(hits[0]["article_id"]).text
    assert hits[0]["text"] == text[hits[0]["start"] : hits[0]["end"]]
    said = api.get("/v1/quotations", params={"speaker": "Biden"}).json()
    assert said["total"] == 2
    assert all(text[row["start"] : row["end"]] == row["text"] for row in said["items"])
    assert "Joe Biden" in [speaker["name"] for speaker in api.get("/v1/speakers").json()["speakers"]]


def test_the_timings_are_told_in_the_header_and_counted(api):
    assert "total;dur=" in api.post("/v1/ask", json=BIDEN).headers["server-timing"]
    counted = api.get("/metrics").text
    assert 'assistant_requests_total{method="POST",route="/v1/ask",status="200"} 1.0' in counted
    assert 'assistant_answers_total{outcome="answered"} 1.0' in counted
    assert "Biden" not in counted


def test_the_log_has_ids_and_stages_and_the_question_only_when_asked_for(api, service, caplog, monkeypatch):
    caplog.set_level("INFO", "assistant.requests")
    api.post("/v1/ask", json=BIDEN, headers={"X-Request-Id": "mine-1"})
    told = json.loads(caplog.messages[-1])
    assert (told["request_id"], told["status"], told["citations"], told["route"]) == ("mine-1", 200, 2, "/v1/ask")
    assert told["stages"]["total"] > 0
    assert "Biden" not in caplog.text
    object.__setattr__(service.settings, "log_questions", True)
    api.post("/v1/ask", json=BIDEN)
    assert json.loads(caplog.messages[-1])["question"] == BIDEN["question"]


def test_health_is_told(api, service):
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json()["indexes"] == ["news"]
    service.stop()
    assert api.get("/readyz").status_code == 503
    assert api.post("/v1/ask", json=BIDEN).status_code == 503


def test_a_trace_has_the_stages_and_not_the_question(service):
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = build_api(service)
    app = FastAPI(telemetry={**TELEMETRY, "tracer_provider": provider}, routes=app.routes, middleware=app.user_middleware)
    assert TestClient(app, "http://127.0.0.1").post("/v1/ask", json=BIDEN).status_code == 200
    (span,) = exporter.get_finished_spans()
    assert span.attributes["assistant.total_ms"] > 0
    assert "Biden" not in span.to_json()
