import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from assistant.serve.api.app import build_api
from assistant.serve.api.service import Service
from assistant.serve.ui.indexes import OpenIndexes
from assistant.settings import Settings

BIDEN = {"question": "what did Biden say?", "now": "2021-01-05"}


def make_service(index: Path, **settings: object) -> Service:
    known = Settings(index=str(index), quality="fast", **settings)
    return Service(known, OpenIndexes(known, str(index)), str(index), index.with_name("accounts.sqlite"))


@pytest.fixture(autouse=True)
def no_other_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a checkout without indexes: what lies in the real one, or was made by hand, is not offered."""
    for name in ("indexes", "seeds"):
        (tmp_path / "checkout" / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "checkout")


@pytest.fixture
def service(built: Path, tmp_path: Path) -> Iterator[Service]:
    """A service over a copy of an index of two articles."""
    made = make_service(Path(shutil.copytree(built, tmp_path / "news")))
    yield made
    made.close()
    made.indexes.close()


@pytest.fixture
def api(service: Service) -> TestClient:
    return TestClient(build_api(service), "http://127.0.0.1", raise_server_exceptions=False)


class Served:
    """A real server on a free port, in a thread."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(build_api(service), log_config=None, lifespan="on", timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([self._listener])))

    def __enter__(self) -> "Served":
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def served(service: Service) -> Iterator[Served]:
    with Served(service) as server:
        yield server
