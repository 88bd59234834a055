"""Train the transformer student on a packed folder; torch and numpy only.

A step draws rows of every task of its stage, encodes their texts in chunks of like length, and adds up the tasks' losses. What is
drawn depends on the stage and step alone, so that a run that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from assistant.train.arrays import unpack_state
from assistant.train.batches import Drawn, Ints, Numbers, Pack, Texts
from assistant.train.bert import Bert, Floats

log = logging.getLogger(__name__)
STAGES = ("stage1", "stage2")
SEED = 1


def first_student(pack: Pack) -> Bert:
    """Return the teacher's layers under the first table: weighted sums of the teacher's vectors, as long as those are on average."""
    state = unpack_state(pack.arrays, "teacher.")
    teacher = state["table.weight"]
    columns, weights = pack.arrays["start.columns"], pack.arrays["start.weights"].astype(np.float32)
    table = np.zeros((len(columns), teacher.shape[1]), dtype=np.float32)
    wanted = np.zeros(len(columns), dtype=np.float32)
    for column, weight in zip(columns.T, weights.T, strict=True):
        table += weight[:, None] * teacher[column]
        wanted += weight * np.linalg.norm(teacher[column], axis=1)
    state["table.weight"] = table * (wanted / np.maximum(np.linalg.norm(table, axis=1), 1e-6))[:, None]
    return Bert.of(state, pack.card["heads"])


class Runner:
    """A model on a device: encodes texts by number, and counts their tokens."""

    def __init__(self, model: Bert, texts: Texts, device: torch.device, numbers: Numbers) -> None:
        """Hold a model; `numbers` are `max_tokens` and `chunk_tokens`."""
        self.model, self.device, self.n_tokens = model.to(device), device, 0
        self._texts, self._numbers = texts, numbers

    def __call__(self, texts: Ints, drop: float = 0.0, rng: np.random.Generator | None = None, max_tokens: int = 0) -> Tensor:
        """Return unit vectors of texts, float32, shape (len(texts), width), cut at `max_tokens` if given; in bf16 on CUDA."""
        rows, parts = [], []
        limits = max_tokens or self._numbers["max_tokens"], self._numbers["chunk_tokens"]
        for chunk in self._texts.padded(texts, *limits, drop, rng or np.random.default_rng(0)):
            self.n_tokens += int(chunk.mask.sum())
            ids, mask = (torch.from_numpy(part).to(self.device, non_blocking=True) for part in (chunk.ids, chunk.mask))
            with torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else contextlib.nullcontext():
                parts.append(self.model(ids, mask))
            rows.append(chunk.rows)
        return torch.cat(parts)[torch.from_numpy(np.argsort(np.concatenate(rows))).to(self.device)]


class Lessons:
    """The teacher's vectors of texts, each computed when it is first asked for."""

    def __init__(self, teach: Runner, n_texts: int) -> None:
        """Hold the teacher; `n_texts` is how many there may be."""
        self._teach, self._known = teach, np.zeros(n_texts, dtype=bool)
        width = teach.model.shape.width
        self._vectors = torch.zeros(n_texts, width, dtype=torch.float16, device=teach.device)

    @torch.no_grad()
    def __call__(self, texts: Ints) -> Tensor:
        """Return the teacher's unit vectors, float32, shape (len(texts), width)."""
        new = np.unique(texts[~self._known[texts]])
        if len(new):
            self._vectors[torch.from_numpy(new).to(self._vectors.device)] = self._teach(new).half()
            self._known[new] = True
        return self._vectors[torch.from_numpy(texts).to(self._vectors.device)].float()


def pooled_contrast(left: Tensor, right: Tensor, groups: Tensor, scale: float) -> Tensor:
    """Return the contrastive loss in which each text seeks its partner among all others of the batch, those of its own side too.

    A text in one language therefore has wrong answers in that language and the right one in the other: vectors that cluster by
    language lose (Roy and others, 2020, call a model that withstands this strongly aligned).
    """
    both, same = torch.cat([left, right]), torch.cat([groups, groups])
    partner = torch.arange(len(both), device=left.device).roll(len(left))
    masked = same[:, None] == same[None, :]
    masked[torch.arange(len(both), device=left.device), partner] = False
    return functional.cross_entropy((scale * both @ both.T).masked_fill(masked, -torch.inf), partner)


def asked_contrast(left: Tensor, right: Tensor, hard: Tensor, drawn: Mapping[str, Tensor], scale: float) -> Tensor:
    """Return the contrastive loss in which a question seeks its passage among those of its language and all look-alikes.

    The right passage is always of the question's language, so passages of others would only teach to tell languages apart.

    Args:
        left: questions, shape (n, width).
        right: their passages, shape (n, width).
        hard: look-alikes, shape (n * h, width).
        drawn: `groups` (n,), `languages` (n,) and `hard` (n, h), the groups of the look-alikes, -1 where there is none.
        scale: of the cosines.
    """
    n, groups, languages = len(left), drawn["groups"], drawn["languages"]
    wrong = drawn["hard"].flatten()
    candidates = torch.cat([groups, wrong])
    spoken = torch.cat([languages, languages.repeat_interleave(drawn["hard"].shape[1])])
    masked = (candidates[None, :] == groups[:, None]) | (spoken[None, :] != languages[:, None]) | (candidates < 0)
    own = torch.arange(n, device=left.device)
    masked[own, own] = False
    logits = scale * left @ torch.cat([right, hard]).T
    return functional.cross_entropy(logits.masked_fill(masked, -torch.inf), own)


def loss_of(drawn: Drawn, vectors: Callable[[Ints], Tensor], lessons: Lessons, numbers: Numbers) -> Tensor:
    """Return the loss of one task's rows; `vectors` gives the student's vectors of texts."""
    left, scale = vectors(drawn.left), numbers["scale"]
    groups = torch.from_numpy(drawn.groups).to(left.device)
    if drawn.taught is not None:
        target = lessons(drawn.taught)
        right = target if numbers["taught_right"] else vectors(drawn.right)
        own = torch.arange(len(left), device=left.device)
        masked = (groups[:, None] == groups[None, :]) & (own[:, None] != own[None, :])
        loss = pooled_contrast(left, right, groups, scale)
        for side in (left,) if numbers["taught_right"] else (left, right):
            away = 1 - (side * target).sum(dim=1).mean()
            loss = loss + numbers["pull"] * away + functional.cross_entropy((scale * side @ target.T).masked_fill(masked, -torch.inf), own)
        return loss
    right = vectors(drawn.right)
    if drawn.hard.shape[1] == 0:
        return pooled_contrast(left, right, groups, scale)
    asked = {"groups": groups} | {
        name: torch.from_numpy(part).to(left.device) for name, part in (("languages", drawn.languages), ("hard", drawn.hard))
    }
    return asked_contrast(left, right, vectors(np.maximum(drawn.hard, 0).flatten()), asked, scale)


class Training:
    """The student, its optimiser, and where in the stages it is."""

    def __init__(self, pack: Pack, numbers: Numbers, device: torch.device) -> None:
        """Start at the first step; `numbers` is the content of `transformer.toml`."""
        self.pack, self.numbers, self.device = pack, numbers, device
        self.student = Runner(first_student(pack), pack.texts, device, numbers["train"])
        teacher = Bert.of(unpack_state(pack.arrays, "teacher."), pack.card["heads"]).eval().requires_grad_(False)
        self.lessons = Lessons(Runner(teacher, pack.english, device, numbers["train"]), len(pack.english))
        self.student.model.freeze_below(numbers["train"]["layers"])
        table = [self.student.model.table.weight]
        rest = [weight for name, weight in self.student.model.named_parameters() if name != "table.weight" and weight.requires_grad]
        settings: Numbers = {"betas": (0.9, 0.98), "eps": 1e-6, "weight_decay": 0.0, "fused": device.type == "cuda"}
        groups: list[Numbers] = [{"params": table}, {"params": rest}]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, **settings)
        self.stage, self.step = 0, 0
        self.losses: list[dict[str, float]] = []

    @property
    def done(self) -> bool:
        """Whether all stages are."""
        return self.stage == len(STAGES)

    @property
    def steps_left(self) -> int:
        """How many steps the stage still has."""
        return 0 if self.done else int(self.numbers[STAGES[self.stage]]["steps"]) - self.step

    def save(self, path: Path) -> None:
        """Write everything that a later command needs to go on."""
        state = {"model": self.student.model.state_dict(), "optimiser": self.optimiser.state_dict()}
        aside = path.with_suffix(".partial")
        torch.save(state | {"stage": self.stage, "step": self.step, "losses": self.losses}, aside)
        aside.replace(path)

    def load(self, path: Path) -> None:
        """Go on where `save` was called."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.student.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.stage, self.step, self.losses = state["stage"], state["step"], state["losses"]

    def take_step(self) -> dict[str, Tensor]:
        """Take one step and return its losses by task."""
        stage = self.numbers[STAGES[self.stage]]
        self._set_rates(stage)
        self.optimiser.zero_grad(set_to_none=True)
        parts: dict[str, Tensor] = {}
        for round_ in range(self.numbers["train"]["accumulate"]):
            rng = np.random.default_rng([SEED, self.stage, self.step, round_])
            parts = self._losses(stage, rng)
            (sum(parts.values(), torch.zeros((), device=self.device)) / self.numbers["train"]["accumulate"]).backward()
        torch.nn.utils.clip_grad_norm_(self.student.model.parameters(), self.numbers["train"]["clip"])
        self.optimiser.step()
        self.step += 1
        if self.step >= stage["steps"]:
            self.stage, self.step = self.stage + 1, 0
        return {name: loss.detach() for name, loss in parts.items()}

    def _losses(self, stage: Numbers, rng: np.random.Generator) -> dict[str, Tensor]:
        drawn = {
            name: self.pack.draw(name, size, rng, stage.get("hard", 0))
            for name, size in stage["sizes"].items()
            if self.pack.card["tasks"][name]
        }
        sides = [texts for one in drawn.values() for texts in (one.left, np.maximum(one.hard, 0).flatten())]
        sides += [one.right for one in drawn.values() if one.taught is None or not stage["taught_right"]]
        texts = np.unique(np.concatenate(sides))
        vectors = self.student(texts, self.numbers["train"]["word_drop"], rng, stage["max_tokens"])

        def of(wanted: Ints) -> Tensor:
            return vectors[torch.from_numpy(np.searchsorted(texts, wanted)).to(self.device)]

        numbers = stage | {"scale": self.numbers["train"]["scale"]}
        return {name: loss_of(one, of, self.lessons, numbers) for name, one in drawn.items()}

    def _set_rates(self, stage: Numbers) -> None:
        """Warm up, then fall in a straight line; the layers wait while they are frozen."""
        done, train = self.step / stage["steps"], self.numbers["train"]
        pace = min(1.0, (self.step + 1) / stage["steps"] / train["warm_up"]) * (1 - (1 - train["end"]) * done)
        rates = stage["table_rate"], 0.0 if done < stage["frozen"] else stage["rate"]
        for group, rate in zip(self.optimiser.param_groups, rates, strict=True):
            group["lr"] = pace * rate


def train(training: Training, checkpoint: Path, enough: Callable[[], bool]) -> None:
    """Train until all stages are done or `enough` says so; what is reached is kept at `checkpoint`."""
    numbers = training.numbers["train"]
    saved = logged = time.monotonic()
    tokens = training.student.n_tokens
    while not training.done:
        place = f"{STAGES[training.stage]} step {training.step}"
        losses = training.take_step()
        if training.step % numbers["log_steps"] == 0:
            training.losses.append({name: loss.item() for name, loss in losses.items()})
            now = time.monotonic()
            spent = max(now - logged, 1e-9)
            left = training.steps_left * spent / numbers["log_steps"] / 60
            pace = (training.student.n_tokens - tokens) / spent
            told = place, pace, left, memory(training.device), _short(training.losses[-1])
            log.info("%s: %.0f tokens/s, %.1f minutes left in this stage, %s, %s", *told)
            logged, tokens = now, training.student.n_tokens
        late = time.monotonic() - saved > 60 * numbers["checkpoint_minutes"]
        if late or training.done or enough():
            training.save(checkpoint)
            saved = time.monotonic()
            if enough():
                break


def memory(device: torch.device) -> str:
    """Return the most memory used so far, in words."""
    if device.type == "cuda":
        return f"{torch.cuda.max_memory_allocated(device) / 1e9:.1f} GB on the device"
    import resource

    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB"


def _short(losses: Mapping[str, float]) -> str:
    return " ".join(f"{name} {loss:.3f}" for name, loss in losses.items())


@torch.no_grad()
def measure(training: Training) -> dict[str, float]:
    """Return figures on the held-out part, or an even share of it: questions to passages, and windows to their translations."""
    figures = {}
    for task in ("held_question", "held_window"):
        n = training.pack.card["tasks"][task]
        if n:
            every = -(-n // training.numbers["train"]["measured_rows"])
            drawn = training.pack.rows(task, np.arange(0, n, every), np.random.default_rng(0))
            passages, gold = np.unique(drawn.right, return_inverse=True)
            scores = (training.student(drawn.left) @ training.student(passages).T).cpu().numpy()
            figures[f"{task} RR"] = _reciprocal_rank(scores, gold)
    return figures


def _reciprocal_rank(scores: Floats, gold: Ints) -> float:
    return float((1 / (scores >= scores[np.arange(len(gold)), gold][:, None]).sum(axis=1)).mean())
