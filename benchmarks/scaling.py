"""Compute what 1M to 1B passages take from what a small index measures: `python -m benchmarks.scaling`.

`--measure --data DIR [--passages 5000]` measures anew and writes `benchmarks/scaling.json`, from which the table is computed. Bytes and
processor times of a passage do not depend on how many there are; what does (the time of a question) is not in this table, but measured at
each size by `benchmarks.growth` and `benchmarks.milvus`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.drafting import cleaned, split_article
from assistant.index.milvus_rows import article_rows, body_of, passage_rows, speaker_rows
from assistant.ingest import encode_drafts, open_sources
from assistant.protocols import PreparedArticle
from assistant.records import Failure
from assistant.settings import Settings
from benchmarks import made_up

MEASURED = Path(__file__).with_name("scaling.json")
SIZES = (10**6, 10**7, 10**8, 10**9)
AT_ONCE = 256
HNSW_LINKS = 2 * 16 * 4
"""Bytes of a vector's links in a graph of M = 16: twice M neighbours below, four bytes each (Malkov and Yashunin 2016)."""
DISKANN_SHARE = 0.125
"""What DISKANN keeps in memory of the vectors, as Milvus sets `PQCodeBudgetGBRatio` when nobody says otherwise."""
NODE_GB = 64
FULL = 0.7
"""How full the memory of a node that answers may be."""
CORES = (8, 64, 512)
SETTINGS = Settings(quality="fast")


def main() -> None:
    """Measure if asked, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="measure anew, with --data")
    parser.add_argument("--data", type=Path, help="the folder with `train`")
    parser.add_argument("--passages", type=int, default=5000)
    parser.add_argument("--from", dest="source", type=Path, default=MEASURED, metavar="FILE", help="what was measured")
    args = parser.parse_args()
    if args.measure:
        if args.data is None:
            parser.error("--measure needs --data")
        args.source.write_text(json.dumps(measure(args.data, args.passages), indent=1) + "\n", "utf-8")
    measured = json.loads(args.source.read_text("utf-8"))
    print(told(measured), table(measured), sep="\n\n")


def measure(data: Path, passages: int) -> dict[str, float]:
    """Add made-up articles to an index in a folder, a step at a time, and return bytes and processor times."""
    spent: dict[str, float] = {}
    rows: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as aside:
        source, folder = Path(aside) / "made.jsonl", Path(aside) / "index"
        made_up.write(source, made_up.articles(data, max(1, round(passages / 5.8))))
        lite = f"milvus:{aside}/lite.db"
        with Assistant.open(folder, settings=SETTINGS) as assistant, Assistant.open(lite, settings=SETTINGS) as far:
            raws = iter(open_sources(assistant.settings).read([source]))
            for batch in _batches(assistant, raws, spent):
                _timed(spent, "write", lambda batch=batch: assistant.index.add(batch))
                _timed(spent, "milvus_write", lambda batch=batch: far.index.add(batch))
                _count_rows(batch, rows)
            counts = assistant.index.count()
            text = sum(len(article.text.encode()) for article in assistant.articles())
        parts = {"store": "store.sqlite*", "terms": "lexical/*", "vectors": "vectors*"}
        sizes = {name: sum(file.stat().st_size for file in folder.glob(pattern)) for name, pattern in parts.items()}
    return {
        "passages": counts.passages,
        "passages_per_article": counts.passages / counts.articles,
        "dimensions": assistant.encoder.dimensions,
        "text_bytes": text / counts.passages,
        **{f"folder_{name}_bytes": size / counts.passages for name, size in sizes.items()},
        **{f"milvus_{name}_bytes": size / counts.passages for name, size in rows.items()},
        **{f"{name}_ms_per_article": 1000 * seconds / counts.articles for name, seconds in spent.items()},
        "processors": os.cpu_count() or 1,
    }


def _batches(assistant: Assistant, raws: Iterator[Any], spent: dict[str, float]) -> Iterator[list[PreparedArticle]]:
    while batch := _timed(spent, "read", lambda: list(islice(raws, AT_ONCE))):
        articles = _timed(spent, "clean", lambda batch=batch: [(cleaned(raw), raw.original) for raw in batch])
        kept = [(article, original) for article, original in articles if not isinstance(article, Failure)]
        drafts = _timed(
            spent, "split", lambda kept=kept: [split_article(article, original, assistant.settings) for article, original in kept]
        )
        yield _timed(spent, "encode", lambda drafts=drafts: list(encode_drafts(drafts, assistant.encoder)))


def _timed(spent: dict[str, float], name: str, act: Callable[[], Any]) -> Any:
    began = time.process_time()
    made = act()
    spent[name] = spent.get(name, 0.0) + time.process_time() - began
    return made


def _count_rows(batch: list[PreparedArticle], rows: dict[str, int]) -> None:
    """Count the bytes of what Milvus would be given, field by field as it stores them: 4 a number of a vector, 8 a term."""
    for item in batch:
        body = body_of(item, 10**7, 10**8, 1, "0" * 32)
        made = passage_rows(body, item, 70.0)
        _sum(rows, "vectors", sum(4 * len(row["vector"]) for row in made))
        _sum(rows, "terms", sum(8 * len(row["terms"]) for row in made))
        _sum(rows, "fields", sum(_size(row) for row in made))
        _sum(rows, "articles", sum(_size(row) for row in article_rows(body)))
        _sum(rows, "speakers", sum(_size(row) for row in speaker_rows(body)))


def _sum(rows: dict[str, int], name: str, size: int) -> None:
    rows[name] = rows.get(name, 0) + size


def _size(row: dict[str, Any]) -> int:
    """Return the bytes of the numbers and texts of a row."""
    texts = sum(len(value.encode()) for value in row.values() if isinstance(value, str))
    return texts + 8 * sum(isinstance(value, int) for value in row.values())


def told(measured: dict[str, float]) -> str:
    """Return what was measured, in words."""
    work = ", ".join(
        f"{name} {measured[f'{name}_ms_per_article']:.2f}" for name in ("read", "clean", "split", "encode", "write", "milvus_write")
    )
    folder = ", ".join(f"{name} {measured[f'folder_{name}_bytes']:.0f}" for name in ("store", "terms", "vectors"))
    far = ", ".join(f"{name} {measured[f'milvus_{name}_bytes']:.0f}" for name in ("vectors", "terms", "fields", "articles", "speakers"))
    return (
        f"Measured on {measured['passages']:.0f} passages ({measured['passages_per_article']:.1f} an article, "
        f"{measured['text_bytes']:.0f} bytes of text each).\nBytes a passage in a folder: {folder}. In Milvus, as sent: {far}.\n"
        f"Processor ms an article: {work}."
    )


def table(measured: dict[str, float]) -> str:
    """Return sizes and times at each size."""
    columns = [column(measured, size) for size in SIZES]
    head = ["passages", *(_named(size) for size in SIZES)]
    lines = [head, ["---"] * len(head), *([name, *(one[name] for one in columns)] for name in columns[0])]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def column(measured: dict[str, float], passages: int) -> dict[str, str]:
    """Return the figures of one size."""
    articles = passages / measured["passages_per_article"]
    folder = sum(measured[f"folder_{name}_bytes"] for name in ("store", "terms", "vectors"))
    work_s = articles * sum(measured[f"{name}_ms_per_article"] for name in ("read", "clean", "split", "encode")) / 1000
    fields = sum(measured[f"milvus_{name}_bytes"] for name in ("fields", "speakers"))
    raw, terms = measured["milvus_vectors_bytes"], measured["milvus_terms_bytes"]
    memory = {"HNSW": raw + HNSW_LINKS, "IVF_SQ8": raw / 4, "DISKANN": raw * DISKANN_SHARE}
    found = {
        "articles": _named(articles),
        "text, GB": _gb(measured["text_bytes"] * passages),
        "folder: disk, GB": _gb(folder * passages),
        "folder: vectors in memory (half floats), GB": _gb(2 * measured["dimensions"] * passages),
        "Milvus: stored, GB": _gb((raw + terms + fields + measured["milvus_articles_bytes"]) * passages),
    }
    for name, size in memory.items():
        held = (size + terms + fields) * passages
        found[f"Milvus: memory with {name}, GB (nodes of {NODE_GB} GB)"] = f"{_gb(held)} ({max(1, -int(-held // (NODE_GB * 1e9 * FULL)))})"
    for cores in CORES:
        found[f"text work and encoding on {cores} processors"] = _duration(work_s / cores)
    found["writing, one writer, folder"] = _duration(articles * measured["write_ms_per_article"] / 1000)
    found["writing, one writer, Milvus Lite"] = _duration(articles * measured["milvus_write_ms_per_article"] / 1000)
    return found


def _named(n: float) -> str:
    for unit, size in (("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if n >= size:
            return f"{n / size:.3g}{unit}"
    return f"{n:.0f}"


def _gb(size_bytes: float) -> str:
    return f"{size_bytes / 1e9:,.1f}" if size_bytes < 1e11 else f"{size_bytes / 1e9:,.0f}"


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.0f} s"


if __name__ == "__main__":
    main()
