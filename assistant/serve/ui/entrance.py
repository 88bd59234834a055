"""Who comes to the page, and in which words they are spoken to."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from assistant.accounts.store import Accounts
from assistant.accounts.users import OWNER, User, Users
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.wording import chosen

if TYPE_CHECKING:
    import gradio as gr

SESSION = "assistant_session"
WORDS = "assistant_words"
NOBODY = User(-1, "", "reader")


class Entrance:
    """Tells from a request who makes it."""

    def __init__(self, accounts: Accounts | None, signed_in: bool, interface: str = "") -> None:
        self.users = Users(accounts) if accounts and signed_in else None
        self._interface = interface

    def visitor(self, request: gr.Request) -> Visitor:
        """Return who reads the page; nobody when a session has ended, and the owner where nobody signs in."""
        headers = {name.lower(): value for name, value in dict(request.headers or {}).items()}
        cookies = read_cookies(headers.get("cookie", ""))
        words = chosen(cookies.get(WORDS, ""), self._interface, headers.get("accept-language", ""))
        if self.users is None:
            return Visitor(OWNER, words)
        return Visitor(self.users.of_session(cookies.get(SESSION, "")) or NOBODY, words)


def read_cookies(header: str) -> dict[str, str]:
    """Return the cookies of a request."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
