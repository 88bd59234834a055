"""The API without the page: one process, or several that share a port. The home of uvicorn."""

from __future__ import annotations

import logging
import signal
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.environment import share_counts
from assistant.serve.ui.server import HEADERS, usable_port
from assistant.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE_S = 20
"""How long requests under way may go on once the server is to stop."""


@dataclass(frozen=True)
class Worker:
    """Makes the application in the process that it serves from."""

    settings: Settings
    index: str = ""

    def __call__(self) -> FastAPI:
        """Open the index, so that the first question need not wait for it, and return the application."""
        from assistant.serve.api.app import build_api
        from assistant.serve.api.service import Service
        from assistant.serve.ui.indexes import OpenIndexes

        log_requests()
        indexes = OpenIndexes(self.settings, self.index)
        service = Service(self.settings, indexes, self.index)
        service.warm()
        return build_api(service, indexes.close)


def serve_alone(settings: Settings, index: str = "", announce: Callable[[str], None] = lambda url: None) -> None:
    """Serve the API until the process is told to stop; what is under way is finished first.

    Raises:
        SettingsError: the port is taken, or the address is not one of this machine's.
    """
    import uvicorn

    port = usable_port(settings.host, settings.port)
    signal.signal(signal.SIGTERM, _end)  # uvicorn raises the signal again when it has finished
    with tempfile.TemporaryDirectory(prefix="assistant-counts-") as folder, _listening(settings.host, port) as listener:
        if settings.workers > 1:
            share_counts(folder)
        config = uvicorn.Config(
            Worker(settings, index), settings.host, port, factory=True, workers=settings.workers, log_config=None, access_log=False,
            server_header=False, proxy_headers=False, headers=list(HEADERS.items()), timeout_graceful_shutdown=GRACE_S, lifespan="on",
            backlog=512,
        )  # fmt: skip
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        announce(f"http://{host}:{port}")
        if settings.workers > 1:
            from uvicorn.supervisors import Multiprocess

            Multiprocess(config, sockets=[listener]).run()
        else:
            uvicorn.Server(config).run(sockets=[listener])


def _end(number: int, frame: object) -> None:
    raise SystemExit(0)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host.strip("[]"), port))
    listener.set_inheritable(True)
    return listener


def log_requests() -> None:
    """Write a line of JSON for each request to stderr, and warnings of everything else."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("assistant.requests").setLevel(logging.INFO)
