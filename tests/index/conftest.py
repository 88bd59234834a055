import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path():
    """A folder in memory, where there is one: a commit waits for the disk, which no test here is about."""
    folder = Path(tempfile.mkdtemp(prefix="index-", dir=MEMORY if MEMORY.is_dir() else None))
    yield folder
    shutil.rmtree(folder)
