"""Train the sentence selector: `python -m assistant.train.selector --data DIR --out assistant/answer/selector.json`.

Questions are those of the samples' tuning half, which are asked across languages as real ones are, and with little weight some of the
training sets that the reader did not learn from. The sentences of the retrieved passages are the candidates. A listwise softmax loss ranks
those of one question (Cao et al. 2007, ListNet); a second linear model learns from the best candidate whether one of the first three is
right, a third from that and the scores whether each single one is (Platt 1999). Both learn from sentences that were chosen by weights which
had not seen the question: otherwise they would be too sure.
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
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from assistant.answer.candidates import Candidate, candidates_of
from assistant.answer.features import Matrix, features, unknown_share
from assistant.answer.questions import Asked, understand
from assistant.answer.reading import read_hits
from assistant.answer.remember import RememberingEncoder
from assistant.answer.select import CHANCE_FEATURES, Linear, Selected, chance_rows, confidence_row, feature_names, linear
from assistant.answer.sentences import CANDIDATE_HITS, READ_HITS
from assistant.assistant import Assistant
from assistant.evaluate.corpus import Corpus, is_gold
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet, read_question_set
from assistant.evaluate.metrics import area_under_roc, expected_calibration_error
from assistant.search.rerank import rerank
from assistant.settings import Settings
from assistant.text.language import detect_language
from assistant.train.data import held_out
from assistant.train.reader import read_recipe


@dataclass
class Example:
    """The candidates of one question: their features, which are right, and what its confidence rests on."""

    columns: Matrix
    right: Matrix
    asked: Asked
    candidates: Sequence[Candidate]
    unknown: float
    weight: float
    fold: int
    removed: bool = False

    def ranked(self, score: Linear) -> Matrix:
        """Return which candidates are right, best first."""
        return np.asarray(self.right[np.argsort(-score(self.columns), kind="stable")])

    def selected(self, score: Linear, names: Sequence[str]) -> list[Selected]:
        """Return the candidates with their scores, best first."""
        scores = score(self.columns)
        order = np.argsort(-scores, kind="stable")
        rows = [dict(zip(names, map(float, self.columns[i]), strict=True)) for i in order]
        return [Selected(self.candidates[i], float(scores[i]), row) for i, row in zip(order, rows, strict=True)]

    def confidence_row(self, score: Linear, names: Sequence[str]) -> Matrix:
        """Return the features of how surely the best candidates answer."""
        return np.asarray(confidence_row(self.asked, self.selected(score, names), self.unknown)[0])


def main() -> None:
    """Read the arguments, train, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the training data folder; without it the samples alone are used")
    parser.add_argument("--seeds", type=Path, default=Path("seeds/questions.jsonl"), help="the sample questions")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    args = parser.parse_args()
    recipe = tomllib.loads(Path(__file__).with_name("selector.toml").read_text("utf-8"))
    made = {}
    for quality in ("best", "fast"):
        random.seed(recipe["seed"])
        examples = collect(args.seeds, args.data, quality, recipe)
        print(f"{quality}: {len(examples)} examples")
        made[quality] = train(examples, feature_names(quality == "best"), recipe)
    args.out.write_text(json.dumps(made) + "\n", "utf-8")


def collect(seeds: Path, data: Path | None, quality: str, recipe: dict[str, Any]) -> list[Example]:
    """Ask the questions and return their candidates."""
    samples = read_question_set(seeds)
    tuning = [q for q in samples.questions if not q.held_out]
    examples = _examples(samples, tuning, quality, recipe, 1.0)
    one_in = read_recipe()["data"]["held_out_one_in"]  # what the reader did not learn from
    for name, count in recipe["sets"].items() if data else ():
        part = read_question_set(data / f"qa.{name}.jsonl.xz")  # type: ignore[operator]
        aside = [q for q in part.questions if q.gold and held_out(part.contexts[int(q.gold[0].article)], one_in)]
        drawn = random.sample(aside, min(count, len(aside)))
        examples += _examples(part, drawn, quality, recipe, recipe["weight_of_sets"])
    return examples


def _examples(
    part: QuestionSet, questions: Sequence[EvaluationQuestion], quality: str, recipe: dict[str, Any], weight: float
) -> list[Example]:
    made = []
    with Corpus.of(part, Settings(quality=quality)) as corpus:
        for number, question in enumerate(questions):
            ways = [False, True] if question.answerable and (weight == 1 or random.random() < recipe["removed_share"]) else [False]
            for remove in ways:
                example = _example(corpus, question, remove)
                if example is not None:
                    made.append(replace(example, weight=weight, fold=number % recipe["folds"], removed=remove))
    return made


def _example(corpus: Corpus, question: EvaluationQuestion, remove: bool) -> Example | None:
    assistant: Assistant = corpus.assistant
    index, encoder = assistant.index, RememberingEncoder(assistant.encoder)
    asked = understand(question.question, detect_language(question.question, tuple(index.languages())))
    if asked.kind in ("said", "metadata"):
        return None
    gold = corpus.gold(question)
    hits = assistant.retriever.search(question.question, 2 * CANDIDATE_HITS)
    if remove:
        hits = [hit for hit in hits if hit.passage.article_id not in {article for article, _ in gold}]
    readings = None
    if assistant.reader is not None:
        hits = hits[:READ_HITS]
        readings = read_hits(assistant.reader, asked, hits, index.article)
        hits = rerank(hits, readings.passages, assistant.retriever.strangeness(question.question))
    candidates = candidates_of(hits[:CANDIDATE_HITS], index.article, index.sentences)
    if len(candidates) < 2:
        return None
    right = np.array([any(is_gold(c.article.id, c.span, g) for g in gold) for c in candidates], float)
    columns = features(asked, candidates, encoder, index.rarity, readings)
    return Example(columns, right, asked, candidates, unknown_share(asked, index.rarity, index.document_frequencies), 1.0, 0)


def train(examples: Sequence[Example], names: tuple[tuple[str, ...], tuple[str, ...]], recipe: dict[str, Any]) -> dict[str, Any]:
    """Train the models and return their weights; print what they reach on questions that they have not seen."""
    folds = [train_sentence([e for e in examples if e.fold != fold], names[0], recipe) for fold in range(recipe["folds"])]
    own = [e for e in examples if e.weight == 1 and e.right.any()]
    ranked = [e.ranked(linear(folds[e.fold])) for e in own]
    first, three = np.mean([r[0] for r in ranked]), np.mean([r[:3].any() for r in ranked])
    print(f"unseen: {len(own)} samples, Success@1 {first:.3f} @3 {three:.3f}")
    confidence, sure = train_confidence(examples, folds, names, recipe)
    chance = train_chance(examples, [e.selected(linear(folds[e.fold]), names[0]) for e in examples], sure, recipe)
    return {"sentence": train_sentence(examples, names[0], recipe), "confidence": confidence, "chance": chance}


def train_sentence(examples: Sequence[Example], names: Sequence[str], recipe: dict[str, Any]) -> dict[str, Any]:
    """Train the scorer of sentences and return its weights."""
    torch.manual_seed(recipe["seed"])
    examples = [e for e in examples if e.right.any()]
    stacked = np.concatenate([e.columns for e in examples if e.weight == 1.0])
    mean, scale = stacked.mean(0), stacked.std(0) + 1e-6
    most = max(len(e.right) for e in examples)
    columns = torch.zeros(len(examples), most, len(names))
    right = torch.zeros(len(examples), most)
    there = torch.zeros(len(examples), most, dtype=torch.bool)
    for i, example in enumerate(examples):
        n = len(example.right)
        columns[i, :n] = torch.from_numpy(np.clip((example.columns - mean) / scale, -5, 5)).float()
        right[i, :n] = torch.from_numpy(example.right)
        there[i, :n] = True
    weights = torch.tensor([e.weight for e in examples])
    model = torch.nn.Linear(len(names), 1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=recipe["rate"], weight_decay=recipe["decay"])
    for _ in range(recipe["steps"]):
        share = torch.log_softmax(model(columns).squeeze(-1).masked_fill(~there, -1e9), dim=1)
        loss = -(torch.logsumexp(share.masked_fill(right < 0.5, -1e9), dim=1) * weights).sum() / weights.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return _exported(names, mean, scale, model.weight.detach().numpy()[0], float(model.bias.detach()[0]))


def train_confidence(
    examples: Sequence[Example], folds: Sequence[dict[str, Any]], names: tuple[tuple[str, ...], tuple[str, ...]], recipe: dict[str, Any]
) -> tuple[dict[str, Any], Matrix]:
    """Train the estimate whether one of the first three sentences answers; return its weights, and each example's log-odds unseen."""
    scores = [linear(fold) for fold in folds]
    rows = np.asarray([e.confidence_row(scores[e.fold], names[0]) for e in examples])
    right = np.array([float(e.ranked(scores[e.fold])[:3].any()) for e in examples])
    fitting = _Fitting.of(rows, right, examples, np.arange(len(examples)), recipe)
    unseen = fitting.unseen()
    _print_reached("one of three", unseen, right, fitting.own)
    return fitting.weights(names[1]), np.log(unseen / (1 - unseen))


def train_chance(
    examples: Sequence[Example], selected: Sequence[Sequence[Selected]], sure: Matrix, recipe: dict[str, Any]
) -> dict[str, Any]:
    """Train the estimate whether one sentence answers, from the first few of each example, and return its weights.

    Args:
        examples: the questions.
        selected: their candidates, best first, scored by weights that had not seen the question.
        sure: the log-odds that one of the first three answers, by a model that had not seen it either.
        recipe: the numbers.
    """
    rows, right, owners = [], [], []
    for number, (example, chosen, log_odds) in enumerate(zip(examples, selected, sure, strict=True)):
        places = {id(candidate): at for at, candidate in enumerate(example.candidates)}
        for row, item in list(zip(chance_rows(chosen, float(log_odds)), chosen, strict=True))[: recipe["chances_of"]]:
            rows.append(row)
            right.append(example.right[places[id(item.candidate)]])
            owners.append(number)
    fitting = _Fitting.of(np.asarray(rows), np.asarray(right), examples, np.asarray(owners), recipe)
    _print_reached("each sentence", fitting.unseen(), fitting.right, fitting.own)
    return fitting.weights(CHANCE_FEATURES)


@dataclass(frozen=True)
class _Fitting:
    """A logistic regression on standardised columns: every row belongs to a question, whose fold and weight it has."""

    inputs: Matrix
    mean: Matrix
    scale: Matrix
    right: Matrix
    counts: Matrix
    folds: Matrix
    own: Any
    regular: float

    @classmethod
    def of(cls, rows: Matrix, right: Matrix, examples: Sequence[Example], owners: Any, recipe: dict[str, Any]) -> _Fitting:
        owned = [examples[owner] for owner in owners]
        own = np.array([e.weight == 1 for e in owned])
        mean, scale = rows[own].mean(0), rows[own].std(0) + 1e-6
        counts = np.where(own, 1.0, recipe["weight_of_sets_in_confidence"])
        counts = counts * np.where([e.removed for e in owned], recipe["removed_weight"], 1.0)
        inputs = np.clip((rows - mean) / scale, -5, 5)
        return cls(inputs, mean, scale, right, counts, np.array([e.fold for e in owned]), own, recipe["regular"])

    def _fit(self, use: Any) -> LogisticRegression:
        return LogisticRegression(C=self.regular, max_iter=1000).fit(self.inputs[use], self.right[use], self.counts[use])

    def unseen(self) -> Matrix:
        """Return the probability of each row by a model that has not seen its fold."""
        found = np.zeros(len(self.right))
        for fold in np.unique(self.folds):
            inside = self.folds == fold
            found[inside] = self._fit(~inside).predict_proba(self.inputs[inside])[:, 1]
        return found

    def weights(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the weights of the model of all rows."""
        model = self._fit(np.ones(len(self.right), bool))
        return _exported(names, self.mean, self.scale, model.coef_[0], float(model.intercept_[0]))


def _print_reached(what: str, unseen: Matrix, right: Matrix, own: Any) -> None:
    for label, use in (("samples", own), ("training sets", ~own)):
        if use.any():
            area = area_under_roc(unseen[use].tolist(), (right[use] > 0).tolist())
            error = expected_calibration_error(unseen[use].tolist(), right[use].tolist())
            print(f"unseen {label}, {what}: area under ROC {area:.3f}, calibration error {error:.3f}")


def _exported(names: Sequence[str], mean: Matrix, scale: Matrix, weights: Any, bias: float) -> dict[str, Any]:
    return {
        "features": list(names),
        "mean": np.round(mean, 6).tolist(),
        "scale": np.round(scale, 6).tolist(),
        "weights": np.round(np.asarray(weights, float), 5).tolist(),
        "bias": round(bias, 5),
    }


if __name__ == "__main__":
    main()
