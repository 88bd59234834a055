import shutil
import signal
import socket
from pathlib import Path

import pytest
from hypothesis import settings

from assistant.assistant import Assistant

SEEDS = Path(__file__).parent.parent / "seeds" / "articles"

# The files that take longest, so that no core is left waiting for one of them at the end.
LONGEST = ("test_floors.py", "test_flows.py", "test_page.py", "test_assistant.py", "test_poison.py", "test_transformer.py")

# The same examples on every run and every machine: a failure is a change of the code, never of the dice.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

# What is started in the background ignores interrupts, and so would the programs that are interrupted here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch):
    """Refuse every connection that leaves this machine: nothing here may need a network."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address):
        host = address[0] if isinstance(address, tuple) else ""
        if host and not (host.startswith("127.") or host in ("localhost", "::1", "0.0.0.0")):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "news"
    with Assistant.open(path) as assistant:
        assistant.add([SEEDS / "000_fbacd0f8f8eb0354.txt", SEEDS / "001_banjir-bandang-laranta.json"])
    return path


@pytest.fixture
def index(built: Path, tmp_path: Path) -> str:
    """A copy of an index of two articles."""
    return str(shutil.copytree(built, tmp_path / "index"))
