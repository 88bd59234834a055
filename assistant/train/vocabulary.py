"""Train the tokenizer and turn texts into bags of tokens."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from assistant.train.data import Recipe

Ints = NDArray[np.int64]
UNKNOWN = "<unk>"


@dataclass(frozen=True)
class Bags:
    """Token ids of many texts laid end to end: text i is `tokens[starts[i] : starts[i + 1]]`."""

    tokens: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Ints) -> Bags:
        """Return the bags of `rows`, in that order."""
        first, sizes = self.starts[rows], np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        inside = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
        return Bags(self.tokens[np.repeat(first, sizes) + inside], starts)

    def thin(self, keep: float, rng: np.random.Generator) -> Bags:
        """Return the bags with each token kept with probability `keep`, and at least one token of each."""
        kept = rng.random(len(self.tokens)) < keep
        full = self.starts[:-1][np.diff(self.starts) > 0]
        kept[full] |= np.add.reduceat(kept, full) == 0
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        return Bags(self.tokens[kept], starts)


def balanced(texts: Iterable[tuple[str, str]], numbers: Recipe) -> Iterator[str]:
    """Yield the texts of (language, text) until their language has had its share of characters."""
    used: dict[str, int] = defaultdict(int)
    for language, text in texts:
        share = numbers["characters_first" if language in numbers["first"] else "characters_per_language"]
        if used[language] < share:
            used[language] += len(text)
            yield text


def train_tokenizer(texts: Iterable[str], numbers: Recipe) -> Tokenizer:
    """Train a Unigram tokenizer: NFKC, lower case; numbers, punctuation and words are never joined in one
    token.

    The trainer of `tokenizers` counts each distinct word once when it looks for pieces, so it misses frequent
    whole words (`bahwa` became `bah` + `wa`). Whole words are therefore added, all words are segmented with
    the union, and what is used most stays.
    """
    held = list(texts)
    tokenizer = _empty_tokenizer()
    make_trainer: Any = trainers.UnigramTrainer  # its type stub lacks seed_size
    trainer = make_trainer(
        vocab_size=numbers["size"],
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=numbers["max_piece_characters"],
        seed_size=numbers["seed_pieces"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(held, trainer)
    pieces: list[tuple[str, float]] = json.loads(tokenizer.to_str())["model"]["vocab"]
    return with_whole_words(pieces, _count_words(held), numbers)


def _empty_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            # Spaces go first: a left-over space would become the commonest token and break words off their
            # mark.
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Digits(individual_digits=False),
            pre_tokenizers.Punctuation(),
            pre_tokenizers.Metaspace(),
        ]
    )
    return tokenizer


def _count_words(texts: Iterable[str]) -> Counter[str]:
    tokenizer = _empty_tokenizer()
    assert tokenizer.normalizer is not None
    assert tokenizer.pre_tokenizer is not None
    counts: Counter[str] = Counter()
    for text in texts:
        split = tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        counts.update(word for word, _ in split)
    return counts


def with_whole_words(pieces: Sequence[tuple[str, float]], words: Counter[str], numbers: Recipe) -> Tokenizer:
    """Return the tokenizer with the most used of `pieces` (text, log chance) and of the words."""
    total = sum(words.values())
    common = {
        word: math.log(count / total)
        for word, count in words.items()
        if count >= numbers["word_count"] and len(word) <= numbers["max_word_characters"]
    }
    tokenizer = _empty_tokenizer()
    union = {**dict(pieces), **common}
    union.pop(UNKNOWN, None)
    tokenizer.model = models.Unigram([(UNKNOWN, 0.0), *union.items()], unk_id=0)
    distinct = [word.lstrip("▁") for word in words]
    used: Counter[str] = Counter()
    for start in range(0, len(distinct), 50_000):
        part = distinct[start : start + 50_000]
        encodings = tokenizer.encode_batch(part, add_special_tokens=False)
        for word, encoding in zip(part, encodings, strict=True):
            count = words["▁" + word]
            for token in encoding.tokens:
                used[token] += count
    letters = {piece for piece in union if len(piece) == 1}
    ranked = sorted(union.keys() - letters, key=lambda piece: (-used[piece], piece))
    kept = letters | set(ranked[: numbers["size"] - 1 - len(letters)])
    whole = sum(used[piece] + 1 for piece in kept)
    vocabulary = [(piece, math.log((used[piece] + 1) / whole)) for piece in sorted(kept, key=lambda p: (-used[p], p))]
    tokenizer.model = models.Unigram([(UNKNOWN, 0.0), *vocabulary], unk_id=0)
    return tokenizer


def bags_of(tokenizer: Tokenizer, texts: Sequence[str]) -> Bags:
    """Tokenise texts; the unknown token says nothing and is left out."""
    unknown = tokenizer.token_to_id(UNKNOWN)
    sizes: list[int] = []
    parts: list[Ints] = []
    for start in range(0, len(texts), 10_000):
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + 10_000]), add_special_tokens=False):
            ids = np.array(encoding.ids, dtype=np.int64)
            ids = ids[ids != unknown]
            parts.append(ids)
            sizes.append(len(ids))
    tokens = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    return Bags(tokens, np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))]))
