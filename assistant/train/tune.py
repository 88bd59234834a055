"""Measure token vectors on the held-out part of the training files: what settings of the recipe are chosen by.

`python -m assistant.train.tune --data DIR --tokenizer FILE VECTORS.npy ...` prints a column for each file.
Nothing here reads an evaluation set.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.train.corpus import Corpus, read_corpus
from assistant.train.measure import average_precision, reciprocal_rank
from assistant.train.static import read_recipe
from assistant.train.student import Floats, encode
from assistant.train.vocabulary import Bags, Ints, bags_of

LANGUAGES = ("id", "en", "tr", "sw", "ko", "zh")  # with enough held-out questions
SCORED = ("question id", "questions", "en-id", "en-window", "window-en", "pooled")


@dataclass(frozen=True)
class Search:
    """Queries, the texts searched, and for each query the number of the right one."""

    queries: Bags
    texts: Bags
    gold: Ints


@dataclass(frozen=True)
class Tuning:
    """The held-out sets, tokenised once; `sentences` mean the same where `meanings` are equal."""

    searches: dict[str, Search]
    sentences: Bags
    meanings: Ints
    languages: NDArray[np.str_]

    def figures(self, vectors: Floats) -> dict[str, float]:
        """Return each figure by its name for token vectors of shape (vocabulary, dimensions)."""
        found = {
            name: reciprocal_rank(encode(vectors, one.queries), encode(vectors, one.texts), one.gold)
            for name, one in self.searches.items()
            if len(one.gold)
        }
        units = encode(vectors, self.sentences)
        scores = units @ units.T
        same = self.meanings[:, None] == self.meanings[None, :]
        # A sentence does not look for itself.
        np.fill_diagonal(same, False)
        np.fill_diagonal(scores, -1)
        found["pooled"] = average_precision(scores, same)
        alike = self.languages[:, None] == self.languages[None, :]
        other = scores[~alike & ~same].mean()
        np.fill_diagonal(alike, False)
        found["language"] = float(scores[alike & ~same].mean() - other)
        found["score"] = float(np.mean([found[name] for name in SCORED if name in found]))
        return found


def read_tuning(corpus: Corpus, tokenizer: Tokenizer) -> Tuning:
    """Return the held-out sets of a corpus.

    `question <language>`: the passage of a question among all passages of its language, those trained on
    too. `questions`: all languages but the first, together. `en-id`, `en-window`, `window-en`: the window
    around a translated sentence, from and to English. `pooled`: all translations of a sentence among the
    sentences of all languages, mean average precision. `language`: how much nearer two sentences are for
    being of one language.
    """
    searches: dict[str, Search] = {}
    passages = {name: _distinct([one.passage for one in corpus.questions + corpus.held_out_questions if one.language == name])
                for name in LANGUAGES}  # fmt: skip
    for name in LANGUAGES:
        asked = [(one.question, one.passage) for one in corpus.held_out_questions if one.language == name]
        searches[f"question {name}"] = _search(tokenizer, asked, passages[name])
    others = [(one.question, one.passage) for one in corpus.held_out_questions if one.language != LANGUAGES[0]]
    everything = _distinct([text for name in LANGUAGES[1:] for text in passages[name]] + [passage for _, passage in others])
    searches["questions"] = _search(tokenizer, others, everything)
    held = [window for window in corpus.held_out_windows if len(window) > 2]
    foreign = [" ".join(pair.foreign for pair in window) for window in held]
    english = [" ".join(pair.english for pair in window) for window in held]
    middles = [window[len(window) // 2] for window in held]
    ours = [n for n, pair in enumerate(middles) if pair.language == "id"]
    other_windows = [" ".join(pair.foreign for pair in window) for window in corpus.windows]
    searches["en-id"] = _search(tokenizer, [(middles[n].english, foreign[n]) for n in ours], _distinct(foreign + other_windows))
    to_foreign = [(pair.english, text) for pair, text in zip(middles, foreign, strict=True)]
    to_english = [(pair.foreign, text) for pair, text in zip(middles, english, strict=True)]
    searches["en-window"] = _search(tokenizer, to_foreign, _distinct(foreign))
    searches["window-en"] = _search(tokenizer, to_english, _distinct(english))
    pairs = [pair for window in corpus.held_out_windows for pair in window]
    spoken = defaultdict[str, set[str]](set)
    for pair in pairs:
        spoken[pair.english].add(pair.language)
    pairs = [pair for pair in pairs if len(spoken[pair.english]) >= 3]
    versions = _distinct([text for pair in pairs for text in (pair.english, pair.foreign)])
    meaning = {text: pair.english for pair in pairs for text in (pair.english, pair.foreign)}
    language = {pair.foreign: pair.language for pair in pairs}
    return Tuning(
        searches,
        bags_of(tokenizer, versions),
        np.unique([meaning[text] for text in versions], return_inverse=True)[1],
        np.array([language.get(text, "en") for text in versions]),
    )


def _distinct(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _search(tokenizer: Tokenizer, asked: Sequence[tuple[str, str]], texts: list[str]) -> Search:
    at = {text: number for number, text in enumerate(texts)}
    gold = np.array([at[text] for _, text in asked], dtype=np.int64)
    return Search(bags_of(tokenizer, [query for query, _ in asked]), bags_of(tokenizer, texts), gold)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures, a line for each and a column for each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the training data folder")
    parser.add_argument("--tokenizer", type=Path, required=True, help="the tokenizer of all the files")
    parser.add_argument("vectors", type=Path, nargs="+", help="token vectors that a stage saved")
    arguments = parser.parse_args(argv)
    tuning = read_tuning(read_corpus(arguments.data, read_recipe()), Tokenizer.from_file(str(arguments.tokenizer)))
    columns = [tuning.figures(np.load(path)) for path in arguments.vectors]
    for name in columns[0]:
        print("  ".join(f"{column[name]:.3f}" for column in columns), "", name)


if __name__ == "__main__":
    main()
