from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.accounts.keys import Keys
from assistant.serve.api.app import build_api
from tests.serve.api.conftest import BIDEN, make_service


def test_on_this_machine_no_key_is_needed_until_there_is_one(api, service):
    assert api.post("/v1/ask", json=BIDEN).status_code == 200
    key, secret = Keys(service.accounts).add("reader")
    refused = api.post("/v1/ask", json=BIDEN)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "assistant keys add" in refused.json()["hint"]
    for headers in ({"Authorization": f"Bearer {secret}"}, {"X-API-Key": secret}):
        assert api.post("/v1/ask", json=BIDEN, headers=headers).status_code == 200
    assert api.post("/v1/ask", json=BIDEN, headers={"Authorization": f"Bearer {secret}x"}).status_code == 401
    assert api.get("/healthz").status_code == 200
    Keys(service.accounts).remove(str(key.id))
    assert api.post("/v1/ask", json=BIDEN).status_code == 200


def test_a_key_is_needed_once_people_sign_in(api, service):
    with service.accounts.transaction() as rows:
        rows.execute("INSERT INTO users (name, password, role, created) VALUES ('ana', 'x', 'admin', 0)")
    assert api.post("/v1/ask", json=BIDEN).status_code == 401


def test_on_any_other_address_nothing_is_open_without_a_key(built: Path, tmp_path: Path):
    service = make_service(built, host="0.0.0.0")
    service._accounts_path = tmp_path / "accounts.sqlite"
    api = TestClient(build_api(service), "http://192.0.2.1")
    assert [api.get(path).status_code for path in ("/v1/articles", "/metrics", "/v1/openapi.json", "/v1/models")] == [401] * 4
    _, secret = Keys(service.accounts).add("reader")
    assert api.get("/v1/articles", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    service.close()
    service.indexes.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/articles", {"text": "A bridge was opened on Monday by the mayor."}),
        ("POST", "/v1/articles/bulk", {"articles": []}),
        ("PUT", "/v1/articles/1", {"text": "x"}),
        ("DELETE", "/v1/articles/1", None),
        ("POST", "/v1/evaluations", {"questions": []}),
        ("DELETE", "/v1/jobs/1", None),
    ],
)
def test_a_key_that_may_read_changes_nothing(api, service, method, path, body):
    _, secret = Keys(service.accounts).add("reader")
    response = api.request(method, path, json=body, headers={"Authorization": f"Bearer {secret}"})
    assert (response.status_code, response.json()["type"]) == (403, "urn:article-assistant:problem:wrong-scope")


def test_a_key_has_an_allowance(api, service):
    service.rates._rate, service.rates._most = 1 / 60, 2.0
    headers = {"Authorization": "Bearer " + Keys(service.accounts).add("reader")[1]}
    statuses = [api.get("/v1/models", headers=headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert int(api.get("/v1/models", headers=headers).headers["retry-after"]) > 1
