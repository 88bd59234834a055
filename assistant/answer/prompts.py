"""Load and fill the templates in `prompts/`: what a language model is told is data, and its variables are checked.

The folder lies beside the package in a checkout and inside it when installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

import assistant
from assistant.errors import PromptError
from assistant.protocols import Message

_PACKAGE = Path(assistant.__file__).parent
FOLDERS = (_PACKAGE / "prompts", _PACKAGE.parent / "prompts")
"""Where the templates are: in an installed package, in a checkout."""
HEAD = ("file", "purpose", "variables", "used by")
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_SHAPE = re.compile(r"---\n(?P<head>.*?)\n---\n(?P<parts>## .*)", re.DOTALL)
_PART = re.compile(r"^## (system|user)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A prompt with places for its variables."""

    name: str
    variables: frozenset[str]
    parts: tuple[Message, ...]

    def fill(self, **values: str) -> tuple[Message, ...]:
        """Return the messages with the values in place; braces within a value mean nothing.

        Raises:
            PromptError: a variable is missing or is not one of the template's.
        """
        for problem, names in (("is not given", self.variables - values.keys()), ("is not known", values.keys() - self.variables)):
            if names:
                raise PromptError(
                    f"the prompt {self.name!r}: the variable {min(names)!r} {problem}",
                    "give " + ", ".join(sorted(self.variables)),
                )
        return tuple(Message(part.role, _VARIABLE.sub(lambda found: values[found[1]], part.text)) for part in self.parts)


@lru_cache(maxsize=16)
def prompt(name: str) -> Template:
    """Return a template of `prompts/`.

    Raises:
        PromptError: there is none of this name, or it is not well formed.
    """
    for folder in FOLDERS:
        path = folder / f"{name}.md"
        if path.is_file():
            return read_template(name, path.read_text("utf-8"))
    raise PromptError(f"there is no prompt {name!r}", "install the package again")


def read_template(name: str, text: str) -> Template:
    """Read a template: a head that names file, purpose, variables and user, then the parts.

    Raises:
        PromptError: it is not well formed, or its head and its text do not name the same variables.
    """
    shape = _SHAPE.fullmatch(text.replace("\r\n", "\n"))
    if not shape:
        raise PromptError(f"the prompt {name!r} is not well formed", "begin with a head between two lines ---, then ## system, ## user")
    head = dict(line.partition(": ")[::2] for line in shape["head"].split("\n"))
    missing = [key for key in HEAD if not head.get(key, "").strip()]
    if missing:
        raise PromptError(f"the prompt {name!r} does not say {missing[0]!r} in its head", "its head names: " + ", ".join(HEAD))
    parts = tuple(Message(cast(Literal["system", "user"], role), body.strip()) for role, body in _PART.findall(shape["parts"]))
    named = frozenset(head["variables"].replace(",", " ").split())
    used = frozenset(variable for part in parts for variable in _VARIABLE.findall(part.text))
    if named != used:
        raise PromptError(f"the prompt {name!r}: {min(named ^ used)!r} is not in its head and its text", "name each variable in both")
    return Template(name, named, parts)
