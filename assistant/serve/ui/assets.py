"""The page's styles and scripts: files that lie beside this one, so that none comes from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources

TITLE = "Article Assistant"
STYLES = ("style.css", "chat.css", "speakers.css", "library.css", "evaluation.css", "narrow-screen.css")


def asset(name: str) -> str:
    """Return a file that lies beside this one: no style or script comes from elsewhere."""
    return resources.files("assistant.serve.ui").joinpath(name).read_text("utf-8")


def style(views: Sequence[str] = ()) -> str:
    """Return the styles of all regions, and such as show of each view only what is `place at-VIEW`."""
    # Gradio takes rules apart at their commas, also inside brackets: each stands alone.
    shown = [f'body[data-view="{view}"] .place:not(.at-{view}) {{ display: none !important; }}' for view in views]
    return "\n".join([*map(asset, STYLES), *shown])


def script(events: Sequence[str], *files: str) -> str:
    """Return the script of a region: what all have, and its own files.

    Args:
        events: the names of what it may trigger; Gradio knows only names that stand in the script.
        files: further files.
    """
    return "\n".join([f"const EVENTS = {json.dumps(events)};", asset("page.js"), *map(asset, files)])
