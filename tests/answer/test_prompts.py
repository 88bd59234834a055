import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.answer import prompts
from assistant.answer.prompts import prompt, read_template
from assistant.errors import PromptError

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "prompts").glob("*.md") if path.stem != "README")
GOOD = "---\nfile: a\npurpose: b\nvariables: one, two\nused by: c\n---\n## system\nSay {{one}}.\n\n## user\n{{two}} {{one}}\n"


@pytest.mark.parametrize("name", NAMES)
def test_each_prompt_names_its_file_and_who_uses_it(name: str):
    assert [part.role for part in prompt(name).parts] == ["system", "user"]
    head = (ROOT / "prompts" / f"{name}.md").read_text("utf-8").split("---")[1]
    assert f"file: prompts/{name}.md" in head
    user = ROOT / re.search(r"used by: (\S+)", head)[1]
    assert f'prompt("{name}")' in user.read_text("utf-8")
    assert f"`{name}.md`" in (ROOT / "prompts" / "README.md").read_text("utf-8")


def test_values_are_put_in_once_and_braces_in_them_mean_nothing():
    system, user = read_template("x", GOOD).fill(one="{{two}}", two=r"\1 {one} {{one}}")
    assert system.text == "Say {{two}}."
    assert user.text == r"\1 {one} {{one}} {{two}}"


@pytest.mark.parametrize("values", [{}, {"one": "1"}, {"one": "1", "two": "2", "three": "3"}])
def test_a_missing_or_unknown_variable_is_an_error(values: dict[str, str]):
    with pytest.raises(PromptError) as caught:
        read_template("x", GOOD).fill(**values)
    assert "one, two" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "", "Say it.", GOOD.replace("used by: c\n", ""), GOOD.replace("one, two", "one"), GOOD.replace("one, two", "one, two, three"),
        GOOD.replace("---\n## system", "## system"),
    ],
)  # fmt: skip
def test_a_template_that_is_not_well_formed_is_an_error(text: str):
    with pytest.raises(PromptError):
        read_template("x", text)


@pytest.mark.parametrize("name", ["nothing", "README", "../pyproject"])
def test_what_is_no_prompt_is_an_error(name: str):
    with pytest.raises(PromptError):
        prompt(name)


def test_a_wheel_carries_the_prompts_where_an_installed_package_looks_for_them(tmp_path: Path):
    program = (
        "import setuptools; from distutils.core import run_setup\n"
        "files = run_setup('setup.py', stop_after='config').get_command_obj('build_py')\n"
        f"files.build_lib = {str(tmp_path)!r}\n"
        "files.ensure_finalized()\n"
        "files.distribution.include_package_data = False  # it would write a manifest into the checkout\n"
        "files.data_files = [row for row in files.data_files if row[0] == 'assistant.prompts']\n"
        "files.build_package_data()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(path.stem for path in (tmp_path / "assistant" / "prompts").iterdir() if path.stem != "README") == NAMES
    assert prompts.FOLDERS[0].relative_to(prompts.FOLDERS[0].parents[1]) == Path("assistant", "prompts")
