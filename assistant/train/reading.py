"""What the reader learns from: questions with their passages, and questions made of parallel news sentences.

A made question is one side of a sentence pair without one of its names or numbers, thinned, with a question word in front; its passage is
the window of the other side (or the same). It is how the reader learns to read one language with a question in another, and news (cloze
translation; Lewis and others, 2019).
"""

from __future__ import annotations

import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.answer.questions import understand
from assistant.encoders import StaticEncoder
from assistant.text.mentions import names, numbers
from assistant.text.sentences import split_sentences
from assistant.train.data import Pair, Recipe, held_out, read_pairs, windows

WORD = re.compile(r"\w[\w'’-]*")
YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True)
class Passage:
    """A text with its sentences, as (start, end) in characters."""

    text: str
    language: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Example:
    """A question, its passage, and the answer's place in it; an answer of None says that the passage does not tell.

    `short` says that the answer is a part of its sentence worth marking, not the whole of it.
    """

    question: str
    kind: str
    passage: Passage
    answer: tuple[int, int] | None
    source: str
    held_out: bool
    short: bool = True


def passage_of(text: str, language: str) -> Passage:
    """Split a text into sentences."""
    return Passage(text, language, tuple((span.start, span.end) for span in split_sentences(text, language)))


def asked_examples(folder: Path, one_in: int) -> Iterator[Example]:
    """Yield every question of the training sets that has a passage, with the first place of its answer."""
    passages: dict[str, Passage] = {}
    for path in sorted(folder.glob("qa.*.jsonl.xz")):
        _, source, language = path.name.split(".")[:3]
        if source.startswith("tydiqa_goldp_idkmrc"):
            continue  # the same questions stand in idk_mrc_train
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                text = row.get("context")
                if not text:
                    continue
                passage = passages.setdefault(text, passage_of(text, language))
                answer = None
                if row.get("answers") and not row.get("is_impossible"):
                    at = text.find(row["answers"][0])
                    if at < 0:
                        continue
                    answer = (at, at + len(row["answers"][0]))
                kind = understand(row["question"], language).kind
                yield Example(row["question"], kind, passage, answer, source, held_out(text, one_in))


def near_misses(examples: Sequence[Example], encoder: StaticEncoder, count: int) -> list[Example]:
    """Return the same questions on the nearest passages of their set that do not hold the answer's words."""
    made = []
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.answer is not None:
            groups[example.source].append(example)
    for group in groups.values():
        passages = list(dict.fromkeys(example.passage for example in group))
        vectors = encoder.encode_passages([passage.text for passage in passages])
        queries = encoder.encode_queries([example.question for example in group])
        for start in range(0, len(group), 512):
            nearest = np.argsort(-(queries[start : start + 512] @ vectors.T), axis=1)[:, : count + 8]
            for example, order in zip(group[start : start + 512], nearest, strict=True):
                assert example.answer is not None
                words = example.passage.text[slice(*example.answer)].lower()
                others = [passages[i] for i in order if passages[i] is not example.passage and words not in passages[i].text.lower()]
                for other in others[:count]:
                    made.append(Example(example.question, example.kind, other, None, example.source, example.held_out))
    return made


def made_examples(folder: Path, recipe: Recipe, rng: np.random.Generator) -> Iterator[Example]:
    """Yield questions made of the news windows' sentence pairs: one language asks, the other is read, or the same."""
    pairs = list(read_pairs(folder, "parallel", recipe["data"]))
    ways = recipe["made"]["ways"]  # chances of (asked in English, read in English)
    for window in windows(pairs, recipe["windows"]):
        passages = {
            False: _joined([pair.foreign for pair in window], window[0].language),
            True: _joined([pair.english for pair in window], "en"),
        }
        aside = held_out(window[0].english, recipe["data"]["held_out_one_in"])
        for position in rng.permutation(len(window))[: recipe["windows"]["per_window"]]:
            pair = window[position]
            asks, reads = ((True, False), (False, False), (False, True), (True, True))[rng.choice(4, p=ways)]
            about = names(window[0].english if asks else window[0].foreign) if position else []
            made = _asked_of(pair, asks, reads, about, recipe, rng)
            if made is not None:
                question, kind, (first, end), short = made
                start = passages[reads].sentences[position][0]
                yield Example(question, kind, passages[reads], (start + first, start + end), f"made.{pair.language}", aside, short)


def _joined(sentences: Sequence[str], language: str) -> Passage:
    spans, at = [], 0
    for sentence in sentences:
        spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return Passage(" ".join(sentences), language, tuple(spans))


def _asked_of(
    pair: Pair, asks: bool, reads: bool, about: Sequence[str], recipe: Recipe, rng: np.random.Generator
) -> tuple[str, str, tuple[int, int], bool] | None:
    """Make a question of one side; return it, its kind, the place of the answer in the side that is read, and whether that is short.

    A real question names what the article is about, which the sentence that answers calls "he" or "the bridge": so the sentence's own names
    are often left out and one of `about`, the first sentence's, is put in.
    """
    made = recipe["made"]
    side, other = (pair.english if asks else pair.foreign), (pair.english if reads else pair.foreign)
    if len(side) > made["most_characters"]:
        return None
    languages = tuple("en" if english else pair.language for english in (asks, reads))
    options = _answers(side, other, languages, recipe)
    if rng.random() < made["whole"]:
        options = [(side, other, ("yes_no", "what"))]  # the sentence as a whole is asked for
    if not options:
        return None
    words, answer, kinds = options[rng.integers(len(options))]
    kind = str(kinds[rng.integers(len(kinds))])
    left, _, right = side.partition(words) if words != side else (side, "", "")
    own = {word for name in names(side) for word in name.split()} if rng.random() < made["unnamed"] else set()
    kept = [word for word in WORD.findall(f"{left} {right}") if word not in own and rng.random() < made["keep"]][: made["most_words"]]
    if len(kept) < made["fewest_words"]:
        return None
    about = [name for name in about if not set(name.split()) & set(words.split())]
    if about and rng.random() < made["about"]:
        kept.insert(int(rng.integers(len(kept) + 1)), about[rng.integers(len(about))])
    starts = recipe["question_words"].get(languages[0], recipe["question_words"]["en"])[kind]
    at = other.find(answer)
    return f"{starts[rng.integers(len(starts))]} {' '.join(kept)}?", kind, (at, at + len(answer)), answer != other


def _answers(side: str, other: str, languages: tuple[str, ...], recipe: Recipe) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what can be asked for: words of one side, the same on the other side, and the kinds of question they answer."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for name in names(side):
        if len(name) > 2 and _stands(name, other):
            found.append((name, name, ("person", "what", "place", "person", "what")))
    for number in numbers(side):
        if _stands(number, other):
            found.append((number, number, ("date",) if YEAR.fullmatch(number) else ("number",)))
    dates = recipe["dates"]
    for one, same in zip(dates.get(languages[0], ()), dates.get(languages[1], ()), strict=False):
        if _stands(one, side) and _stands(same, other):
            found.append((one, same, ("date",)))
    for cue in recipe["reasons"].get(languages[0], ()):
        if _stands(cue, side) and not side.startswith(cue):
            found += [(side[side.index(cue) :], other, ("reason",))] * 2
    return found


def _stands(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def switched(question: str, table: dict[str, list[str]], share: float, rng: np.random.Generator) -> str:
    """Return the question with its words exchanged for translations, word by word, where the table has them."""

    def other(found: re.Match[str]) -> str:
        options = table.get(found.group().lower(), ())
        return str(options[rng.integers(len(options))]) if options and rng.random() < share else found.group()

    return WORD.sub(other, question)


def word_tables(folder: Path, recipe: Recipe) -> dict[str, dict[str, list[str]]]:
    """Return for each language its words' English translations, and for "en-xx" the way back, of one-word entries and short ones."""
    tables: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for pair in read_pairs(folder, "lexicon", recipe["data"]):
        foreign, english = pair.foreign.lower(), pair.english.lower().removeprefix("to ")
        if WORD.fullmatch(foreign) and len(english.split()) < 3:
            tables[pair.language][foreign].append(english)
        if WORD.fullmatch(english) and len(foreign.split()) < 3:
            tables[f"en-{pair.language}"][english].append(foreign)
    return {language: dict(table) for language, table in tables.items()}
