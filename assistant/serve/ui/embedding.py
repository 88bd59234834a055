"""The chat inside other pages: who may show it in a frame, and the script that puts it there."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SCRIPT = "/widget.js"


def frame_ancestors(embed_origins: str) -> str:
    """Return the part of a content security policy that says whose pages may show this one in a frame.

    Args:
        embed_origins: as the setting has it, which was checked there.
    """
    return " ".join(["frame-ancestors 'self'", *embed_origins.replace(",", " ").split()])


class WidgetScript:
    """Serves the script of the widget; every other request is passed on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for the script, or pass it on."""
        if scope["type"] != "http" or scope["path"] != SCRIPT or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        from starlette.responses import Response

        text = resources.files("assistant.serve.ui").joinpath("widget.js").read_text("utf-8")
        headers = {"cache-control": "public, max-age=3600"}
        await Response(text, media_type="text/javascript", headers=headers)(scope, receive, send)
