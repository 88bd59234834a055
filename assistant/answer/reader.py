"""Read a passage with a question in hand: which of its sentences answers, and where in it the short answer stands.

A small network (`assistant/train/reader.py` made it) that compares every token of the passage with every token of the question, in its own
table of token vectors; so it works beside any sentence model. Run by ONNX Runtime.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from assistant.encoders import StaticEncoder, bundled_folder
from assistant.errors import EncoderUnavailable
from assistant.protocols import Encoder
from assistant.records import Span

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ALL_KINDS = ("reason", "number", "date", "place", "person", "definition", "list", "yes_no", "said", "metadata", "what")
"""Kinds of question, in the order of the network's input."""
READ_AS = {"body": "person"}
"""Kinds that the network learned under another name; any other that it does not know is read as "what"."""
MOST_TOKENS = 288
"""Tokens of a passage that are read at once; a longer passage is read in parts of whole sentences."""
MOST_ANSWER_TOKENS = 24
MOST_ASKED = 48
"""Tokens of a question that are read."""
MOST_LEAD_TOKENS = 64
"""Tokens that are read of what stands before a passage."""
PARTS_AT_ONCE = 3
UNREAD = -20.0
BUNDLED = "reader-v1"
NETWORK, TABLE, TOKENIZER, CARD = "reader.onnx", "table.safetensors", "tokenizer.json", "reader.json"
_LETTER = re.compile(r"[^\W\d_]")


def kind_number(kind: str) -> int:
    """Return the network's number of a kind of question."""
    known = READ_AS.get(kind, kind)
    return ALL_KINDS.index(known if known in ALL_KINDS else "what")


@dataclass(frozen=True)
class Tokens:
    """A text as tokens: ids, places in the text, and marks (capital letter, digit, no letter or digit at all), shape (n, 3)."""

    ids: Ints
    starts: Ints
    ends: Ints
    marks: Floats

    def __len__(self) -> int:
        return len(self.ids)


def tokens_of(tokenizer: Tokenizer, text: str) -> Tokens:
    """Take a text apart."""
    found = tokenizer.encode(text, add_special_tokens=False)
    places = np.asarray(found.offsets, np.int64).reshape(-1, 2)
    marks = np.asarray([_marks(text[start:end].strip()) for start, end in found.offsets], np.float32).reshape(-1, 3)
    return Tokens(np.asarray(found.ids, np.int64), places[:, 0], places[:, 1], marks)


@lru_cache(maxsize=1 << 16)
def _marks(piece: str) -> tuple[float, float, float]:
    digit = any(character.isdigit() for character in piece)
    return (float(piece[:1].isupper()), float(digit), float(not digit and not _LETTER.search(piece)))


@dataclass(frozen=True)
class Table:
    """Token vectors: directions as int8 rows, shape (vocabulary, dimensions), and what a token weighs, shape (vocabulary,)."""

    rows: NDArray[np.int8]
    weights: Floats

    def look(self, ids: Ints) -> tuple[Floats, Floats]:
        """Return unit vectors, shape (*ids.shape, dimensions), and weights, shape ids.shape; zeros for an id of -1."""
        rows = self.rows[ids].astype(np.float32)
        lengths = np.sqrt(np.einsum("...d,...d->...", rows, rows))
        there = ids >= 0
        scale = np.where(there, 1 / np.maximum(lengths, 1e-6), 0).astype(np.float32)
        return rows * scale[..., None], self.weights[ids] * there


@dataclass(frozen=True)
class ReadPassage:
    """A text to read, with its sentences in order. `lead` is what its article opens with: it names what "he" and "the bridge" are."""

    text: str
    sentences: tuple[Span, ...]
    lead: str = ""


@dataclass(frozen=True)
class Reading:
    """What a sentence is worth to the question, as log-odds against "the passage does not tell", and its short answer.

    `focus` lies in the passage's text.
    """

    score: float
    focus: Span


@dataclass(frozen=True)
class _Part:
    """Whole sentences of a passage that are read at once: tokens from `start` to `end`, behind those of the lead.

    `owners` gives the sentence of each of the passage's tokens; `first` is the first one of the part.
    """

    passage: int
    first: int
    lead: Tokens
    tokens: Tokens
    owners: Ints
    start: int
    end: int

    @property
    def n_lead(self) -> int:
        """How many tokens of the lead are read."""
        return min(len(self.lead), MOST_LEAD_TOKENS)

    @property
    def size(self) -> int:
        """How many tokens are read together."""
        return self.n_lead + self.end - self.start


class Reader:
    """The network with its tokenizer and table. Readings depend on question and passage alone."""

    def __init__(self, tokenizer: Tokenizer, table: Table, session: Any) -> None:
        """Hold the parts; `session` runs the network as ONNX Runtime's InferenceSession does."""
        self._tokenizer = tokenizer
        self._table = table
        self._session = session
        self._tokens = lru_cache(maxsize=4096)(lambda text: tokens_of(tokenizer, text))

    @classmethod
    def open(cls, folder: Path, tokenizer: Tokenizer) -> Reader:
        """Read a folder with `reader.onnx` and `table.safetensors`; `tokenizer` gives the ids of the table's rows.

        Raises:
            EncoderUnavailable: a file is missing or damaged.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # many questions at once share the cores better, and sums have one order
        options.log_severity_level = 3
        try:
            tensors = load_file(folder / TABLE)
            session = onnxruntime.InferenceSession(str(folder / NETWORK), options, providers=["CPUExecutionProvider"])
        # onnxruntime raises plain exceptions of its own for a damaged file.
        except Exception as error:
            raise EncoderUnavailable(f"the reader in {folder} cannot be read: {error}", hint="install the package again") from error
        return cls(tokenizer, Table(tensors["rows"], tensors["weights"].astype(np.float32)), session)

    def read(self, question: str, kind: str, passages: Sequence[ReadPassage]) -> list[list[Reading]]:
        """Return a reading of every sentence of every passage.

        Args:
            question: as the person wrote it.
            kind: what is wanted, as `Asked.kind`.
            passages: texts with their sentences; a sentence without any token scores `UNREAD`.
        """
        made = [[Reading(UNREAD, Span(span.start, span.start)) for span in passage.sentences] for passage in passages]
        asked = self._tokens(question).ids[:MOST_ASKED]
        parts = [part for number, passage in enumerate(passages) for part in self._parts(number, passage)]
        parts.sort(key=lambda part: part.size)
        for at in range(0, len(parts) if len(asked) else 0, PARTS_AT_ONCE):
            batch = parts[at : at + PARTS_AT_ONCE]
            sentences, ends = self._run(asked, kind_number(kind), batch)
            for part, scores, places in zip(batch, sentences, ends, strict=True):
                for n in range(int(part.owners[part.end - 1]) - part.first + 1):
                    mine = np.flatnonzero(part.owners[part.start : part.end] == part.first + n)
                    if len(mine):
                        focus = _focus(part.tokens, mine + part.start, places[mine + part.n_lead])
                        score = float(scores[n + (part.n_lead > 0)])
                        if score > made[part.passage][part.first + n].score:  # a very long sentence is read in parts
                            made[part.passage][part.first + n] = Reading(score, focus)
        return made

    def _parts(self, number: int, passage: ReadPassage) -> Iterator[_Part]:
        tokens, lead = self._tokens(passage.text), self._tokens(passage.lead)
        starts = np.asarray([span.start for span in passage.sentences], np.int64)
        owners = np.searchsorted(starts, tokens.ends - 1, side="right") - 1
        start = int(np.searchsorted(owners, 0))
        while start < len(tokens):
            end = min(start + MOST_TOKENS, len(tokens))
            if end < len(tokens) and owners[end] != owners[start]:
                end = int(np.searchsorted(owners, owners[end]))
            yield _Part(number, int(owners[start]), lead, tokens, owners, start, end)
            start = end

    def _run(self, asked: Ints, kind: int, parts: Sequence[_Part]) -> tuple[Floats, Floats]:
        n = max(part.size for part in parts)
        s = max(int(part.owners[part.end - 1]) - part.first + 2 for part in parts)
        ids, marks = np.full((len(parts), n), -1, np.int64), np.zeros((len(parts), n, 3), np.float32)
        member = np.zeros((len(parts), s, n), np.float32)
        for i, part in enumerate(parts):
            lead, size = part.n_lead, part.size
            ids[i, :lead], marks[i, :lead] = part.lead.ids[:lead], part.lead.marks[:lead]
            ids[i, lead:size], marks[i, lead:size] = part.tokens.ids[part.start : part.end], part.tokens.marks[part.start : part.end]
            member[i, 0, :lead] = 1
            member[i, part.owners[part.start : part.end] - part.first + (lead > 0), np.arange(lead, size)] = 1
        read, weights = self._table.look(ids)
        question, question_weights = self._table.look(np.repeat(asked[None], len(parts), axis=0))
        names = ("read", "weights", "marks", "member", "asked", "asked_weights", "kinds")
        values = (read, weights, marks, member, question, question_weights, np.full(len(parts), kind, np.int64))
        sentences, ends = self._session.run(None, dict(zip(names, values, strict=True)))
        return sentences, ends


def _focus(tokens: Tokens, mine: Ints, places: Floats) -> Span:
    """Return the best short answer among the tokens `mine`: the pair of first and last token that scores most together."""
    pairs = places[:, 0][:, None] + places[:, 1][None, :]
    length = np.arange(len(mine))[None, :] - np.arange(len(mine))[:, None]
    allowed = (length >= 0) & (length < MOST_ANSWER_TOKENS)
    first, last = np.unravel_index(int(np.where(allowed, pairs, -np.inf).argmax()), pairs.shape)
    return Span(int(tokens.starts[mine[first]]), int(tokens.ends[mine[last]]))


def bundled_reader(encoder: Encoder) -> Reader:
    """Return the reader that comes with the package; it shares the tokenizer of the bundled sentence model."""
    beside = encoder if isinstance(encoder, StaticEncoder) and encoder.name == "static" else None
    return _bundled(bundled_folder(), beside)


@lru_cache(maxsize=2)
def _bundled(folder: Path, beside: StaticEncoder | None) -> Reader:
    """Open the reader once: the indexes that a process has open share it."""
    tokenizer = beside.tokenizer if beside else Tokenizer.from_file(str(folder / TOKENIZER))
    return Reader.open(folder.with_name(BUNDLED), tokenizer)
