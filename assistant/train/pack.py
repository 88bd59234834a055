"""Prepare the transformer's training: everything it needs in one small folder of arrays, which torch and numpy alone can use.

In it: the teacher's tensors in eight bits, the first table as sums of its rows, tokenised sentences, and the tasks as numbers of texts.
"""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers

from assistant.encoders import StaticEncoder
from assistant.protocols import Vectors
from assistant.train.arrays import Array, pack_state, save_arrays
from assistant.train.bert import Bert, Shape, State, read_bert
from assistant.train.corpus import Corpus, read_corpus
from assistant.train.data import Pair, Question, Recipe
from assistant.train.pieces import Pieces, Rows, token_arrays
from assistant.train.rows import SENTENCE_END
from assistant.train.start import first_rows, prune, shared_words, use_by_language

log = logging.getLogger(__name__)
CARD, TOKENIZER, ARRAYS = "pack.json", "tokenizer.json", "arrays"


@dataclass(frozen=True)
class Teacher:
    """A BERT, its tokenizer and the ids of the tokens around a text."""

    state: State
    heads: int
    tokenizer: Tokenizer
    ends: tuple[int, int]


def prepare(data: Path, folder: Path, recipe: Recipe, numbers: Recipe, static: Path) -> None:
    """Write the folder that training starts from.

    Args:
        data: the training data folder.
        folder: what is written; complete once it holds `pack.json`.
        recipe: how data is read (`recipe.toml`).
        numbers: the transformer's numbers (`transformer.toml`).
        static: a static model with the larger vocabulary.
    """
    corpus = read_corpus(data, recipe)
    teacher = open_teacher(recipe["teacher"]["package"], corpus)
    encoder = StaticEncoder.open(static)
    full = Tokenizer.from_file(str(static / TOKENIZER))
    use = use_by_language(full, running_text(corpus))
    tokenizer, kept = prune(full, use, numbers["vocabulary"])
    arrays = _start(tokenizer, encoder, teacher, {language: counts[kept] for language, counts in use.items()}, numbers["start"])
    log.info("%d of %d tokens stay", len(kept), full.get_vocab_size())
    pieces = Pieces()
    tasks = _tasks(corpus, pieces, encoder, numbers["pack"])
    languages = sorted({language for rows in tasks.values() for language in rows.languages})
    for name, rows in tasks.items():
        arrays |= rows.arrays(name, languages, numbers["pack"]["hard"])
    arrays |= _tokens(pieces, tasks, tokenizer, teacher.tokenizer, numbers["pack"]["max_tokens"])
    arrays |= pack_state(teacher.state, "teacher.")
    size = save_arrays(folder / ARRAYS, arrays)
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    card = {
        "languages": languages,
        "tasks": {name: len(rows.left) for name, rows in tasks.items()},
        "heads": teacher.heads,
        "teacher_ends": teacher.ends,
        "ends": [len(kept), len(kept) + 1],
        "size_bytes": size,
    }
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    log.info("packed %.1f MB: %s", size / 1e6, card["tasks"])


def open_teacher(package: str, corpus: Corpus) -> Teacher:
    """Open the teacher's package; "" gives a made-up one for small runs, with a random vector for each English word."""
    if package:
        folder = Path(str(importlib.import_module(package).get_model_path()))
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        heads = json.loads((folder / "config.json").read_text(encoding="utf-8"))["num_attention_heads"]
        vocabulary = tokenizer.get_vocab()
        return Teacher(read_bert(folder), heads, tokenizer, (vocabulary["[CLS]"], vocabulary["[SEP]"]))
    words = sorted({word for pair in corpus.parallel for word in pair.english.lower().split()})
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(["[UNK]", "[CLS]", "[SEP]", *words])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    state = Bert(Shape(len(words) + 3, 32, 2, 4, 64, 512)).state()
    rng = np.random.default_rng(0)
    state = {name: rng.normal(0, 0.02, rows.shape).astype(np.float32) if rows.ndim == 2 else rows for name, rows in state.items()}
    state["table.weight"] = rng.normal(0, 1, state["table.weight"].shape).astype(np.float32)
    return Teacher(state, 4, tokenizer, (1, 2))


def running_text(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of all running text."""
    for pair in corpus.parallel:
        yield pair.language, pair.foreign
    yield from (("en", text) for text in dict.fromkeys(pair.english for pair in corpus.parallel))
    for asked in corpus.questions:
        yield asked.language, asked.question
    yield from dict.fromkeys((asked.language, asked.passage) for asked in corpus.questions)


def _start(tokenizer: Tokenizer, encoder: StaticEncoder, teacher: Teacher, use: dict[str, Array], numbers: Recipe) -> dict[str, Array]:
    vocabulary = tokenizer.get_vocab()
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    same = shared_words(pieces, teacher.tokenizer.get_vocab(), use, numbers["shared_ratio"])
    log.info("%d tokens are the teacher's", (same >= 0).sum())
    columns, weights = first_rows(same, encoder.rows_of(pieces), numbers)
    ends = np.zeros((2, columns.shape[1]), dtype=np.uint16)
    ends[:, 0] = teacher.ends
    alone = np.zeros(ends.shape, dtype=np.float16)
    alone[:, 0] = 1
    return {"start.columns": np.concatenate([columns, ends]), "start.weights": np.concatenate([weights, alone])}


def _tasks(corpus: Corpus, pieces: Pieces, encoder: StaticEncoder, numbers: Recipe) -> dict[str, Rows]:
    names = ("parallel", "lexicon", "window", "english", "question", "sentence", "within", "held_question", "held_window")
    tasks = {name: Rows.empty() for name in names}
    for name, pairs in (("parallel", corpus.parallel), ("lexicon", corpus.lexicon[:: numbers["lexicon_one_in"]])):
        for pair in pairs:
            english = pieces.add([pair.english])
            tasks[name].add(pieces.add([pair.foreign]), english, english, pair.language, english)
    for text in corpus.loose_questions:
        number = pieces.add([text])
        tasks["english"].add(number, number, number, "en", number)
    rng = np.random.default_rng(0)
    for window in corpus.windows:
        _add_window(window, pieces, tasks["window"], tasks["within"], numbers["per_window"], rng)
    for window in corpus.held_out_windows:
        _add_window(window, pieces, tasks["held_window"], Rows.empty(), 0, rng)
    looks_like = alike(corpus.questions, encoder, numbers["look_at"], numbers["hard"])
    passages = {text: pieces.add(sentences_of(text)) for text in dict.fromkeys(asked.passage for asked in corpus.questions)}
    for asked, others in zip(corpus.questions, looks_like, strict=True):
        question, passage = pieces.add([asked.question]), passages[asked.passage]
        tasks["question"].add(question, passage, passage, asked.language, hard=[passages[text] for text in others])
        _add_answer(asked, question, pieces, tasks["sentence"], rng)
        if asked.language == "en":
            for number in (question, passage):
                tasks["english"].add(number, number, number, "en", number)
    for asked in corpus.held_out_questions:
        passage = pieces.add(sentences_of(asked.passage))
        tasks["held_question"].add(pieces.add([asked.question]), passage, passage, asked.language)
    return tasks


def _add_window(window: Sequence[Pair], pieces: Pieces, whole: Rows, within: Rows, per_window: int, rng: np.random.Generator) -> None:
    """Add a window to its translation, and to each of the two some of its sentences in either language."""
    language = window[0].language
    foreign, english = pieces.add([pair.foreign for pair in window]), pieces.add([pair.english for pair in window])
    whole.add(foreign, english, english, language, english)
    for at in rng.choice(len(window), size=min(per_window, len(window)), replace=False):
        one, other = pieces.add([window[at].foreign]), pieces.add([window[at].english])
        for asking, answering in ((other, foreign), (one, english), (one, foreign)):
            within.add(asking, answering, english, language)


def _add_answer(asked: Question, question: int, pieces: Pieces, rows: Rows, rng: np.random.Generator) -> None:
    """Add a question to the sentence that answers it; the others of its passage are look-alikes."""
    sentences = sentences_of(asked.passage)
    answering = next((sentence for sentence in sentences if asked.answer and asked.answer in sentence), None)
    if answering and len(sentences) > 1:
        rest = [text for text in sentences if asked.answer not in text]
        right = pieces.add([answering])
        rows.add(question, right, right, asked.language, hard=[pieces.add([rest[n]]) for n in rng.permutation(len(rest))])


def sentences_of(passage: str) -> list[str]:
    """Split a passage at the ends of its sentences; roughly, which is enough to train on."""
    return [text for text in (" ".join(part.split()) for part in SENTENCE_END.split(passage)) if text]


def alike(questions: Sequence[Question], encoder: StaticEncoder, look_at: int, most: int) -> list[list[str]]:
    """Return for each question up to `most` passages of its language that look right to the static model, and hold no answer."""
    found: list[list[str]] = [[] for _ in questions]
    for language in sorted({asked.language for asked in questions}):
        mine = [n for n, asked in enumerate(questions) if asked.language == language]
        passages = list(dict.fromkeys(questions[n].passage for n in mine))
        vectors = encoder.encode_passages(passages)
        for start in range(0, len(mine), 1024):
            part = mine[start : start + 1024]
            near = _nearest(encoder.encode_queries([questions[n].question for n in part]), vectors, look_at)
            for n, row in zip(part, near, strict=True):
                asked = questions[n]
                wrong = (passages[at] for at in row if passages[at] != asked.passage)
                found[n] = [text for text in wrong if not asked.answer or asked.answer.lower() not in text.lower()][:most]
    return found


def _nearest(queries: Vectors, passages: Vectors, k: int) -> Array:
    k = min(k, len(passages))
    scores = queries @ passages.T
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    return np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1), axis=1)


def _tokens(pieces: Pieces, tasks: dict[str, Rows], tokenizer: Tokenizer, teacher: Tokenizer, limit: int) -> dict[str, Array]:
    sentences = list(pieces.sentences)
    english = pieces.english([text for rows in tasks.values() for text in rows.taught if text >= 0])
    tokens, sizes = token_arrays(tokenizer, sentences, limit)
    teacher_tokens, teacher_sizes = token_arrays(teacher, [sentences[n] for n in english], limit)
    whole_sizes = np.zeros(len(sentences), dtype=np.uint16)
    whole_sizes[english] = teacher_sizes
    log.info("%d sentences, %d tokens; %d for the teacher", len(sentences), len(tokens), len(teacher_tokens))
    # The teacher's sentences come in the order of ours, those that it does not see having no token.
    return {**pieces.arrays(), "tokens": tokens, "sizes": sizes, "teacher_tokens": teacher_tokens, "teacher_sizes": whole_sizes}
