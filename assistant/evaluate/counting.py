"""Stand between the assistant and its costly parts: read no passage twice for one question, and count a language model's tokens."""

from __future__ import annotations

from collections import abc
from collections.abc import Sequence

from assistant.answer.reader import Reader, Reading, ReadPassage
from assistant.protocols import Generator, Message
from assistant.text.tokens import count_tokens


class RememberingReader(Reader):
    """A reader that keeps what it read for the last question: an evaluation ranks passages and answers, which reads the same ones twice."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._asked = ("", "")
        self._known: dict[ReadPassage, list[Reading]] = {}

    def read(self, question: str, kind: str, passages: Sequence[ReadPassage]) -> list[list[Reading]]:
        """Return a reading of every sentence of every passage."""
        if (question, kind) != self._asked:
            self._asked, self._known = (question, kind), {}
        fresh = [passage for passage in dict.fromkeys(passages) if passage not in self._known]
        self._known.update(zip(fresh, self._reader.read(question, kind, fresh), strict=True))
        return [self._known[passage] for passage in passages]


class CountingGenerator:
    """A language model whose tokens are counted, in the vocabulary of `assistant.text.tokens`: a provider's own may differ a little."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self.n_read = 0
        self.n_written = 0

    def reset(self) -> None:
        """Begin to count anew."""
        self.n_read = self.n_written = 0

    @property
    def tokens(self) -> int:
        """How many tokens it may read and write for one answer."""
        return self._generator.tokens

    def stream(self, messages: Sequence[Message]) -> abc.Generator[str, None, None]:
        """Yield the pieces of its text as they come; closing the generator ends the request."""
        self.n_read += sum(count_tokens(message.text) for message in messages)
        inner, written = self._generator.stream(messages), ""
        try:
            for piece in inner:
                written += piece
                yield piece
        finally:
            inner.close()
            self.n_written += count_tokens(written)
