"""Sign-in: a page that asks for a name and a password, a cookie, and nothing else for whoever has not signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from assistant.accounts.users import User, Users
from assistant.serve.render import escape
from assistant.serve.ui.assets import TITLE, asset
from assistant.serve.ui.entrance import SESSION, WORDS, read_cookies
from assistant.serve.ui.pace import Pace
from assistant.serve.ui.wording import Words, chosen

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_TRIES = 10
"""Wrong passwords for one name, or from one address, within five minutes; then both must wait."""
TRIES_S = 300.0
MOST_BODY = 10_000
START = "/gradio_api/startup-events"
"""The server asks itself for this once, before anybody can have signed in; it answers nothing but `true`."""
UPLOAD = "/gradio_api/upload"


class SignIn:
    """Lets only those pass who have signed in; anybody else gets the sign-in page."""

    def __init__(self, app: ASGIApp, users: Users, hours: float, root_path: str = "") -> None:
        self._app = app
        self._users = users
        self._hours = hours
        self._root = root_path
        self._tries = Pace(MOST_TRIES, TRIES_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] not in ("http", "websocket") or (scope["path"] == START and _is_local(scope)):
            await self._app(scope, receive, send)
            return
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import HTTPConnection

        headers = HTTPConnection(scope).headers
        cookies = read_cookies(headers.get("cookie", ""))
        words = chosen(cookies.get(WORDS, ""), headers.get("accept-language", ""))
        user = await run_in_threadpool(self._users.of_session, cookies.get(SESSION, ""))
        path = scope["path"].removeprefix(self._root)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send) if user else await send({"type": "websocket.close", "code": 1008})
        elif path == "/sign-in" and scope["method"] == "POST":
            await self._enter(scope, receive, send, words)
        elif path == "/sign-out" and scope["method"] == "POST":
            await self._leave(scope, receive, send, cookies.get(SESSION, ""))
        elif user and (user.is_admin or path != UPLOAD):
            await self._app(scope, receive, send)
        else:
            await _refuse(path, user, words)(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send, words: Words) -> None:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import Request
        from starlette.responses import HTMLResponse, RedirectResponse

        request = Request(scope, receive)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MOST_BODY:
                break
        given = parse_qs(body[:MOST_BODY].decode("utf-8", "replace"), keep_blank_values=True)
        name, password = (given.get(key, [""])[0] for key in ("name", "password"))
        who = request.client.host if request.client else ""
        if not _same_origin(request):
            await HTMLResponse(_page(words, words("sign_in_elsewhere")), 403)(scope, receive, send)
            return
        if self._tries.is_spent(name.casefold()) or self._tries.is_spent(("from", who)):
            await HTMLResponse(_page(words, words("sign_in_wait")), 429)(scope, receive, send)
            return
        user = await run_in_threadpool(self._users.checked, name, password)
        if user is None:
            self._tries.wait_s(name.casefold())
            self._tries.wait_s(("from", who))
            await HTMLResponse(_page(words, words("sign_in_wrong")), 401)(scope, receive, send)
            return
        secret = await run_in_threadpool(self._users.begin_session, user, self._hours)
        response = RedirectResponse(self._root + "/", 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(SESSION, secret, int(self._hours * 3600), path=self._root or "/", httponly=True, samesite="lax", secure=secure)
        await response(scope, receive, send)

    async def _leave(self, scope: Scope, receive: Receive, send: Send, secret: str) -> None:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import Request
        from starlette.responses import RedirectResponse

        if _same_origin(Request(scope, receive)):
            await run_in_threadpool(self._users.end_session, secret)
        response = RedirectResponse(self._root + "/", 303)
        response.delete_cookie(SESSION, path=self._root or "/")
        await response(scope, receive, send)


def _refuse(path: str, user: User | None, words: Words) -> ASGIApp:
    from starlette.responses import HTMLResponse, JSONResponse

    if user:
        return JSONResponse({"error": words("only_admins"), "hint": ""}, 403)
    if path in ("", "/"):
        return HTMLResponse(_page(words), 200)
    return JSONResponse({"error": "you are not signed in", "hint": "open the page and sign in"}, 401)


def _is_local(scope: Scope) -> bool:
    client: tuple[str, int] | None = scope.get("client")
    return client is not None and client[0] in ("127.0.0.1", "::1")


def _same_origin(request: Request) -> bool:
    """Say whether a form was sent by our own page: browsers name the origin of what is posted."""
    origin = request.headers.get("origin", "")
    hosts = {request.headers.get("host", ""), request.headers.get("x-forwarded-host", "")}
    return not origin or urlsplit(origin).netloc in hosts


def _page(words: Words, problem: str = "") -> str:
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    name = '<input name="name" autocomplete="username" required autofocus>'
    password = '<input type="password" name="password" autocomplete="current-password" required>'
    return (
        f'<!doctype html><html lang="{words.code}" dir="{words.direction}"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{asset("sign-in.css")}</style></head>'
        f'<body><main><form method="post" action="sign-in"><h1>{TITLE}</h1>{told}<label>{words.html("sign_in_name")}{name}</label>'
        f"<label>{words.html('sign_in_password')}{password}</label><button>{words.html('sign_in')}</button></form></main></body></html>"
    )
