"""The sentences that may answer: those of the retrieved passages, with where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer.orders import orders_in
from assistant.records import Article, Hit, Span


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer, with where it stands.

    `position` counts the sentences of the article from 0. `hit` is the best hit whose passage holds it.
    """

    article: Article
    sentences: tuple[Span, ...]
    position: int
    hit: Hit

    @property
    def span(self) -> Span:
        """The place of the sentence in the article's text."""
        return self.sentences[self.position]

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return self.span.of(self.article.text)

    def window(self) -> str:
        """The sentence with the one before and the one after it."""
        first, last = max(0, self.position - 1), min(len(self.sentences) - 1, self.position + 1)
        return self.article.text[self.sentences[first].start : self.sentences[last].end]


def candidates_of(
    hits: Sequence[Hit],
    article: Callable[[str], Article],
    sentences: Callable[[str], tuple[Span, ...]],
) -> list[Candidate]:
    """List every sentence of the hits' passages once, best hit first; what gives orders to machines answers nobody."""
    found: dict[tuple[str, int], Candidate] = {}
    for hit in hits:
        spans = sentences(hit.passage.article_id)
        starts = {span.start: position for position, span in enumerate(spans)}
        orders = orders_in(article(hit.passage.article_id).text)
        for span in hit.passage.sentences:
            key = (hit.passage.article_id, starts[span.start])
            if key not in found and not any(order.overlaps(span) for order in orders):
                found[key] = Candidate(article(key[0]), spans, key[1], hit)
    return list(found.values())
