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


def test_the_api_reference_is_made_from_docstrings_and_needs_no_network(tmp_path: Path):
    import pdoc

    makefile = (ROOT / "Makefile").read_text("utf-8")
    modules = re.search(r"^PUBLIC := (.+?)\n\n", makefile, re.DOTALL | re.MULTILINE).group(1).replace("\\\n", " ").split()
    for module in modules:
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module
    pdoc.pdoc("assistant.errors", "assistant.serve.hits", output_directory=tmp_path)
    page = (tmp_path / "assistant" / "errors.html").read_text("utf-8")
    assert "The sentence model is not on this machine." in page
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?:https?:)?//", page)


def test_the_examples_of_the_doors_run(index: str, capsys: pytest.CaptureFixture[str]):
    shown = re.findall(r"```python\n(.+?)```", (ROOT / "docs" / "doors.md").read_text("utf-8"), re.DOTALL)
    for code in shown:
        names: dict[str, object] = {}
        exec(code.replace('"news"', repr(index)), names)
        names["assistant"].close()
    assert capsys.readouterr().out.count("ungkap Biden.") == 2
    assert names["documents"][0].metadata["start"] >= 0
