"""Train the transformer student: `python -m assistant.train.transformer --data DIR --out DIR [--small] [--cpu] [--device cuda]`.

Stages, each kept in the output folder and not done again: (1) `pack/`: data, vocabulary and teacher in compact arrays, (2) training in
two parts, kept in `checkpoint.pt`, (3) `weights/`: what was learnt, (4) `model/`: the ONNX folder, in eight bits. `--prepare` ends after
the first; a machine with an accelerator then needs the folder `pack` only, torch and numpy, and no `--data`. `--minutes N` stops
cleanly, and the same command goes on; `--export` does the last stage alone, from `pack` and `weights`.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.train.arrays import load_arrays, save_arrays, unpack_state
from assistant.train.batches import Numbers, Pack

log = logging.getLogger(__name__)
PACK, CHECKPOINT, WEIGHTS, MODEL, MEASURES = "pack", "checkpoint.pt", "weights", "model", "measures.json"


def read_numbers(small: bool = False, path: Path | None = None, cpu: bool = False) -> Numbers:
    """Read `transformer.toml`, or the file at `path`; `cpu` lays its [cpu] part over the rest, then `small` its [small] part."""
    numbers: dict[str, Any] = tomllib.loads((path or Path(__file__).with_name("transformer.toml")).read_text(encoding="utf-8"))
    for name, wanted in (("cpu", cpu), ("small", small)):
        for part, changes in numbers.pop(name).items():
            if wanted:
                numbers[part].update(changes)
    return numbers


def run(out: Path, numbers: Numbers, device: str = "cpu", enough: Callable[[], bool] = lambda: False) -> bool:
    """Train on `out/pack` from where it was left, and write `out/weights`; return whether all stages are done.

    `enough` ends it earlier; the weights are written all the same, so that a stopped run can be measured.
    """
    import torch

    from assistant.train.distil import Training, measure, memory, train

    training = Training(Pack.open(out / PACK, numbers["languages"]), numbers, torch.device(device))
    checkpoint = out / CHECKPOINT
    if checkpoint.exists():
        training.load(checkpoint)
    started = time.monotonic()
    train(training, checkpoint, enough)
    figures = measure(training)
    log.info("%.1f minutes, %s, %s", (time.monotonic() - started) / 60, memory(training.device), figures)
    kept = {"stage": training.stage, "step": training.step, "figures": figures, "losses": training.losses}
    (out / MEASURES).write_text(json.dumps(kept) + "\n", encoding="utf-8")
    save_weights(training.student.model.state(), out / WEIGHTS)
    return training.done


def save_weights(state: dict[str, np.ndarray], folder: Path) -> None:
    """Write a student's tensors: the table in eight bits, as it is shipped, the rest in half precision."""
    from assistant.train.arrays import SCALE, rounded

    table = "table.weight"
    whole, scales = rounded(state[table])
    rest = {name: rows.astype(np.float16) for name, rows in state.items() if name != table}
    save_arrays(folder, {table: whole, table + SCALE: scales, **rest}, effort=1)


def export(out: Path, numbers: Numbers) -> Path:
    """Write `out/model` from the weights: the ONNX graph, the tokenizer, and the card that `open_encoder` reads."""
    import onnx

    from assistant.encoders.onnx import CARD, TOKENIZER, folder_digest
    from assistant.encoders.onnx import MODEL as GRAPH
    from assistant.train.graph import write_graph

    card = json.loads((out / PACK / "pack.json").read_text(encoding="utf-8"))
    state = unpack_state(load_arrays(out / WEIGHTS))
    aside = out / f"{MODEL}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    onnx.save(write_graph(state, card["heads"]), str(aside / GRAPH))
    shutil.copy(out / PACK / TOKENIZER, aside / TOKENIZER)
    written = {
        "digest": folder_digest(aside),
        "dimensions": state["table.weight"].shape[1],
        "max_tokens": numbers["export"]["max_tokens"],
        "first": card["ends"][0],
        "last": card["ends"][1],
    }
    (aside / CARD).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(out / MODEL, ignore_errors=True)
    return aside.rename(out / MODEL)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and do every stage that is not done yet."""
    arguments = _arguments().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    started, out = time.monotonic(), arguments.out
    numbers = read_numbers(arguments.small, arguments.numbers, arguments.cpu)
    if arguments.export:
        print(export(out, numbers))
        return
    if not (out / PACK / "pack.json").exists():
        if arguments.data is None:
            raise SystemExit(f"there is no {out / PACK} yet: give --data")
        _prepare(arguments, numbers)
    if arguments.prepare:
        return
    limit = 60 * arguments.minutes
    done = run(out, numbers, arguments.device, lambda: bool(limit) and time.monotonic() - started > limit)
    try:
        print(export(out, numbers))
    except ImportError as error:
        print(f"{out / WEIGHTS} is written; to export it needs {error.name}: give --export where that is")
    if not done:
        print("not done yet: the same command goes on")


def _prepare(arguments: argparse.Namespace, numbers: Numbers) -> None:
    from assistant.encoders import bundled_folder
    from assistant.train.pack import prepare
    from assistant.train.static import read_recipe

    prepare(arguments.data, arguments.out / PACK, read_recipe(arguments.small), numbers, arguments.static or bundled_folder())


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="the training data folder; not needed once the pack is there")
    parser.add_argument("--out", type=Path, required=True, help="where stages and the model go")
    parser.add_argument("--static", type=Path, help="the static model to start from; the bundled one without it")
    parser.add_argument("--numbers", type=Path, help="another transformer.toml")
    parser.add_argument("--small", action="store_true", help="a run in seconds, for tests")
    parser.add_argument("--cpu", action="store_true", help="a short run that one core can do")
    parser.add_argument("--prepare", action="store_true", help="end when the pack is written")
    parser.add_argument("--export", action="store_true", help="only export `weights`, which another machine may have written")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda")
    parser.add_argument("--minutes", type=float, default=0, help="stop cleanly after so many minutes; 0 trains to the end")
    return parser


if __name__ == "__main__":
    main()
