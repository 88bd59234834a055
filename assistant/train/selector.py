"""Train the sentence selector: `python -m assistant.train.selector --data DIR --out assistant/answer/selector.json`.

Every question of the training sets is asked of one index of all their contexts; the sentences of the retrieved passages become
candidates, the sentence that holds the answer is right. A listwise softmax loss ranks the candidates of a question (Cao et al. 2007,
ListNet); a second small network learns from the best candidate whether one of the first three is right.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from assistant.answer import select as selecting
from assistant.answer.questions import understand
from assistant.answer.select import CONFIDENCE_FEATURES, FEATURES, Selected, candidates_of, confidence_row, features
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet, read_question_set
from assistant.evaluate.runner import Corpus
from assistant.search.fusion import fuse
from assistant.search.retrievers import WORTH_OF_NAMES, hits_of
from assistant.settings import Settings
from assistant.text.language import detect_language
from assistant.text.mentions import name_terms
from assistant.text.terms import content_terms

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Example:
    """The candidates of one question: features of shape (n, len(FEATURES)) and which are right."""

    columns: Array
    right: Array
    row_of: Any  # from scores to the confidence row
    answerable: bool


def main() -> None:
    """Read the arguments, train, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the training data folder")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--limit", type=int, default=0, help="at most so many questions per set, for a trial")
    args = parser.parse_args()
    recipe = tomllib.loads(Path(__file__).with_name("selector.toml").read_text("utf-8"))
    random.seed(recipe["seed"])
    torch.manual_seed(recipe["seed"])
    examples = collect(args.data, recipe, args.limit)
    print(f"{len(examples)} examples, {sum(e.right.any() for e in examples)} with a right candidate")
    weights = {"sentence": train_sentence(examples, recipe)}
    weights["confidence"] = train_confidence(examples, weights["sentence"], recipe)
    args.out.write_text(json.dumps(weights) + "\n", "utf-8")


def collect(data: Path, recipe: dict[str, Any], limit: int) -> list[Example]:
    """Ask the training questions and return their candidates."""
    questions: list[EvaluationQuestion] = []
    contexts: dict[str, int] = {}
    for name, count in recipe["sets"].items():
        part = read_question_set(data / f"qa.{name}.jsonl.xz")
        picked = random.sample(part.questions, min(limit or count, len(part.questions)))
        for question in picked:
            questions.append(_renumbered(question, part, contexts))
        for context in islice(part.contexts, recipe["contexts"]):
            contexts.setdefault(context, len(contexts))
    everything = QuestionSet("train", tuple(questions), contexts=tuple(contexts))
    examples: list[Example] = []
    with Corpus.of(everything, Settings()) as corpus:
        for question in tqdm(questions, unit=" questions", disable=None):
            examples += _examples(corpus, question, recipe)
    return examples


def _renumbered(question: EvaluationQuestion, part: QuestionSet, contexts: dict[str, int]) -> EvaluationQuestion:
    gold = []
    for item in question.gold:
        context = part.contexts[int(item.article)]
        gold.append(replace(item, article=str(contexts.setdefault(context, len(contexts)))))
    return replace(question, gold=tuple(gold))


def _examples(corpus: Corpus, question: EvaluationQuestion, recipe: dict[str, Any]) -> list[Example]:
    assistant = corpus.assistant
    gold = corpus.gold(question)
    hits = assistant.search(question.question, recipe["hits"] + 3)
    made = []
    cross = random.random() < recipe["cross_share"]
    if cross:
        # As the retriever does it between languages: the vectors, and the names and numbers alone.
        dense = assistant.retriever.dense.scores(question.question, 100)
        by_names = assistant.retriever.lexical.name_scores(question.question, 100)
        fused = fuse(dense, [(passage, WORTH_OF_NAMES * score) for passage, score in by_names])
        crossed = hits_of(assistant.index, fused[: recipe["hits"] + 3], "hybrid")
        made.append((crossed, True))
    made.append((hits, False))
    if gold and random.random() < recipe["removed_share"]:
        without = [h for h in hits if h.passage.article_id not in {a for a, _ in gold}]
        made.append((without, False))
        if cross:
            made.append(([h for h in made[0][0] if h.passage.article_id not in {a for a, _ in gold}], True))
    return [e for found, is_cross in made if (e := _example(corpus, question, found[: recipe["hits"]], gold, is_cross))]


def _example(corpus: Corpus, question: EvaluationQuestion, hits: Sequence[Any], gold: list[Any], is_cross: bool) -> Example | None:
    index, encoder = corpus.assistant.index, corpus.assistant.encoder
    candidates = candidates_of(hits, index.article, index.sentences)
    if len(candidates) < 2:
        return None
    language = detect_language(question.question)
    asked = understand(question.question, language)
    if asked.kind in ("said", "metadata"):
        asked = replace(asked, kind="what")
    if is_cross:  # another language: only names and numbers match by their letters
        names = name_terms(asked.question)
        other = replace(asked, language="xx")
        columns = _crossed(features(other, candidates, encoder, lambda ts: [float(t in names) + 1e-3 for t in ts]))
        rarity = [float(t in names) for t in content_terms(asked.question, language)]
        asked = other
    else:
        columns = features(asked, candidates, encoder, index.rarity)
        rarity = []
    right = np.array([any(c.article.id == a and c.span.overlaps(s) for a, s in gold) for c in candidates], float)
    unknown = _unknown(index, question.question, language) if not rarity else 0.0

    def row_of(scores: Array) -> Array:
        order = np.argsort(-scores, kind="stable")
        chosen = [Selected(candidates[i], float(scores[i]), dict(zip(FEATURES, map(float, columns[i]), strict=True))) for i in order[:8]]
        return confidence_row(asked, chosen, unknown)

    return Example(columns, right, row_of, bool(gold))


def _crossed(columns: Array) -> Array:
    """Scale the overlaps as they are between languages, where the other terms of the question are not found."""
    columns = columns.copy()
    for name in ("overlap", "overlap_window", "overlap_article"):
        columns[:, FEATURES.index(name)] *= 0.4
    return columns


def _unknown(index: Any, question: str, language: str) -> float:
    terms = list(dict.fromkeys(content_terms(question, language)))
    weights = index.rarity(terms)
    counts = index.document_frequencies(terms)
    total = sum(weights)
    return sum(w for w, n in zip(weights, counts, strict=True) if n == 0) / total if total else 0.0


def _network(inputs: int, hidden: int) -> torch.nn.Sequential:
    return torch.nn.Sequential(torch.nn.Linear(inputs, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1)).double()


def train_sentence(examples: Sequence[Example], recipe: dict[str, Any]) -> dict[str, Any]:
    """Train the scorer of sentences and return its weights."""
    usable = [e for e in examples if e.right.any()]
    random.shuffle(usable)
    n_validation = int(len(usable) * recipe["validation_share"])
    train, validation = usable[n_validation:], usable[:n_validation]
    stacked = np.concatenate([e.columns for e in train])
    mean, scale = stacked.mean(0), stacked.std(0) + 1e-6
    network = _network(len(FEATURES), recipe["hidden"])
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe["rate"], weight_decay=recipe["decay"])
    batches = [_padded(train[i : i + 256], mean, scale) for i in range(0, len(train), 256)]
    for epoch in range(recipe["epochs"]):
        for group in optimiser.param_groups:
            group["lr"] = recipe["rate"] * (1 - epoch / recipe["epochs"])
        total = 0.0
        for columns, right, mask in batches:
            scores = network(columns).squeeze(-1).masked_fill(~mask, -1e9)
            log_share = torch.log_softmax(scores, dim=1)
            loss = -torch.logsumexp(log_share.masked_fill(right < 0.5, -1e9), dim=1).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += float(loss.detach())
        if epoch % 10 == 9:
            weights = _exported(network, mean, scale, FEATURES)
            print(f"epoch {epoch + 1}: loss {total / len(batches):.3f}", *_success(validation, weights))
    return _exported(network, mean, scale, FEATURES)


def _padded(examples: Sequence[Example], mean: Array, scale: Array) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    most = max(len(e.right) for e in examples)
    columns = torch.zeros(len(examples), most, len(FEATURES), dtype=torch.float64)
    right = torch.zeros(len(examples), most, dtype=torch.float64)
    mask = torch.zeros(len(examples), most, dtype=torch.bool)
    for i, example in enumerate(examples):
        n = len(example.right)
        columns[i, :n] = torch.from_numpy(np.clip((example.columns - mean) / scale, -6, 6))
        right[i, :n] = torch.from_numpy(example.right)
        mask[i, :n] = True
    return columns, right, mask


def _success(examples: Sequence[Example], weights: dict[str, Any]) -> tuple[str, ...]:
    model = selecting._layers(weights)
    ranks = [e.right[np.argsort(-model(e.columns), kind="stable")] for e in examples]
    dense = [e.right[np.argsort(-e.columns[:, 0], kind="stable")] for e in examples]
    return (
        f"validation Success@1 {np.mean([r[0] for r in ranks]):.3f} @3 {np.mean([r[:3].any() for r in ranks]):.3f}",
        f"(dense alone {np.mean([r[0] for r in dense]):.3f})",
    )


def train_confidence(examples: Sequence[Example], sentence: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """Train the estimate whether one of the first three sentences answers, and return its weights."""
    model = selecting._layers(sentence)
    rows, labels = [], []
    for example in examples:
        scores = model(example.columns)
        rows.append(example.row_of(scores)[0])
        labels.append(float(example.right[np.argsort(-scores, kind="stable")][:3].any()))
    columns, right = np.asarray(rows), np.asarray(labels)
    order = np.random.default_rng(recipe["seed"]).permutation(len(right))
    n_validation = int(len(order) * recipe["validation_share"])
    held, kept = order[:n_validation], order[n_validation:]
    mean, scale = columns[kept].mean(0), columns[kept].std(0) + 1e-6
    network = _network(len(CONFIDENCE_FEATURES), recipe["hidden_confidence"])
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe["rate"], weight_decay=recipe["decay"])
    inputs = torch.from_numpy(np.clip((columns - mean) / scale, -6, 6))
    targets = torch.from_numpy(right)
    for _ in range(recipe["epochs"] * 10):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(inputs[kept]).squeeze(-1), targets[kept])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    weights = _exported(network, mean, scale, CONFIDENCE_FEATURES)
    probability = 1 / (1 + np.exp(-selecting._layers(weights)(columns[held])))
    print(f"confidence: validation AUC {_auc(probability, right[held]):.3f}, right {right[held].mean():.3f}")
    return weights


def _auc(scores: Array, right: Array) -> float:
    ranks = np.argsort(np.argsort(scores)) + 1.0
    positive = right > 0.5
    n, m = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m)) if n and m else 0.0


def _exported(network: torch.nn.Sequential, mean: Array, scale: Array, names: Sequence[str]) -> dict[str, Any]:
    first_weight, first_bias, last_weight, last_bias = (p.detach().numpy().round(5) for p in network.parameters())
    return {
        "features": list(names),
        "mean": np.round(mean, 6).tolist(),
        "scale": np.round(scale, 6).tolist(),
        "hidden": first_weight.T.tolist(),
        "hidden_bias": first_bias.tolist(),
        "output": last_weight[0].tolist(),
        "output_bias": float(last_bias[0]),
    }


if __name__ == "__main__":
    main()
