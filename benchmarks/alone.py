"""Encoders alone: answer sentences across languages (XQuAD-R), translations of news (NTREX) and speed."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from assistant.evaluate.metrics import mean, reciprocal_rank
from assistant.index.changes import join_terms
from assistant.index.lexical import Document, LexicalIndex
from assistant.protocols import Encoder
from assistant.text.terms import analyse, content_terms
from assistant.train.measure import NTREX, XQUAD, answer_sentences, bitext, read_rows

TIMED_S = 2.0
BATCH = 512
SUMMARIES = {
    "xquad_r, each alone": [f"xquad_r {language}" for language in XQUAD],
    "xquad_r, English to each": [f"xquad_r en-{language}" for language in XQUAD[1:]],
    "ntrex": [f"ntrex {language}-en" for language in NTREX],
}


def figures_alone(encoders: Mapping[str, Encoder], folder: Path, slow: Collection[str] = ()) -> list[str]:
    """Return a table of mAP on XQuAD-R, accuracy on NTREX and sentences per second, one column per encoder; BM25 where it applies.

    Those named in `slow` leave NTREX out: it is 52,000 sentences.
    """
    columns = {"BM25": lexical_answer_sentences(folder)}
    for label, encoder in encoders.items():
        figures = answer_sentences(encoder, folder)
        if label not in slow:
            figures |= {f"ntrex {language}-en": bitext(encoder, folder / f"ntrex.{language}-en.tsv.xz") for language in NTREX}
        columns[label] = figures
    for figures in columns.values():
        for name, parts in SUMMARIES.items():
            if figures.keys() >= set(parts):
                figures[f"**{name}, mean**"] = mean(figures[part] for part in parts)
    sentences = [row["sentences"][0] for row in read_rows(folder / "xquad_r.en.jsonl.xz")]
    speeds = {label: sentences_per_second(encoder, sentences) for label, encoder in encoders.items()}
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    rows = [[name, *(f"{f[name]:.3f}" if name in f else "" for f in columns.values())] for name in names]
    rows.append(["sentences encoded per second", "", *(f"{speed:,.0f}" for speed in speeds.values())])
    head = ["measure", *columns]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def lexical_answer_sentences(folder: Path) -> dict[str, float]:
    """Return BM25's mAP on XQuAD-R, each language alone: with one right sentence that is the mean reciprocal rank."""
    figures = {}
    for language in XQUAD:
        rows = read_rows(folder / f"xquad_r.{language}.jsonl.xz")
        contexts = {row["context"]: row["sentences"] for row in rows}
        places = [(text, n) for text, sentences in contexts.items() for n in range(len(sentences))]
        numbers = {place: number for number, place in enumerate(places, 1)}
        documents = [Document(numbers[text, n], join_terms(analyse(contexts[text][n], language))) for text, n in places]
        index = LexicalIndex.in_memory("", 1, documents)
        found = []
        for row in rows:
            gold = numbers[row["context"], row["answer_sentence"]]
            ranked = index.search(content_terms(row["question"], language), len(places))
            found.append(reciprocal_rank([number == gold for number, _ in ranked]))
        figures[f"xquad_r {language}"] = mean(found)
    return figures


def sentences_per_second(encoder: Encoder, sentences: Sequence[str]) -> float:
    """Return how many different sentences are encoded in a second, measured over about two."""
    encoder.encode_queries(sentences[:8])
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < TIMED_S:
        at = done % len(sentences)
        # As queries, since a remembering encoder does not remember those.
        done += len(encoder.encode_queries(sentences[at : at + BATCH]))
    return done / (time.perf_counter() - began)
