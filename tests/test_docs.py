"""What the README shows is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_linked_file_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`?assistant (?:--index \w+ )?(\w+)", README)) - {"import"}))
def test_every_command_shown_exists(command: str):
    if command in ("COMMAND",):
        return
    done = subprocess.run([sys.executable, "-m", "assistant", command, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_python_example_runs(tmp_path: Path):
    code = re.search(r"```python\n(.+?)```", README, re.DOTALL).group(1)
    code = code.replace('"news"', repr(str(tmp_path / "news")))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "ungkap Biden." in done.stdout
