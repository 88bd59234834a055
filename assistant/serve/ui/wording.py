"""The page's own words: one file for each language in `words/`, English where a file lacks one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.serve.render import escape

ENGLISH = "en"
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    code: str = ENGLISH

    def __call__(self, name: str, **values: object) -> str:
        """Return words by their name; `{n}` and the like stand for values."""
        text = _read(self.code).get(name) or _read(ENGLISH)[name]
        for key, value in values.items():  # not str.format: a value may hold braces
            text = text.replace("{" + key + "}", str(value))
        return text

    def html(self, name: str, **values: object) -> str:
        """Return words escaped, their values too."""
        return escape(self(name, **values))

    @property
    def direction(self) -> str:
        """The direction of the script."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=1)
def languages() -> dict[str, str]:
    """Return the languages there are files for: code -> name in that language."""
    files = resources.files("assistant.serve.ui").joinpath("words").iterdir()
    codes = sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))
    return {code: _read(code)["language"] for code in codes}


def chosen(*wanted: str) -> Words:
    """Return the words of the first language that there is a file for: codes, or what a browser sends (`id-ID,id;q=0.9,en;q=0.8`)."""
    known = languages()
    return Words(next((code for code in _codes(wanted) if code in known), ENGLISH))


def _codes(wanted: Iterable[str]) -> Iterable[str]:
    for one in wanted:
        for part in one.split(","):
            yield part.split(";")[0].split("-")[0].strip().lower()


@lru_cache(maxsize=64)
def _read(code: str) -> dict[str, str]:
    return tomllib.loads(resources.files("assistant.serve.ui").joinpath("words", f"{code}.toml").read_text("utf-8"))
