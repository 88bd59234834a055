"""What a command loads is what makes it slow to start; each may load this much of what is heavy, and no more."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings

HEAVY = {
    "numpy", "faiss", "tantivy", "tokenizers", "safetensors", "onnxruntime", "rensa", "tiktoken", "sentencex", "snowballstemmer", "asyncio",
    "torch", "sentence_transformers", "transformers", "gradio", "llama_index", "openai", "httpx", "fastapi", "pydantic", "trafilatura",
    "lxml", "feedparser", "pypdfium2", "assistant.answer.drafts", "assistant.text.quotations", "assistant.records",
}  # fmt: skip
LOOKING = {"assistant.records"}
CHANGING = {*LOOKING, "numpy", "tantivy", "asyncio"}  # asyncio comes with the lock
ASKING = {
    *LOOKING, "numpy", "faiss", "tantivy", "tokenizers", "safetensors", "onnxruntime", "sentencex", "snowballstemmer",
    "assistant.answer.drafts", "assistant.text.quotations",
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("start")
    (folder / "a.txt").write_text("Bupati Sari Wulan membuka pasar ikan di Bandarlaya pada Senin.\n", "utf-8")
    with Assistant.open(folder / "index", settings=Settings(quality="fast")) as assistant:
        assistant.add([folder / "a.txt"])
    return str(folder / "index")


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["--help"], set()),
        (["ask", "--help"], set()),
        (["list"], LOOKING),
        (["show", "1"], LOOKING),
        (["remove", "--dry-run", "1"], CHANGING),
        (["ask", "siapa yang membuka pasar ikan?"], ASKING),
    ],
    ids=lambda value: " ".join(value)[:13] if isinstance(value, list) else "",
)
def test_a_command_loads_no_more_than_it_needs(index: str, words: list[str], allowed: set[str], tmp_path: Path):
    program = (
        "import sys\nfrom assistant.cli import main\n"
        "try: code = main(sys.argv[1:])\nexcept SystemExit as ended: code = ended.code\n"
        f"print(code or 0, *sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "--index", index, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    code, *loaded = done.stderr.splitlines()[-1].split()
    assert code == "0"
    assert set(loaded) <= allowed
