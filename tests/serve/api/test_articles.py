import time

import pytest

from assistant.records import Span

BRIDGE = {
    "title": "Bridge",
    "text": "The bridge was opened again on Monday. Mayor Ana Ruiz said it would hold for a century.",
    "outlet": "Harbour",
}


def finished(api, response) -> dict:
    """Wait for a job and return it."""
    assert response.status_code == 202
    for _ in range(600):
        job = api.get(response.headers["location"]).json()
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_an_article_is_added_read_found_replaced_and_removed(api):
    added = api.post("/v1/articles", json=BRIDGE)
    assert (added.status_code, added.json()["outcome"]) == (201, "added")
    where, tag = added.headers["location"], added.headers["etag"]
    article = api.get(where).json()
    assert article["text"] == BRIDGE["text"]
    answer = api.post("/v1/ask", json={"question": "what did Ana Ruiz say?"}).json()
    assert [Span(*c["span"]).of(article["text"]) for c in answer["citations"]] == [c["quote"] for c in answer["citations"]]
    assert answer["citations"]
    assert api.get(where, headers={"If-None-Match": tag}).status_code == 304
    changed = {**BRIDGE, "text": BRIDGE["text"].replace("century", "decade")}
    assert api.put(where, json=changed, headers={"If-Match": '"other"'}).status_code == 412
    replaced = api.put(where, json=changed, headers={"If-Match": tag})
    assert replaced.json()["outcome"] == "replaced"
    assert api.get(where).status_code == 404
    where = replaced.headers["location"]
    assert "decade" in api.get(where).json()["text"]
    assert api.delete(where, headers={"If-Match": tag}).status_code == 412
    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404
    assert api.post("/v1/ask", json={"question": "what did Ana Ruiz say?"}).json()["abstained"]


def test_the_same_article_is_not_added_twice(api):
    first, second = api.post("/v1/articles", json=BRIDGE), api.post("/v1/articles", json=BRIDGE)
    assert (second.status_code, second.json()["outcome"]) == (200, "unchanged")
    assert first.headers["location"] == second.headers["location"]


def test_a_list_comes_in_pages_and_without_what_only_this_machine_knows(api, service):
    pages = [api.get("/v1/articles", params={"page": page, "size": 1}).json() for page in (1, 2)]
    assert [page["total"] for page in pages] == [2, 2]
    assert len({page["items"][0]["id"] for page in pages}) == 2
    assert "origin" not in str(pages)
    assert "text" not in pages[0]["items"][0]
    origins = [article.origin for article in service.assistant().articles()]
    everything = api.get("/v1/articles").text + api.get("/v1/quotations").text + api.get("/v1/articles/1").text
    assert all(origin not in everything for origin in origins)
    assert api.get("/v1/articles", params={"since": "2024"}).json()["total"] == 1


def test_many_articles_are_added_in_a_job_that_says_what_could_not_be_read(api):
    articles = [{"text": f"The mayor of town {n} opened a bridge on Monday, and it was the first in {n} years."} for n in range(20)]
    job = finished(api, api.post("/v1/articles/bulk", json={"articles": [*articles, {"text": " "}]}))
    assert (job["state"], job["done"], job["total"]) == ("done", 21, 21)
    assert len(job["result"]["added"]) == 20
    assert len(job["result"]["failures"]) == 1
    assert api.get("/v1/articles").json()["total"] == 22
    assert job in api.get("/v1/jobs").json()["jobs"]
    assert api.delete(f"/v1/jobs/{job['id']}").status_code == 409


def test_a_request_with_an_idempotency_key_is_done_once(api):
    headers = {"Idempotency-Key": "once-1"}
    first, again = (api.post("/v1/articles", json=BRIDGE, headers=headers) for _ in range(2))
    assert (again.status_code, again.content, again.headers["location"]) == (201, first.content, first.headers["location"])
    assert again.headers["idempotent-replayed"] == "true"
    other = api.post("/v1/articles", json={**BRIDGE, "title": "Other"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "urn:article-assistant:problem:idempotency-key-used")
    assert api.get("/v1/articles").json()["total"] == 3


def test_a_request_that_failed_may_be_sent_again_with_its_key(api):
    headers = {"Idempotency-Key": "once-2"}
    assert api.post("/v1/articles", json={"text": " \n "}, headers=headers).status_code == 422
    assert api.post("/v1/articles", json=BRIDGE, headers=headers).status_code == 201


@pytest.mark.parametrize("gold", [True, False])
def test_a_question_set_is_measured_in_a_job(api, gold):
    text = "Mayor Ana Ruiz opened the bridge on Monday. The weather was fine."
    rows = {"question": "Who opened the bridge?"}
    if gold:
        rows["gold"] = [{"article": "bridge.txt", "text": "Mayor Ana Ruiz opened the bridge on Monday."}]
    else:
        rows |= {"context": text, "answers": ["Ana Ruiz"]}
    body = {"questions": [rows], "articles": [{"name": "bridge.txt", "text": text}] if gold else []}
    started = api.post("/v1/evaluations", json=body)
    job = finished(api, started)
    assert (job["state"], job["done"]) == ("done", 1)
    assert job["result"]["n"] == 1
    assert job["result"]["success_at_1"] == 1
    assert api.get(f"/v1/evaluations/{job['id']}").json() == job


def test_a_question_set_that_cannot_be_used_fails_with_a_hint_and_no_path(api):
    job = finished(api, api.post("/v1/evaluations", json={"questions": [{"question": "Who?", "gold": []}]}))
    assert job["state"] == "failed"
    assert job["problem"]["hint"]
    assert "/tmp" not in str(job)
