"""Train the reader: `python -m assistant.train.reader --data DIR --out DIR [--small]`.

Every number stands in `reader.toml`. A checkpoint is written now and then, and the same command goes on from it. What is left in the end is
the mean of the weights over the last part of the steps, as ONNX beside the table of token vectors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import time
import tomllib
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor
from torch.nn import functional

from assistant.answer.reader import ALL_KINDS, CARD, NETWORK, TABLE, Floats, Table
from assistant.encoders import StaticEncoder, open_encoder
from assistant.train.data import Recipe
from assistant.train.reader_net import ReaderNet
from assistant.train.reading import Example, asked_examples, made_examples, near_misses, switched, word_tables
from assistant.train.reading_batches import Batch, Row, Shelf, batch_of

log = logging.getLogger(__name__)
SEED = 3
INPUTS = ("read", "weights", "marks", "member", "asked", "asked_weights", "kinds")
AXES = {
    "read": {0: "b", 1: "n"}, "weights": {0: "b", 1: "n"}, "marks": {0: "b", 1: "n"}, "member": {0: "b", 1: "s", 2: "n"},
    "asked": {0: "b", 1: "m"}, "asked_weights": {0: "b", 1: "m"}, "kinds": {0: "b"},
    "sentences": {0: "b", 1: "s"}, "ends": {0: "b", 1: "n"},
}  # fmt: skip


def read_recipe(small: bool = False) -> Recipe:
    """Read `reader.toml`; `small` lays its [small] part over the rest."""
    recipe = tomllib.loads(Path(__file__).with_name("reader.toml").read_text(encoding="utf-8"))
    for part, numbers in recipe.pop("small").items():
        if small:
            recipe[part].update(numbers)
    return recipe


def run(data: Path, out: Path, recipe: Recipe) -> Path:
    """Gather, train, export; return the folder of the model."""
    out.mkdir(parents=True, exist_ok=True)
    encoder = open_encoder("static")
    assert isinstance(encoder, StaticEncoder)
    table = table_of(encoder.token_table(), recipe["net"]["size"])
    shelf = Shelf(encoder.tokenizer)
    rows, aside = rows_of(shelf, gather(data, encoder, recipe), recipe)
    log.info("%d rows, %d kept aside", len(rows), len(aside))
    net = train(shelf, rows, table, recipe, out / "checkpoint.pt")
    for name, value in measure(net, shelf, aside, table).items():
        log.info("%s %.3f", name, value)
    export(net, table, encoder, out / "model")
    return out / "model"


def table_of(vectors: Floats, size: int) -> Table:
    """Turn token vectors onto their main axes and keep the first `size` of them, as int8 directions and weights."""
    axes = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :size]
    kept = vectors @ axes
    top = np.maximum(np.abs(kept).max(axis=1, keepdims=True), 1e-6)
    return Table(np.round(kept / top * 127).astype(np.int8), np.linalg.norm(kept, axis=1).astype(np.float32))


def gather(data: Path, encoder: StaticEncoder, recipe: Recipe) -> dict[str, list[Example]]:
    """Return the examples of each kind of training text, by the names of [share]."""
    rng = np.random.default_rng(SEED)
    asked = list(asked_examples(data, recipe["data"]["held_out_one_in"]))
    missed = near_misses(asked, encoder, recipe["missed"]["per_question"])
    tables = word_tables(data, recipe)
    return {
        "asked": asked,
        "missed": missed,
        "made": list(made_examples(data, recipe, rng)),
        "switched": [other for example in asked + missed[::3] if (other := _switched(example, tables, recipe["switched"], rng))],
    }


def _switched(example: Example, tables: dict[str, dict[str, list[str]]], recipe: Recipe, rng: np.random.Generator) -> Example | None:
    language = example.passage.language
    if language == "en":
        others = [name for name in tables if name.startswith("en-")]
        first = rng.random() < recipe["first_share"]
        language = recipe["first"] if first or not others else others[rng.integers(len(others))]
    question = switched(example.question, tables.get(language, {}), recipe["words"], rng)
    return replace(example, question=question) if question != example.question else None


def rows_of(shelf: Shelf, examples: dict[str, list[Example]], recipe: Recipe) -> tuple[list[tuple[str, Row]], list[tuple[str, Row]]]:
    """Return the rows to learn from and those kept aside; a row's key is its kind of text and its source."""
    kept: tuple[list[tuple[str, Row]], list[tuple[str, Row]]] = ([], [])
    for name, part in examples.items():
        for example in part:
            row = shelf.row(example, recipe["weight"][name])
            if row is not None:
                kept[example.held_out].append((f"{name} {example.source}", row))
    return kept


def chances(keys: Sequence[str], recipe: Recipe) -> Floats:
    """Return cumulative chances of rows: kinds of text by [share], their sources by size to the power `flatten`."""
    counts = Counter(keys)
    power = {key: count ** recipe["draw"]["flatten"] * _liked(key, recipe) for key, count in counts.items()}
    totals: dict[str, float] = defaultdict(float)
    for key, value in power.items():
        totals[key.split()[0]] += value
    share = {key: recipe["share"][key.split()[0]] * value / totals[key.split()[0]] / counts[key] for key, value in power.items()}
    return np.asarray(np.cumsum([share[key] for key in keys]) / sum(share[key] * count for key, count in counts.items()), np.float64)


def _liked(key: str, recipe: Recipe) -> float:
    return float(next((value for name, value in recipe["draw"]["sources"].items() if name in key), 1.0))


def inputs(batch: Batch, vectors: Tensor, weights: Tensor) -> tuple[Tensor, ...]:
    """Return the network's arguments."""
    read, asked = (batch.ids >= 0).float(), (batch.asked >= 0).float()
    return (
        vectors[batch.ids.clamp(min=0)] * read.unsqueeze(-1), weights[batch.ids.clamp(min=0)] * read, batch.marks, batch.member,
        vectors[batch.asked.clamp(min=0)] * asked.unsqueeze(-1), weights[batch.asked.clamp(min=0)] * asked, batch.kinds,
    )  # fmt: skip


def loss_of(sentences: Tensor, ends: Tensor, batch: Batch, of_ends: float) -> Tensor:
    """Return the loss: which sentence answers, or none of them, which scores 0; and where the short answer starts and ends."""
    which = functional.cross_entropy(functional.pad(sentences, (1, 0)), batch.sentence + 1, reduction="none")
    for column, wanted in ((ends[..., 0], batch.first), (ends[..., 1], batch.last)):
        which = which + of_ends / 2 * functional.cross_entropy(column, wanted, ignore_index=-1, reduction="none")
    return (which * batch.weight).sum() / batch.weight.sum()


def _batches(shelf: Shelf, rows: Sequence[tuple[str, Row]], recipe: Recipe, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield batches without end, of texts of like length."""
    ladder, size = chances([key for key, _ in rows], recipe), recipe["fit"]["batch"]
    low, high = recipe["fit"]["tokens"]
    while True:
        drawn = [rows[i][1] for i in np.searchsorted(ladder, rng.random(size * 16)).clip(max=len(rows) - 1)]
        drawn.sort(key=lambda row: min(len(shelf.passages[row.passage].tokens), high))
        for at in rng.permutation(16) * size:
            yield batch_of(shelf, drawn[at : at + size], int(rng.integers(low, high)), rng, recipe["fit"]["lead"])


def train(shelf: Shelf, rows: Sequence[tuple[str, Row]], table: Table, recipe: Recipe, checkpoint: Path) -> ReaderNet:
    """Train the network, going on from a checkpoint if there is one; return it with the mean of its last weights."""
    torch.manual_seed(SEED)
    numbers, net = recipe["fit"], ReaderNet(kinds=len(ALL_KINDS), **recipe["net"])
    mean = ReaderNet(kinds=len(ALL_KINDS), **recipe["net"])
    optimiser = torch.optim.AdamW(net.parameters(), lr=numbers["rate"], weight_decay=numbers["decay"])
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(kept["net"])
        mean.load_state_dict(kept["mean"])
        optimiser.load_state_dict(kept["optimiser"])
        first = kept["step"]
    vectors, weights = (torch.from_numpy(part) for part in table.look(np.arange(len(table.rows))))
    batches = _batches(shelf, rows, recipe, np.random.default_rng([SEED, first]))
    started, losses = time.monotonic(), []
    for step in range(first, numbers["steps"]):
        pace = min(1.0, (step + 1) / numbers["warm_up"]) * (1 - 0.95 * step / numbers["steps"])
        for group in optimiser.param_groups:
            group["lr"] = numbers["rate"] * pace
        batch = next(batches)
        sentences, ends = net(*inputs(batch, vectors, weights))
        loss = loss_of(sentences, ends, batch, numbers["of_ends"])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        share = 1.0 if step < numbers["steps"] * numbers["mean_from"] else numbers["mean_share"]
        with torch.no_grad():
            for kept_weight, weight in zip(mean.parameters(), net.parameters(), strict=True):
                kept_weight.lerp_(weight, share)
        if (step + 1) % numbers["keep_every"] == 0:
            log.info("step %d, %.0f s: loss %.3f", step + 1, time.monotonic() - started, np.mean(losses[-numbers["keep_every"] :]))
            state = {"net": net.state_dict(), "mean": mean.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    return mean.eval()


@torch.no_grad()
def measure(net: ReaderNet, shelf: Shelf, aside: Sequence[tuple[str, Row]], table: Table) -> dict[str, float]:
    """Return per source how often the right sentence of its passage is first, and the area under ROC of "it tells"."""
    vectors, weights = (torch.from_numpy(part) for part in table.look(np.arange(len(table.rows))))
    right: dict[str, list[float]] = {}
    tells: dict[str, tuple[list[float], list[float]]] = {}
    ordered = sorted(aside, key=lambda item: len(shelf.passages[item[1].passage].tokens))
    for at in range(0, len(ordered), 64):
        part = ordered[at : at + 64]
        batch = batch_of(shelf, [row for _, row in part], 400, np.random.default_rng(SEED))
        sentences, _ = net(*inputs(batch, vectors, weights))
        for (key, row), scores, wanted in zip(part, sentences, batch.sentence, strict=True):
            tells.setdefault(key, ([], []))[row.sentence >= 0].append(float(scores.max()))
            if row.sentence >= 0:
                right.setdefault(key, []).append(float(scores.argmax() == wanted))
    figures = {f"{key} Success@1": float(np.mean(values)) for key, values in right.items()}
    for key, (no, yes) in tells.items():
        if no and yes:
            figures[f"{key} AUC"] = float((np.array(yes)[:, None] > np.array(no)[None, :]).mean())
    return dict(sorted(figures.items()))


def export(net: ReaderNet, table: Table, encoder: StaticEncoder, folder: Path) -> None:
    """Write network and table, and the digest of the tokenizer that the table's rows belong to."""
    folder.mkdir(parents=True, exist_ok=True)
    size = table.rows.shape[1]
    member = functional.one_hot(torch.arange(12) // 4, 3).T.float().expand(2, 3, 12)
    example = (
        torch.randn(2, 12, size), torch.rand(2, 12), torch.zeros(2, 12, 3), member,
        torch.randn(2, 5, size), torch.rand(2, 5), torch.zeros(2, dtype=torch.int64),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter needs a package more and says that this one is older
        torch.onnx.export(
            net.eval(), example, str(folder / NETWORK), input_names=list(INPUTS), output_names=["sentences", "ends"],
            dynamic_axes=AXES, opset_version=17, dynamo=False,
        )  # fmt: skip
    save_file({"rows": table.rows, "weights": table.weights.astype(np.float16)}, folder / TABLE)
    digest = hashlib.sha256(encoder.tokenizer.to_str().encode()).hexdigest()
    (folder / CARD).write_text(json.dumps({"tokenizer": digest}) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the training data folder")
    parser.add_argument("--out", type=Path, required=True, help="where the checkpoint and the model go")
    parser.add_argument("--small", action="store_true", help="a run in seconds, for tests")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    print(run(arguments.data, arguments.out, read_recipe(arguments.small)))


if __name__ == "__main__":
    main()
