"""Train the sentence selector: `python -m assistant.train.selector --data DIR --out assistant/answer/selector.json`.

Questions are those of the samples' tuning half, which are asked across languages as real ones are, and with little weight some of the
training sets. The sentences of the retrieved passages are the candidates. A listwise softmax loss ranks those of one question (Cao et al.
2007, ListNet); a second linear model learns from the best candidate whether one of the first three is right.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assistant.answer.questions import understand
from assistant.answer.remember import RememberingEncoder
from assistant.answer.select import (
    CONFIDENCE_FEATURES,
    FEATURES,
    Matrix,
    Selected,
    candidates_of,
    confidence_row,
    features,
    linear,
    unknown_share,
)
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet, read_question_set
from assistant.evaluate.runner import Corpus, is_gold
from assistant.settings import Settings
from assistant.text.language import detect_language


@dataclass
class Example:
    """The candidates of one question: features of shape (n, len(FEATURES)), which are right, and what its confidence rests on."""

    columns: Matrix
    right: Matrix
    asked: Any
    candidates: Sequence[Any]
    unknown: float
    weight: float

    def confidence_row(self, scores: Matrix) -> Matrix:
        """Return the features of how surely the best candidate answers."""
        order = np.argsort(-scores, kind="stable")[:8]
        chosen = [
            Selected(self.candidates[i], float(scores[i]), dict(zip(FEATURES, map(float, self.columns[i]), strict=True))) for i in order
        ]
        return confidence_row(self.asked, chosen, self.unknown)


def main() -> None:
    """Read the arguments, train, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the training data folder; without it the samples alone are used")
    parser.add_argument("--seeds", type=Path, default=Path("seeds/questions.jsonl"), help="the sample questions")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    args = parser.parse_args()
    recipe = tomllib.loads(Path(__file__).with_name("selector.toml").read_text("utf-8"))
    random.seed(recipe["seed"])
    torch.manual_seed(recipe["seed"])
    examples = collect(args.seeds, args.data, recipe)
    sentence = train_sentence([e for e in examples if e.right.any()], recipe)
    confidence = train_confidence(examples, sentence, recipe)
    args.out.write_text(json.dumps({"sentence": sentence, "confidence": confidence}) + "\n", "utf-8")


def collect(seeds: Path, data: Path | None, recipe: dict[str, Any]) -> list[Example]:
    """Ask the questions and return their candidates."""
    samples = read_question_set(seeds)
    tuning = [q for q in samples.questions if not q.held_out]
    examples = _examples(samples, tuning, recipe, 1.0, 1.0)
    print(f"samples: {len(examples)} examples")
    for name, size in recipe["sets"].items() if data else ():
        part = _smaller(read_question_set(data / f"qa.{name}.jsonl.xz"), size["questions"], size["contexts"])  # type: ignore[operator]
        examples += _examples(part, part.questions, recipe, recipe["weight_of_sets"], recipe["removed_share"])
        print(f"{name}: {len(examples)} examples")
    return examples


def _smaller(part: QuestionSet, n_questions: int, n_contexts: int) -> QuestionSet:
    """Draw questions, and keep their contexts and some more."""
    drawn = random.sample(part.questions, n_questions)
    kept = sorted({int(g.article) for q in drawn for g in q.gold} | set(range(min(n_contexts, len(part.contexts)))))
    number = {old: str(new) for new, old in enumerate(kept)}
    moved = [replace(q, gold=tuple(replace(g, article=number[int(g.article)]) for g in q.gold)) for q in drawn]
    return replace(part, questions=tuple(moved), contexts=tuple(part.contexts[i] for i in kept))


def _examples(
    part: QuestionSet, questions: Sequence[EvaluationQuestion], recipe: dict[str, Any], weight: float, removed: float
) -> list[Example]:
    made = []
    with Corpus.of(part, Settings()) as corpus:
        for question in questions:
            made.append(_example(corpus, question, recipe["hits"], weight, remove=False))
            if question.answerable and random.random() < removed:
                made.append(_example(corpus, question, recipe["hits"], weight, remove=True))
    return [example for example in made if example is not None]


def _example(corpus: Corpus, question: EvaluationQuestion, n_hits: int, weight: float, remove: bool) -> Example | None:
    assistant = corpus.assistant
    index, encoder = assistant.index, RememberingEncoder(assistant.encoder)
    asked = understand(question.question, detect_language(question.question, tuple(index.languages())))
    if asked.kind in ("said", "metadata"):
        return None
    gold = corpus.gold(question)
    hits = assistant.search(question.question, 2 * n_hits)
    if remove:
        hits = [hit for hit in hits if hit.passage.article_id not in {article for article, _ in gold}]
    candidates = candidates_of(hits[:n_hits], index.article, index.sentences)
    if len(candidates) < 2:
        return None
    right = np.array([any(is_gold(c.article.id, c.span, g) for g in gold) for c in candidates], float)
    columns = features(asked, candidates, encoder, index.rarity)
    return Example(columns, right, asked, candidates, unknown_share(asked, index.rarity, index.document_frequencies), weight)


def train_sentence(examples: Sequence[Example], recipe: dict[str, Any]) -> dict[str, Any]:
    """Train the scorer of sentences and return its weights."""
    stacked = np.concatenate([e.columns for e in examples if e.weight == 1.0])
    mean, scale = stacked.mean(0), stacked.std(0) + 1e-6
    most = max(len(e.right) for e in examples)
    columns = torch.zeros(len(examples), most, len(FEATURES))
    right = torch.zeros(len(examples), most)
    there = torch.zeros(len(examples), most, dtype=torch.bool)
    for i, example in enumerate(examples):
        n = len(example.right)
        columns[i, :n] = torch.from_numpy(np.clip((example.columns - mean) / scale, -5, 5)).float()
        right[i, :n] = torch.from_numpy(example.right)
        there[i, :n] = True
    weights = torch.tensor([e.weight for e in examples])
    model = torch.nn.Linear(len(FEATURES), 1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe["rate"], weight_decay=recipe["decay"])
    for _ in range(recipe["steps"]):
        share = torch.log_softmax(model(columns).squeeze(-1).masked_fill(~there, -1e9), dim=1)
        loss = -(torch.logsumexp(share.masked_fill(right < 0.5, -1e9), dim=1) * weights).sum() / weights.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    exported = _exported(model, mean, scale, FEATURES)
    ranked = [e.right[np.argsort(-linear(exported)(e.columns), kind="stable")] for e in examples if e.weight == 1.0]
    first, three = np.mean([r[0] for r in ranked]), np.mean([r[:3].any() for r in ranked])
    print(f"sentences: loss {float(loss.detach()):.3f}, on its own samples Success@1 {first:.3f} @3 {three:.3f}")
    return exported


def train_confidence(examples: Sequence[Example], sentence: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """Train the estimate whether one of the first three sentences answers, and return its weights."""
    score = linear(sentence)
    rows = np.asarray([e.confidence_row(score(e.columns))[0] for e in examples])
    right = np.array([float(e.right[np.argsort(-score(e.columns), kind="stable")][:3].any()) for e in examples])
    weights = torch.tensor([e.weight for e in examples], dtype=torch.float64)
    own = rows[[e.weight == 1.0 for e in examples]]
    mean, scale = own.mean(0), own.std(0) + 1e-6
    inputs, targets = torch.from_numpy(np.clip((rows - mean) / scale, -5, 5)), torch.from_numpy(right)
    model = torch.nn.Linear(len(CONFIDENCE_FEATURES), 1).double()
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe["rate"], weight_decay=recipe["decay"])
    for _ in range(recipe["steps"]):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(inputs).squeeze(-1), targets, weights)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    print(f"confidence: loss {float(loss.detach()):.3f}, right {right.mean():.3f}")
    return _exported(model, mean, scale, CONFIDENCE_FEATURES)


def _exported(model: torch.nn.Linear, mean: Matrix, scale: Matrix, names: Sequence[str]) -> dict[str, Any]:
    return {
        "features": list(names),
        "mean": np.round(mean, 6).tolist(),
        "scale": np.round(scale, 6).tolist(),
        "weights": model.weight.detach().numpy()[0].round(5).tolist(),
        "bias": round(float(model.bias.detach()[0]), 5),
    }


if __name__ == "__main__":
    main()
