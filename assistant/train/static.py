"""Train the bundled static sentence model: `python -m assistant.train.static --data DIR --out DIR [--small]`.

Stages, each kept in the output folder and not done again: (1) vocabulary, (2) teacher's vectors, (3) stage 1:
align the languages on the teacher, (4) stage 2: questions find passages, (5) export to int8. Delete a stage's
file and those after it to do it again.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from assistant.train.corpus import Corpus, read_corpus
from assistant.train.data import Recipe
from assistant.train.exchange import exchange_table, exchanged
from assistant.train.export import export
from assistant.train.rows import rows_of, taught_texts
from assistant.train.student import Batch, Floats, Student, loss_of
from assistant.train.tasks import Task, first_vectors, tasks_of, with_hard
from assistant.train.teacher import teach
from assistant.train.vocabulary import Ints, balanced, train_tokenizer

log = logging.getLogger(__name__)
SEED = 1


def read_recipe(small: bool = False, path: Path | None = None) -> Recipe:
    """Read `recipe.toml`; `small` lays its [small] part over the rest."""
    recipe = tomllib.loads((path or Path(__file__).with_name("recipe.toml")).read_text(encoding="utf-8"))
    for part, numbers in recipe.pop("small").items():
        if small:
            recipe[part].update(numbers)
    return recipe


def run(data: Path, out: Path, recipe: Recipe) -> Path:
    """Do every stage that is not done yet and return the folder of the model."""
    out.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(data, recipe)
    tokenizer = vocabulary(corpus, out / "tokenizer.json", recipe)
    rows = rows_of(corpus, recipe, np.random.default_rng(SEED))
    taught = teach(taught_texts(rows), out / "teacher", recipe["teacher"])
    tasks = tasks_of(rows, tokenizer, taught, recipe)
    log.info("read %d texts", len(tasks[0].bags))
    started = out / "stage1.npy"
    if not started.exists():
        rng = np.random.default_rng(SEED)
        first = first_vectors(tasks[0], tokenizer.get_vocab_size(), recipe["start"], rng)
        train(first, tasks, recipe["stage1"], started)
    if not (out / "stage2.npy").exists():
        aligned = np.load(started)
        table = exchange_table(aligned, tasks[0], rows["parallel"].languages, recipe["exchange"])
        asked = [with_hard(task, corpus.questions, aligned, recipe["hard"]) if task.name == "question" else task for task in tasks]
        train(aligned, asked, recipe["stage2"], out / "stage2.npy", table)
    export(tokenizer, np.load(out / "stage2.npy"), out / "model")
    return out / "model"


def vocabulary(corpus: Corpus, path: Path, recipe: Recipe) -> Tokenizer:
    """Return the tokenizer at `path`, trained first if it is not there."""
    if not path.exists():
        train_tokenizer(balanced(corpus.texts(), recipe["vocabulary"]), recipe["vocabulary"]).save(str(path))
    return Tokenizer.from_file(str(path))


def train(vectors: Floats, tasks: Sequence[Task], numbers: Recipe, path: Path, table: Ints | None = None) -> None:
    """Train token vectors on the tasks that `numbers["sizes"]` names; save them at `path`, the losses beside
    it.

    With `table`, texts of the tasks in `numbers["exchange"]` are exchanged by it with the chances given
    there. Every `numbers["checkpoint"]` steps all is kept beside `path`, and an interrupted run goes on there.
    """
    student, rng = Student(vectors), np.random.default_rng(SEED)
    used = [task for task in tasks if task.name in numbers["sizes"]]
    losses: list[dict[str, float]] = []
    kept = path.with_suffix(".checkpoint.npz")
    if kept.exists():
        note = student.load(kept)
        losses, rng.bit_generator.state = note["losses"], note["random"]
    started, first = time.monotonic(), student.steps
    for step in range(first, numbers["steps"]):
        batches = [_batch(task, numbers, table, rng) for task in used]
        units, touched, leaf, mix = student.forward([side for batch in batches for side in batch.sides])
        sides = iter(units)
        parts = {
            task.name: loss_of(batch, [next(sides) for _ in batch.sides], numbers["scale"], numbers["pull"], task.name in numbers["pooled"])
            for task, batch in zip(used, batches, strict=True)
        }
        torch.autograd.backward(list(parts.values()))
        # Warm up over a twentieth, then fall in a straight line to a tenth.
        pace = min(1.0, 20 * (step + 1) / numbers["steps"]) * (1 - 0.9 * step / numbers["steps"])
        student.update(touched, leaf, mix, pace * numbers["rate"], pace * numbers["mix_rate"])
        losses.append({name: loss.item() for name, loss in parts.items()})
        if step % 50 == 0:
            log.info("%s step %d, %.0f s: %s", path.stem, step, time.monotonic() - started, losses[-1])
        if student.steps % numbers["checkpoint"] == 0:
            student.save(kept, {"losses": losses, "random": rng.bit_generator.state})
    path.with_suffix(".losses.json").write_text(json.dumps(losses), encoding="utf-8")
    np.save(path, student.folded())
    kept.unlink(missing_ok=True)


def _batch(task: Task, numbers: Recipe, table: Ints | None, rng: np.random.Generator) -> Batch:
    batch = task.draw(numbers["sizes"][task.name], numbers["keep"][task.name], rng, task.name in numbers["alone"])
    if table is None or task.name not in numbers["exchange"]:
        return batch
    asked, answering = numbers["exchange"][task.name]
    shares = [asked, answering, answering][: len(batch.sides)]
    return replace(batch, sides=[exchanged(side, table, share, rng) for side, share in zip(batch.sides, shares, strict=True)])


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the training data folder")
    parser.add_argument("--out", type=Path, required=True, help="where stages and the model go")
    parser.add_argument("--small", action="store_true", help="a run in seconds, for tests")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    print(run(arguments.data, arguments.out, read_recipe(arguments.small)))


if __name__ == "__main__":
    main()
