"""Who may see what: the sign-in page, its cookie, and the limits on trying."""

import asyncio

import pytest

from assistant.accounts.store import Accounts
from assistant.accounts.users import Users
from assistant.errors import SettingsError
from assistant.serve.api.service import is_loopback
from assistant.serve.ui.server import open_accounts
from assistant.serve.ui.sign_in import MOST_TRIES, SignIn

PASSWORD = "a long enough sentence"


async def inside(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


class Client:
    """Sends requests to an application as a browser would, and keeps its cookie."""

    def __init__(self, app):
        self.app, self.cookie = app, ""

    def __call__(self, method, path, body="", **headers):
        sent = []

        async def receive():
            return {"type": "http.request", "body": body.encode(), "more_body": False}

        async def send(message):
            sent.append(message)

        named = {"host": "news.example", **({"cookie": self.cookie} if self.cookie else {}), **headers}
        scope = {
            "type": "http", "method": method, "path": path, "query_string": b"", "scheme": "http", "client": ("10.0.0.9", 1),
            "server": ("news.example", 80), "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }  # fmt: skip
        asyncio.run(self.app(scope, receive, send))
        got = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        self.cookie = got.get("set-cookie", self.cookie).split(";")[0]
        return sent[0]["status"], got, b"".join(one.get("body", b"") for one in sent[1:]).decode()


@pytest.fixture
def client(tmp_path):
    accounts = Accounts.open(tmp_path / "accounts.sqlite")
    users = Users(accounts)
    users.add("sari", PASSWORD)
    users.add("budi", PASSWORD, "admin")
    yield Client(SignIn(inside, users, 1, "/news"))
    accounts.close()


def form(name, password=PASSWORD):
    return f"name={name}&password={password.replace(' ', '+')}"


def test_nobody_sees_anything_before_signing_in(client):
    status, _, page = client("GET", "/news/")
    assert status == 200
    assert 'type="password"' in page
    for path in ("/news/config", "/config", "/gradio_api/queue/join", "/gradio_api/startup-events"):
        assert client("GET", path)[0] == 401


def test_the_cookie_of_who_signs_in_is_out_of_reach_of_scripts_and_other_sites(client):
    status, headers, _ = client("POST", "/news/sign-in", form("sari"), origin="https://news.example", **{"x-forwarded-proto": "https"})
    assert (status, headers["location"]) == (303, "/news/")
    assert all(part in headers["set-cookie"] for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/news", "Max-Age=3600"))
    assert client("GET", "/config")[2] == "inside"
    client("POST", "/news/sign-out", origin="https://news.example")
    assert client("GET", "/config")[0] == 401


def test_a_reader_may_not_upload_and_an_admin_may(client):
    client("POST", "/news/sign-in", form("sari"))
    assert client("POST", "/gradio_api/upload")[0] == 403
    client("POST", "/news/sign-in", form("budi"))
    assert client("POST", "/gradio_api/upload")[2] == "inside"


def test_another_site_cannot_sign_anybody_in(client):
    assert client("POST", "/news/sign-in", form("sari"), origin="https://evil.example")[0] != 303


def test_who_guesses_must_wait_even_with_the_right_password(client):
    assert {client("POST", "/news/sign-in", form("sari", "wrong"))[0] for _ in range(MOST_TRIES)} == {401}
    assert client("POST", "/news/sign-in", form("sari"))[0] == 429


def test_at_another_address_somebody_must_be_able_to_sign_in(tmp_path, monkeypatch):
    for folder in ("indexes", "seeds"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "[::1]", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "10.0.0.1", "127.example.com")] == [False] * 3
    with pytest.raises(SettingsError, match="nobody can sign in") as refused:
        open_accounts(signed_in=True)
    assert "assistant users add" in refused.value.hint
    accounts = open_accounts(signed_in=False)
    accounts.close()
