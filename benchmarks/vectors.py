"""Compare ways to search vectors: `python -m benchmarks.vectors --data DIR [--passages 100000] [--questions 300]`.

The passages are three sentences of the training data put together (`benchmarks.made_up`), with their real vectors; the questions are those
of the training data. Recall is the share of the ten passages of the exact search over full floats that a way finds among its ten. One
thread, processor time a question. What is left out of the product and why is in `docs/speed.md`.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from assistant.encoders import open_encoder
from assistant.index import sketch
from assistant.train.measure import read_rows
from benchmarks.made_up import LANGUAGES, SHARES, read_sentences

SOURCES = ("qa.facqa_train.id", "qa.tydiqa_goldp_train.en")
K = 10
PICKED = (50, 100, 200, 400)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train`")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=300)
    args = parser.parse_args()
    faiss.omp_set_num_threads(1)
    encoder = open_encoder()
    passages = encoder.encode_passages(made_up(args.data, args.passages))
    rows = [row["question"] for name in SOURCES for row in read_rows(args.data / "train" / f"{name}.jsonl.xz")]
    questions = encoder.encode_queries(random.Random(7).sample(rows, args.questions))
    truth = faiss.IndexFlatIP(passages.shape[1])
    truth.add(passages)
    _, wanted = truth.search(questions, K)
    print(f"{len(passages):,} passages of {passages.shape[1]} dimensions\n")
    print("| way | recall@10 | processor ms a question | bytes a passage | built in, s |\n|---|---|---|---|---|")
    for picked in PICKED:
        began = time.process_time()
        exact = faiss.IndexIDMap2(faiss.IndexScalarQuantizer(passages.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT))
        exact.add_with_ids(passages, np.arange(len(passages)))
        made = sketch.made_from(exact, np.arange(len(passages)))
        built, size = time.process_time() - began, faiss.serialize_index(made).nbytes / len(passages)
        began = time.process_time()
        found = [picked_from(made, exact, question[None], picked) for question in questions]
        taken = 1000 * (time.process_time() - began) / len(questions)
        print(f"| sketch, {picked} in full | {recall_of(found, wanted):.3f} | {taken:.2f} | {size + 776:.0f} | {built:.0f} |", flush=True)
    for name, make, probes in ways(*passages.shape):
        began = time.process_time()
        index = make()
        if not index.is_trained:
            index.train(passages[np.random.default_rng(7).permutation(len(passages))[: 50 * getattr(index, "nlist", 1000)]])
        index.add(passages)
        built = time.process_time() - began
        size = faiss.serialize_index(index).nbytes / len(passages)
        for n in probes:
            if n:
                index.nprobe = n
            began = time.process_time()
            found = [index.search(question[None], K)[1][0] for question in questions]
            taken = 1000 * (time.process_time() - began) / len(questions)
            print(
                f"| {name}{f', {n} probed' if n else ''} | {recall_of(found, wanted):.3f} | {taken:.2f} | {size:.0f} | {built:.0f} |",
                flush=True,
            )


def recall_of(found: list[Any], wanted: Any) -> float:
    """Return the share of what the exact search finds that was found."""
    return float(np.mean([len(np.intersect1d(a, b)) / K for a, b in zip(found, wanted, strict=True)]))


def picked_from(made: Any, exact: Any, question: Any, picked: int) -> Any:
    """Return what the exact rows make of what the sketch picks."""
    _, ids = made.search(question, picked)
    scores = exact.reconstruct_batch(ids[0]) @ question[0]
    return ids[0][np.argsort(-scores)[:K]]


def made_up(data: Path, n: int) -> list[str]:
    """Return the texts of passages, in the shares of a newsroom's languages."""
    chosen, sentences = random.Random(7), {language: read_sentences(data, language) for language in LANGUAGES}
    picked = chosen.choices(LANGUAGES, SHARES, k=n)
    return [" ".join(chosen.choice(sentences[language]) for _ in range(3)) for language in picked]


def ways(n: int, dimensions: int) -> list[tuple[str, Callable[[], Any], tuple[int, ...]]]:
    """Return what is compared: name, how it is made, and how many lists are probed."""
    product = faiss.METRIC_INNER_PRODUCT
    n_lists = max(16, int(n**0.5))

    def lists(kind: int) -> Any:
        return faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dimensions), dimensions, n_lists, kind, product)

    fp16, int8 = faiss.ScalarQuantizer.QT_fp16, faiss.ScalarQuantizer.QT_8bit
    probes = tuple(max(1, n_lists // share) for share in (32, 16, 8, 4))
    return [
        ("exact, fp16", lambda: faiss.IndexScalarQuantizer(dimensions, fp16, product), (0,)),
        ("exact, int8", lambda: faiss.IndexScalarQuantizer(dimensions, int8, product), (0,)),
        (f"{n_lists} lists, fp16", lambda: lists(fp16), probes),
        (f"{n_lists} lists, int8", lambda: lists(int8), probes),
        ("graph (HNSW 32), fp16", lambda: faiss.IndexHNSWSQ(dimensions, fp16, 32, product), (0,)),
    ]


if __name__ == "__main__":
    main()
