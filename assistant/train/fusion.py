"""Learn what vectors, terms and token matches count: `python -m assistant.train.fusion --data DIR --out assistant/search/fusion.json`.

The questions are those that the sentence model was not trained on: of the question sets in their own language, and sentences of parallel
texts asked in the other language, whole or thinned to a few words. All are asked of one index of many languages. A listwise softmax loss
ranks the passages found for one question (Cao and others 2007, ListNet). What counts of a strange question is learned from questions in
languages that the model is made to forget. Prints RR of one half of the passages with weights learned on the other half, then writes the
weights learned on all.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.encoders import StaticEncoder, open_encoder
from assistant.evaluate.metrics import mean
from assistant.index.index import LocalIndex
from assistant.protocols import Encoder, PreparedArticle
from assistant.records import Article, Span
from assistant.search.fusion import FIRST, NAMES, FusionWeights, Matrix, with_matches
from assistant.search.retrievers import MATCHED_HITS, POOL, DenseRetriever, HybridRetriever, LexicalRetriever
from assistant.text.terms import analyse, content_terms
from assistant.train.corpus import Corpus, read_corpus
from assistant.train.data import Pair, Recipe, held_out
from assistant.train.forget import forgetful
from assistant.train.pack import running_text
from assistant.train.start import use_by_language

DEPTH = 100
BATCH = 1000


@dataclass(frozen=True)
class Asked:
    """A question, its kind, and the texts of the passages that answer it; `key` decides which half it belongs to."""

    question: str
    kind: str
    pair: str
    right: frozenset[str]
    key: str


@dataclass
class Material:
    """The passages of the index with their languages, and what is asked of them."""

    passages: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def forgotten(self, languages: Collection[str]) -> Material:
        """Return the same passages, of which only what is asked in these languages is asked."""
        asked = [a for a in self.asked if a.kind == "same" and {self.passages[text] for text in a.right} <= set(languages)]
        return Material(self.passages, [replace(a, kind="forgotten") for a in asked])


@dataclass(frozen=True)
class Example:
    """The passages found for a question: features, and which are right; there may be none. `strange` is how strange it is, 0 to 1."""

    asked: Asked
    first: Matrix
    matched: Matrix
    right: Matrix
    strange: float

    def ranked(self, weights: Learned) -> NDArray[np.int64]:
        """Return the best passages by position, best first, after their tokens were matched."""
        mixed = weights.known.mixed(weights.strange, self.strange)
        top = best_of(self, mixed.first)
        return np.asarray(top[np.argsort(-(self.matched[top] @ mixed.matched), kind="stable")])


@dataclass(frozen=True)
class Learned:
    """The weights for known questions and for strange ones."""

    known: FusionWeights
    strange: FusionWeights

    def written(self) -> dict[str, dict[str, dict[str, float]]]:
        """Return the content of `fusion.json`."""
        parts = {"known": self.known, "strange": self.strange}
        return {
            part: {name: dict(zip(columns, getattr(weights, name).tolist(), strict=True)) for name, columns in NAMES.items()}
            for part, weights in parts.items()
        }


def main(argv: Sequence[str] | None = None) -> None:
    """Read the arguments, train, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the training data folder")
    parser.add_argument("--encoder", default="", help="a model folder or name; the bundled model without it")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    args = parser.parse_args(argv)
    here = Path(__file__)
    recipe = tomllib.loads(here.with_name("fusion.toml").read_text("utf-8"))
    torch.manual_seed(recipe["seed"])
    corpus = read_corpus(args.data, tomllib.loads(here.with_name("recipe.toml").read_text("utf-8")))
    material, encoder = gather(corpus, recipe), open_encoder(args.encoder)
    print(f"{len(material.passages)} passages, {len(material.asked)} questions")
    examples = collect(material, encoder)
    if isinstance(encoder, StaticEncoder):
        use = use_by_language(encoder.tokenizer, running_text(corpus))
        languages = recipe["forgotten"]["languages"]
        examples += collect(material.forgotten(languages), forgetful(encoder, use, languages))
    halves = [[e for e in examples if held_out(e.asked.key, 2) == half] for half in (False, True)]
    report(halves[0], learn(halves[1], recipe))
    args.out.write_text(json.dumps(learn(examples, recipe).written(), indent=1) + "\n", "utf-8")


def gather(corpus: Corpus, recipe: Recipe) -> Material:
    """Choose passages and questions."""
    rng = random.Random(recipe["seed"])
    made = Material()
    for question in (*corpus.held_out_questions, *corpus.questions):
        made.passages[question.passage] = question.language
    for question in corpus.held_out_questions:
        made.asked.append(Asked(question.question, "same", question.source, frozenset((question.passage,)), question.passage))
    further = rng.sample(corpus.windows, min(recipe["passages"]["windows"], len(corpus.windows)))
    holding = defaultdict[str, set[str]](set)
    for window in (*corpus.held_out_windows, *further):
        text = " ".join(shown(window, pair) for pair in window)
        made.passages[text] = "en" if is_english(window) else window[0].language
        for pair in window:  # several translations of one text may be there: all are right
            holding[pair.english].add(text)
    for window in corpus.held_out_windows:
        made.asked.extend(asked_of(window, holding, rng, recipe["questions"]))
    return made


def is_english(window: Sequence[Pair]) -> bool:
    """Say whether a window is shown in English and asked in its own language: half of the Indonesian ones.

    The texts of other languages share their English sides, so an English question would find those.
    """
    return window[0].language == "id" and held_out(window[0].foreign, 2)  # not the text that decides about the half for the report


def shown(window: Sequence[Pair], pair: Pair) -> str:
    """Return the side of a pair that stands in the index."""
    return pair.english if is_english(window) else pair.foreign


def asked_of(window: Sequence[Pair], holding: Mapping[str, set[str]], rng: random.Random, numbers: Recipe) -> list[Asked]:
    """Return what is asked of a window in the other language: one whole sentence, and some thinned."""
    language, other = (window[0].language, "en") if is_english(window) else ("en", window[0].language)
    drawn = rng.sample(list(window), min(numbers["per_window"], len(window)))
    found = []
    for number, pair in enumerate(drawn):
        sentence = pair.foreign if is_english(window) else pair.english
        if len(sentence.split()) < numbers["least_words"]:
            continue
        right = frozenset(holding[pair.english])
        if number == 0:
            found.append(Asked(sentence, "whole", f"{language}-{other}", right, window[0].english))
        found.append(Asked(thinned(sentence, language, rng, numbers), "thinned", f"{language}-{other}", right, window[0].english))
    return found


def thinned(sentence: str, language: str, rng: random.Random, numbers: Recipe) -> str:
    """Return a few content words of a sentence in their order, behind a question word."""
    words = [word.strip(".,;:\"'()") for word in sentence.split() if content_terms(word, language)]
    kept = sorted(rng.sample(range(len(words)), min(len(words), rng.randint(*numbers["words"]))))
    opening = rng.choice(numbers["opening"][language].split())
    return f"{opening.capitalize()} {' '.join(words[i] for i in kept)}?"


def collect(material: Material, encoder: Encoder) -> list[Example]:
    """Build the index and return what every question finds in it."""
    with tempfile.TemporaryDirectory(prefix="fusion-") as folder, LocalIndex.open(Path(folder) / "index", encoder) as index:
        texts = list(material.passages)
        for at in range(0, len(texts), BATCH):
            index.add(prepared(texts[at : at + BATCH], material.passages, encoder))
        retriever = HybridRetriever(DenseRetriever(index, encoder), LexicalRetriever(index))
        stored = {article.id: article.text for article in index.articles()}
        return [example(asked, retriever, stored) for asked in material.asked]


def prepared(texts: Sequence[str], languages: Mapping[str, str], encoder: Encoder) -> list[PreparedArticle]:
    """Return each text as an article of one passage, which is one sentence."""
    found = []
    for text, vector in zip(texts, encoder.encode_passages(texts), strict=True):
        article = Article("", "", text, language=languages[text], origin=f"text:{text}", inferred=("title",))
        terms = (tuple(analyse(text, languages[text])),)
        found.append(PreparedArticle(article, b"", (Span(0, len(text)),), ((0, 1),), (), terms, vector[None]))
    return found


def example(asked: Asked, retriever: HybridRetriever, texts: Mapping[str, str]) -> Example:
    """Return what a question finds; `texts` are those of the index by article id."""
    pool, passages = retriever.pool(asked.question, POOL)
    columns = pool.columns()
    assert retriever.matcher is not None
    matched = with_matches(columns, retriever.matcher.match(asked.question, passages))
    right = np.array([texts[passage.article_id] in asked.right for passage in passages], np.float64)
    return Example(asked, columns, matched, right, retriever.strangeness(asked.question))


def best_of(example: Example, weights: Matrix) -> NDArray[np.int64]:
    """Return which passages have their tokens matched, by position, best first."""
    return np.argsort(-(example.first @ weights), kind="stable")[:MATCHED_HITS].astype(np.int64)


def learn(examples: Sequence[Example], recipe: Recipe) -> Learned:
    """Return the weights of the features `FIRST` and `MATCHED`; the latter rank what the former put first.

    Those for known questions are learned first, from the encoder as it is; where nothing is strange, the others change nothing.
    """
    share = recipe["weights"]
    asked = [e for e in examples if e.asked.kind != "forgotten"]
    first = fit([(e.first, e.right, share[e.asked.kind]) for e in asked], recipe)
    chosen = [(e, best_of(e, first)) for e in asked]
    known = FusionWeights(first, fit([(e.matched[top], e.right[top], share[e.asked.kind]) for e, top in chosen], recipe))
    if not any(e.strange for e in examples):
        return Learned(known, known)
    strange = [e for e in examples if e.strange]
    other = fit([(_apart(e.first, e, known.first), e.right, share[e.asked.kind]) for e in strange], recipe)[1:]
    mixed = [(e, best_of(e, (1 - e.strange) * known.first + e.strange * other)) for e in strange]
    lists = [(_apart(e.matched[top], e, known.matched), e.right[top], share[e.asked.kind]) for e, top in mixed]
    return Learned(known, FusionWeights(other, fit(lists, recipe)[1:]))


def _apart(columns: Matrix, example: Example, known: Matrix) -> Matrix:
    """Return what the known weights make of an example as one feature, and beside it the features for other weights."""
    return np.column_stack([(1 - example.strange) * (columns @ known), example.strange * columns])


def fit(lists: Sequence[tuple[Matrix, Matrix, float]], recipe: Recipe) -> Matrix:
    """Return the weights, the first being 1, under which the right passages of each list come first."""
    lists = [item for item in lists if item[1].any()]
    scale = np.concatenate([columns for columns, _, _ in lists]).std(0) + 1e-6
    most = max(len(right) for _, right, _ in lists)
    columns = torch.zeros(len(lists), most, len(scale))
    right, there = torch.zeros(len(lists), most, dtype=torch.bool), torch.zeros(len(lists), most, dtype=torch.bool)
    for i, (features, answers, _) in enumerate(lists):
        columns[i, : len(answers)] = torch.from_numpy(features / scale).float()
        right[i, : len(answers)] = torch.from_numpy(answers > 0)
        there[i, : len(answers)] = True
    share = torch.tensor([weight for _, _, weight in lists])
    weights = torch.zeros(len(scale))
    weights[0] = 1.0
    weights.requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=recipe["rate"])
    for _ in range(recipe["steps"]):
        chances = torch.log_softmax((columns @ weights).masked_fill(~there, -1e9), dim=1)
        loss = -(torch.logsumexp(chances.masked_fill(~right, -1e9), dim=1) * share).sum() / share.sum()
        optimiser.zero_grad()
        (loss + recipe["decay"] * (weights**2).sum()).backward()
        optimiser.step()
    learned = weights.detach().numpy() / scale
    return np.asarray(np.round(learned / learned[0], 4), np.float64)


def report(examples: Sequence[Example], weights: Learned) -> None:
    """Print the mean RR of the examples by kind and pair: vectors alone, terms alone, all without and with regard to what is strange."""
    groups = defaultdict[str, list[tuple[float, ...]]](list)
    terms = FIRST.index("terms")
    for e in examples:
        blind, whole = e.ranked(Learned(weights.known, weights.known)), e.ranked(weights)
        row = (rr(e.first[:, 0], e.right), rr(e.first[:, terms], e.right), *(_rank(e.right[order]) for order in (blind, whole)))
        for group in (e.asked.kind, f"{e.asked.kind} {e.asked.pair}"):
            groups[group].append(row)
    for group, rows in sorted(groups.items()):
        print(f"{group}: {len(rows)} questions, RR {' '.join(f'{mean(column):.3f}' for column in zip(*rows, strict=True))}")


def rr(scores: Matrix, right: Matrix) -> float:
    """Return the reciprocal rank of the first right passage within the first 100, 0 if it was not found."""
    return _rank(right[np.argsort(-scores, kind="stable")])


def _rank(right: Matrix) -> float:
    ranks = np.flatnonzero(right[:DEPTH])
    return 1 / (int(ranks[0]) + 1) if len(ranks) else 0.0


if __name__ == "__main__":
    main()
