"""Measure an encoder alone on public sets: `python -m assistant.train.measure --data DIR [--encoder NAME]`.

Dense retrieval only, in numpy; `DIR` holds the folders `train` and `eval`. For reporting, never for tuning:
that is what the held-out part of the training files is for (`Corpus.held_out_questions`).
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.encoders import open_encoder
from assistant.protocols import Encoder, Vectors

Row = dict[str, Any]
NTREX = ("id", "ms", "de", "es", "fr", "pt", "ru", "ar", "hi", "ja", "zh", "tr", "vi")
XQUAD = ("en", "ar", "de", "el", "es", "hi", "ru", "th", "tr", "vi", "zh")
DEPTH = 100


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a `.jsonl.xz` file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def reciprocal_rank(queries: Vectors, passages: Vectors, gold: NDArray[np.int64]) -> float:
    """Return the mean reciprocal rank of the gold passage within the first 100; ties count against us.

    Args:
        queries: unit rows, shape (n, d).
        passages: unit rows, shape (m, d).
        gold: the right passage of each query, shape (n,).
    """
    scores = queries @ passages.T
    ranks = (scores >= scores[np.arange(len(gold)), gold][:, None]).sum(axis=1)
    return float(np.where(ranks <= DEPTH, 1 / ranks, 0).mean())


def average_precision(scores: NDArray[np.float32], relevant: NDArray[np.bool_]) -> float:
    """Return the mean over queries of average precision on the whole ranking; both have shape (n, m)."""
    found = []
    for row, right in zip(scores, relevant, strict=True):
        hits = right[np.argsort(-row, kind="stable")]
        at = np.flatnonzero(hits) + 1
        found.append((np.arange(1, len(at) + 1) / at).mean())
    return float(np.mean(found))


def question_set(encoder: Encoder, rows: Sequence[Row], corpus: Sequence[str], key: str = "question") -> float:
    """Return the reciprocal rank of the answerable `rows`, each with its context in `corpus`."""
    passages = list(dict.fromkeys(corpus))
    at = {text: number for number, text in enumerate(passages)}
    asked = [row for row in rows if row.get("answers") and not row.get("is_impossible")]
    gold = np.array([at[row["context"]] for row in asked])
    queries = encoder.encode_queries([row[key] for row in asked])
    return reciprocal_rank(queries, encoder.encode_passages(passages), gold)


def bitext(encoder: Encoder, path: Path) -> float:
    """Return how often a foreign sentence's nearest English sentence is its translation."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        foreign, english = zip(*(line.rstrip("\n").split("\t")[:2] for line in lines), strict=True)
    scores = encoder.encode_passages(foreign) @ encoder.encode_passages(english).T
    return float((scores.argmax(axis=1) == np.arange(len(foreign))).mean())


def answer_sentences(encoder: Encoder, folder: Path) -> dict[str, float]:
    """Return LAReQA's sentence-level mAP: each language alone, English to each, and pooled over all.

    Pooled: the candidates are the sentences of every language, and the answer sentence is relevant in every
    language (Roy and others, 2020).
    """
    vectors, owners, queries, ids = {}, {}, {}, {}
    for language in XQUAD:
        rows = read_rows(folder / f"xquad_r.{language}.jsonl.xz")
        contexts = {row["context"]: row for row in rows}
        sentences = [(text, n) for text, row in contexts.items() for n in range(len(row["sentences"]))]
        vectors[language] = encoder.encode_passages([contexts[text]["sentences"][n] for text, n in sentences])
        at = {pair: number for number, pair in enumerate(sentences)}
        owners[language] = {row["id"]: at[row["context"], row["answer_sentence"]] for row in rows}
        queries[language] = encoder.encode_queries([row["question"] for row in rows])
        ids[language] = [row["id"] for row in rows]

    def one(asking: str, answering: str) -> float:
        scores = queries[asking] @ vectors[answering].T
        relevant = np.zeros(scores.shape, dtype=bool)
        relevant[np.arange(len(scores)), [owners[answering][name] for name in ids[asking]]] = True
        return average_precision(scores, relevant)

    figures = {f"xquad_r {language}": one(language, language) for language in XQUAD}
    figures |= {f"xquad_r en-{language}": one("en", language) for language in XQUAD[1:]}
    everything = np.concatenate([vectors[language] for language in XQUAD])
    first = np.cumsum([0] + [len(vectors[language]) for language in XQUAD])
    pooled = []
    for asking in XQUAD:
        scores = queries[asking] @ everything.T
        relevant = np.zeros(scores.shape, dtype=bool)
        for offset, language in zip(first, XQUAD, strict=False):
            relevant[np.arange(len(scores)), [offset + owners[language][name] for name in ids[asking]]] = True
        pooled.append(average_precision(scores, relevant))
    return figures | {"xquad_r pooled": float(np.mean(pooled))}


def measure(encoder: Encoder, data: Path, brief: bool = False) -> dict[str, float]:
    """Return every figure by its name; `brief` leaves out the slow pooled set and the other languages."""
    train, held = data / "train", data / "eval"
    idk = [
        row
        for path in (
            held / "idk_mrc_test.id.jsonl.xz",
            held / "idk_mrc_valid.id.jsonl.xz",
            train / "qa.idk_mrc_train.id.jsonl.xz",
        )
        for row in read_rows(path)
    ]
    facqa = [
        row
        for path in (
            held / "facqa_test.id.jsonl.xz",
            train / "qa.facqa_train.id.jsonl.xz",
            train / "qa.facqa_valid.id.jsonl.xz",
        )
        for row in read_rows(path)
    ]
    translated = read_rows(held / "xquad_mt.id.jsonl.xz")
    idk_texts = [row["context"] for row in idk]
    both = [row["context"] for row in translated] + idk_texts
    english = [row | {"context": row["context_en"]} for row in translated]
    figures = {
        "idk_mrc": question_set(encoder, read_rows(held / "idk_mrc_test.id.jsonl.xz"), idk_texts),
        "facqa": question_set(encoder, read_rows(held / "facqa_test.id.jsonl.xz"), [row["context"] for row in facqa]),
        "xquad_mt en-id": question_set(encoder, translated, both, "question_en"),
        "xquad_mt id-id": question_set(encoder, translated, both),
        "xquad_mt id-en": question_set(encoder, english, [row["context"] for row in english]),
    }
    for language in NTREX[:1] if brief else NTREX:
        figures[f"ntrex {language}-en"] = bitext(encoder, held / f"ntrex.{language}-en.tsv.xz")
    return figures if brief else figures | answer_sentences(encoder, held)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures, one per line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/ and eval/")
    parser.add_argument("--encoder", default="", help="a model folder or name; the bundled model without it")
    parser.add_argument("--brief", action="store_true", help="Indonesian and English only")
    arguments = parser.parse_args(argv)
    for name, value in measure(open_encoder(arguments.encoder), arguments.data, arguments.brief).items():
        print(f"{value:.3f}  {name}")


if __name__ == "__main__":
    main()
