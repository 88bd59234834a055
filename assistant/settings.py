"""Settings: defaults <- assistant.toml <- environment <- flags. The only reader of environment variables.

A setting `passage_tokens` is `passage_tokens = 200` in `assistant.toml`, `ASSISTANT_PASSAGE_TOKENS=200` in the environment
and `passage_tokens=200` for `load_settings`.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from assistant.errors import SettingsError

SETTINGS_FILE = "assistant.toml"
SAMPLES = "seeds"
"""The name of the index that holds the sample articles."""
QUALITIES = ("best", "fast")
STRICTNESSES = ("strict", "balanced", "eager")
ENVIRONMENT_PREFIX = "ASSISTANT_"
KEY_VARIABLES = ("ASSISTANT_LLM_KEY", "OPENAI_API_KEY")
MILVUS_TOKEN_VARIABLE = "ASSISTANT_MILVUS_TOKEN"
MILVUS_SCHEMES = ("milvus:", "milvus+tls:")
_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Settings:
    """Every setting, typed. Numbers that were tuned carry their evidence in `benchmarks/RESULTS.md`."""

    index: str = "default"
    """The index to use: a name (`./indexes/NAME` in a checkout, else in the user's data folder), a path, or an address in Milvus
    (`milvus://host:port/NAME`, `milvus:PATH.db`). A server's token is read from the environment alone: `ASSISTANT_MILVUS_TOKEN`."""
    milvus_vectors: str = ""
    """The kind of index that a new index in Milvus has over its vectors, such as `HNSW`, `IVF_SQ8` or `DISKANN`; "": Milvus chooses."""
    encoder: str = ""
    """The sentence model: "" or "static" for the bundled one, else a sentence-transformers name or path."""
    quality: str = "best"
    """`best` reads the retrieved passages with a small network before it answers, `fast` goes by similarity and words alone."""
    passage_tokens: int = 160
    """The token budget of a passage."""
    passage_overlap: int = 1
    """How many sentences neighbouring passages share."""
    k: int = 20
    """How many passages are retrieved for an answer."""
    max_citations: int = 3
    """The most sentences an answer cites; who-said questions cite all of a speaker's words up to twice this."""
    strictness: str = "balanced"
    """How sure an answer must be: `strict` answers less and is wrong less often, `eager` answers nearly always."""
    exact_vectors: int = 100_000
    """Passages up to which a search compares all vectors; above, a sketch of them says which, and a few in a hundred may be missed."""
    max_article_bytes: int = 10_000_000
    """A single article larger than this is refused as no article."""
    add_processes: int = 0
    """How many processes prepare the articles of a large addition: 0 is one for each core with `assistant add`, none in a program."""
    max_question_chars: int = 2_000
    """A longer question is refused."""
    history_tokens: int = 2_000
    """The token budget of the turns that a follow-up is understood from; the oldest fall out."""
    host: str = "127.0.0.1"
    """The address the web chat listens on."""
    port: int = 7860
    """The port the web chat listens on."""
    embed_origins: str = ""
    """Whose pages may show the chat in a frame: origins such as `https://news.example`, with blanks between; "": only its own."""
    workers: int = 1
    """How many processes serve requests with `assistant serve --no-ui`."""
    rate_per_minute: int = 600
    """How many requests one key may make in a minute on average; 0 is no limit. On this machine, without keys, there is none."""
    max_body_bytes: int = 20_000_000
    """A request with articles that is larger than this is refused; any other may have a hundredth of it."""
    log_questions: bool = False
    """Let the log of requests tell what was asked."""
    root_path: str = ""
    """The path under which a proxy shows the web chat, such as `/news`; "" when it has a host of its own."""
    sign_in: bool = False
    """Ask for a name and a password at 127.0.0.1 too, as behind a proxy; at any other address they are always asked for."""
    session_hours: float = 12.0
    """How long a reader stays signed in."""
    questions_per_minute: int = 60
    """How many questions one reader of the web chat may ask in a minute."""
    interface: str = ""
    """The language of the web chat's own words: a code such as `id`; "" takes the browser's."""
    llm_url: str = ""
    """An OpenAI-compatible server that phrases the answers (`http://127.0.0.1:11434/v1` for Ollama); "": none, answers are extractive."""
    llm_model: str = ""
    """The name of the language model there. Its key is read from the environment alone: `ASSISTANT_LLM_KEY`, else `OPENAI_API_KEY`."""
    llm_timeout_s: float = 30.0
    """How long the language model may be silent, in seconds; its whole answer may take three times as long."""
    llm_retries: int = 2
    """How often a request is made again when the server is busy or cannot be reached."""
    llm_tokens: int = 4096
    """How many tokens the model reads and writes for one answer."""
    fetch_delay_s: float = 1.0
    """The pause between two requests to the same site, in seconds; a site's robots.txt may ask for a longer one."""
    fetch_timeout_s: float = 30.0
    """How long fetching one page may take, in seconds."""
    fetch_max_articles: int = 500
    """How many articles of one feed or sitemap are fetched, the newest first."""
    fetch_allow: str = ""
    """Sites that may be fetched although they lie in a private network or on another port: `host:port`, divided by commas."""
    translate: bool = False
    """Let the language model translate cited sentences that are in another language than the question."""

    def __post_init__(self) -> None:
        bounds: dict[str, tuple[float, float]] = {
            "passage_tokens": (16, 1_000_000), "passage_overlap": (0, 16), "k": (1, 1000), "max_citations": (1, 50),
            "exact_vectors": (0, 10**9), "max_article_bytes": (1, 10**12), "max_question_chars": (1, 10**6),
            "history_tokens": (0, 10**6), "port": (0, 65535),
            "fetch_delay_s": (0, 3600), "fetch_timeout_s": (0.1, 3600), "fetch_max_articles": (1, 10**6),
            "workers": (1, 64), "add_processes": (0, 64), "rate_per_minute": (0, 10**6), "max_body_bytes": (1000, 10**10),
            "session_hours": (0.01, 8760), "questions_per_minute": (1, 10**6),
            "llm_timeout_s": (0.05, 3600), "llm_retries": (0, 10), "llm_tokens": (2048, 10_000_000),
        }  # fmt: skip
        for name, known in (("quality", QUALITIES), ("strictness", STRICTNESSES)):
            if (word := getattr(self, name)) not in known:
                raise SettingsError(f"{name} is {word!r}", f"give {name} one of: " + ", ".join(known))
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"{name} is {value}, outside {low} to {high}", f"give {name} a value in that range")
        _check_origins(self.embed_origins)
        if self.root_path and not re.fullmatch(r"(/[\w.~-]+)+", self.root_path):
            raise SettingsError(f"root_path is {self.root_path!r}", "give it like /news, without a slash at the end")
        if self.llm_url:
            _check_server(self.llm_url, self.llm_model)


def _check_origins(written: str) -> None:
    """Refuse what is no origin: it would become part of a security policy."""
    for origin in written.replace(",", " ").split():
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?", origin):
            raise SettingsError(f"embed_origins holds {origin!r}, which is no origin", "give it like https://news.example, without a path")


def _check_server(url: str, model: str) -> None:
    """Refuse an address that cannot be asked; what stands in it is not repeated, as it may hold a password."""
    example = "http://127.0.0.1:11434/v1"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError("llm_url is no address of a server", f"give it like {example}")
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsError("llm_url holds more than an address", f"put the key in {KEY_VARIABLES[0]}; give llm_url like {example}")
    if not model.strip():
        raise SettingsError("llm_url is set, llm_model is not", "name the model, for example with --llm-model")


def language_model_key(environment: Mapping[str, str] | None = None) -> str:
    """Return the key of the language model's server, from the environment and nowhere else; "" when there is none.

    Raises:
        SettingsError: it cannot be a key.
    """
    known = os.environ if environment is None else environment
    for name in KEY_VARIABLES:
        key = known.get(name, "").strip()
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise SettingsError(f"{name} holds characters that no key has", "copy the key again")
        if key:
            return key
    return ""


def is_milvus(index: str) -> bool:
    """Say whether the name of an index is an address in Milvus."""
    return index.startswith(MILVUS_SCHEMES)


def milvus_token(environment: Mapping[str, str] | None = None) -> str:
    """Return what a Milvus server wants to see (`user:password` or a key), from the environment and nowhere else; "" for none."""
    return (os.environ if environment is None else environment).get(MILVUS_TOKEN_VARIABLE, "").strip()


def load_settings(folder: Path | None = None, environment: Mapping[str, str] | None = None, **flags: object) -> Settings:
    """Load the settings in force.

    Args:
        folder: where `assistant.toml` may lie; the current folder unless given.
        environment: the environment variables; the process's own unless given.
        flags: settings given by the caller; those that are None are left out.

    Raises:
        SettingsError: a setting is unknown or has a wrong value.
    """
    known = {field.name: type(field.default) for field in fields(Settings)}
    values: dict[str, object] = {}
    values.update(_from_file((folder or Path.cwd()) / SETTINGS_FILE))
    for key, value in (os.environ if environment is None else environment).items():
        name = key.removeprefix(ENVIRONMENT_PREFIX).lower()
        if key.startswith(ENVIRONMENT_PREFIX) and name in known and value:
            values[name] = value
    values.update({name: value for name, value in flags.items() if value is not None})
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]!r}", "known settings: " + ", ".join(sorted(known)))
    typed: dict[str, Any] = {name: _typed(name, known[name], value) for name, value in values.items()}
    return Settings(**typed)


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", "correct the file or move it away") from error


def _typed(name: str, kind: type, value: object) -> object:
    if kind is bool:
        truth = value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
        if truth is None:
            raise SettingsError(f"{name} is {value!r}", f"give {name} true or false")
        return truth
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SettingsError(f"{name} is {value!r}", f"give {name} a {kind.__name__}")
    try:
        if kind is int and isinstance(value, float) and value != int(value):
            raise ValueError
        return kind(value)
    except ValueError as error:
        raise SettingsError(f"{name} is {value!r}", f"give {name} a {kind.__name__}") from error


def index_path(name: str, folder: Path | None = None) -> Path:
    """Return the folder of an index: a path is a path, a name lies in the checkout's or the user's `indexes` folder."""
    if is_milvus(name):
        raise SettingsError(f"{name} is no folder: this is not offered for an index in Milvus", "name an index in a folder")
    if not name.strip():
        raise SettingsError("the name of the index is empty", "give a name such as `default`, or a path")
    if "/" in name or os.sep in name or name in (".", "..") or name.startswith("~"):
        return Path(name).expanduser()
    return indexes_folder(folder) / name


def indexes_folder(folder: Path | None = None) -> Path:
    """Return the folder that holds the named indexes."""
    here = folder or Path.cwd()
    if (here / "indexes").is_dir() and (here / "seeds").is_dir():
        return here / "indexes"
    return Path(platformdirs.user_data_dir("article-assistant", appauthor=False)) / "indexes"


def accounts_path(folder: Path | None = None) -> Path:
    """Return the file of users, keys and conversations: it lies beside the named indexes."""
    return indexes_folder(folder) / "accounts.sqlite"


def evaluations_folder(index: str, folder: Path | None = None) -> Path:
    """Return where question sets and runs of an index are kept: in `evaluations` beside the named indexes, or beside an index elsewhere."""
    path = index_path(index, folder)
    if path.parent == indexes_folder(folder):
        return path.parent.parent / "evaluations" / path.name
    return path.with_name(path.name + ".evaluations")


def keep_settings(changes: Mapping[str, str | bool], folder: Path | None = None) -> Path:
    """Write settings into `assistant.toml`, each on its line; every other line, comments too, stays as it is.

    Raises:
        SettingsError: the file cannot be read or written, or a value is wrong.
    """
    path = (folder or Path.cwd()) / SETTINGS_FILE
    before = _from_file(path)
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    defaults = {field.name: field.default for field in fields(Settings)}
    for name, value in changes.items():
        if before.get(name, defaults[name]) == value:
            continue
        written = f"{name} = {json.dumps(value, ensure_ascii=False)}"
        at = next((n for n, line in enumerate(lines) if re.match(rf"\s*{name}\s*=", line)), None)
        if at is None:
            lines.insert(0, written)
        else:
            lines[at] = written
    text = "".join(line + "\n" for line in lines)
    try:
        if tomllib.loads(text) != {**before, **{name: value for name, value in changes.items() if name in tomllib.loads(text)}}:
            raise SettingsError(f"{path} holds a setting in a form that cannot be changed here", "change it by hand")
        aside = path.with_suffix(".toml.new")
        aside.write_text(text, "utf-8")
        aside.replace(path)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be written: {error}", "correct its permissions, or change it by hand") from error
    return path
