"""The house rules, kept true by reading the source."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "assistant"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A module may use its own part and parts of lower layers.
LAYERS = {
    "records": 1, "errors": 1, "protocols": 1, "environment": 1,
    "settings": 2, "encoders": 2, "llm": 2, "text": 2, "index": 2, "accounts": 2, "fetch": 2, "pool": 2, "links": 2,
    "search": 3, "answer": 4, "stories": 4, "sources": 4, "drafting": 5, "ingest": 5, "ingest_ray": 5, "reindex": 5, "exchange": 5,
    "assistant": 5, "chat": 5,
    "events": 5, "asynchronous": 5, "evaluate": 6, "watch": 6, "serve": 7, "train": 8, "cli": 9,
}  # fmt: skip
HOMES = {
    "faiss": {"index/vectors.py", "index/sketch.py"},
    "tantivy": {"index/lexical.py"},
    "sqlite3": {"index/store.py", "index/migrations.py", "accounts/store.py", "watch/state.py"},
    "sentence_transformers": {"encoders/transformer.py", "train/"},
    "onnxruntime": {"encoders/onnx.py", "answer/reader.py"},
    "onnx": {"train/"},
    "torch": {"train/"},
    "tiktoken": {"text/tokens.py"},
    "rensa": {"text/fingerprints.py"},
    "trafilatura": {"text/readers/"},
    "pypdfium2": {"text/readers/pdf_pages.py"},
    "feedparser": {"text/readers/feeds.py"},
    "protego": {"fetch/robots.py"},
    "httpcore": {"fetch/"},
    "babel": {"answer/bodies.py"},
    "gradio": {"serve/ui/"},
    "llama_index": {"llm.py", "serve/llamaindex.py"},
    "openai": {"llm.py"},
    "httpx": {"llm.py"},
    "fastapi": {"serve/"},
    "starlette": {"serve/"},
    "uvicorn": {"serve/api/alone.py", "serve/mcp.py"},
    "orjson": {"serve/"},
    "opentelemetry": {"serve/api/asking.py"},
    "prometheus_client": {"serve/api/counting.py"},
    "pymilvus": {"index/milvus_client.py"},
    "milvus_lite": {"index/milvus_client.py"},
    "ray": {"ingest_ray.py"},
    "openpyxl": {"evaluate/tables.py"},
    "yaml": {"evaluate/tables.py"},
    "mcp": {"serve/mcp.py", "serve/mcp_server.py"},
    "mcp_types": {"serve/mcp.py", "serve/mcp_server.py"},
    "langchain_core": {"serve/langchain.py"},
}


def imports(path: Path):
    """Yield every module name that the file imports, at any depth, with its line number."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.module or "", node.lineno


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_lower_layers(path: Path):
    part = part_of(path)
    if part in ("__init__", "__main__"):
        return
    for name, line in imports(path):
        if not name.startswith("assistant."):
            continue
        used = name.split(".")[1]
        lower = LAYERS[used] < LAYERS[part] or used == part
        # The orchestrators may use each other, and the protocols speak of the records.
        beside = LAYERS[part] == LAYERS[used] and (LAYERS[part] == 5 or (part, used) == ("protocols", "records"))
        assert lower or beside, f"{path}:{line} may not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_home(path: Path):
    relative = path.relative_to(PACKAGE).as_posix()
    for name, line in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or any(relative.startswith(home) for home in homes), f"{path}:{line} imports {name}"


def test_environment_variables_are_read_only_by_the_settings():
    for path in MODULES:
        relative = path.relative_to(PACKAGE).as_posix()
        if relative in ("settings.py", "environment.py", "text/tokens.py"):  # tokens.py points tiktoken to its vocabulary
            continue
        assert "os.environ" not in path.read_text("utf-8"), f"{path} reads the environment"
        assert "getenv" not in path.read_text("utf-8"), f"{path} reads the environment"


@pytest.mark.parametrize(
    "code", ["import assistant", "from assistant.cli import main", "import assistant.assistant", "import assistant.encoders"]
)
def test_imports_are_light(code: str):
    heavy = {
        "torch",
        "gradio",
        "llama_index.core",
        "faiss",
        "sentence_transformers",
        "transformers",
        "trafilatura",
        "onnxruntime",
        "openai",
        "feedparser",
        "httpcore",
        "pypdfium2",
        "httpx",
        "rensa",
        "pymilvus",
        "ray",
    }
    program = f"import sys; {code}; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == ""


def test_files_stay_short():
    long = {str(path.relative_to(PACKAGE)): n for path in MODULES if (n := len(path.read_text("utf-8").splitlines())) > 320}
    assert long == {}
