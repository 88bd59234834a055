"""Launch the chat: one port, this machine only unless told otherwise, and nothing from any other host."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assistant.environment import one_core_a_question
from assistant.errors import AccountsUnusable, AssistantError, SettingsError
from assistant.serve.ui.embedding import WidgetScript, frame_ancestors
from assistant.settings import Settings, accounts_path

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from assistant.accounts.store import Accounts
    from assistant.serve.ui.indexes import OpenIndexes

logger = logging.getLogger(__name__)

# Gradio compiles its templates in the browser, hence 'unsafe-eval'; what that runs can reach no other host.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self';"
    " form-action 'self'; "
)
HEADERS = {
    "content-security-policy": POLICY + frame_ancestors(""),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # without any, browsers do not say where the sign-in form was sent from
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

WARMING = ("what happened, and when?", "apa kata presiden?")
"""One question that is read for, and one about who said what."""


class SafeHeaders:
    """Puts the security headers on every response; pages of `embed_origins` may show the chat in a frame."""

    def __init__(self, app: ASGIApp, embed_origins: str = "") -> None:
        self._app = app
        known = {**HEADERS, "content-security-policy": POLICY + frame_ancestors(embed_origins)}
        self._headers = [(name.encode(), value.encode()) for name, value in known.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its response gets the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def serve(settings: Settings, index: str = "", announce: Callable[[str], None] = lambda url: None) -> None:
    """Serve the chat until the process is interrupted.

    Args:
        settings: host, port and who may embed the chat are used; at any other address than this machine's own, readers sign in.
        index: the index to begin with; by default the first that is there.
        announce: called with the address once the chat is open.

    Raises:
        SettingsError: the port is taken, the address is not one of this machine's, or nobody can sign in yet.
    """
    one_core_a_question()
    port = usable_port(settings.host, settings.port)
    from assistant.assistant import open_language_model
    from assistant.serve.api.app import build_api
    from assistant.serve.api.service import Service, is_loopback
    from assistant.serve.ui.indexes import OpenIndexes
    from assistant.serve.ui.page import build

    signed_in = settings.sign_in or not is_loopback(settings.host)
    accounts = open_accounts(signed_in)
    indexes = OpenIndexes(settings, index)
    page = build(indexes, accounts, signed_in)
    api = Service(settings, indexes, index)
    if model := open_language_model(settings):
        threading.Thread(target=model.prepare, daemon=True).start()
    threading.Thread(target=warm, args=(indexes,), daemon=True).start()
    try:
        announce(launch(page, settings, port, accounts if signed_in else None, build_api(api)))
        threading.Event().wait()
    finally:
        page.close(verbose=False)
        api.close()
        indexes.close()
        if accounts:
            accounts.close()


def warm(indexes: OpenIndexes) -> None:
    """Ask the first index something, so that what is loaded at the first question is there when the first reader asks."""
    name = indexes.first().name
    try:
        if not indexes.is_new(name):
            for question in WARMING:
                indexes.open(name).ask(question)
    except AssistantError as error:
        logger.info("the first index cannot be asked: %s", error)  # whoever asks is told


def open_accounts(signed_in: bool) -> Accounts | None:
    """Return the accounts beside the indexes; None where they cannot be kept and nobody has to sign in.

    Raises:
        AccountsUnusable: they cannot be opened, and readers sign in.
        SettingsError: readers sign in, and there is no user.
    """
    from assistant.accounts.store import Accounts
    from assistant.accounts.users import Users

    try:
        accounts = Accounts.open(accounts_path())
    except AccountsUnusable as error:
        if signed_in:
            raise
        logger.warning("conversations are not kept: %s", error)
        return None
    if signed_in and not Users(accounts).listed():
        accounts.close()
        raise SettingsError("nobody can sign in yet", "add a user: assistant users add NAME --admin; or listen on 127.0.0.1")
    return accounts


def launch(page: gr.Blocks, settings: Settings, port: int, accounts: Accounts | None = None, api: ASGIApp | None = None) -> str:
    """Start the server in the background, with the API beside the page, and return its address; with accounts, readers sign in."""
    from starlette.middleware import Middleware

    from assistant.accounts.users import Users
    from assistant.serve.api.app import Beside
    from assistant.serve.ui.assets import style
    from assistant.serve.ui.layout import VIEWS
    from assistant.serve.ui.sign_in import SignIn
    from assistant.serve.ui.theme import theme

    options: dict[str, Any] = {"share": False, "ssr_mode": False, "mcp_server": False, "pwa": False}
    middleware = [Middleware(SafeHeaders, embed_origins=settings.embed_origins), Middleware(WidgetScript)]
    if api:  # before signing in: programs have keys
        middleware.append(Middleware(Beside, api=api))
    if accounts:
        middleware.append(Middleware(SignIn, Users(accounts), settings.session_hours, settings.root_path))
    page.queue(default_concurrency_limit=24).launch(
        server_name=settings.host,
        server_port=port,
        root_path=settings.root_path or None,
        prevent_thread_lock=True,
        quiet=True,
        footer_links=[],
        run_history=False,  # would keep every question in the browser
        enable_monitoring=False,
        max_file_size=settings.max_article_bytes,
        theme=theme(),
        css=style(VIEWS),
        app_kwargs={"middleware": middleware},
        **options,
    )
    return str(page.local_url)


def usable_port(host: str, port: int) -> int:
    """Return the port if it is free, or any free one for 0.

    Raises:
        SettingsError: it is taken, or the address is not one of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except (OSError, OverflowError) as error:
            raise SettingsError(
                f"the chat cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}",
                "end what listens there, or take another port: assistant serve --port 7861",
            ) from error
        return int(probe.getsockname()[1])
